"""Breaking the glass opens one record for a while, is reported, reviewed by another, and seen by the resident."""

import pytest

from kangmai.access import actions, actors, errors, models, queries
from kangmai.access.types import ConsentKind, Finding
from kangmai.kernel import audit
from kangmai.kernel.actor import Label, NotPermitted, Purpose
from kangmai.records import queries as records
from kangmai.records.errors import ResourceNotFound
from tests.factories.access import ADMIN, AT, account, acting, holder, later

REASON = "昏迷送入急诊，需了解过敏史和用药"


@pytest.fixture
def doctor(database, place):
    return holder("hospital_clinician", place.organizations["hospital"])


def reads(actor, place, name, at):
    try:
        records.get("Patient", place.patients[name], actor=actor, at=at)
    except ResourceNotFound:
        return False
    return True


def break_it(doctor, place, name="far_village", **more):
    actor = actors.actor_for_account(doctor.id, at=AT)
    return actions.break_glass(
        resident_id=place.residents[name], **({"reason": REASON, "actor": actor, "at": AT} | more)
    )


def test_opens_one_record_for_four_hours_under_its_own_purpose(database, place, doctor):
    assert not reads(actors.actor_for_account(doctor.id, at=AT), place, "far_village", AT)
    broken = break_it(doctor, place)
    soon, over = later(minutes=1), later(hours=4)
    during = actors.actor_for_account(doctor.id, at=soon)
    assert during.purpose is Purpose.EMERGENCY
    assert reads(during, place, "far_village", soon)
    assert not reads(during, place, "sibling", soon)
    assert during.scope.labels == {Label.NORMAL, Label.TUBERCULOSIS}
    after = actors.actor_for_account(doctor.id, at=over)
    assert after.purpose is Purpose.TREATMENT
    assert not reads(after, place, "far_village", over)
    assert broken.expires_at == over


def test_is_reported_at_once_with_its_reason(database, place, doctor):
    broken = break_it(doctor, place)
    (line,) = audit.search(action="access.glass.broken", limit=5)
    assert (line.account, line.object_id, line.reason) == (doctor.id, str(broken.id), REASON)
    assert audit.search(subjects=[place.rows["far_village"]], action="access.glass.broken")


def test_closed_glass_ends_before_its_time(database, place, doctor):
    broken = break_it(doctor, place)
    actor = actors.actor_for_account(doctor.id, at=later(minutes=1))
    actions.close_glass(glass_id=broken.id, actor=actor, at=later(minutes=2))
    assert not reads(
        actors.actor_for_account(doctor.id, at=later(minutes=3)), place, "far_village", AT
    )
    with pytest.raises(errors.GlassUnknown):
        actions.close_glass(glass_id=broken.id, actor=actor, at=later(minutes=3))


@pytest.mark.parametrize("reason", ["", "急", "        ", "aaaaaaaaaaaa"])
def test_needs_a_real_reason(database, place, doctor, reason):
    with pytest.raises(errors.ReasonTooShort):
        break_it(doctor, place, reason=reason)
    assert models.BreakGlass.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "where"),
    [("quality_centre", "quality"), ("administrator", "bureau"), ("supervisor", "supervision")],
)
def test_roles_without_the_right_break_nothing(database, place, doctor, role, where):
    actor = acting(role, place.organizations[where])
    with pytest.raises(NotPermitted):
        break_it(doctor, place, actor=actor)
    assert models.BreakGlass.objects.count() == 0


def test_overrides_an_objection(database, place, doctor):
    actions.give_consent(
        resident_id=place.residents["far_village"],
        kind=ConsentKind.OBJECTION,
        organization_id=None,
        actor=ADMIN,
        at=AT,
    )
    break_it(doctor, place)
    soon = later(minutes=1)
    assert reads(actors.actor_for_account(doctor.id, at=soon), place, "far_village", soon)


def test_is_reviewed_once_and_by_another(database, place, doctor):
    broken = break_it(doctor, place)
    officer = acting("commission_officer", place.organizations["bureau"])
    review = {"glass_id": broken.id, "finding": Finding.JUSTIFIED, "note": "已核实", "at": AT}
    with pytest.raises(NotPermitted):
        actions.review_glass(actor=actors.actor_for_account(doctor.id, at=AT), **review)
    assert [glass.id for glass in queries.unreviewed_glasses(actor=officer)] == [broken.id]
    assert actions.review_glass(actor=officer, **review).finding == "justified"
    with pytest.raises(errors.GlassReviewed):
        actions.review_glass(actor=officer, **review)
    assert queries.unreviewed_glasses(actor=officer) == ()


def test_nobody_reviews_his_own(database, place):
    both = holder("hospital_clinician", place.organizations["hospital"])
    given = actions.grant_role(
        account_id=both.id,
        role="commission_officer",
        organization_id=place.organizations["bureau"],
        actor=ADMIN,
        at=AT,
    )
    broken = break_it(both, place)
    officer = actors.actor_for_account(both.id, at=AT, grant_id=given.id)
    with pytest.raises(errors.OwnGlass):
        actions.review_glass(
            glass_id=broken.id, finding=Finding.JUSTIFIED, note="", actor=officer, at=AT
        )


def resident_of(place, name):
    own = account(f"resident.{name.replace('_', '-')}", resident_id=place.residents[name])
    actions.grant_role(account_id=own.id, role="resident", actor=ADMIN, at=AT)
    return actors.actor_for_account(own.id, at=AT)


def test_resident_reads_who_opened_his_record_and_nobody_elses(database, place, doctor):
    broken = break_it(doctor, place)
    during = actors.actor_for_account(doctor.id, at=later(minutes=1))
    assert reads(during, place, "far_village", later(minutes=1))
    audit.flush()
    own = resident_of(place, "far_village")
    lines = queries.ledger(place.residents["far_village"], actor=own)
    broken_line = next(line for line in lines if line.action == "access.glass.broken")
    assert (broken_line.who, broken_line.role_zh, broken_line.reason) == (
        "李平",
        "医院临床医生",
        REASON,
    )
    assert broken_line.organization_zh == "机构hospital"
    assert broken.id
    with pytest.raises(errors.NotYourResident):
        queries.ledger(place.residents["village"], actor=own)
    with pytest.raises(errors.NotYourResident):
        queries.ledger(place.residents["far_village"], actor=during)


def test_auditor_reads_any_ledger_in_pages(database, place, doctor):
    for _ in range(3):
        break_it(doctor, place)
    auditor = acting("administrator", place.organizations["bureau"])
    lines = queries.ledger(place.residents["far_village"], actor=auditor)
    first = queries.ledger(place.residents["far_village"], limit=2, actor=auditor)
    rest = queries.ledger(place.residents["far_village"], before=first[-1].seq, actor=auditor)
    assert first + rest == lines and len(lines) >= 3


def test_decisions_are_the_residents_own(database, place):
    own = resident_of(place, "village")
    given = actions.give_consent(
        resident_id=place.residents["village"],
        kind=ConsentKind.OBJECTION,
        organization_id=None,
        actor=own,
        at=AT,
    )
    assert [c.id for c in queries.consents(resident_id=given.resident_id, at=AT, actor=own)] == [
        given.id
    ]
    with pytest.raises(errors.ConsentStands):
        actions.give_consent(
            resident_id=place.residents["village"],
            kind=ConsentKind.OBJECTION,
            organization_id=None,
            actor=own,
            at=AT,
        )
    other = resident_of(place, "sibling")
    clerk = acting("quality_centre", place.organizations["quality"])
    for stranger in (other, clerk):
        with pytest.raises(errors.NotYourResident):
            actions.withdraw_consent(consent_id=given.id, actor=stranger, at=AT)
        with pytest.raises(errors.NotYourResident):
            queries.consents(resident_id=given.resident_id, at=AT, actor=stranger)
    assert models.Consent.objects.get(pk=given.id).to_at is None


def test_nobody_gives_himself_a_share_of_someone_he_does_not_serve(database, place):
    hospital = place.organizations["hospital"]
    doctor = acting("hospital_clinician", hospital)
    share = {"kind": ConsentKind.SHARE, "organization_id": hospital, "actor": doctor, "at": AT}
    with pytest.raises(errors.NotYourResident):
        actions.give_consent(resident_id=place.residents["sibling"], **share)
    assert models.Consent.objects.count() == 0
    own = actions.give_consent(resident_id=place.residents["hospital"], **share)
    assert own.organization_id == hospital


def test_openings_are_reviewed_where_they_happened(database, place, doctor):
    broken = break_it(doctor, place)
    elsewhere = acting("commission_officer", place.organizations["other_bureau"])
    assert queries.unreviewed_glasses(actor=elsewhere) == ()
    with pytest.raises(NotPermitted):
        actions.review_glass(
            glass_id=broken.id, finding=Finding.JUSTIFIED, note="", actor=elsewhere, at=AT
        )
    assert models.BreakGlass.objects.get(pk=broken.id).reviewed_at is None


def test_auditor_of_another_county_reads_no_ledger(database, place):
    auditor = acting("administrator", place.organizations["other_bureau"])
    with pytest.raises(errors.NotYourResident):
        queries.ledger(place.residents["village"], actor=auditor)
    assert queries.ledger(place.residents["far_village"], actor=auditor) is not None
