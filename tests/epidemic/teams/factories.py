"""Two counties with their CDC and a hospital, and teams of theirs; what matters is written in the test."""

import datetime
from dataclasses import dataclass
from uuid import uuid4

from kangmai.epidemic.teams import actions
from kangmai.epidemic.teams.types import CallOut, MemberFacts, Mission, MissionFacts, Team, Wish
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.registry.types import OrganizationKind as K
from tests.factories import registry

AT = datetime.datetime(2026, 11, 22, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 22)
CITY, COUNTY, NEIGHBOUR = "441200", "441202", "441203"
KEEP = ("registry.read", "teams.read", "teams.keep")
CALL = ("registry.read", "teams.read", "teams.call")
INVESTIGATION = ("leader", "field", "field", "information")


@dataclass(frozen=True)
class City:
    cdc: int
    hospital: int
    neighbour: int
    staff: dict[int, list[int]]


def build() -> City:
    cdc = registry.organization(code="CDC1", name="端州区疾控中心", kind=K.CDC).id
    hospital = registry.organization(code="H1").id
    neighbour = registry.organization(code="CDC2", name="鼎湖区疾控中心", kind=K.CDC, division_code=NEIGHBOUR).id  # fmt: skip
    staff: dict[int, list[int]] = {}
    for home in (cdc, hospital, neighbour):
        people = [registry.staff(home, name=f"张{home}{n}") for n in range(10)]
        for each in people:
            registry.post(each.id, home, role_code="epidemiologist")
        staff[home] = [each.id for each in people]
    return City(cdc, hospital, neighbour, staff)


def actor(
    organization: int | None,
    *permissions: str,
    place: str = "",
    account: int = 5,
    role: str = "keeper",
) -> Actor:
    places = (subtree(place),) if place else ()
    home = OrganizationId(organization) if organization is not None else None
    grant = Grant(role, home, places, frozenset(permissions))
    return Actor(AccountId(account), role, (grant,), Purpose.OPERATIONS, DataScope())


def keeper(organization: int, account: int = 5) -> Actor:
    return actor(organization, *KEEP, account=account)


def caller(place: str = CITY) -> Actor:
    return actor(None, *CALL, place=place, account=9)


def team(
    city: City,
    home: int,
    name: str = "一队",
    kind: str = "investigation",
    first: int = 0,
    functions: tuple[str, ...] = INVESTIGATION,
) -> Team:
    members = [
        MemberFacts(city.staff[home][first + n], function) for n, function in enumerate(functions)
    ]
    return actions.form(organization=home, kind=kind, name=name, members=members, key=uuid4(), actor=keeper(home), at=AT)  # fmt: skip


def call_out(*wishes: Wish, place: str = COUNTY, by: Actor | None = None, **more: object) -> CallOut:  # fmt: skip
    return actions.call_out(
        title="学校呕吐聚集", place=place, wishes=wishes, **{"key": uuid4(), "actor": by or caller(), "at": AT, **more}
    )  # fmt: skip


def mission(city: City, **changes: object) -> Mission:
    facts: dict[str, object] = {
        "task": "支援采样",
        "destination": "青岛市",
        "starts_on": TODAY,
        "until_on": TODAY + datetime.timedelta(14),
        "from_organization": city.hospital,
        "to_name": "青岛市卫生健康委",
        "people": tuple(city.staff[city.hospital][:2]),
    }
    by = changes.pop("by", None) or keeper(city.hospital)
    return actions.plan_mission(facts=MissionFacts(**{**facts, **changes}), key=uuid4(), actor=by, at=AT)  # type: ignore[arg-type]  # fmt: skip
