"""Logic checks between the cells of a row, carried out as their definition says.

Each check is one of: `compare` two values; `days` between two moments; `within` a period; `pairs` that go
together; `requires` and `forbids`, often `when` another field has a value; a `sum`; codes that stand `once`.
A check whose cells are empty holds.
"""

import datetime
import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from kangmai.records.tables.types import Table, Values

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip


def failed(values: Values, of: Table) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The checks that do not hold, each with the field at which it is told."""
    for check in of.checks:
        if "when" in check and not _any(values, check["when"]):
            continue
        for name, test in _TESTS.items():
            if name in check and (field := test(values, check)):
                yield check, field


def _all(values: Values, field: str) -> list[Any]:
    value = values.get(field)
    return value if isinstance(value, list) else [value]


def _any(values: Values, wanted: Mapping[str, Any]) -> bool:
    texts = [str(each) for each in _all(values, wanted["field"]) if each is not None]
    prefixes = tuple(wanted.get("prefixes", ()))
    return any(
        t in wanted.get("values", ()) or (prefixes and t.startswith(prefixes)) for t in texts
    )


def _comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """A day and a moment are compared as days."""
    if isinstance(left, datetime.datetime) != isinstance(right, datetime.datetime):
        return _day(left), _day(right)
    return left, right


def _day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime.datetime) else value


def _compare(values: Values, check: Mapping[str, Any]) -> str:
    left_field, sign, right_field = check["compare"]
    left, right = values.get(left_field), values.get(right_field)
    if left is None or right is None:
        return ""
    return "" if _OPERATORS[sign](*_comparable(left, right)) else left_field


def _days(values: Values, check: Mapping[str, Any]) -> str:
    first, last, said = (values.get(field) for field in check["days"])
    if first is None or last is None or said is None or last < first:
        return ""
    return "" if said == max(1, (_day(last) - _day(first)).days) else check["days"][2]


def _within(values: Values, check: Mapping[str, Any]) -> str:
    field, low, high = check["within"]
    first, last = values.get(low), values.get(high)
    if first is None or last is None:
        return ""
    inside = (
        _day(first) <= _day(each) <= _day(last) for each in _all(values, field) if each is not None
    )
    return "" if all(inside) else field


def _pairs(values: Values, check: Mapping[str, Any]) -> str:
    left, right = check["pairs"]
    both = zip(_all(values, left), _all(values, right), strict=False)
    return right if any((a is None) != (b is None) for a, b in both) else ""


def _requires(values: Values, check: Mapping[str, Any]) -> str:
    return "" if values.get(check["requires"]) is not None else check["requires"]


def _forbids(values: Values, check: Mapping[str, Any]) -> str:
    return check["forbids"]["field"] if _any(values, check["forbids"]) else ""


def _sum(values: Values, check: Mapping[str, Any]) -> str:
    fields, total_field = check["sum"]
    parts, total = [values.get(f) for f in fields], values.get(total_field)
    if total is None or all(part is None for part in parts):
        return ""
    difference = abs(sum((part for part in parts if part is not None), Decimal()) - total)
    return "" if difference <= Decimal(str(check.get("tolerance", 0))) else total_field


def _once(values: Values, check: Mapping[str, Any]) -> str:
    found = [each for field in check["once"] for each in _all(values, field) if each is not None]
    return "" if len(found) == len(set(found)) else check["once"][-1]


_TESTS: Mapping[str, Callable[[Values, Mapping[str, Any]], str]] = {
    "compare": _compare, "days": _days, "within": _within, "pairs": _pairs,
    "requires": _requires, "forbids": _forbids, "sum": _sum, "once": _once,
}  # fmt: skip
