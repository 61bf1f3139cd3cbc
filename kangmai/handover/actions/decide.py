"""Decide on rows: rejected above, put back into the queue, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Subject
from kangmai.handover import events, models, systems
from kangmai.handover.errors import EntryIncomplete, ReasonMissing
from kangmai.handover.queries import entry_of
from kangmai.handover.types import Deed, Entry, State
from kangmai.handover.writing import PREPARE, keep_steps, locked, reference, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day


def reject(
    *, entry_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Entry:
    """Write down that the other system refused a row, and why.

    Raises:
        NotPermitted, EntryUnknown, EntryChanged, NotInThisState, ReasonMissing.
    """
    states = (State.SENT, State.CHANGED)
    return _decide(
        entry_id, expected_version, states, State.REJECTED, Deed.REJECTED, reason, actor, at
    )


def resend(*, entry_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Entry:
    """Put a rejected row back among those that wait, as it is now; a corrected one is there already.

    Raises:
        NotPermitted, EntryUnknown, EntryChanged, NotInThisState, EntryIncomplete.
    """
    with transaction.atomic():
        row = locked(entry_id, expected_version, actor, states=(State.REJECTED,))
        if row.faults:
            raise EntryIncomplete(reference=reference(row), columns="、".join(row.faults))
        _put(row, State.PREPARED, "")
        _keep([row], Deed.REQUEUED, events.PREPARED, "", actor, at)
    return entry_of(row)


def withdraw(
    *, entry_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Entry:
    """Take a row out of the ledger's work, with a reason; its deadline is cancelled.

    A row that was sent must be taken back above, too: the history says that it had been sent.

    Raises:
        NotPermitted, EntryUnknown, EntryChanged, NotInThisState, ReasonMissing.
    """
    states = tuple(state for state in State if state is not State.WITHDRAWN)
    return _decide(
        entry_id, expected_version, states, State.WITHDRAWN, Deed.WITHDRAWN, reason, actor, at
    )


def withdraw_of(
    *, system: str, subjects: Sequence[Subject], reason: str, actor: Actor, at: datetime
) -> int:
    """Withdraw the rows of things that are gone, for the room that owns them. Returns how many.

    Raises:
        NotPermitted, ReasonMissing.
    """
    require(actor, PREPARE)
    if not reason.strip():
        raise ReasonMissing()
    about = Q(pk__in=[])
    for kind in {each.kind for each in subjects}:
        ids = [each.id for each in subjects if each.kind == kind]
        about |= Q(subject_kind=kind, subject_id__in=ids)
    with transaction.atomic():
        found = models.Entry.objects.filter(about, system=system)
        found = found.exclude(state=State.WITHDRAWN.value)
        rows = list(found.select_for_update().order_by("id"))
        for row in rows:
            _put(row, State.WITHDRAWN, reason)
        _keep(rows, Deed.WITHDRAWN, events.WITHDRAWN, reason, actor, at)
    return len(rows)


def _decide(
    entry_id: UUID,
    expected_version: int,
    states: Sequence[State],
    state: State,
    deed: Deed,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Entry:
    if not reason.strip():
        raise ReasonMissing()
    event = events.WITHDRAWN if state is State.WITHDRAWN else events.REJECTED
    with transaction.atomic():
        row = locked(entry_id, expected_version, actor, states=states)
        _put(row, state, reason)
        _keep([row], deed, event, reason, actor, at)
    return entry_of(row)


def _put(row: models.Entry, state: State, reason: str) -> None:
    row.state, row.reason = state.value, reason.strip()[:300]
    row.version += 1


def _keep(
    rows: Sequence[models.Entry],
    deed: Deed,
    event: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    models.Entry.objects.bulk_update(rows, ["state", "reason", "version"])
    keep_steps([(row, deed) for row in rows], note=reason.strip()[:300], actor=actor, at=at)
    if deed is Deed.WITHDRAWN and rows:
        deadlines.cancel_of(
            [Subject(row.subject_kind, row.subject_id) for row in rows],
            definition=systems.system(rows[0].system, on=legal_day(at)).deadline,
            reason=reason,
            actor=actor,
            at=at,
        )
    write_down(rows, event, reason=reason, actor=actor, at=at)
