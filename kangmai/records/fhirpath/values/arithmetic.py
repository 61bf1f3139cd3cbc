"""`+ - * / div mod &` on numbers, texts, quantities, dates and times.

Source: FHIRPath, Math and Date/Time Arithmetic, https://hl7.org/fhirpath/#math
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.values import quantity as quantities
from kangmai.records.fhirpath.values import temporal, ucum
from kangmai.records.fhirpath.values.comparison import kind
from kangmai.records.fhirpath.values.equality import TEMPORAL, is_number
from kangmai.records.fhirpath.values.quantity import AS_UCUM, CALENDAR_WORDS, Quantity
from kangmai.records.fhirpath.values.temporal import Date, DateTime, Temporal, Time

CONTEXT = Context(prec=34, traps=[InvalidOperation, DivisionByZero, Overflow])
QUOTIENT = Context(prec=28, traps=[InvalidOperation, DivisionByZero, Overflow])
INTEGER_RANGE = range(-(2**31), 2**31)
WORD_OF_UCUM = {code: word for word, code in AS_UCUM.items()}
# From finer to coarser: how many of one make one of the next.
STEPS = (
    ("millisecond", 1000),
    ("second", 60),
    ("minute", 60),
    ("hour", 24),
    ("day", 30),
    ("month", 12),
    ("year", 1),
)
DAYS_A_YEAR = 365
PRECISION = {"year": 1, "month": 2, "week": 3, "day": 3, "hour": 4, "minute": 5, "second": 6}
SECONDS = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}


def add(ours: Any, theirs: Any) -> Any:
    """Raises: Misuse."""
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours + theirs
    if isinstance(ours, TEMPORAL) and isinstance(theirs, Quantity):
        return moved(ours, theirs, 1)
    return number_or_quantity("+", ours, theirs, CONTEXT.add)


def subtract(ours: Any, theirs: Any) -> Any:
    """Raises: Misuse."""
    if isinstance(ours, TEMPORAL) and isinstance(theirs, Quantity):
        return moved(ours, theirs, -1)
    return number_or_quantity("-", ours, theirs, CONTEXT.subtract)


def number_or_quantity(
    sign: str, ours: Any, theirs: Any, combine: Callable[[Any, Any], Decimal]
) -> Any:
    """A sum or difference of two numbers, or of two quantities in the left one's unit."""
    if is_number(ours) and is_number(theirs):
        return as_written(combine(Decimal(ours), Decimal(theirs)), ours, theirs)
    if isinstance(ours, Quantity) and isinstance(theirs, Quantity):
        other = converted(theirs, ours)
        return (
            None
            if other is None
            else Quantity(combine(ours.value, other), ours.unit, ours.calendar)
        )
    raise Misuse(f"{kind(ours)} {sign} {kind(theirs)} has no meaning")


def converted(quantity: Quantity, like: Quantity) -> Decimal | None:
    """The value of `quantity` in the unit of `like`, or None where they cannot be compared."""
    if (quantity.unit, quantity.calendar) == (like.unit, like.calendar):
        return quantity.value
    ours = quantities.measure(quantity)
    unit = quantities.measure(Quantity(Decimal(1), like.unit, like.calendar))
    if ours is None or unit is None or ours[1] != unit[1]:
        return None
    ratio = ours[0] / unit[0]
    return QUOTIENT.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))


def as_written(value: Decimal, ours: Any, theirs: Any) -> Any:
    """An Integer from two Integers, else a Decimal; None where an Integer leaves its range."""
    if type(ours) is int and type(theirs) is int:
        whole = int(value)
        return whole if whole in INTEGER_RANGE else None
    return value


def multiply(ours: Any, theirs: Any) -> Any:
    """Raises: Misuse."""
    if is_number(ours) and is_number(theirs):
        return as_written(CONTEXT.multiply(Decimal(ours), Decimal(theirs)), ours, theirs)
    left, right = both_quantities("*", ours, theirs)
    return Quantity(CONTEXT.multiply(left.value, right.value), joined(left.unit, ".", right.unit))


def divide(ours: Any, theirs: Any) -> Any:
    """A Decimal, or a quantity; None where the divisor is zero. Raises: Misuse."""
    if is_number(ours) and is_number(theirs):
        return QUOTIENT.divide(Decimal(ours), Decimal(theirs)) if theirs else None
    left, right = both_quantities("/", ours, theirs)
    if not right.value:
        return None
    return Quantity(QUOTIENT.divide(left.value, right.value), joined(left.unit, "/", right.unit))


def both_quantities(sign: str, ours: Any, theirs: Any) -> tuple[Quantity, Quantity]:
    """Two factors as quantities, a plain number with the unit 1. Raises: Misuse."""
    if not isinstance(ours, Quantity) and not isinstance(theirs, Quantity):
        raise Misuse(f"{kind(ours)} {sign} {kind(theirs)} has no meaning")
    pair = []
    for value in (ours, theirs):
        if is_number(value):
            value = Quantity(Decimal(value), "1")
        if not isinstance(value, Quantity):
            raise Misuse(f"{kind(ours)} {sign} {kind(theirs)} has no meaning")
        pair.append(quantities.with_mean_units(value))
    return pair[0], pair[1]


def joined(left: str, sign: str, right: str) -> str:
    """The unit of a product or quotient; `1` where the dimensions and factors cancel."""
    if right == "1":
        return left
    if left == "1" and sign == ".":
        return right
    text = f"{left}/({right})" if sign == "/" else f"({left}).({right})"
    if (unit := ucum.read_unit(text)) == ucum.ONE:
        return "1"
    simple = f"{left}{sign}{right}"
    return simple if ucum.read_unit(simple) == unit else text


def whole_division(ours: Any, theirs: Any) -> Any:
    """`div`: the quotient cut towards zero; None where the divisor is zero. Raises: Misuse."""
    demand_numbers("div", ours, theirs)
    if not theirs:
        return None
    return int(CONTEXT.divide_int(Decimal(ours), Decimal(theirs)))


def remainder(ours: Any, theirs: Any) -> Any:
    """`mod`, with the sign of the dividend; None where the divisor is zero. Raises: Misuse."""
    demand_numbers("mod", ours, theirs)
    if not theirs:
        return None
    return as_written(CONTEXT.remainder(Decimal(ours), Decimal(theirs)), ours, theirs)


def demand_numbers(sign: str, ours: Any, theirs: Any) -> None:
    if not (is_number(ours) and is_number(theirs)):
        raise Misuse(f"{kind(ours)} {sign} {kind(theirs)} has no meaning")


def negative(value: Any) -> Any:
    """Raises: Misuse."""
    if is_number(value):
        return -value
    if isinstance(value, Quantity):
        return Quantity(-value.value, value.unit, value.calendar)
    raise Misuse(f"{kind(value)} has no negative")


def moved(value: Temporal, quantity: Quantity, sign: int) -> Temporal | None:
    """A date or time moved by a duration, fractions of a unit cut off.

    A duration finer than the value is first turned into the value's own precision, cut towards
    zero. None where the calendar ends. Raises: Misuse for a unit that is no duration.
    """
    word, amount = duration(quantity)
    if isinstance(value, Time):
        return moved_time(value, word, amount * sign)
    known = len(value.parts) + bool(isinstance(value, DateTime) and value.fraction)
    word, amount = coarsened(word, amount, known)
    try:
        return moved_day(value, word, amount * sign)
    except (OverflowError, ValueError):
        return None


def duration(quantity: Quantity) -> tuple[str, int]:
    """The calendar word and whole number of a duration. Raises: Misuse.

    UCUM's `a` and `mo` are mean lengths, not calendar ones, and cannot move a date.
    """
    word = CALENDAR_WORDS.get(quantity.unit) or WORD_OF_UCUM.get(quantity.unit)
    if word is None:
        raise Misuse(f"a date or time cannot be moved by '{quantity.unit}'")
    return word, int(quantity.value)


def coarsened(word: str, amount: int, known: int) -> tuple[str, int]:
    """The duration in a unit that a value with `known` parts can show."""
    if word == "week" and known < PRECISION["week"]:
        word, amount = "day", amount * 7
    words = [name for name, _ in STEPS]
    while PRECISION.get(word, 7) > known:
        step = DAYS_A_YEAR if word == "day" and known == 1 else dict(STEPS)[word]
        amount = int(amount / step)
        skip = 2 if step == DAYS_A_YEAR else 1
        word = words[words.index(word) + skip]
    return word, amount


def moved_day(value: Date | DateTime, word: str, amount: int) -> Date | DateTime:
    """Raises: OverflowError or ValueError at the ends of the calendar."""
    known, fraction = len(value.parts), value.fraction if isinstance(value, DateTime) else ""
    parts = (*value.parts, *(1, 1, 1, 0, 0, 0)[known:])
    if word in ("year", "month"):
        parts = moved_months(parts, amount * (12 if word == "year" else 1))
    else:
        micros = timedelta(microseconds=int(f"{fraction:0<6.6}") if fraction else 0)
        end = temporal.clock_moment(parts) + micros + step_of(word, amount)
        parts = end.timetuple()[:6]
        fraction = f"{end.microsecond:06}"[: max(3, len(fraction))] if fraction else ""
    if isinstance(value, Date):
        return Date(parts[:known])
    return DateTime(parts[:known], fraction, value.offset)


def moved_months(parts: tuple[int, ...], months: int) -> tuple[int, ...]:
    """Year to second moved by months; a day the month does not have becomes its last.

    Raises: ValueError beyond the calendar.
    """
    year, month = divmod(parts[0] * 12 + parts[1] - 1 + months, 12)
    temporal.check_day((year, month + 1))
    day = min(parts[2], temporal.days_in_month(year, month + 1))
    return (year, month + 1, day, *parts[3:])


def step_of(word: str, amount: int) -> timedelta:
    if word == "millisecond":
        return timedelta(milliseconds=amount)
    return timedelta(seconds=amount * SECONDS[word])


def moved_time(value: Time, word: str, amount: int) -> Time:
    """A time of day moved round the clock. Raises: Misuse for whole days and longer."""
    if word not in ("hour", "minute", "second", "millisecond"):
        raise Misuse(f"a time of day cannot be moved by {word}s")
    known = len(value.parts)
    word, amount = coarsened(word, amount, known + 3 + bool(value.fraction))
    day = DateTime((2000, 1, 1, *(*value.parts, 0, 0)[:3]), value.fraction)
    later = moved_day(day, word, amount)
    return Time(later.parts[3 : 3 + known], later.fraction if isinstance(later, DateTime) else "")
