"""What the parts of an event share: the event locked, the next number, the note that something was written."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from kangmai.epidemic.surveillance import events, models
from kangmai.epidemic.surveillance.actions.outbreaks import require_open
from kangmai.epidemic.surveillance.reach import WORK
from kangmai.epidemic.surveillance.writing import locked_outbreak, write_down
from kangmai.kernel.actor import Actor


def locked_open(outbreak_id: UUID, actor: Actor) -> models.Outbreak:
    """An event that is worked on, locked. Raises NotPermitted, OutbreakUnknown, OutbreakNotOpen."""
    row = locked_outbreak(outbreak_id, None, WORK, actor)
    require_open(row)
    return row


def next_number(rows: Any) -> int:
    """The number after the highest of the lines or contacts of an event."""
    return int(rows.aggregate(most=Max("number"))["most"] or 0) + 1


def note_part(
    outbreak: models.Outbreak, part: str, number: int | None, actor: Actor, at: datetime
) -> None:
    """Audit and announce that a part of an event was written."""
    data: dict[str, object] = {"part": part, "number": number}
    write_down(events.MOVED, [outbreak.id], object_type="Outbreak", data=data, actor=actor, at=at)
