"""Correct what is known of a resident, or move him; every scope follows within the same transaction."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from kangmai.identity import models, rules
from kangmai.identity.actions.cases import open_document_case
from kangmai.identity.actions.placing import place, project, write_down
from kangmai.identity.details import document_hash, document_hashes, seal_details
from kangmai.identity.errors import PlaceUnknown, ResidentChanged, ResidentNotFound
from kangmai.identity.index.keys import change_keys
from kangmai.identity.reach import demographics_of, is_inside, resident_of
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division
from kangmai.standards.pinyin import initials


def correct_resident(
    resident_id: ResidentId,
    demographics: Demographics,
    *,
    deceased_on: date | None = None,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Resident:
    """Replace what is known of a resident; documents left out are closed, not forgotten.

    Raises:
        ResidentNotFound, NotPermitted, ResidentChanged, and what `register_resident` raises of demographics.
    """
    known = rules.checked(demographics, on=legal_day(at))
    with transaction.atomic():
        row = locked(resident_id, expected_version, actor)
        require(actor, "identity.write")
        before = demographics_of(row)
        row.birth_date, row.sex_code, row.deceased_on = (
            known.birth_date,
            known.sex_code,
            deceased_on,
        )
        row.place_code, row.initials = known.place_code, initials(known.name)[:16]
        row.details_key, row.details = seal_details(row.id, known)
        _keep_documents(row, known, legal_day(at))
        change_keys(row.id, before=before, after=known)
        save(row, "identity.correct", actor, at)
        open_document_case(row, known, at)
    return resident_of(row)


def move_resident(
    resident_id: ResidentId,
    *,
    place_code: str,
    address: str,
    managing_org: OrganizationId | None,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Resident:
    """Give a resident another home and another managing institution.

    The new place sees the whole record at once, the old one only what it wrote itself.

    Raises:
        ResidentNotFound, NotPermitted, ResidentChanged, PlaceUnknown
    """
    if find_division(place_code) is None:
        raise PlaceUnknown(code=place_code)
    with transaction.atomic():
        row = locked(resident_id, expected_version, actor)
        require(actor, "identity.write")
        before = demographics_of(row)
        known = replace(before, place_code=place_code, address=address)
        row.place_code, row.managing_org = place_code, managing_org
        row.details_key, row.details = seal_details(row.id, known)
        change_keys(row.id, before=before, after=known)
        save(row, "identity.move", actor, at)
    return resident_of(row)


def locked(resident_id: ResidentId, expected_version: int, actor: Actor) -> models.Resident:
    """A resident of the actor's to be changed. Raises ResidentNotFound, ResidentChanged."""
    row = (
        models.Resident.objects.select_for_update().filter(id=resident_id, merged_into=None).first()
    )
    if row is None or not is_inside(row, actor.scope):
        raise ResidentNotFound()
    if row.version != expected_version:
        raise ResidentChanged(current=row.version, expected=expected_version)
    return row


def _keep_documents(row: models.Resident, known: Demographics, today: date) -> None:
    own = rules.own_documents(known, on=today)
    kept = {found for each in own for found in document_hashes(each)}
    present = {bytes(d.number_hash): d for d in row.documents.all()}
    for value, document in present.items():
        if value not in kept and document.closed_on is None:
            document.closed_on = today
            document.save(update_fields=["closed_on"])
    models.Document.objects.bulk_create(
        models.Document(resident=row, kind_code=d.kind_code, number_hash=document_hash(d))
        for d in own
        if not present.keys() & set(document_hashes(d))
    )


def save(row: models.Resident, action: str, actor: Actor, at: datetime) -> None:
    """Write a changed resident with his projections, and announce it."""
    row.version += 1
    row.updated_at = at
    row.save()
    project([row.id], actor=actor, at=at)
    place(row.id)
    write_down(row, action, actor=actor, at=at)
