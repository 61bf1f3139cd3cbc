"""Outside material: the examples of the specification, and a hundred synthetic patients."""

import copy
import json
import random
import tarfile

import orjson
import pytest

from kangmai.records.validation import is_valid, validate
from kangmai.records.validation.rules import _passes
from kangmai.records.validation.structure import find_faults

REFUSED = {
    "DeviceMetric-example.json": {"reference-type"},  # parent is a DeviceDefinition, R4 asks for a Device
    "DeviceUseStatement-example.json": {"reference-type"},  # reasonReference is a Procedure
    "ImplementationGuide-fhir.json": {"missing", "reference-form"},  # no name, no status, an id of 71 characters
    "MedicationRequest-medrx0301.json": {"reference-type"},  # dispenseRequest.performer is a Practitioner
    "Observation-clinical-gender.json": {"reference-type"},  # performer is an Encounter
    "Questionnaire-qs1.json": {"missing"},  # items without linkId
    "SearchParameter-codesystem-extensions-CodeSystem-author.json": {"missing"},  # no base
    "SearchParameter-codesystem-extensions-CodeSystem-effective.json": {"missing"},
    "SearchParameter-codesystem-extensions-CodeSystem-end.json": {"missing"},
    "SearchParameter-codesystem-extensions-CodeSystem-keyword.json": {"missing"},
    "SearchParameter-codesystem-extensions-CodeSystem-workflow.json": {"missing"},
    "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json": {"bad-value"},  # id of 71 characters
    "SearchParameter-valueset-extensions-ValueSet-author.json": {"missing"},  # no base
    "SearchParameter-valueset-extensions-ValueSet-effective.json": {"missing"},
    "SearchParameter-valueset-extensions-ValueSet-end.json": {"missing"},
    "SearchParameter-valueset-extensions-ValueSet-keyword.json": {"missing"},
    "SearchParameter-valueset-extensions-ValueSet-workflow.json": {"missing"},
    "ig-r4.json": {"missing", "reference-form"},  # the same guide once more
}  # fmt: skip
"""Examples that break a rule themselves, each with the rule."""


@pytest.mark.outside
def test_all_examples_pass_but_those_that_break_a_rule_themselves(r4_examples):
    refused, seen = {}, 0
    for file in sorted(r4_examples.glob("*.json")):
        if file.name == "package.json":
            continue
        seen += 1
        issues = validate(orjson.loads(file.read_bytes()))
        if issues:
            refused[file.name] = {i.rule for i in issues}
    assert refused == REFUSED
    assert seen == 5306


@pytest.fixture(scope="module")
def synthea(testdata) -> list[dict]:
    with tarfile.open(testdata / "synthea-r4-100.tar.xz") as archive:
        bundles = [orjson.loads(archive.extractfile(m).read()) for m in archive if m.isfile()]
    return [e["resource"] for b in bundles for e in b["entry"]]


@pytest.mark.outside
def test_all_synthetic_entries_pass_by_the_fast_road(synthea):
    assert len(synthea) == 28_807
    slow = [r for r in synthea if not _passes(r, is_inside=False)]
    assert slow == []


def mutated(resource: dict, chance: random.Random) -> dict:
    """The resource with one thing changed somewhere: removed, emptied, replaced, doubled, renamed."""
    resource = copy.deepcopy(resource)
    holder: dict | list = resource
    while True:
        keys = list(range(len(holder))) if isinstance(holder, list) else list(holder)
        key = chance.choice(keys)
        below = holder[key]
        if isinstance(below, dict | list) and below and chance.random() < 0.75:
            holder = below
            continue
        change = chance.randrange(7)
        if change == 0:
            del holder[key]
        elif change == 1 and isinstance(holder, dict):
            holder[f"{key}{chance.choice(['x', 'String', ''])}"] = "z"
        elif change == 2:
            holder[key] = [below]
        elif change == 3 and isinstance(holder, dict):
            holder[f"_{key}"] = chance.choice([{"id": "a"}, [None], {}, {"extension": []}])
        else:
            values = [
                "",
                "x y",
                "2023-02-30",
                "Patient/1",
                "#a",
                None,
                1,
                1.0,
                True,
                {},
                [],
                {"id": "a"},
            ]
            holder[key] = chance.choice(values)
        return resource


@pytest.mark.outside
def test_fast_road_agrees_with_the_walk_on_mutations(clinical_examples):
    """The compiled schema must never pass what the slow walk refuses."""
    chance = random.Random(3)
    small = [r for r in clinical_examples if len(json.dumps(r)) < 8000]
    refused = 0
    for _ in range(2500):
        resource = mutated(chance.choice(small), chance)
        faults = find_faults(resource)
        if _passes(resource, is_inside=False):
            assert faults == [], resource
        assert is_valid(resource) is (faults == [])
        refused += bool(faults)
    assert refused > 1200
