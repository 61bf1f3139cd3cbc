"""The city as FHIR R4: valid, marked, and saying what the columns say."""

import orjson
import pytest

from kangmai.commandline.city import fhir
from kangmai.commandline.city.history import Span, town_history
from kangmai.records.validation import validate


@pytest.fixture(scope="module")
def made(city, chunks):
    """Some towns: (chunk, history, resources by type)."""
    towns = []
    for chunk in chunks[:3] + chunks[50:53]:
        history = town_history(city, chunk, Span())
        lines = {
            "Patient": fhir.patients(city, chunk),
            "Encounter": fhir.encounters(city, chunk, history),
            "Observation": fhir.observations(city, chunk, history),
            "Condition": fhir.conditions(city, chunk, history),
            "Immunization": fhir.immunizations(city, chunk, history),
        }
        read = {name: [orjson.loads(line) for line in rows] for name, rows in lines.items()}
        towns.append((chunk, history, read))
    return towns


def test_there_is_a_resource_for_each_row(made):
    for chunk, history, read in made:
        assert len(read["Patient"]) == len(chunk.residents)
        assert len(read["Encounter"]) == len(history.encounters.id)
        assert len(read["Observation"]) == len(history.measurements.id)
        assert len(read["Condition"]) == len(history.diagnoses.id)
        assert len(read["Immunization"]) == len(history.vaccinations.id)


def test_every_resource_is_valid_and_marked(made):
    for _, _, read in made:
        for name, rows in read.items():
            assert rows
            for resource in rows[:150]:
                assert resource["resourceType"] == name
                assert resource["meta"]["tag"][0]["code"] == "HTEST"
                assert validate(resource) == []


def test_references_lead_to_what_was_made(city, made):
    organizations = {each.id for each in city.network.institutions}
    staff = {each.id for each in city.network.staff}
    for _, _, read in made:
        patients = {each["id"] for each in read["Patient"]}
        visits = {each["id"] for each in read["Encounter"]}
        for visit in read["Encounter"]:
            assert visit["subject"]["reference"].removeprefix("Patient/") in patients
            assert (
                visit["serviceProvider"]["reference"].removeprefix("Organization/") in organizations
            )
            who = visit["participant"][0]["individual"]["reference"]
            assert who.removeprefix("Practitioner/") in staff
        for reading in read["Observation"]:
            if "encounter" in reading:
                assert reading["encounter"]["reference"].removeprefix("Encounter/") in visits
            assert reading["subject"]["reference"].removeprefix("Patient/") in patients


def test_a_patient_says_what_the_columns_say(made):
    chunk, _, read = made[0]
    people = chunk.residents
    for row in range(40):
        patient = read["Patient"][row]
        assert patient["name"][0]["text"] == people.name[row].as_py()
        assert patient["birthDate"] == str(people.birth_on[row])
        assert patient["gender"] == {b"1": "male", b"2": "female"}[people.sex[row]]
        values = {each["system"]: each["value"] for each in patient.get("identifier", [])}
        number = people.identity_number[row].decode()
        assert values.get("urn:oid:2.16.156.10011.1.3", "") == number
        name = patient["name"][0]
        assert name["family"] + name["given"][0] == name["text"]


def test_the_dead_have_a_day_and_are_not_active(made):
    dead = [
        (patient, chunk.residents.ended_on[row])
        for chunk, _, read in made
        for row, patient in enumerate(read["Patient"])
        if chunk.residents.state[row] == 1
    ]
    assert dead
    for patient, day in dead:
        assert patient["active"] is False
        assert patient["deceasedDateTime"] == str(day)


def test_a_blood_pressure_has_two_components_in_ucum(made):
    seen = absent = 0
    for _, history, read in made:
        for row, reading in enumerate(read["Observation"]):
            if history.measurements.kind[row] != 0:
                continue
            seen += 1
            systolic, diastolic = reading["component"]
            assert reading["code"]["coding"][0]["code"] == "85354-9"
            assert systolic["code"]["coding"][0]["code"] == "8480-6"
            assert systolic["valueQuantity"]["value"] == history.measurements.value[row]
            assert systolic["valueQuantity"]["code"] == "mm[Hg]"
            assert diastolic["code"]["coding"][0]["code"] == "8462-4"
            absent += "dataAbsentReason" in diastolic
    assert seen > 200 and absent >= 1


def test_minority_names_are_text_only():
    from kangmai.commandline.city.fhir.patients import official_name

    assert orjson.loads(official_name("阿依古丽·买买提")) == {
        "use": "official",
        "text": "阿依古丽·买买提",
    }
    assert orjson.loads(official_name("欧阳志明"))["family"] == "欧阳"
    assert orjson.loads(official_name("欧阳"))["family"] == "欧"
