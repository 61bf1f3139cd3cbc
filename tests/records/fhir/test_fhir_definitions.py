"""The tables of FHIR R4 facts, against what the specification says in print."""

import pytest

from kangmai.records.fhir import definitions
from kangmai.records.fhir.definitions import elements_by_key, elements_by_name, resource_types


def test_r4_has_146_resource_types_with_numbers_that_fit_smallint():
    numbers = resource_types()
    assert len(numbers) == len(set(numbers.values())) == 146
    assert (numbers["Account"], numbers["VisionPrescription"]) == (1, 146)
    assert "MedicationOrder" not in numbers
    assert definitions.resource_type_names()[1] == "Account"


def test_elements_of_an_observation():
    elements = elements_by_name("Observation")
    status, value, component = elements["status"], elements["value"], elements["component"]
    assert (status.minimum, status.maximum, status.is_summary, status.is_modifier) == (
        1,
        1,
        True,
        True,
    )
    assert status.value_set == "http://hl7.org/fhir/ValueSet/observation-status"
    assert value.is_choice
    assert [t.key for t in value.types][:3] == [
        "valueQuantity",
        "valueCodeableConcept",
        "valueString",
    ]
    assert (component.is_list, component.types[0].name) == (True, "Observation.component")
    subject = elements["subject"].types[0]
    assert (subject.name, subject.targets) == (
        "Reference",
        {"Patient", "Group", "Device", "Location"},
    )
    element, choice = elements_by_key("Observation")["valueDateTime"]
    assert (element.name, choice.name) == ("value", "dateTime")


def test_an_element_may_refer_to_another_for_its_content():
    assert (
        elements_by_name("Observation.component")["referenceRange"].types[0].name
        == "Observation.referenceRange"
    )


def test_required_value_sets_have_their_codes():
    sets = definitions.value_sets()
    status = sets["http://hl7.org/fhir/ValueSet/observation-status"][
        "http://hl7.org/fhir/observation-status"
    ]
    assert status == {
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    }  # fmt: skip
    assert "CNY" in sets["http://hl7.org/fhir/ValueSet/currencies"]["urn:iso:std:iso:4217"]
    assert sets["http://hl7.org/fhir/ValueSet/mimetypes"] == {}


@pytest.mark.parametrize(
    ("resource_type", "element", "version"),
    [
        ("Patient", "animal", "STU3"),
        ("Patient", "careProvider", "DSTU2"),
        ("Encounter", "indication", "DSTU2"),
        ("Immunization", "notGiven", "STU3"),
        ("ProcedureRequest", "", "STU3"),
        ("DiagnosticOrder", "", "DSTU2"),
    ],
)
def test_what_earlier_versions_had(resource_type, element, version):
    assert definitions.earlier_versions()[resource_type][element] == version


def test_compartments_lead_to_the_patient():
    patient = definitions.compartments()["Patient"]
    assert patient["Observation"] == ["subject", "performer"]
    assert "Medication" not in patient


def test_every_type_that_an_element_has_is_known():
    from kangmai.records.validation.primitives import PRIMITIVES

    for name in definitions.type_names():
        for _, choice in elements_by_key(name).values():
            assert definitions.is_type(choice.name) or choice.name in PRIMITIVES, (name, choice)
