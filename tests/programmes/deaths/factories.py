"""A hospital, a CDC and a neighbour's; somebody who has died. What matters is written in the test."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor
from kangmai.programmes.deaths import actions
from kangmai.programmes.deaths.types import Cause, Certificate, Line, Told
from kangmai.registry.types import OrganizationKind as K
from tests.factories import registry
from tests.programmes.births.factories import COUNTY, NEIGHBOUR, OPERATOR, TEAM, VILLAGE, actor

AT = datetime.datetime(2026, 5, 4, 2, tzinfo=datetime.UTC)
DIED = datetime.datetime(2026, 5, 3, 6, 20, tzinfo=datetime.UTC)
CERTIFIER = ("deaths.read", "deaths.certify")
REVIEWER = ("deaths.read", "deaths.review", "deaths.count", "deadlines.read")


@dataclass(frozen=True)
class Town:
    hospital: int
    cdc: int
    neighbour: int


def build() -> Town:
    hospital = registry.organization(code="H1", name="区人民医院", kind=K.HOSPITAL, division_code=COUNTY).id  # fmt: skip
    cdc = registry.organization(code="D1", name="区疾控", kind=K.CDC, division_code=COUNTY, jurisdiction_code=COUNTY).id  # fmt: skip
    neighbour = registry.organization(code="D2", name="邻区疾控", kind=K.CDC, division_code="441203", jurisdiction_code="441203").id  # fmt: skip
    return Town(hospital, cdc, neighbour)


def doctor(town: Town) -> Actor:
    return actor(town.hospital, *CERTIFIER, *TEAM)


def reviewer(town: Town, **more: Any) -> Actor:
    return actor(town.cdc, *REVIEWER, **{"place": COUNTY, "account": 9, **more})


def next_door(town: Town) -> Actor:
    return actor(town.neighbour, *REVIEWER, *CERTIFIER, place=NEIGHBOUR[:6], account=8)


def resident(**changes: Any) -> Resident:
    usual = {"name": "梁秀英", "sex_code": "2", "birth_date": datetime.date(1946, 2, 3), "place_code": VILLAGE}  # fmt: skip
    known = Demographics(**{**usual, **changes})
    return identity.register_resident(known, managing_org=None, actor=OPERATOR, at=AT)


CAUSES = (
    Cause(Line.A, "急性心肌梗死", "I21.9", 1),
    Cause(Line.B, "冠状动脉粥样硬化性心脏病", "I25.1", 3650),
    Cause(Line.OTHER, "2型糖尿病", "E11.9", 5000),
)


def told(**changes: Any) -> Told:
    usual = {"died_at": DIED, "place": "1", "level": "2", "basis": "4", "causes": CAUSES, "underlying": Line.B}  # fmt: skip
    return Told(**{**usual, **changes})


def issued(town: Town, of: Resident, **changes: Any) -> Certificate:
    usual = {"number": of.index_number, "name": of.demographics.name, "told": told(), "is_checked": False, "key": uuid4(), "actor": doctor(town), "at": AT}  # fmt: skip
    return actions.issue(**{**usual, **changes})
