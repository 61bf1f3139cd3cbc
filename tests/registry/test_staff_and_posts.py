"""Staff are registered once, hold posts for a time, and their private details stay sealed."""

import datetime
from dataclasses import replace
from uuid import UUID

import pytest

from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.records import queries as records
from kangmai.registry import actions, errors, models, queries
from kangmai.registry.types import PostFacts, QualificationFacts, StaffFacts
from kangmai.standards.errors import CheckCharacterWrong, IdentityNumberIncorrect
from kangmai.standards.identity_numbers import make_identity_number
from kangmai.standards.types import Sex
from tests.factories.registry import (
    ADMIN,
    AT,
    TODAY,
    nobody,
    organization,
    post,
    reader,
    registrar,
    staff,
)

BORN = datetime.date(1980, 5, 1)
NUMBER = make_identity_number(region="441202", birth_on=BORN, sequence=12)
KEY = UUID("01890000-0000-7000-8000-000000000002")


def test_details_are_sealed_and_opened_only_for_a_registrar_of_the_institution(database):
    home, other = organization(), organization(code="H2", division_code="441203")
    made = staff(home.id, identity_number=NUMBER, phone="13800000000", birth_date=BORN)
    post(made.id, home.id)
    row = models.Staff.objects.get(pk=made.id)
    assert NUMBER.encode() not in bytes(row.details)
    details = queries.get_staff_details(staff_id=made.id, actor=registrar(organization_id=home.id))
    assert (details.identity_number, details.phone, details.birth_date) == (
        NUMBER,
        "13800000000",
        BORN,
    )
    for actor in (registrar(organization_id=other.id), registrar(division="441203"), reader()):
        with pytest.raises(errors.NotYourOrganization):
            queries.get_staff_details(staff_id=made.id, actor=actor)


def test_projection_names_the_person_and_not_the_number(database):
    home = organization()
    made = staff(
        home.id, name="欧阳修文", sex=Sex.MALE, identity_number=NUMBER, phone="13800000000"
    )
    body = records.get("Practitioner", made.fhir_id, actor=ADMIN, at=AT).body.decode()
    assert '"family":"欧阳"' in body
    assert '"gender":"male"' in body
    assert NUMBER not in body and "13800000000" not in body


def test_one_identity_number_is_one_person_also_in_its_old_form(database):
    home = organization()
    made = staff(home.id, identity_number=NUMBER)
    old_form = NUMBER[:6] + NUMBER[8:17]
    for again in (NUMBER, old_form, f" {NUMBER[:6]} {NUMBER[6:]}"):
        with pytest.raises(errors.StaffAlreadyRegistered) as refusal:
            staff(home.id, name="李萍", identity_number=again)
        assert refusal.value.details == {"staff": made.id}
        assert NUMBER not in str(refusal.value)
    assert models.Staff.objects.count() == 1


def test_wrong_numbers_are_refused_without_repeating_them(database):
    home = organization()
    wrong = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
    with pytest.raises(CheckCharacterWrong) as refusal:
        staff(home.id, identity_number=wrong)
    assert wrong not in str(refusal.value)
    with pytest.raises(IdentityNumberIncorrect):
        staff(home.id, identity_number=NUMBER, birth_date=datetime.date(1981, 5, 1))
    with pytest.raises(errors.PeriodReversed):
        staff(home.id, birth_date=datetime.date(2030, 1, 1))
    assert models.Staff.objects.count() == 0


def test_who_may_change_a_person_follows_his_posts(database):
    home, other = organization(), organization(code="H2", division_code="441203")
    made = staff(home.id)
    change = {
        "staff_id": made.id,
        "facts": StaffFacts(name="李萍"),
        "expected_version": 1,
        "at": AT,
    }
    with pytest.raises(errors.NotYourOrganization):
        actions.update_staff(actor=registrar(organization_id=home.id), **change)
    post(made.id, home.id)
    for stranger in (registrar(organization_id=other.id), reader(), nobody()):
        with pytest.raises(errors.NotYourOrganization):
            actions.update_staff(actor=stranger, **change)
    assert actions.update_staff(actor=registrar(organization_id=home.id), **change).name == "李萍"
    with pytest.raises(ChangedMeanwhile):
        actions.update_staff(actor=ADMIN, **change)


def test_a_post_is_held_once_and_ends_on_a_day(database):
    home = organization()
    person = staff(home.id)
    held = post(person.id, home.id)
    with pytest.raises(errors.PostAlreadyHeld):
        post(person.id, home.id)
    assert post(person.id, home.id, role_code="officer").role_code == "officer"
    with pytest.raises(errors.PeriodReversed):
        actions.end_post(
            post_id=held.id, to_on=held.from_on, expected_version=1, actor=ADMIN, at=AT
        )
    ended = actions.end_post(post_id=held.id, to_on=TODAY, expected_version=1, actor=ADMIN, at=AT)
    assert ended.to_on == TODAY
    body = records.get("PractitionerRole", held.fhir_id, actor=ADMIN, at=AT).body.decode()
    assert '"end":"2026-02-28"' in body
    held_then = queries.posts(
        staff_id=person.id, on=TODAY - datetime.timedelta(days=1), actor=reader()
    )
    assert [each.role_code for each in held_then] == ["doctor", "officer"]
    assert [
        each.role_code for each in queries.posts(staff_id=person.id, on=TODAY, actor=reader())
    ] == ["officer"]
    assert post(person.id, home.id, from_on=TODAY).from_on == TODAY


def test_posts_are_given_by_the_institution_and_by_no_other(database):
    home, other = organization(), organization(code="H2", division_code="441203")
    person = staff(home.id)
    for stranger in (registrar(organization_id=other.id), registrar(division="441203"), nobody()):
        with pytest.raises(errors.NotYourOrganization):
            actions.start_post(facts=_post_facts(person.id, home.id), actor=stranger, at=AT)
    assert models.Post.objects.count() == 0


def _post_facts(person, home):
    return PostFacts(staff_id=person, organization_id=home, role_code="doctor", from_on=TODAY)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"role_code": "wizard"}, errors.ValueUnknown),
        ({"title_code": "grand"}, errors.ValueUnknown),
        ({"staff_id": 999}, errors.StaffUnknown),
        ({"organization_id": 999}, errors.OrganizationUnknown),
        ({"department_id": 999}, errors.DepartmentUnknown),
    ],
)
def test_wrong_posts_are_refused(database, change, error):
    home = organization()
    facts = replace(_post_facts(staff(home.id).id, home.id), **change)
    with pytest.raises(error):
        actions.start_post(facts=facts, actor=ADMIN, at=AT)
    assert models.Post.objects.count() == 0


def test_certificates_are_numbered_once_and_projected(database):
    home = organization()
    person = staff(home.id)
    certificate = QualificationFacts(
        staff_id=person.id,
        kind_code="physician_licence",
        number="110441200000001",
        scope="全科医学",
        issued_on=datetime.date(2010, 7, 1),
    )
    actions.add_qualification(facts=certificate, form_key=KEY, actor=ADMIN, at=AT)
    actions.add_qualification(facts=certificate, form_key=KEY, actor=ADMIN, at=AT)
    with pytest.raises(errors.NumberTaken):
        actions.add_qualification(facts=certificate, actor=ADMIN, at=AT)
    (kept,) = queries.qualifications(staff_id=person.id, actor=reader())
    assert (kept.kind_code, kept.number) == ("physician_licence", "110441200000001")
    body = records.get("Practitioner", person.fhir_id, actor=ADMIN, at=AT).body.decode()
    assert "110441200000001" in body and "医师执业证书" in body


def test_staff_are_found_by_name_initials_institution_and_role(database):
    home, other = organization(), organization(code="H2")
    for name, where, role in (
        ("单小明", home, "doctor"),
        ("欧阳修", home, "nurse"),
        ("李平", other, "doctor"),
    ):
        post(staff(where.id, name=name).id, where.id, role_code=role)

    def names(**wanted):
        page = queries.search_staff(on=TODAY, actor=reader(), **wanted)
        return [row.name for row in page.rows]

    assert names() == ["李平", "欧阳修", "单小明"]
    assert names(text="欧阳") == ["欧阳修"]
    assert names(text="SX") == ["单小明"]
    assert names(organization_id=home.id) == ["欧阳修", "单小明"]
    assert names(organization_id=home.id, role_code="doctor") == ["单小明"]


def test_a_list_of_staff_costs_one_query(database, django_queries):
    home = organization()
    for _ in range(5):
        post(staff(home.id).id, home.id)
    with django_queries(1):
        queries.search_staff(organization_id=home.id, on=TODAY, actor=reader())
