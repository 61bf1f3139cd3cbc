"""Reads criteria on dates, numbers and quantities.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#prefix
"""

from dataclasses import replace
from datetime import datetime
from math import inf, nextafter

from kangmai.records.search import dates, numbers, quantities
from kangmai.records.search.conditions import (
    Comparator,
    Condition,
    Dates,
    Quantities,
    Updated,
    any_of,
)
from kangmai.records.search.errors import BadValue
from kangmai.records.search.parameters import SearchParameter
from kangmai.records.search.reader import Reader
from kangmai.records.search.written import prefixed, split, unescaped


def date(reader: Reader, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
    comparator, lo, hi = date_range(reader, place, text)
    if known.name == "_lastUpdated":
        return Updated(comparator, lo, hi)
    return Dates(tuple(s.p for s in known.sources), comparator, lo, hi)


def date_range(reader: Reader, place: str, text: str) -> tuple[Comparator, datetime, datetime]:
    try:
        comparator, value = prefixed(unescaped(text))
        lo, hi = dates.range_of_query(value.replace(" ", "+"))
    except ValueError:
        raise BadValue(
            place=place,
            reason="a date is written as ge2024-03-01 or 2024-03-01T08:30:00+08:00",
            reason_zh="日期应写作 ge2024-03-01 或 2024-03-01T08:30:00+08:00",
        ) from None
    if comparator is Comparator.APPROXIMATE:
        lo, hi = dates.widened((lo, hi), reader.at)
    return comparator, lo, hi


def number(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    found = compared(place, text)
    return replace(found, parameters=tuple(s.p for s in known.sources), unit=0)


def compared(place: str, text: str) -> Quantities:
    """A number with its comparator and precision, under no parameter yet."""
    try:
        comparator, written = prefixed(unescaped(text))
        value, lo, hi = numbers.written_range(written)
    except ValueError:
        raise BadValue(
            place=place,
            reason="a number is written as 5.40 or gt5e-3",
            reason_zh="数值应写作 5.40 或 gt5e-3",
        ) from None
    if comparator is Comparator.APPROXIMATE:
        lo, hi = value - abs(value) / 10, value + abs(value) / 10
    return Quantities((), None, comparator, value, lo, hi)


def quantity(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    found, scales = quantity_parts(place, text)
    parameters_ = tuple(s.p for s in known.sources)
    if not scales:
        return replace(found, parameters=parameters_, unit=0)
    return any_of([scaled(found, parameters_, scale.u, scale) for scale in scales])


def quantity_parts(place: str, text: str) -> tuple[Quantities, tuple[quantities.Scale, ...]]:
    parts = [unescaped(part) for part in split(text, "|")]
    if len(parts) not in (1, 3):
        raise BadValue(
            place=place,
            reason="the form is number, number|system|unit or number||unit",
            reason_zh="格式为 数值、数值|系统|单位 或 数值||单位",
        )
    found = compared(place, parts[0])
    scales = quantities.scales_of_query(parts[1], parts[2]) if len(parts) == 3 else ()
    return found, scales


def scaled(
    found: Quantities, parameters_: tuple[int, ...], unit: int, scale: quantities.Scale
) -> Quantities:
    """The comparison in base units; rounding must not lose the value itself."""
    value = scale.of(found.value)
    lo, hi = min(scale.of(found.lo), value), max(scale.of(found.hi), nextafter(value, inf))
    return Quantities(parameters_, unit, found.comparator, value, lo, hi)
