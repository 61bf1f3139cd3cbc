"""Conditions over index rows: what a search asks, with all names and units already turned into keys.

Each condition is about one resource; a query is all of several. `sql` turns them into SQL, and a
slow twin in the tests evaluates them over extracted keys.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias


class Comparator(Enum):
    """The prefix of an ordered value. Source: https://hl7.org/fhir/R4/search.html#prefix"""

    EQUAL = "eq"
    NOT_EQUAL = "ne"
    GREATER = "gt"
    LESS = "lt"
    GREATER_OR_EQUAL = "ge"
    LESS_OR_EQUAL = "le"
    STARTS_AFTER = "sa"
    ENDS_BEFORE = "eb"
    APPROXIMATE = "ap"


class Match(Enum):
    """How a text is compared."""

    STARTS = "starts"
    EQUALS = "equals"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Any of these keys; `system` is the key of a code system, 0 for none, or None for any."""

    keys: tuple[int, ...]
    system: int | None = None


@dataclass(frozen=True, slots=True)
class Ids:
    """One of these resource ids."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class References:
    """Points to one of the targets by one of the parameters."""

    targets: tuple[int, ...]
    parameters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dates:
    """A date of one of the parameters that stands so to the range from `lo` up to `hi`.

    The same date must meet `also`: conditions on a parameter that has one date at most.
    """

    parameters: tuple[int, ...]
    comparator: Comparator
    lo: datetime
    hi: datetime
    also: tuple["Dates", ...] = ()


@dataclass(frozen=True, slots=True)
class Updated:
    """Was last changed at a time that stands so to the range."""

    comparator: Comparator
    lo: datetime
    hi: datetime


@dataclass(frozen=True, slots=True)
class Strings:
    """A text of one of the parameters that starts with, equals or contains one of these."""

    parameters: tuple[int, ...]
    match: Match
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantities:
    """A number under `unit` (0: as written) that stands so to a value, which stands for [lo, hi).

    A part of `Coordinates` has no unit of its own.
    """

    parameters: tuple[int, ...]
    unit: int | None
    comparator: Comparator
    value: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A code with a start and an end, each with its own comparison (a composite of three)."""

    parameters: tuple[int, ...]
    unit: int
    start: Quantities
    end: Quantities


@dataclass(frozen=True, slots=True)
class Missing:
    """No value for any of the parameters; each type searched has one of them."""

    parameters: tuple[int, ...]
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Chained:
    """Points by one of the parameters to a resource of the type for which all of `where` holds."""

    parameters: tuple[int, ...]
    resource_type: str
    where: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class PointedAt:
    """A resource of the type, for which all of `where` holds, points here by one of the parameters."""

    parameters: tuple[int, ...]
    resource_type: str
    where: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them holds; none of none."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of them hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    condition: "Condition"


Condition: TypeAlias = (
    Tokens
    | Ids
    | References
    | Dates
    | Updated
    | Strings
    | Quantities
    | Coordinates
    | Missing
    | Chained
    | PointedAt
    | AnyOf
    | AllOf
    | Not
)


def any_of(conditions: list[Condition]) -> Condition:
    """One condition for a list of alternatives, keys of the same kind put together."""
    merged: list[Condition] = []
    tokens: dict[int | None, list[int]] = {}
    for each in conditions:
        if isinstance(each, Tokens):
            tokens.setdefault(each.system, []).extend(each.keys)
        elif each not in merged:
            merged.append(each)
    merged += [Tokens(tuple(sorted(set(keys))), system) for system, keys in tokens.items()]
    merged = _merged_references(_merged_texts(_merged_missing(merged)))
    return merged[0] if len(merged) == 1 else AnyOf(tuple(merged))


def _merged_references(conditions: list[Condition]) -> list[Condition]:
    """References by the same parameters become one."""
    targets: dict[tuple[int, ...], list[int]] = {}
    rest: list[Condition] = []
    for each in conditions:
        if isinstance(each, References):
            targets.setdefault(each.parameters, []).extend(each.targets)
        else:
            rest.append(each)
    return rest + [References(tuple(sorted(set(t))), p) for p, t in targets.items()]


def _merged_texts(conditions: list[Condition]) -> list[Condition]:
    """Texts compared in the same way become one: first by parameters, then by texts."""
    by_texts: dict[tuple[Match, tuple[str, ...]], set[int]] = {}
    rest: list[Condition] = []
    for each in conditions:
        if isinstance(each, Strings):
            by_texts.setdefault((each.match, each.texts), set()).update(each.parameters)
        else:
            rest.append(each)
    by_parameters: dict[tuple[Match, tuple[int, ...]], list[str]] = {}
    for (match, texts), parameters in by_texts.items():
        by_parameters.setdefault((match, tuple(sorted(parameters))), []).extend(texts)
    return rest + [Strings(p, match, tuple(t)) for (match, p), t in by_parameters.items()]


def _merged_missing(conditions: list[Condition]) -> list[Condition]:
    """One parameter absent in several types searched together becomes one."""
    numbers = {m.parameters for m in conditions if isinstance(m, Missing)}
    if len(numbers) < 2:
        return conditions
    flags = {m.is_missing for m in conditions if isinstance(m, Missing)}
    parameters = tuple(sorted(p for each in numbers for p in each))
    rest = [c for c in conditions if not isinstance(c, Missing)]
    return [*rest, *(Missing(parameters, flag) for flag in flags)]
