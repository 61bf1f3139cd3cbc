"""The last steps that every action of deadlines shares: write down, announce, close messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kangmai.deadlines import models
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.messages import actions as messages

MESSAGE_SUBJECT = "Deadline"


class About(Protocol):
    """A deadline as far as the trail and the feed name it."""

    @property
    def id(self) -> UUID: ...

    @property
    def definition(self) -> str: ...

    @property
    def subject_kind(self) -> str: ...

    @property
    def subject_id(self) -> str: ...


def write_down(
    rows: Sequence[About], event: str, *, reason: str = "", actor: Actor, at: datetime
) -> None:
    """One row of the audit trail for the deed, one event for each deadline."""
    if not rows:
        return
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=event,
            object_type="Deadline",
            object_id=str(rows[0].id) if len(rows) == 1 else "",
            reason=reason,
            details={"count": len(rows)},
        )
        feed.announce_many(
            database, kind=event, events=[(str(row.id), _data(row)) for row in rows], at=at
        )


def close_messages(rows: Sequence[models.Deadline], *, actor: Actor, at: datetime) -> None:
    """Close what was written about deadlines that are settled now."""
    if rows:
        messages.settle([(MESSAGE_SUBJECT, str(row.id)) for row in rows], actor=actor, at=at)


def _data(row: About) -> dict[str, str]:
    return {
        "definition": row.definition,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
    }
