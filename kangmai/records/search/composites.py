"""Composite parameters: two or three values of one element, separated by `$`.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#composite
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from kangmai.records.search.amount_criteria import compared, date_range, quantity_parts, scaled
from kangmai.records.search.conditions import (
    AllOf,
    Comparator,
    Condition,
    Coordinates,
    Match,
    Quantities,
    Strings,
    Tokens,
    any_of,
)
from kangmai.records.search.errors import BadValue
from kangmai.records.search.generator import component_kinds
from kangmai.records.search.hashing import targets, token_hash
from kangmai.records.search.parameters import Kind, SearchParameter, parameters
from kangmai.records.search.pointers import written_targets
from kangmai.records.search.reader import Reader
from kangmai.records.search.rows import code_key, code_unit_key
from kangmai.records.search.text import normalised
from kangmai.records.search.token_criteria import tokens
from kangmai.records.search.written import split, unescaped


def composite(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    """The condition of a composite: its parts must hold of one element together."""
    parts = split(text, "$")
    if len(parts) != len(known.components):
        form = "$".join(name for name, _ in known.components)
        raise BadValue(place=place, reason=f"the form is {form}", reason_zh=f"格式为 {form}")
    kinds = component_kinds(known)
    if kinds[0] is Kind.REFERENCE:
        return reference_token(reader, known, place, parts)
    system, code = _system_and_code(parts[0], place)
    found = _COMPOSITES[kinds](reader, known, place, code, parts[1:])
    if system is None:
        return found
    name = known.components[0][0]
    with_system = tokens(reader, parameters(known.resource_type)[name], system, code)
    return AllOf((found, with_system))


def token_token(
    reader: Reader, known: SearchParameter, place: str, code: str, parts: list[str]
) -> Condition:
    system, second = _system_and_code(parts[0], place)
    of = known.resource_type
    keys = tuple(token_hash(of, s.name, f"{code}${second}") for s in known.sources)
    if system is None:
        return Tokens(keys)
    other = parameters(of)[known.components[1][0]]
    return AllOf((Tokens(keys), tokens(reader, other, system, second)))


def reference_token(
    reader: Reader, known: SearchParameter, place: str, parts: list[str]
) -> Condition:
    of = known.resource_type
    first = parameters(of)[known.components[0][0]]
    _, code = _system_and_code(parts[1], place)
    found = written_targets(first, first.sources[0], "", unescaped(parts[0]), reader.server)
    texts = [f"{targets[target]}${code}" for target in found]
    return Tokens(tuple(token_hash(of, s.name, t) for s in known.sources for t in texts))


def token_quantity(
    reader: Reader, known: SearchParameter, place: str, code: str, parts: list[str]
) -> Condition:
    found, scales = quantity_parts(place, parts[0])
    numbers_ = tuple(s.p for s in known.sources)
    if not scales:
        return replace(found, parameters=numbers_, unit=code_key(code))
    return any_of(
        [scaled(found, numbers_, code_unit_key(code, scale.u), scale) for scale in scales]
    )


def token_string(
    reader: Reader, known: SearchParameter, place: str, code: str, parts: list[str]
) -> Condition:
    text = f"{code}${normalised(unescaped(parts[0]))}"
    return Strings(tuple(s.p for s in known.sources), Match.STARTS, (text,))


def token_date(
    reader: Reader, known: SearchParameter, place: str, code: str, parts: list[str]
) -> Condition:
    comparator, lo, hi = date_range(reader, place, parts[0])
    return Coordinates(
        tuple(s.p for s in known.sources), code_key(code), *_date_bounds(comparator, lo, hi)
    )


def token_numbers(
    reader: Reader, known: SearchParameter, place: str, code: str, parts: list[str]
) -> Condition:
    start, end = (compared(place, part) for part in parts)
    return Coordinates(tuple(s.p for s in known.sources), code_key(code), start, end)


def _system_and_code(text: str, place: str) -> tuple[str | None, str]:
    parts = [unescaped(part) for part in split(text, "|")]
    if len(parts) > 2 or not parts[-1]:
        raise BadValue(
            place=place, reason="a code is needed in each part", reason_zh="每一部分都需要代码"
        )
    return (parts[0] if len(parts) == 2 else None), parts[-1]


def _date_bounds(
    comparator: Comparator, lo: datetime, hi: datetime
) -> tuple[Quantities, Quantities]:
    """A comparison of dates as two of numbers: one for the start, one for the end, in seconds."""
    first, last = lo.timestamp(), hi.timestamp()
    anything = Quantities((), None, Comparator.GREATER, float("-inf"), 0, 0)
    at_least = Quantities((), None, Comparator.GREATER_OR_EQUAL, first, 0, 0)
    at_most = Quantities((), None, Comparator.LESS_OR_EQUAL, last, 0, 0)
    match comparator:
        case Comparator.EQUAL | Comparator.NOT_EQUAL:
            return at_least, at_most
        case Comparator.GREATER | Comparator.GREATER_OR_EQUAL:
            after = first if comparator is Comparator.GREATER_OR_EQUAL else last
            return anything, Quantities((), None, Comparator.GREATER, after, 0, 0)
        case Comparator.LESS | Comparator.LESS_OR_EQUAL:
            before = last if comparator is Comparator.LESS_OR_EQUAL else first
            return Quantities((), None, Comparator.LESS, before, 0, 0), anything
        case Comparator.STARTS_AFTER:
            return replace(at_least, value=last), anything
        case Comparator.ENDS_BEFORE:
            return anything, replace(at_most, value=first)
        case Comparator.APPROXIMATE:
            return (
                Quantities((), None, Comparator.LESS, last, 0, 0),
                Quantities((), None, Comparator.GREATER, first, 0, 0),
            )


_ReadComposite = Callable[[Reader, SearchParameter, str, str, list[str]], Condition]
_COMPOSITES: dict[tuple[Kind, ...], _ReadComposite] = {
    (Kind.TOKEN, Kind.TOKEN): token_token,
    (Kind.TOKEN, Kind.QUANTITY): token_quantity,
    (Kind.TOKEN, Kind.STRING): token_string,
    (Kind.TOKEN, Kind.DATE): token_date,
    (Kind.TOKEN, Kind.NUMBER, Kind.NUMBER): token_numbers,
}
