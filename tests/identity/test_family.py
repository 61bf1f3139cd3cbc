"""Who may act for whom: recorded with proof, ended by age, term or will, and applied when an actor is built."""

import datetime
from dataclasses import replace

import pytest

from kangmai.access import actions as access
from kangmai.access import actors
from kangmai.access import queries as access_queries
from kangmai.access.errors import ActsForNobody, NotYourResident, RoleOfFamily
from kangmai.access.types import ConsentKind
from kangmai.identity import actions as residents
from kangmai.identity import queries as index
from kangmai.identity.cards import actions as cards
from kangmai.identity.cards.errors import NotYourCard
from kangmai.identity.cards.types import Bearer
from kangmai.identity.family import actions, errors, models, queries, rules
from kangmai.identity.family.types import Kind
from kangmai.kernel.actor import Label, NotPermitted, Purpose
from tests.factories.access import account
from tests.factories.actors import actor
from tests.factories.cards import himself, issue, use
from tests.factories.people import AT, LI, OPERATOR, card, number, register

DESK = actor(
    places=("441202",), organizations=(7,), permissions=("family.record", "identity.search")
)
NEXT_TOWN = actor(places=("441203",), organizations=(9,), permissions=("family.record",))
BORN = datetime.date(2019, 6, 1)
TODAY = AT.date()


def day(**more) -> datetime.datetime:
    return AT + datetime.timedelta(**more)


@pytest.fixture
def people(database):
    """A father, his daughter of six, and his mother."""
    child = replace(
        LI,
        name="李晓雨",
        sex_code="2",
        birth_date=BORN,
        documents=card(number(BORN, 22)),
        phones=(),
        mother="王芳",
    )
    old = datetime.date(1955, 2, 3)
    elder = replace(
        LI,
        name="陈桂兰",
        sex_code="2",
        birth_date=old,
        documents=card(number(old, 24)),
        phones=(),
        mother="",
    )
    return register(LI), register(child), register(elder)  # fmt: skip


def guard(holder, subject, *, by=DESK, at=AT, **more):
    usual = {
        "kind": Kind.GUARDIAN,
        "powers": ("record", "card", "decide"),
        "evidence": "birth_certificate",
    }
    return actions.record_authority(subject.id, holder=holder.id, actor=by, at=at, **(usual | more))


def own_account(resident, login="li"):
    made = account(login, resident_id=resident.id)
    access.grant_role(
        account_id=made.id, role="resident", organization_id=None, actor=OPERATOR, at=AT
    )
    return made.id


def authorise(subject, holder, *, powers=("card",), days=30, at=AT, by=None):
    return actions.authorise(
        subject=subject.id,
        index_number=holder.index_number,
        name=holder.demographics.name,
        powers=powers,
        until=TODAY + datetime.timedelta(days=days),
        actor=by or himself(subject),
        at=at,
    )


def test_guardianship_of_a_child_ends_at_majority(people):
    father, child, _ = people
    made = guard(father, child)
    assert (made.from_on, made.to_on) == (TODAY, datetime.date(2037, 6, 1))
    assert made.is_in_force(datetime.date(2037, 5, 31))
    assert not made.is_in_force(datetime.date(2037, 6, 1))
    with pytest.raises(errors.AuthorityStands):
        guard(father, child)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"powers": ()}, errors.PowersMissing),
        ({"powers": ("everything",)}, errors.PowersMissing),
        ({"evidence": "hearsay"}, errors.EvidenceUnknown),
        ({"evidence": "written_mandate"}, errors.EvidenceUnknown),
        ({"by": NEXT_TOWN}, errors.NotYourFamily),
        ({"by": himself}, errors.NotYourFamily),
    ],
)
def test_what_a_desk_refuses(people, change, refusal):
    father, child, _ = people
    if change.get("by") is himself:
        change = {"by": himself(father)}
    with pytest.raises(refusal):
        guard(father, child, **change)
    assert not models.Authority.objects.exists()


def test_adults_have_guardians_by_decision_of_a_court_only(people):
    father, child, elder = people
    with pytest.raises(errors.TooOldForThis):
        guard(father, elder, evidence="household_booklet")
    with pytest.raises(errors.HolderTooYoung):
        guard(child, elder, evidence="court_decision")
    with pytest.raises(errors.ActsForHimself):
        guard(father, father, evidence="court_decision")
    assert guard(father, elder, evidence="court_decision").to_on is None


def test_birthdays_of_a_leap_day():
    assert rules.birthday(datetime.date(2008, 2, 29), 18) == datetime.date(2026, 3, 1)
    assert rules.is_of_age(datetime.date(2008, 2, 29), on=datetime.date(2026, 3, 1))
    assert not rules.is_of_age(datetime.date(2008, 2, 29), on=datetime.date(2026, 2, 28))


def test_a_resident_authorises_somebody_for_a_term(people):
    father, _, elder = people
    with pytest.raises(errors.HolderNotNamed):
        actions.authorise(subject=elder.id, index_number=father.index_number, name="李四", powers=("card",),
                          until=TODAY + datetime.timedelta(days=3), actor=himself(elder), at=AT)  # fmt: skip
    for days in (0, 3 * 366 + 1):
        with pytest.raises(errors.PeriodUnfit):
            authorise(elder, father, days=days)
    with pytest.raises(errors.NotYourFamily):
        authorise(elder, father, by=himself(father))
    made = authorise(elder, father)
    assert (made.kind, made.organization, made.evidence) == (Kind.AUTHORISED, None, "own_statement")
    assert authorise(elder, father, at=day(days=31), days=60).id != made.id


def test_either_side_or_a_desk_ends_it_but_not_a_child(people):
    father, child, elder = people
    made = guard(father, child)
    with pytest.raises(errors.NotYourFamily):
        actions.end_authority(made.id, expected_version=1, actor=himself(child), at=AT)
    for stranger in (himself(elder), NEXT_TOWN):
        with pytest.raises(errors.AuthorityNotFound):
            actions.end_authority(made.id, expected_version=1, actor=stranger, at=AT)
    with pytest.raises(errors.AuthorityChanged):
        actions.end_authority(made.id, expected_version=2, actor=DESK, at=AT)
    actions.end_authority(made.id, expected_version=1, actor=DESK, at=AT)
    with pytest.raises(errors.AuthorityOver):
        actions.end_authority(made.id, expected_version=2, actor=DESK, at=AT)
    lent = authorise(elder, father)
    actions.end_authority(lent.id, expected_version=1, actor=himself(father), at=AT)
    mine = authorise(elder, father)
    actions.end_authority(mine.id, expected_version=1, actor=himself(elder), at=AT)


def test_lists_name_the_other_side_for_those_concerned(people):
    father, child, elder = people
    guard(father, child)
    (ward,) = queries.acts_for(father.id, actor=himself(father), at=AT)
    assert (ward.name, ward.resident_id) == ("李晓雨", child.id)
    (held,) = queries.act_for(child.id, actor=DESK)
    assert held.name == "李思远"
    for stranger in (himself(elder), NEXT_TOWN):
        with pytest.raises(errors.NotYourFamily):
            queries.act_for(child.id, actor=stranger)
    with pytest.raises(errors.NotYourFamily):
        queries.acts_for(father.id, actor=himself(child), at=AT)


def test_guardian_acts_as_far_as_his_powers_and_nowhere_else(people):
    father, child, elder = people
    login = own_account(father)
    with pytest.raises(ActsForNobody):
        actors.actor_for_account(login, at=AT, acting_for=child.id)
    guard(father, child)
    soon = day(seconds=9)
    acting = actors.actor_for_account(login, at=soon, acting_for=child.id)
    assert acting.purpose is Purpose.RESIDENT
    assert acting.scope.residents == {child.id}
    assert acting.scope.labels == frozenset(Label)
    assert index.get_resident(child.id, actor=acting, at=soon).demographics.name == "李晓雨"
    with pytest.raises(NotPermitted):
        index.get_resident(father.id, actor=acting, at=soon)
    assert access_queries.ledger(child.id, actor=acting) is not None
    with pytest.raises(NotYourResident):
        access_queries.ledger(father.id, actor=acting)
    issue(child, by=OPERATOR)
    assert (
        use(cards.show_code(child.id, actor=acting, at=soon).text, at=soon).bearer
        is Bearer.GUARDIAN
    )
    access.give_consent(
        resident_id=child.id,
        kind=ConsentKind.OBJECTION,
        organization_id=None,
        actor=acting,
        at=soon,
    )
    (kept,) = access_queries.consents(resident_id=child.id, at=soon, actor=acting)
    assert kept.resident_id == child.id
    grown = datetime.datetime(2037, 6, 1, 4, tzinfo=datetime.UTC)
    with pytest.raises(ActsForNobody):
        actors.actor_for_account(login, at=grown, acting_for=child.id)
    with pytest.raises(ActsForNobody):
        actors.actor_for_account(login, at=soon, acting_for=elder.id)


def test_somebody_authorised_to_hold_the_card_does_not_read_the_record(people):
    father, _, elder = people
    login = own_account(father)
    made = authorise(elder, father, powers=("card",))
    acting = actors.actor_for_account(login, at=AT, acting_for=elder.id)
    issue(elder, by=OPERATOR)
    assert cards.show_code(elder.id, actor=acting, at=AT).number
    with pytest.raises(NotPermitted):
        index.get_resident(elder.id, actor=acting, at=AT)
    with pytest.raises(NotYourResident):
        access_queries.ledger(elder.id, actor=acting)
    actions.end_authority(made.id, expected_version=1, actor=himself(elder), at=day(seconds=1))
    with pytest.raises(ActsForNobody):
        actors.actor_for_account(login, at=day(seconds=9), acting_for=elder.id)
    authorise(elder, father, powers=("record",), at=day(seconds=10))
    reading = actors.actor_for_account(login, at=day(seconds=20), acting_for=elder.id)
    assert reading.scope.labels == {Label.NORMAL}
    with pytest.raises(NotYourCard):
        cards.show_code(elder.id, actor=reading, at=AT)


def test_authority_follows_a_merge_and_ends_with_death(people):
    father, child, elder = people
    login = own_account(father)
    guard(father, child)
    double = register(replace(LI, name="李小雨", sex_code="2", birth_date=None, documents=(), phones=(), mother="", address=""))  # fmt: skip
    residents.merge_residents(double.id, child.id, reason="同一人", actor=OPERATOR, at=AT)
    acting = actors.actor_for_account(login, at=day(seconds=9), acting_for=child.id)
    assert acting.scope.residents == {double.id}
    residents.unmerge_resident(child.id, reason="弄错", actor=OPERATOR, at=AT)
    now = index.get_resident(child.id, actor=OPERATOR, at=AT)
    residents.correct_resident(
        child.id,
        now.demographics,
        deceased_on=TODAY,
        expected_version=now.version,
        actor=OPERATOR,
        at=AT,
    )
    with pytest.raises(ActsForNobody):
        actors.actor_for_account(login, at=day(seconds=20), acting_for=child.id)
    with pytest.raises(errors.PersonGone):
        guard(elder, child)


def test_nobody_is_given_the_role_of_a_guardian_by_hand(people):
    login = own_account(people[0])
    for role in ("guardian", "authorised"):
        assert role not in access_queries.roles_in_force(at=AT)
        with pytest.raises(RoleOfFamily):
            access.grant_role(
                account_id=login, role=role, organization_id=None, actor=OPERATOR, at=AT
            )
