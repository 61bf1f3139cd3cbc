"""The steps that every action of early warning shares: lock, write the history, audit, announce."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.surveillance import models
from kangmai.epidemic.surveillance.errors import OutbreakUnknown, SignalUnknown
from kangmai.epidemic.surveillance.reach import may_work_on, outbreaks, signals
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import require_version


def reference(id: UUID, sign: str) -> str:
    """What people call a signal (S) or an event (E): ten figures of its id."""
    figures = id.hex[-10:].upper()
    return f"{sign}{figures[:5]}-{figures[5:]}"


def locked_signal(
    signal_id: UUID, expected_version: int, permission: str, actor: Actor
) -> models.Signal:
    """One signal, locked until the transaction ends.

    Raises:
        NotPermitted, SignalUnknown, ChangedMeanwhile.
    """
    require(actor, permission)
    row = signals(actor).select_for_update(of=("self",)).filter(id=signal_id).first()
    if row is None:
        raise SignalUnknown()
    require_reach(row.area_code, permission, actor)
    require_version(row.version, expected_version)
    return row


def locked_outbreak(
    outbreak_id: UUID, expected_version: int | None, permission: str, actor: Actor
) -> models.Outbreak:
    """One event, locked; `expected_version` None where only parts of it are written.

    Raises:
        NotPermitted, OutbreakUnknown, ChangedMeanwhile.
    """
    require(actor, permission)
    row = outbreaks(actor).select_for_update().filter(id=outbreak_id).first()
    if row is None:
        raise OutbreakUnknown()
    require_reach(row.area_code, permission, actor)
    require_version(row.version, expected_version)
    return row


def require_reach(area_code: str, permission: str, actor: Actor) -> None:
    """Let pass somebody whose right reaches a whole area. Raises NotPermitted."""
    if not may_work_on(actor, permission, area_code):
        raise NotPermitted(permission=permission)


def keep(
    *,
    signal_ids: Sequence[UUID] = (),
    outbreak_id: UUID | None = None,
    deed: str,
    reason: str = "",
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Write a line into the history of signals, or of an event."""
    common = {
        "at": at,
        "account_id": actor.account,
        "deed": deed,
        "reason": reason,
        "note": note.strip(),
    }
    rows = [models.History(signal_id=id, **common) for id in signal_ids]
    if outbreak_id is not None:
        rows.append(models.History(outbreak_id=outbreak_id, **common))
    models.History.objects.bulk_create(rows)


def write_down(
    kind: str,
    ids: Sequence[UUID],
    *,
    object_type: str = "Signal",
    data: dict[str, object] | None = None,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """One row of the audit trail for the deed, one event for each thing."""
    if not ids:
        return
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=kind,
            object_type=object_type,
            object_id=str(ids[0]) if len(ids) == 1 else "",
            reason=reason,
            details={"count": len(ids), **(data or {})},
        )
        feed.announce_many(database, kind=kind, events=[(str(id), data or {}) for id in ids], at=at)
