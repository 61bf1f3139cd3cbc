"""The steps that every action of the ledger shares: lock, write the history, audit, announce."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kangmai.handover import models
from kangmai.handover.errors import EntryChanged, EntryUnknown, NotInThisState
from kangmai.handover.reach import inside
from kangmai.handover.types import Deed, State
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work

SEND = "handover.send"
PREPARE = "handover.prepare"


def reference(row: models.Entry) -> str:
    """What people call a row: ten figures of its id."""
    figures = row.id.hex[-10:].upper()
    return f"H{figures[:5]}-{figures[5:]}"


def locked(
    entry_id: UUID, expected_version: int, actor: Actor, *, states: Collection[State]
) -> models.Entry:
    """One row, locked until the transaction ends.

    Raises:
        NotPermitted, EntryUnknown, EntryChanged, NotInThisState.
    """
    require(actor, SEND)
    row = inside(actor).select_for_update().filter(id=entry_id).first()
    if row is None:
        raise EntryUnknown()
    if row.version != expected_version:
        raise EntryChanged(current=row.version, expected=expected_version)
    require_state(row, states)
    return row


def require_state(row: models.Entry, states: Collection[State]) -> None:
    """Let pass a row in one of the states. Raises NotInThisState."""
    if State(row.state) not in states:
        raise NotInThisState(reference=reference(row), state=row.state)


def keep_steps(
    pairs: Sequence[tuple[models.Entry, Deed]],
    *,
    note: str = "",
    batch: models.Batch | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write a line into the history of each row."""
    models.Step.objects.bulk_create(
        models.Step(
            entry=row, at=at, account_id=actor.account, deed=deed.value, note=note, batch=batch
        )
        for row, deed in pairs
    )


def write_down(
    rows: Sequence[models.Entry], event: str, *, reason: str = "", actor: Actor, at: datetime
) -> None:
    """One row of the audit trail for the deed, one event for each row."""
    if not rows:
        return
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=event,
            object_type="HandoverEntry",
            object_id=str(rows[0].id) if len(rows) == 1 else "",
            reason=reason,
            details={"count": len(rows), "system": rows[0].system},
        )
        feed.announce_many(
            database, kind=event, events=[(str(row.id), _data(row)) for row in rows], at=at
        )


def _data(row: models.Entry) -> dict[str, str]:
    return {
        "system": row.system,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
    }
