"""A high-risk newborn goes home: the report notes the day, and the first visit has three days from it."""

import datetime

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Deadline, Subject
from kangmai.deadlines.types import State as Clock
from kangmai.forms.errors import AnswersRefused
from kangmai.programmes.engine.types import Enrolment, Recorded, Way
from kangmai.standards.calendars import legal_day
from tests.factories import programmes as factory
from tests.factories.programmes import DOCTOR, at, resident

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
BORN = day("2026-02-01")
REPORT = {
    "reported_on": "2026-02-15",
    "reporter": "市妇幼保健院新生儿科",
    "born_at": "hospital",
    "discharged_on": "2026-02-14",
    "risk": ["1", "2"],
    "birth_weight": "1980",
}


def newborn() -> Enrolment:
    return factory.enrolment(
        resident(birth_date=BORN, sex_code="1"), programme_id="child", way=Way.HAND, on=BORN, at=at(BORN)
    )  # fmt: skip


def reported(enrolled: Enrolment, **changes: object) -> Recorded:
    given = {**REPORT, **changes}
    return factory.visit(
        enrolled, service="risk_report", given=given, at=at(day(given["reported_on"]))
    )


def clocks(enrolled: Enrolment) -> list[Deadline]:
    found = deadlines.of_subject(Subject("enrolment", str(enrolled.id)), actor=DOCTOR)
    return [each for each in found if each.definition == "high_risk_newborn_visit"]


def test_nobody_waits_for_a_report_of_a_healthy_newborn() -> None:
    enrolled = newborn()
    assert "risk_report" not in {each.service for each in enrolled.planned}
    assert clocks(enrolled) == []


def test_the_first_visit_has_three_days_from_the_report() -> None:
    told = reported(newborn())
    assert told.enrolment.anchors == {"discharge": day("2026-02-14"), "risk_reported": day("2026-02-15")}  # fmt: skip
    assert "risk_report" not in {each.service for each in told.enrolment.planned}
    (clock,) = clocks(told.enrolment)
    assert clock.state is Clock.OPEN
    assert legal_day(clock.due_at) == day("2026-02-18")

    given = {
        "visited_on": "2026-02-17", "feeding": "1", "risk": ["1", "2"], "temperature": "36.8",
        "weight": "2.3", "complexion": "1", "jaundice": ["0"], "danger": ["0"], "advised": ["0"],
        "guidance": ["1"], "doctor": "梁医生",
    }  # fmt: skip
    seen = factory.visit(told.enrolment, service="newborn", given=given, at=at(day("2026-02-17")))
    assert seen.visit.occasion == "nb"
    (clock,) = clocks(seen.enrolment)
    assert clock.state is Clock.MET


def test_a_second_report_gives_no_longer_time() -> None:
    told = reported(newborn())
    again = reported(told.enrolment, reported_on="2026-02-16")
    (clock,) = clocks(again.enrolment)
    assert (clock.state, legal_day(clock.due_at)) == (Clock.OPEN, day("2026-02-18"))


def test_a_report_without_its_day_of_discharge_is_refused() -> None:
    enrolled = newborn()
    with pytest.raises(AnswersRefused):
        reported(enrolled, discharged_on="")
    assert clocks(enrolled) == []
