"""$validate: located issues for what would be refused, nothing for what would be stored, and no trace."""

import pytest

from tests.factories.fhir import observation, patient

PROFILE = {
    "resourceType": "StructureDefinition",
    "url": "urn:kangmai:test:adult",
    "name": "Adult",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "derivation": "constraint",
    "differential": {
        "element": [
            {"id": "Patient", "path": "Patient"},
            {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1},
        ]
    },
}


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def errors(answer):
    assert answer.status == 200, answer.body
    assert answer.json["resourceType"] == "OperationOutcome"
    return [
        i["expression"][0] if "expression" in i else i["code"]
        for i in answer.issues
        if i["severity"] == "error"
    ]


def within(resource=None, **values):
    found = [{"name": "resource", "resource": resource}] if resource else []
    found += [
        {"name": name, "valueCode" if name == "mode" else "valueUri": value}
        for name, value in values.items()
    ]
    return {"resourceType": "Parameters", "parameter": found}


def test_valid_and_invalid_by_body_and_by_parameters(fhir):
    bad = {**patient(), "gender": "girl"}
    for good_body, bad_body in ((patient(), bad), (within(patient()), within(bad))):
        assert errors(fhir("POST", "Patient/$validate", good_body)) == []
        assert errors(fhir("POST", "Patient/$validate", bad_body)) == ["Patient.gender"]
    assert fhir("POST", "Patient/$validate", b'{"resourceType":"Patient",').status == 400
    assert errors(fhir("POST", "Patient/$validate", observation())) == ["invalid"]


def test_nothing_is_stored(fhir):
    before = fhir("GET", "Patient?_summary=count").json["total"]
    fhir("POST", "Patient/$validate", patient())
    fhir("POST", "Patient/$validate?mode=create", patient())
    assert fhir("GET", "Patient?_summary=count").json["total"] == before


def test_profile_asked_for_and_profile_claimed(fhir):
    made = fhir("POST", "StructureDefinition", PROFILE)
    assert made.status == 201, made.body
    asked = f"Patient/$validate?profile={PROFILE['url']}"
    assert errors(fhir("POST", asked, patient())) == ["Patient.birthDate"]
    assert errors(fhir("POST", asked, patient(birthDate="1990-01-01"))) == []
    assert (
        errors(
            fhir(
                "POST",
                "Patient/$validate",
                within(patient(), mode="profile", profile=PROFILE["url"]),
            )
        )
        != []
    )
    claimed = patient(meta={"profile": [PROFILE["url"]]})
    assert errors(fhir("POST", "Patient/$validate", claimed)) == ["Patient.birthDate"]
    unknown = fhir("POST", "Patient/$validate", patient(meta={"profile": ["urn:nobody"]}))
    assert [i["severity"] for i in unknown.issues] == ["warning"]
    assert fhir("POST", "Patient/$validate?profile=urn:nobody", patient()).status == 404


def test_stored_resource_and_modes(fhir, shared_token):
    from tests.exchange.conftest import Client

    made = fhir("POST", "Patient", patient())
    assert errors(fhir("GET", f"Patient/{made.id}/$validate")) == []
    assert errors(fhir("POST", f"Patient/{made.id}/$validate?mode=update", made.json)) == []
    assert errors(
        fhir("POST", f"Patient/{made.id}/$validate?mode=update", patient(id="other"))
    ) == ["invalid"]
    assert errors(fhir("POST", f"Patient/{made.id}/$validate?mode=delete")) == []
    assert errors(fhir("POST", "Patient/none/$validate?mode=delete")) == ["not-found"]
    reader = Client(shared_token("system/Patient.rs"))
    assert errors(reader("POST", f"Patient/{made.id}/$validate?mode=delete")) == ["forbidden"]
    assert fhir("GET", f"Patient/{made.id}").status == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("Patient/$validate?mode=destroy", patient(), 400),
        ("Patient/$validate?mode=update", patient(), 400),
        ("Patient/$validate?mode=profile", patient(), 400),
        ("Patient/$validate?colour=red", patient(), 400),
        ("Patient/$validate", None, 400),
        ("Wizard/$validate", patient(), 404),
        ("Patient/none/$validate", None, 404),
    ],
)
def test_wrong_calls(fhir, path, body, status):
    answer = fhir("POST", path, body)
    assert answer.status == status
    assert answer.json["resourceType"] == "OperationOutcome"
