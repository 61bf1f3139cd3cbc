"""Carry out the rows of a definition: read from a segment (or a data type), convert, put at a path."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kangmai.exchange.hl7v2.mapping.faults import Faulty
from kangmai.exchange.hl7v2.mapping.tables import content_of
from kangmai.exchange.hl7v2.mapping.values import CONVERTERS, Context, text_of
from kangmai.exchange.hl7v2.types import NULL, Cell, Place, Problem

Read = Callable[[str], tuple[Cell, ...]]
Row = Mapping[str, Any]


class Filled:
    """What rows came to: values, weak values (used where nothing else is known), and what shall be deleted."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.weak: dict[str, Any] = {}
        self.deleted: set[str] = set()
        self.problems: list[Problem] = []


def down(cell: Cell, number: int) -> Cell:
    """A component as a value of its own: its subcomponents become components."""
    return tuple((sub,) for sub in cell[number - 1]) if number <= len(cell) else ()


def is_filled(cell: Cell) -> bool:
    """Whether there is anything in a value."""
    return any(any(component) for component in cell)


def fill(rows: Sequence[Row], *, read: Read, organization: str, place: Place) -> Filled:
    """Carry out rows in their order; of several rows for one single element the first that has a value speaks.

    Args:
        read: the values at a reference such as `3`, `3.1` or `ORC-2`.
        place: the segment, or the field whose data type is taken apart.
    """
    filled = Filled()
    for row in rows:
        if not applies(row.get("when", ()), read):
            continue
        target = filled.weak if row.get("weak") else filled.values
        if "from" not in row:
            put(target, row["to"], _given(row, organization, place, read))
            continue
        _from(row, target, filled, read=read, organization=organization, place=place)
    return filled


def applies(conditions: Sequence[Mapping[str, Any]], read: Read) -> bool:
    """Whether all conditions of a row hold."""
    return all(_holds(each, read) for each in conditions)


def _holds(condition: Mapping[str, Any], read: Read) -> bool:
    if "valued" in condition:
        return any(map(_says, read(str(condition["valued"]))))
    if "absent" in condition:
        return not any(map(_says, read(str(condition["absent"]))))
    reference, codes = condition["in"] if "in" in condition else condition["out"]
    cells = read(str(reference))
    is_in = (text_of(cells[0]) if cells else "") in codes
    return is_in if "in" in condition else not is_in


def _says(cell: Cell) -> bool:
    return is_filled(cell) and text_of(cell) != NULL


def _given(row: Row, organization: str, place: Place, read: Read) -> Any:
    """A constant; as `local`, the sender's own system of that name."""
    value = _thawed(row["value"])
    if row.get("as") == "local":
        return CONVERTERS["local"](((value,),), Context(organization, place, row, read))
    return value


def _from(
    row: Row, target: dict[str, Any], filled: Filled, *, read: Read, organization: str, place: Place
) -> None:
    reference = str(row["from"])
    cells = read(reference)[: 1 if row.get("first") else None]
    where = _place_of(reference, place)
    joined: list[str] = []
    for cell in cells:
        if text_of(cell) == NULL and len(cell) == 1:
            filled.deleted.add(row["to"].partition(".")[0].removesuffix("[]"))
            continue
        if not is_filled(cell):
            continue
        try:
            value = _converted(row, cell, Context(organization, where, row, read), filled)
        except Faulty as error:
            filled.problems.append(error.problem)
            continue
        if value in (None, "", {}, []):
            continue
        if row.get("as") == "text" and not row["to"].endswith("[]"):
            joined.append(value)
        else:
            _put_value(row, target, value)
    if joined:
        put(target, row["to"], "\n".join(joined))


def _place_of(reference: str, place: Place) -> Place:
    segment, dash, rest = reference.partition("-")
    field, _, component = (rest if dash else segment).partition(".")
    if place.field:  # the part of a data type
        return Place(place.segment, place.sequence, place.field, int(field))
    name = segment if dash else place.segment
    return Place(name, 1 if dash else place.sequence, int(field), int(component or 0))


def _converted(row: Row, cell: Cell, context: Context, filled: Filled) -> Any:
    kind = row["as"]
    if kind == "instant" and "plus" in row:
        return _later(cell, context)
    if kind in CONVERTERS:
        return CONVERTERS[kind](cell, context)
    inner = fill(
        content_of("hl7_datatype")[kind]["rows"],
        read=lambda reference: _parts(cell, reference),
        organization=context.organization,
        place=context.place,
    )
    filled.problems += inner.problems
    return inner.values if _is_worth_it(inner.values) else None


def _is_worth_it(value: Mapping[str, Any]) -> bool:
    """Whether a data type says anything: a system without a value does not."""
    return bool(value.keys() - {"system", "type", "use", "period"})


def _parts(cell: Cell, reference: str) -> tuple[Cell, ...]:
    component, _, sub = reference.partition(".")
    found = down(cell, int(component))
    if sub:
        found = down(found, int(sub))
    return (found,) if is_filled(found) else ()


def _later(cell: Cell, context: Context) -> str | None:
    """An instant so many minutes later as another field says."""
    from datetime import timedelta

    from kangmai.exchange.hl7v2.mapping import primitives

    minutes = context.read(str(context.row["plus"]))
    if not minutes:
        return None
    length = primitives.positive(text_of(minutes[0]), context.place)
    return (primitives.moment(text_of(cell), context.place) + timedelta(minutes=length)).isoformat()


def _put_value(row: Row, target: dict[str, Any], value: Any) -> None:
    if "into" in row:
        element: dict[str, Any] = {}
        put(element, row["into"], value)
        value = element
    if "with" in row:
        value = {**_thawed(row["with"]), **value}
    put(target, row["to"], value)


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path: `a.b`, or `a[]` to add to a list; a single element keeps its first value."""
    if path == ".":
        for key, each in value.items():
            target.setdefault(key, each)
        return
    *above, last = path.split(".")
    for step in above:
        target = target.setdefault(step, {})
    if last.endswith("[]"):
        found = target.setdefault(last[:-2], [])
        if value not in found:
            found.append(value)
    else:
        target.setdefault(last, value)


def _thawed(value: Any) -> Any:
    """Plain data of a definition, free to change."""
    if isinstance(value, Mapping):
        return {key: _thawed(each) for key, each in value.items()}
    return [_thawed(each) for each in value] if isinstance(value, tuple | list) else value


def references(rows: Sequence[Row]) -> Iterator[str]:
    """Every reference that rows read, for checks of definitions."""
    for row in rows:
        for key in ("from", "unit", "plus"):
            if key in row:
                yield str(row[key])
        for condition in row.get("when", ()):
            for key, value in condition.items():
                yield str(value[0] if key in ("in", "out") else value)
