"""The steps that actions of tracing share: audit, announce, versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kangmai.epidemic.tracing.errors import Changed
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work


def write_down(
    action: str,
    object_type: str,
    object_id: object,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    subjects: Sequence[int] = (),
    details: Mapping[str, object] | None = None,
) -> None:
    """Audit one deed within the open transaction."""
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=action,
            object_type=object_type,
            object_id=str(object_id),
            subjects=subjects,
            reason=reason,
            details=dict(details or {}),
        )


def announce(kind: str, key: object, data: Mapping[str, object], *, at: datetime) -> None:
    """Tell other rooms within the open transaction: ids and codes only."""
    with unit_of_work() as database:
        feed.announce(database, kind=kind, key=str(key), data=dict(data), at=at)


def require_version(current: int, expected: int) -> None:
    """Let pass who saw the row as it is. Raises Changed."""
    if current != expected:
        raise Changed(current=current, expected=expected)
