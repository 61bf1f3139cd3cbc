"""Compile a view definition into a function from a resource to its rows.

Source: SQL on FHIR 2.0, Processing Algorithm,
https://build.fhir.org/ig/FHIR/sql-on-fhir-v2/processing_model.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kangmai.analytics.views.columns import Extract, column_extract
from kangmai.analytics.views.conditions import condition
from kangmai.analytics.views.definition import Column, Selection, View, read_view
from kangmai.analytics.views.iterations import Iterate, iteration, repetition
from kangmai.analytics.views.paths import ROW_INDEX, Context, Visit
from kangmai.records.fhirpath.checker import Shape, root_shape
from kangmai.records.fhirpath.elements import Element, fact_of
from kangmai.records.fhirpath.expression import typed
from kangmai.records.fhirpath.frames import Resolver

Row = tuple[Any, ...]
Produce = Callable[[Any, int, Visit], list[Row]]


@dataclass(frozen=True, slots=True)
class CompiledView:
    """A view ready to run: its columns in order, how rows are made, and notes on oddities."""

    view: View
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    conditions: tuple[Callable[[Visit], bool], ...]
    produce: Produce
    constants: Mapping[str, list[Any]]
    notes: list[str]

    @property
    def opens_bundles(self) -> bool:
        """Whether the entries of a Bundle stand for themselves: not where Bundles are wanted."""
        return self.view.resource != "Bundle"

    def rows(
        self,
        resource: Mapping[str, Any],
        *,
        resolver: Resolver | None = None,
        at: datetime | None = None,
    ) -> list[Row]:
        """The rows of one resource, values in the order of `names`; none of another type.

        `resolver` finds resources behind references that are not `Type/id`; `at` (aware) is the
        moment for now() and today().
        Raises: RowRefused.
        """
        if resource.get("resourceType") != self.view.resource:
            return []
        root = Element(resource, fact_of(resource), None, resource)
        visit = Visit(root, self.constants, resolver, at)
        for wanted in self.conditions:
            if not wanted(visit):
                return []
        return self.produce(root, 0, visit)

    def records(
        self,
        resource: Mapping[str, Any],
        *,
        resolver: Resolver | None = None,
        at: datetime | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The rows of one resource as dicts, every column present. Raises: RowRefused."""
        for row in self.rows(resource, resolver=resolver, at=at):
            yield dict(zip(self.names, row, strict=True))


def compile_view(definition: Any) -> CompiledView:
    """A ViewDefinition in JSON, checked and compiled. Raises: ViewRefused."""
    view = read_view(definition)
    constants = {
        constant.name: typed(constant.value, constant.type_name) for constant in view.constants
    }
    root = root_shape(view.resource)
    context = Context(root, root, constants)
    columns = tuple(view.all_columns())
    return CompiledView(
        view=view,
        columns=columns,
        names=tuple(column.name for column in columns),
        conditions=tuple(
            condition(path, f"where[{number}]", context) for number, path in enumerate(view.where)
        ),
        produce=crossed([], [selection(part, context) for part in view.selections]),
        constants={name: [value] for name, value in constants.items()},
        notes=context.notes,
    )


def selection(source: Selection, context: Context) -> Produce:
    """The rows of a selection on a node. Raises: ViewRefused."""
    iterate, shape = iterated(source, context)
    inner = context.on(shape)
    parts = [selection(part, inner) for part in source.selections]
    if source.unions:
        parts.append(united([selection(part, inner) for part in source.unions]))
    body = crossed([column_extract(column, inner) for column in source.columns], parts)
    if iterate is None:
        return body
    nothing = [null_row(source)] if source.for_each_or_null is not None else []
    return for_each(iterate, body, nothing)


def iterated(source: Selection, context: Context) -> tuple[Iterate | None, Shape]:
    """What a selection goes over, None where it stays on its node."""
    if source.for_each is not None:
        return iteration(source.for_each, f"{source.place}.forEach", context)
    if source.for_each_or_null is not None:
        return iteration(source.for_each_or_null, f"{source.place}.forEachOrNull", context)
    if source.repeat:
        return repetition(source.repeat, f"{source.place}.repeat", context)
    return None, context.shape


def null_row(source: Selection) -> Row:
    """The row of a forEachOrNull that finds nothing; its index is 0."""
    return tuple(
        0 if column.path.strip() == f"%{ROW_INDEX}" else None for column in source.all_columns()
    )


def crossed(columns: list[Extract], parts: list[Produce]) -> Produce:
    """The columns of a node before every combination of the rows of its parts."""

    def run(focus: Any, index: int, visit: Visit) -> list[Row]:
        rows: list[Row] = [tuple([extract(focus, index, visit) for extract in columns])]
        for part in parts:
            inner = part(focus, index, visit)
            if not inner:
                return []
            rows = [row + more for row in rows for more in inner]
        return rows

    return run


def united(parts: list[Produce]) -> Produce:
    """The rows of all parts, one part after the other."""

    def run(focus: Any, index: int, visit: Visit) -> list[Row]:
        return [row for part in parts for row in part(focus, index, visit)]

    return run


def for_each(iterate: Iterate, body: Produce, nothing: list[Row]) -> Produce:
    """The rows of every node that an iteration gives; `nothing` where it gives none."""

    def run(focus: Any, index: int, visit: Visit) -> list[Row]:
        nodes = iterate(focus, index, visit)
        if not nodes:
            return nothing
        return [row for place, node in enumerate(nodes) for row in body(node, place, visit)]

    return run
