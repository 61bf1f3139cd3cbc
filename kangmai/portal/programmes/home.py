"""What the start page shows of programmes: how many wait, and the next five to see."""

import datetime
from dataclasses import dataclass

from kangmai.kernel.actor import Actor, Purpose, is_permitted
from kangmai.portal.programmes import reach, rows, wording
from kangmai.portal.programmes.choice import Choice
from kangmai.portal.programmes.rows import Line
from kangmai.portal.programmes.views.worklist import address, shown_count
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Filter, Show
from kangmai.standards.calendars import legal_day

NEXT = 5


@dataclass(frozen=True, slots=True)
class Number:
    """How many stand under a heading of the worklist."""

    label: str
    count: str
    address: str
    is_alarming: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What waits, and who comes next."""

    numbers: tuple[Number, ...]
    lines: tuple[Line, ...]


def work(*, actor: Actor, at: datetime.datetime) -> Work | None:
    """The work of whoever visits residents; None for everybody else."""
    if not is_permitted(actor, reach.READ) or actor.purpose is Purpose.RESIDENT:
        return None
    counts = queries.counts(actor=actor, at=at)
    found = queries.worklist(filter=Filter(), limit=NEXT, actor=actor, at=at)
    numbers = (
        (Show.OVERDUE, counts.overdue),
        (Show.DUE, counts.due),
        (Show.DUE_SOON, counts.due_soon),
        (Show.SUSPECTED, counts.suspected),
        (Show.TRANSFERS, counts.transfers),
    )
    return Work(
        tuple(
            Number(
                wording.show(show),
                shown_count(count),
                address(Choice(show=show)),
                show is Show.OVERDUE and count > 0,
            )
            for show, count in numbers
        ),
        rows.lines(found.rows, on=legal_day(at), teams={}),
    )
