"""A condition as plain lists, for a reader in another language to walk: the browser of a village kit.

    ["any", part, …]  ["all", part, …]  ["not", part]  ["holds", fact]  ["missing", term]
    ["compare", sign, term, term]  ["in", term, [value, …]]
    term: ["fact", name]  ["value", value]  ["shift", term, months, days]  ["days", later, earlier]

Numbers become JSON numbers: of no more than 15 digits their order and equality stay what they were. Days
become texts (2026-05-02), whose order is that of the calendar.
"""

from datetime import date
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

Portable = list[AnyValue]


def to_json(node: Node) -> Portable:
    """The lists of a checked condition."""
    match node:
        case Comparison(sign, left, right):
            return ["compare", sign, _term(left), _term(right)]
        case OneOf(term, values):
            return ["in", _term(term), [plain(each.value) for each in values]]
        case IsMissing(term):
            return ["missing", _term(term)]
        case Holds(name):
            return ["holds", name]
        case Not(part):
            return ["not", to_json(part)]
        case All(parts):
            return ["all", *map(to_json, parts)]
        case Any(parts):
            return ["any", *map(to_json, parts)]
        case _:
            assert_never(node)


def _term(term: Term) -> Portable:
    match term:
        case FactValue(name):
            return ["fact", name]
        case Literal(value):
            return ["value", plain(value)]
        case Shifted(day, months, days):
            return ["shift", _term(day), months, days]
        case DaysBetween(later, earlier):
            return ["days", _term(later), _term(earlier)]
        case _:
            assert_never(term)


def plain(value: AnyValue) -> AnyValue:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value.isoformat() if isinstance(value, date) else value
