"""A town with stores: a hospital, a centre with its station, a neighbour; what matters is written in the test."""

import datetime
from dataclasses import dataclass
from uuid import UUID, uuid4

from kangmai.epidemic.supplies import actions
from kangmai.epidemic.supplies.types import Entry, EntryKind, Line, LoadLine
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.registry.types import OrganizationKind
from tests.factories import registry

AT = datetime.datetime(2026, 11, 22, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 22)
CITY, COUNTY, TOWN, VILLAGE, NEIGHBOUR = (
    "441200",
    "441202",
    "441202001",
    "441202001002",
    "441203001",
)
KEEP = ("registry.read", "supplies.read", "supplies.keep")
PLAN = ("registry.read", "supplies.read", "supplies.plan")


@dataclass(frozen=True)
class Town:
    hospital: int
    centre: int
    station: int
    neighbour: int


def build() -> Town:
    K = OrganizationKind
    hospital = registry.organization(code="H1").id
    centre = registry.organization(code="C1", name="城东中心", kind=K.COMMUNITY_CENTRE, division_code=TOWN).id  # fmt: skip
    station = registry.organization(
        code="S1", name="城东站", kind=K.COMMUNITY_STATION, division_code=VILLAGE, parent_id=centre
    ).id
    neighbour = registry.organization(code="N1", name="邻镇中心", kind=K.COMMUNITY_CENTRE, division_code=NEIGHBOUR).id  # fmt: skip
    return Town(hospital, centre, station, neighbour)


def actor(organization: int | None, *permissions: str, place: str = "", account: int = 5) -> Actor:
    places = (subtree(place),) if place else ()
    home = OrganizationId(organization) if organization is not None else None
    grant = Grant("keeper", home, places, frozenset(permissions))
    return Actor(AccountId(account), "keeper", (grant,), Purpose.OPERATIONS, DataScope())


def keeper(organization: int, account: int = 5) -> Actor:
    return actor(organization, *KEEP, account=account)


def officer(place: str = CITY) -> Actor:
    return actor(None, *PLAN, place=place, account=9)


def day(offset: int) -> datetime.date:
    return TODAY + datetime.timedelta(offset)


def book(
    organization: int,
    kind: EntryKind,
    *lines: Line,
    reason: str = "",
    key: UUID | None = None,
    by: Actor | None = None,
    **more: object,
) -> Entry:
    return actions.book(
        organization=organization, kind=kind, lines=lines, booked_on=TODAY, reason=reason, key=key or uuid4(),
        actor=by or keeper(organization), at=AT, **more,
    )  # fmt: skip


def loads(organization: int, **people: tuple[int, int]) -> None:
    lines = [LoadLine(load, *numbers) for load, numbers in people.items()]
    from kangmai.epidemic.supplies import models

    row = models.Store.objects.filter(organization_id=organization).first()
    actions.set_loads(
        organization=organization, loads=lines, expected_version=row.version if row else 0,
        actor=keeper(organization), at=AT,
    )  # fmt: skip
