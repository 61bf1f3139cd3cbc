"""Meet and cancel deadlines: many at once for rooms, one for somebody at a page."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kangmai.deadlines import events, models
from kangmai.deadlines.actions.locking import WRITE, locked
from kangmai.deadlines.errors import ReasonMissing
from kangmai.deadlines.queries import deadline_of
from kangmai.deadlines.types import UNSETTLED, Deadline, Met, State, Subject
from kangmai.deadlines.writing import close_messages, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import joined

SETTLED = (State.MET, State.CANCELLED)


def meet(met: Sequence[Met], *, actor: Actor, at: datetime) -> tuple[Deadline, ...]:
    """Meet deadlines within the caller's transaction, those open and those missed.

    What is settled, never began, or began after the deed, is left alone, so that a room may always say
    what was done.

    Returns:
        Those met now.

    Raises:
        NotPermitted
    """
    require(actor, WRITE)
    deeds = {(each.definition, each.subject.kind, each.subject.id): each for each in met}
    with joined():
        rows = _unsettled(
            (each.subject for each in met), definitions={each.definition for each in met}
        )
        pairs = [(r, deeds.get((r.definition, r.subject_kind, r.subject_id))) for r in rows]
        now_met = [_met(row, deed) for row, deed in pairs if deed and deed.met_at >= row.started_at]
        _save(now_met, events.MET, "", actor, at)
    return tuple(map(deadline_of, now_met))


def cancel_of(
    subjects: Sequence[Subject], *, definition: str = "", reason: str, actor: Actor, at: datetime
) -> int:
    """Cancel unsettled deadlines of things that are gone: entered in error, moved away, dead.

    Args:
        definition: only that deadline; else all of them.

    Returns:
        How many there were.

    Raises:
        NotPermitted, ReasonMissing.
    """
    require(actor, WRITE)
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        only = {definition} if definition else None
        rows = [_cancelled(row, reason) for row in _unsettled(subjects, definitions=only)]
        _save(rows, events.CANCELLED, reason, actor, at)
    return len(rows)


def meet_by_hand(
    *, deadline_id: UUID, note: str, expected_version: int, actor: Actor, at: datetime
) -> Deadline:
    """Say that what a deadline asks for was done, with a note as the proof.

    Raises:
        NotPermitted, DeadlineUnknown, DeadlineChanged, DeadlineSettled, ReasonMissing.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = locked(deadline_id, expected_version, actor, but=SETTLED)
        subject = Subject(row.subject_kind, row.subject_id)
        _met(row, Met(row.definition, subject, at, "account", str(actor.account)))
        row.reason = note.strip()[:300]
        _save([row], events.MET, row.reason, actor, at)
    return deadline_of(row)


def cancel(
    *, deadline_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Deadline:
    """Cancel a deadline with a reason.

    Raises:
        NotPermitted, DeadlineUnknown, DeadlineChanged, DeadlineSettled, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _cancelled(locked(deadline_id, expected_version, actor, but=SETTLED), reason)
        _save([row], events.CANCELLED, row.reason, actor, at)
    return deadline_of(row)


def _unsettled(
    subjects: Iterable[Subject], *, definitions: Iterable[str] | None = None
) -> list[models.Deadline]:
    """The unsettled deadlines of things, locked in the order of their ids."""
    ids: dict[str, set[str]] = {}
    for subject in subjects:
        ids.setdefault(subject.kind, set()).add(subject.id)
    about = Q(pk__in=[])
    for kind, some in ids.items():
        about |= Q(subject_kind=kind, subject_id__in=some)
    rows = models.Deadline.objects.filter(about, state__in=UNSETTLED)
    if definitions is not None:
        rows = rows.filter(definition__in=definitions)
    return list(rows.select_for_update().order_by("id"))


def _met(row: models.Deadline, deed: Met) -> models.Deadline:
    row.state, row.met_at, row.next_at = State.MET.value, deed.met_at, None
    row.proof_kind, row.proof_id = deed.proof_kind, deed.proof_id
    return row


def _cancelled(row: models.Deadline, reason: str) -> models.Deadline:
    row.state, row.next_at, row.reason = State.CANCELLED.value, None, reason.strip()[:300]
    return row


def _save(
    rows: Sequence[models.Deadline], event: str, reason: str, actor: Actor, at: datetime
) -> None:
    for row in rows:
        row.version += 1
    fields = ["state", "met_at", "next_at", "proof_kind", "proof_id", "reason", "version"]
    models.Deadline.objects.bulk_update(rows, fields)
    close_messages(rows, actor=actor, at=at)
    write_down(rows, event, reason=reason, actor=actor, at=at)
