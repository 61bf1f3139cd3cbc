"""Who sees whose record: every role, in its own institution, against parents, siblings and strangers."""

import pytest
from django.test import TestCase

from kangmai.access import actions, actors, queries
from kangmai.access.types import ConsentKind
from kangmai.kernel.actor import Label, Purpose
from kangmai.records import queries as records
from kangmai.records.errors import ResourceNotFound
from tests.factories.access import ADMIN, AT, account, acting, holder, later, written

# For each role and the institution in which it is held: whose residents it sees, and no others.
MATRIX = [
    ("village_doctor", "village", {"village", "hospital"}),
    ("village_doctor", "sibling", {"sibling"}),
    ("village_doctor", "far_village", {"far_village", "other_hospital"}),
    ("family_doctor_team", "town", {"town", "village", "sibling"}),
    ("family_doctor_team", "village", {"village"}),
    ("township_public_health", "town", {"town", "village", "sibling", "hospital"}),
    ("township_public_health", "other_town", {"other_town"}),
    ("hospital_clinician", "hospital", {"hospital"}),
    ("hospital_clinician", "other_hospital", {"other_hospital"}),
    ("newborn_screener", "hospital", {"hospital"}),
    ("mch_worker", "mch", {"hospital", "town", "other_town", "village", "sibling"}),
    ("mch_expert", "hospital", set()),
    ("cdc_epidemiologist", "cdc", {"hospital", "town", "other_town", "village", "sibling"}),
    ("cdc_epidemiologist", "other_cdc", {"far_village", "other_hospital"}),
    ("mental_health_worker", "town", {"town", "village", "sibling", "hospital"}),
    ("tuberculosis_worker", "other_town", {"other_town"}),
    ("family_care_worker", "other_town", {"other_town"}),
    ("hiv_std_worker", "cdc", {"hospital", "town", "other_town", "village", "sibling"}),
    ("laboratory", "laboratory", set()),
    ("laboratory", "hospital", {"hospital"}),
    ("quality_centre", "quality", {"hospital", "town", "other_town", "village", "sibling"}),
    ("supervisor", "supervision", set()),
    ("sampler", "town", set()),
    ("grid_worker", "village", set()),
    ("quarantine_manager", "hospital", set()),
    ("desk_clerk", "town", set()),
    ("ambulance_crew", "hospital", set()),
    ("storekeeper", "hospital", set()),
    ("commission_officer", "bureau", set()),
    ("statistician", "bureau", set()),
    ("commission_leader", "bureau", set()),
    ("administrator", "bureau", set()),
    ("institution_administrator", "hospital", set()),
    ("integrator", "hospital", {"hospital"}),
]


def seen(actor, place):
    """The names of those whose Patient an actor can read."""
    found = set()
    for name, id in place.patients.items():
        try:
            records.get("Patient", id, actor=actor, at=AT)
        except ResourceNotFound:
            continue
        found.add(name)
    return found


def in_sight(actor, place):
    """As `seen`, by scope alone: for roles without the right to read at all."""
    from kangmai.kernel.actor import NotPermitted

    try:
        return seen(actor, place)
    except NotPermitted:
        return set()


@pytest.mark.parametrize(("role", "where", "expected"), MATRIX)
def test_matrix(database, place, role, where, expected):
    assert in_sight(acting(role, place.organizations[where]), place) == expected


def test_every_role_is_in_the_matrix():
    roles = set(queries.roles_in_force(at=AT))
    assert roles == {role for role, _, _ in MATRIX} | {"resident"}


def test_resident_sees_himself_alone(database, place):
    own = account("wang.fang", resident_id=place.residents["village"])
    actions.grant_role(account_id=own.id, role="resident", actor=ADMIN, at=AT)
    actor = actors.actor_for_account(own.id, at=AT)
    assert seen(actor, place) == {"village"}
    assert actor.purpose is Purpose.RESIDENT


def test_without_a_role_or_with_an_ended_one_nothing_is_seen(database, place):
    nobody = account("nobody")
    assert in_sight(actors.actor_for_account(nobody.id, at=AT), place) == set()
    doctor = account("doctor")
    actions.grant_role(
        account_id=doctor.id,
        role="hospital_clinician",
        organization_id=place.organizations["hospital"],
        until=later(days=1),
        actor=ADMIN,
        at=AT,
    )
    assert seen(actors.actor_for_account(doctor.id, at=AT), place) == {"hospital"}
    ended = actors.actor_for_account(doctor.id, at=later(days=1))
    assert (ended.grants, in_sight(ended, place)) == ((), set())
    early = actors.actor_for_account(doctor.id, at=later(days=-1))
    assert early.grants == ()


def test_revoked_role_ends_at_once(database, place):
    doctor = holder("hospital_clinician", place.organizations["hospital"])
    assert len(actors.actor_for_account(doctor.id, at=AT).grants) == 1
    (held,) = queries.grants_of(account_id=doctor.id, at=AT, actor=ADMIN)
    with TestCase.captureOnCommitCallbacks(execute=True):
        actions.revoke_role(grant_id=held.id, actor=ADMIN, at=later(seconds=1))
    assert actors.actor_for_account(doctor.id, at=later(seconds=1)).grants == ()


def test_roles_of_two_institutions_are_exercised_one_at_a_time(database, place):
    both = holder("hospital_clinician", place.organizations["hospital"])
    given = actions.grant_role(
        account_id=both.id,
        role="administrator",
        organization_id=place.organizations["bureau"],
        actor=ADMIN,
        at=later(seconds=6),
    )
    at = later(seconds=7)
    first, second = actors.postings(both.id, at=at)
    assert (first.roles, second.roles) == (("hospital_clinician",), ("administrator",))
    clinician = actors.actor_for_account(both.id, at=at)
    administrator = actors.actor_for_account(both.id, at=at, grant_id=given.id)
    assert seen(clinician, place) == {"hospital"}
    assert in_sight(administrator, place) == set()
    assert administrator.purpose is Purpose.ADMINISTRATION


def test_roles_of_one_institution_with_one_reach_are_exercised_together(database, place):
    town = place.organizations["town"]
    both = holder("township_public_health", town)
    actions.grant_role(
        account_id=both.id,
        role="tuberculosis_worker",
        organization_id=town,
        actor=ADMIN,
        at=AT,
    )
    actor = actors.actor_for_account(both.id, at=later(seconds=6))
    assert [grant.role for grant in actor.grants] == [
        "township_public_health",
        "tuberculosis_worker",
    ]
    assert actor.scope.labels == {Label.NORMAL, Label.TUBERCULOSIS}


@pytest.mark.parametrize(
    ("role", "where", "label", "visible"),
    [
        ("township_public_health", "town", "hiv", False),
        ("hiv_std_worker", "town", "hiv", True),
        ("tuberculosis_worker", "town", "hiv", False),
        ("cdc_epidemiologist", "cdc", "hiv", True),
        ("quality_centre", "quality", "hiv", False),
        ("township_public_health", "town", "schizophrenia", False),
        ("mental_health_worker", "town", "schizophrenia", True),
        ("cdc_epidemiologist", "cdc", "schizophrenia", False),
    ],
)
def test_sensitive_facts_only_by_role(database, place, role, where, label, visible):
    code = {"hiv": "B20.900", "schizophrenia": "F20.900"}[label]
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{place.patients['village']}"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]},
    }
    id = written(place.organizations["village"], condition)
    actor = acting(role, place.organizations[where])
    if visible:
        assert records.get("Condition", id, actor=actor, at=AT).id == id
    else:
        with pytest.raises(ResourceNotFound):
            records.get("Condition", id, actor=actor, at=AT)
    assert "village" in seen(actor, place)


def test_share_opens_the_record_to_one_institution_until_it_ends(database, place):
    hospital = place.organizations["hospital"]
    doctor = holder("hospital_clinician", hospital)
    other = acting("hospital_clinician", place.organizations["other_hospital"])
    actions.give_consent(
        resident_id=place.residents["sibling"],
        kind=ConsentKind.SHARE,
        organization_id=hospital,
        until=later(days=2),
        actor=ADMIN,
        at=AT,
    )
    during = actors.actor_for_account(doctor.id, at=later(days=1))
    assert seen(during, place) == {"hospital", "sibling"}
    assert seen(other, place) == {"other_hospital"}
    after = actors.actor_for_account(doctor.id, at=later(days=2))
    assert seen(after, place) == {"hospital"}


def test_objection_hides_from_others_and_not_from_the_author_nor_from_statutory_duty(
    database, place
):
    actions.give_consent(
        resident_id=place.residents["village"],
        kind=ConsentKind.OBJECTION,
        organization_id=None,
        actor=ADMIN,
        at=AT,
    )

    def sees(role, where):
        return "village" in seen(acting(role, place.organizations[where]), place)

    assert not sees("township_public_health", "town")
    assert not sees("quality_centre", "quality")
    assert sees("village_doctor", "village")
    assert sees("cdc_epidemiologist", "cdc")


def test_objection_to_one_institution_leaves_the_others(database, place):
    given = actions.give_consent(
        resident_id=place.residents["village"],
        kind=ConsentKind.OBJECTION,
        organization_id=place.organizations["town"],
        actor=ADMIN,
        at=AT,
    )
    town = holder("township_public_health", place.organizations["town"])
    assert "village" not in seen(actors.actor_for_account(town.id, at=AT), place)
    assert "village" in seen(acting("quality_centre", place.organizations["quality"]), place)
    actions.withdraw_consent(consent_id=given.id, actor=ADMIN, at=later(days=1))
    assert "village" in seen(actors.actor_for_account(town.id, at=later(days=1)), place)
