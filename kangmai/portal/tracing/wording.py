"""States of tracing in words, with their tone."""

import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.epidemic.tracing import rules
from kangmai.epidemic.tracing.queries import Pairs, Show
from kangmai.epidemic.tracing.types import (
    CaseState,
    Contact,
    ContactState,
    Direction,
    Exposure,
    Half,
    Kind,
    Outcome,
    Pair,
    RowState,
    Source,
    Where,
)
from kangmai.kernel.words import Words as Named
from kangmai.portal.shell import words
from kangmai.standards.calendars import legal_day

Words = tuple[str, str]
DAY = 24 * 60
"""Minutes."""


def language() -> str:
    """The language of the page."""
    return get_language() or "zh"


def named(known: Named | None, id: str) -> str:
    """A word of a list of rules, in the language of the page."""
    return known.in_language(language()) if known is not None else id


def relation(id: str, at: datetime.datetime) -> str:
    """How somebody stands to a case."""
    known = rules.rule(on=legal_day(at)).relations.get(id)
    return named(known.title if known else None, id)


def kind(kind: Kind) -> Words:
    """How near somebody was."""
    return {
        Kind.CLOSE: (_("close contact"), "danger"),
        Kind.SECONDARY: (_("contact of a contact"), "warning"),
        Kind.GENERAL: (_("general contact"), "info"),
        Kind.EXCLUDED: (_("no contact"), ""),
    }[kind]


def contact_state(state: ContactState) -> Words:
    """How far a contact is."""
    return {
        ContactState.FOUND: (_("to judge"), "warning"),
        ContactState.FOLLOWED: (_("followed"), "info"),
        ContactState.RELEASED: (_("released"), "good"),
        ContactState.POSITIVE: (_("became a case"), "danger"),
        ContactState.DROPPED: (_("not followed"), ""),
    }[state]


def progress(contact: Contact | Pair) -> Words:
    """What is next with somebody who is followed, else how far he is."""
    if contact.state is not ContactState.FOLLOWED:
        return contact_state(contact.state)
    if contact.settled_at is not None:
        return _("in quarantine") if contact.kind is Kind.CLOSE else _("settled"), "good"
    if contact.told_at is None:
        return _("to tell"), "danger"
    if contact.kind is Kind.CLOSE:
        return _("told, to settle"), "warning"
    return _("told"), "info"


def case_state(state: CaseState) -> Words:
    """How far an investigation is."""
    return {
        CaseState.OPEN: (_("under investigation"), "warning"),
        CaseState.CONCLUDED: (_("concluded"), "good"),
    }[state]


def where(where: Where) -> str:
    """Where somebody is followed."""
    return {
        Where.PLACE: _("quarantine place"),
        Where.HOME: _("at home"),
        Where.MONITORED: _("goes about, is watched"),
    }[where]


def source(source: Source) -> str:
    """How a contact was found."""
    return {
        Source.SCAN: _("scans"),
        Source.HOUSEHOLD: _("household"),
        Source.HAND: _("told by somebody"),
        Source.LIST: _("line list"),
    }[source]


def met_at(of: Exposure) -> str:
    """Where an exposure was: its place, else how it was found."""
    return of.place or source(of.source)


def outcome(outcome: Outcome) -> Words:
    """What a test said."""
    return {
        Outcome.PENDING: (_("result awaited"), "info"),
        Outcome.NEGATIVE: (_("negative"), "good"),
        Outcome.POSITIVE: (_("positive"), "danger"),
        Outcome.VOID: (_("void"), "warning"),
    }[outcome]


def half(half: Half) -> str:
    """Which check of a day."""
    return {Half.MORNING: _("morning"), Half.EVENING: _("evening")}[half]


def row_state(state: RowState) -> Words:
    """How a row of a line list stands."""
    return {
        RowState.WAITING: (_("waits"), "warning"),
        RowState.ACCEPTED: (_("accepted"), "good"),
        RowState.REFUSED: (_("refused"), "danger"),
    }[state]


def direction(direction: Direction) -> str:
    """Which way a line list went."""
    return {Direction.OUT: _("sent"), Direction.IN: _("received")}[direction]


def show(show: Show) -> str:
    """A list of the desk."""
    return {
        Show.TO_TELL: _("to tell"),
        Show.TO_SETTLE: _("to bring into quarantine"),
        Show.TO_CHECK: _("not checked today"),
        Show.UNWELL: _("with symptoms"),
        Show.TO_RELEASE: _("days have passed"),
        Show.FOLLOWED: _("all who are followed"),
        Show.ALL: _("released and others, too"),
    }[show]


def pairs(show: Pairs) -> str:
    """Which contacts of a case are shown."""
    return {
        Pairs.WAITING: _("to judge"),
        Pairs.FOLLOWED: _("contacts"),
        Pairs.ALL: _("all"),
    }[show]


def missing(what: str) -> str:
    """What stands between a contact and his release."""
    name, _blank, day = what.partition(" ")
    if name == "test":
        return _("a negative test of %(day)s") % {"day": day}
    return {
        "day": _("the last day of following has not passed"),
        "positive": _("a test is positive: take the contact as a case"),
        "pending": _("the result of a test is awaited"),
        "double": _("two negative tubes of the last test day"),
        "place": _("where the contact was is not written down"),
    }[name]


def minutes(count: int) -> str:
    """1 h 5 min."""
    hours, rest = divmod(count, 60)
    if count == DAY:
        return _("the whole day")
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": words.count(hours), "minutes": rest}
    return _("%(minutes)s min") % {"minutes": rest}
