"""Residents, village doctors and hypertension visits for tests; what matters to a test is written in the test."""

import datetime
import itertools
from typing import Any

from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import Enrolment, Recorded, State, Way
from tests.factories.actors import EVERY_PERMISSION, actor

AT = datetime.datetime(2026, 3, 2, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 3, 2)
HERE, NEIGHBOUR = "441202001002", "441203001001"
CLINIC, OTHER_CLINIC, HOSPITAL = 7, 8, 71
ADMIN = operator("test")
TEAM = (
    "programmes.read",
    "programmes.visit",
    "kit.carry",
    "workload.own",
    "programmes.manage",
    "deadlines.read",
    "deadlines.write",
    "deadlines.by_hand",
    "handover.prepare",
    "handover.read",
)
_numbers = itertools.count(1)


def village_doctor(place: str = HERE, organization: int = CLINIC, **more: Any) -> Actor:
    """A village doctor who serves one village."""
    permissions = (*EVERY_PERMISSION, *TEAM)
    return actor(places=[place], organizations=[organization], permissions=permissions, **more)


DOCTOR = village_doctor()
NEIGHBOUR_DOCTOR = village_doctor(NEIGHBOUR, OTHER_CLINIC)


def resident(**changes: Any) -> Resident:
    """A registered woman of 65 in our village."""
    usual = {
        "name": "李丽",
        "sex_code": "2",
        "birth_date": datetime.date(1960, 5, 6),
        "place_code": HERE,
    }
    known = Demographics(**{**usual, **changes})
    return identity.register_resident(known, managing_org=CLINIC, actor=ADMIN, at=AT)


def enrolment(someone: Resident | None = None, **changes: Any) -> Enrolment:
    """A resident managed for hypertension since the first of January."""
    someone = someone or resident()
    usual = {
        "programme_id": "hypertension",
        "way": Way.HAND,
        "state": State.MANAGED,
        "on": datetime.date(2026, 1, 1),
        "key": f"enrol-key-{next(_numbers)}",
        "actor": DOCTOR,
        "at": AT,
    }
    return actions.enrol(resident_id=someone.id, **{**usual, **changes})


def answers(**changes: Any) -> dict[str, Any]:
    """What a page sends for a controlled patient seen at the clinic today."""
    usual = {
        "visited_on": TODAY.isoformat(),
        "method": "1",
        "symptoms": ["1"],
        "systolic": "132",
        "diastolic": "84",
        "adherence": "1",
        "adverse_reaction": "1",
        "doctor": "梁医生",
    }
    return {**usual, **changes}


def visit(enrolled: Enrolment, *, given: dict[str, Any] | None = None, **changes: Any) -> Recorded:
    """A follow-up of an enrolment as it is now."""
    usual = {
        "service": "followup",
        "given": given or answers(),
        "key": f"visit-key-{next(_numbers)}",
        "expected_version": enrolled.version,
        "actor": DOCTOR,
        "at": AT,
    }
    return actions.record_visit(enrolment_id=enrolled.id, **{**usual, **changes})


def at(day: datetime.date) -> datetime.datetime:
    """Ten in the morning of a day in Shanghai."""
    return datetime.datetime(day.year, day.month, day.day, 2, tzinfo=datetime.UTC)
