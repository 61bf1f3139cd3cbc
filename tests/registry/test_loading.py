"""Bulk loads give the same rows and projections as single actions, and refuse what they refuse."""

import datetime
from uuid import UUID

import pytest

from kangmai.kernel.actor import NotPermitted
from kangmai.records import queries as records
from kangmai.registry import actions, errors, models, queries
from kangmai.registry.types import (
    BedFacts,
    ClassFacts,
    DepartmentFacts,
    DepartmentLoad,
    EquipmentFacts,
    OrganizationLoad,
    PlaceLoad,
    PostFacts,
    PostLoad,
    QualificationFacts,
    StaffFacts,
    StaffLoad,
)
from tests.factories.registry import (
    ADMIN,
    AT,
    TODAY,
    facts,
    organization,
    place_facts,
    reader,
    registrar,
)


def test_load_equals_single_creation(database):
    (id,) = actions.load_organizations([OrganizationLoad(facts=facts())], actor=ADMIN, at=AT)
    single = organization(code="H2")
    loaded = queries.get_organization(organization_id=id, actor=reader())
    skipped = {"id", "code", "fhir_id"}
    names = [name for name in loaded.__slots__ if name not in skipped]
    assert [getattr(loaded, n) for n in names] == [getattr(single, n) for n in names]


def test_parents_by_code_in_the_load_and_before_it(database):
    top = organization(code="T")
    rows = [
        OrganizationLoad(facts=facts(code="A"), parent_code="T"),
        OrganizationLoad(facts=facts(code="B"), parent_code="A", fhir_id="hospital-b"),
    ]
    a, b = actions.load_organizations(rows, actor=ADMIN, at=AT)
    assert queries.get_organization(organization_id=a, actor=reader()).parent_id == top.id
    assert queries.get_organization(organization_id=b, actor=reader()).parent_id == a
    body = records.get("Organization", "hospital-b", actor=ADMIN, at=AT).body.decode()
    parent = queries.get_organization(organization_id=a, actor=reader()).fhir_id
    assert f'"Organization/{parent}"' in body


def test_people_with_certificates_and_posts(database):
    home = organization()
    (ward,) = actions.load_departments(
        [DepartmentLoad(organization_id=home.id, facts=DepartmentFacts(code="03", name="内科"))],
        actor=ADMIN,
        at=AT,
    )
    licence = QualificationFacts(staff_id=0, kind_code="physician_licence", number="L1")
    (person,) = actions.load_staff(
        [StaffLoad(facts=StaffFacts(name="李平", phone="13800000000"), certificates=(licence,))],
        actor=ADMIN,
        at=AT,
    )
    held = PostFacts(
        staff_id=person,
        organization_id=home.id,
        department_id=ward,
        role_code="doctor",
        from_on=datetime.date(2020, 1, 1),
    )
    actions.load_posts([PostLoad(facts=held, fhir_id="post-1")], actor=ADMIN, at=AT)
    details = queries.get_staff_details(staff_id=person, actor=registrar(organization_id=home.id))
    assert details.phone == "13800000000"
    assert [q.number for q in queries.qualifications(staff_id=person, actor=reader())] == ["L1"]
    body = records.get("PractitionerRole", "post-1", actor=ADMIN, at=AT).body.decode()
    department = queries.departments(organization_id=home.id, actor=reader())[0]
    assert f'"Organization/{department.fhir_id}"' in body


def test_places_classes_beds_equipment(database):
    home = organization()
    (school,) = actions.load_places([PlaceLoad(facts=place_facts())], actor=ADMIN, at=AT)
    actions.load_classes(
        [ClassFacts(place_id=school, name="1班", from_on=TODAY)], actor=ADMIN, at=AT
    )
    actions.load_beds(
        [BedFacts(organization_id=home.id, kind_code="general", from_on=TODAY, available=9)],
        actor=ADMIN,
        at=AT,
    )
    actions.load_equipment(
        [EquipmentFacts(organization_id=home.id, kind_code="ct", name="CT")], actor=ADMIN, at=AT
    )
    assert len(queries.classes(place_id=school, on=TODAY, actor=reader())) == 1
    assert queries.beds(organization_id=home.id, on=TODAY, actor=reader()) == {"general": (0, 9)}
    assert len(queries.equipment(organization_id=home.id, actor=reader())) == 1


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([OrganizationLoad(facts=facts()), OrganizationLoad(facts=facts())], errors.CodeTaken),
        ([OrganizationLoad(facts=facts(), parent_code="X")], errors.OrganizationUnknown),
        (
            [OrganizationLoad(facts=facts(code="A")), OrganizationLoad(facts=facts(name=""))],
            errors.ValueMissing,
        ),
    ],
)
def test_one_wrong_row_refuses_the_load(database, rows, error):
    with pytest.raises(error):
        actions.load_organizations(rows, actor=ADMIN, at=AT)
    assert models.Organization.objects.count() == 0


def test_only_a_registrar_of_the_whole_city_loads(database):
    for actor in (registrar(division="441200"), registrar(organization_id=1), reader()):
        with pytest.raises(NotPermitted):
            actions.load_organizations([OrganizationLoad(facts=facts())], actor=actor, at=AT)
    assert models.Organization.objects.count() == 0


def test_ids_of_a_load_do_not_collide_with_later_rows(database):
    ids = actions.load_organizations(
        [OrganizationLoad(facts=facts(code=f"L{n}")) for n in range(3)], actor=ADMIN, at=AT
    )
    assert organization(code="Z").id > max(ids)
    fhir_ids = models.Organization.objects.values_list("fhir_id", flat=True)
    assert all(UUID(each).version == 7 for each in fhir_ids)
