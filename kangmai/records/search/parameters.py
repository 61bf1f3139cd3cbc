"""The search parameters of FHIR R4: one for each resource type and name, each with a fixed number.

A parameter whose values are all found under other parameters of its type writes no index rows of
its own: `sources` names those that hold them (`combo-code` is `code` and `component-code`;
`patient` is `subject` where it points to a Patient). That saves about a quarter of the rows.
Source: FHIR R4, https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

from kangmai.records.fhir.definitions import resource_types, table
from kangmai.records.search.expressions import Branch, parse

SEALED_TYPES = frozenset({"Patient", "Person", "RelatedPerson", "Practitioner"})


class Kind(Enum):
    """The type of a search parameter, as FHIR names it."""

    NUMBER = "number"
    DATE = "date"
    STRING = "string"
    TOKEN = "token"
    REFERENCE = "reference"
    COMPOSITE = "composite"
    QUANTITY = "quantity"
    URI = "uri"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Source:
    """A parameter that holds index rows, and the type a reference must have to count."""

    name: str
    p: int
    target: str | None = None


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One search parameter of one resource type; `p` is its number in the index.

    `targets` are the resource types a reference may have; `components` are (parameter name,
    expression below the base) of a composite; `sources` are the parameters with the index rows,
    which is the parameter itself unless it only gathers others.
    """

    p: int
    resource_type: str
    name: str
    kind: Kind
    expression: str
    targets: frozenset[str]
    components: tuple[tuple[str, str], ...]
    branches: tuple[Branch, ...]
    sources: tuple[Source, ...]

    @property
    def is_alias(self) -> bool:
        """Whether other parameters hold its index rows."""
        return all(source.p != self.p for source in self.sources)


def find_parameter(resource_type: str, name: str) -> SearchParameter | None:
    """The parameter of that name for a resource type."""
    return parameters(resource_type).get(name)


def parameter(resource_type: str, name: str) -> SearchParameter:
    """The parameter of that name. Raises: KeyError where the type has no such parameter."""
    return parameters(resource_type)[name]


@cache
def parameters(resource_type: str) -> dict[str, SearchParameter]:
    """Every parameter of a resource type by name. Raises: KeyError for an unknown type."""
    found = {row[2]: _parameter(row) for row in _rows()[resource_type]}
    return {name: replace(each, sources=_sources(each, found)) for name, each in found.items()}


@cache
def parameter_by_number(p: int) -> SearchParameter:
    """The parameter with this number. Raises: KeyError."""
    resource_type, name = _numbers()[p]
    return parameter(resource_type, name)


@cache
def _rows() -> dict[str, list[list]]:
    rows: dict[str, list[list]] = {name: [] for name in resource_types()}
    for row in table("search_parameters"):
        rows[row[1]].append([*row, [], []][:7] if len(row) < 7 else row)
    return rows


@cache
def _numbers() -> dict[int, tuple[str, str]]:
    return {row[0]: (row[1], row[2]) for rows in _rows().values() for row in rows}


def _parameter(row: list) -> SearchParameter:
    p, resource_type, name, kind, expression, targets, components = row
    targets = targets or (resource_types() if kind == "reference" else ())
    pairs = tuple((part, below) for part, below in components)
    branches = parse(expression)
    return SearchParameter(
        p, resource_type, name, Kind(kind), expression, frozenset(targets), pairs, branches, ()
    )


def _sources(wanted: SearchParameter, found: dict[str, SearchParameter]) -> tuple[Source, ...]:
    """The fewest parameters with all values of `wanted`: itself, or smaller ones that it gathers."""
    own = (Source(wanted.name, wanted.p),)
    if wanted.kind is Kind.SPECIAL or any(b.odd for b in wanted.branches):
        return own
    missing = _branch_keys(wanted)
    sources = []
    for other in sorted(found.values(), key=lambda o: (-len(o.branches), o.p)):
        keys = _branch_keys(other)
        if _may_stand_for(other, wanted) and keys <= missing:
            missing = missing - keys
            sources.append(Source(other.name, other.p, _target(wanted, keys)))
    return tuple(sources) if sources and not missing else own


def _may_stand_for(other: SearchParameter, wanted: SearchParameter) -> bool:
    if other is wanted or other.kind is not wanted.kind or any(b.target for b in other.branches):
        return False
    smaller = len(other.branches) < len(wanted.branches)
    narrows = any(b.target for b in wanted.branches)
    return smaller or (
        len(other.branches) == len(wanted.branches) and (narrows or other.p < wanted.p)
    )


def _branch_keys(parameter: SearchParameter) -> frozenset[object]:
    below = tuple(expression for _, expression in parameter.components)
    return frozenset((replace(branch, target=None), below) for branch in parameter.branches)


def _target(wanted: SearchParameter, keys: frozenset[object]) -> str | None:
    below = tuple(expression for _, expression in wanted.components)
    for branch in wanted.branches:
        if (replace(branch, target=None), below) in keys:
            return branch.target
    return None
