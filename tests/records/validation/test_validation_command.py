"""`kangmai fhir validate`: one OperationOutcome a resource, exit 1 where any has an error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kangmai.commandline.fhir import fhir

PATIENT = {"resourceType": "Patient", "id": "a"}
WRONG = {"resourceType": "Patient", "gender": "x"}
PROFILE = {
    "resourceType": "StructureDefinition",
    "url": "http://example.org/StructureDefinition/adult",
    "name": "Adult",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "derivation": "constraint",
    "differential": {
        "element": [
            {
                "id": "Patient",
                "path": "Patient",
                "constraint": [
                    {"key": "adult-1", "severity": "error", "human": "A name or an identifier",
                     "expression": "name.exists() or identifier.exists()"}
                ],
            },
            {
                "id": "Patient.identifier",
                "path": "Patient.identifier",
                "slicing": {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"},
            },
            {"id": "Patient.identifier:national", "path": "Patient.identifier", "sliceName": "national",
             "min": 1, "max": "1"},
            {"id": "Patient.identifier:national.system", "path": "Patient.identifier.system",
             "min": 1, "fixedUri": "urn:id"},
            {"id": "Patient.identifier:national.value", "path": "Patient.identifier.value", "min": 1},
            {"id": "Patient.gender", "path": "Patient.gender", "min": 1},
            {"id": "Patient.contact", "path": "Patient.contact", "max": "0"},
            {"id": "Patient.maritalStatus", "path": "Patient.maritalStatus",
             "patternCodeableConcept": {"coding": [{"system": "urn:m", "code": "M"}]}},
        ]
    },
}  # fmt: skip


def run(*arguments: str | Path, text: bytes | None = None) -> tuple[int, list[dict]]:
    result = CliRunner().invoke(fhir, ["validate", *map(str, arguments)], input=text)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def write(path: Path, *resources: dict) -> Path:
    path.write_text("\n".join(json.dumps(r) for r in resources), "utf-8")
    return path


def rules(outcome: dict) -> list[str]:
    return [
        row["details"]["coding"][0]["code"]
        for row in outcome["issue"]
        if row["severity"] != "information"
    ]


def source(outcome: dict) -> str:
    return outcome["extension"][0]["valueString"]


def test_one_line_for_each_resource_of_files_bundles_and_lines(tmp_path):
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": PATIENT}, {"resource": WRONG}],
    }
    one = write(tmp_path / "one.json", PATIENT)
    many = write(tmp_path / "many.ndjson", PATIENT, PATIENT)
    lines = write(tmp_path / "lines.json", PATIENT, WRONG)
    whole = write(tmp_path / "bundle.json", bundle)
    code, found = run(one, many, lines, whole)
    assert code == 1
    assert [(source(f).removeprefix(f"{tmp_path}/"), rules(f)) for f in found] == [
        ("one.json", []),
        ("many.ndjson:1", []),
        ("many.ndjson:2", []),
        ("lines.json:1", []),
        ("lines.json:2", ["code"]),
        ("bundle.json#Bundle.entry[0].resource", []),
        ("bundle.json#Bundle.entry[1].resource", ["code"]),
    ]
    assert found[-1]["issue"][0]["expression"] == ["Bundle.entry[1].resource.gender"]


def test_all_right_is_exit_0_and_warnings_do_not_change_it(tmp_path):
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://acme.org", "code": "1"}]},
    }
    code, (outcome,) = run(write(tmp_path / "a.json", resource))
    assert (code, rules(outcome)) == (0, ["unknown-system"])
    assert outcome["issue"][0]["severity"] == "warning"


@pytest.mark.parametrize(
    ("raw", "rule", "words"),
    [
        (b"", "json", "empty"),
        (b"{", "json", "line 1 column 2"),
        (b'{"resourceType":"Patient",}', "json", "line 1 column"),
        (b"<Patient/>", "xml", "namespace"),
        ('{"resourceType":"Patient","name":[{"text":"张伟"}]}'.encode("gbk"), "encoding", "GBK"),
        (json.dumps(PATIENT).encode("utf-16"), "encoding", "UTF-16"),
        (b'{"resourceType":"RiskAssessment","x":1e999}', "number-range", "too large"),
        (b"[" * 5000 + b"]" * 5000, "too-deep", "1024"),
        (b'{"resourceType":"Patient","id":"a","id":"b"}', "duplicate-key", "id occurs twice"),
        (b"[1,2]", "not-a-resource", "resourceType"),
        (b"null", "not-a-resource", "resourceType"),
    ],
)  # fmt: skip
def test_text_that_cannot_be_read_is_an_outcome_with_the_reason(tmp_path, raw, rule, words):
    file = tmp_path / "a.json"
    file.write_bytes(raw)
    code, (outcome,) = run(file)
    assert code == 1
    assert rules(outcome) == [rule]
    assert words in outcome["issue"][0]["details"]["text"]


def test_huge_whole_numbers_are_located(tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes(b'{"resourceType":"Patient","multipleBirthInteger":' + b"9" * 400 + b"}")
    code, (outcome,) = run(file)
    assert code == 1
    assert rules(outcome) in (["number-range"], ["wrong-json"])


def test_a_byte_order_mark_is_let_pass(tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(PATIENT).encode())
    assert run(file)[0] == 0


def test_standard_input(tmp_path):
    code, (outcome,) = run("-", text=json.dumps(WRONG).encode())
    assert (code, source(outcome)) == (1, "-")


def test_a_missing_file_is_wrong_use(tmp_path):
    assert run(tmp_path / "none.json")[0] == 2


@pytest.mark.parametrize(
    ("change", "rules_wanted"),
    [
        ({}, []),
        ({"gender": None}, ["profile-minimum"]),
        ({"identifier": [{"system": "urn:other", "value": "1"}]}, ["profile-minimum"]),
        ({"identifier": [{"system": "urn:id"}]}, ["profile-minimum"]),
        ({"identifier": [{"system": "urn:id", "value": "1"}] * 2}, ["profile-maximum"]),
        ({"contact": [{"name": {"text": "x"}}]}, ["profile-maximum"]),
        ({"maritalStatus": {"coding": [{"system": "urn:m", "code": "S"}]}}, ["profile-value"]),
        ({"maritalStatus": {"text": "m", "coding": [{"system": "urn:m", "code": "M", "display": "x"}]}}, []),
        ({"identifier": None}, ["profile-minimum", "profile-invariant"]),
    ],
)  # fmt: skip
def test_a_profile_narrows_what_is_right(tmp_path, change, rules_wanted):
    profile = write(tmp_path / "profile.json", PROFILE)
    resource = PATIENT | {"gender": "male", "identifier": [{"system": "urn:id", "value": "1"}]}
    resource = {k: v for k, v in (resource | change).items() if v is not None}
    file = write(tmp_path / "a.json", resource)
    _, (outcome,) = run(file, "--profile", PROFILE["url"], "--definitions", profile)
    found = [r for r in rules(outcome) if r != "unknown-system"]
    assert found == rules_wanted


def test_an_unknown_profile_is_refused(tmp_path):
    file = write(tmp_path / "a.json", PATIENT)
    command = [
        sys.executable,
        "-m",
        "kangmai",
        "fhir",
        "validate",
        str(file),
        "--profile",
        "http://x",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "ProfileNotLoaded" in done.stderr
    assert done.stdout == ""


@pytest.mark.outside
@pytest.mark.parametrize(
    ("name", "profile", "is_right"),
    [
        ("Observation-blood-pressure", "bp", True),
        ("Observation-body-height", "bodyheight", True),
        ("Observation-body-height", "bp", False),
        ("Observation-f001", "vitalsigns", False),
        ("Observation-heart-rate", "heartrate", True),
    ],
)
def test_profiles_of_the_specification_on_its_examples(r4_examples, name, profile, is_right):
    code, found = run(
        r4_examples / f"{name}.json",
        "--profile",
        f"http://hl7.org/fhir/StructureDefinition/{profile}",
        "--definitions",
        r4_examples / f"StructureDefinition-{profile}.json",
    )
    assert (code == 0) is is_right, found
