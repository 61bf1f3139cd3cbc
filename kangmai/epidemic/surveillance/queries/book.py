"""The rules as pages show them, with the words for what they name."""

from datetime import date

from kangmai.epidemic.surveillance import rule_book
from kangmai.epidemic.surveillance.reach import READ
from kangmai.epidemic.surveillance.types import CaseRule, Grade, Source
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.words import Words


def case_rules(*, on: date, actor: Actor) -> tuple[CaseRule, ...]:
    """Every rule on cases in force. Raises NotPermitted."""
    require(actor, READ)
    return rule_book.case_rules(on)


def sources(*, on: date) -> tuple[Source, ...]:
    """The sources in force."""
    return tuple(rule_book.sources(on).values())


def grades(*, on: date) -> tuple[Grade, ...]:
    """The grades of events, the gravest first."""
    return rule_book.grades(on)


def title(code: str, *, on: date) -> Words:
    """What a condition or group is called."""
    return rule_book.title(code, on)


def conditions(*, on: date) -> tuple[tuple[str, Words], ...]:
    """The syndromes and groups that somebody may report, with their words."""
    ids = rule_book.syndromes(on)
    return tuple((id, rule_book.title(id, on)) for id in ids)
