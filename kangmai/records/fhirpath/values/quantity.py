"""Quantities: a decimal with a UCUM unit or a calendar word.

Source: FHIRPath, Quantity and Time-valued Quantities, https://hl7.org/fhirpath/#quantity
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from kangmai.records.fhirpath.values import ucum

CALENDAR_WORDS = {
    word + plural: word
    for word in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for plural in ("", "s")
}
# Weeks and shorter are the same as UCUM's; a calendar year or month is not UCUM's mean one.
AS_UCUM = {
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
MONTHS = {"year": 12, "month": 1}
CALENDAR_MONTH = (("calendar month", 1),)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit; `calendar` where the unit is a word such as `days`."""

    value: Decimal
    unit: str
    calendar: bool = False

    def __str__(self) -> str:
        return f"{self.value} {self.unit}" if self.calendar else f"{self.value} '{self.unit}'"


Measure = tuple[Fraction, ucum.Dimensions]


def measure(quantity: Quantity) -> Measure | None:
    """The quantity in base units with their dimensions, or None where the unit is unknown."""
    word = CALENDAR_WORDS.get(quantity.unit) if quantity.calendar else None
    if word in MONTHS:
        return Fraction(quantity.value) * MONTHS[word], CALENDAR_MONTH
    unit = ucum.read_unit(AS_UCUM[word] if word else quantity.unit)
    if unit is None:
        return None
    return Fraction(quantity.value) * unit.factor + unit.shift, unit.dimensions


def order(left: Quantity, right: Quantity) -> int | None:
    """-1, 0 or 1, or None where the units cannot be compared."""
    if left.unit == right.unit and left.calendar == right.calendar:
        return (left.value > right.value) - (left.value < right.value)
    ours, theirs = measure(left), measure(right)
    if ours is None or theirs is None or ours[1] != theirs[1]:
        return None
    return (ours[0] > theirs[0]) - (ours[0] < theirs[0])


def is_comparable(left: Quantity, right: Quantity) -> bool:
    """Whether the units measure the same thing."""
    if left.unit == right.unit and left.calendar == right.calendar:
        return True
    ours, theirs = measure(left), measure(right)
    return ours is not None and theirs is not None and ours[1] == theirs[1]


def is_equivalent(left: Quantity, right: Quantity) -> bool:
    """Whether both agree in the less precise one's unit, rounded to its digits.

    A calendar year or month is equivalent to UCUM's here, though it is not equal.
    """
    left, right = with_mean_units(left), with_mean_units(right)
    if digits(left.value) > digits(right.value):
        left, right = right, left
    ours, theirs = measure(left), measure(right)
    unit = ucum.read_unit(left.unit)
    if ours is None or theirs is None or unit is None or ours[1] != theirs[1]:
        return left.unit == right.unit and rounded(right.value, left.value) == left.value
    converted = (theirs[0] - unit.shift) / unit.factor
    step = Fraction(10) ** -digits(left.value)
    return abs(converted - Fraction(left.value)) * 2 <= step


def with_mean_units(quantity: Quantity) -> Quantity:
    """The quantity with a UCUM unit instead of a calendar word."""
    if not quantity.calendar:
        return quantity
    word = CALENDAR_WORDS[quantity.unit]
    return Quantity(quantity.value, {"year": "a", "month": "mo"}.get(word) or AS_UCUM[word])


def digits(value: Decimal) -> int:
    """How many digits stand after the point."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def rounded(value: Decimal, like: Decimal) -> Decimal:
    """`value` with as many digits after the point as `like`."""
    return value.quantize(Decimal(1).scaleb(-digits(like)), ROUND_HALF_UP)


def key(quantity: Quantity) -> tuple[object, ...]:
    """Equal for two quantities exactly if they are equal."""
    measured = measure(quantity)
    if measured is None:
        return "quantity", Fraction(quantity.value), quantity.unit
    if not measured[1]:
        return "number", measured[0]
    return "quantity", *measured
