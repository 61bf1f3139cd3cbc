"""Prenatal screening: a pregnancy from the carriers' test to the outcome, a high risk that is recalled, and what is refused."""

import datetime
from typing import Any

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.forms.errors import AnswersRefused
from kangmai.identity.types import Resident
from kangmai.programmes.engine import errors, queries
from kangmai.programmes.engine.types import Enrolment, Filter, Recorded, Show, Way
from tests.factories import programmes as factory
from tests.factories.forms import loinc, measure, quantity
from tests.factories.programmes import DOCTOR, NEIGHBOUR_DOCTOR, at, resident

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
PERIOD = "2026-01-12"
CARRIERS = {"tested_on": "2026-03-02", "mcv": "88", "mch": "29.5", "husband_tested": "true", "husband_mcv": "90", "husband_mch": "30"}  # fmt: skip
SERUM = {"screened_on": "2026-05-02", "consent": "true", "test": "serum_second", "result": "low"}
HIGH = {**SERUM, "result": "high", "one_in": "90", "about": ["t21"], "told_on": "2026-05-02"}


def pregnant(someone: Resident | None = None, on: str = "2026-02-20", **changes: Any) -> Enrolment:
    usual = {"programme_id": "prenatal", "way": Way.HAND, "anchors": {"last_period": day(PERIOD)}, "on": day(on), "at": at(day(on))}  # fmt: skip
    return factory.enrolment(someone or woman(), **{**usual, **changes})


def woman(**changes: Any) -> Resident:
    return resident(**{"birth_date": day("1996-02-03"), "sex_code": "2", **changes})


def seen(enrolled: Enrolment, service: str, on: str, **answers: Any) -> Recorded:
    return factory.visit(enrolled, service=service, given={"doctor": "梁医生", **answers}, at=at(day(on)))  # fmt: skip


def due(enrolled: Enrolment) -> dict[str, tuple[str, datetime.date]]:
    return {each.service: (each.occasion, each.due_on) for each in enrolled.planned}


def test_a_pregnancy_of_low_risk() -> None:
    enrolled = pregnant()
    assert due(enrolled) == {
        "thalassaemia": ("t1", day("2026-02-23")),
        "ultrasound": ("u1", day("2026-03-30")),
        "aneuploidy": ("s1", day("2026-04-06")),
        "outcome": ("end", day("2026-10-19")),
    }
    tested = seen(enrolled, "thalassaemia", "2026-03-02", **CARRIERS)
    assert (tested.visit.outcome, tested.visit.occasion) == ("low", "t1")
    # nobody measured the nuchal translucency in its weeks: it is given up
    screened = seen(tested.enrolment, "aneuploidy", "2026-05-02", **SERUM)
    assert (screened.visit.outcome, screened.visit.is_counted) == ("low", True)
    assert due(screened.enrolment) == {"ultrasound": ("u2", day("2026-06-01")), "outcome": ("end", day("2026-10-19"))}  # fmt: skip
    ended = seen(screened.enrolment, "outcome", "2026-10-30", asked_on="2026-10-30", method="3", outcome="live", ended_on="2026-10-17", defect="false", as_told="true")  # fmt: skip
    assert (ended.visit.outcome, due(ended.enrolment)) == ("healthy", {})


def test_a_high_risk_is_recalled_until_it_is_settled() -> None:
    high = seen(pregnant(), "aneuploidy", "2026-05-02", **HIGH)
    assert (high.visit.outcome, high.decision.deadline) == ("high", "prenatal_recall_7d")
    assert due(high.enrolment)["diagnosis"] == ("d1", day("2026-05-02"))
    # a normal ultrasound meets nothing of it: the class stays
    normal = seen(high.enrolment, "ultrasound", "2026-06-03", screened_on="2026-06-03", kind="structure", finding="normal")  # fmt: skip
    assert normal.visit.outcome == "high"
    sampled = seen(normal.enrolment, "diagnosis", "2026-06-04", done_on="2026-06-04", step="sampled", technique="amnio")  # fmt: skip
    assert due(sampled.enrolment)["diagnosis"] == ("", day("2026-06-25"))
    told = seen(sampled.enrolment, "diagnosis", "2026-06-22", done_on="2026-06-22", step="result", fetus="carrier", settled_on="2026-06-22")  # fmt: skip
    assert told.enrolment.latest_class == "excluded"
    # the carriers' test nobody did is still wanted
    assert set(due(told.enrolment)) == {"outcome", "thalassaemia"}


def test_the_recall_is_a_deadline_that_the_next_step_meets() -> None:
    high = seen(pregnant(), "aneuploidy", "2026-05-02", **HIGH)

    def standing() -> list[tuple[str, str]]:
        found = deadlines.of_subjects("visit", [str(high.visit.id)], actor=DOCTOR)
        return [(each.definition, each.state.value) for some in found.values() for each in some]

    assert standing() == [("prenatal_recall_7d", "open")]
    seen(high.enrolment, "diagnosis", "2026-05-06", done_on="2026-05-06", step="counselled")
    assert standing() == [("prenatal_recall_7d", "met")]


def test_a_failed_test_does_not_count_and_is_repeated() -> None:
    failed = seen(pregnant(), "aneuploidy", "2026-04-20", **{**SERUM, "screened_on": "2026-04-20", "test": "nipt", "result": "failed"})  # fmt: skip
    assert (failed.visit.outcome, failed.visit.is_counted) == ("repeat", False)
    assert due(failed.enrolment)["aneuploidy"][0] == "s1"


def test_what_a_laboratory_measured_is_proposed() -> None:
    someone = woman()
    enrolled = pregnant(someone)
    for code, value, unit in (("787-2", 76.4, "fL"), ("785-6", 24.1, "pg")):
        measured = {"code": loinc(code), "valueQuantity": quantity(value, unit)}
        measure(someone.patient_id, measured, on="2026-03-01")
    asked = queries.visit_form(
        enrolled.id, service="thalassaemia", actor=DOCTOR, at=at(day("2026-03-03"))
    )
    assert {name: offer.given[name] for name, offer in asked.proposals.items()} == {
        "mcv": "76.4",
        "mch": "24.1",
    }
    assert asked.proposals["mcv"].measured_on == day("2026-03-01")


def test_who_and_what_is_refused() -> None:
    for person, enrolling, error in (
        ({"sex_code": "1"}, {}, errors.NotInPopulation),
        ({}, {"anchors": {}}, errors.AnchorMissing),
        ({}, {"anchors": {"last_period": day("2026-02-21")}}, errors.AnchorOutOfRange),
    ):
        with pytest.raises(error):
            pregnant(woman(**person), **enrolling)
    enrolled = pregnant()
    with pytest.raises(AnswersRefused):
        seen(enrolled, "aneuploidy", "2026-05-02", **{**HIGH, "told_on": "2026-05-01"})
    assert queries.visits_of(enrolled.id, limit=5, actor=DOCTOR, at=at(day("2026-05-02"))) == ()


def test_the_neighbour_sees_nothing() -> None:
    enrolled = pregnant()
    now = at(day("2026-05-12"))
    listed = {
        who: [row.enrolment.id for row in queries.worklist(filter=Filter(Show.OVERDUE, "prenatal"), actor=who, at=now).rows]
        for who in (DOCTOR, NEIGHBOUR_DOCTOR)
    }  # fmt: skip
    assert listed == {DOCTOR: [enrolled.id], NEIGHBOUR_DOCTOR: []}


def test_a_screening_that_a_laboratory_sent_is_proposed_trisomy_by_trisomy() -> None:
    someone = woman()
    enrolled = pregnant(someone)
    negative = {"coding": [{"system": "http://loinc.org", "code": "LA6577-6"}]}
    ratio = {"numerator": {"value": 1}, "denominator": {"value": 1200}}
    bound = {**ratio, "denominator": {"value": 1200, "comparator": ">"}}
    sent = [
        ("77011-5", "2026-04-20", {"valueCodeableConcept": negative}),
        ("77012-3", "2026-04-20", {"valueString": " 高风险 "}),
        ("77013-1", "2026-04-20", {"valueString": "高风险？"}),
        ("43995-0", "2026-04-19", {"valueRatio": ratio}),
        ("43995-0", "2026-04-20", {"valueRatio": bound}),
    ]
    for code, on, value in sent:
        measure(someone.patient_id, {"code": loinc(code), **value}, on=on)
    asked = queries.visit_form(
        enrolled.id, service="aneuploidy", actor=DOCTOR, at=at(day("2026-04-24"))
    )
    assert {name: offer.given[name] for name, offer in asked.proposals.items()} == {
        "t21": "low",
        "t18": "high",
        "one_in": "1200",
    }
