"""Read a ViewDefinition and refuse what the specification forbids.

Source: SQL on FHIR 2.0, ViewDefinition,
https://sql-on-fhir.org/ig/2.0.0/StructureDefinition-ViewDefinition.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kangmai.analytics.views.errors import ViewRefused
from kangmai.records.fhirpath.model import is_resource_name

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
URI_CONSTANTS = frozenset(["Canonical", "Oid", "Uri", "Url", "Uuid"])
TIME_CONSTANTS = frozenset(["Date", "DateTime", "Instant", "Time"])
TEXT_CONSTANTS = (
    frozenset(["Base64Binary", "Code", "Id", "String"]) | URI_CONSTANTS | TIME_CONSTANTS
)
NUMBER_CONSTANTS = frozenset(["Integer", "PositiveInt", "UnsignedInt"])
ITERATIONS = ("forEach", "forEachOrNull", "repeat")
SELECT_PARTS = frozenset(["column", "select", "unionAll", *ITERATIONS])
ANY_ELEMENT = frozenset(["id", "extension", "modifierExtension"])
RESERVED = frozenset(["resource", "rootResource", "context", "rowIndex", "ucum", "sct", "loinc"])


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that paths name `%name`, with its FHIR type."""

    name: str
    type_name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its path, its declared type, whether it may hold many values."""

    name: str
    path: str
    type_name: str | None
    is_collection: bool
    place: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Columns and nested selections, for each of what the iteration gives.

    At most one of `for_each`, `for_each_or_null` and `repeat` is given.
    """

    columns: tuple[Column, ...]
    selections: tuple["Selection", ...]
    unions: tuple["Selection", ...]
    for_each: str | None
    for_each_or_null: str | None
    repeat: tuple[str, ...]
    place: str

    def all_columns(self) -> Iterator[Column]:
        """The columns this selection gives, in the order of the output."""
        yield from self.columns
        for selection in self.selections:
            yield from selection.all_columns()
        if self.unions:
            yield from self.unions[0].all_columns()


@dataclass(frozen=True, slots=True)
class View:
    """A view definition that is well formed; its paths are not yet compiled."""

    name: str | None
    resource: str
    constants: tuple[Constant, ...]
    selections: tuple[Selection, ...]
    where: tuple[str, ...]

    def all_columns(self) -> list[Column]:
        return [column for selection in self.selections for column in selection.all_columns()]


def read_view(definition: Any) -> View:
    """The view of a ViewDefinition in JSON. Raises: ViewRefused."""
    source = demand(definition, dict, "the view", "an object is expected")
    resource = text(source, "resource", "the view")
    if not is_resource_name(resource):
        raise ViewRefused(place="resource", reason=f"R4 has no resource type {resource}")
    name = source.get("name")
    if name is not None:
        check_name(name, "name")
    view = View(
        name=name,
        resource=resource,
        constants=tuple(each(source, "constant", "", read_constant)),
        selections=tuple(each(source, "select", "", read_selection, fewest=1)),
        where=tuple(each(source, "where", "", read_where)),
    )
    check_columns(view.all_columns())
    check_unique([constant.name for constant in view.constants], "constant")
    return view


def demand(value: Any, kind: type, place: str, reason: str) -> Any:
    """`value`, if it is of a kind. Raises: ViewRefused."""
    if not isinstance(value, kind):
        raise ViewRefused(place=place or "the view", reason=reason)
    return value


def text(source: Mapping[str, Any], key: str, place: str) -> str:
    """A text that must be there. Raises: ViewRefused."""
    value = source.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ViewRefused(place=place, reason=f"{key} must be a text")
    return value


def optional_text(source: Mapping[str, Any], key: str, place: str) -> str | None:
    return text(source, key, place) if key in source else None


def each(
    source: Mapping[str, Any],
    key: str,
    place: str,
    read: Callable[[Mapping[str, Any], str], Any],
    fewest: int = 0,
) -> Iterator[Any]:
    """What stands in a list, read one by one, with its place. Raises: ViewRefused."""
    inside = f"{place}.{key}" if place else key
    items = demand(source.get(key, []), list, inside, "a list is expected")
    if len(items) < fewest or (key in source and not items):
        raise ViewRefused(place=inside, reason="at least one is needed")
    for number, item in enumerate(items):
        here = f"{inside}[{number}]"
        yield read(demand(item, dict, here, "an object is expected"), here)


def read_constant(source: Mapping[str, Any], place: str) -> Constant:
    name = text(source, "name", place)
    check_name(name, place)
    if name in RESERVED:
        raise ViewRefused(place=place, reason=f"%{name} has a meaning already")
    values = [key for key in source if key.startswith("value")]
    if len(values) != 1:
        raise ViewRefused(place=place, reason="exactly one value[x] is needed")
    kind, value = values[0].removeprefix("value"), source[values[0]]
    if not is_constant(kind, value):
        raise ViewRefused(place=f"{place}.{values[0]}", reason="the value is not of its type")
    return Constant(name, kind[:1].lower() + kind[1:], value)


def is_constant(kind: str, value: Any) -> bool:
    """Whether a JSON value fits the type in its key."""
    if kind in TEXT_CONSTANTS:
        return isinstance(value, str)
    if kind in NUMBER_CONSTANTS:
        return type(value) is int
    if kind == "Decimal":
        return type(value) is int or isinstance(value, float | Decimal)
    return kind == "Boolean" and isinstance(value, bool)


def read_where(source: Mapping[str, Any], place: str) -> str:
    return text(source, "path", place)


def read_selection(source: Mapping[str, Any], place: str) -> Selection:
    """Raises: ViewRefused."""
    if strange := sorted(set(source) - SELECT_PARTS - ANY_ELEMENT):
        raise ViewRefused(place=place, reason=f"a select has no {strange[0]}")
    if len(given := [key for key in ITERATIONS if key in source]) > 1:
        raise ViewRefused(place=place, reason=f"{' and '.join(given)} exclude each other")
    selection = Selection(
        columns=tuple(each(source, "column", place, read_column)),
        selections=tuple(each(source, "select", place, read_selection)),
        unions=tuple(each(source, "unionAll", place, read_selection)),
        for_each=optional_text(source, "forEach", place),
        for_each_or_null=optional_text(source, "forEachOrNull", place),
        repeat=tuple(read_repeat(source, place)),
        place=place,
    )
    check_union(selection)
    if not any(True for _ in selection.all_columns()):
        raise ViewRefused(place=place, reason="no column is selected")
    return selection


def read_repeat(source: Mapping[str, Any], place: str) -> Iterator[str]:
    if "repeat" not in source:
        return
    paths = demand(source["repeat"], list, f"{place}.repeat", "a list of paths is expected")
    if not paths:
        raise ViewRefused(place=f"{place}.repeat", reason="at least one is needed")
    for number, path in enumerate(paths):
        yield demand(path, str, f"{place}.repeat[{number}]", "a path must be a text")


def read_column(source: Mapping[str, Any], place: str) -> Column:
    name = text(source, "name", place)
    check_name(name, place)
    is_collection = source.get("collection", False)
    return Column(
        name=name,
        path=text(source, "path", place),
        type_name=optional_text(source, "type", place),
        is_collection=demand(is_collection, bool, place, "collection must be true or false"),
        place=place,
    )


def check_name(name: Any, place: str) -> None:
    """Names must do as names of tables and columns in any database. Raises: ViewRefused."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ViewRefused(
            place=place,
            reason=f"the name {name!r} must begin with a letter and hold letters, digits and _ only",
        )


def check_columns(columns: list[Column]) -> None:
    """Every column has a name of its own. Raises: ViewRefused."""
    check_unique([column.name for column in columns], "column")


def check_unique(names: list[str], kind: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ViewRefused(place=kind, reason=f"the name {name} is used twice")
        seen.add(name)


def check_union(selection: Selection) -> None:
    """All parts of a union give the same columns in the same order. Raises: ViewRefused."""
    if not selection.unions:
        return
    first = [union_key(column) for column in selection.unions[0].all_columns()]
    for number, part in enumerate(selection.unions):
        ours = [union_key(column) for column in part.all_columns()]
        if [key[:2] for key in ours] != [key[:2] for key in first]:
            place = f"{selection.place}.unionAll[{number}]"
            raise ViewRefused(place=place, reason="its columns differ from those of the first part")
        check_unique([column.name for column in part.all_columns()], "column")


def union_key(column: Column) -> tuple[str, bool]:
    return column.name, column.is_collection
