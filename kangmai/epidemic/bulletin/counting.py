"""Where each figure is counted: by the doors of the rooms that own the rows, for one span and some areas.

The rooms are asked as the house itself, for counts only: who may see the figures is decided before, and rows are
opened through their own rooms with the reader's own rights.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.bulletin.sources import NAMES
from kangmai.epidemic.bulletin.types import Value, Why
from kangmai.epidemic.capacity import queries as capacity
from kangmai.epidemic.nucleic_acid import queries as testing
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.quarantine import queries as quarantine
from kangmai.epidemic.supplies import queries as supplies
from kangmai.epidemic.tasks import queries as tasks
from kangmai.epidemic.teams import queries as teams
from kangmai.epidemic.tracing import queries as tracing
from kangmai.kernel.actor import operator, subtree
from kangmai.standards.calendars import legal_day

COUNTER = operator(
    "bulletin.counter",
    permissions=(
        "testing.read", "tracing.count", "supplies.read", "teams.read", "capacity.read", "quarantine.count",
        "tasks.count", "registry.read",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be counted: under which orders, where, from when up to when; `at` is now."""

    orders: tuple[UUID, ...]
    areas: tuple[str, ...]
    since: datetime
    until: datetime
    at: datetime

    @property
    def is_now(self) -> bool:
        """Whether the span ends now: only then can be counted what is known only as it stands."""
        return self.until == self.at


Counts = Mapping[str, int | None]


def _testing(span: Span) -> Counts:
    found = testing.day_counts(
        orders=span.orders, places=[subtree(each) for each in span.areas], since=span.since,
        until=span.until, actor=COUNTER, at=span.at,
    )  # fmt: skip
    return {name: getattr(found, name) for name in NAMES["testing"]}


def _tracing(span: Span) -> Counts:
    found = tracing.standing(
        orders=span.orders, places=[subtree(each) for each in span.areas], since=span.since,
        until=span.until, actor=COUNTER, at=span.at,
    )  # fmt: skip
    return {name: getattr(found, name) for name in NAMES["tracing"]}


def _supplies(span: Span) -> Counts:
    boards = [supplies.board(area=e, on=legal_day(span.at), actor=COUNTER).whole for e in span.areas]  # fmt: skip
    days = [each.smallest.days for each in boards if each.smallest and each.smallest.days is not None]  # fmt: skip
    institutions = sum(each.institutions for each in boards)
    return {
        "days": min(days) if days else None,
        "short": sum(each.short_institutions for each in boards) if institutions else None,
        "institutions": institutions,
    }


def _rooms(span: Span) -> Counts:
    counted = [capacity.figures(area=each, actor=COUNTER, at=span.at) for each in span.areas]
    has_sites = any(each.sites for each in counted)
    found: dict[str, int | None] = {
        "free": sum(each.rooms.free for each in counted) if has_sites else None,
        "usable": sum(each.rooms.usable for each in counted),
    }
    return found


def _quarantine(span: Span) -> Counts:
    return {
        "staying": _sum(
            quarantine.figures(area=each, actor=COUNTER, at=span.at).staying for each in span.areas
        )
    }


def _tasks(span: Span) -> Counts:
    counted = [tasks.figures(area=each, actor=COUNTER, at=span.at) for each in span.areas]
    return {"late": _sum(each.late for each in counted), "open": _sum(each.open for each in counted)}  # fmt: skip


def _sum(numbers: Iterable[int]) -> int:
    return sum(numbers)


def _teams(span: Span) -> Counts:
    places = [subtree(each) for each in span.areas]
    found = teams.out_at(places=places, instant=span.until, actor=COUNTER)
    return {
        "out": found.teams,
        "in_use": found.teams_in_use,
        "received_people": found.received_people,
    }


@dataclass(frozen=True, slots=True)
class Counter:
    """A room's counts; `is_live` ones are known only as they stand now."""

    count: Callable[[Span], Counts]
    part: str
    is_live: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What it counts."""
        return NAMES[self.part]


COUNTERS: Mapping[str, tuple[Counter, ...]] = {
    "testing": (Counter(_testing, "testing"),),
    "tracing": (Counter(_tracing, "tracing"),),
    "supplies": (Counter(_supplies, "supplies", True),),
    "rooms": (Counter(_rooms, "rooms", True), Counter(_quarantine, "rooms/guests", True)),
    "tasks": (Counter(_tasks, "tasks", True),),
    "teams": (Counter(_teams, "teams"),),
}


def count(wanted: Sequence[tuple[str, str]], span: Span) -> list[Value]:
    """Count pairs of numerator and denominator (or nothing) for a span; each room is asked once."""
    counts: dict[str, int | Why | None] = {}
    for room in {name.partition(".")[0] for pair in wanted for name in pair if name}:
        for each in COUNTERS[room]:
            counts |= {f"{room}.{name}": value for name, value in _ask(each, span).items()}
    return [_value(counts[source], counts.get(of)) for source, of in wanted]


def _ask(counter: Counter, span: Span) -> Mapping[str, int | Why | None]:
    if counter.is_live and not span.is_now:
        return dict.fromkeys(counter.names, Why.NOT_AVAILABLE)
    try:
        return counter.count(span)
    except NoOrderInForce:
        return dict.fromkeys(counter.names, Why.NOT_ORDERED)


def _value(value: int | Why | None, of: int | Why | None) -> Value:
    if isinstance(value, Why):
        return Value(None, None, value)
    if value is None:
        return Value(None, None, Why.NOT_AVAILABLE)
    return Value(value, of if isinstance(of, int) and not isinstance(of, Why) else None)
