"""The value of a column on a node."""

from collections.abc import Callable, Iterator
from typing import Any

from kangmai.analytics.views.definition import Column
from kangmai.analytics.views.errors import RowRefused
from kangmai.analytics.views.paths import (
    FALL_BACK,
    Context,
    Visit,
    compiled_path,
    direct_reader,
    evaluated,
)
from kangmai.records.fhirpath.checker import Shape
from kangmai.records.fhirpath.direct import Direct
from kangmai.records.fhirpath.elements import plain
from kangmai.records.fhirpath.model import get_type

Extract = Callable[[Any, int, Visit], Any]


def column_extract(column: Column, context: Context) -> Extract:
    """The value of a column. Raises: ViewRefused."""
    place = f"{column.place} ({column.name})"
    expression, shape = compiled_path(column.path, place, context)
    context.notes.extend(f"{place}: {note}" for note in type_notes(column, shape))

    def in_full(focus: Any, index: int, visit: Visit) -> Any:
        items = evaluated(expression, focus, index, visit, place)
        values = [value for value in map(plain, items) if value is not None]
        return values if column.is_collection else only(values, visit, place)

    reader = direct_reader(expression, context)
    if reader is None:
        return in_full
    if column.is_collection:
        return quick_collection(reader, in_full)
    return quick_many(reader, in_full, place) if reader.is_many else quick_one(reader, in_full)


def only(values: list[Any], visit: Visit, place: str) -> Any:
    """The one value, or None. Raises: RowRefused for more."""
    if len(values) > 1:
        reason = f"{len(values)} values where one is allowed (collection is not true)"
        raise RowRefused(resource=visit.name, place=place, reason=reason)
    return values[0] if values else None


def quick_one(reader: Direct, in_full: Extract) -> Extract:
    read = reader.read

    def run(focus: Any, index: int, visit: Visit) -> Any:
        try:
            value = read(focus.value)
        except FALL_BACK:
            return in_full(focus, index, visit)
        return value if value.__class__ is not list else in_full(focus, index, visit)

    return run


def quick_many(reader: Direct, in_full: Extract, place: str) -> Extract:
    read = reader.read

    def run(focus: Any, index: int, visit: Visit) -> Any:
        try:
            values = read(focus.value)
        except FALL_BACK:
            return in_full(focus, index, visit)
        return only(values, visit, place)

    return run


def quick_collection(reader: Direct, in_full: Extract) -> Extract:
    read = reader.read

    def run(focus: Any, index: int, visit: Visit) -> Any:
        try:
            value = read(focus.value)
        except FALL_BACK:
            return in_full(focus, index, visit)
        if value.__class__ is list:
            return value
        return [] if value is None else [value]

    return run


def type_notes(column: Column, shape: Shape) -> Iterator[str]:
    """Where the declared type and what the path gives do not go together, if that is known.

    Source: SQL on FHIR 2.0, ViewDefinition.select.column.type.
    """
    if not shape.types:
        return
    families = {family(name) for name in shape.types}
    declared = column.type_name and family(column.type_name.rpartition("/")[2])
    if declared is None and "" in families:
        yield f"{' or '.join(sorted(shape.types))} is no primitive, and no type is declared"
    elif declared is not None and declared not in families:
        yield f"{column.type_name} is declared, {' or '.join(sorted(shape.types))} is found"


def family(type_name: str) -> str:
    """How values of a type look in JSON; empty for complex types."""
    name = type_name.removeprefix("System.")
    name = name[:1].lower() + name[1:] if name != type_name else name
    if name in ("integer", "positiveInt", "unsignedInt", "integer64", "decimal"):
        return "number"
    if name == "boolean":
        return "boolean"
    return "text" if get_type(name).is_primitive else ""
