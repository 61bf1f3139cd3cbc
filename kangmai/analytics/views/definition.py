"""Read a ViewDefinition and refuse what the specification forbids.

Source: SQL on FHIR 2.0, ViewDefinition,
https://sql-on-fhir.org/ig/2.0.0/StructureDefinition-ViewDefinition.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kangmai.analytics.views.constants import Constant, read_constant
from kangmai.analytics.views.demands import (
    check_known,
    check_name,
    check_unique,
    demand,
    each,
    optional_text,
    text,
)
from kangmai.analytics.views.errors import ViewRefused
from kangmai.records.fhirpath.model import is_resource_name

ITERATIONS = ("forEach", "forEachOrNull", "repeat")
SELECT_PARTS = frozenset(["column", "select", "unionAll", *ITERATIONS])
COLUMN_PARTS = frozenset(["name", "path", "description", "collection", "type", "tag"])
WHERE_PARTS = frozenset(["path", "description"])
VIEW_PARTS = frozenset(["resourceType", "resource", "profile", "fhirVersion"]) | frozenset(
    ["constant", "select", "where"]
)
# What R5 lets any definition say about itself.
ABOUT = frozenset([
    "meta", "implicitRules", "language", "text", "contained", "url", "identifier", "version",
    "versionAlgorithmString", "versionAlgorithmCoding", "name", "title", "status",
    "experimental", "date", "publisher", "contact", "description", "useContext", "jurisdiction",
    "purpose", "copyright", "copyrightLabel", "approvalDate", "lastReviewDate",
    "effectivePeriod", "topic", "author", "editor", "reviewer", "endorser", "relatedArtifact",
])  # fmt: skip


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
    check_known(source, VIEW_PARTS | ABOUT, "the view", "a view")
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


def read_where(source: Mapping[str, Any], place: str) -> str:
    check_known(source, WHERE_PARTS, place, "a where")
    return text(source, "path", place)


def read_selection(source: Mapping[str, Any], place: str) -> Selection:
    """Raises: ViewRefused."""
    check_known(source, SELECT_PARTS, place, "a select")
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
    check_known(source, COLUMN_PARTS, place, "a column")
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


def check_columns(columns: list[Column]) -> None:
    """Every column has a name of its own. Raises: ViewRefused."""
    check_unique([column.name for column in columns], "column")


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
