"""lowBoundary, highBoundary, precision, comparable.

The lowest and highest value that a value of its precision may stand for. Decimals are cut to the
digits asked for towards zero on their inner side and rounded half up on their outer side, as the
official R4 suite expects. An hour without minutes is read as its minute 0, as the suite does.

Source: FHIRPath 3.0.0 (draft), lowBoundary and highBoundary,
https://build.fhir.org/ig/HL7/FHIRPath/#lowboundaryprecision-integer-decimal--date--datetime--time
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from kangmai.records.fhirpath.elements import Collection, Element, members
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Form, Function
from kangmai.records.fhirpath.functions.subsetting import number
from kangmai.records.fhirpath.values.arithmetic import CONTEXT
from kangmai.records.fhirpath.values.comparison import kind, singleton
from kangmai.records.fhirpath.values.equality import is_number
from kangmai.records.fhirpath.values.quantity import Quantity, digits, is_comparable
from kangmai.records.fhirpath.values.temporal import (
    EASTERNMOST,
    WESTERNMOST,
    Date,
    DateTime,
    Time,
    days_in_month,
)

MOST_DIGITS = 31
DEFAULT_DIGITS = 8
LOW_END, HIGH_END = (1, 1, 1, 0, 0, 0), (1, 12, 31, 23, 59, 59)
PARTS_BY_PRECISION = {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 7}
TIME_PARTS_BY_PRECISION = {2: 1, 4: 2, 6: 3, 9: 4}


def boundary(focus: Collection, precision: Collection | None, side: int) -> Collection:
    """The boundary on the low (-1) or high (1) side; empty for a precision that cannot be."""
    if len(focus) == 1 and is_period(focus[0]):
        return period_boundary(focus[0], precision, side)
    value, asked = singleton(focus), number(precision) if precision else None
    if value is None:
        return []
    found = boundary_of(value, asked, side)
    return [] if found is None else [found]


def is_period(item: Any) -> bool:
    return item.__class__ is Element and "Period" in item.fact.lineage


def period_boundary(period: Element, precision: Collection | None, side: int) -> Collection:
    """The low boundary of a period's start, or the high boundary of its end."""
    found: Collection = []
    members(period, "start" if side < 0 else "end", found)
    return boundary(found, precision, side)


def boundary_of(value: Any, asked: int | None, side: int) -> Any:
    """Raises: Misuse for a value that has no precision."""
    if is_number(value):
        return decimal_boundary(Decimal(value), asked, side)
    match value:
        case Quantity(amount, unit, calendar):
            found = decimal_boundary(amount, asked, side)
            return None if found is None else Quantity(found, unit, calendar)
        case Date():
            return day_boundary(value, 8 if asked is None else asked, side)
        case DateTime():
            return day_boundary(value, 17 if asked is None else asked, side)
        case Time():
            return time_boundary(value, 9 if asked is None else asked, side)
    raise Misuse(f"{kind(value)} has no boundary")


def decimal_boundary(value: Decimal, asked: int | None, side: int) -> Decimal | None:
    """The boundary half a last digit away, with `asked` digits after the point."""
    asked = DEFAULT_DIGITS if asked is None else asked
    if not 0 <= asked <= MOST_DIGITS:
        return None
    edge = CONTEXT.add(value, Decimal(side * 5).scaleb(-digits(value) - 1))
    outer = edge.is_signed() == (side < 0)
    rounding = ROUND_HALF_UP if outer else ROUND_DOWN
    return edge.quantize(Decimal(1).scaleb(-asked), rounding, CONTEXT)


def day_boundary(value: Date | DateTime, asked: int, side: int) -> Date | DateTime | None:
    """A date or dateTime with its missing parts filled; the zone too, where there is a time."""
    count = PARTS_BY_PRECISION.get(asked)
    if count is None:
        return None
    parts = filled_day(value.parts, side)
    if count <= 3:
        return type(value)(parts[:count])
    given = value if isinstance(value, DateTime) else DateTime(value.parts)
    if len(given.parts) == 4:
        parts = (*given.parts, 0, parts[5])
    fraction = "" if count < 7 else given.fraction or ("000" if side < 0 else "999")
    offset = given.offset
    if offset is None:
        offset = EASTERNMOST if side < 0 else WESTERNMOST
    return DateTime(parts[: min(count, 6)], fraction, offset)


def filled_day(parts: tuple[int, ...], side: int) -> tuple[int, ...]:
    """Year to second, missing parts at their low or high end."""
    known = len(parts)
    full = (*parts, *(LOW_END if side < 0 else HIGH_END)[known:])
    if side > 0 and known < 3:
        full = (*full[:2], days_in_month(full[0], full[1]), *full[3:])
    return full


def time_boundary(value: Time, asked: int, side: int) -> Time | None:
    count = TIME_PARTS_BY_PRECISION.get(asked)
    if count is None:
        return None
    full = (*value.parts, *((0, 0, 0) if side < 0 else (0, 59, 59))[len(value.parts) :])
    fraction = "" if count < 4 else value.fraction or ("000" if side < 0 else "999")
    return Time(full[: min(count, 3)], fraction)


def precision_of(focus: Collection) -> Collection:
    """precision(): digits after the point, or the digits of a date or time."""
    value = singleton(focus)
    if value is None:
        return []
    if is_number(value):
        return [digits(Decimal(value))]
    match value:
        case Quantity(amount):
            return [digits(amount)]
        case Date(parts) | DateTime(parts, ""):
            return [2 + 2 * len(parts)]
        case DateTime():
            return [17]
        case Time(parts, ""):
            return [2 * len(parts)]
        case Time():
            return [9]
    raise Misuse(f"{kind(value)} has no precision")


def comparable(focus: Collection, other: Collection) -> Collection:
    ours, theirs = singleton(focus), singleton(other)
    if ours is None or theirs is None:
        return []
    if not (isinstance(ours, Quantity) and isinstance(theirs, Quantity)):
        raise Misuse("comparable() takes quantities")
    return [is_comparable(ours, theirs)]


TABLE = {
    "lowBoundary": Function(
        lambda focus, precision=None: boundary(focus, precision, -1), Form.VALUES, 0, 1
    ),
    "highBoundary": Function(
        lambda focus, precision=None: boundary(focus, precision, 1), Form.VALUES, 0, 1
    ),
    "precision": Function(precision_of),
    "comparable": Function(comparable, Form.VALUES, 1, 1),
}
