"""Load deadlines in bulk, for an installation that begins with a history: as they stand, and nobody is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kangmai.deadlines import models
from kangmai.deadlines.actions.locking import WRITE
from kangmai.deadlines.actions.start import row_of
from kangmai.deadlines.types import Met, Start, State
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import joined, unit_of_work

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A deadline that began, and how it was met if it was."""

    start: Start
    met: Met | None = None


def load(rows: Sequence[Loaded], *, actor: Actor, at: datetime) -> int:
    """Write deadlines as they stand within the caller's transaction; the clock goes on with the open ones.

    Raises:
        NotPermitted, UnknownDefinition, OwnerMissing, StartInFuture.
    """
    require(actor, WRITE)
    if not rows:
        return 0
    with joined(), unit_of_work() as database:
        models.Deadline.objects.bulk_create([_row(e, actor, at) for e in rows], batch_size=BATCH)
        audit.record(
            database,
            actor=actor,
            at=at,
            action="deadlines.loaded",
            object_type="Deadline",
            object_id="",
            details={"count": len(rows)},
        )
    return len(rows)


def _row(each: Loaded, actor: Actor, at: datetime) -> models.Deadline:
    row = row_of(each.start, actor, at)
    if each.met is not None:
        row.state, row.met_at, row.next_at = State.MET.value, each.met.met_at, None
        row.proof_kind, row.proof_id = each.met.proof_kind, each.met.proof_id
    return row
