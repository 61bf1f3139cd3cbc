"""A condition as a Python function of one row of facts, with the three truths of SQL."""

import calendar
import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any as AnyValue
from typing import assert_never

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
from kangmai.analytics.facts.types import Value

Row = Mapping[str, Value]
Truth = bool | None
_OPERATORS: dict[str, Callable[[AnyValue, AnyValue], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def add_months(day: date, months: int) -> date:
    """The day so many months later; the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def to_python(node: Node) -> Callable[[Row], Truth]:
    """A function that says of a row: true, false, or None where a missing value leaves it open."""
    match node:
        case Comparison(sign, left, right):
            return _comparison(_OPERATORS[sign], _term(left), _term(right))
        case OneOf(term, values):
            return _one_of(_term(term), frozenset(each.value for each in values))
        case IsMissing(term):
            value = _term(term)
            return lambda row: value(row) is None
        case Holds(name):
            return lambda row: row[name]  # type: ignore[return-value]
        case Not(part):
            return _not(to_python(part))
        case All(parts):
            return _kleene(tuple(map(to_python, parts)), decisive=False)
        case Any(parts):
            return _kleene(tuple(map(to_python, parts)), decisive=True)
        case _:
            assert_never(node)


def _comparison(
    compare: Callable[[AnyValue, AnyValue], bool],
    left: Callable[[Row], Value],
    right: Callable[[Row], Value],
) -> Callable[[Row], Truth]:
    def decide(row: Row) -> Truth:
        a, b = left(row), right(row)
        return None if a is None or b is None else compare(a, b)

    return decide


def _one_of(term: Callable[[Row], Value], values: frozenset[Value]) -> Callable[[Row], Truth]:
    def decide(row: Row) -> Truth:
        value = term(row)
        return None if value is None else value in values

    return decide


def _not(part: Callable[[Row], Truth]) -> Callable[[Row], Truth]:
    def decide(row: Row) -> Truth:
        truth = part(row)
        return None if truth is None else not truth

    return decide


def _kleene(parts: tuple[Callable[[Row], Truth], ...], *, decisive: bool) -> Callable[[Row], Truth]:
    """One decisive part decides; else one unknown part leaves it open."""

    def decide(row: Row) -> Truth:
        truths = [part(row) for part in parts]
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    return decide


def _term(term: Term) -> Callable[[Row], Value]:
    match term:
        case FactValue(name):
            return lambda row: _exact(row[name])
        case Literal(value):
            return lambda row: value
        case Shifted(day, months, days):
            return _shifted(_term(day), months, days)
        case DaysBetween(later, earlier):
            return _days_between(_term(later), _term(earlier))
        case _:
            assert_never(term)


def _exact(value: Value | float) -> Value:
    """Numbers compare as they are written: 0.1 is one tenth."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _shifted(day: Callable[[Row], Value], months: int, days: int) -> Callable[[Row], Value]:
    def shift(row: Row) -> Value:
        start = day(row)
        return add_months(start, months) + timedelta(days) if isinstance(start, date) else None

    return shift


def _days_between(
    later: Callable[[Row], Value], earlier: Callable[[Row], Value]
) -> Callable[[Row], Value]:
    def count(row: Row) -> Value:
        a, b = later(row), earlier(row)
        return (a - b).days if isinstance(a, date) and isinstance(b, date) else None

    return count
