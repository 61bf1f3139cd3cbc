"""Take occurrences from the sources: stored once, summed by day, looked at by the rules on the spot."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.cases import queries as cases
from kangmai.epidemic.surveillance import arrivals, counting, events
from kangmai.epidemic.surveillance.actions.raising import raise_signals, shake
from kangmai.epidemic.surveillance.reported import of_line
from kangmai.epidemic.surveillance.types import Occurrence, Raised
from kangmai.kernel import feed
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import joined, unit_of_work
from kangmai.standards.calendars import legal_day

TAKE = "signals.take"
"""A right of programs only: rooms' handlers, and those who enter counts through `take_counts`."""


def take_occurrences(
    rows: Sequence[Occurrence], *, is_watched: bool = True, actor: Actor, at: datetime
) -> Raised:
    """Write what sources say within the caller's transaction, and raise signals by the rules on cases.

    The same again changes nothing. What is withdrawn leaves the series; signals that rest on it are
    marked as shaken and stay, for a person to judge.

    Args:
        is_watched: False for history that is brought in: no rule looks at it.

    Raises:
        NotPermitted
    """
    require(actor, TAKE)
    with joined(), unit_of_work() as database:
        for source in sorted({each.source for each in rows}):
            counting.lock(database, f"source {source}")
        keys, cells = counting.put(database, rows, at)
        counting.recount(database, cells)
        changed = [r for r in rows if (r.source, r.key, r.condition) in keys]
        if not changed:
            return Raised()
        feed.announce(
            database,
            kind=events.COUNTED,
            key=changed[0].source,
            data={"rows": len(changed), "on": legal_day(at).isoformat()},
            at=at,
        )
        shake([each for each in changed if each.is_withdrawn], actor=actor, at=at)
        if not is_watched:
            return Raised()
        standing = [each for each in changed if not each.is_withdrawn]
        found = arrivals.evidence(database, standing, on=legal_day(at))
        return raise_signals(found, run=None, actor=actor, at=at)


def count_cards(ids: Collection[UUID], *, actor: Actor, at: datetime) -> int:
    """Count case reports that are history, as after a bulk load; no rule looks at them. Returns how many.

    Raises:
        NotPermitted
    """
    lines = cases.lines_by_id(ids, actor=actor, at=at)
    rows = [row for each in lines.values() if (row := of_line(each, at)) is not None]
    take_occurrences(rows, is_watched=False, actor=actor, at=at)
    return len(rows)
