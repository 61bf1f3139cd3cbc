"""The steps that actions of venues share: audit, announce, versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kangmai.epidemic.venues.errors import RowChanged
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
    details: dict[str, Any] | None = None,
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
            details=details,
        )


def announce(kind: str, key: object, data: dict[str, Any], at: datetime) -> None:
    """Tell other rooms within the open transaction."""
    with unit_of_work() as database:
        feed.announce(database, kind=kind, key=str(key), data=data, at=at)


def require_version(current: int, expected: int) -> None:
    """Let pass who saw the row as it is. Raises RowChanged."""
    if current != expected:
        raise RowChanged(current=current, expected=expected)
