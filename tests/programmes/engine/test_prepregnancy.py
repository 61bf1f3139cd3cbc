"""The free check before pregnancy: both of a couple, the assessment, early pregnancy and outcome, and what is refused."""

import datetime
from typing import Any

import pytest

from kangmai.forms.errors import AnswersRefused
from kangmai.identity.types import Resident
from kangmai.programmes.engine import actions, errors, queries
from kangmai.programmes.engine.types import Enrolment, Filter, PlanReason, Recorded, Show, Way
from tests.factories import programmes as factory
from tests.factories.programmes import DOCTOR, NEIGHBOUR_DOCTOR, at, resident

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
HUSBAND = {
    "husband_checked": "true", "husband_name": "郑国栋", "husband_history": ["0"], "husband_physical": "normal", "husband_urine": "normal",
    "husband_blood_group": "O", "husband_alt": "22", "husband_creatinine": "78", "husband_hbsag": "neg", "husband_to_treat": "false",
}  # fmt: skip
WIFE = {
    "education": "true", "folic_acid": "2", "wife_history": ["0"], "consanguineous": "false", "exposures": ["0"], "systolic": "112",
    "diastolic": "70", "height": "160", "weight": "54.4", "gynaecology": "normal", "vaginal_secretion": "normal", "haemoglobin": "128",
    "urine": "normal", "blood_group": "A", "rh": "pos", "fasting_glucose": "4.9", "alt": "18", "creatinine": "62", "hbsag": "neg",
    "tsh": "normal", "rubella_igg": "pos", "cmv": "neg", "toxoplasma": "neg", "ultrasound": "normal", "to_treat": "false",
    "told": "true", "doctor": "梁医生",
}  # fmt: skip
ASKED = {"method": "3", "doctor": "梁医生"}


def wife(**changes: Any) -> Resident:
    return resident(**{"birth_date": day("1996-02-03"), "sex_code": "2", **changes})


def planning(someone: Resident | None = None, on: str = "2026-01-10", **changes: Any) -> Enrolment:
    usual = {"programme_id": "prepregnancy", "way": Way.HAND, "anchors": {"planned": day(on)}, "on": day(on), "at": at(day(on))}  # fmt: skip
    return factory.enrolment(someone or wife(), **{**usual, **changes})


def seen(enrolled: Enrolment, service: str, on: str, **answers: Any) -> Recorded:
    return factory.visit(enrolled, service=service, given=answers, at=at(day(on)))


def checked(enrolled: Enrolment, on: str, **changes: Any) -> Recorded:
    return seen(enrolled, "check", on, checked_on=on, **{**WIFE, **HUSBAND, **changes})


def planned(enrolled: Enrolment) -> dict[str, tuple[str, datetime.date, PlanReason]]:
    return {each.service: (each.occasion, each.due_on, each.reason) for each in enrolled.planned}


def test_a_couple_from_the_plan_to_the_outcome() -> None:
    enrolled = planning()
    assert planned(enrolled) == {"check": ("first", day("2026-01-10"), PlanReason.OCCASION)}
    done = checked(enrolled, "2026-01-20", rubella_igg="neg")
    assert (done.visit.outcome, done.visit.is_counted) == ("high", True)
    assert planned(done.enrolment) == {
        "check": ("", day("2026-04-20"), PlanReason.DECISION),
        "early": ("e1", day("2026-04-20"), PlanReason.OCCASION),
    }
    again = checked(done.enrolment, "2026-04-20")
    assert again.enrolment.latest_class == "general"
    early = seen(again.enrolment, "early", "2026-06-10", asked_on="2026-06-10", pregnant="yes", last_period="2026-04-28", folic_acid="1", exposures=["0"], bleeding="false", **ASKED)  # fmt: skip
    assert (early.visit.outcome, early.visit.occasion) == ("pregnant", "")
    # what the couple was before pregnancy stays: the follow-ups stand apart
    assert early.enrolment.latest_class == "general"
    assert planned(early.enrolment) == {"outcome": ("end", day("2027-02-02"), PlanReason.OCCASION)}
    lost = seen(early.enrolment, "outcome", "2027-02-20", asked_on="2027-02-20", outcome="live", ended_on="2027-02-01", weeks="39", birth_weight="3150", defect="true", defect_name="唇裂", **ASKED)  # fmt: skip
    assert (lost.visit.outcome, lost.decision.refer.urgency) == ("adverse", "soon")
    assert planned(lost.enrolment) == {}
    closed = actions.close_enrolment(enrolment_id=enrolled.id, reason="completed", on=day("2027-02-21"), expected_version=lost.enrolment.version, actor=DOCTOR, at=at(day("2027-02-21")))  # fmt: skip
    with pytest.raises(errors.EnrolmentNotManaged):
        checked(closed, "2027-02-22")


def test_who_was_not_checked_with_her_husband_does_not_count() -> None:
    alone = {name: value for name, value in HUSBAND.items() if name == "husband_checked"}
    done = seen(planning(), "check", "2026-01-12", checked_on="2026-01-12", **{**WIFE, **alone, "husband_checked": "false"})  # fmt: skip
    assert (done.visit.outcome, done.visit.is_counted) == ("general", False)
    assert planned(done.enrolment)["check"][0] == "first"


def test_one_plan_has_one_free_check() -> None:
    someone = wife()
    first = planning(someone)
    with pytest.raises(errors.AlreadyEnrolled):
        planning(someone)
    gone = day("2026-02-01")
    actions.close_enrolment(enrolment_id=first.id, reason="moved", on=gone, expected_version=first.version, actor=DOCTOR, at=at(gone))  # fmt: skip
    with pytest.raises(errors.SameEpisode):
        planning(someone, "2026-03-01")
    assert planning(someone, "2026-10-10").id != first.id


def test_who_and_what_is_refused() -> None:
    refused: list[tuple[dict[str, Any], dict[str, Any], type[Exception]]] = [
        ({"sex_code": "1"}, {}, errors.NotInPopulation),
        ({"birth_date": day("1975-01-01")}, {}, errors.NotInPopulation),
        ({}, {"anchors": {}}, errors.AnchorMissing),
        ({}, {"anchors": {"planned": day("2026-01-11")}}, errors.AnchorOutOfRange),
    ]
    for person, enrolling, error in refused:
        with pytest.raises(error):
            planning(wife(**person), **enrolling)


def test_a_value_off_the_scale_saves_nothing_and_the_neighbour_sees_nothing() -> None:
    enrolled = planning()
    with pytest.raises(AnswersRefused):
        checked(enrolled, "2026-01-12", mcv="820")
    listed = {
        who: [row.enrolment.id for row in queries.worklist(filter=Filter(Show.DUE, "prepregnancy"), actor=who, at=at(day("2026-01-12"))).rows]
        for who in (DOCTOR, NEIGHBOUR_DOCTOR)
    }  # fmt: skip
    assert listed == {DOCTOR: [enrolled.id], NEIGHBOUR_DOCTOR: []}
    assert queries.visits_of(enrolled.id, limit=5, actor=DOCTOR, at=at(day("2026-01-12"))) == ()
