"""Titles of programmes, services and classes in the language of the page; the id where none is known."""

import datetime
from collections.abc import Mapping
from typing import Any

from kangmai.kernel.actor import Actor, Label
from kangmai.portal.programmes.wording import language
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.errors import ProgrammeUnknown
from kangmai.programmes.engine.queries import OutcomeClass, Programme, RuleSet
from kangmai.programmes.engine.types import Planned, PlanReason, Priority, Referral, Visit


def find(programme: str, *, on: datetime.date) -> Programme | None:
    """A programme as it is on a day, or None."""
    try:
        return queries.programme(programme, on=on)
    except ProgrammeUnknown:
        return None


def programmes(*, on: datetime.date, actor: Actor) -> list[tuple[str, str]]:
    """Id and title of every programme in force that the actor may look into."""
    offered = queries.offered_programmes(on=on, actor=actor)
    return [(each.id, each.title[language()]) for each in offered]


def programme_title(programme: str, *, on: datetime.date) -> str:
    """A programme's title."""
    found = find(programme, on=on)
    return found.title[language()] if found else programme


def service_title(programme: str, service: str, *, on: datetime.date) -> str:
    """A service's title."""
    found = find(programme, on=on)
    known = found.services.get(service) if found else None
    return known.title[language()] if known else service


def planned_title(programme: str, planned: Planned, *, on: datetime.date) -> str:
    """What is planned: the occasion where the service has a row of them, else the service."""
    found = find(programme, on=on)
    known = found.services.get(planned.service) if found else None
    for each in known.schedule.occasions if known else ():
        if each.id == planned.occasion:
            return each.title[language()]
    return service_title(programme, planned.service, on=on)


def occasion_title(visit: Visit, *, on: datetime.date) -> str:
    """Which of a row of occasions a visit was, else its service."""
    day = visit.visited_on
    fulfilled = Planned(visit.service, visit.occasion, day, day, day, PlanReason.OCCASION)
    return planned_title(visit.programme, fulfilled, on=on)


def headline(
    programme: str, measures: Mapping[str, Any], *, on: datetime.date, service: str = ""
) -> str:
    """The values a list shows of a visit, or of a reading where no service is named; empty without any."""
    found = find(programme, on=on)
    services = found.services.values() if found else ()
    parts = (words for each in services if service in ("", each.id) for words in each.headline)
    known = {name: _plain(value) for name, value in measures.items() if value is not None}
    return " · ".join(filter(None, (_filled(words[language()], known) for words in parts)))


def _filled(text: str, known: Mapping[str, str]) -> str:
    try:
        return text.format_map(known)
    except KeyError:
        return ""


def _plain(value: object) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_sensitive(programme: str, *, on: datetime.date) -> bool:
    """Whether names of those in a programme are masked in lists."""
    found = find(programme, on=on)
    return found is not None and found.label is not Label.NORMAL


def judges_growth(programme: str, *, on: datetime.date) -> bool:
    """Whether a programme measures how somebody grows."""
    found = find(programme, on=on)
    return found is not None and any(each.growth for each in found.services.values())


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
