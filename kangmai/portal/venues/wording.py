"""People, colours and answers in the words of the page's language."""

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.venues import queries
from kangmai.epidemic.venues.types import (
    Answer,
    Channel,
    Colour,
    DecisionState,
    LookupKind,
    Origin,
    Refusal,
)

TONES = {Colour.GREEN: "good", Colour.YELLOW: "warning", Colour.RED: "danger"}


def language() -> str:
    """The language of this page."""
    return get_language() or "zh"


def colour_words(colour: Colour) -> str:
    """A colour's name."""
    return {Colour.GREEN: _("green"), Colour.YELLOW: _("yellow"), Colour.RED: _("red")}[colour]


def answer_words(answer: Answer) -> str:
    """What is said at the door, in a word."""
    return {Answer.PASS: _("pass"), Answer.WARN: _("warn"), Answer.STOP: _("stop")}[answer]


def origin_words(origin: Origin) -> str:
    """Who registered somebody."""
    return {
        Origin.SELF: _("by oneself"),
        Origin.FAMILY: _("by the family"),
        Origin.GRID: _("by the grid worker"),
        Origin.HOTEL: _("at a hotel"),
        Origin.PORT: _("at a port"),
    }[origin]


def channel_words(channel: Channel) -> str:
    """How somebody was scanned."""
    return {
        Channel.PHONE: _("by phone"),
        Channel.CARD: _("by card"),
        Channel.DOCUMENT_READER: _("by document reader"),
        Channel.PROXY: _("by a companion"),
        Channel.MANUAL: _("by hand"),
        Channel.OFFLINE: _("uploaded later"),
    }[channel]


def state_words(state: DecisionState) -> str:
    """How a colour decision stands."""
    return {
        DecisionState.PROPOSED: _("proposed"),
        DecisionState.IN_FORCE: _("in force"),
        DecisionState.REFUSED: _("refused"),
        DecisionState.LIFTED: _("lifted"),
    }[state]


def kind_words(kind: LookupKind) -> str:
    """What is asked."""
    return {
        LookupKind.PLACES: _("where they were"),
        LookupKind.CONTACTS: _("who was there, too"),
        LookupKind.GENERATIONS: _("contacts over two generations"),
    }[kind]


def reason_words(reason: str) -> str:
    """A health reason by the first list that names it."""
    for rule in queries.editions():
        if reason in rule.reasons:
            return rule.reasons[reason].words.in_language(language())
    return reason


def door_words(reason: str, at: datetime) -> str:
    """An answer at the door, in a sentence."""
    return queries.current_rule(at=at).answers[reason].words.in_language(language())


def refusal_words(reason: str, at: datetime) -> str:
    """Why a scan was not taken, in a sentence."""
    return queries.current_rule(at=at).refusals[Refusal(reason)].in_language(language())


def order_line(purpose: Purpose, at: datetime) -> str:
    """Under which order a page works, as everything shown to the public says."""
    found: tuple[Order, ...] = orders.require_awake(purpose, at=at)
    drill = _("Drill") + " · "
    return "；".join(
        f"{drill if each.is_drill else ''}{each.number} {each.title}" for each in found
    )
