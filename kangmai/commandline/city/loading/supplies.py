"""The emergency stocks of the invented city into their ledgers."""

from collections.abc import Sequence
from datetime import datetime

from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.supplies import stores
from kangmai.epidemic.supplies.actions import load_stores, read_days
from kangmai.kernel.actor import Actor

REASON = "虚构库存 / invented stock"


def load_supplies(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> int:
    """Fill the stores and read how long they last; how many lots there are."""
    lots = load_stores(list(stores(city, organizations)), reason=REASON, actor=actor, at=at)
    read_days(at=at)
    return lots
