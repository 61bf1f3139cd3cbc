"""Tokens: what they let through, how long, and that nothing survives their end."""

import pytest

from kangmai.access import actions, actors, errors, models
from kangmai.kernel.actor import ALL_LABELS, Label, NotPermitted, is_permitted
from kangmai.records import queries as records
from kangmai.records import rules
from kangmai.records.errors import ResourceNotFound
from kangmai.records.types import Policy
from tests.factories.access import ADMIN, AT, account, acting, client, holder, later, patient


def issue(scope="system/*.rs", *, organization_id=None, ttl_seconds=None, actor=ADMIN):
    return actions.issue_operator_token(
        scope=scope, organization_id=organization_id, ttl_seconds=ttl_seconds, actor=actor, at=AT
    )


def test_whole_city_token_sees_everything_also_the_unlinked(database, place):
    unlinked = patient(place.organizations["hospital"])
    actor = actors.actor_for_token(issue().token, at=AT)
    assert actor.scope.everything and actor.scope.labels == ALL_LABELS
    for id in [*place.patients.values(), unlinked]:
        assert records.get("Patient", id, actor=actor, at=AT).id == id


def test_institutions_token_sees_its_own_and_no_siblings(database, place):
    token = issue(organization_id=place.organizations["hospital"]).token
    actor = actors.actor_for_token(token, at=AT)
    unlinked = patient(place.organizations["hospital"])
    foreign = patient(place.organizations["other_hospital"])
    visible = [place.patients["hospital"], unlinked]
    hidden = [place.patients["other_hospital"], place.patients["village"], foreign]
    for id in visible:
        assert records.get("Patient", id, actor=actor, at=AT).id == id
    for id in hidden:
        with pytest.raises(ResourceNotFound):
            records.get("Patient", id, actor=actor, at=AT)


def test_scopes_narrow_interactions_and_types(database):
    actor = actors.actor_for_token(issue("system/Patient.r user/Observation.read").token, at=AT)
    may = {
        (interaction, kind)
        for interaction in rules.Interaction
        for kind in ("Patient", "Observation", "Condition")
        if rules.may(actor, interaction, kind)
    }
    assert may == {
        (rules.Interaction.READ, "Patient"),
        (rules.Interaction.READ, "Observation"),
        (rules.Interaction.SEARCH, "Observation"),
    }
    for permission in ("registry.manage", "access.manage", "audit.read", "identity.search"):
        assert not is_permitted(actor, permission)


def test_token_ends_to_the_second_and_when_revoked(database):
    issued = issue(ttl_seconds=60)
    assert issued.expires_in_seconds == 60
    assert actors.actor_for_token(issued.token, at=later(seconds=59))
    with pytest.raises(errors.TokenRefused):
        actors.actor_for_token(issued.token, at=later(seconds=60))
    other = issue()
    actions.revoke_token(token=other.token, actor=ADMIN, at=AT)
    with pytest.raises(errors.TokenRefused):
        actors.actor_for_token(other.token, at=later(seconds=10))
    with pytest.raises(errors.TokenRefused):
        actions.revoke_token(token=other.token, actor=ADMIN, at=AT)


def test_expiry_holds_for_remembered_actors_too(database):
    issued = issue(ttl_seconds=3)
    actors.actor_for_token(issued.token, at=later(seconds=2))
    with pytest.raises(errors.TokenRefused):
        actors.actor_for_token(issued.token, at=later(seconds=3))


@pytest.mark.parametrize("token", ["", "km_", "x" * 5000, "km_' OR 1=1 --", "令牌"])
def test_strange_tokens_are_refused(database, token):
    with pytest.raises(errors.TokenRefused):
        actors.actor_for_token(token, at=AT)


def test_only_the_hash_is_kept(database):
    issued = issue()
    row = models.AccessToken.objects.get()
    assert issued.token not in f"{bytes(row.token_hash)!r}{row.__dict__}"
    assert issued.token not in repr(issued)
    assert len(issued.token) >= 43


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"ttl_seconds": 0}, errors.LifetimeWrong),
        ({"ttl_seconds": 86401}, errors.LifetimeWrong),
        ({"scope": "patient/*.rs"}, errors.ScopeRefused),
        ({"scope": "system/Observation.rs?code=1"}, errors.ScopeRefused),
    ],
)
def test_wrong_wishes_issue_nothing(database, wanted, error):
    with pytest.raises(error):
        issue(**wanted)
    assert models.AccessToken.objects.count() == 0


def test_only_an_administrator_of_the_city_issues_for_anyone(database, place):
    for actor in (
        acting("administrator", place.organizations["bureau"]),
        acting("institution_administrator", place.organizations["hospital"]),
        acting("hospital_clinician", place.organizations["hospital"]),
    ):
        with pytest.raises(NotPermitted):
            issue(organization_id=place.organizations["hospital"], actor=actor)
    assert models.AccessToken.objects.count() == 0


def test_program_gets_what_it_may_have_and_no_more(database, place):
    hospital = place.organizations["hospital"]
    registered, secret = client(
        organization_id=hospital, scopes="system/Patient.rs system/Observation.cruds"
    )

    def ask(scope):
        issued = actions.issue_token_by_secret(client_id="his-1", secret=secret, scope=scope, at=AT)
        return issued.scope, actors.actor_for_token(issued.token, at=AT)

    scope, actor = ask("")
    assert scope == "system/Patient.rs system/Observation.cruds"
    assert (actor.client, actor.account) == ("his-1", registered.account_id)
    assert actor.scope.organizations == {hospital} and not actor.scope.everything
    assert ask("system/Patient.r")[0] == "system/Patient.r"
    assert ask("system/Observation.write")[0] == "system/Observation.write"
    for too_much in ("system/Patient.c", "system/*.rs", "user/Patient.rs", "patient/Patient.rs"):
        with pytest.raises(errors.ScopeRefused):
            ask(too_much)


def test_wrong_secrets_and_disabled_programs_are_refused(database):
    registered, secret = client()
    ask = {"client_id": "his-1", "scope": "", "at": AT}
    issued = actions.issue_token_by_secret(secret=secret, **ask)
    for wrong in (
        {"secret": secret + "x"},
        {"secret": ""},
        {"secret": secret, "client_id": "his-2"},
    ):
        with pytest.raises(errors.ClientRefused):
            actions.issue_token_by_secret(**(ask | wrong))
    actions.disable_client(client_id=registered.id, expected_version=1, actor=ADMIN, at=AT)
    with pytest.raises(errors.ClientRefused):
        actions.issue_token_by_secret(secret=secret, **ask)
    with pytest.raises(errors.TokenRefused):
        actors.actor_for_token(issued.token, at=later(seconds=6))


def test_source_of_a_program_carries_its_prefix_and_policy(database, place):
    hospital = place.organizations["hospital"]
    _, secret = client(organization_id=hospital, id_prefix="his1-", scopes="system/*.cruds")
    token = actions.issue_token_by_secret(client_id="his-1", secret=secret, scope="", at=AT).token
    source = actors.source_for_token(token, at=AT)
    assert (source.name, source.organization, source.id_prefix) == ("his-1", hospital, "his1-")
    assert source.references is Policy.WARN
    with pytest.raises(errors.PrefixTaken):
        client(client_id="his-2", id_prefix="his1-")
    with pytest.raises(errors.ClientIdTaken):
        client()


def test_programs_labels_can_be_narrowed(database):
    _, secret = client(labels=frozenset())
    token = actions.issue_token_by_secret(client_id="his-1", secret=secret, scope="", at=AT).token
    assert actors.actor_for_token(token, at=AT).scope.labels == {Label.NORMAL}


def test_programs_are_registered_by_administrators_of_the_city(database, place):
    from kangmai.access.types import ClientFacts

    facts = ClientFacts(client_id="x1", name="x", scopes="system/*.rs")
    for actor in (
        acting("institution_administrator", place.organizations["hospital"]),
        acting("administrator", place.organizations["bureau"]),
    ):
        with pytest.raises(NotPermitted):
            actions.register_client(facts=facts, actor=actor, at=AT)
    assert models.Client.objects.count() == 0


def test_persons_token_is_his_authority_cut_to_its_scopes(database, place):
    doctor = holder("hospital_clinician", place.organizations["hospital"])
    row = models.AccessToken.objects.create(
        token_hash=actors.token_hash("km_test"),
        account_id=doctor.id,
        scopes="user/Observation.cruds",
        issued_at=AT,
        expires_at=later(hours=1),
    )
    actor = actors.actor_for_token("km_test", at=AT)
    (grant,) = actor.grants
    assert grant.permissions == {
        f"records.{each}:Observation" for each in ("create", "read", "update", "search")
    }
    assert actor.scope.organizations == {place.organizations["hospital"]}
    actions.disable_account(account_id=doctor.id, actor=ADMIN, at=AT)
    row.refresh_from_db()
    assert row.revoked_at == AT
    with pytest.raises(errors.TokenRefused):
        actors.actor_for_token("km_test", at=later(seconds=6))


def test_remembered_actor_costs_no_query(database):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    token = issue().token
    actors.actor_for_token(token, at=AT)
    with CaptureQueriesContext(connection) as captured:
        actors.actor_for_token(token, at=later(seconds=4))
    assert len(captured) == 0
    with CaptureQueriesContext(connection) as captured:
        actors.actor_for_token(token, at=later(seconds=6))
    assert len(captured) == 1


def test_account_of_a_program_cannot_log_in(database):
    client()
    with pytest.raises(errors.LoginRefused):
        actions.log_in(login="his-1", password="", address=None, at=AT)
    assert account("his-3").kind == "person"
