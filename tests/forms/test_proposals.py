"""What the record knows is proposed with its source; what is too old, foreign or odd is not."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kangmai.forms import actions, queries, rules
from kangmai.identity.errors import ResidentNotFound
from kangmai.kernel import connections
from kangmai.kernel.actor import NotPermitted
from tests.factories import forms as factory
from tests.factories.forms import (
    AT,
    CLINIC,
    FOLLOW_UP,
    TODAY,
    doctor,
    follow_up,
    loinc,
    measure,
    neighbour,
    pressure,
    quantity,
)

NOON = "T12:00:00+08:00"


def proposed(resident, *, actor=None, form_id="hypertension_followup", on=TODAY):
    return queries.proposals(
        follow_up(form_id), resident_id=resident.id, on=on, actor=actor or doctor(), at=AT
    )


def weight(value: float, unit: str = "kg") -> dict:
    return {"code": loinc("29463-7"), "valueQuantity": quantity(value, unit)}


def test_hospital_reading_is_proposed_with_its_source(shared_database):
    resident = factory.resident()
    source = measure(resident.patient_id, pressure(142, 88), on=f"2026-04-28{NOON}")
    found = proposed(resident)
    assert sorted(found) == ["diastolic", "systolic"]
    offer = found["systolic"]
    assert offer.words == {"zh": "142 mmHg", "en": "142 mmHg"}
    assert offer.given == {"systolic": "142", "measured_on": "2026-04-28"}
    assert (offer.source, offer.organization, offer.is_own) == (source, factory.HOSPITAL, False)
    assert (offer.measured_on, offer.age_days) == (datetime.date(2026, 4, 28), 4)


def test_taken_proposals_are_sound_and_keep_the_day_of_the_reading(shared_database):
    resident = factory.resident()
    measure(resident.patient_id, pressure(142, 88), on="2026-04-28")
    typed = {k: v for k, v in FOLLOW_UP.items() if k not in ("systolic", "diastolic")}
    taken = rules.take(typed, proposed(resident))
    saved = actions.save_answers(
        form=follow_up(), resident_id=resident.id, given=taken, key=f"key-{resident.id:08d}",
        actor=doctor(), at=AT,
    )  # fmt: skip
    assert saved.answers.number("systolic") == 142
    assert saved.answers.day("measured_on") == datetime.date(2026, 4, 28)


@pytest.mark.parametrize(("day", "is_offered"), [("2026-04-02", True), ("2026-04-01", False)])
def test_limit_of_age(shared_database, day, is_offered):
    resident = factory.resident()
    measure(resident.patient_id, pressure(142, 88), on=day)
    assert ("systolic" in proposed(resident)) is is_offered


def test_future_of_the_visit_is_not_proposed(shared_database):
    resident = factory.resident()
    measure(resident.patient_id, pressure(142, 88), on="2026-05-01")
    assert proposed(resident, on=datetime.date(2026, 4, 30)) == {}


def test_latest_reading_wins(shared_database):
    resident = factory.resident()
    measure(resident.patient_id, pressure(150, 90), on="2026-04-20")
    latest = measure(resident.patient_id, pressure(130, 80), on="2026-04-25")
    measure(resident.patient_id, pressure(160, 99), on="2026-04-22")
    found = proposed(resident)
    assert (found["systolic"].source, found["systolic"].given["systolic"]) == (latest, "130")
    assert found["diastolic"].given["diastolic"] == "80"


def test_two_pressures_of_different_readings_are_none(shared_database):
    resident = factory.resident()
    for code, value, day in (("8480-6", 150, "2026-04-25"), ("8462-4", 90, "2026-04-25")):
        measure(
            resident.patient_id, {"code": loinc(code), "valueQuantity": quantity(value)}, on=day
        )
    assert proposed(resident) == {}


def test_two_observations_of_one_instant_are_one_reading(shared_database):
    resident = factory.resident()
    for code, value in (("8480-6", 150), ("8462-4", 90)):
        content = {"code": loinc(code), "valueQuantity": quantity(value)}
        measure(resident.patient_id, content, on=f"2026-04-25{NOON}")
    assert {k: p.words["zh"] for k, p in proposed(resident).items()} == {
        "systolic": "150 mmHg",
        "diastolic": "90 mmHg",
    }


def test_units_are_converted_and_rounded(shared_database):
    resident = factory.resident()
    measure(resident.patient_id, weight(141, "[jin_cn]"), on="2026-04-25")
    measure(
        resident.patient_id,
        {"code": loinc("8302-2"), "valueQuantity": quantity(1.68, "m")},
        on="2026-04-25",
    )
    found = proposed(resident)
    assert found["weight_now"].given["weight_now"] == "70.5"
    assert found["height"].given["height"] == "168"


@pytest.mark.parametrize(
    "more",
    [
        {"status": "entered-in-error"},
        {"status": "preliminary"},
        {"valueQuantity": quantity(1300, "kg")},
        {"valueQuantity": quantity(70, "Cel")},
        {"valueQuantity": {**quantity(70, "kg"), "comparator": "<"}},
    ],
)
def test_what_would_not_stand_is_not_proposed(shared_database, more):
    resident = factory.resident()
    measure(resident.patient_id, {**weight(70), **more}, on="2026-04-25")
    assert proposed(resident) == {}


def test_own_institution_only_where_the_item_says_so(shared_database):
    resident = factory.resident()
    measure(resident.patient_id, weight(70), on="2026-04-25")
    assert proposed(resident, form_id="annual_exam_core") == {}
    own = measure(resident.patient_id, weight(71), on="2026-04-20", organization=CLINIC)
    found = proposed(resident, form_id="annual_exam_core")
    assert (found["weight"].source, found["weight"].is_own) == (own, True)


def test_previous_response_proposes_medicines_and_habits(shared_database):
    resident = factory.resident()
    typed = {
        **FOLLOW_UP,
        "visited_on": "2026-04-28",
        "salt": "2",
        "drugs.0.name": "氨氯地平",
        "drugs.0.dose": "5mg",
        "drugs.0.times_a_day": "1",
        "drugs.1.name": "缬沙坦",
    }
    saved = actions.save_answers(
        form=follow_up(), resident_id=resident.id, given=typed, key=f"key-{resident.id:08d}",
        actor=doctor(), at=AT,
    )  # fmt: skip
    found = proposed(resident)
    assert found["salt"].words == {"zh": "中", "en": "Medium"}
    assert found["drugs"].words["zh"] == "氨氯地平 5mg 1 次/天；缬沙坦"
    assert found["drugs"].given == {
        "drugs.0.name": "氨氯地平",
        "drugs.0.dose": "5mg",
        "drugs.0.times_a_day": "1",
        "drugs.1.name": "缬沙坦",
    }
    assert found["drugs"].source == f"QuestionnaireResponse/{saved.response_id}"
    assert found["systolic"].is_own
    assert "adverse_reaction" not in found


def test_neighbour_gets_no_proposals(shared_database):
    resident = factory.resident()
    measure(resident.patient_id, pressure(142, 88), on="2026-04-28")
    with pytest.raises(ResidentNotFound):
        proposed(resident, actor=neighbour())
    blind = doctor(permissions=["identity.search"])
    with pytest.raises(NotPermitted):
        proposed(resident, actor=blind)


def test_another_residents_reading_is_not_proposed(shared_database):
    resident, other = factory.resident(), factory.resident(name="李姨", sex_code="2")
    measure(other.patient_id, pressure(142, 88), on="2026-04-28")
    assert proposed(resident) == {}


def test_as_many_statements_for_many_measurements_as_for_one(shared_database):
    few, many = factory.resident(), factory.resident(name="李姨")
    measure(few.patient_id, pressure(142, 88), on="2026-04-28")
    for day in range(1, 29):
        measure(many.patient_id, pressure(120 + day, 80), on=f"2026-04-{day:02d}")
        measure(many.patient_id, weight(70), on=f"2026-04-{day:02d}")

    def statements(resident) -> int:
        proposed(resident)
        with CaptureQueriesContext(connection) as captured:
            proposed(resident)
        return len(captured)

    assert connections.own_connection() is not None
    assert statements(few) == statements(many)


def test_a_glucose_in_another_unit_is_converted_as_a_glucose(shared_database):
    resident = factory.resident()
    reading = {"code": loinc("1558-6"), "valueQuantity": quantity(126, "mg/dL")}
    measure(resident.patient_id, reading, on="2026-05-01")
    found = proposed(resident, form_id="diabetes_followup")
    assert found["fasting_glucose"].given == {"fasting_glucose": "7", "glucose_on": "2026-05-01"}


def test_what_one_form_of_a_joint_visit_was_told_is_proposed_to_the_other(shared_database):
    resident = factory.resident()
    told = {**FOLLOW_UP, "smoking": "3", "smoking_per_day": "10", "symptoms": ["1"]}
    actions.save_answers(
        form=follow_up(), resident_id=resident.id, given=told, key=f"key-{resident.id:08d}",
        actor=doctor(), at=AT,
    )  # fmt: skip
    found = proposed(resident, form_id="diabetes_followup")
    shared = {name: found[name].given[name] for name in ("method", "smoking", "adherence")}
    assert shared == {"method": "1", "smoking": "3", "adherence": "1"}
    assert found["systolic"].given["systolic"] == FOLLOW_UP["systolic"]
    assert "symptoms" not in found
    # the way of a visit is that of this day only
    later = proposed(resident, form_id="diabetes_followup", on=datetime.date(2026, 5, 3))
    assert "method" not in later
    assert "smoking" in later
