"""Register a resident: master row, documents, keys, home Patient, place, all in one transaction."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kangmai.identity import models, rules
from kangmai.identity.actions.cases import (
    open_document_case,
    open_duplicate_case,
    pin_residents,
)
from kangmai.identity.actions.placing import home_patient, place, write_down
from kangmai.identity.details import document_hash, document_hashes, seal_details
from kangmai.identity.errors import DocumentTaken, ResidentExists
from kangmai.identity.index.candidates import Found, find
from kangmai.identity.index.keys import lock_people, put_keys
from kangmai.identity.index.people import witness_of
from kangmai.identity.matching.types import Decision
from kangmai.identity.reach import resident_of
from kangmai.identity.types import Demographics, Resident, Verdict
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId, ResidentId, uuid7
from kangmai.records import actions as records
from kangmai.standards.calendars import legal_day
from kangmai.standards.pinyin import initials

LINKING_KINDS = rules.NUMBERED_KINDS
"""Documents that name one person for life; others change at renewal and are never the only key."""

COMPARED = "compared at registration"


def register_resident(
    demographics: Demographics,
    *,
    managing_org: OrganizationId | None,
    record_number: str | None = None,
    seen: Collection[ResidentId] = (),
    key: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> Resident:
    """Make a resident, unless the index holds one who is almost certainly the same.

    Two simultaneous registrations of one person make one resident: the second waits, and is refused.
    Somebody who only resembles a resident is registered, and the two are put into the review queue.

    Args:
        seen: residents whom the registrar has compared with this person and found different; kept for ever.
        key: what the form was sent with: the same key again returns the resident it made.

    Raises:
        NotPermitted: the actor may not register residents at this place.
        DocumentTaken: a resident with this document exists.
        ResidentExists: one who is almost certainly the same exists, and is not among `seen`.
        NameMissing, BirthInFuture, SexUnknown, PlaceUnknown, IdentityNumberIncorrect
    """
    rules.require_registrar(actor, demographics.place_code)
    known = rules.checked(demographics, on=legal_day(at))
    with transaction.atomic():
        lock_people([witness_of(known)])
        if key and (before := models.Resident.objects.filter(registration_key=key).first()):
            return resident_of(before)
        _require_free_documents(known, at)
        found = find(witness_of(known), at=at)
        _require_new(found, seen)
        row = insert_resident(known, managing_org, record_number, key=key, actor=actor, at=at)
        _keep_verdicts(row, found, seen, actor, at)
    return resident_of(row)


def _require_free_documents(known: Demographics, at: datetime) -> None:
    """See whether a document is taken; a guardian's number given for a child claims nothing."""
    own = rules.own_documents(known, on=legal_day(at))
    hashes = [h for d in own if d.kind_code in LINKING_KINDS for h in document_hashes(d)]
    taken = models.Document.objects.filter(
        number_hash__in=hashes, closed_on=None, resident__merged_into=None
    ).select_related("resident")
    for document in taken[:1]:
        raise DocumentTaken(index_number=document.resident.index_number)


def _require_new(found: Found, seen: Collection[ResidentId]) -> None:
    if found.decision is Decision.LINK and found.root not in seen:
        existing = models.Resident.objects.get(id=found.root)
        raise ResidentExists(index_number=existing.index_number)


def _keep_verdicts(
    row: models.Resident,
    found: Found,
    seen: Collection[ResidentId],
    actor: Actor,
    at: datetime,
) -> None:
    """What the registrar decided is kept; a resemblance nobody looked at waits for a reviewer."""
    for each in {root for root, _ in found.scores} & set(seen):
        pin_residents(row.id, each, Verdict.DIFFERENT, reason=COMPARED, actor=actor, at=at)
    if found.decision is Decision.REVIEW and found.root is not None:
        open_duplicate_case(
            row.id,
            found.root,
            probability=found.probability,
            explanation=found.explanation,
            at=at,
        )


def insert_resident(
    known: Demographics,
    managing_org: OrganizationId | None,
    record_number: str | None,
    *,
    key: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> models.Resident:
    """Write a new resident with all that belongs to him; the caller has looked whether he is new."""
    row = _row(known, managing_org, record_number, key, at)
    (outcome,) = records.put_projection([home_patient(row)], actor=actor, at=at)
    row.patient_rid = outcome.rid
    row.save()
    own = rules.own_documents(known, on=legal_day(at))
    models.Document.objects.bulk_create(
        models.Document(resident=row, kind_code=d.kind_code, number_hash=document_hash(d))
        for d in own
    )
    put_keys(row.id, known)
    place(row.id)
    write_down(row, "identity.registered", actor=actor, at=at)
    open_document_case(row, known, at)
    return row


def _row(
    known: Demographics,
    managing_org: OrganizationId | None,
    record_number: str | None,
    key: UUID | None,
    at: datetime,
) -> models.Resident:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('identity_resident', 'id'))")
        resident_id = cursor.fetchone()[0]
    version, sealed = seal_details(resident_id, known)
    return models.Resident(
        id=resident_id,
        index_number=rules.index_number(resident_id),
        birth_date=known.birth_date,
        sex_code=known.sex_code,
        place_code=known.place_code,
        managing_org=managing_org,
        record_number=record_number,
        registration_key=key,
        patient_id=str(uuid7()),
        initials=initials(known.name)[:16],
        details=sealed,
        details_key=version,
        updated_at=at,
    )
