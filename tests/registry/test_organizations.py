"""Institutions are registered, changed and closed by those who may, once, and never over one another."""

import datetime
from uuid import UUID

import pytest

from kangmai.kernel import audit
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.records import queries as records
from kangmai.registry import actions, errors, models, queries
from kangmai.registry.types import OrganizationKind
from tests.factories.registry import (
    ADMIN,
    AT,
    TODAY,
    facts,
    nobody,
    organization,
    post,
    reader,
    registrar,
    staff,
)

KEY = UUID("01890000-0000-7000-8000-000000000001")


def test_created_institution_is_found_again(database):
    made = organization()
    found = queries.get_organization(organization_id=made.id, actor=reader())
    assert found == made
    assert (found.code, found.version, found.closed_on) == ("H1", 1, None)
    assert found.sort_key == "duan zhou qu ren min yi yuan"


def test_creation_is_audited_announced_and_projected(database):
    made = organization(parent_id=organization(code="B1", kind=OrganizationKind.BUREAU).id)
    (line,) = audit.search(action="registry.organization.created", limit=1)
    assert (line.object_type, line.object_id, line.outcome) == ("Organization", str(made.id), "ok")
    projected = records.get("Organization", made.fhir_id, actor=ADMIN, at=AT)
    assert '"端州区人民医院"' in projected.body.decode()
    assert records.get("Location", made.fhir_id, actor=ADMIN, at=AT).version == 1


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (registrar(division="441202"), True),
        (registrar(division="441200"), True),
        (registrar(division="441203"), False),
        (registrar(division="441202001"), False),
        (registrar(organization_id=99), False),
        (reader(), False),
        (nobody(), False),
    ],
)
def test_only_a_registrar_of_the_place_creates(database, actor, may):
    if may:
        actions.create_organization(facts=facts(), actor=actor, at=AT)
    else:
        with pytest.raises(errors.NotYourOrganization):
            actions.create_organization(facts=facts(), actor=actor, at=AT)
    assert models.Organization.objects.count() == int(may)


def test_an_institution_changes_itself_and_founds_below_itself_but_not_its_sibling(database):
    own, sibling = organization(), organization(code="H2")
    actor = registrar(organization_id=own.id)
    changed = actions.update_organization(
        organization_id=own.id, facts=facts(phone="0758-1"), expected_version=1, actor=actor, at=AT
    )
    assert (changed.phone, changed.version) == ("0758-1", 2)
    below = facts(code="H1-2", parent_id=own.id)
    assert actions.create_organization(facts=below, actor=actor, at=AT).parent_id == own.id
    with pytest.raises(errors.NotYourOrganization):
        actions.update_organization(
            organization_id=sibling.id,
            facts=facts(code="H2", phone="1"),
            expected_version=1,
            actor=actor,
            at=AT,
        )
    assert queries.get_organization(organization_id=sibling.id, actor=actor).version == 1


def test_moving_needs_the_registrar_of_both_divisions(database):
    made = organization()
    moved = facts(division_code="441203")
    with pytest.raises(errors.NotYourOrganization):
        actions.update_organization(
            organization_id=made.id,
            facts=moved,
            expected_version=1,
            actor=registrar(division="441202"),
            at=AT,
        )


def test_stale_change_is_refused_and_leaves_no_trace(database):
    made = organization()
    change = {"organization_id": made.id, "expected_version": 1, "actor": ADMIN, "at": AT}
    actions.update_organization(facts=facts(name="甲"), **change)
    with pytest.raises(ChangedMeanwhile) as refusal:
        actions.update_organization(facts=facts(name="乙"), **change)
    assert refusal.value.details == {"expected": 1, "current": 2}
    assert queries.get_organization(organization_id=made.id, actor=ADMIN).name == "甲"


def test_form_sent_twice_makes_one(database):
    first = actions.create_organization(facts=facts(), form_key=KEY, actor=ADMIN, at=AT)
    again = actions.create_organization(facts=facts(), form_key=KEY, actor=ADMIN, at=AT)
    assert again == first
    assert models.Organization.objects.count() == 1


def test_form_key_of_another_action_or_account_is_refused(database):
    actions.create_organization(facts=facts(), form_key=KEY, actor=ADMIN, at=AT)
    with pytest.raises(errors.FormKeyReused):
        actions.create_organization(
            facts=facts(code="H2"), form_key=KEY, actor=registrar(division="441202"), at=AT
        )
    assert models.Organization.objects.count() == 1


def test_taken_code_is_refused(database):
    organization()
    with pytest.raises(errors.CodeTaken):
        organization(name="另一家")
    assert models.Organization.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": ""}, errors.ValueMissing),
        ({"code": "H 1"}, errors.ValueMalformed),
        ({"name": "  "}, errors.ValueMissing),
        ({"name": "院" * 121}, errors.ValueTooLong),
        ({"name": "甲\n乙"}, errors.ValueMalformed),
        ({"kind": "palace"}, errors.ValueUnknown),
        ({"division_code": "999999"}, errors.DivisionNotListed),
        ({"division_code": "44'; DROP TABLE"}, errors.DivisionNotListed),
        ({"type_code": "a1"}, errors.ValueMalformed),
        ({"longitude": 112.4}, errors.PointIncomplete),
        ({"longitude": 181.0, "latitude": 23.0, "point_kind": "seat"}, errors.PointIncomplete),
        ({"longitude": 112.0, "latitude": 23.0, "point_kind": "guess"}, errors.ValueUnknown),
    ],
)
def test_wrong_facts_are_refused(database, change, error):
    with pytest.raises(error) as refusal:
        organization(**change)
    assert refusal.value.message("zh") != refusal.value.message("en")
    assert models.Organization.objects.count() == 0


def test_markup_in_a_name_is_kept_as_text(database):
    made = organization(name="<script>alert(1)</script>")
    assert queries.get_organization(organization_id=made.id, actor=ADMIN).name == made.name


def test_no_institution_stands_below_itself(database):
    top = organization()
    middle = organization(code="H2", parent_id=top.id)
    bottom = organization(code="H3", parent_id=middle.id)
    for parent in (top, middle, bottom):
        with pytest.raises(errors.ParentBelow):
            actions.update_organization(
                organization_id=top.id,
                facts=facts(parent_id=parent.id),
                expected_version=1,
                actor=ADMIN,
                at=AT,
            )
    assert [each.code for each in queries.ancestors(organization_id=bottom.id, actor=ADMIN)] == [
        "H1",
        "H2",
    ]
    assert queries.descendant_ids(organization_id=top.id) == {top.id, middle.id, bottom.id}


def test_closing_waits_for_what_depends_on_it(database):
    top = organization()
    below = organization(code="H2", parent_id=top.id)
    closing = {"closed_on": TODAY, "expected_version": 1, "actor": ADMIN, "at": AT}
    with pytest.raises(errors.StillInUse):
        actions.close_organization(organization_id=top.id, **closing)
    held = post(staff(below.id).id, below.id)
    with pytest.raises(errors.StillInUse):
        actions.close_organization(organization_id=below.id, **closing)
    actions.end_post(post_id=held.id, to_on=TODAY, expected_version=1, actor=ADMIN, at=AT)
    assert actions.close_organization(organization_id=below.id, **closing).closed_on == TODAY
    with pytest.raises(errors.AlreadyClosed):
        actions.close_organization(organization_id=below.id, **{**closing, "expected_version": 2})


def test_search_by_part_initials_code_and_division(database):
    organization(name="肇庆市第一人民医院", code="A1")
    organization(name="高要区人民医院", code="A2", division_code="441204")
    organization(name="重庆路门诊部", code="A3", kind=OrganizationKind.CLINIC)

    def names(**wanted):
        return [row.name for row in queries.search_organizations(actor=reader(), **wanted).rows]

    assert names() == ["重庆路门诊部", "高要区人民医院", "肇庆市第一人民医院"]
    assert names(text="人民") == ["高要区人民医院", "肇庆市第一人民医院"]
    assert names(text="zqs") == ["肇庆市第一人民医院"]
    assert names(text="ＣＱ") == ["重庆路门诊部"]
    assert names(text="a2") == ["高要区人民医院"]
    assert names(division="441204") == ["高要区人民医院"]
    assert names(division="441200") == names()
    assert names(kind="clinic") == ["重庆路门诊部"]
    assert names(text="100%") == []


def test_pages_cover_the_list_without_gap_or_repetition(database):
    for number in range(7):
        organization(code=f"C{number}", name=f"诊所{'甲' if number < 4 else '乙'}")
    codes, after = [], ""
    while True:
        page = queries.search_organizations(after=after, limit=3, actor=reader())
        codes += [row.code for row in page.rows]
        after = page.next
        if not after:
            break
    assert codes == [f"C{number}" for number in range(7)]
    with pytest.raises(errors.CursorUnreadable):
        queries.search_organizations(after="???", actor=reader())


def test_closed_institutions_are_left_out_unless_asked_for(database):
    made = organization()
    actions.close_organization(
        organization_id=made.id, closed_on=TODAY, expected_version=1, actor=ADMIN, at=AT
    )
    assert queries.search_organizations(actor=reader()).rows == ()
    assert len(queries.search_organizations(include_closed=True, actor=reader()).rows) == 1


def test_who_holds_no_role_sees_nothing(database):
    made = organization()
    with pytest.raises(NotPermitted):
        queries.get_organization(organization_id=made.id, actor=nobody())
    with pytest.raises(NotPermitted):
        queries.search_organizations(actor=nobody())


def test_a_list_costs_one_query(database, django_queries):
    for number in range(20):
        organization(code=f"C{number}")
    with django_queries(1):
        page = queries.search_organizations(limit=10, actor=reader())
    with django_queries(1):
        queries.organizations_by_id(ids=[row.id for row in page.rows], actor=reader())


def test_opening_day_is_kept(database):
    made = organization(opened_on=datetime.date(1952, 10, 1))
    assert made.opened_on == datetime.date(1952, 10, 1)
