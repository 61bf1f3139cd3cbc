"""toBoolean ... toQuantity and their convertsTo twins.

Source: FHIRPath, Conversion, https://hl7.org/fhirpath/#conversion
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kangmai.records.fhirpath.elements import Collection, Element
from kangmai.records.fhirpath.frames import Form, Function
from kangmai.records.fhirpath.values.arithmetic import INTEGER_RANGE, converted
from kangmai.records.fhirpath.values.comparison import singleton
from kangmai.records.fhirpath.values.equality import is_number
from kangmai.records.fhirpath.values.quantity import CALENDAR_WORDS, Quantity
from kangmai.records.fhirpath.values.temporal import (
    Date,
    DateTime,
    NotATime,
    Time,
    read_date,
    read_date_time,
    read_time,
)

TRUE = frozenset(["true", "t", "yes", "y", "1", "1.0"])
FALSE = frozenset(["false", "f", "no", "n", "0", "0.0"])
INTEGER = re.compile(r"[+-]?\d+")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
QUANTITY = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-zA-Z]+))?")


def to_boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if is_number(value):
        return {0: False, 1: True}.get(value)
    if isinstance(value, str):
        text = value.lower()
        return True if text in TRUE else False if text in FALSE else None
    return None


def to_integer(value: Any) -> int | None:
    if isinstance(value, bool) or type(value) is int:
        return int(value)
    if isinstance(value, str) and INTEGER.fullmatch(value):
        return int(value) if len(value) < 12 and int(value) in INTEGER_RANGE else None
    return None


def to_decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return Decimal("1.0") if value else Decimal("0.0")
    if is_number(value):
        return Decimal(value)
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def to_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return None if isinstance(value, Element) else str(value)


def to_date(value: Any) -> Date | None:
    match value:
        case Date():
            return value
        case DateTime(parts):
            return Date(parts[:3])
        case str():
            return attempted(read_date, value)
    return None


def to_date_time(value: Any) -> DateTime | None:
    match value:
        case DateTime():
            return value
        case Date(parts):
            return DateTime(parts)
        case str():
            return attempted(read_date_time, value)
    return None


def to_time(value: Any) -> Time | None:
    match value:
        case Time():
            return value
        case str():
            return attempted(read_time, value.removeprefix("T"))
    return None


def attempted(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except NotATime:
        return None


def to_quantity(value: Any) -> Quantity | None:
    match value:
        case Quantity():
            return value
        case bool():
            return Quantity(Decimal("1.0") if value else Decimal("0.0"), "1")
        case int() | Decimal():
            return Quantity(Decimal(value), "1")
        case str():
            return read_quantity(value)
    return None


def read_quantity(text: str) -> Quantity | None:
    """A quantity such as `1.5 'mg'`, `4 days` or `7`."""
    match = QUANTITY.fullmatch(text)
    if match is None:
        return None
    number, unit, word = match.groups()
    if word is not None:
        return Quantity(Decimal(number), word, calendar=True) if word in CALENDAR_WORDS else None
    return Quantity(Decimal(number), unit or "1")


def to_unit(quantity: Quantity | None, unit: Collection) -> Quantity | None:
    """The quantity in another unit, None where it cannot be converted."""
    code = singleton(unit)
    if quantity is None or code is None:
        return quantity
    like = Quantity(Decimal(1), str(code), calendar=str(code) in CALENDAR_WORDS)
    value = converted(quantity, like)
    return None if value is None else Quantity(value, like.unit, like.calendar)


def conversion(convert: Callable[[Any], Any]) -> Function:
    def run(focus: Collection) -> Collection:
        value = singleton(focus)
        found = None if value is None else convert(value)
        return [] if found is None else [found]

    return Function(run)


def check(convert: Callable[[Any], Any]) -> Function:
    def run(focus: Collection) -> Collection:
        value = singleton(focus)
        return [] if value is None else [convert(value) is not None]

    return Function(run)


def quantity_conversion(focus: Collection, unit: Collection | None = None) -> Collection:
    value = singleton(focus)
    found = to_unit(None if value is None else to_quantity(value), unit or [])
    return [] if found is None else [found]


def quantity_check(focus: Collection, unit: Collection | None = None) -> Collection:
    return [bool(quantity_conversion(focus, unit))] if focus else []


KINDS: dict[str, Callable[[Any], Any]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Decimal": to_decimal,
    "String": to_text,
    "Date": to_date,
    "DateTime": to_date_time,
    "Time": to_time,
}
TABLE = (
    {f"to{name}": conversion(convert) for name, convert in KINDS.items()}
    | {f"convertsTo{name}": check(convert) for name, convert in KINDS.items()}
    | {
        "toQuantity": Function(quantity_conversion, Form.VALUES, 0, 1),
        "convertsToQuantity": Function(quantity_check, Form.VALUES, 0, 1),
    }
)
