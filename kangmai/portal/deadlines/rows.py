"""Rows of lists of deadlines: with residents and institutions named by one query each."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kangmai.deadlines import queries
from kangmai.deadlines.types import Deadline, State
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.messages.presenters import language
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.shell import words
from kangmai.registry import queries as registry

ABOUT = {
    "signal": "signal",
    "outbreak": "event",
    "measure": "event-measure-page",
    "case_card": "case",
    "watchdog_finding": "watchdog-finding",
    "point_finding": "point-of-finding",
    "commitment": "commitment",
}
"""The page of what a deadline is about, by the kind of its subject."""

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A deadline in a list."""

    id: UUID
    title: str
    address: str
    resident: str
    resident_address: str
    institution: str
    due: str
    left: str
    state: str
    tone: str
    provisional: bool
    level: int


@dataclass(frozen=True, slots=True)
class Own:
    """Somebody's own deadlines on the start page."""

    rows: list[Row]
    overdue: int


def own_rows(limit: int, *, actor: Actor, at: datetime.datetime) -> Own:
    """The most urgent deadlines that the actor owes; nothing for those who owe none."""
    if not queries.sees_own(actor):
        return Own([], 0)
    found = queries.mine(limit=limit, actor=actor).rows
    overdue = queries.counts(actor=actor, at=at).overdue if found else 0
    return Own(rows(found, actor=actor, at=at), overdue)


def rows(found: Sequence[Deadline], *, actor: Actor, at: datetime.datetime) -> list[Row]:
    """Deadlines as lines of a list."""
    ids = {each.resident for each in found if each.resident is not None}
    may_know = bool(ids) and is_permitted(actor, "identity.search")
    people = identity.residents_by_id(ids, actor=actor, at=at) if may_know else {}
    where = registry.names_by_id(ids={each.owner_org for each in found}, language=language())
    titles = {rule.id: rule.title[language()] for rule in queries.rules_in_use()}
    return [
        _row(
            each,
            titles.get(each.definition, each.definition),
            people.get(each.resident) if each.resident is not None else None,
            where.get(each.owner_org, "—"),
            at,
        )
        for each in found
    ]


def _row(
    deadline: Deadline,
    title: str,
    person: Resident | None,
    institution: str,
    at: datetime.datetime,
) -> Row:
    state, tone = state_words(deadline, at)
    return Row(
        deadline.id,
        title,
        reverse("deadline", args=[deadline.id]),
        person.demographics.name if person else "",
        address_of(person.index_number) if person else "",
        institution,
        words.instant(deadline.due_at),
        time_left(deadline.due_at - at) if deadline.state in (State.OPEN, State.MISSED) else "",
        state,
        tone,
        deadline.provisional,
        deadline.level,
    )


def about(deadline: Deadline) -> str:
    """The address of what a deadline is about; empty where it has no page of its own."""
    name = ABOUT.get(deadline.subject.kind)
    return reverse(name, args=[UUID(deadline.subject.id)]) if name else ""


def state_words(deadline: Deadline, at: datetime.datetime) -> tuple[str, str]:
    """How a deadline stands, and the tone of it."""
    match deadline.state:
        case State.MET if deadline.is_on_time:
            return _("met on time"), "good"
        case State.MET:
            return _("met late"), "warning"
        case State.CANCELLED:
            return _("cancelled"), ""
        case _other if deadline.due_at < at:
            return _("overdue"), "danger"
        case _other if deadline.due_at - at < queries.SOON:
            return _("due soon"), "warning"
        case _other:
            return _("running"), "info"


def time_left(left: datetime.timedelta) -> str:
    """How long there is, or how long it is overdue: minutes, hours below two days, then days."""
    span = _span(abs(left))
    text = _("%(span)s left") if left >= datetime.timedelta(0) else _("overdue by %(span)s")
    return text % {"span": span}


def _span(span: datetime.timedelta) -> str:
    if span < HOUR:
        minutes = span // datetime.timedelta(minutes=1)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if span < 2 * DAY:
        hours = span // HOUR
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = span // DAY
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
