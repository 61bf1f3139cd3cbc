"""Bulletins of orders in force, for those who sign them and, as far as released, for everybody."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.bulletin import models
from kangmai.epidemic.bulletin.errors import BulletinUnknown
from kangmai.epidemic.bulletin.reach import READ, areas_of, chain
from kangmai.epidemic.bulletin.reading import bulletin_of
from kangmai.epidemic.bulletin.types import Bulletin, State
from kangmai.epidemic.orders.queries import emergency_door, require_awake
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, require

PAGE = 30


def _orders(actor: Actor, at: datetime) -> list[UUID]:
    """The orders whose bulletins an actor reads: all of whose area he sees, with those that they extend."""
    found = require_awake(Purpose.BULLETIN, at=at)
    return [id for each in found if areas_of(each, actor) == each.areas for id in chain(each)]


@emergency_door(Purpose.BULLETIN)
def bulletins(
    *, after: str = "", limit: int = PAGE, actor: Actor, at: datetime
) -> tuple[tuple[Bulletin, ...], str]:
    """Bulletins of orders whose whole area the actor sees, the newest first, and the cursor of the next page.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, READ)
    rows = models.Bulletin.objects.filter(order_id__in=_orders(actor, at)).order_by("-id")
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return tuple(map(bulletin_of, found[:limit])), following


@emergency_door(Purpose.BULLETIN)
def get_bulletin(bulletin_id: UUID, *, actor: Actor, at: datetime) -> Bulletin:
    """One bulletin. Raises NoOrderInForce, NotPermitted, BulletinUnknown."""
    require(actor, READ)
    row = models.Bulletin.objects.filter(id=bulletin_id, order_id__in=_orders(actor, at)).first()
    if row is None:
        raise BulletinUnknown()
    return bulletin_of(row)


@emergency_door(Purpose.BULLETIN)
def published(*, limit: int = PAGE, at: datetime) -> tuple[Bulletin, ...]:
    """What the public may read without a login: bulletins that were released, of orders in force, the newest first.

    Only the last edition of a day is shown; outbreak figures only where somebody's authority was recorded.

    Raises:
        NoOrderInForce.
    """
    found = require_awake(Purpose.BULLETIN, at=at)
    ids = [id for each in found for id in chain(each)]
    rows = models.Bulletin.objects.filter(order_id__in=ids, state=State.ISSUED.value, released_at__isnull=False)  # fmt: skip
    latest = rows.order_by("order_id", "-day", "-edition").distinct("order_id", "day")
    newest = sorted(latest, key=lambda row: (row.day, row.released_at), reverse=True)[:limit]
    return tuple(map(bulletin_of, newest))
