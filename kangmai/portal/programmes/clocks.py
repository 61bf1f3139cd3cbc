"""The deadlines of an enrolment, and by when a new one would run out."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from kangmai.deadlines import queries, rules
from kangmai.deadlines.types import Deadline, State
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.programmes.wording import days_left, days_overdue, language
from kangmai.portal.shell import words
from kangmai.programmes.engine import queries as programmes
from kangmai.standards.calendars import legal_day

READ = "deadlines.read"
VISITS = 50
"""How many of the latest visits are looked at for deadlines."""
UNSETTLED = (State.OPEN, State.MISSED)


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline as a page shows it."""

    title: str
    due_on: str
    left: str
    state: str
    tone: str
    reason: str
    waits_for_us: bool
    """Whether it runs until somebody here acts, and not until another system answers."""


def of_visits(ids: Sequence[object], *, actor: Actor, at: datetime.datetime) -> tuple[Clock, ...]:
    """The deadlines that visits have set going, those that run first; none for those who see none."""
    if not ids or not is_permitted(actor, READ):
        return ()
    found = queries.of_subjects("visit", [str(each) for each in ids], actor=actor)
    return clocks((each for some in found.values() for each in some), on=legal_day(at))


def of_enrolment(enrolment_id: UUID, *, actor: Actor, at: datetime.datetime) -> tuple[Clock, ...]:
    """The deadlines of an enrolment."""
    if not is_permitted(actor, READ):
        return ()
    visits = programmes.visits_of(enrolment_id, limit=VISITS, actor=actor, at=at)
    found = queries.of_subjects("visit", [str(each.id) for each in visits], actor=actor)
    own = queries.of_subjects("enrolment", [str(enrolment_id)], actor=actor)
    every = (each for some in (*own.values(), *found.values()) for each in some)
    return clocks(every, on=legal_day(at))


def clocks(found: Iterable[Deadline], *, on: datetime.date) -> tuple[Clock, ...]:
    """Deadlines in words, those that run first, then the latest begun."""
    ordered = sorted(found, key=lambda each: each.started_at, reverse=True)
    return tuple(
        clock(each, on=on) for each in sorted(ordered, key=lambda each: each.state not in UNSETTLED)
    )


def clock(deadline: Deadline, *, on: datetime.date) -> Clock:
    """One deadline in words."""
    due_on = legal_day(deadline.due_at)
    word, tone = _state(deadline)
    runs = deadline.state in UNSETTLED
    return Clock(
        title=title(deadline.definition),
        due_on=words.day(due_on),
        left=_left(due_on, on) if runs else "",
        state=word,
        tone=tone,
        reason=deadline.reason,
        waits_for_us=runs and stops_by_act(deadline.definition),
    )


def _state(deadline: Deadline) -> tuple[str, str]:
    match deadline.state:
        case State.OPEN:
            return _("running"), "warning"
        case State.MISSED:
            return _("missed"), "danger"
        case State.CANCELLED:
            return _("cancelled"), ""
        case State.MET:
            return (_("met"), "good") if deadline.is_on_time else (_("met late"), "warning")


def _left(due_on: datetime.date, on: datetime.date) -> str:
    return days_overdue((on - due_on).days) if on > due_on else days_left((due_on - on).days)


def stops_by_act(definition: str) -> bool:
    """Whether a deadline stops by what its owner does."""
    found = next((each for each in queries.rules_in_use() if each.id == definition), None)
    return found is not None and found.stops_by == "act"


def title(definition: str) -> str:
    """What a deadline is called."""
    found = next((each for each in queries.rules_in_use() if each.id == definition), None)
    return found.title[language()] if found else definition


def due_on(definition: str, *, at: datetime.datetime) -> str:
    """The last day of a deadline that would begin now; empty where none would."""
    return words.day(legal_day(rules.due(definition, at).at)) if definition else ""
