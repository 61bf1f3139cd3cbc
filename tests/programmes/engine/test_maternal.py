"""A pregnancy from booking to 42 days: anchors, gestational weeks, risk colours, deadlines, what is refused."""

import datetime
from typing import Any

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.identity.types import Resident
from kangmai.programmes.engine import actions, errors, queries
from kangmai.programmes.engine.types import Enrolment, PlanReason, Recorded, Way
from tests.factories import programmes as factory
from tests.factories.programmes import DOCTOR, at, resident

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
LAST_PERIOD = "2025-05-01"
EASY = {"place": "1", "systolic": "112", "diastolic": "70", "weight": "58", "doctor": "梁医生"}


def woman(**changes: Any) -> Resident:
    return resident(**{"birth_date": day("1996-02-03"), "sex_code": "2", **changes})


def booked(someone: Resident | None = None, **changes: Any) -> Enrolment:
    usual = {
        "programme_id": "maternal",
        "way": Way.HAND,
        "anchors": {"last_period": day(LAST_PERIOD)},
        "on": day("2025-06-20"),
        "at": at(day("2025-06-20")),
    }
    return factory.enrolment(someone or woman(), **{**usual, **changes})


def seen(enrolled: Enrolment, on: str, service: str = "antenatal", **answers: Any) -> Recorded:
    given = {**EASY, "visited_on": on, **answers}
    return factory.visit(enrolled, service=service, given=given, at=at(day(on)))


def planned(enrolled: Enrolment) -> dict[str, tuple[str, datetime.date, datetime.date]]:
    return {each.service: (each.occasion, each.due_on, each.late_on) for each in enrolled.planned}


def test_the_checks_lie_in_their_weeks() -> None:
    enrolled = booked()
    assert planned(enrolled) == {
        "antenatal": ("a1", day("2025-06-05"), day("2025-07-30")),  # 5+0 to 12+6
        "delivery": ("birth", day("2026-02-05"), day("2026-02-19")),  # 40+0 to 42+0
    }
    first = seen(enrolled, "2025-06-25")
    assert (first.visit.occasion, first.visit.outcome, first.visit.next_on) == ("a1", "green", None)
    assert planned(first.enrolment)["antenatal"] == ("a2", day("2025-08-21"), day("2025-09-24"))
    # a check between the windows helps nobody over the second
    between = seen(first.enrolment, "2025-07-30")
    assert between.visit.occasion == ""
    assert planned(between.enrolment)["antenatal"][0] == "a2"
    # who comes in week 22 has missed the second: it is the third
    late = seen(between.enrolment, "2025-10-02")
    assert late.visit.occasion == "a3"
    assert planned(late.enrolment)["antenatal"] == ("a4", day("2025-11-13"), day("2026-01-14"))


def test_a_rising_risk_asks_for_visits_in_between() -> None:
    first = seen(booked(), "2025-06-25")
    risen = seen(first.enrolment, "2025-09-01", systolic="146", diastolic="92")
    assert (risen.visit.outcome, risen.visit.occasion) == ("yellow", "a2")
    (antenatal,) = (each for each in risen.enrolment.planned if each.service == "antenatal")
    assert (antenatal.due_on, antenatal.occasion, antenatal.reason) == (
        day("2025-09-15"),
        "",
        PlanReason.DECISION,
    )
    protein = seen(risen.enrolment, "2025-09-15", systolic="148", diastolic="94", urine_protein="2")
    assert (protein.visit.outcome, protein.visit.occasion) == ("orange", "")
    calm = seen(protein.enrolment, "2025-09-29", systolic="118", diastolic="76")
    assert (calm.visit.outcome, calm.visit.occasion) == ("green", "a3")  # 21 weeks and 4 days
    assert planned(calm.enrolment)["antenatal"] == ("a4", day("2025-11-13"), day("2026-01-14"))


def test_the_delivery_ends_the_checks_and_begins_the_visits_after() -> None:
    first = seen(booked(), "2025-06-25")
    given = {
        "delivered_on": "2026-02-01",
        "discharged_on": "2026-02-04",
        "hospital": "市妇幼保健院",
        "delivery_mode": "1",
        "live_births": "1",
        "doctor": "梁医生",
    }
    born = factory.visit(
        first.enrolment, service="delivery", given=given, at=at(day("2026-02-05"))
    ).enrolment
    assert born.anchors["delivery"] == day("2026-02-01")
    assert planned(born) == {
        "postpartum": ("pp1", day("2026-02-07"), day("2026-02-11")),
        "day42": ("pp42", day("2026-03-15"), day("2026-03-29")),
    }
    subject = Subject("enrolment", str(born.id))
    (clock,) = deadlines.of_subject(subject, actor=DOCTOR)
    assert (clock.definition, clock.state) == ("postpartum_visit", Clock.OPEN)
    home = {"place": "2", "temperature": "36.8", "abnormal": "否", "weight": ""}
    call = {name: value for name, value in EASY.items() if name != "weight"} | home
    call = {name: value for name, value in call.items() if value}
    at_home = factory.visit(
        born,
        service="postpartum",
        given={**call, "visited_on": "2026-02-09"},
        at=at(day("2026-02-09")),
    )
    assert (at_home.visit.occasion, at_home.visit.outcome) == ("pp1", "recovering")
    (clock,) = deadlines.of_subject(subject, actor=DOCTOR)
    assert (clock.state, clock.is_on_time) == (Clock.MET, True)
    low = factory.visit(
        at_home.enrolment,
        service="day42",
        given={**call, "visited_on": "2026-03-16", "epds": "15"},
        at=at(day("2026-03-16")),
    )
    assert (low.visit.outcome, low.decision.refer.urgency) == ("abnormal", "soon")


def test_one_pregnancy_is_booked_once() -> None:
    someone = woman()
    first = booked(someone)
    with pytest.raises(errors.AlreadyEnrolled):
        booked(someone)
    actions.close_enrolment(
        enrolment_id=first.id,
        reason="moved",
        on=day("2025-07-01"),
        expected_version=first.version,
        actor=DOCTOR,
        at=at(day("2025-07-01")),
    )
    # back again, with a last period told a little differently: still the same pregnancy
    again = {"on": day("2025-08-01"), "at": at(day("2025-08-01"))}
    with pytest.raises(errors.SameEpisode) as refused:
        booked(someone, anchors={"last_period": day("2025-05-12")}, **again)
    assert refused.value.details["enrolment"] == first.id
    found = queries.enrolments_of(someone.id, actor=DOCTOR, at=at(day("2025-08-01")))
    assert [each.id for each in found] == [first.id]
    next_year = {"on": day("2026-02-01"), "at": at(day("2026-02-01"))}
    assert booked(someone, anchors={"last_period": day("2025-12-15")}, **next_year).id != first.id


@pytest.mark.parametrize(
    ("person", "enrolling", "error"),
    [
        ({"sex_code": "1"}, {}, errors.NotInPopulation),
        ({"birth_date": day("1960-01-01")}, {}, errors.NotInPopulation),
        ({}, {"anchors": {}}, errors.AnchorMissing),
        ({}, {"anchors": {"last_period": day("2025-06-21")}}, errors.AnchorOutOfRange),
        ({}, {"anchors": {"last_period": day("2024-08-13")}}, errors.AnchorOutOfRange),
        ({}, {"anchors": {"last_period": day("2025-05-01"), "x": day("2025-05-01")}}, errors.AnchorUnknown),
    ],
    ids=["a man", "too old", "no last period", "in the future", "311 days ago", "no such day"],
)  # fmt: skip
def test_who_and_what_is_refused(
    person: dict[str, Any], enrolling: dict[str, Any], error: type[Exception]
) -> None:
    someone = woman(**person)
    with pytest.raises(error) as refused:
        booked(someone, **enrolling)
    assert "{" not in refused.value.message("zh") + refused.value.message("en")
    assert queries.enrolments_of(someone.id, actor=DOCTOR, at=at(day("2025-06-20"))) == ()
