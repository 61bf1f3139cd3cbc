"""Read UCUM units into a factor and dimensions, enough to compare, multiply and divide.

Case-sensitive codes; prefixes, products, quotients, exponents, brackets and annotations. The units
stand in `ucum.json`, written from memory and marked so (`verified: false`). Arbitrary units such as [iU] are dimensions of their own.

Source: The Unified Code for Units of Measure, version 2.1, https://ucum.org/ucum
"""

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("ucum.json")
Dimensions = tuple[tuple[str, int], ...]
ATOM = re.compile(r"((?:\[[^\]\s]+\]|[A-Za-z_%'\"*^]|10[*^])+)([+-]?\d+)?(\{[^}]*\})?")
NUMBER = re.compile(r"(\d+)(\{[^}]*\})?")
ANNOTATION = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A factor to base units, their exponents, and a shift for temperatures."""

    factor: Fraction
    dimensions: Dimensions = ()
    shift: Fraction = Fraction(0)


ONE = Unit(Fraction(1))


class UnknownUnit(ValueError):
    """A text that is no unit we know."""


@cache
def table() -> dict[str, Any]:
    return json.loads(TABLE.read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def read_unit(code: str) -> Unit | None:
    """The unit of a UCUM code, or None where we do not know it."""
    try:
        unit, rest = product(code)
        return unit if not rest else None
    except (UnknownUnit, ZeroDivisionError):
        return None


def product(text: str) -> tuple[Unit, str]:
    """A chain of units with `.` and `/`, and what follows it."""
    unit = ONE
    if not text.startswith("/"):
        unit, text = component(text)
    while text[:1] in (".", "/") and text:
        sign, (right, text) = text[0], component(text[1:])
        unit = multiplied(unit, right, 1 if sign == "." else -1)
    return unit, text


def component(text: str) -> tuple[Unit, str]:
    """A bracket, a number, an annotation or a single unit with its exponent, and the rest."""
    if text.startswith("("):
        unit, rest = product(text[1:])
        if not rest.startswith(")"):
            raise UnknownUnit(text)
        return unit, rest[1:]
    if match := ANNOTATION.match(text):
        return ONE, text[match.end() :]
    if match := ATOM.match(text):
        return power(atom(match[1]), int(match[2] or 1)), text[match.end() :]
    if match := NUMBER.match(text):
        return Unit(Fraction(int(match[1]))), text[match.end() :]
    raise UnknownUnit(text)


@lru_cache(maxsize=1024)
def atom(code: str) -> Unit:
    """A unit by its code, with or without a prefix. Raises: UnknownUnit."""
    units, prefixes = table()["units"], table()["prefixes"]
    if code in units:
        return defined(units[code])
    for length in (2, 1):
        prefix, rest = code[:length], code[length:]
        if prefix in prefixes and units.get(rest, {}).get("metric"):
            unit = defined(units[rest])
            return Unit(Fraction(prefixes[prefix]) * unit.factor, unit.dimensions)
    raise UnknownUnit(code)


def defined(row: dict[str, Any]) -> Unit:
    """The unit of a row of the table."""
    if "dimension" in row:
        return Unit(Fraction(1), ((row["dimension"], 1),))
    unit, rest = product(row["unit"])
    if rest:
        raise UnknownUnit(rest)
    factor = Fraction(row["value"]) * unit.factor
    return Unit(factor, unit.dimensions, Fraction(row.get("shift", 0)))


def multiplied(left: Unit, right: Unit, sign: int) -> Unit:
    """`left` times `right`, or divided by it where `sign` is -1."""
    exponents = dict(left.dimensions)
    for dimension, exponent in right.dimensions:
        exponents[dimension] = exponents.get(dimension, 0) + sign * exponent
    kept = tuple(sorted((name, count) for name, count in exponents.items() if count))
    return Unit(left.factor * right.factor**sign, kept)


def power(unit: Unit, exponent: int) -> Unit:
    if exponent == 1:
        return unit
    dimensions = tuple((name, count * exponent) for name, count in unit.dimensions)
    return Unit(unit.factor**exponent, dimensions if exponent else ())
