"""Forms and answers as FHIR: valid, complete, and back again without loss."""

import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.forms import fhir, queries, rules
from kangmai.forms.fhir import About
from kangmai.forms.types import Answers
from kangmai.forms.writing import raw
from kangmai.records.validation import validate
from tests.factories.forms import FOLLOW_UP, MAN, TODAY, follow_up
from tests.forms.strategies import answered

ABOUT = About(
    "Patient/7", {"display": "梁医生"}, datetime.datetime(2026, 5, 2, 2, tzinfo=datetime.UTC)
)
FORMS = st.sampled_from(queries.forms())


def errors(resource) -> list[str]:
    return [issue.message for issue in validate(json.loads(raw(resource))) if issue.is_error]


@pytest.mark.parametrize("form", queries.forms(), ids=lambda form: f"{form.id}@{form.version}")
def test_questionnaire_is_valid_and_holds_every_item(form):
    made = fhir.to_questionnaire(form)
    assert errors(made) == []

    def links(items):
        return [link for item in items for link in (item["linkId"], *links(item.get("item", ())))]

    assert links(made["item"]) == list(form.by_link_id)


def test_questionnaire_says_when_to_ask_and_how_to_calculate():
    made = fhir.to_questionnaire(follow_up())
    measurements, state = made["item"][1], made["item"][2]
    bmi = next(item for item in measurements["item"] if item["linkId"] == "bmi")
    assert bmi["readOnly"] is True
    expressions = [
        e["valueExpression"]["expression"] for e in bmi["extension"] if "valueExpression" in e
    ]
    assert expressions == ["%weightNow / (%height / 100).power(2)"]
    other = next(item for item in state["item"] if item["linkId"] == "symptoms_other")
    assert other["enableWhen"] == [
        {
            "question": "symptoms",
            "operator": "=",
            "answerCoding": {
                "system": "urn:kangmai:code-set:ht-symptoms",
                "code": "10",
                "display": "其他",
            },
        }
    ]
    assert made["url"] == "urn:kangmai:form:hypertension_followup"
    assert made["version"] == "2017-02-28"


def test_blood_pressure_is_one_observation_of_two_components():
    reading = rules.read_answers(
        follow_up(), {**FOLLOW_UP, "measured_on": "2026-04-22"}, subject=MAN, on=TODAY
    )
    made = fhir.to_observations(
        follow_up(),
        reading.answers,
        about=ABOUT,
        effective_on=TODAY,
        response="QuestionnaireResponse/9",
    )
    assert sorted(made) == ["blood_pressure", "bmi", "height", "weight_now"]
    assert errors(made["blood_pressure"]) == []
    assert made["blood_pressure"]["code"]["coding"][0]["code"] == "85354-9"
    assert made["blood_pressure"]["effectiveDateTime"] == "2026-04-22"
    assert made["weight_now"]["effectiveDateTime"] == "2026-05-02"
    parts = [
        (part["code"]["coding"][0]["code"], part["valueQuantity"])
        for part in made["blood_pressure"]["component"]
    ]
    mmhg = {"unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
    assert parts == [("8480-6", {"value": 132, **mmhg}), ("8462-4", {"value": 84, **mmhg})]
    assert made["bmi"]["valueQuantity"]["value"] == Decimal("25.0")
    assert made["bmi"]["derivedFrom"] == [{"reference": "QuestionnaireResponse/9"}]


def test_half_a_blood_pressure_keeps_its_half():
    answers = Answers({"systolic": Decimal(132)})
    made = fhir.to_observations(follow_up(), answers, about=ABOUT, effective_on=TODAY, response="x")
    assert [part["code"]["text"] for part in made["blood_pressure"]["component"]] == ["收缩压"]


@settings(max_examples=60, deadline=None)
@given(FORMS.flatmap(lambda form: st.tuples(st.just(form), answered(form))))
def test_answers_to_response_and_back(case):
    form, (values, rows) = case
    answers = Answers(values, rows, frozenset({"systolic"}))
    resource = fhir.to_response(form, answers, about=ABOUT)
    assert errors(resource) == []
    stored = json.loads(raw(resource), parse_float=Decimal)
    assert fhir.from_response(form, stored) == answers


@settings(max_examples=60, deadline=None)
@given(FORMS.flatmap(lambda form: st.tuples(st.just(form), answered(form))))
def test_answers_to_inputs_and_back(case):
    """What a page shows for some answers is read as these answers, all unusual values confirmed."""
    form, (values, rows) = case
    first = rules.read_answers(
        form, rules.given_of(form, Answers(values, rows)), subject=MAN, on=TODAY
    )
    confirmations = {f.confirm_name: f.confirm_value for f in first.faults if f.confirm_name}
    typed = rules.given_of(form, first.answers) | confirmations
    second = rules.read_answers(form, typed, subject=MAN, on=TODAY)
    again = rules.read_answers(form, rules.given_of(form, second.answers), subject=MAN, on=TODAY)
    assert again.answers == second.answers
    assert [f.place for f in again.faults] == [f.place for f in second.faults]
    assert not any(f.confirm_name for f in again.faults)
