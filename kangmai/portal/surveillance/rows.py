"""Signals and events as lines of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Deadline
from kangmai.deadlines.types import State as ClockState
from kangmai.epidemic.surveillance import queries
from kangmai.epidemic.surveillance.types import Outbreak, Signal, State
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.shell import area, words
from kangmai.portal.surveillance import wording
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A signal in a list."""

    id: UUID
    reference: str
    address: str
    title: str
    place: str
    state: str
    tone: str
    level: str
    level_tone: str
    numbers: str
    days: str
    sources: str
    clock: str
    clock_tone: str
    reason: str
    is_shaken: bool
    raised: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in a list."""

    id: UUID
    address: str
    reference: str
    title: str
    condition: str
    place: str
    state: str
    tone: str
    grade: str
    opened: str
    clock: str
    clock_tone: str
    due: queries.Due


def signals(found: Sequence[Signal], *, actor: Actor, at: datetime) -> list[Row]:
    """Signals as lines, with places and clocks by one query each."""
    places = place_names({each.place_id for each in found if each.place_id}, actor)
    clocks = clocks_of("signal", [each.id for each in found], actor)
    return [_row(each, places, clocks.get(str(each.id), ()), at) for each in found]


def events(found: Sequence[Outbreak], *, actor: Actor, at: datetime) -> list[EventRow]:
    """Events as lines."""
    places = place_names({each.place_id for each in found if each.place_id}, actor)
    ids = [each.id for each in found]
    clocks = clocks_of("outbreak", ids, actor)
    due = queries.due(ids, on=legal_day(at), actor=actor)
    rows = []
    for each in found:
        clock, tone = clock_words(clocks.get(str(each.id), ()), at)
        rows.append(
            EventRow(
                each.id,
                reverse("event", args=[each.id]),
                each.reference,
                each.title,
                wording.title(each.group, legal_day(at)),
                where(each.area_code, each.place_id, places),
                wording.state(each.state),
                wording.TONES[each.state],
                each.grade,
                words.instant(each.opened_at),
                clock,
                tone,
                due.get(each.id, queries.Due()),
            )
        )
    return rows


def where(area_code: str, place_id: int | None, places: dict[int, str]) -> str:
    """A place: the institution, then the area."""
    named = places.get(place_id or 0, "")
    return " · ".join(filter(None, (named, area.path(area_code))))


def place_names(ids: set[int], actor: Actor) -> dict[int, str]:
    """The names of schools and other places."""
    if not ids or not is_permitted(actor, "registry.read"):
        return {}
    return {id: each.name for id, each in registry.places_by_id(ids=ids, actor=actor).items()}


def clocks_of(kind: str, ids: Sequence[UUID], actor: Actor) -> dict[str, tuple[Deadline, ...]]:
    """The deadlines of things, for those who may see deadlines."""
    if not ids or not is_permitted(actor, "deadlines.read"):
        return {}
    return deadlines.of_subjects(kind, [str(id) for id in ids], actor=actor)


def clock_words(found: Sequence[Deadline], at: datetime) -> tuple[str, str]:
    """How much time is left, or by how much it is late, of the most urgent one that runs."""
    running = [d for d in found if d.state in (ClockState.OPEN, ClockState.MISSED)]
    if not running:
        return "", ""
    due = min(each.due_at for each in running)
    left = due - at
    if left < timedelta(0):
        return _("late by %(span)s") % {"span": _span(-left)}, "danger"
    return _("%(span)s left") % {"span": _span(left)}, "warning" if left < 2 * HOUR else "info"


def _span(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if hours >= 48:
        return _("%(n)s days") % {"n": hours // 24}
    return _("%(h)s h %(m)s min") % {"h": hours, "m": f"{minutes:02d}"}


def _row(each: Signal, places: dict[int, str], clocks: Sequence[Deadline], at: datetime) -> Row:
    on = legal_day(at)
    clock, tone = clock_words(clocks, at)
    expected = f" / {wording.expected(each.expected)}" if each.expected is not None else ""
    days = dict.fromkeys((words.day(each.first_day), words.day(each.latest_day)))
    return Row(
        each.id,
        each.reference,
        reverse("signal", args=[each.id]),
        wording.title(each.condition or each.group, on),
        where(each.area_code, each.place_id, places),
        wording.state(each.state),
        wording.TONES[each.state],
        wording.level(each.level),
        wording.LEVEL_TONES[each.level],
        f"{each.observed:g}{expected}",
        " – ".join(days),
        wording.joined(wording.source(s, on) for s in each.sources),
        clock if each.state is not State.MERGED else "",
        tone,
        wording.reason(each.reason) if each.reason else "",
        each.is_shaken,
        words.instant(each.raised_at),
    )
