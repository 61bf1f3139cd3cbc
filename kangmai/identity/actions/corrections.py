"""A resident asks that something about him be corrected; a desk that serves him applies or declines it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from kangmai.identity import events, models, rules
from kangmai.identity.actions.change import correct_resident
from kangmai.identity.corrections import LONGEST, corrected, correction_of, put, said_in, told
from kangmai.identity.errors import (
    AnswerMissing,
    CorrectionDecided,
    CorrectionNotFound,
    CorrectionOpen,
    CorrectionSame,
    CorrectionUnclear,
)
from kangmai.identity.queries.corrections import DECIDE, OWN, is_of, open_for
from kangmai.identity.queries.persons import current
from kangmai.identity.reach import demographics_of
from kangmai.identity.types import (
    Correction,
    CorrectionField,
    CorrectionState,
    Demographics,
)
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.standards.calendars import legal_day


def ask_correction(
    resident_id: ResidentId,
    *,
    field: CorrectionField,
    value: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Correction:
    """Ask that something about oneself, or about whom one acts for, be corrected.

    Args:
        value: what is right: a day as 1986-04-12, a sex as 1 or 2; of `other`, what is wrong, in words.
        reason: how one knows it, for who decides.

    Raises:
        NotPermitted
        CorrectionNotFound: it is about somebody else.
        CorrectionUnclear, CorrectionSame, CorrectionOpen, BirthInFuture
    """
    require(actor, OWN)
    if not is_of(resident_id, actor=actor):
        raise CorrectionNotFound()
    now = models.Resident.objects.get(id=current(resident_id))
    before = demographics_of(now)
    _require_change(before, field, value, reason, at)
    row = models.Correction(
        id=uuid7(),
        resident=now,
        field=field,
        state=CorrectionState.ASKED,
        asked_by=actor.account,
        asked_at=at,
    )
    put(row, {"before": told(before, field), "value": value.strip(), "reason": reason.strip()})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _write_down(row, now, actor=actor, at=at)
    except IntegrityError:
        raise CorrectionOpen(field=field.value) from None
    return correction_of(row, now)


def _require_change(
    before: Demographics, field: CorrectionField, value: str, reason: str, at: datetime
) -> None:
    if not reason.strip() or len(reason) > LONGEST:
        raise CorrectionUnclear(field=field.value)
    rules.checked(corrected(before, field, value), on=legal_day(at))
    if told(before, field) == value.strip():
        raise CorrectionSame(field=field.value)


def withdraw_correction(
    correction_id: UUID, *, expected_version: int, actor: Actor, at: datetime
) -> Correction:
    """Take back what was asked.

    Raises:
        NotPermitted, CorrectionNotFound, CorrectionDecided
    """
    require(actor, OWN)
    with transaction.atomic():
        row = models.Correction.objects.select_for_update().filter(id=correction_id).first()
        if row is None or not is_of(ResidentId(row.resident_id), actor=actor):
            raise CorrectionNotFound()
        now = models.Resident.objects.get(id=current(ResidentId(row.resident_id)))
        _close(row, CorrectionState.WITHDRAWN, expected_version, actor, at)
        _write_down(row, now, actor=actor, at=at)
    return correction_of(row, now)


def decide_correction(
    correction_id: UUID,
    *,
    is_applied: bool,
    answer: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Correction:
    """Apply what a resident asked for, or decline it; he reads the answer.

    What is applied changes the resident at once, with all that follows from it; what stood before is kept
    with the correction and in the history of his Patient. Of `other` nothing is changed by itself: the
    answer tells what was done.

    Raises:
        NotPermitted
        CorrectionNotFound: there is none, or the resident is outside the actor's scope.
        CorrectionDecided: decided or withdrawn meanwhile.
        AnswerMissing: it is declined, or of `other`, without a word.
        What `correct_resident` raises.
    """
    require(actor, DECIDE)
    with transaction.atomic():
        row = open_for(actor).select_for_update(of=("self",)).filter(id=correction_id).first()
        if row is None:
            raise CorrectionNotFound()
        field = CorrectionField(row.field)
        if not answer.strip() and (not is_applied or field is CorrectionField.OTHER):
            raise AnswerMissing()
        _answer(row, {"answer": answer.strip()[:LONGEST]})
        _close(
            row,
            CorrectionState.APPLIED if is_applied else CorrectionState.DECLINED,
            expected_version,
            actor,
            at,
        )
        if is_applied and field is not CorrectionField.OTHER:
            _apply(row, field, actor, at)
        now = models.Resident.objects.get(id=current(ResidentId(row.resident_id)))
        _write_down(row, now, actor=actor, at=at)
    return correction_of(row, now)


def _apply(row: models.Correction, field: CorrectionField, actor: Actor, at: datetime) -> None:
    now = models.Resident.objects.get(id=current(ResidentId(row.resident_id)))
    before = demographics_of(now)
    _answer(row, {"before": told(before, field)})
    row.save(update_fields=["content", "content_key"])
    correct_resident(
        ResidentId(now.id),
        corrected(before, field, said_in(row)["value"]),
        deceased_on=now.deceased_on,
        expected_version=now.version,
        actor=actor,
        at=at,
    )


def _answer(row: models.Correction, more: Mapping[str, str]) -> None:
    put(row, {**said_in(row), **more})


def _close(
    row: models.Correction, state: CorrectionState, expected: int, actor: Actor, at: datetime
) -> None:
    if row.state != CorrectionState.ASKED or row.version != expected:
        raise CorrectionDecided()
    row.state, row.decided_by, row.decided_at = state, actor.account, at
    row.version += 1
    row.save()


def _write_down(
    row: models.Correction, now: models.Resident, *, actor: Actor, at: datetime
) -> None:
    """Audit under the resident, who sees it in his ledger, and announce it; neither says what it is about."""
    action = f"{events.CORRECTION}{row.state}"
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=action,
        object_type="Correction",
        object_id=str(row.id),
        subjects=[now.patient_rid],
        details={"field": row.field},
    )
    data = {"resident": now.id, "field": row.field, "asked_by": row.asked_by}
    feed.announce(connection.connection, kind=action, key=str(row.id), data=data, at=at)
