"""Corrections that residents asked for: one's own, and the queue of a desk."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.identity import models
from kangmai.identity.corrections import correction_of
from kangmai.identity.errors import CorrectionNotFound
from kangmai.identity.queries.persons import current, same_resident_ids
from kangmai.identity.reach import inside
from kangmai.identity.types import Correction, CorrectionState
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, Purpose, require
from kangmai.kernel.ids import ResidentId

OWN, DECIDE = "own.record", "identity.write"


def is_of(resident_id: ResidentId, *, actor: Actor) -> bool:
    """Whether the actor is this resident, or acts for him just now."""
    return actor.purpose is Purpose.RESIDENT and current(resident_id) in {
        current(each) for each in actor.scope.residents
    }


def own_corrections(resident_id: ResidentId, *, actor: Actor) -> tuple[Correction, ...]:
    """What was asked about a resident, the newest first, for himself.

    Raises:
        NotPermitted
        CorrectionNotFound: it is about somebody else.
    """
    require(actor, OWN)
    if not is_of(resident_id, actor=actor):
        raise CorrectionNotFound()
    now = models.Resident.objects.get(id=current(resident_id))
    rows = models.Correction.objects.filter(resident_id__in=same_resident_ids(resident_id))
    return tuple(correction_of(row, now) for row in rows.order_by("-asked_at", "-id"))


def open_for(actor: Actor) -> QuerySet[models.Correction]:
    """The open corrections about residents whom an actor reaches."""
    rows = models.Correction.objects.filter(state=CorrectionState.ASKED)
    if actor.scope.everything:
        return rows
    reached = inside(actor.scope).values("id")
    return rows.filter(Q(resident__in=reached) | Q(resident__merged_into__in=reached))


def open_corrections(
    *, after: int = 0, limit: int = 50, actor: Actor, at: datetime
) -> tuple[Correction, ...]:
    """The queue, the oldest first; `after` is how many were shown before.

    Raises:
        NotPermitted
    """
    require(actor, DECIDE)
    rows = open_for(actor).select_related("resident").order_by("asked_at", "id")
    found = tuple(correction_of(row, _now(row)) for row in rows[after : after + limit])
    _looked([each.resident.patient_rid for each in found], "", actor, at)
    return found


def get_correction(correction_id: UUID, *, actor: Actor, at: datetime) -> Correction:
    """An open correction.

    Raises:
        NotPermitted
        CorrectionNotFound: decided already, or about a resident whom the actor does not reach.
    """
    require(actor, DECIDE)
    row = open_for(actor).select_related("resident").filter(id=correction_id).first()
    if row is None:
        raise CorrectionNotFound()
    now = _now(row)
    _looked([now.patient_rid], str(row.id), actor, at)
    return correction_of(row, now)


def _now(row: models.Correction) -> models.Resident:
    """Who the resident is today, if he was merged since he asked."""
    if row.resident.merged_into_id is None:
        return row.resident
    return models.Resident.objects.get(id=current(ResidentId(row.resident_id)))


def _looked(subjects: list[int], id: str, actor: Actor, at: datetime) -> None:
    audit.record_later(audit.Entry(actor, at, "identity.corrections", "Correction", id, subjects))
