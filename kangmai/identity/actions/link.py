"""Find the resident of Patients that came from outside: by an exact document, else they wait."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from django.db import connection, transaction

from kangmai.identity import models, rules
from kangmai.identity.details import document_hash
from kangmai.identity.fhir import documents_of
from kangmai.identity.types import LinkState
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId, ResidentId, ResourceRowId
from kangmai.records import actions as records
from kangmai.records.types import Resource, Stored
from kangmai.standards.calendars import legal_day
from kangmai.standards.errors import IdentityNumberIncorrect


def link_patients(
    patients: Sequence[Stored], *, actor: Actor, at: datetime
) -> dict[str, LinkState]:
    """Decide for each Patient whose it is. Deciding again changes nothing unless the Patient changed.

    A Patient links to the one resident who has a document of the same number. With no such document, an
    unknown one, or two residents sharing it, the Patient waits and stays visible to its sender only.

    Returns:
        The state of each, by FHIR id.
    """
    states = {}
    with transaction.atomic():
        for patient in sorted(patients, key=lambda p: p.rid):
            states[patient.id] = _link(patient, actor, at)
    return states


def _link(patient: Stored, actor: Actor, at: datetime) -> LinkState:
    resident, reason = _resident_of(orjson.loads(patient.body), at)
    state = LinkState.LINKED if resident else LinkState.WAITING
    before = models.Link.objects.select_for_update().filter(patient_rid=patient.rid).first()
    if before and (before.state, before.resident_id) == (state, resident.id if resident else None):
        return state
    models.Link.objects.update_or_create(
        patient_rid=patient.rid,
        defaults={
            "patient_id": patient.id,
            "resident": resident,
            "state": state,
            "reason": reason,
            "decided_at": at,
        },
    )
    _place(patient, resident)
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=f"identity.{state.value}",
        object_type="Patient",
        object_id=patient.id,
        subjects=[patient.rid],
        reason=reason,
    )
    return state


def _resident_of(patient: Resource, at: datetime) -> tuple[models.Resident | None, str]:
    hashes = []
    for document in documents_of(patient):
        try:
            canonical = rules.canonical_document(document, on=legal_day(at))
        except IdentityNumberIncorrect:
            continue  # a number that cannot be one proves nothing
        if canonical.kind_code in rules.NUMBERED_KINDS:
            hashes.append(document_hash(canonical))
    if not hashes:
        return None, "no_document"
    found = list(
        models.Resident.objects.filter(
            documents__number_hash__in=hashes, merged_into=None
        ).distinct()[:2]
    )
    if len(found) == 1:
        return found[0], "exact_document"
    return None, "ambiguous_document" if found else "unknown_document"


def _place(patient: Stored, resident: models.Resident | None) -> None:
    rids = [ResourceRowId(patient.rid)]
    if resident is None:
        records.withdraw_subject(patients=rids)
        return
    records.place_subject(
        patients=rids,
        resident=ResidentId(resident.id),
        place_code=resident.place_code,
        managing_org=OrganizationId(resident.managing_org) if resident.managing_org else None,
    )
