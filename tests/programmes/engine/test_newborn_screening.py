"""Newborn screening: every newborn comes in by the night's search, each result has its next step, the recalled
are looked for until they are reached or lost."""

import datetime
from typing import Any

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.identity.types import Resident
from kangmai.programmes.engine import actions, queries
from kangmai.programmes.engine.types import Enrolment, Filter, Priority, Reached, Recorded, Show
from kangmai.programmes.engine.types import Method as How
from tests.factories import programmes as factory
from tests.factories.programmes import ADMIN, AT, DOCTOR, NEIGHBOUR_DOCTOR, TODAY, at, resident

pytestmark = pytest.mark.usefixtures("database")
KINDS = ("newborn_blood", "newborn_hearing", "newborn_heart")


def after(days: int) -> datetime.date:
    """A day of life of a child born today."""
    return TODAY + datetime.timedelta(days)


@pytest.fixture
def newborn() -> Resident:
    return resident(name="王芳之女", birth_date=TODAY, mother="王芳")


def taken_in(child: Resident) -> dict[str, Enrolment]:
    found = actions.screen_all(actor=ADMIN, at=AT)
    assert {each: found[each] for each in KINDS} == dict.fromkeys(KINDS, 1)
    actions.replan(programme_id="newborn_blood", on=TODAY, actor=ADMIN, at=AT)
    return {each.programme: each for each in queries.enrolments_of(child.id, actor=DOCTOR, at=AT)}


def screened(enrolment: Enrolment, days: int, **answers: Any) -> Recorded:
    on = after(days)
    given = {"screened_on": on.isoformat(), "doctor": "梁医生", **answers}
    return factory.visit(enrolment, service="screening", given=given, at=at(on))


def clock(of: Recorded) -> tuple[Clock, str, datetime.date]:
    (found,) = deadlines.of_subject(Subject("visit", str(of.visit.id)), actor=DOCTOR)
    return found.state, found.definition, found.due_at.astimezone(factory.AT.tzinfo).date()


def test_a_sample_nobody_took_is_late_and_seen_by_the_own_town_alone(newborn: Resident) -> None:
    enrolled = taken_in(newborn)["newborn_blood"]
    assert [(each.due_on, each.late_on) for each in enrolled.planned] == [(after(3), after(7))]
    listed = {
        who: [row.enrolment.id for row in queries.worklist(filter=Filter(Show.OVERDUE, "newborn_blood"), actor=who, at=at(after(8))).rows]
        for who in (DOCTOR, NEIGHBOUR_DOCTOR)
    }  # fmt: skip
    assert listed == {DOCTOR: [enrolled.id], NEIGHBOUR_DOCTOR: []}
    assert actions.screen_all(actor=ADMIN, at=AT)["newborn_blood"] == 0


def test_a_suspected_positive_is_recalled_within_seven_days_and_excluded(newborn: Resident) -> None:
    enrolled = taken_in(newborn)["newborn_blood"]
    taken = screened(enrolled, 4, step="collected", sample="B0001")
    assert (taken.visit.outcome, taken.visit.next_on) == ("waiting", after(16))
    found = screened(taken.enrolment, 12, step="result", result="suspected", tsh="26.5", diseases=["CH"])  # fmt: skip
    assert (found.visit.outcome, found.visit.next_on) == ("recall", after(19))
    assert found.enrolment.priority is Priority.RISK
    assert clock(found) == (Clock.OPEN, "newborn_recall_7d", after(19))
    back = screened(found.enrolment, 17, step="recall", result="pass", tsh="8")
    assert (back.visit.outcome, back.visit.next_on) == ("passed", None)
    assert clock(found)[0] is Clock.MET
    assert back.enrolment.planned == ()


def test_what_the_laboratory_calls_negative_above_the_cut_is_recalled(newborn: Resident) -> None:
    enrolled = taken_in(newborn)["newborn_blood"]
    taken = screened(enrolled, 4, step="collected")
    found = screened(taken.enrolment, 12, step="result", result="pass", phe="121")
    assert found.decision is not None
    assert (found.decision.rule, found.visit.outcome) == ("above_cut", "recall")


def test_who_is_not_reached_after_three_attempts_is_lost(newborn: Resident) -> None:
    enrolled = taken_in(newborn)["newborn_hearing"]
    failed = screened(enrolled, 3, step="first", technique="oae", left="refer", right="pass")
    assert clock(failed) == (Clock.OPEN, "newborn_hearing_35d", after(38))
    latest = failed.enrolment
    for turn, method in enumerate((How.PHONE, How.PHONE, How.FACE_TO_FACE)):
        latest = actions.record_attempt(
            enrolment_id=enrolled.id,
            service="screening",
            method=method,
            outcome=Reached.NO_ANSWER,
            on=after(35 + turn),
            key=f"attempt-{turn}",
            actor=DOCTOR,
            at=at(after(35 + turn)),
        )
    assert latest.lost_on == after(37)
    again = screened(latest, 40, step="second", technique="aabr", left="pass", right="pass")
    assert (again.enrolment.lost_on, again.visit.outcome) == (None, "passed")


def test_saturation_measured_twice_leads_to_echocardiography(newborn: Resident) -> None:
    enrolled = taken_in(newborn)["newborn_heart"]
    found = screened(enrolled, 1, step="first", murmur="false", hand="93", foot="92", hand_again="94", foot_again="93")  # fmt: skip
    assert (found.visit.outcome, found.visit.next_on) == ("diagnose", after(8))
    assert clock(found)[:2] == (Clock.OPEN, "newborn_recall_7d")
    done = screened(found.enrolment, 5, step="diagnosis", diagnosis="normal")
    assert (done.visit.outcome, clock(found)[0]) == ("passed", Clock.MET)
