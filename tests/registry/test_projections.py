"""Projections are valid FHIR R4 with the elements that other systems look for, and nothing private."""

import json

from kangmai.kernel import definitions
from kangmai.records import queries as records
from kangmai.registry import actions, queries
from kangmai.registry.types import OrganizationKind, PlaceKind
from kangmai.standards.credit_codes import make_credit_code
from tests.factories.registry import ADMIN, AT, TODAY, organization, place_facts, reader


def stored(kind, id):
    return json.loads(records.get(kind, id, actor=ADMIN, at=AT).body)


def test_organization_and_location(database):
    credit_code = make_credit_code("12441200MB2D12345"[:17])
    made = organization(
        name_en="Duanzhou People's Hospital",
        type_code="A100",
        credit_code=credit_code,
        address="建设路1号",
        phone="0758-2",
        longitude=112.47,
        latitude=23.05,
        point_kind="seat",
        is_invented=True,
    )
    body = stored("Organization", made.fhir_id)
    assert body["identifier"] == [
        {"system": "urn:kangmai:organization-code", "value": "H1"},
        {"system": "urn:kangmai:credit-code", "value": credit_code},
    ]
    assert body["active"] is True
    assert {coding["code"] for coding in body["type"][0]["coding"]} == {"hospital", "prov", "A100"}
    assert body["address"][0]["extension"][0]["valueCode"] == "441202"
    assert body["meta"]["tag"][0]["code"] == "HTEST"
    location = stored("Location", made.fhir_id)
    assert location["position"] == {"longitude": 112.47, "latitude": 23.05}
    assert location["managingOrganization"] == {"reference": f"Organization/{made.fhir_id}"}


def test_closed_institution_is_inactive(database):
    made = organization()
    actions.close_organization(
        organization_id=made.id, closed_on=TODAY, expected_version=1, actor=ADMIN, at=AT
    )
    assert stored("Organization", made.fhir_id)["active"] is False
    assert stored("Location", made.fhir_id)["status"] == "inactive"


def test_every_kind_of_institution_and_place_can_be_projected(database):
    for number, kind in enumerate(OrganizationKind):
        made = organization(code=f"K{number}", kind=kind)
        assert stored("Organization", made.fhir_id)["type"][0]["text"]
    for number, kind in enumerate(PlaceKind):
        made = actions.create_place(
            facts=place_facts(code=f"P{number}", kind=kind), actor=ADMIN, at=AT
        )
        assert stored("Location", made.fhir_id)["status"] == "active"


def test_lists_of_codes_hold_every_choice_of_the_code():
    assert list(queries.codes("organization_kind")) == [kind.value for kind in OrganizationKind]
    assert list(queries.codes("place_kind")) == [kind.value for kind in PlaceKind]


def test_definitions_are_sound():
    for kind in ("vocabulary", "table_format"):
        sound, faults = definitions.check("registry", kind)
        assert sound and faults == []


def test_found_by_each_of_its_names(database):
    made = organization()
    for name in ({"code": "H1"}, {"fhir_id": made.fhir_id}):
        assert queries.find_organization(actor=reader(), **name) == made
    assert queries.find_organization(code="nothing", actor=reader()) is None
    assert queries.find_organization(actor=reader()) is None
