"""A visit told by its facts alone, without a resident or a database: checked, and judged by the rules of its day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kangmai.analytics.facts.types import Fact, FactType, Value
from kangmai.programmes.engine.deciding import decide, empty_facts, rules_on
from kangmai.programmes.engine.definition.reading import answers_of, programme, rule_sets
from kangmai.programmes.engine.definition.types import RuleSet
from kangmai.programmes.engine.definition.words import visit_words
from kangmai.programmes.engine.errors import FactUnknown, FactUnreadable, RulesNotOfProgramme
from kangmai.programmes.engine.types import Decision

KINDS = {
    FactType.NUMBER: "a number",
    FactType.DATE: "a day such as 2026-03-01",
    FactType.CODE: "a code",
    FactType.BOOLEAN: "true or false",
}


def decide_facts(
    programme_id: str, *, visited_on: date, given: Mapping[str, Any], rules: str = ""
) -> Decision:
    """What rules say of a visit.

    Args:
        given: facts by their names, as JSON has them; those left out or null are missing.
        rules: a rule set as `id` or `id@day`; left out: the one in force on the day of the visit.

    Raises:
        ProgrammeUnknown, FactUnknown, FactUnreadable, RulesNotOfProgramme
    """
    definition = programme(programme_id, on=visited_on)
    asked = named_rules(programme_id, rules) if rules else rules_on(definition, visited_on)
    facts = {
        **empty_facts(programme_id),
        **read_facts(programme_id, given),
        "visited_on": visited_on,
        "today": visited_on,
    }
    return decide(asked, facts, overdue_after_days=definition.late.overdue_after_days)


def outcome_title(programme_id: str, decision: Decision) -> Mapping[str, str]:
    """The title of the class that a decision gave."""
    return named_rules(programme_id, decision.rule_version).classes[decision.outcome].title


def named_rules(programme_id: str, wanted: str) -> RuleSet:
    """A rule set of a programme by `id@day`, or the latest by `id`.

    Raises:
        RulesNotOfProgramme
    """
    known = rule_sets(programme_id)
    found = [each for each in known if wanted in (each.version, each.id)]
    if not found:
        names = ", ".join(each.version for each in known)
        raise RulesNotOfProgramme(rules=wanted, programme=programme_id, known=names)
    return found[-1]


def read_facts(programme_id: str, given: Mapping[str, Any]) -> dict[str, Value]:
    """Facts out of JSON, each of its kind.

    Raises:
        FactUnknown: the programme has no fact of this name.
        FactUnreadable: the value is of another kind, or a code the fact cannot have.
    """
    known = visit_words(answers_of(programme_id)).facts
    read: dict[str, Value] = {}
    for name, value in given.items():
        if name not in known:
            raise FactUnknown(name=name, programme=programme_id, known=", ".join(sorted(known)))
        read[name] = None if value is None else _value(known[name], value)
    return read


def _value(fact: Fact, value: Any) -> Value:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match fact.type:
        case FactType.NUMBER if is_number:
            return Decimal(str(value))
        case FactType.BOOLEAN if isinstance(value, bool):
            return value
        case FactType.CODE if isinstance(value, str) and (not fact.codes or value in fact.codes):
            return value
        case FactType.DATE if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
    codes = f" ({', '.join(sorted(fact.codes))})" if fact.codes else ""
    raise FactUnreadable(name=fact.name, kind=KINDS[fact.type] + codes)
