"""The decision rules of a programme as plain values, for a browser that has no connection to walk.

They are made from the checked definition that decides on the server, and the worked cases beside it can be
handed along (`portable_cases`), so that whoever walks the lists can be held to the same answers.
"""

from datetime import date
from typing import Any

from kangmai.analytics.facts.condition import Condition
from kangmai.analytics.facts.to_json import Portable, plain, to_json
from kangmai.kernel import definitions
from kangmai.programmes.engine.deciding import empty_facts, rules_on
from kangmai.programmes.engine.definition.reading import DECISION, programme
from kangmai.programmes.engine.definition.types import (
    AnswerFact,
    Programme,
    Rule,
    RuleSet,
    Service,
)
from kangmai.programmes.engine.definition.words import ROOM, visit_words
from kangmai.programmes.growth import rules as growth


def portable_rules(programme_id: str, *, on: date) -> dict[str, Any]:
    """What decides the visits of a programme on a day, with how its services' answers become facts.

    Raises:
        ProgrammeUnknown
    """
    definition = programme(programme_id, on=on)
    found = rules_on(definition, on)
    return {
        "programme": definition.id,
        "title": dict(definition.title),
        "version": found.version,
        "from": found.effective_from.isoformat(),
        "verified": found.is_verified,
        "facts": sorted(empty_facts(programme_id)),
        "server_facts": sorted(_worked_out(definition)),
        "classes": {
            each.id: {"title": dict(each.title), "priority": int(each.priority)}
            for each in found.classes.values()
        },
        "target": _lists(found.target),
        "rules": [_rule(each) for each in found.rules],
        "services": {id: _service(each) for id, each in definition.services.items()},
        "late_entry_after_days": definition.late.late_entry_after_days,
        "lost": {
            "attempts": definition.late.lost_attempts,
            "methods": definition.late.lost_methods,
        },
    }


def portable_growth(programme_id: str, *, on: date) -> dict[str, Any] | None:
    """The growth standard by which a programme judges children; None for one that judges no growth.

    Raises:
        ProgrammeUnknown
    """
    return growth.portable_standard(on=on) if judges_growth(programme_id, on=on) else None


def judges_growth(programme_id: str, *, on: date) -> bool:
    """Whether a service of a programme measures a child's growth. Raises ProgrammeUnknown."""
    return any(each.growth for each in programme(programme_id, on=on).services.values())


def portable_cases(rules: RuleSet) -> list[dict[str, Any]]:
    """The worked cases of a rule set as JSON has them: day, given facts, what is expected."""
    found = next(
        each
        for each in definitions.load(ROOM, DECISION)
        if each.id == rules.id and each.effective_from == rules.effective_from
    )
    return [
        {
            "name": case["name"]["en"],
            "day": case["day"].isoformat(),
            "given": {name: plain(value) for name, value in case["given"].items()},
            "expect": {
                name: list(value) if isinstance(value, tuple) else plain(value)
                for name, value in case["expect"].items()
            },
        }
        for case in definitions.cases(found)
    ]


def _worked_out(definition: Programme) -> set[str]:
    """The facts that are neither answered nor known of the resident: the server works them out of others."""
    answered = {name for each in definition.services.values() for name in each.answers}
    known = {*visit_words(()).facts, *definition.anchors, "today"}
    return set(empty_facts(definition.id)) - answered - known


def _lists(condition: Condition | None) -> Portable | None:
    return to_json(condition.node) if condition else None


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "when": _lists(rule.when),
        "class": rule.outcome,
        "reason": dict(rule.reason),
        "alarm": rule.alarms,
        "next_days": rule.next_days,
        "refer": {"urgency": rule.refer.urgency, "zh": rule.refer.zh, "en": rule.refer.en}
        if rule.refer
        else None,
        "deadline": rule.deadline,
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "title": dict(service.title),
        "form": service.form,
        "day_item": service.day_item,
        "method_item": service.method_item,
        "methods": {code: method.value for code, method in service.methods.items()},
        "counting": sorted(each.value for each in service.counting_methods),
        "decides": service.decides,
        "growth": dict(service.growth),
        "answers": {name: _answer(each) for name, each in service.answers.items()},
    }


def _answer(fact: AnswerFact) -> dict[str, Any]:
    return {"item": fact.item, "any_of": sorted(fact.any_of), "type": fact.fact.type.value}
