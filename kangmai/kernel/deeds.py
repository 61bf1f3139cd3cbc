"""How the deed of any room ends: the version the person saw, the row of the audit trail, the announcement.

All three belong to the transaction that is open on this thread: they are committed with the deed or not at
all. Where the caller holds a connection it may give it, which spares a savepoint on a hot path.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import psycopg

from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import Conflict


class ChangedMeanwhile(Conflict):
    """Someone else has changed this since you opened it (version {current}, yours was {expected}). Look at it again and repeat your change."""

    zh = "您打开之后，他人已作修改（当前版本 {current}，您的版本 {expected}），请查看后重试。"


def require_version(current: int, expected: int | None) -> None:
    """Let pass who saw the row as it is; None asks for no comparison. Raises ChangedMeanwhile."""
    if expected is not None and current != expected:
        raise ChangedMeanwhile(current=current, expected=expected)


def write_down(
    action: str,
    object_type: str,
    object_id: object,
    *,
    reason: str = "",
    subjects: Sequence[int] = (),
    details: Mapping[str, object] | None = None,
    database: psycopg.Connection | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write a deed into the audit trail; `details` hold ids, codes and counts only."""
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


def announce(
    kind: str,
    key: object,
    data: Mapping[str, object] | None = None,
    *,
    database: psycopg.Connection | None = None,
    at: datetime,
) -> None:
    """Tell other rooms; `data` hold ids and codes only."""
    if database is not None:
        feed.announce(database, kind=kind, key=str(key), data=dict(data or {}), at=at)
        return
    with unit_of_work() as own:
        feed.announce(own, kind=kind, key=str(key), data=dict(data or {}), at=at)


def write_down_and_announce(
    event: str,
    object_type: str,
    object_id: object,
    *,
    data: Mapping[str, object] | None = None,
    reason: str = "",
    subjects: Sequence[int] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Write a deed into the audit trail and tell other rooms the same: `data` and the event's name."""
    with unit_of_work() as database:
        write_down(
            event,
            object_type,
            object_id,
            reason=reason,
            subjects=subjects,
            details=data,
            database=database,
            actor=actor,
            at=at,
        )
        announce(event, object_id, data, database=database, at=at)
