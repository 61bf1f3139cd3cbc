"""Certificates of death: issued and corrected by the institution, confirmed or declared void by the CDC.

Issuing sets the resident's death in the index, from which enrolments and contracts close and cards end; void puts
back what the index said before, and what the death alone had closed goes on.
Source: 人口死亡医学证明和信息登记管理规范, restated from memory.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.identity import actions as index
from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.deaths import events, models, rules
from kangmai.programmes.deaths.errors import (
    CausesUnlikely,
    CertificateStands,
    DeceasedNotNamed,
    KeyReused,
    OwnCertificate,
    WrongState,
)
from kangmai.programmes.deaths.reach import CERTIFY, REVIEW, desk, locked
from kangmai.programmes.deaths.reading import certificate_of, seal_content
from kangmai.programmes.deaths.types import Certificate, Deceased, Deed, State, Told
from kangmai.programmes.engine import actions as engine
from kangmai.records.rules import label_of_diagnosis
from kangmai.registry import queries as registry

HOUSE = operator(
    "deaths.house",
    permissions=("identity.search", "identity.write", "programmes.manage", "deadlines.write", "deadlines.read"),
)  # fmt: skip
SUBJECT = "death"


def issue(
    *,
    number: str,
    name: str,
    told: Told,
    is_checked: bool,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Certificate:
    """Issue the certificate of a resident who has died; the same key again returns the first result.

    Args:
        number, name: of the deceased, both as on a document: he need not live where the institution looks
            after residents, and a slip of the hand finds nobody.
        is_checked: what asks for a second look was looked at.

    Raises:
        NotPermitted, DeceasedNotNamed, CertificateStands, KeyReused, CausesUnlikely
        and what `rules.checked` raises
    """
    organization, division = desk(actor)
    with transaction.atomic():
        resident = _deceased(number, name, at)
        if earlier := models.Certificate.objects.filter(key=key).first():
            if earlier.resident_id not in identity.same_resident_ids(resident.id):
                raise KeyReused()
            return certificate_of(earlier)
        _require_none(resident)
        row = models.Certificate(
            id=uuid7(),
            resident_id=resident.id,
            deceased_before=resident.deceased_on,
            organization=organization,
            place_code=resident.demographics.place_code,
            key=key,
            account=actor.account,
            issued_at=at,
        )
        _say(row, told, is_checked, resident, at)
        row.number = _next_number(division[:6], at)
        row.is_late = (rules.today(at) - row.died_on).days > rules.rule(
            on=rules.today(row.issued_at)
        ).report_days
        row.save(force_insert=True)
        _set_death(resident, row.died_on, at)
        _ask_review(row, at)
        _step(row, Deed.ISSUED, "", None, resident, actor, at)
    return certificate_of(row)


def correct(
    *,
    certificate_id: UUID,
    told: Told,
    reason: str,
    is_checked: bool,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Certificate:
    """Say something else on a certificate; what it said before is kept, and it is confirmed anew.

    Raises:
        NotPermitted, CertificateNotFound, ChangedMeanwhile, ReasonMissing, WrongState, CausesUnlikely
        and what `rules.checked` raises
    """
    why = rules.given_reason(reason)
    with transaction.atomic():
        row = locked(certificate_id, CERTIFY, actor=actor)
        require_version(row.version, expected_version)
        if row.state == State.VOID:
            raise WrongState(state=row.state)
        resident = _resident(row, at)
        before = (row.content_key, bytes(row.content))
        _say(row, told, is_checked, resident, at)
        row.state, row.account = State.ISSUED.value, actor.account
        _save(row)
        _set_death(resident, row.died_on, at)
        _ask_review(row, at)
        _step(row, Deed.CORRECTED, why, before, resident, actor, at)
    return certificate_of(row)


def confirm(
    *, certificate_id: UUID, expected_version: int, actor: Actor, at: datetime
) -> Certificate:
    """Confirm what a certificate says: the CDC, never whoever wrote it.

    Raises:
        NotPermitted, CertificateNotFound, ChangedMeanwhile, WrongState, OwnCertificate
    """
    with transaction.atomic():
        row = _reviewed(certificate_id, (State.ISSUED,), expected_version, actor)
        row.state = State.CONFIRMED.value
        _save(row)
        subject = Subject(SUBJECT, str(row.id))
        rule = rules.rule(on=rules.today(row.issued_at))
        met = Met(rule.deadline, subject, met_at=at, proof_kind="death", proof_id=str(row.id))
        deadlines.meet([met], actor=HOUSE, at=at)
        _step(row, Deed.CONFIRMED, "", None, _resident(row, at), actor, at)
    return certificate_of(row)


def void(
    *, certificate_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Certificate:
    """Declare a certificate void: the index says of the resident's death what it said before, and enrolments
    that his death closed go on.

    Raises:
        NotPermitted, CertificateNotFound, ChangedMeanwhile, WrongState, OwnCertificate, ReasonMissing
    """
    why = rules.given_reason(reason)
    with transaction.atomic():
        states = (State.ISSUED, State.CONFIRMED)
        row = _reviewed(certificate_id, states, expected_version, actor)
        row.state = State.VOID.value
        _save(row)
        resident = _resident(row, at)
        _set_death(resident, row.deceased_before, at)
        if row.deceased_before is None:
            engine.revive_enrolments(resident_id=resident.id, actor=HOUSE, at=at)
        deadlines.cancel_of([Subject(SUBJECT, str(row.id))], reason="void", actor=HOUSE, at=at)
        _step(row, Deed.VOIDED, why, None, resident, actor, at)
    return certificate_of(row)


def _deceased(number: str, name: str, at: datetime) -> Resident:
    try:
        id = identity.current(identity.resident_numbered("".join(number.split())))
        found = identity.get_resident(id, actor=HOUSE, at=at)
    except ResidentNotFound:
        raise DeceasedNotNamed() from None
    if found.demographics.name != name.strip():
        raise DeceasedNotNamed()
    return found


def _require_none(resident: Resident) -> None:
    ids = identity.same_resident_ids(resident.id)
    rows = models.Certificate.objects.select_for_update().filter(resident_id__in=ids)
    for there in rows.exclude(state=State.VOID.value)[:1]:
        raise CertificateStands(number=there.number)


def _say(
    row: models.Certificate, told: Told, is_checked: bool, resident: Resident, at: datetime
) -> None:
    """Put what the certifier says into the row. Raises CausesUnlikely and what `rules.checked` raises."""
    born, died_on = resident.demographics.birth_date, rules.today(told.died_at)
    rule = rules.rule(on=rules.today(row.issued_at))
    said = rules.checked(told, rule=rule, born_on=born, at=at)
    age_days = (died_on - born).days if born else None
    found = rules.flags(said, rule=rule, sex_code=resident.demographics.sex_code, age_days=age_days)
    if found and not is_checked:
        raise CausesUnlikely(
            flags=" ".join(each.words.en for each in found),
            zh_flags="".join(each.words.zh for each in found),
        )
    suggested = rules.suggest(said.causes, rule=rule)
    row.died_on, row.rule = died_on, rule.version
    row.underlying = next(each.code for each in said.causes if each.line is said.underlying)[:8]
    row.label = max(label_of_diagnosis(each.code) for each in said.causes)
    row.is_suggested = suggested.line is said.underlying
    known = resident.demographics
    deceased = Deceased(known.name, known.sex_code, known.birth_date)
    row.content_key, row.content = seal_content(row.id, deceased, said)


def _next_number(county: str, at: datetime) -> str:
    year = rules.today(at).year
    models.Serial.objects.get_or_create(county=county, year=year)
    row = models.Serial.objects.select_for_update().get(county=county, year=year)
    row.latest += 1
    row.save(update_fields=["latest"])
    return rules.number_of(county, year, row.latest, rule=rules.rule(on=rules.today(at)))


def _set_death(resident: Resident, on: date | None, at: datetime) -> None:
    """What the index says of a resident's death; all that follows, follows from there."""
    if resident.deceased_on == on:
        return
    index.correct_resident(
        resident.id,
        resident.demographics,
        deceased_on=on,
        expected_version=resident.version,
        actor=HOUSE,
        at=at,
    )


def _ask_review(row: models.Certificate, at: datetime) -> None:
    """The county's CDC, or the city's, is to look at it within the limit."""
    rule = rules.rule(on=rules.today(row.issued_at))
    above = registry.overseers(organization_ids=[row.organization], kinds=["cdc"])
    owner = above.get((row.organization, "county", "cdc")) or above.get((row.organization, "city", "cdc"))  # fmt: skip
    start = Start(
        definition=rule.deadline,
        subject=Subject(SUBJECT, str(row.id)),
        started_at=at,
        owner_org=owner or row.organization,
        place_code=row.place_code,
        resident=ResidentId(row.resident_id),
    )
    deadlines.start([start], actor=HOUSE, at=at)


def _reviewed(
    certificate_id: UUID, states: tuple[State, ...], expected_version: int, actor: Actor
) -> models.Certificate:
    row = locked(certificate_id, REVIEW, actor=actor)
    require_version(row.version, expected_version)
    if State(row.state) not in states:
        raise WrongState(state=row.state)
    if row.account == actor.account:
        raise OwnCertificate()
    return row


def _resident(row: models.Certificate, at: datetime) -> Resident:
    return identity.get_resident(ResidentId(row.resident_id), actor=HOUSE, at=at)


def _save(row: models.Certificate) -> None:
    row.version += 1
    row.save()


def _step(
    row: models.Certificate,
    deed: Deed,
    reason: str,
    before: tuple[int, bytes] | None,
    resident: Resident,
    actor: Actor,
    at: datetime,
) -> None:
    models.Step.objects.create(
        certificate=row,
        deed=deed.value,
        reason=reason,
        before_key=before[0] if before else None,
        before=before[1] if before else None,
        account=actor.account,
        at=at,
    )
    event = {
        Deed.ISSUED: events.ISSUED,
        Deed.CORRECTED: events.CORRECTED,
        Deed.CONFIRMED: events.CONFIRMED,
        Deed.VOIDED: events.VOIDED,
    }[deed]
    data = {"resident": row.resident_id, "state": row.state, "organization": row.organization}
    write_down_and_announce(event, "DeathCertificate", row.id, data=data, reason=reason, subjects=[resident.patient_rid], actor=actor, at=at)  # fmt: skip
