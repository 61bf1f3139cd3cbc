"""Record who may act for a resident, authorise somebody oneself, and end it."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import connection, transaction

from kangmai.identity import models as residents
from kangmai.identity.family import events, models, rules
from kangmai.identity.family.errors import (
    ActsForHimself,
    AuthorityChanged,
    AuthorityNotFound,
    AuthorityOver,
    AuthorityStands,
    HolderNotNamed,
    NotYourFamily,
    PersonGone,
)
from kangmai.identity.family.queries import authority_of, is_of_holder, is_of_subject, may_record
from kangmai.identity.family.types import Authority, Kind
from kangmai.identity.queries import current
from kangmai.identity.reach import demographics_of
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.standards.calendars import legal_day

WRITTEN_ONLINE = "own_statement"


def record_authority(
    subject: ResidentId,
    *,
    holder: ResidentId,
    kind: Kind,
    powers: Collection[str],
    evidence: str,
    until: date | None = None,
    actor: Actor,
    at: datetime,
) -> Authority:
    """Take down at a desk that somebody may act for a resident; the papers were seen.

    A guardianship of a minor ends by itself on the day of majority.

    Args:
        until: the day from which an authorisation no longer holds; not for guardians.

    Raises:
        NotYourFamily: the actor may not record for this resident.
        PowersMissing, EvidenceUnknown, PeriodUnfit, ActsForHimself, HolderTooYoung, TooOldForThis,
        AuthorityStands, PersonGone
    """
    if not may_record(subject, actor=actor):
        raise NotYourFamily()
    organization = next((g.organization for g in actor.grants if g.organization), None)
    return _recorded(
        subject,
        holder,
        kind=kind,
        powers=powers,
        evidence=evidence,
        until=until,
        organization=organization,
        actor=actor,
        at=at,
    )


def authorise(
    *,
    subject: ResidentId,
    index_number: str,
    name: str,
    powers: Collection[str],
    until: date,
    actor: Actor,
    at: datetime,
) -> Authority:
    """A resident lets another one act for him.

    Args:
        index_number, name: of the other, both as they stand on his card, so that a slip of the hand
            authorises nobody.

    Raises:
        NotYourFamily: only for oneself.
        HolderNotNamed, PowersMissing, PeriodUnfit, ActsForHimself, HolderTooYoung, AuthorityStands, PersonGone
    """
    if not is_of_subject(subject, actor=actor):
        raise NotYourFamily()
    row = residents.Resident.objects.filter(index_number=index_number, merged_into=None).first()
    if row is None or demographics_of(row).name != name.strip():
        raise HolderNotNamed()
    return _recorded(
        subject,
        ResidentId(row.id),
        kind=Kind.AUTHORISED,
        powers=powers,
        evidence=WRITTEN_ONLINE,
        until=until,
        organization=None,
        actor=actor,
        at=at,
    )


def end_authority(
    authority_id: int, *, expected_version: int, actor: Actor, at: datetime
) -> Authority:
    """End an authority from now on: the resident, the one who holds it, or a desk that may record.

    Raises:
        AuthorityNotFound, AuthorityOver, AuthorityChanged
        NotYourFamily: a minor does not end the guardianship over himself.
    """
    with transaction.atomic():
        row = models.Authority.objects.select_for_update().filter(id=authority_id).first()
        if row is None:
            raise AuthorityNotFound()
        subject, holder = ResidentId(row.subject_id), ResidentId(row.holder_id)
        own = is_of_subject(subject, actor=actor)
        if not (own or is_of_holder(holder, actor=actor) or may_record(subject, actor=actor)):
            raise AuthorityNotFound()
        if own and row.kind == Kind.GUARDIAN:
            raise NotYourFamily()
        if row.ended_at is not None:
            raise AuthorityOver()
        if row.version != expected_version:
            raise AuthorityChanged(current=row.version, expected=expected_version)
        row.ended_at, row.ended_by, row.version = at, actor.account, row.version + 1
        row.save()
        _write_down(row, events.ENDED, actor, at)
    return authority_of(row)


def _recorded(
    subject: ResidentId,
    holder: ResidentId,
    *,
    kind: Kind,
    powers: Collection[str],
    evidence: str,
    until: date | None,
    organization: int | None,
    actor: Actor,
    at: datetime,
) -> Authority:
    today = legal_day(at)
    covered = rules.powers_of(powers)
    proof = rules.evidence_of(kind, evidence, on=today)
    with transaction.atomic():
        rows = _pair(subject, holder)
        rules.require_of_age(rows[1].birth_date, on=today)
        to_on = until
        if kind is Kind.GUARDIAN:
            to_on = rules.end_of_guardianship(proof, rows[0].birth_date, on=today)
        else:
            rules.require_term(until or today, on=today)
        _close_expired(rows, today, at)
        pair = {"holder_id": rows[1].id, "subject_id": rows[0].id}
        if models.Authority.objects.filter(**pair, ended_at=None).exists():
            raise AuthorityStands()
        row = models.Authority.objects.create(
            **pair,
            kind=kind,
            powers=sorted(covered),
            evidence=proof.id,
            from_on=today,
            to_on=to_on,
            organization=organization,
            recorded_by=actor.account,
            recorded_at=at,
        )
        _write_down(row, events.GRANTED, actor, at)
    return authority_of(row)


def _pair(subject: ResidentId, holder: ResidentId) -> tuple[residents.Resident, residents.Resident]:
    """Both rows, locked in key order. Raises ActsForHimself, PersonGone."""
    ids = (current(subject), current(holder))
    if ids[0] == ids[1]:
        raise ActsForHimself()
    rows = {
        row.id: row
        for row in residents.Resident.objects.select_for_update(no_key=True)
        .filter(id__in=ids, deceased_on=None)
        .order_by("id")
    }
    if len(rows) < 2:
        raise PersonGone()
    return rows[ids[0]], rows[ids[1]]


def _close_expired(
    rows: tuple[residents.Resident, residents.Resident], today: date, at: datetime
) -> None:
    """An authority whose term is over makes room for the next."""
    models.Authority.objects.filter(
        subject_id=rows[0].id, holder_id=rows[1].id, ended_at=None, to_on__lte=today
    ).update(ended_at=at)


def _write_down(row: models.Authority, event: str, actor: Actor, at: datetime) -> None:
    patients = residents.Resident.objects.filter(id__in=(row.subject_id, row.holder_id))
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=event,
        object_type="Authority",
        object_id=str(row.id),
        subjects=list(patients.order_by("id").values_list("patient_rid", flat=True)),
        details={"kind": row.kind, "powers": list(row.powers), "evidence": row.evidence},
    )
    feed.announce(connection.connection, kind=event, key=str(row.id), at=at)
