"""The steps that actions share: the trail of a thing, the audit row, the announcement, versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import psycopg

from kangmai.epidemic.nucleic_acid.errors import Changed
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor


def require_version(current: int, expected: int) -> None:
    """Let pass who saw the present state. Raises Changed."""
    if current != expected:
        raise Changed(current=current, expected=expected)


def step(
    database: psycopg.Connection,
    *,
    order_id: UUID,
    kind: str,
    subjects: Sequence[object],
    deed: str,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Write a line into the trail of boxes, tubes, plates or pools."""
    database.execute(
        """INSERT INTO nucleic_acid_step (order_id, kind, subject_id, deed, at, account_id, note)
           SELECT %s, %s, id, %s, %s, %s, %s FROM unnest(%s::text[]) AS g (id)""",
        [order_id, kind, deed, at, actor.account, note, [str(each) for each in subjects]],
    )


def write_down(
    database: psycopg.Connection,
    action: str,
    object_type: str,
    object_id: object,
    *,
    reason: str = "",
    details: Mapping[str, object] | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """One row of the audit trail, committed with the deed."""
    audit.record(
        database,
        actor=actor,
        at=at,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        reason=reason,
        details=dict(details or {}),
    )


def announce(
    database: psycopg.Connection,
    kind: str,
    key: object,
    data: Mapping[str, object],
    *,
    at: datetime,
) -> None:
    """One event of the outbox: ids and codes only."""
    feed.announce(database, kind=kind, key=str(key), data=dict(data), at=at)
