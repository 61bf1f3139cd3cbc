"""What FHIRPath meets in a resource: choices, primitives with extensions, references, bundles."""

from decimal import Decimal

import pytest

from kangmai.records.fhirpath import ExpressionFailed, compile_expression
from kangmai.records.fhirpath.elements import root_element
from kangmai.records.fhirpath.expression import types_of
from kangmai.records.fhirpath.functions.navigation import stub_of
from kangmai.records.fhirpath.reading import read_json, write_json
from kangmai.records.fhirpath.searching import compile_search_expression


def evaluate(text: str, resource: object, **lent: object) -> list:
    return compile_expression(text).evaluate(resource, **lent)


OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "contained": [{"resourceType": "Patient", "id": "inside", "gender": "female"}],
    "subject": {"reference": "#inside"},
    "performer": [{"reference": "Practitioner/7"}, {"reference": "http://x.org/fhir/Patient/9"}],
    "component": [
        {"valueQuantity": {"value": 120, "code": "mm[Hg]"}},
        {"valueString": "high"},
        {"_valueDateTime": {"extension": [{"url": "urn:x:why", "valueCode": "masked"}]}},
    ],
}


def test_a_choice_is_read_by_its_name_and_its_type() -> None:
    assert evaluate("component.value.ofType(string)", OBSERVATION) == ["high"]
    assert evaluate("component.value.count()", OBSERVATION) == [3]
    assert evaluate("component.valueString", OBSERVATION) == []
    assert evaluate("component[2].value.extension.value", OBSERVATION) == ["masked"]
    assert evaluate("component.value.select(hasValue())", OBSERVATION) == [False, True, False]


def test_types_are_those_of_the_definitions() -> None:
    text = "id | component.value | component | contained | component[0].value.value"
    items = compile_expression(text).items(root_element(OBSERVATION))
    assert list(types_of(items)) == [
        "id",
        "Quantity",
        "string",
        "dateTime",
        *["Observation.component"] * 3,
        "Patient",
        "decimal",
    ]


def test_extension_only_primitives_are_items_without_a_value() -> None:
    patient = {
        "resourceType": "Patient",
        "name": [{"given": [None, "Bo"], "_given": [{"extension": [{"url": "u"}]}, None]}],
    }
    assert evaluate("name.given.count()", patient) == [2]
    assert evaluate("name.given", patient) == ["Bo"]
    assert evaluate("name.given.first().extension.url", patient) == ["u"]


def test_contained_resources_are_resolved() -> None:
    assert evaluate("subject.resolve().gender", OBSERVATION) == ["female"]
    assert evaluate("contained.first().id", OBSERVATION) == ["inside"]


def test_other_references_are_fetched_by_the_resolver() -> None:
    asked = []

    def fetch(reference: str) -> dict | None:
        asked.append(reference)
        return {"resourceType": "Practitioner", "id": "7"} if reference.endswith("7") else None

    assert evaluate("performer.resolve().id", OBSERVATION, resolver=fetch) == ["7"]
    assert asked == ["Practitioner/7", "http://x.org/fhir/Patient/9"]
    assert evaluate("performer.resolve()", OBSERVATION) == []


def test_a_stub_tells_the_type_of_a_reference() -> None:
    text = "performer.where(resolve() is Patient).reference"
    assert evaluate(text, OBSERVATION, resolver=stub_of) == ["http://x.org/fhir/Patient/9"]
    assert stub_of("urn:uuid:1") is None
    assert stub_of("Nonsense/1") is None


def test_references_inside_a_bundle_are_resolved() -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:a", "resource": {"resourceType": "Patient", "id": "a"}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "id": "c",
                    "subject": {"reference": "urn:uuid:a"},
                    "asserter": {"reference": "Patient/a"},
                }
            },
        ],
    }
    text = "entry.resource.ofType(Condition).select(subject.resolve() | asserter.resolve()).id"
    assert evaluate(text, bundle) == ["a"]


def test_reference_keys_equal_resource_keys() -> None:
    subject = {"resourceType": "Condition", "subject": {"reference": "Patient/a/_history/2"}}
    assert evaluate("subject.getReferenceKey(Patient)", subject) == ["a"]
    assert evaluate("subject.getReferenceKey(Group)", subject) == []
    elsewhere = {"resourceType": "Condition", "subject": {"reference": "http://x.org/Patient/a"}}
    assert evaluate("subject.getReferenceKey()", elsewhere) == []
    known = {"resourceType": "Patient", "id": "own"}
    assert evaluate("subject.getReferenceKey()", elsewhere, resolver=lambda _: known) == ["own"]


def test_as_takes_one_item_but_all_in_search_parameters() -> None:
    text = "(Observation.component.value as string)"
    with pytest.raises(ExpressionFailed, match="'as' takes one item, found 3"):
        evaluate(text, OBSERVATION)
    assert compile_search_expression(text).evaluate(OBSERVATION) == ["high"]
    assert compile_search_expression("Patient.name | Observation.id").evaluate(OBSERVATION) == [
        "o1"
    ]


def test_json_without_definition_is_walked_by_its_keys() -> None:
    thing = {"items": [{"size": 2}, {"size": 3.5}], "resourceType": "Thing"}
    assert evaluate("items.size", thing) == [2, 3.5]
    assert evaluate("items.size.sum()", thing) == [Decimal("5.5")]
    assert evaluate("children().count()", thing) == [2]


def test_decimals_keep_their_digits_from_end_to_end() -> None:
    text = b'{"resourceType":"Observation","valueQuantity":{"value":1.500,"unit":"a"}}'
    resource = read_json(text)
    assert write_json(resource) == text
    assert write_json(evaluate("value.value", resource)) == b"[1.500]"
    assert write_json(evaluate("value.value * 2", resource)) == b"[3.000]"
    with pytest.raises(ValueError, match="NaN is no JSON number"):
        read_json("[NaN]")


def test_quantities_with_a_comparator_have_no_plain_value() -> None:
    resource = {
        "resourceType": "Observation",
        "valueQuantity": {"value": 5, "comparator": "<", "unit": "mg"},
    }
    with pytest.raises(ExpressionFailed, match="Quantity and Quantity cannot be compared"):
        evaluate("value > 1 'mg'", resource)
