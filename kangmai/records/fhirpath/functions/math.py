"""abs, ceiling, exp, floor, ln, log, power, round, sqrt, truncate, and sum, min, max, avg.

Source: FHIRPath, Math and Aggregates, https://hl7.org/fhirpath/#math
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from functools import reduce
from typing import Any

from kangmai.records.fhirpath.elements import Collection, system_value
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Form, Function
from kangmai.records.fhirpath.functions.subsetting import number
from kangmai.records.fhirpath.values.arithmetic import CONTEXT, QUOTIENT, add, as_written, divide
from kangmai.records.fhirpath.values.comparison import kind, order, singleton
from kangmai.records.fhirpath.values.equality import is_number
from kangmai.records.fhirpath.values.quantity import Quantity

MOST_DIGITS = 31


def numeric(items: Collection) -> Any:
    """A number, None where it is empty. Raises: Misuse."""
    value = singleton(items)
    if value is not None and not is_number(value):
        raise Misuse(f"a number is expected, found {kind(value)}")
    return value


def of_number(operation: Callable[[Any], Any]) -> Function:
    """A function of one number; empty where the result is no real number."""

    def run(focus: Collection) -> Collection:
        value = numeric(focus)
        return [] if value is None else answer(lambda: operation(value))

    return Function(run)


def answer(calculate: Callable[[], Any]) -> Collection:
    """The result of a calculation; empty where it has none."""
    try:
        return [calculate()]
    except DecimalException:
        return []


def of_number_or_quantity(operation: Callable[[Any], Any]) -> Function:
    """A function that keeps the unit of a quantity."""

    def run(focus: Collection) -> Collection:
        value = singleton(focus)
        if isinstance(value, Quantity):
            return [Quantity(operation(value.value), value.unit, value.calendar)]
        return [] if numeric(focus) is None else [operation(value)]

    return Function(run)


def whole(rounding: str) -> Callable[[Any], int]:
    return lambda value: int(Decimal(value).to_integral_value(rounding))


def rounded(focus: Collection, precision: Collection | None = None) -> Collection:
    """round(): half away from zero."""
    value = singleton(focus)
    digits = number(precision) if precision else 0
    if digits is not None and not 0 <= digits <= MOST_DIGITS:
        raise Misuse("the precision of round() is not from 0 to 31")
    if isinstance(value, Quantity):
        return [Quantity(to_digits(value.value, digits or 0), value.unit, value.calendar)]
    if numeric(focus) is None:
        return []
    found = to_digits(Decimal(value), digits or 0)
    return [int(found) if type(value) is int or not digits else found]


def to_digits(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, CONTEXT)


def logarithm(focus: Collection, base: Collection) -> Collection:
    value, other = numeric(focus), numeric(base)
    if value is None or other is None or value <= 0 or other <= 0 or other == 1:
        return []
    ratio = CONTEXT.divide(CONTEXT.ln(Decimal(value)), CONTEXT.ln(Decimal(other)))
    return [QUOTIENT.plus(ratio)]


def power(focus: Collection, exponent: Collection) -> Collection:
    value, other = numeric(focus), numeric(exponent)
    if value is None or other is None:
        return []
    if type(value) is int and type(other) is int and other < 0:
        return answer(lambda: QUOTIENT.power(Decimal(value), other))
    raised = answer(lambda: CONTEXT.power(Decimal(value), Decimal(other)))
    found = as_written(raised[0], value, other) if raised else None
    return [] if found is None else [found]


def folded(combine: Callable[[Any, Any], Any]) -> Function:
    """A function of all items taken two by two."""

    def run(focus: Collection) -> Collection:
        values = [value for item in focus if (value := system_value(item)) is not None]
        found = reduce(combine, values) if values else None
        return [] if found is None else [found]

    return Function(run)


def smaller(ours: Any, theirs: Any) -> Any:
    return ours if (order(ours, theirs) or 0) <= 0 else theirs


def larger(ours: Any, theirs: Any) -> Any:
    return ours if (order(ours, theirs) or 0) >= 0 else theirs


def average(focus: Collection) -> Collection:
    total = folded(add).run(focus)
    return [divide(total[0], len(focus))] if total else []


TABLE = {
    "abs": of_number_or_quantity(abs),
    "ceiling": of_number(whole(ROUND_CEILING)),
    "floor": of_number(whole(ROUND_FLOOR)),
    "truncate": of_number(whole(ROUND_DOWN)),
    "round": Function(rounded, Form.VALUES, 0, 1),
    "sqrt": of_number(lambda value: QUOTIENT.sqrt(Decimal(value))),
    "exp": of_number(lambda value: QUOTIENT.exp(Decimal(value))),
    "ln": of_number(lambda value: QUOTIENT.ln(Decimal(value))),
    "log": Function(logarithm, Form.VALUES, 1, 1),
    "power": Function(power, Form.VALUES, 1, 1),
    "sum": folded(add),
    "min": folded(smaller),
    "max": folded(larger),
    "avg": Function(average),
}
