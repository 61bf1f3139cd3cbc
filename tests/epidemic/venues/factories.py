"""People, venues and scans under an order in force."""

import itertools
from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.venues import actions, codes, rules
from kangmai.epidemic.venues.types import (
    Channel,
    Origin,
    Person,
    PersonFacts,
    Scans,
    Venue,
    VenueFacts,
)
from kangmai.kernel.actor import Actor
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.orders.factories import AT, in_role, order_in_force

ALL = (Purpose.REGISTRATION, Purpose.SCANNING, Purpose.COLOURS, Purpose.TRACING)
TOWN = "441202001"
KEEPER = in_role(
    "township_public_health",
    201,
    place=TOWN,
    permissions=frozenset(
        {"orders.read", "venues.register", "venues.manage", "venues.scan", "venues.counts"}
    ),
)
NEIGHBOUR = in_role(
    "township_public_health",
    202,
    place="441203101",
    permissions=frozenset({"venues.register", "venues.manage", "venues.counts"}),
)
TRACING = frozenset(
    {
        "orders.read",
        "venues.trace",
        "venues.counts",
        "colours.decide",
        "colours.appeal",
        "tracing.investigate",
    }
)
TRACER = in_role("cdc_epidemiologist", 301, permissions=TRACING)
SECOND = in_role("cdc_epidemiologist", 302, permissions=TRACING)
THIRD = in_role("cdc_epidemiologist", 303, permissions=TRACING)
NEIGHBOUR_TRACER = in_role("cdc_epidemiologist", 304, place="441203", permissions=TRACING)
SUPERVISOR = in_role(
    "commission_officer",
    401,
    permissions=frozenset({"venues.counts", "colours.oversee", "colours.appeal"}),
)

_numbers = itertools.count(1)


def woken(at: datetime = AT, **more: object) -> Order:
    """An order for everything in the city."""
    return order_in_force(*ALL, at=at, **more)  # type: ignore[arg-type]


def facts(n: int = 0, **more: str) -> PersonFacts:
    """Somebody of the town."""
    n = n or next(_numbers)
    born = date(1950 + n % 60, 1 + n % 12, 1 + n % 28)
    values = {
        "name": f"张{n}",
        "document_kind": "01",
        "document_number": make_identity_number(region="441202", birth_on=born, sequence=n % 999),
        "phone": f"139{n:08}",
        "place_code": TOWN,
    }
    return PersonFacts(**{**values, **more})


def person(at: datetime = AT, *, actor: Actor = KEEPER, **more: str) -> Person:
    """Somebody registered by the grid worker."""
    return actions.register_person(facts=facts(**more), origin=Origin.GRID, actor=actor, at=at)


def venue(
    at: datetime = AT,
    *,
    kind: str = "market",
    entrances: Sequence[str] = ("东门", "西门"),
    actor: Actor = KEEPER,
    place: str = TOWN,
) -> Venue:
    """A venue of the town."""
    n = next(_numbers)
    return actions.open_venue(
        facts=VenueFacts(name=f"第{n}市场", kind=kind, place_code=place, manager="李四"),
        entrances=entrances,
        key=f"v{n}",
        actor=actor,
        at=at,
    )


def number_of(someone: Person) -> int:
    """The number of somebody's pass."""
    return codes.pass_number(someone.pass_code)


def scans(
    rows: Sequence[tuple[int, int, datetime]],
    entrance: str | Sequence[str],
    *,
    source: int = 7,
    channel: Channel = Channel.DOCUMENT_READER,
    own_venue: int = 0,
) -> Scans:
    """A batch from rows of client number, pass number and instant."""
    client, passes, at = zip(*rows, strict=True)
    return Scans(
        client=np.array(client, np.int64),
        at=np.array([rules.second_of(each) for each in at], np.int64),
        passes=np.array(passes, np.int64),
        entrances=(entrance,) if isinstance(entrance, str) else tuple(entrance),
        sources=np.full(len(rows), source, np.int64),
        channels=np.full(len(rows), channel.value, np.int64),
        own_venues=np.full(len(rows), own_venue, np.int64),
    )
