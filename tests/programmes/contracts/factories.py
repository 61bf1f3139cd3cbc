"""A township hospital with its village clinic, a neighbour and the bureau; what matters is written in the test."""

import datetime
import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, operator, subtree
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.programmes.contracts import actions
from kangmai.programmes.contracts.types import Contract, Team, TeamFacts, Terms
from kangmai.programmes.engine import actions as engine
from kangmai.programmes.engine.types import EnrolmentDraft, Method, VisitDraft
from kangmai.registry.types import OrganizationKind as K
from tests.factories import registry

AT = datetime.datetime(2026, 5, 4, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 5, 4)
OPERATOR = operator("test")
TOWN, VILLAGE, NEIGHBOUR = "441202001", "441202001002", "441203101"
SIGNER = ("contracts.read", "contracts.sign", "contracts.count", "identity.search", "records.read", "programmes.read")  # fmt: skip
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Town:
    centre: int
    clinic: int
    neighbour: int
    bureau: int
    leader: int
    nurse: int
    stranger: int


def build() -> Town:
    centre = registry.organization(code="C1", name="城东卫生院", kind=K.COMMUNITY_CENTRE, division_code=TOWN, jurisdiction_code=TOWN).id  # fmt: skip
    clinic = registry.organization(code="V1", name="城东村卫生室", kind=K.COMMUNITY_STATION, division_code=VILLAGE, jurisdiction_code=VILLAGE, parent_id=centre).id  # fmt: skip
    neighbour = registry.organization(code="N1", name="邻镇卫生院", kind=K.COMMUNITY_CENTRE, division_code=NEIGHBOUR, jurisdiction_code=NEIGHBOUR).id  # fmt: skip
    bureau = registry.organization(code="B1", name="市卫健委", kind=K.BUREAU, division_code="441200", jurisdiction_code="441200").id  # fmt: skip
    people = [_member("陈慧敏", centre), _member("何护士", clinic), _member("周医生", neighbour)]  # fmt: skip
    return Town(centre, clinic, neighbour, bureau, *people)


def _member(name: str, organization: int) -> int:
    found = registry.staff(organization, name=name)
    registry.post(found.id, organization)
    return found.id


def actor(organization: int, *permissions: str, place: str = "", account: int = 5) -> Actor:
    places = (subtree(place),) if place else ()
    grant = Grant("desk", OrganizationId(organization), places, frozenset(permissions))
    scope = DataScope(places=places, organizations=frozenset({OrganizationId(organization)}))
    return Actor(AccountId(account), "陈慧敏", (grant,), Purpose.TREATMENT, scope)


def township(town: Town) -> Actor:
    return actor(town.centre, *SIGNER, "contracts.keep", place=TOWN)


def village(town: Town) -> Actor:
    return actor(town.clinic, *SIGNER, place=VILLAGE, account=6)


def next_door(town: Town) -> Actor:
    return actor(town.neighbour, *SIGNER, "contracts.keep", place=NEIGHBOUR, account=7)


def officer(town: Town) -> Actor:
    return actor(town.bureau, "contracts.count", place="441200", account=8)


def himself(resident: Resident) -> Actor:
    grant = Grant("resident", None, (), frozenset({"own.record"}))
    scope = DataScope(residents=frozenset({resident.id}))
    return Actor(AccountId(100 + next(_numbers)), "居民", (grant,), Purpose.RESIDENT, scope)


def resident(**changes: Any) -> Resident:
    n = next(_numbers)
    usual = {"name": f"居民{n}", "sex_code": "2", "birth_date": datetime.date(1960, 2, 1) + datetime.timedelta(days=97 * n), "place_code": VILLAGE, "address": f"示例路 {n} 号"}  # fmt: skip
    known = Demographics(**{**usual, **changes})
    return identity.register_resident(known, managing_org=None, actor=OPERATOR, at=AT)


def founded(town: Town, **changes: Any) -> Team:
    facts = TeamFacts(f"团队{next(_numbers)}", town.leader, ((town.leader, "general_practitioner"), (town.nurse, "nurse")), "0758-2100120")  # fmt: skip
    usual = {"organization": town.centre, "facts": facts, "key": uuid4(), "actor": township(town), "at": AT}  # fmt: skip
    return actions.found_team(**{**usual, **changes})


def terms(*packages: str, years: int = 1, begins_on: datetime.date = TODAY, fee: str = "") -> Terms:
    return Terms(packages, years, begins_on, fee=Decimal(fee) if fee else None)


def signed(town: Town, of: Resident, team: Team, **changes: Any) -> Contract:
    usual = {"resident_id": of.id, "team_id": team.id, "terms": terms(), "key": uuid4(), "actor": township(town), "at": AT}  # fmt: skip
    return actions.sign(**{**usual, **changes})


def managed(town: Town, of: Resident, programme: str, *days: str, service: str = "followup", **facts: Any) -> None:  # fmt: skip
    """An enrolment a year ago, with visits face to face."""
    draft = EnrolmentDraft(of.id, programme, datetime.date(2025, 5, 1), OrganizationId(town.clinic), VILLAGE)  # fmt: skip
    (id,) = engine.load_enrolments([draft], actor=OPERATOR, at=AT)
    visits = [
        VisitDraft(id, service, datetime.date.fromisoformat(day), datetime.datetime.fromisoformat(f"{day}T02:00:00+00:00"), Method.FACE_TO_FACE, facts)
        for day in days
    ]  # fmt: skip
    engine.load_visits(visits, actor=OPERATOR, at=AT)
