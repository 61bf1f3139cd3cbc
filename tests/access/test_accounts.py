"""Accounts and roles are given by administrators of the institution, and by no one above himself."""

import pytest

from kangmai.access import actions, actors, errors, models, queries
from kangmai.kernel import definitions
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from tests.factories.access import ADMIN, AT, PASSWORD, account, acting, holder, later


def granting(actor, account_id, role, organization_id, **more):
    return actions.grant_role(
        account_id=account_id,
        role=role,
        organization_id=organization_id,
        actor=actor,
        at=AT,
        **more,
    )


def test_institution_administrator_serves_his_institution_and_those_below_it(database, place):
    o = place.organizations
    admin = acting("institution_administrator", o["town"])
    new = actions.add_account(
        login="New.Doctor",
        name="新医生",
        password=PASSWORD,
        organization_id=o["town"],
        actor=admin,
        at=AT,
    )
    assert (new.login, new.must_change_password) == ("new.doctor", True)
    granting(admin, new.id, "family_doctor_team", o["town"])
    granting(admin, new.id, "village_doctor", o["village"])
    for where in ("bureau", "other_town", "hospital", "far_village"):
        with pytest.raises(NotPermitted):
            granting(admin, new.id, "institution_administrator", o[where])
    with pytest.raises(NotPermitted):
        granting(admin, new.id, "administrator", None)
    assert models.RoleGrant.objects.filter(account_id=new.id).count() == 2


def test_guarded_roles_come_from_an_administrator_of_the_city(database, place):
    o = place.organizations
    new = account("new")
    for admin in (
        acting("institution_administrator", o["cdc"]),
        acting("administrator", o["bureau"]),
    ):
        with pytest.raises(errors.RoleGuarded):
            granting(admin, new.id, "cdc_epidemiologist", o["cdc"])
    city_admin = acting("administrator")
    assert granting(city_admin, new.id, "cdc_epidemiologist", o["cdc"]).role == "cdc_epidemiologist"


@pytest.mark.parametrize("role", ["village_doctor", "commission_officer", "hospital_clinician"])
def test_other_roles_administer_nothing(database, place, role):
    o = place.organizations
    where = {"village_doctor": "village", "commission_officer": "bureau"}.get(role, "hospital")
    actor = acting(role, o[where])
    victim = account("victim")
    for attempt in (
        lambda: granting(actor, victim.id, role, o[where]),
        lambda: actions.set_password(account_id=victim.id, password=PASSWORD, actor=actor, at=AT),
        lambda: actions.disable_account(account_id=victim.id, actor=actor, at=AT),
        lambda: account_by(actor, o[where]),
        lambda: queries.search_accounts(actor=actor),
        lambda: queries.get_account(account_id=victim.id, actor=actor),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    assert models.Account.objects.get(pk=victim.id).is_active


def account_by(actor, organization_id):
    return actions.add_account(
        login="x1", name="x", password=PASSWORD, organization_id=organization_id, actor=actor, at=AT
    )


def test_small_administrator_cannot_take_over_a_great_one(database, place):
    o = place.organizations
    small = acting("institution_administrator", o["hospital"])
    great = holder("administrator", o["bureau"])
    granting(ADMIN, great.id, "hospital_clinician", o["hospital"])
    for attempt in (
        lambda: actions.set_password(account_id=great.id, password=PASSWORD, actor=small, at=AT),
        lambda: actions.disable_account(account_id=great.id, actor=small, at=AT),
        lambda: actions.turn_off_totp(account_id=great.id, actor=small, at=AT),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    own = holder("hospital_clinician", o["hospital"], login="own")
    changed = actions.set_password(account_id=own.id, password="other-plum-77", actor=small, at=AT)
    assert changed.version == 2


@pytest.mark.parametrize(
    ("role", "where", "error"),
    [
        ("wizard", "hospital", errors.RoleUnknown),
        ("village_doctor", "hospital", errors.RoleNotHeldThere),
        ("cdc_epidemiologist", "hospital", errors.RoleNotHeldThere),
        ("hospital_clinician", None, errors.RoleNeedsOrganization),
        ("village_doctor", None, errors.RoleNeedsOrganization),
        ("resident", None, errors.RoleNeedsResident),
        ("resident", "hospital", errors.RoleNeedsResident),
    ],
)
def test_role_must_fit(database, place, role, where, error):
    new = account("new")
    with pytest.raises(error):
        granting(ADMIN, new.id, role, place.organizations[where] if where else None)
    assert models.RoleGrant.objects.count() == 0


def test_role_is_held_once_and_again_after_its_end(database, place):
    hospital = place.organizations["hospital"]
    doctor = account("doctor")
    granting(ADMIN, doctor.id, "hospital_clinician", hospital, until=later(days=1))
    with pytest.raises(errors.RoleHeld):
        granting(ADMIN, doctor.id, "hospital_clinician", hospital)
    with pytest.raises(errors.PeriodOver):
        granting(ADMIN, doctor.id, "integrator", hospital, until=AT)
    again = actions.grant_role(
        account_id=doctor.id,
        role="hospital_clinician",
        organization_id=hospital,
        actor=ADMIN,
        at=later(days=1),
    )
    with pytest.raises(errors.RoleHeld):
        actions.grant_role(
            account_id=doctor.id,
            role="hospital_clinician",
            organization_id=hospital,
            actor=ADMIN,
            at=later(days=2),
        )
    assert again.to_at is None


def test_revoking_twice_or_elsewhere_is_refused(database, place):
    o = place.organizations
    doctor = account("doctor")
    held = granting(ADMIN, doctor.id, "hospital_clinician", o["hospital"])
    with pytest.raises(NotPermitted):
        actions.revoke_role(
            grant_id=held.id, actor=acting("institution_administrator", o["town"]), at=AT
        )
    actions.revoke_role(grant_id=held.id, actor=ADMIN, at=AT)
    with pytest.raises(errors.GrantUnknown):
        actions.revoke_role(grant_id=held.id, actor=ADMIN, at=AT)


@pytest.mark.parametrize("login", ["", "a", "李平", "li ping", "-li", "a" * 65, "li'; --"])
def test_account_names_are_plain(database, login):
    with pytest.raises(errors.LoginMalformed):
        account(login)
    assert models.Account.objects.count() == 0


@pytest.mark.parametrize("password", ["tiny-1", "12345678901", "qwerty123", "xx-li.ping-xx-9"])
def test_weak_passwords_are_refused(database, password):
    with pytest.raises(errors.PasswordTooWeak) as refusal:
        account(password=password)
    assert password not in str(refusal.value)
    assert models.Account.objects.count() == 0


def test_taken_login_is_refused_whatever_the_case(database):
    account("li.ping")
    with pytest.raises(errors.LoginTaken):
        account("LI.Ping")
    assert models.Account.objects.count() == 1


def test_disabled_account_acts_no_more_and_can_be_enabled(database):
    made = account()
    actions.disable_account(account_id=made.id, expected_version=1, actor=ADMIN, at=AT)
    with pytest.raises(errors.AccountDisabled):
        actors.actor_for_account(made.id, at=AT)
    with pytest.raises(ChangedMeanwhile):
        actions.enable_account(account_id=made.id, expected_version=1, actor=ADMIN, at=AT)
    actions.enable_account(account_id=made.id, expected_version=2, actor=ADMIN, at=AT)
    assert actors.actor_for_account(made.id, at=AT).grants == ()


def test_administrators_list_those_they_administer(database, place):
    o = place.organizations
    holder("hospital_clinician", o["hospital"], login="a.hospital")
    holder("village_doctor", o["village"], login="b.village")
    holder("family_doctor_team", o["town"], login="c.town")

    def logins(actor, **wanted):
        return [each.login for each in queries.search_accounts(actor=actor, **wanted)]

    town = acting("institution_administrator", o["town"], login="z.admin")
    assert logins(town) == ["b.village", "c.town", "z.admin"]
    assert logins(town, after="b.village", limit=1) == ["c.town"]
    assert logins(ADMIN, text="hosp") == ["a.hospital"]
    assert logins(acting("administrator", o["bureau"], login="y.admin"))[:3] == [
        "a.hospital",
        "b.village",
        "c.town",
    ]


def test_loaded_accounts_hold_their_roles(database, place):
    from kangmai.access.types import AccountLoad

    hospital = place.organizations["hospital"]
    rows = [
        AccountLoad(login=f"d{n}", name="医生", role="hospital_clinician", organization_id=hospital)
        for n in range(3)
    ]
    ids = actions.load_accounts(
        rows, password=PASSWORD, must_change_password=False, actor=ADMIN, at=AT
    )
    assert [actors.actor_for_account(id, at=AT).grants[0].role for id in ids] == [
        "hospital_clinician"
    ] * 3
    assert actions.log_in(login="d1", password=PASSWORD, address=None, at=AT).account_id == ids[1]
    with pytest.raises(NotPermitted):
        actions.load_accounts(
            rows,
            password=PASSWORD,
            must_change_password=False,
            actor=acting("administrator", place.organizations["bureau"]),
            at=AT,
        )


def test_definitions_are_sound():
    import kangmai.access.roles  # registers the checker of roles

    for kind in ("role", "permission_list", "policy"):
        sound, faults = definitions.check("access", kind)
        assert sound and [str(fault) for fault in faults] == []
    assert kangmai.access.roles.permissions()["records.read"][2] is True


def test_a_list_of_accounts_costs_two_queries(database, place):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for number in range(10):
        holder("hospital_clinician", place.organizations["hospital"], login=f"d{number}")
    with CaptureQueriesContext(connection) as captured:
        page = queries.search_accounts(actor=ADMIN)
        queries.roles_of(account_ids=[each.id for each in page], at=AT, actor=ADMIN)
    assert len(captured) == 2
