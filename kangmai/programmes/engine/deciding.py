"""Judge a visit: the first rule that holds decides, the others that hold are told too.

Source: the rule sets of definitions/programmes/decision, each with its document and clause.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from kangmai.analytics.facts.types import Value
from kangmai.forms.types import Answers, Choice
from kangmai.programmes.engine.definition.reading import answers_of, rule_set
from kangmai.programmes.engine.definition.types import (
    AnswerFact,
    Programme,
    Rule,
    RuleSet,
    Service,
)
from kangmai.programmes.engine.definition.words import growth_words, visit_words
from kangmai.programmes.engine.types import Decision, Priority, Reason


def decide(rules: RuleSet, facts: Mapping[str, Value], *, overdue_after_days: int) -> Decision:
    """The class of a visit, why, and when to come again.

    Args:
        facts: every fact of the programme's vocabulary, None where missing; `visited_on` is known.
        overdue_after_days: of the programme, for rules that say nothing else.
    """
    held = [rule for rule in rules.rules if rule.when is None or rule.when.holds(facts)]
    first, *others = held
    visited_on = facts["visited_on"]
    assert isinstance(visited_on, date)
    grace = first.overdue_after_days
    return Decision(
        rule=first.id,
        outcome=first.outcome,
        reasons=(_reason(first, facts), *_also(rules, others, first, facts)),
        target_met=rules.target.truth(facts) if rules.target else None,
        next_on=None if first.next_days is None else visited_on + timedelta(first.next_days),
        next_days=first.next_days,
        overdue_after_days=overdue_after_days if grace is None else grace,
        refer=first.refer,
        deadline=first.deadline,
        message=first.message,
        priority=rules.classes[first.outcome].priority,
        rule_version=rules.version,
        is_verified=rules.is_verified,
        is_alarm=first.alarms,
        facts=facts,
    )


def _also(
    rules: RuleSet, others: list[Rule], first: Rule, facts: Mapping[str, Value]
) -> list[Reason]:
    """What else holds and is no routine; of several rules of one class the most severe is enough.

    The rule without a condition says what holds otherwise: beside another it says nothing.
    """
    seen, found = {first.outcome}, []
    for rule in others:
        is_routine = rules.classes[rule.outcome].priority is Priority.ROUTINE
        if rule.when and rule.outcome not in seen and not is_routine:
            seen.add(rule.outcome)
            found.append(_reason(rule, facts))
    return found


def _reason(rule: Rule, facts: Mapping[str, Value]) -> Reason:
    shown = {name: "—" if value is None else _plain(value) for name, value in facts.items()}
    return Reason(rule.id, rule.reason["zh"].format_map(shown), rule.reason["en"].format_map(shown))


def _plain(value: Value) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def rules_on(programme: Programme, day: date) -> RuleSet:
    """The rules by which a visit of a day is judged."""
    return rule_set(programme.decision, on=day)


def empty_facts(programme_id: str) -> dict[str, Value]:
    """Every fact a visit of a programme can have, all missing."""
    return dict.fromkeys((*visit_words(answers_of(programme_id)).facts, "today"))


def anchor_facts(programme_id: str, anchors: Mapping[str, date]) -> dict[str, Value]:
    """The days of the anchors a programme has, as far as they are known."""
    names = (fact.name for fact in answers_of(programme_id))
    return {name: anchors[name] for name in names if name in anchors}


def answer_facts(service: Service, answers: Answers) -> dict[str, Value]:
    """The facts that a form's answers give."""
    return {name: _answered(each, answers) for name, each in service.answers.items()}


def _answered(fact: AnswerFact, answers: Answers) -> Value:
    value = answers.values.get(fact.item)
    if value is None:
        return None
    chosen = value if isinstance(value, tuple) else (value,)
    codes = {each.code for each in chosen if isinstance(each, Choice)}
    if fact.any_of:
        return bool(codes & fact.any_of)
    if isinstance(value, Choice):
        return value.code
    return None if isinstance(value, tuple) else value


def kept(service: Service, facts: Mapping[str, Value]) -> dict[str, Value]:
    """Those of a visit's facts that stay in its row, for counting and comparing."""
    names = [name for name, each in service.answers.items() if each.is_kept]
    if service.growth:
        names += [fact.name for fact in growth_words()]
    return {name: facts[name] for name in names if facts[name] is not None}
