"""A condition over facts as an Ibis expression of type boolean, unknown where a missing value leaves it open.

The third compiler beside `facts.to_sql` and `facts.to_python`; the same three truths.
"""

import functools
import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any as AnyValue
from typing import assert_never

import ibis
from ibis.expr.types import BooleanValue, Table, Value

from kangmai.analytics.facts.nodes import (
    All,
    Any,
    Comparison,
    DaysBetween,
    FactValue,
    Holds,
    IsMissing,
    Literal,
    Node,
    Not,
    OneOf,
    Shifted,
    Term,
)

Days = Mapping[str, date]
"""The days of the period by which conditions name them."""

_OPERATORS: dict[str, Callable[[AnyValue, AnyValue], AnyValue]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def expression(node: Node, table: Table, days: Days) -> BooleanValue:
    """The condition over the columns of a table."""
    match node:
        case Comparison(sign, left, right):
            return _OPERATORS[sign](_term(left, table, days), _term(right, table, days))
        case OneOf(term, values):
            return _term(term, table, days).isin([_term(each, table, days) for each in values])
        case IsMissing(term):
            return _term(term, table, days).isnull()
        case Holds(name):
            return table[name]
        case Not(part):
            return ~expression(part, table, days)
        case All(parts):
            return functools.reduce(operator.and_, (expression(p, table, days) for p in parts))
        case Any(parts):
            return functools.reduce(operator.or_, (expression(p, table, days) for p in parts))
        case _:
            assert_never(node)


def _term(term: Term, table: Table, days: Days) -> Value:
    match term:
        case FactValue(name):
            return ibis.date(days[name].isoformat()) if name in days else table[name]
        case Literal(value):
            return _literal(value)
        case Shifted(day, months, whole_days):
            return _shifted(_term(day, table, days), months, whole_days)
        case DaysBetween(later, earlier):
            return _term(later, table, days).delta(_term(earlier, table, days), unit="day")
        case _:
            assert_never(term)


def _literal(value: Decimal | date | str) -> Value:
    if isinstance(value, date):
        return ibis.date(value.isoformat())
    if isinstance(value, Decimal):
        return ibis.literal(int(value) if value == int(value) else float(value))
    return ibis.literal(value)


def _shifted(day: Value, months: int, days: int) -> Value:
    if months:
        day = day + ibis.interval(months=months)
    if days:
        day = day + ibis.interval(days=days)
    return day
