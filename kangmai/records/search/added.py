"""Search parameters that this installation adds to those of R4, as far as searching and extracting know them.

A parameter is written from the moment it is entered, and searched once all that was there before is indexed. The
name under which its tokens are hashed holds its number, so that rows of an earlier one of the same code never
answer for it. Whoever keeps the table of them (`records.parameters`) installs them here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search import rows
from kangmai.records.search.expressions import Branch, parse, resolve
from kangmai.records.search.hashing import token_hash
from kangmai.records.search.parameters import Kind, SearchParameter, Source, find_parameter

FIRST = 100_001
"""Numbers of added parameters begin here; those of R4 are far below."""
KINDS = (Kind.TOKEN, Kind.STRING, Kind.DATE, Kind.NUMBER, Kind.QUANTITY, Kind.REFERENCE, Kind.URI)
PRESENT = ":present"
_EXTENSION = re.compile(r"\bextension\(\s*('[^']*')\s*\)")
_ROOT = re.compile(r"^\(*\s*([A-Z]\w*)\b")


class NotServed(ValueError):
    """A SearchParameter that cannot be indexed here; the text says why, in English."""


@dataclass(frozen=True, slots=True)
class Added:
    """One added parameter of one resource type, and what is done with it."""

    parameter: SearchParameter
    is_searched: bool
    is_written: bool

    @property
    def resource_type(self) -> str:
        return self.parameter.resource_type


@dataclass(slots=True)
class _Known:
    version: int = 0
    by_type: dict[str, tuple[Added, ...]] = field(default_factory=dict)
    by_number: dict[int, SearchParameter] = field(default_factory=dict)


_known = _Known()


def install(added: Iterable[Added]) -> None:
    """Let these be the added parameters of this process from now on."""
    by_type: dict[str, tuple[Added, ...]] = {}
    for each in added:
        by_type[each.resource_type] = (*by_type.get(each.resource_type, ()), each)
    if by_type != _known.by_type:
        _known.by_type = by_type
        _known.by_number = {a.parameter.p: a.parameter for some in by_type.values() for a in some}
        _known.version += 1


def version() -> int:
    """A number that grows whenever other parameters are installed."""
    return _known.version


def searched(resource_type: str) -> dict[str, SearchParameter]:
    """The added parameters by which a type can be searched, by code."""
    return {
        each.parameter.name: each.parameter
        for each in _known.by_type.get(resource_type, ())
        if each.is_searched
    }


def find(resource_type: str, name: str) -> SearchParameter | None:
    """The parameter of that name by which a type can be searched, of R4 or added."""
    return find_parameter(resource_type, name) or searched(resource_type).get(name)


def is_being_indexed(resource_type: str, code: str) -> bool:
    """Whether a parameter of that code is written but cannot be searched yet."""
    return any(
        each.parameter.name == code and each.is_written and not each.is_searched
        for each in _known.by_type.get(resource_type, ())
    )


def numbers_in_motion() -> frozenset[int]:
    """The parameters whose rows are neither all there nor all gone."""
    return frozenset(a.parameter.p for s in _known.by_type.values() for a in s if not a.is_searched)


def by_number(p: int) -> SearchParameter:
    """The added parameter with this number. Raises: KeyError."""
    return _known.by_number[p]


def build(resource_type: str, code: str, kind: str, expression: str, targets: Iterable[str], *, p: int) -> SearchParameter:  # fmt: skip
    """An added parameter of one type.

    Raises:
        NotServed
    """
    try:
        chosen = Kind(kind)
    except ValueError:
        raise NotServed(f"there is no type of search parameter '{kind}'") from None
    if chosen not in KINDS:
        raise NotServed(f"parameters of type {kind} cannot be added")
    branches = _branches(expression, resource_type)
    name = f"{code}#{p}"
    known = SearchParameter(
        p,
        resource_type,
        code,
        chosen,
        expression,
        frozenset(targets) or frozenset(resource_types() if chosen is Kind.REFERENCE else ()),
        (),
        branches,
        (Source(name, p),),
    )
    _require_values(known)
    return known


def _branches(expression: str, resource_type: str) -> tuple[Branch, ...]:
    """The alternatives of an expression that begin at this type."""
    texts = [part.strip() for part in _EXTENSION.sub(r"extension.where(url=\1)", expression).split("|")]  # fmt: skip
    own = [text for text in texts if text and _root(text) in (None, resource_type)]
    if not own:
        raise NotServed(f"the expression does not begin at {resource_type}")
    try:
        branches = [branch for text in own for branch in parse(text)]
    except (ValueError, IndexError):
        raise NotServed(
            "the expression is not one of the shapes that are indexed (paths, as, ofType, where, extension)"
        ) from None
    if any(branch.odd for branch in branches):
        raise NotServed("the expression is a condition, not a path")
    return tuple(branches)


def _root(text: str) -> str | None:
    found = _ROOT.match(text)
    return found[1] if found and found[1] not in ("Resource", "DomainResource") else None


def _require_values(known: SearchParameter) -> None:
    from kangmai.records.search.generator import WRITERS

    kinds = {p.type_name for b in known.branches for p in resolve(b, known.resource_type)}
    if not kinds & set(WRITERS[known.kind]):
        found = ", ".join(sorted(kinds)) or "nothing of R4"
        raise NotServed(f"the expression leads to {found}, not to values of a {known.kind.value} parameter")  # fmt: skip


# Extraction -------------------------------------------------------------------------------------


def put_rows(resource: dict, found: rows.Rows, *, leaving: bool) -> None:
    """Add the rows of every added parameter that is written; with `leaving` also of those that are taken out."""
    for each in _known.by_type.get(resource["resourceType"], ()):
        if each.is_written or leaving:
            put_rows_of(each.parameter, resource, found)


def put_rows_of(parameter: SearchParameter, resource: dict, found: rows.Rows) -> None:
    """Add the rows of one added parameter, and a token that says that it has a value."""
    counts = _counts(found)
    for writer, column, steps, target in _writers(parameter):
        for value in _values(resource, steps):
            if target is None or rows.is_to(value, target):
                writer(value, found, column)
    if _counts(found) != counts:
        found.tokens.append((present_hash(parameter), 0))


def present_hash(parameter: SearchParameter) -> int:
    """The token of resources that have a value of an added parameter."""
    return token_hash(parameter.resource_type, parameter.sources[0].name, PRESENT)


def _counts(found: rows.Rows) -> tuple[int, ...]:
    return (len(found.tokens), len(found.references), len(found.dates), len(found.strings), len(found.quantities))  # fmt: skip


@cache
def _writers(parameter: SearchParameter) -> tuple[tuple, ...]:
    """(writer, column, steps, type of the target) of every path of a parameter."""
    from kangmai.records.search.generator import WRITERS, code_system, column_for

    named = replace(parameter, name=parameter.sources[0].name)
    return tuple(
        (
            WRITERS[parameter.kind][path.type_name],
            column_for(named, code_system(parameter.resource_type, path)),
            path.steps,
            branch.target,
        )
        for branch in parameter.branches
        for path in resolve(branch, parameter.resource_type)
        if path.type_name in WRITERS[parameter.kind]
    )


def _values(resource: dict, steps: tuple) -> list:
    """The values at the end of steps, with the conditions on the way."""
    found = [resource]
    for step in steps:
        following: list = []
        for each in found:
            value = each.get(step.key)
            if value is None:
                continue
            some = value[:1] if step.only_first and step.is_list else value
            following += some if step.is_list else (some,)
        if step.condition:
            key, wanted = step.condition
            following = [each for each in following if each is not None and each.get(key) == wanted]
        found = [each for each in following if each is not None]
    return found
