"""Titles of programmes, services and classes in the language of the page; the id where none is known."""

import datetime

from kangmai.portal.programmes.wording import language
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.errors import ProgrammeUnknown
from kangmai.programmes.engine.queries import OutcomeClass, Programme, RuleSet
from kangmai.programmes.engine.types import Priority, Referral, Visit


def find(programme: str, *, on: datetime.date) -> Programme | None:
    """A programme as it is on a day, or None."""
    try:
        return queries.programme(programme, on=on)
    except ProgrammeUnknown:
        return None


def programmes(*, on: datetime.date) -> list[tuple[str, str]]:
    """Id and title of every programme in force."""
    return [(each.id, each.title[language()]) for each in queries.programmes(on=on)]


def programme_title(programme: str, *, on: datetime.date) -> str:
    """A programme's title."""
    found = find(programme, on=on)
    return found.title[language()] if found else programme


def service_title(programme: str, service: str, *, on: datetime.date) -> str:
    """A service's title."""
    found = find(programme, on=on)
    known = found.services.get(service) if found else None
    return known.title[language()] if known else service


def class_title(programme: str, outcome: str, *, on: datetime.date) -> str:
    """A class's title; empty where there is no class yet."""
    found = _class(programme, outcome, on=on)
    return found.title[language()] if found else outcome


def class_priority(programme: str, outcome: str, *, on: datetime.date) -> Priority:
    """How urgent a class is; the usual order where it is not known."""
    found = _class(programme, outcome, on=on)
    return found.priority if found else Priority.ROUTINE


def _class(programme: str, outcome: str, *, on: datetime.date) -> OutcomeClass | None:
    rules = rules_in_force(programme, on=on)
    return rules.classes.get(outcome) if rules else None


def rules_in_force(programme: str, *, on: datetime.date) -> RuleSet | None:
    """The rules by which a visit of a day is judged."""
    found = find(programme, on=on)
    if found is None:
        return None
    dated = (each for each in queries.rules_of(programme) if each.id == found.decision)
    begun = [each for each in dated if each.effective_from <= on]
    return max(begun, key=lambda each: each.effective_from, default=None)


def rules_named(programme: str, version: str) -> RuleSet | None:
    """The rules by which a visit was judged, such as hypertension@2017-02-28."""
    return next((each for each in queries.rules_of(programme) if each.version == version), None)


def closing_reasons(programme: str, *, on: datetime.date) -> list[tuple[str, str]]:
    """Why an enrolment may end: id and words."""
    found = find(programme, on=on)
    reasons = found.closing_reasons.values() if found else ()
    return [(each.id, each.title[language()]) for each in reasons]


def closing_reason(programme: str, reason: str, *, on: datetime.date) -> str:
    """A closing reason in words."""
    return dict(closing_reasons(programme, on=on)).get(reason, reason)


def referral(visit: Visit) -> Referral | None:
    """The advice to refer that went with a visit's class, by the rules that judged it."""
    rules = rules_named(visit.programme, visit.rule_version)
    if rules is None or not visit.reasons:
        return None
    decided = visit.reasons[0].rule
    return next((rule.refer for rule in rules.rules if rule.id == decided), None)
