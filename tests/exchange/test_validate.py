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


def test_it_speaks_the_language_of_the_reader(fhir):
    for language, word in (("en", "required value set"), ("zh", "值集")):
        answer = fhir(
            "POST", "Patient/$validate", patient(gender="x"), headers={"Accept-Language": language}
        )
        (issue,) = answer.issues
        assert word in issue["details"]["text"]
        assert "required value set" in issue["diagnostics"]


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


def test_a_source_may_be_held_to_the_profiles_it_claims(fhir, tmp_path):
    """A guide is loaded as the package it comes in; its examples and its own description stay out."""
    import io
    import json
    import tarfile
    from datetime import UTC, datetime

    from kangmai.access.actions import issue_token_by_secret
    from kangmai.access.types import Policy
    from kangmai.commandline.fhir_files import import_files
    from tests.exchange.conftest import Client
    from tests.factories.access import client
    from tests.factories.registry import organization

    guide = {**PROFILE, "url": "urn:test:guide:patient", "name": "GuidePatient"}
    files = {
        "package/package.json": {"name": "test.guide", "version": "1.0.0"},
        "package/.index.json": {"files": []},
        "package/StructureDefinition-patient.json": guide,
        "package/example/Patient-example.json": patient(birthDate="1990-01-01"),
    }
    with tarfile.open(tmp_path / "test.guide.tgz", "w:gz") as package:
        for name, content in files.items():
            raw = json.dumps(content).encode()
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            package.addfile(member, io.BytesIO(raw))
    report = import_files([tmp_path / "test.guide.tgz"], source="guides").as_dict()
    assert (report["created"], report["rejected"]) == (1, 0)

    def program(name, policy):
        facts = {
            "client_id": name,
            "scopes": "system/*.cruds",
            "organization_id": organization(code=name).id,
        }
        _, secret = client(**facts, validation_policy=policy)
        issued = issue_token_by_secret(
            client_id=name, secret=secret, scope="system/*.cruds", at=datetime.now(UTC)
        )
        return Client(issued.token)

    held, free = program("held", Policy.ENFORCE), program("free", Policy.WARN)
    claims = patient(meta={"profile": [guide["url"]]})
    refused = held("POST", "Patient", claims)
    assert refused.status == 422 and refused.issues[0]["expression"] == ["Patient.birthDate"]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": each, "request": {"method": "POST", "url": "Patient"}} for each in (patient(), claims)]}  # fmt: skip
    whole = held("POST", "", bundle)
    assert whole.status == 422
    assert whole.issues[0]["expression"] == ["Bundle.entry[1].resource.birthDate"]
    assert held("POST", "Patient", {**claims, "birthDate": "1990-01-01"}).status == 201
    assert held("POST", "Patient", patient(meta={"profile": ["urn:nobody"]})).status == 201
    assert free("POST", "Patient", claims).status == 201


RESULT = {
    "resourceType": "Observation", "status": "final", "code": {"text": "血糖"},
    "category": [{"coding": [{"code": "laboratory"}]}], "subject": {"reference": "Patient/1"},
    "effectiveDateTime": "2026-03-01", "performer": [{"reference": "Organization/1"}],
    "valueQuantity": {"value": 5.4, "system": "http://unitsofmeasure.org", "code": "mmol/L"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "resource", "faults"),
    [
        ("laboratory_result", RESULT, []),
        ("laboratory_result", {**RESULT, "valueQuantity": {"value": 5.4, "unit": "mmol/L"}}, ["Observation"]),
        ("laboratory_result", {**RESULT, "category": [{"text": "x"}]}, ["Observation.category"]),
        ("resident", {"resourceType": "Patient", "name": [{"text": "李丽"}], "gender": "female",
                      "identifier": [{"value": "1"}]}, ["Patient.identifier[0].system", "Patient.birthDate"]),
        ("visit", {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"},
                   "subject": {"reference": "Patient/1"}, "serviceProvider": {"reference": "Organization/1"},
                   "period": {"start": "2026-03-02", "end": "2026-03-01"}}, ["Encounter.period"]),
        ("diagnosis", {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "recordedDate": "2026-03-01",
                       "encounter": {"reference": "Encounter/1"}, "code": {"text": "高血压"}}, ["Condition.code"]),
    ],
)  # fmt: skip
def test_profiles_of_our_own(fhir, profile, resource, faults):
    kind, url = resource["resourceType"], f"urn:kangmai:profile:{profile}"
    answer = fhir("POST", f"{kind}/$validate?profile={url}", resource)
    places = [i["expression"][0] for i in answer.issues if i["severity"] == "error"]
    assert places == faults
    rest = fhir("GET", "metadata").json["rest"][0]["resource"]
    (statement,) = [each for each in rest if each["type"] == kind]
    assert statement["supportedProfile"] == [url]
