"""What is read of a service point and what it comes to, without a database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.programmes.points import rules
from kangmai.programmes.points.rulebook import kind, kinds
from kangmai.programmes.points.types import FieldType

TODAY = date(2026, 3, 1)
NURSERY = kind("nursery", on=TODAY)
TCM = kind("tcm_service", on=TODAY)
ROOM = kind("counselling_room", on=TODAY)


def faults_of(known, **given):
    return {each.field for each in rules.read_values(known, given, on=TODAY)[1]}


def test_values_are_read_as_people_write_them():
    given = {"area": "１２", "counsellors": "2", "hours": " 1,0 ", "volunteers": ""}
    assert rules.read_values(ROOM, given, on=TODAY) == (
        {"area": 12, "counsellors": 2, "hours": 10, "dispensing": False},
        [],
    )


def test_each_slip_is_named_with_its_field():
    assert faults_of(ROOM) == {"counsellors", "hours"}
    assert faults_of(ROOM, counsellors="-1", hours="169") == {"counsellors", "hours"}
    assert faults_of(ROOM, counsellors="二", hours="2", area="1e3") == {"counsellors", "area"}
    needed = {f.id: "1" for f in NURSERY.fields.values() if f.is_required}
    needed |= {"type": "nursery", "nature": "private"}
    assert not faults_of(NURSERY, **needed)
    assert faults_of(NURSERY, **needed | {"type": "school"}) == {"type"}
    assert faults_of(NURSERY, **needed | {"fire_check_on": "2026-03-02"}) == {"fire_check_on"}
    assert faults_of(NURSERY, **needed | {"fire_check_on": "1.3.2026"}) == {"fire_check_on"}
    assert faults_of(NURSERY, **needed | {"qualified": "2"}) == {"qualified"}
    assert faults_of(NURSERY, **needed | {"caregivers": "2"}) == {"caregivers"}
    assert faults_of(NURSERY, **needed | {"inclusive_places": "2"}) == {"inclusive_places"}
    (fault,) = rules.read_values(ROOM, {"counsellors": "many", "hours": "2"}, on=TODAY)[1]
    assert "“many”" in fault.message("en") and "0～50" in fault.message("zh-hans")


def test_codes_keep_the_order_of_the_definition_and_count_once():
    given = {"hall": "hall", "doctors": "4", "tcm_doctors": "1", "techniques": ["scraping", "filiform", "scraping"]}  # fmt: skip
    values, faults = rules.read_values(TCM, given, on=TODAY)
    assert not faults and values["techniques"] == ["filiform", "scraping"]
    found = rules.judge(TCM, values, holder_kind="township_hospital", on=TODAY)
    assert found.reckoned["tcm_doctor_share"] == Decimal(25)
    assert found.lacks == ("classes_town", "techniques_town", "medicines")
    assert rules.judge(TCM, values, holder_kind="village_clinic", on=TODAY).lacks == (
        "classes_village", "techniques_village", "medicines",
    )  # fmt: skip


counts = st.integers(0, 60)


@given(counts, counts, counts, counts)
def test_as_many_caregivers_as_the_groups_need(infants, toddlers, older, caregivers):
    values = {"infants": infants, "toddlers": toddlers, "older": older, "caregivers": caregivers}
    found = rules.judge(NURSERY, values, holder_kind="", on=TODAY)
    groups = [(infants, 3), (toddlers, 5), (older, 7)]
    needed = sum(len(range(0, size, per)) for size, per in groups)
    assert found.reckoned["caregivers_needed"] == needed
    assert ("ratio" in found.lacks) == (caregivers < needed)
    assert found.used == infants + toddlers + older and found.size is None


@pytest.mark.parametrize("known", kinds(on=TODAY).values(), ids=lambda each: each.id)
def test_nothing_said_fulfils_nothing_and_is_refused(known):
    found = rules.judge(known, {}, holder_kind="township_hospital", on=TODAY)
    assert not found.is_able and known.items
    assert faults_of(known) == {each.id for each in known.fields.values() if each.is_required}
    assert all(each.choices for each in known.fields.values() if each.type is FieldType.CODES)


def test_reviews_and_places_for_a_thousand():
    assert rules.months_after(date(2025, 1, 31), 13) == date(2026, 2, 28)
    assert rules.months_after(date(2023, 2, 28), 12) == date(2024, 2, 28)
    # the figure of a public bulletin: 19,022 places for 4,126,247 residents
    assert rules.per_1000(19022, 4_126_247) == Decimal("4.61")
    assert rules.per_1000(10, 0) is None and rules.per_1000(0, 1000) == 0
