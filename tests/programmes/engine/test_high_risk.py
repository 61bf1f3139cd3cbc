"""The special file of a pregnancy at risk: opened by the visit that says so, reported in time, followed, concluded."""

import datetime
from typing import Any
from uuid import uuid4

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.forms.errors import AnswersRefused
from kangmai.identity.types import Resident
from kangmai.programmes.engine import actions, errors, queries
from kangmai.programmes.engine.types import Enrolment, Filter, Recorded, Show, State, Way
from tests.factories import programmes as factory
from tests.factories.programmes import DOCTOR, NEIGHBOUR_DOCTOR, at, resident

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
EASY = {"place": "1", "systolic": "112", "diastolic": "70", "weight": "58", "doctor": "梁医生"}
FILE = {"infected": "false", "factors": "瘢痕子宫", "named_doctor": "梁医生", "named_phone": "0758-2000000", "hospital": "市妇幼保健院", "plan": "每两周产检", "told": "true", "reported_to": "区妇幼保健院"}  # fmt: skip
CALM = {"method": "1", "step": "followed", "danger_signs": ["0"], "systolic": "118", "diastolic": "76", "infected": "false", "following": "true", "doctor": "梁医生"}  # fmt: skip


def booked(**changes: Any) -> tuple[Resident, Enrolment]:
    woman = resident(**{"birth_date": day("1996-02-03"), "sex_code": "2", **changes})
    enrolled = factory.enrolment(
        woman,
        programme_id="maternal",
        way=Way.HAND,
        anchors={"last_period": day("2026-01-12")},
        on=day("2026-03-02"),
        at=at(day("2026-03-02")),
    )
    return woman, enrolled


def checked(enrolled: Enrolment, on: str, **answers: Any) -> Recorded:
    given = {**EASY, "visited_on": on, **answers}
    return factory.visit(enrolled, service="antenatal", given=given, at=at(day(on)))


def files_of(woman: Resident, on: str) -> list[Enrolment]:
    found = queries.enrolments_of(woman.id, actor=DOCTOR, at=at(day(on)))
    return [each for each in found if each.programme == "high_risk_pregnancy"]


def seen(file: Enrolment, service: str, on: str, **answers: Any) -> Recorded:
    return factory.visit(file, service=service, given=answers, at=at(day(on)))


def limits(file: Enrolment) -> dict[str, str]:
    found = deadlines.of_subjects("enrolment", [str(file.id)], actor=DOCTOR)
    return {each.definition: each.state.value for some in found.values() for each in some}


def test_an_orange_visit_opens_the_file_and_a_red_one_asks_for_its_own_report() -> None:
    woman, enrolled = booked()
    green = checked(enrolled, "2026-03-09")
    assert files_of(woman, "2026-03-09") == []
    orange = checked(green.enrolment, "2026-05-04", orange_factors=["1"])
    assert orange.visit.outcome == "orange"
    (file,) = files_of(woman, "2026-05-04")
    assert (file.state, file.way, file.organization) == (State.MANAGED, Way.RULE, enrolled.organization)  # fmt: skip
    assert {each.service: each.due_on for each in file.planned} == {
        "file": day("2026-05-04"),
        "follow": day("2026-05-11"),
        "conclude": day("2026-11-30"),
    }
    assert limits(file) == {"high_risk_report_3d": "open"}
    red = checked(orange.enrolment, "2026-05-06", red_factors=["1"], orange_factors=["1"])
    assert red.visit.outcome == "red"
    (same,) = files_of(woman, "2026-05-06")
    assert same.id == file.id
    assert limits(file) == {"high_risk_report_3d": "open", "high_risk_report_24h": "open"}
    seen(
        same,
        "file",
        "2026-05-06",
        opened_on="2026-05-06",
        colour="red",
        reported_on="2026-05-06",
        **FILE,
    )
    assert limits(file) == {"high_risk_report_3d": "met", "high_risk_report_24h": "met"}


def test_the_file_is_followed_consulted_and_concluded() -> None:
    woman, enrolled = booked()
    checked(enrolled, "2026-05-04", orange_factors=["1"])
    (file,) = files_of(woman, "2026-05-04")
    filed = seen(
        file,
        "file",
        "2026-05-04",
        opened_on="2026-05-04",
        colour="orange",
        reported_on="2026-05-04",
        **FILE,
    )
    followed = seen(
        filed.enrolment, "follow", "2026-05-11", visited_on="2026-05-11", colour="orange", **CALM
    )
    assert (followed.visit.outcome, followed.visit.next_on) == ("orange", day("2026-05-25"))
    with pytest.raises(AnswersRefused):
        seen(
            followed.enrolment,
            "follow",
            "2026-05-25",
            visited_on="2026-05-25",
            colour="orange",
            **{**CALM, "step": "consulted"},
        )
    consulted = seen(
        followed.enrolment,
        "follow",
        "2026-05-25",
        visited_on="2026-05-25",
        colour="red",
        consulted_at="市妇幼保健院",
        consulted_opinion="住院",
        **{**CALM, "step": "consulted"},
    )
    assert (consulted.visit.outcome, consulted.visit.next_on) == ("red", day("2026-06-01"))
    ended = seen(
        consulted.enrolment,
        "conclude",
        "2026-10-30",
        concluded_on="2026-10-30",
        outcome="birth",
        born_on="2026-09-12",
        born_at="市妇幼保健院",
        mother="well",
        child="well",
        summary="平稳",
        doctor="梁医生",
    )
    assert (ended.visit.outcome, ended.enrolment.planned) == ("concluded", ())
    closed = actions.close_enrolment(
        enrolment_id=file.id,
        reason="completed",
        on=day("2026-10-30"),
        expected_version=ended.enrolment.version,
        actor=DOCTOR,
        at=at(day("2026-10-30")),
    )
    assert closed.state is State.CLOSED


def test_a_closed_file_opens_anew_by_a_later_visit_only() -> None:
    woman, enrolled = booked()
    orange = checked(enrolled, "2026-05-04", orange_factors=["1"])
    (file,) = files_of(woman, "2026-05-04")
    actions.close_enrolment(
        enrolment_id=file.id,
        reason="lowered",
        on=day("2026-05-12"),
        expected_version=file.version,
        actor=DOCTOR,
        at=at(day("2026-05-12")),
    )
    late = factory.visit(
        orange.enrolment,
        service="antenatal",
        given={**EASY, "visited_on": "2026-05-10", "orange_factors": ["1"]},
        at=at(day("2026-05-13")),
    )
    assert late.visit.outcome == "orange"
    assert [each.id for each in files_of(woman, "2026-05-13")] == [file.id]
    checked(late.enrolment, "2026-05-20", red_factors=["1"])
    again = files_of(woman, "2026-05-20")
    assert sorted(each.state for each in again) == [State.CLOSED, State.MANAGED]


def test_purple_beside_another_colour_and_nobody_twice() -> None:
    woman, enrolled = booked()
    both = checked(enrolled, "2026-05-04", orange_factors=["1"], infections=["1"])
    assert [each.rule for each in both.decision.reasons] == ["orange", "purple"]
    (file,) = files_of(woman, "2026-05-04")
    (opened,) = queries.opened_by(both.visit.id, on=day("2026-05-04"), actor=DOCTOR)
    assert opened.id == file.id
    with pytest.raises(
        errors.AlreadyEnrolled,
        match=r"Special management of pregnancies at risk already \(managed\)",
    ):
        factory.enrolment(
            woman,
            programme_id="high_risk_pregnancy",
            way=Way.HAND,
            anchors={"last_period": day("2026-01-12"), "found": day("2026-05-04")},
            on=day("2026-05-04"),
            at=at(day("2026-05-04")),
        )
    now = at(day("2026-05-12"))
    listed = {
        who: [row.enrolment.id for row in queries.worklist(filter=Filter(Show.OVERDUE, "high_risk_pregnancy"), actor=who, at=now).rows]
        for who in (DOCTOR, NEIGHBOUR_DOCTOR)
    }  # fmt: skip
    assert listed == {DOCTOR: [file.id], NEIGHBOUR_DOCTOR: []}


def test_a_follow_up_that_judges_red_first_asks_for_the_report_of_a_day() -> None:
    woman, enrolled = booked()
    checked(enrolled, "2026-05-04", orange_factors=["1"])
    (file,) = files_of(woman, "2026-05-04")
    reported = {"opened_on": "2026-05-04", "colour": "orange", "reported_on": "2026-05-04", **FILE}
    filed = seen(file, "file", "2026-05-04", **reported)
    assert limits(file) == {"high_risk_report_3d": "met"}
    red = seen(
        filed.enrolment, "follow", "2026-05-11", visited_on="2026-05-11", colour="red", **CALM
    )
    assert red.visit.outcome == "red"
    assert limits(file) == {"high_risk_report_3d": "met", "high_risk_report_24h": "open"}
    assert queries.opened_by(red.visit.id, on=day("2026-05-11"), actor=DOCTOR) == ()
    again = seen(
        red.enrolment,
        "file",
        "2026-05-12",
        **{**reported, "opened_on": "2026-05-12", "colour": "red", "reported_on": "2026-05-12"},
    )
    assert limits(file) == {"high_risk_report_3d": "met", "high_risk_report_24h": "met"}
    later = seen(
        again.enrolment, "follow", "2026-05-18", visited_on="2026-05-18", colour="red", **CALM
    )
    assert later.enrolment.anchors["red_on"] == day("2026-05-11")


def corrected(visit: Any, on: str, **answers: Any) -> Recorded:
    return actions.correct_visit(
        visit_id=visit.id,
        given={**EASY, "visited_on": visit.visited_on.isoformat(), **answers},
        reason="看错",
        expected_version=visit.version,
        key=uuid4().hex,
        actor=DOCTOR,
        at=at(day(on)),
    )


def test_a_correction_that_takes_the_colour_back_closes_the_file_it_opened() -> None:
    woman, enrolled = booked()
    orange = checked(enrolled, "2026-05-04", orange_factors=["1"])
    green = corrected(orange.visit, "2026-05-06")
    assert green.visit.outcome != "orange"
    (file,) = files_of(woman, "2026-05-06")
    assert (file.state, file.closing_reason, file.closed_on) == (State.CLOSED, "mistaken", day("2026-05-06"))  # fmt: skip
    assert limits(file) == {"high_risk_report_3d": "cancelled"}
    corrected(green.visit, "2026-05-07", orange_factors=["1"])
    states = sorted(each.state for each in files_of(woman, "2026-05-07"))
    assert states == [State.CLOSED, State.MANAGED]


def test_a_file_that_somebody_works_in_or_another_visit_opens_stays_open() -> None:
    woman, enrolled = booked()
    first = checked(enrolled, "2026-05-04", orange_factors=["1"])
    second = checked(first.enrolment, "2026-05-06", orange_factors=["1"])
    corrected(first.visit, "2026-05-07")
    assert [each.state for each in files_of(woman, "2026-05-07")] == [State.MANAGED]
    (file,) = files_of(woman, "2026-05-07")
    seen(
        file,
        "file",
        "2026-05-07",
        opened_on="2026-05-07",
        colour="orange",
        reported_on="2026-05-07",
        **FILE,
    )
    corrected(second.visit, "2026-05-08")
    assert [each.state for each in files_of(woman, "2026-05-08")] == [State.MANAGED]


def test_a_red_that_was_orange_takes_its_day_and_its_limit_back() -> None:
    woman, enrolled = booked()
    red = checked(enrolled, "2026-05-04", red_factors=["1"])
    (file,) = files_of(woman, "2026-05-04")
    assert limits(file) == {"high_risk_report_24h": "open"}
    orange = corrected(red.visit, "2026-05-05", orange_factors=["1"])
    (file,) = files_of(woman, "2026-05-05")
    assert file.state == State.MANAGED
    assert file.anchors == {"found": day("2026-05-04"), "orange_on": day("2026-05-04"), "last_period": file.anchors["last_period"]}  # fmt: skip
    assert limits(file) == {"high_risk_report_24h": "cancelled", "high_risk_report_3d": "open"}
    corrected(orange.visit, "2026-05-05", red_factors=["1"])
    (file,) = files_of(woman, "2026-05-05")
    assert set(file.anchors) == {"found", "red_on", "last_period"}


def test_a_red_day_that_a_second_visit_notes_moves_there() -> None:
    woman, enrolled = booked()
    first = checked(enrolled, "2026-05-04", red_factors=["1"])
    checked(first.enrolment, "2026-05-06", red_factors=["1"])
    corrected(first.visit, "2026-05-07", orange_factors=["1"])
    (file,) = files_of(woman, "2026-05-07")
    assert (file.anchors["red_on"], file.anchors["orange_on"]) == (day("2026-05-06"), day("2026-05-04"))  # fmt: skip
