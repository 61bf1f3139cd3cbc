"""Common expressions answer as fhirpathpy answers them."""

import json
from typing import Any

import fhirpathpy
import pytest
from fhirpathpy.models import models
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.records.fhirpath import compile_expression

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "identifier": [{"system": "urn:a", "value": "1"}, {"system": "urn:b", "value": "2"}],
    "name": [
        {"use": "official", "family": "Okafor", "given": ["Ada", "Ngozi"]},
        {"use": "usual", "given": ["Ada"]},
    ],
    "birthDate": "1974-12-25",
    "deceasedBoolean": False,
    "extension": [{"url": "urn:x", "valueCode": "F"}],
}
EXPRESSIONS = [
    "Patient.name.given",
    "name.where(use = 'official').family",
    "name.given.distinct()",
    "name.select(given.first())",
    "name.exists(use = 'usual')",
    "name.all(given.exists())",
    "name.given.first().length()",
    "name.given.skip(1).first()",
    "name.given.last()",
    "name.given.count() * 2 + 1",
    "identifier.where(system = 'urn:b').value.toInteger() + 1",
    "identifier.value contains '2'",
    "'2' in identifier.value",
    "active and deceased.not()",
    "deceased.is(boolean)",
    "extension('urn:x').value",
    "birthDate < @1980-01-01",
    "birthDate = @1974-12-25",
    "name.given.join('-')",
    "name.family.upper().startsWith('OK')",
    "name.family.replace('k', 'c')",
    "name.family.substring(1, 3)",
    "name.family.indexOf('f')",
    "iif(active, 'on', 'off')",
    "(1 | 2 | 3).where($this > 1)",
    "(1 | 2) | (2 | 3)",
    "(1 | 2 | 3).intersect(2 | 3)",
    "(1 | 2 | 3).exclude(2)",
    "name.given.subsetOf(name.given)",
    "5 div 2 + 5 mod 2",
    "2 'g' = 2000 'mg'",
    "'12'.toDecimal() / 5",
    "name.given.isDistinct()",
    "name.repeat(given).count()",
    "name.given.aggregate($this & $total, '')",
    "true xor false",
    "{} implies true",
    "name.use | name.family",
]
INTEGERS = st.integers(-1000, 1000)


def as_text(values: list[Any]) -> str:
    return json.dumps(values, default=float)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_answers_agree(text: str) -> None:
    theirs = fhirpathpy.evaluate(json.loads(json.dumps(PATIENT)), text, {}, models["r4"])
    assert as_text(compile_expression(text).evaluate(PATIENT)) == as_text(theirs)


@settings(max_examples=30)
@given(INTEGERS, INTEGERS, st.sampled_from(["+", "-", "*", "=", "!=", "<", ">=", "|"]))
def test_operators_on_integers_agree(left: int, right: int, operator: str) -> None:
    text = f"({left}) {operator} ({right})"
    theirs = fhirpathpy.evaluate({}, text, {}, models["r4"])
    assert as_text(compile_expression(text).evaluate({})) == as_text(theirs)
