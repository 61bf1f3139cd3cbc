"""A visit is saved once, judged by the rules of its day, planned from, corrected without loss."""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Deadline, Subject
from kangmai.forms import queries as forms
from kangmai.forms.errors import AnswersRefused
from kangmai.forms.types import Answered, ResponseStatus
from kangmai.handover import queries as handover
from kangmai.kernel.actor import NotPermitted
from kangmai.programmes.engine import actions, errors, models, queries
from kangmai.programmes.engine.actions.visiting import check_day
from kangmai.programmes.engine.types import (
    Enrolment,
    Method,
    NotCounted,
    PlanReason,
    Priority,
    Reached,
    Recorded,
    Standing,
    Trial,
    VisitDraft,
)
from tests.factories.programmes import (
    ADMIN,
    AT,
    DOCTOR,
    NEIGHBOUR_DOCTOR,
    TODAY,
    answers,
    at,
    enrolment,
    resident,
    visit,
)

pytestmark = pytest.mark.usefixtures("database")


# a day so long ago is asked back first
JANUARY = {**answers(visited_on="2026-01-20", systolic="158"), "confirm.visited_on": "2026-01-20"}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_a_controlled_patient_comes_again_in_ninety_days() -> None:
    saved = visit(enrolment())
    assert saved.decision is not None
    assert (saved.decision.outcome, saved.decision.target_met) == ("controlled", True)
    assert saved.decision.reasons[0].en == (
        "pressure 132/84 is at target, no adverse reaction, no new complication"
    )
    assert (saved.visit.is_counted, saved.visit.is_late_entry) == (True, False)
    assert saved.visit.rule_version == "hypertension@2017-02-28"
    assert saved.visit.measures == {"systolic": 132.0, "diastolic": 84.0}
    assert saved.enrolment.latest_class == "controlled"
    planned = {each.service: each for each in saved.enrolment.planned}
    assert planned["followup"].due_on == TODAY + datetime.timedelta(90)
    assert planned["followup"].reason is PlanReason.DECISION
    assert saved.enrolment.next_due_on == planned["followup"].due_on
    assert set(saved.visit.observations) == {"blood_pressure"}


def test_the_first_miss_is_seen_in_two_weeks_and_the_second_referred() -> None:
    first = visit(
        enrolment(),
        given=answers(systolic="156", visited_on="2026-02-10"),
        at=at(day("2026-02-10")),
    )
    assert first.decision is not None
    assert (first.decision.rule, first.decision.refer) == ("uncontrolled", None)
    assert first.enrolment.next_due_on == day("2026-02-24")
    second = visit(first.enrolment, given=answers(systolic="158"))
    assert second.decision is not None
    assert second.decision.rule == "uncontrolled_again"
    assert second.decision.refer is not None
    assert second.decision.refer.urgency == "soon"
    assert second.enrolment.priority is Priority.UNCONTROLLED
    # a referral is overdue the day after it was due
    assert second.enrolment.next_late_on == second.enrolment.next_due_on == day("2026-03-16")


def test_an_emergency_starts_a_deadline_that_the_next_visit_meets() -> None:
    urgent = visit(
        enrolment(),
        given=answers(systolic="186"),
    )
    assert urgent.enrolment.priority is Priority.EMERGENCY
    assert referral(urgent.visit.id).state == "open"
    later = day("2026-03-10")
    visit(urgent.enrolment, given=answers(visited_on="2026-03-10"), at=at(later))
    met = referral(urgent.visit.id)
    assert (met.state, met.is_on_time) == ("met", True)


def test_an_alarm_is_told_and_saved_before_everything_is_answered() -> None:
    enrolled = enrolment()
    begun = {"visited_on": TODAY.isoformat(), "method": "2", "systolic": "186"}
    told = try_out(enrolled, {"systolic": "186"})
    assert told.decision is not None
    assert (told.decision.rule, told.may_save) == ("emergency_pressure", False)
    assert try_out(enrolled, begun).may_save is True
    saved = visit(enrolled, given=begun)
    assert (saved.visit.outcome, saved.visit.is_open) == ("emergency", True)
    assert (saved.visit.is_counted, saved.visit.not_counted) == (False, NotCounted.INCOMPLETE)
    assert saved.enrolment.priority is Priority.EMERGENCY
    assert referral(saved.visit.id).state == "open"
    completed = actions.correct_visit(
        visit_id=saved.visit.id,
        given=answers(method="2", systolic="186", diastolic="104"),
        reason="补全",
        expected_version=1,
        key="complete-1",
        actor=DOCTOR,
        at=AT,
    )
    assert (completed.visit.is_open, completed.visit.is_counted) == (False, True)
    assert referral(completed.visit.id).state == "open"
    assert answered(completed.visit.response_id).status is ResponseStatus.COMPLETED


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"diastolic": "110"}, "emergency_pressure"),
        ({"diastolic": "109"}, None),
        ({"systolic": "179"}, None),
        ({"symptoms": ["5"]}, "emergency_signs"),
        ({"other_danger": "true"}, "emergency_signs"),
        ({"pregnant_or_lactating": "true", "systolic": "142"}, "emergency_pregnancy"),
        ({"symptoms": ["2"], "systolic": "150"}, None),
    ],
)
def test_what_alarms_waits_for_nothing_else(given: dict[str, Any], rule: str | None) -> None:
    trial = try_out(enrolment(), given)
    assert (trial.decision.rule if trial.decision else None) == rule


def test_what_is_wrong_is_mended_before_an_alarm_is_saved() -> None:
    begun = {"visited_on": TODAY.isoformat(), "method": "2", "systolic": "186", "heart_rate": "999"}
    trial = try_out(enrolment(), begun)
    assert trial.decision is not None
    assert trial.may_save is False
    with pytest.raises(AnswersRefused):
        visit(enrolment(), given=begun)
    with pytest.raises(AnswersRefused):
        visit(enrolment(), given={**begun, "systolic": "150", "heart_rate": "80"})
    assert models.Visit.objects.count() == 0


def try_out(enrolled: Enrolment, given: dict[str, Any]) -> Trial:
    return queries.try_visit(enrolled.id, service="followup", given=given, actor=DOCTOR, at=AT)


def answered(response_id: str) -> Answered:
    return forms.get_answers(response_id, actor=DOCTOR, at=AT)


def referral(visit_id) -> Deadline:
    """The deadline of the referral that a visit started."""
    found = deadlines.of_subject(Subject("visit", str(visit_id)), actor=DOCTOR)
    (one,) = (each for each in found if each.definition == "hypertension_referral_follow_up")
    return one


def test_a_telephone_visit_does_not_count() -> None:
    saved = visit(enrolment(), given=answers(method="3", systolic="", diastolic=""))
    assert saved.visit.method is Method.PHONE
    assert (saved.visit.is_counted, saved.visit.not_counted) == (False, NotCounted.METHOD)
    assert saved.visit.is_complete is False
    assert saved.decision is not None
    assert saved.decision.outcome == "not_measured"


def test_a_late_entry_is_flagged_and_judged_by_its_day() -> None:
    saved = visit(enrolment(), given=answers(visited_on="2026-02-20"))
    assert saved.visit.is_late_entry is True
    assert saved.enrolment.next_due_on == day("2026-05-21")
    assert visit(enrolment(), given=answers(visited_on="2026-02-27")).visit.is_late_entry is False


def test_a_late_entry_makes_later_visits_be_judged_anew() -> None:
    enrolled = enrolment()
    february = visit_on(enrolled, "2026-02-10", systolic="156")
    march = visit_on(february.enrolment, "2026-03-02", systolic="132")
    assert (february.decision.rule, march.decision.rule) == ("uncontrolled", "controlled")
    late = visit(march.enrolment, given=JANUARY)
    assert (late.visit.is_late_entry, late.rejudged) == (True, 1)
    again = queries.get_visit(february.visit.id, actor=DOCTOR, at=AT)
    assert again.reasons[0].rule == "uncontrolled_again"
    assert again.rejudged_at == AT
    (before,) = queries.judgements_of(again.id, actor=DOCTOR, at=AT)
    assert (before.outcome, before.because_of) == ("uncontrolled", late.visit.id)
    assert before.reasons[0].rule == "uncontrolled"
    # March is at target whatever came before, so judging stops there
    assert queries.get_visit(march.visit.id, actor=DOCTOR, at=AT).rejudged_at is None
    assert late.enrolment.latest_visit == march.visit.id
    # the referral that February starts now was followed by the visit in March
    met = referral(again.id)
    assert (met.state, met.is_on_time, met.proof_id) == ("met", False, str(march.visit.id))


def test_a_late_entry_moves_the_plan() -> None:
    enrolled = enrolment()
    february = visit_on(enrolled, "2026-02-24", systolic="156")
    assert february.enrolment.priority is Priority.UNCONTROLLED
    assert february.enrolment.next_late_on == day("2026-03-24")
    late = visit(february.enrolment, given=answers(visited_on="2026-02-10", systolic="158"))
    # the second miss in a row: a referral, overdue as soon as it is due
    assert late.enrolment.next_late_on == late.enrolment.next_due_on == day("2026-03-10")
    assert referral(february.visit.id).state == "open"
    corrected = actions.correct_visit(
        visit_id=late.visit.id,
        given=answers(visited_on="2026-02-10", systolic="130"),
        reason="看错读数",
        expected_version=1,
        key="correct-1",
        actor=DOCTOR,
        at=AT,
    )
    assert corrected.rejudged == 1
    assert corrected.enrolment.next_late_on == day("2026-03-24")
    assert referral(february.visit.id).state == "cancelled"
    told = queries.judgements_of(february.visit.id, actor=DOCTOR, at=AT)
    assert [each.reasons[0].rule for each in told] == ["uncontrolled_again", "uncontrolled"]


def test_a_visit_taken_over_is_judged_anew_only_where_its_values_explain_it() -> None:
    enrolled = enrolment()
    loaded = [
        VisitDraft(
            enrolment_id=enrolled.id,
            service="followup",
            visited_on=day(on),
            entered_at=at(day(on)),
            method=Method.FACE_TO_FACE,
            facts={
                "systolic": Decimal(systolic),
                "diastolic": Decimal(84),
                "has_reaction": reaction,
            },
            organization=enrolled.organization,
        )
        for on, systolic, reaction in (("2026-02-01", 156, False), ("2026-02-20", 158, True))
    ]
    actions.load_visits(loaded, actor=ADMIN, at=AT)
    late = visit(enrolled, given=JANUARY)
    assert late.rejudged == 1
    reaction, miss, _ = queries.visits_of(enrolled.id, actor=DOCTOR, at=AT)
    assert (miss.reasons[0].rule, miss.rejudged_at) == ("uncontrolled_again", AT)
    assert (reaction.reasons[0].rule, reaction.rejudged_at) == ("reaction", None)


def visit_on(enrolled: Enrolment, on: str, **changes: Any) -> Recorded:
    """A visit that is entered on its day."""
    return visit(enrolled, given=answers(visited_on=on, **changes), at=at(day(on)))


@pytest.mark.parametrize(
    ("visited_on", "error"),
    [
        ("2026-03-03", AnswersRefused),
        ("2026-02-19", errors.VisitBeforeEnrolment),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_is_kept(
    visited_on: str, error: type[Exception]
) -> None:
    enrolled = enrolment(on=day("2026-02-20"))
    with pytest.raises(error):
        visit(enrolled, given=answers(visited_on=visited_on))
    assert models.Visit.objects.count() == 0
    assert _responses() == 0
    assert queries.get_enrolment(enrolled.id, actor=DOCTOR, at=AT).version == enrolled.version


def _responses() -> int:
    from kangmai.records.fhir.definitions import resource_types

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM res WHERE rt = %s", [resource_types()["QuestionnaireResponse"]]
        )
        return int(cursor.fetchone()[0])


def test_thirteen_hundred_mmhg_is_refused() -> None:
    with pytest.raises(AnswersRefused) as refused:
        visit(enrolment(), given=answers(systolic="1300"))
    assert [fault.link_id for fault in refused.value.faults] == ["systolic"]
    assert models.Visit.objects.count() == 0


def test_the_same_form_twice_is_one_visit() -> None:
    enrolled = enrolment()
    first = visit(enrolled, key="form-key-1")
    again = visit(enrolled, key="form-key-1")
    assert (again.is_repeated, again.visit.id) == (True, first.visit.id)
    assert models.Visit.objects.count() == 1


def test_a_key_belongs_to_one_enrolment() -> None:
    visit(enrolment(), key="form-key-1")
    with pytest.raises(errors.KeyUsedElsewhere):
        visit(enrolment(), key="form-key-1")


def test_the_second_of_two_people_sees_a_conflict() -> None:
    enrolled = enrolment()
    visit(enrolled)
    with pytest.raises(errors.EnrolmentChanged) as changed:
        visit(enrolled, given=answers(systolic="150"))
    assert changed.value.details == {"current": 2, "expected": 1}
    assert models.Visit.objects.count() == 1


def test_one_visit_of_a_service_a_day() -> None:
    first = visit(enrolment())
    with pytest.raises(errors.VisitOnThisDay):
        visit(first.enrolment)


def test_a_correction_keeps_what_was_and_decides_anew() -> None:
    first = visit(enrolment(), given=answers(systolic="182"))
    corrected = actions.correct_visit(
        visit_id=first.visit.id,
        given=answers(systolic="128"),
        reason="看错读数",
        expected_version=first.visit.version,
        key="correct-1",
        actor=DOCTOR,
        at=AT,
    )
    assert corrected.decision is not None
    assert corrected.decision.outcome == "controlled"
    assert corrected.visit.corrects == first.visit.id
    assert corrected.visit.response_id == first.visit.response_id
    assert corrected.enrolment.latest_visit == corrected.visit.id
    assert corrected.enrolment.next_due_on == TODAY + datetime.timedelta(90)
    shown = queries.visits_of(first.enrolment.id, actor=DOCTOR, at=AT)
    assert [(each.standing, each.outcome) for each in shown] == [
        (Standing.CURRENT, "controlled"),
        (Standing.CORRECTED, "emergency"),
    ]
    assert referral(first.visit.id).state == "cancelled"


def test_the_row_for_the_system_above_follows_a_correction() -> None:
    first = visit(enrolment(), given=answers(systolic="182", symptoms=["2", "9"]))
    subject = Subject("visit", str(first.visit.id))
    (entry,) = handover.of_subject(subject, actor=ADMIN)
    row = handover.row_of(entry.id, actor=ADMIN, at=AT)
    assert (entry.system, entry.state) == ("basic_public_health_hypertension", "prepared")
    told = dict(row)
    assert (told["收缩压"], told["此次随访分类"]) == ("182", "控制不满意")
    assert (told["随访方式"], told["症状"]) == ("门诊", "头痛头晕、下肢水肿")
    corrected = actions.correct_visit(
        visit_id=first.visit.id,
        given=answers(systolic="128"),
        reason="看错读数",
        expected_version=1,
        key="correct-1",
        actor=DOCTOR,
        at=AT,
    )
    assert corrected.visit.first_id == first.visit.id
    (entry,) = handover.of_subject(subject, actor=ADMIN)
    told = dict(handover.row_of(entry.id, actor=ADMIN, at=AT))
    assert (told["收缩压"], told["此次随访分类"]) == ("128", "控制满意")


def test_what_was_corrected_cannot_be_corrected_again() -> None:
    first = visit(enrolment())
    change = {
        "visit_id": first.visit.id,
        "given": answers(systolic="128"),
        "reason": "看错读数",
        "actor": DOCTOR,
        "at": AT,
    }
    done = actions.correct_visit(**change, expected_version=1, key="correct-1")
    again = actions.correct_visit(**change, expected_version=1, key="correct-1")
    assert (again.is_repeated, again.visit.id) == (True, done.visit.id)
    with pytest.raises(errors.VisitCorrected):
        actions.correct_visit(**change, expected_version=2, key="correct-2")


def test_the_neighbour_sees_and_records_nothing() -> None:
    enrolled = enrolment()
    saved = visit(enrolled)
    with pytest.raises(errors.EnrolmentNotFound):
        visit(saved.enrolment, actor=NEIGHBOUR_DOCTOR)
    with pytest.raises(errors.EnrolmentNotFound):
        queries.get_enrolment(enrolled.id, actor=NEIGHBOUR_DOCTOR, at=AT)
    with pytest.raises(errors.VisitNotFound):
        queries.get_visit(saved.visit.id, actor=NEIGHBOUR_DOCTOR, at=AT)
    with pytest.raises(errors.VisitNotFound):
        actions.correct_visit(
            visit_id=saved.visit.id,
            given=answers(),
            reason="x",
            expected_version=1,
            key="correct-9",
            actor=NEIGHBOUR_DOCTOR,
            at=AT,
        )
    ids = [str(enrolled.id)]
    assert queries.enrolments_by_id(ids, actor=NEIGHBOUR_DOCTOR, at=AT) == []
    assert [each.name for each in queries.enrolments_by_id(ids, actor=DOCTOR, at=AT)] == ["李丽"]
    assert queries.visits_by_id([str(saved.visit.id)], actor=NEIGHBOUR_DOCTOR, at=AT) == []


def test_who_holds_no_permission_is_told_so() -> None:
    from tests.factories.actors import actor
    from tests.factories.programmes import CLINIC, HERE

    stranger = actor(places=[HERE], organizations=[CLINIC])
    with pytest.raises(NotPermitted):
        visit(enrolment(), actor=stranger)


def test_a_trial_decides_and_saves_nothing() -> None:
    enrolled = enrolment()
    trial = queries.try_visit(
        enrolled.id, service="followup", given=answers(systolic="150"), actor=DOCTOR, at=AT
    )
    assert trial.decision is not None
    assert trial.decision.rule == "uncontrolled"
    assert trial.decision.is_verified is False
    faulty = queries.try_visit(
        enrolled.id, service="followup", given=answers(systolic=""), actor=DOCTOR, at=AT
    )
    assert (faulty.decision, [fault.link_id for fault in faulty.reading.faults]) == (
        None,
        ["systolic"],
    )
    assert models.Visit.objects.count() == 0


def test_three_attempts_on_different_days_by_two_methods_and_he_is_lost() -> None:
    enrolled = enrolment()
    attempts = [
        ("2026-02-26", Method.PHONE),
        ("2026-02-27", Method.PHONE),
        ("2026-02-28", Method.PHONE),
    ]
    for number, (on, method) in enumerate(attempts):
        now = attempt(enrolled.id, on, method, f"a{number}")
    assert now.lost_on is None
    lost = attempt(enrolled.id, "2026-03-01", Method.FACE_TO_FACE, "a9")
    assert lost.lost_on == day("2026-03-01")
    assert attempt(enrolled.id, "2026-03-01", Method.FACE_TO_FACE, "a9").version == lost.version
    found = visit(lost)
    assert found.enrolment.lost_on is None


def attempt(enrolment_id, on: str, method: Method, key: str):
    return actions.record_attempt(
        enrolment_id=enrolment_id,
        service="followup",
        method=method,
        outcome=Reached.NO_ANSWER,
        on=day(on),
        key=key,
        actor=DOCTOR,
        at=AT,
    )


def test_the_form_of_a_visit_proposes_what_the_record_knows() -> None:
    someone = resident()
    enrolled = enrolment(someone)
    shown = queries.visit_form(enrolled.id, service="followup", actor=DOCTOR, at=AT)
    assert (shown.form.id, shown.previous) == ("hypertension_followup", None)
    assert shown.occasion.endswith(":followup:1")
    visit(enrolled)
    later = at(day("2026-04-02"))
    shown = queries.visit_form(enrolled.id, service="followup", actor=DOCTOR, at=later)
    assert shown.previous is not None
    assert shown.previous.outcome == "controlled"


@pytest.mark.parametrize(
    ("visited_on", "error"),
    [
        ("2026-03-03", errors.VisitInFuture),
        ("2026-02-11", errors.VisitAfterDeath),
        ("1959-01-01", errors.VisitBeforeBirth),
        ("2025-12-31", errors.VisitBeforeEnrolment),
    ],
)
def test_days_are_checked_whatever_a_form_checks(visited_on: str, error: type[Exception]) -> None:
    enrolled = enrolment()
    row = models.Enrolment.objects.get(id=enrolled.id)
    someone = replace(resident(), deceased_on=day("2026-02-10"))
    with pytest.raises(error):
        check_day(day(visited_on), row, someone, today=TODAY)
