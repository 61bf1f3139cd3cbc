"""The city as FHIR R4: valid, and saying what the columns say."""

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
            "Encounter": fhir.encounters(city, chunk, history),
            "Observation": fhir.observations(city, chunk, history),
            "Condition": fhir.conditions(city, chunk, history),
            "Immunization": fhir.immunizations(city, chunk, history),
        }
        read = {name: [orjson.loads(line) for line in rows] for name, rows in lines.items()}
        towns.append((chunk, history, read))
    return towns


def test_there_is_a_resource_for_each_row(made):
    for _, history, read in made:
        assert len(read["Encounter"]) == len(history.encounters.id)
        assert len(read["Observation"]) == len(history.measurements.id)
        assert len(read["Condition"]) == len(history.diagnoses.id)
        assert len(read["Immunization"]) == len(history.vaccinations.id)


def test_every_resource_is_valid(made):
    for _, _, read in made:
        for name, rows in read.items():
            assert rows
            for resource in rows[:150]:
                assert resource["resourceType"] == name
                assert validate(resource) == []


def test_references_lead_to_what_was_made(city, made):
    organizations = {each.id for each in city.network.institutions}
    staff = {each.id for each in city.network.staff}
    for chunk, _, read in made:
        patients = set(fhir.uuid_texts(chunk.residents.patient_id))
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
