"""The operators between two collections, and the logic that may leave its right side alone.

Source: FHIRPath, Operations, https://hl7.org/fhirpath/#operations
"""

from collections.abc import Callable
from typing import Any

from kangmai.records.fhirpath.elements import Collection
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Compiled, Frame
from kangmai.records.fhirpath.values import arithmetic
from kangmai.records.fhirpath.values.comparison import compare, singleton, truth
from kangmai.records.fhirpath.values.equality import are_equal, distinct, equal, equivalent

Operator = Callable[[Collection, Collection], Collection]
NUMERIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "div": arithmetic.whole_division,
    "mod": arithmetic.remainder,
}


def operator_of(name: str) -> Operator:
    """The operator on two collections."""
    if name in NUMERIC:
        return on_values(NUMERIC[name])
    if name in ("<", "<=", ">", ">="):
        return lambda left, right: compare(name, left, right)
    return OPERATORS[name]


def on_values(combine: Callable[[Any, Any], Any]) -> Operator:
    """An operator on two single values, empty where either is."""

    def run(left: Collection, right: Collection) -> Collection:
        ours, theirs = singleton(left), singleton(right)
        if ours is None or theirs is None:
            return []
        found = combine(ours, theirs)
        return [] if found is None else [found]

    return run


def equals(left: Collection, right: Collection) -> Collection:
    found = equal(left, right)
    return [] if found is None else [found]


def differs(left: Collection, right: Collection) -> Collection:
    found = equal(left, right)
    return [] if found is None else [not found]


def contains(left: Collection, right: Collection) -> Collection:
    """Raises: Misuse if the right side is more than one item."""
    if not right:
        return []
    if len(right) > 1:
        raise Misuse(f"one item expected, found {len(right)}")
    return [any(are_equal(item, right[0]) for item in left)]


def concatenate(left: Collection, right: Collection) -> Collection:
    """`&`: an empty side counts as an empty text. Raises: Misuse if a side is no text."""
    ours, theirs = singleton(left) or "", singleton(right) or ""
    if not (isinstance(ours, str) and isinstance(theirs, str)):
        raise Misuse("& joins Strings")
    return [ours + theirs]


def exclusive_or(left: Collection, right: Collection) -> Collection:
    ours, theirs = truth(left), truth(right)
    return [] if ours is None or theirs is None else [ours != theirs]


OPERATORS: dict[str, Operator] = {
    "=": equals,
    "!=": differs,
    "~": lambda left, right: [equivalent(left, right)],
    "!~": lambda left, right: [not equivalent(left, right)],
    "|": lambda left, right: distinct([*left, *right]),
    "in": lambda left, right: contains(right, left),
    "contains": contains,
    "&": concatenate,
    "xor": exclusive_or,
}


def conjunction(left: Compiled, right: Compiled) -> Compiled:
    def run(frame: Frame) -> Collection:
        ours = truth(left(frame))
        if ours is False:
            return [False]
        theirs = truth(right(frame))
        if theirs is False:
            return [False]
        return [True] if ours and theirs else []

    return run


def disjunction(left: Compiled, right: Compiled) -> Compiled:
    def run(frame: Frame) -> Collection:
        ours = truth(left(frame))
        if ours:
            return [True]
        theirs = truth(right(frame))
        if theirs:
            return [True]
        return [False] if ours is False and theirs is False else []

    return run


def implication(left: Compiled, right: Compiled) -> Compiled:
    def run(frame: Frame) -> Collection:
        ours = truth(left(frame))
        if ours is False:
            return [True]
        theirs = truth(right(frame))
        if theirs:
            return [True]
        return [False] if ours and theirs is False else []

    return run


LAZY: dict[str, Callable[[Compiled, Compiled], Compiled]] = {
    "and": conjunction,
    "or": disjunction,
    "implies": implication,
}
