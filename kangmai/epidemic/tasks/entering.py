"""Tasks into their table in one statement; one that was given before, by its mark, is not given again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.tasks import events
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import announce, write_down
from kangmai.kernel.ids import ResidentId, uuid7

_ENTER = """
INSERT INTO tasks_task (id, order_id, mark, kind, cell, resident_id, contact_id, need_id, note, due_at, state, result,
                        is_abnormal, created_by, created_at, version)
SELECT id, %s, mark, kind, cell, resident, contact, need, note, due, 'open', '', false, %s, %s, 1
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::uuid[], %s::uuid[], %s::text[],
            %s::timestamptz[]) AS t (id, mark, kind, cell, resident, contact, need, note, due)
ON CONFLICT (mark) DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that is to be given."""

    mark: str
    kind: str
    cell: str
    due_at: datetime
    resident: ResidentId | None = None
    contact_id: UUID | None = None
    need_id: UUID | None = None
    note: str = ""


def enter(
    wanted: Sequence[Wanted], *, order_id: UUID, place: str, actor: Actor, at: datetime
) -> int:
    """Give tasks; returns how many are new."""
    if not wanted:
        return 0
    columns = [
        [uuid7() for _ in wanted], [each.mark for each in wanted], [each.kind for each in wanted],
        [each.cell for each in wanted], [each.resident for each in wanted], [each.contact_id for each in wanted],
        [each.need_id for each in wanted], [each.note for each in wanted], [each.due_at for each in wanted],
    ]  # fmt: skip
    with unit_of_work() as database:
        made = database.execute(_ENTER, [order_id, actor.account, at, *columns]).rowcount
        if made:
            details = {"tasks": made, "kinds": sorted({each.kind for each in wanted})}
            write_down("tasks.given", "GridTask", place, details=details, database=database, actor=actor, at=at)  # fmt: skip
            announce(events.GIVEN, place, {"order": str(order_id), **details}, database=database, at=at)  # fmt: skip
    return int(made)
