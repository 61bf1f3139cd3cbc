"""Register a resident: master row, documents, home Patient, place, all in one transaction."""

from datetime import datetime

from django.db import connection, transaction

from kangmai.identity import models, rules
from kangmai.identity.details import document_hash, seal_details
from kangmai.identity.errors import DocumentTaken
from kangmai.identity.fhir import to_fhir
from kangmai.identity.queries import resident_of
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId, ResidentId, ResourceRowId, uuid7
from kangmai.records import actions as records
from kangmai.standards.calendars import legal_day
from kangmai.standards.pinyin import initials

LINKING_KINDS = rules.NUMBERED_KINDS
"""Documents that name one person for life; others change at renewal and are never the only key."""


def register_resident(
    demographics: Demographics,
    *,
    managing_org: OrganizationId | None,
    record_number: str | None = None,
    actor: Actor,
    at: datetime,
) -> Resident:
    """Make a resident. Two simultaneous registrations of one document make one resident: the second is refused.

    Raises:
        NotPermitted: the actor may not register residents at this place.
        DocumentTaken: a resident with this document exists.
        NameMissing, BirthInFuture, SexUnknown, PlaceUnknown, DocumentDisagrees, IdentityNumberIncorrect
    """
    rules.require_registrar(actor, demographics.place_code)
    known = rules.checked(demographics, on=legal_day(at))
    with transaction.atomic():
        _claim_documents(known)
        row = _insert(known, managing_org, record_number, at)
        _project(row, known, actor, at)
        _write_down(row, actor, at)
    return resident_of(row)


def _claim_documents(demographics: Demographics) -> None:
    """Wait for others who register the same documents, then see whether they are taken."""
    hashes = sorted(
        document_hash(d) for d in demographics.documents if d.kind_code in LINKING_KINDS
    )
    with connection.cursor() as cursor:
        for value in hashes:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(value[:8], signed=True)]
            )
    taken = models.Document.objects.filter(
        number_hash__in=hashes, closed_on=None, resident__merged_into=None
    ).select_related("resident")
    for document in taken[:1]:
        raise DocumentTaken(index_number=document.resident.index_number)


def _insert(
    known: Demographics,
    managing_org: OrganizationId | None,
    record_number: str | None,
    at: datetime,
) -> models.Resident:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('identity_resident', 'id'))")
        resident_id = cursor.fetchone()[0]
    version, sealed = seal_details(resident_id, known)
    row = models.Resident(
        id=resident_id,
        index_number=rules.index_number(resident_id),
        birth_date=known.birth_date,
        sex_code=known.sex_code,
        place_code=known.place_code,
        managing_org=managing_org,
        record_number=record_number,
        patient_id=str(uuid7()),
        initials=initials(known.name)[:16],
        details=sealed,
        details_key=version,
        updated_at=at,
    )
    return row


def _project(row: models.Resident, known: Demographics, actor: Actor, at: datetime) -> None:
    patient = to_fhir(
        known,
        patient_id=row.patient_id,
        index_number=row.index_number,
        record_number=row.record_number,
        deceased_on=row.deceased_on,
        is_invented=row.is_invented,
    )
    (outcome,) = records.put_projection([patient], actor=actor, at=at)
    row.patient_rid = outcome.rid
    row.save()
    models.Document.objects.bulk_create(
        models.Document(resident=row, kind_code=d.kind_code, number_hash=document_hash(d))
        for d in known.documents
    )
    records.place_subject(
        patients=[ResourceRowId(row.patient_rid)],
        resident=ResidentId(row.id),
        place_code=row.place_code,
        managing_org=OrganizationId(row.managing_org) if row.managing_org else None,
    )


def _write_down(row: models.Resident, actor: Actor, at: datetime) -> None:
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action="identity.register",
        object_type="Resident",
        object_id=str(row.id),
        subjects=[row.patient_rid],
    )
    feed.announce(connection.connection, kind="identity.registered", key=str(row.id), at=at)
