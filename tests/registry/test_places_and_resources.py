"""Places, classes, beds, equipment, reporting areas, consortia."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kangmai.kernel.actor import NotPermitted, PlaceRange, subtree
from kangmai.registry import actions, errors, models, queries
from kangmai.registry.types import (
    BedFacts,
    ClassFacts,
    ConsortiumKind,
    DepartmentFacts,
    EquipmentFacts,
    OrganizationKind,
    PlaceKind,
)
from tests.factories.registry import (
    ADMIN,
    AT,
    TODAY,
    organization,
    place_facts,
    reader,
    registrar,
)

TERM = datetime.date(2025, 9, 1)


def place(**changes):
    return actions.create_place(facts=place_facts(**changes), actor=ADMIN, at=AT)


def test_place_is_kept_by_the_registrar_of_its_division(database):
    town = registrar(division="441202001")
    made = actions.create_place(facts=place_facts(headcount=800), actor=town, at=AT)
    changed = actions.update_place(
        place_id=made.id, facts=place_facts(headcount=812), expected_version=1, actor=town, at=AT
    )
    assert (changed.headcount, changed.version) == (812, 2)
    for stranger in (registrar(division="441202002"), registrar(organization_id=1), reader()):
        with pytest.raises(errors.NotYourOrganization):
            actions.close_place(
                place_id=made.id, closed_on=TODAY, expected_version=2, actor=stranger, at=AT
            )
    closed = actions.close_place(
        place_id=made.id, closed_on=TODAY, expected_version=2, actor=town, at=AT
    )
    assert closed.closed_on == TODAY
    assert queries.search_places(actor=reader()).rows == ()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"headcount": -1}, errors.ValueMalformed),
        ({"kind": "castle"}, errors.ValueUnknown),
        ({"division_code": ""}, errors.ValueMissing),
    ],
)
def test_wrong_places_are_refused(database, change, error):
    with pytest.raises(error):
        place(**change)
    assert models.Place.objects.count() == 0


def test_classes_belong_to_a_school_year(database):
    school = place()
    year = ClassFacts(
        place_id=school.id,
        name="三年级2班",
        grade="3",
        from_on=TERM,
        to_on=datetime.date(2026, 7, 15),
        headcount=45,
    )
    actions.add_class(facts=year, actor=ADMIN, at=AT)
    with pytest.raises(errors.CodeTaken):
        actions.add_class(facts=year, actor=ADMIN, at=AT)
    assert [c.name for c in queries.classes(place_id=school.id, on=TODAY, actor=reader())] == [
        "三年级2班"
    ]
    assert queries.classes(place_id=school.id, on=datetime.date(2026, 7, 15), actor=reader()) == ()


def test_places_by_kind(database):
    place()
    place(code="N1", name="小太阳托育", kind=PlaceKind.NURSERY, capacity=60)
    (nursery,) = queries.search_places(kind="nursery", actor=reader()).rows
    assert (nursery.capacity, nursery.headcount) == (60, None)


def test_beds_count_the_latest_number_of_each_department(database):
    home = organization()
    ward = actions.create_department(
        organization_id=home.id, facts=DepartmentFacts(code="03", name="内科"), actor=ADMIN, at=AT
    )

    def state(day, available, **more):
        facts = BedFacts(
            organization_id=home.id,
            kind_code="general",
            from_on=datetime.date(2026, 1, day),
            available=available,
            authorized=available - 1,
            **more,
        )
        actions.set_beds(facts=facts, actor=ADMIN, at=AT)

    state(1, 100)
    state(10, 120)
    state(10, 125)
    state(5, 30, department_id=ward.id)
    on = {
        day: queries.beds(organization_id=home.id, on=datetime.date(2026, 1, day), actor=reader())
        for day in (1, 5, 10)
    }
    assert on == {
        1: {"general": (99, 100)},
        5: {"general": (128, 130)},
        10: {"general": (153, 155)},
    }


def test_beds_and_equipment_are_stated_by_the_institution(database):
    home = organization()
    stranger = registrar(division="441203")
    with pytest.raises(errors.NotYourOrganization):
        actions.set_beds(
            facts=BedFacts(
                organization_id=home.id, kind_code="general", from_on=TODAY, available=1
            ),
            actor=stranger,
            at=AT,
        )
    with pytest.raises(errors.NotYourOrganization):
        actions.add_equipment(
            facts=EquipmentFacts(organization_id=home.id, kind_code="ct", name="CT"),
            actor=stranger,
            at=AT,
        )
    assert models.BedStock.objects.count() == models.Equipment.objects.count() == 0


def test_equipment_is_registered_once_and_retired(database):
    home = organization()
    facts = EquipmentFacts(
        organization_id=home.id, kind_code="dr", name="DR 3500", serial_number="X1"
    )
    made = actions.add_equipment(facts=facts, actor=ADMIN, at=AT)
    with pytest.raises(errors.NumberTaken):
        actions.add_equipment(facts=facts, actor=ADMIN, at=AT)
    assert [e.name for e in queries.equipment(organization_id=home.id, actor=reader())] == [
        "DR 3500"
    ]
    actions.retire_equipment(
        equipment_id=made.id, retired_on=TODAY, expected_version=1, actor=ADMIN, at=AT
    )
    assert queries.equipment(organization_id=home.id, actor=reader()) == ()


def test_reporting_areas_add_and_leave_out(database):
    actions.set_reporting_area(
        code="sihui",
        name="四会市（不含高新区）",
        name_en="Sihui without the high-tech zone",
        includes=["441284"],
        excludes=["441284400"],
        actor=ADMIN,
        at=AT,
    )
    area = queries.get_reporting_area(code="sihui", actor=reader())
    assert area.ranges == (
        PlaceRange("441284", "441284400"),
        PlaceRange("441284401", "441285"),
    )
    assert not any(r.covers("441284400001") for r in area.ranges)
    assert any(r.covers("441284001001") for r in area.ranges)


def test_reporting_area_needs_the_registrar_of_every_division(database):
    with pytest.raises(NotPermitted):
        actions.set_reporting_area(
            code="x",
            name="x",
            name_en="",
            includes=["441284", "441202"],
            excludes=[],
            actor=registrar(division="441284"),
            at=AT,
        )
    assert models.ReportingArea.objects.count() == 0


def test_consortium_is_joined_once_and_left(database):
    lead, member = organization(), organization(code="H2")
    consortium = actions.create_consortium(
        code="M1",
        name="端州区医共体",
        name_en="",
        kind=ConsortiumKind.COUNTY,
        lead_id=lead.id,
        division_code="441202",
        from_on=datetime.date(2025, 1, 1),
        actor=registrar(division="441202"),
        at=AT,
    )
    joining = {
        "consortium_id": consortium,
        "organization_id": member.id,
        "from_on": datetime.date(2025, 6, 1),
        "actor": ADMIN,
        "at": AT,
    }
    actions.join_consortium(**joining)
    with pytest.raises(errors.ConsortiumAlreadyJoined):
        actions.join_consortium(**joining)
    assert queries.get_consortium(
        consortium_id=consortium, on=TODAY, actor=reader()
    ).member_ids == (lead.id, member.id)
    version = models.Consortium.objects.get(pk=consortium).version
    actions.leave_consortium(
        consortium_id=consortium,
        organization_id=member.id,
        to_on=TODAY,
        expected_version=version,
        actor=ADMIN,
        at=AT,
    )
    assert queries.consortia_of(organization_id=member.id, on=TODAY, actor=reader()) == ()


def test_ranges_agree_with_a_slow_twin():
    """Every code is inside exactly when an included division covers it and no excluded one does."""
    from kangmai.registry.areas import subtract

    divisions = ["441202", "441202001", "441202002", "441203", "441202001003"]
    probes = [*divisions, "441202001001", "441202002005", "441203999", "441204"]
    for includes in (divisions[:1], divisions[:3], divisions[1:4], []):
        for excludes in (divisions[1:2], divisions[3:], divisions[:1], []):
            ranges = subtract(map(subtree, includes), map(subtree, excludes))
            for probe in probes:
                slow = any(subtree(i).covers(probe) for i in includes) and not any(
                    subtree(e).covers(probe) for e in excludes
                )
                assert any(r.covers(probe) for r in ranges) is slow


def test_choices_are_one_query_and_the_first_of_each_kind_in_each_division(database):

    for n, division in enumerate(("441202001", "441202001", "441202001", "441203001")):
        actions.create_place(
            facts=place_facts(code=f"S{n}", name=f"小学{n}", division_code=division),
            actor=ADMIN,
            at=AT,
        )
    for n, kind in enumerate((OrganizationKind.LABORATORY, OrganizationKind.HOSPITAL)):
        organization(code=f"H{n}", name=f"机构{n}", kind=kind, division_code="441202")
    asked = {
        "divisions": ["441202", "441203"],
        "kinds": [OrganizationKind.HOSPITAL, OrganizationKind.LABORATORY],
    }
    with CaptureQueriesContext(connection) as seen:
        found = queries.choices(**asked, most=2, actor=ADMIN)
    assert len(seen) == 1
    assert [each.code for each in found] == ["S0", "S1", "S3", "H1", "H0"]
    assert queries.choices(divisions=[], kinds=[], most=2, actor=ADMIN) == ()
