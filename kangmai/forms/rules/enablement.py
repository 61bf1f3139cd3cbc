"""Which items of a form are asked, given what was answered before them.

Source: FHIR R4, Questionnaire.item.enableWhen, https://hl7.org/fhir/R4/questionnaire.html#enableWhen
"""

import operator as comparisons
from collections.abc import Mapping
from typing import Any

from kangmai.forms.rules.spelling import read_date, read_number, read_yes_or_no
from kangmai.forms.types import (
    CHOICES,
    NUMBERS,
    Choice,
    Condition,
    Form,
    Item,
    ItemKind,
    Operator,
    Value,
)

Values = Mapping[str, Value | tuple[Choice, ...]]

_COMPARE = {
    Operator.GREATER: comparisons.gt,
    Operator.LESS: comparisons.lt,
    Operator.GREATER_OR_EQUAL: comparisons.ge,
    Operator.LESS_OR_EQUAL: comparisons.le,
}


def is_enabled(form: Form, item: Item, values: Values) -> bool:
    """Whether an item is asked; one inside a group that is not asked is not asked either.

    Args:
        values: the answers to what stands before it; those that are not asked must not be among them.
    """
    parent = form.parents.get(item.link_id)
    if parent is not None and not is_enabled(form, form.item(parent), values):
        return False
    if not item.enable_when:
        return True
    held = (_holds(form.item(each.question), each, values) for each in item.enable_when)
    return any(held) if item.is_any_enough else all(held)


def enabled(form: Form, values: Values) -> frozenset[str]:
    """Link ids of every item that is asked, groups included."""
    return frozenset(
        item.link_id for item in form.by_link_id.values() if is_enabled(form, item, values)
    )


def _holds(question: Item, condition: Condition, values: Values) -> bool:
    """FHIR: without an answer only `exists = false` holds; several answers hold where one does."""
    value = values.get(question.link_id)
    found = value if isinstance(value, tuple) else () if value is None else (value,)
    if condition.operator is Operator.EXISTS:
        return bool(found) == (condition.answer == "true")
    wanted = condition_value(question, condition)
    if condition.operator is Operator.EQUAL:
        return any(_comparable(each) == wanted for each in found)
    if condition.operator is Operator.NOT_EQUAL:
        return any(_comparable(each) != wanted for each in found)
    return any(_COMPARE[condition.operator](_comparable(each), wanted) for each in found)


def _comparable(value: Value) -> Any:
    return value.code if isinstance(value, Choice) else value


def condition_value(question: Item, condition: Condition) -> Any:
    """The answer a condition compares with, as a value of the question's kind; None where it is none."""
    if question.kind in NUMBERS:
        return read_number(condition.answer)
    if question.kind is ItemKind.DATE:
        return read_date(condition.answer)
    if question.kind is ItemKind.BOOLEAN:
        return read_yes_or_no(condition.answer)
    if question.kind in CHOICES:
        return condition.answer if question.option(condition.answer) else None
    return condition.answer
