"""A hospital, the mother's town, a neighbour and the bureau; what matters is written in the test."""

import datetime
import itertools
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, operator, subtree
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.programmes.births import actions
from kangmai.programmes.births.types import Birth, Named, Parent, Told
from kangmai.registry.types import OrganizationKind as K
from tests.factories import registry

AT = datetime.datetime(2026, 5, 4, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 5, 4)
BORN = datetime.datetime(2026, 5, 3, 6, 20, tzinfo=datetime.UTC)
OPERATOR = operator("test")
COUNTY, TOWN, VILLAGE, NEIGHBOUR = "441202", "441202001", "441202001002", "441203101"
TEAM = ("records.read", "records.search", "records.create", "records.update", "identity.search", "identity.write", "registry.read", "deadlines.read", "deadlines.write", "programmes.read", "programmes.visit", "programmes.manage")  # fmt: skip
MIDWIFE = (*TEAM, "births.read", "births.issue", "births.chain")
BUREAU = ("births.read", "births.keep", "births.chain")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Town:
    hospital: int
    centre: int
    neighbour: int
    bureau: int


def build() -> Town:
    hospital = registry.organization(code="H1", name="市妇幼保健院", kind=K.MATERNAL_CHILD, division_code="441203").id  # fmt: skip
    centre = registry.organization(code="C1", name="城东中心", kind=K.COMMUNITY_CENTRE, division_code=TOWN, jurisdiction_code=TOWN).id  # fmt: skip
    neighbour = registry.organization(code="N1", name="邻镇中心", kind=K.COMMUNITY_CENTRE, division_code=NEIGHBOUR, jurisdiction_code=NEIGHBOUR).id  # fmt: skip
    bureau = registry.organization(code="B1", name="市卫健委", kind=K.BUREAU, division_code="441200", jurisdiction_code="441200").id  # fmt: skip
    return Town(hospital, centre, neighbour, bureau)


def actor(organization: int, *permissions: str, place: str = "", account: int = 5) -> Actor:
    places = (subtree(place),) if place else ()
    grant = Grant("desk", OrganizationId(organization), places, frozenset(permissions))
    scope = DataScope(places=places, organizations=frozenset({OrganizationId(organization)}))
    return Actor(AccountId(account), "陈慧敏", (grant,), Purpose.TREATMENT, scope)


def midwife(town: Town) -> Actor:
    return actor(town.hospital, *MIDWIFE)


def next_door(town: Town) -> Actor:
    return actor(town.neighbour, *MIDWIFE, place=NEIGHBOUR, account=8)


def at_home(town: Town) -> Actor:
    """Somebody of the mother's town."""
    return actor(town.centre, *MIDWIFE, place=TOWN, account=7)


def officer(town: Town) -> Actor:
    return actor(town.bureau, *BUREAU, place="441200", account=9)


def mother(**changes: Any) -> Resident:
    usual = {"name": "王芳", "sex_code": "2", "birth_date": datetime.date(1996, 2, 3), "place_code": VILLAGE, "address": "示例路 1 号"}  # fmt: skip
    known = Demographics(**{**usual, **changes})
    return identity.register_resident(known, managing_org=None, actor=OPERATOR, at=AT)


def told(**changes: Any) -> Told:
    usual = {"born_at": BORN, "sex_code": "2", "weeks": 39, "weight_g": 3250, "length_cm": 50}
    return Told(**{**usual, **changes})


def registered(town: Town, of: Resident, **changes: Any) -> Birth:
    usual = {"mother_number": of.index_number, "mother_name": of.demographics.name, "told": told(), "key": uuid4(), "actor": midwife(town), "at": AT}  # fmt: skip
    return actions.register_birth(**{**usual, **changes})


def blanks(town: Town, count: int = 5, **changes: Any) -> str:
    """Blanks of the hospital; the first number."""
    first = f"U{next(_numbers) * 1000 + 440000000:09d}"
    usual = {"organization": town.hospital, "first": first, "count": count, "key": uuid4(), "actor": officer(town), "at": AT}  # fmt: skip
    actions.receive_blanks(**{**usual, **changes})
    return first


NAMED = Named("李晓彤", Parent("王芳", "01", "441202199602030028"), Parent("李强", "01", ""))


def issued(town: Town, birth: Birth, **changes: Any) -> Birth:
    usual = {"birth_id": birth.id, "named": NAMED, "key": uuid4(), "expected_version": birth.version, "actor": midwife(town), "at": AT}  # fmt: skip
    return actions.issue(**{**usual, **changes})
