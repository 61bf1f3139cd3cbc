"""Patient/$match, $person, $ihe-pix, $merge and $unmerge."""

from dataclasses import replace

import pytest

from kangmai.kernel import feed
from tests.exchange.conftest import Client
from tests.factories.fhir import INDEX_DOCUMENT
from tests.factories.people import LI, NEIGHBOUR, patient_saying, register

RIGHTS = "system/Person.u system/Patient.rs"


def parameters(**values):
    """A Parameters resource: dicts with a resourceType as resources, others as references or text."""
    found = []
    for name, value in values.items():
        name = name.replace("_", "-")
        if isinstance(value, dict) and "resourceType" in value:
            found.append({"name": name, "resource": value})
        elif isinstance(value, bool):
            found.append({"name": name, "valueBoolean": value})
        elif str(value).startswith("Patient/"):
            found.append({"name": name, "valueReference": {"reference": value}})
        else:
            found.append({"name": name, "valueString": value})
    return {"resourceType": "Parameters", "parameter": found}


def match(fhir, known, **more):
    more["resource"] = patient_saying(known)
    return fhir("POST", "Patient/$match", parameters(**more))


def test_match_gives_home_patients_with_scores_and_grades(fhir):
    resident = register(LI)
    answer = match(fhir, replace(LI, documents=()))
    (found,) = answer.json["entry"]
    assert found["resource"]["id"] == resident.patient_id
    assert found["search"]["score"] > 0.99
    assert found["search"]["extension"][0]["valueCode"] == "certain"
    little = replace(LI, documents=(), phones=(), address="", mother="", place_code=NEIGHBOUR)
    weak = match(fhir, little)
    assert weak.json["entry"][0]["search"]["extension"][0]["valueCode"] == "probable"
    only = match(fhir, little, onlyCertainMatches=True)
    assert only.json["total"] == 0


def test_match_needs_a_patient(fhir):
    answer = fhir("POST", "Patient/$match", {"resourceType": "Parameters"})
    assert answer.status == 400
    assert "resource" in answer.issues[0]["diagnostics"] or answer.issues[0]["details"]["text"]
    assert fhir("POST", "Observation/$match", parameters(resource=patient_saying(LI))).status == 404


def test_match_stays_inside_the_scope(fhir, token):
    register(LI)
    hospital = Client(token("system/Patient.rs", organization=None))
    assert match(hospital, LI).json["total"] == 1
    assert match(Client(token("system/Observation.rs")), LI).status == 403


def test_person_has_a_link_to_every_patient(fhir):
    resident = register(LI)
    by_number = fhir("POST", "Patient", patient_saying(LI)).id
    by_chance = fhir("POST", "Patient", patient_saying(replace(LI, documents=()))).id
    feed.drain()
    answer = fhir("GET", f"Patient/{by_chance}/$person")
    assert answer.json["identifier"][0]["value"] == resident.index_number
    assert {(each["target"]["reference"], each["assurance"]) for each in answer.json["link"]} == {
        (f"Patient/{resident.patient_id}", "level4"),
        (f"Patient/{by_number}", "level3"),
        (f"Patient/{by_chance}", "level2"),
    }
    lonely = fhir("POST", "Patient", {"resourceType": "Patient", "name": [{"text": "无"}]}).id
    assert fhir("GET", f"Patient/{lonely}/$person").status == 404


def test_cross_reference_by_identifier(fhir):
    resident = register(LI)
    sent = fhir("POST", "Patient", patient_saying(LI)).id
    feed.drain()
    number = LI.documents[0].number
    answer = fhir("GET", f"Patient/$ihe-pix?sourceIdentifier={INDEX_DOCUMENT}|{number}")
    found = [
        p["valueReference"]["reference"]
        for p in answer.json["parameter"]
        if p["name"] == "targetId"
    ]
    assert found == [f"Patient/{resident.patient_id}", f"Patient/{sent}"]
    assert fhir("GET", "Patient/$ihe-pix?sourceIdentifier=x").status == 400
    assert fhir("GET", f"Patient/$ihe-pix?sourceIdentifier={INDEX_DOCUMENT}|1").status == 404


ELSEWHERE = replace(
    LI, name="李思元", place_code=NEIGHBOUR, documents=(), phones=(), mother="", address=""
)


@pytest.fixture
def pair(database):
    return register(LI), register(replace(ELSEWHERE, birth_date=None))


def test_merge_and_unmerge(pair, token):
    kept, retired = pair
    program = Client(token(RIGHTS))
    asked = parameters(
        source_patient=f"Patient/{retired.patient_id}",
        target_patient=f"Patient/{kept.patient_id}",
        reason="同一人",
    )
    answer = program("POST", "Patient/$merge", asked)
    assert answer.status == 200, answer.body
    merged = program("GET", f"Patient/{retired.patient_id}/$person").json
    assert merged["identifier"][0]["value"] == kept.index_number
    old = program("GET", f"Patient/{retired.patient_id}").json
    assert old["link"][0]["type"] == "replaced-by"
    assert program("POST", "Patient/$merge", asked).status == 409
    undone = parameters(source_patient=f"Patient/{retired.patient_id}", reason="弄错了")
    assert program("POST", "Patient/$unmerge", undone).status == 200
    assert (
        program("GET", f"Patient/{retired.patient_id}/$person").json["identifier"][0]["value"]
        == retired.index_number
    )


def test_merge_is_for_programs_whose_scopes_name_person(pair, token):
    kept, retired = pair
    asked = parameters(
        source_patient=f"Patient/{retired.patient_id}", target_patient=f"Patient/{kept.patient_id}"
    )
    assert Client(token("system/*.cruds"))("POST", "Patient/$merge", asked).status == 403
    broken = parameters(source_patient="Patient/", target_patient=f"Patient/{kept.patient_id}")
    assert Client(token(RIGHTS))("POST", "Patient/$merge", broken).status == 400
