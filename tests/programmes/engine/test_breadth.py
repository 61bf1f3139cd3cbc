"""What the engine does for every programme alike: labels, joint visits, time limits, services that stand apart."""

import datetime
from typing import Any

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.kernel.actor import Label, NotPermitted
from kangmai.programmes.engine import actions, errors, queries
from kangmai.programmes.engine.queries import joined_services
from kangmai.programmes.engine.types import (
    Counts,
    Enrolment,
    EnrolmentDraft,
    Filter,
    Show,
    VisitDraft,
)
from kangmai.programmes.engine.types import Method as How
from kangmai.records import queries as records
from kangmai.records.errors import ResourceNotFound
from tests.factories import programmes as factory
from tests.factories.programmes import (
    ADMIN,
    AT,
    CLINIC,
    DOCTOR,
    HERE,
    NEIGHBOUR_DOCTOR,
    TODAY,
    resident,
    village_doctor,
)

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
CARER = village_doctor(labels=(Label.NORMAL, Label.MENTAL_HEALTH))
LUNG_WORKER = village_doctor(labels=(Label.NORMAL, Label.TUBERCULOSIS))
STABLE = {
    "visited_on": TODAY.isoformat(),
    "method": "2",
    "risk": "0",
    "symptoms": "0",
    "insight": "1",
    "social": "1",
    "adherence": "1",
    "reaction": "1",
    "doctor": "梁医生",
}


def shown(actor: Any) -> list[str]:
    rows = queries.worklist(filter=Filter(Show.ALL), actor=actor, at=AT).rows
    return [row.enrolment.programme for row in rows]


def test_a_sensitive_programme_is_seen_by_its_own_role_alone() -> None:
    someone = resident()
    with pytest.raises(NotPermitted):
        factory.enrolment(someone, programme_id="smd", actor=DOCTOR)
    enrolled = factory.enrolment(someone, programme_id="smd", actor=CARER)
    saved = factory.visit(enrolled, given=STABLE, actor=CARER)
    assert (saved.visit.outcome, saved.visit.next_on) == ("stable", day("2026-05-31"))

    for stranger in (DOCTOR, NEIGHBOUR_DOCTOR, LUNG_WORKER):
        assert shown(stranger) == []
        assert queries.counts(actor=stranger, at=AT) == Counts(0, 0, 0, 0, 0)
        assert queries.enrolments_of(someone.id, actor=stranger, at=AT) == ()
        assert queries.enrolments_by_id([str(enrolled.id)], actor=stranger, at=AT) == []
        with pytest.raises(errors.EnrolmentNotFound):
            queries.get_enrolment(enrolled.id, actor=stranger, at=AT)
        with pytest.raises(errors.VisitNotFound):
            queries.get_visit(saved.visit.id, actor=stranger, at=AT)
        with pytest.raises(errors.EnrolmentNotFound):
            factory.visit(saved.enrolment, given=STABLE, actor=stranger)
        with pytest.raises(ResourceNotFound):
            records.get("QuestionnaireResponse", saved.visit.response_id, actor=stranger, at=AT)
        assert "smd" not in {
            each.id for each in queries.offered_programmes(on=TODAY, actor=stranger)
        }
    assert shown(CARER) == ["smd"]
    stored = records.get("QuestionnaireResponse", saved.visit.response_id, actor=CARER, at=AT)
    assert stored.label == Label.MENTAL_HEALTH


def test_an_injection_stands_apart_from_the_class_of_the_patient() -> None:
    enrolled = factory.enrolment(programme_id="smd", actor=CARER)
    assert [each.service for each in enrolled.planned] == ["followup", "guardian", "exam"]
    unstable = factory.visit(enrolled, given={**STABLE, "risk": "3"}, actor=CARER)
    assert unstable.enrolment.latest_class == "unstable"
    given = {
        "given_on": TODAY.isoformat(),
        "drug": "pp1m",
        "dose_mg": "100",
        "observed": "是",
        "reaction": "1",
        "doctor": "梁医生",
    }
    injected = factory.visit(unstable.enrolment, service="injection", given=given, actor=CARER)
    assert injected.visit.outcome == "injected"
    assert injected.enrolment.latest_class == "unstable"
    (next_dose,) = (each for each in injected.enrolment.planned if each.service == "injection")
    # 30 days later, and seven more are allowed
    assert (next_dose.due_on, next_dose.late_on) == (day("2026-04-01"), day("2026-04-08"))


def test_a_loading_dose_is_followed_on_day_8_and_a_subsidy_after_a_year() -> None:
    enrolled = factory.enrolment(programme_id="smd", actor=CARER)
    given = {
        "given_on": TODAY.isoformat(),
        "drug": "pp1m",
        "loading": "是",
        "dose_mg": "150",
        "observed": "是",
        "reaction": "1",
        "doctor": "梁医生",
    }
    loaded = factory.visit(enrolled, service="injection", given=given, actor=CARER)
    (second,) = (each for each in loaded.enrolment.planned if each.service == "injection")
    assert (second.due_on, second.late_on) == (day("2026-03-09"), day("2026-03-13"))
    said = {
        "decided_on": TODAY.isoformat(),
        "guardian": "梁母",
        "relation": "parent",
        "informed": "both",
        "agreement": "是",
        "duty": "done",
        "result": "paid",
        "amount": "2400",
        "officer": "梁医生",
    }
    paid = factory.visit(loaded.enrolment, service="guardian", given=said, actor=CARER)
    (next_year,) = (each for each in paid.enrolment.planned if each.service == "guardian")
    assert (paid.visit.outcome, next_year.due_on) == ("settled", day("2027-03-02"))
    assert paid.enrolment.latest_class == ""


def test_who_coughs_is_referred_and_asked_within_a_week() -> None:
    enrolled = factory.enrolment(programme_id="tuberculosis_suspect", actor=DOCTOR)
    assert [each.service for each in enrolled.planned] == ["referral"]
    said = {
        "referred_on": TODAY.isoformat(),
        "suspicious": ["cough"],
        "referred_to": "市慢性病防治站",
        "doctor": "梁医生",
    }
    sent = factory.visit(enrolled, service="referral", given=said, actor=DOCTOR)
    (asked,) = sent.enrolment.planned
    assert (asked.service, asked.due_on, asked.late_on) == ("followup", day("2026-03-09"), day("2026-03-09"))  # fmt: skip
    assert shown(LUNG_WORKER) == ["tuberculosis_suspect"]
    assert shown(NEIGHBOUR_DOCTOR) == []


def test_the_notice_of_a_tuberculosis_patient_starts_72_hours() -> None:
    enrolled = factory.enrolment(
        programme_id="tuberculosis", anchors={"notice": TODAY}, on=TODAY, actor=LUNG_WORKER
    )
    subject = Subject("enrolment", str(enrolled.id))
    (clock,) = deadlines.of_subject(subject, actor=LUNG_WORKER)
    assert (clock.definition, clock.state) == ("tuberculosis_visit_72h", Clock.OPEN)
    assert clock.due_at == AT + datetime.timedelta(hours=72)
    assert deadlines.of_subject(subject, actor=DOCTOR) == ()
    given = {
        "visited_on": TODAY.isoformat(),
        "patient_type": "1",
        "sputum": "1",
        "resistance": "2",
        "symptoms": ["2"],
        "treatment_began_on": "2026-02-27",
        "regimen": "2HRZE/4HR",
        "supervisor": "2",
        "kit_given": "是",
        "doctor": "梁医生",
    }
    at_home = factory.visit(enrolled, service="first_visit", given=given, actor=LUNG_WORKER)
    (clock,) = deadlines.of_subject(subject, actor=LUNG_WORKER)
    assert (clock.state, clock.is_on_time) == (Clock.MET, True)
    assert at_home.enrolment.anchors["treatment"] == day("2026-02-27")
    (planned,) = at_home.enrolment.planned
    assert (planned.service, planned.due_on) == ("followup", day("2026-03-09"))


def both() -> tuple[Enrolment, Enrolment]:
    someone = resident()
    return factory.enrolment(someone), factory.enrolment(someone, programme_id="diabetes")


def test_two_chronic_diseases_are_one_visit() -> None:
    pressure, sugar = both()
    seen = factory.visit(pressure)
    (joined,) = joined_services(
        seen.enrolment.id, service="followup", on=TODAY, actor=DOCTOR, at=AT
    )
    assert (joined.enrolment.id, joined.service) == (sugar.id, "followup")
    asked = queries.visit_form(sugar.id, service="followup", actor=DOCTOR, at=AT)
    taken = {name: offer.given[name] for name, offer in asked.proposals.items()}
    told = factory.answers()
    shared = ("systolic", "diastolic", "method", "adherence")
    assert {name: taken[name] for name in shared} == {name: told[name] for name in shared}
    given = {**taken, "visited_on": TODAY.isoformat(), "fasting_glucose": "6.4"}
    given |= {"symptoms": ["1"], "hypoglycaemia": "1", "adverse_reaction": "1", "doctor": "梁医生"}
    done = factory.visit(sugar, given=given)
    assert (done.visit.outcome, done.visit.measures["fasting_glucose"]) == ("controlled", 6.4)
    for enrolled in (seen.enrolment, done.enrolment):
        assert joined_services(enrolled.id, service="followup", on=TODAY, actor=DOCTOR, at=AT) == ()
    # the examination is of another joint visit, and far away
    assert joined_services(pressure.id, service="exam", on=TODAY, actor=DOCTOR, at=AT) == ()
    with pytest.raises(errors.EnrolmentNotFound):
        joined_services(pressure.id, service="followup", on=TODAY, actor=NEIGHBOUR_DOCTOR, at=AT)


def test_visits_taken_over_know_anchors_age_and_service() -> None:
    child = resident(birth_date=day("2025-07-01"))
    draft = EnrolmentDraft(child.id, "child", day("2025-07-05"), CLINIC, HERE)
    (id,) = actions.load_enrolments([draft], actor=ADMIN, at=AT)
    at = AT.replace(month=1)
    visits = [
        VisitDraft(id, "newborn", day("2025-07-08"), at, How.FACE_TO_FACE, {"temperature": 37.5}),
        VisitDraft(
            id, "check", day("2026-01-03"), at, How.FACE_TO_FACE, {"haemoglobin": 109}, occasion="m6"
        ),
    ]  # fmt: skip
    assert actions.load_visits(visits, actor=ADMIN, at=AT) == 2
    actions.replan(programme_id="child", on=TODAY, actor=ADMIN, at=AT)
    newest, oldest = queries.visits_of(id, actor=DOCTOR, at=AT)
    assert (oldest.outcome, newest.outcome) == ("emergency", "weak")
    planned = queries.get_enrolment(id, actor=DOCTOR, at=AT).planned
    # a month after the anaemia, before the check at eight months
    assert [(each.service, each.due_on) for each in planned] == [
        ("tcm", day("2026-01-01")),
        ("check", day("2026-02-02")),
    ]
