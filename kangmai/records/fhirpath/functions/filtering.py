"""where, select, repeat, repeatAll, sort, aggregate, iif.

Source: FHIRPath, Filtering and Projection, https://hl7.org/fhirpath/#filtering-and-projection
"""

from functools import cmp_to_key, partial
from typing import Any

from kangmai.records.fhirpath.elements import Collection, system_value
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Compiled, Form, Frame, Function
from kangmai.records.fhirpath.values.comparison import order, singleton, truth
from kangmai.records.fhirpath.values.equality import key

MOST_REPEATED = 1_000_000  # a projection that always finds something new never ends


def where(focus: Collection, frame: Frame, criteria: Compiled) -> Collection:
    inner, found = frame.inner(), []
    for place, item in enumerate(focus):
        inner.this, inner.index, inner.variables = [item], place, frame.variables
        if truth(criteria(inner)):
            found.append(item)
    return found


def select(focus: Collection, frame: Frame, projection: Compiled) -> Collection:
    inner, found = frame.inner(), []
    for place, item in enumerate(focus):
        inner.this, inner.index, inner.variables = [item], place, frame.variables
        found.extend(projection(inner))
    return found


def repeat(focus: Collection, frame: Frame, projection: Compiled) -> Collection:
    """The projection of the input, of what it gave, and so on; each equal item once."""
    seen: set[Any] = set()
    found: Collection = []
    waiting = select(focus, frame, projection)
    while waiting:
        fresh = []
        for item in waiting:
            if (mark := key(item)) not in seen:
                seen.add(mark)
                fresh.append(item)
        found.extend(fresh)
        demand_end(found)
        waiting = select(fresh, frame, projection)
    return found


def repeat_all(focus: Collection, frame: Frame, projection: Compiled) -> Collection:
    """As repeat, but equal items are kept."""
    found: Collection = []
    waiting = select(focus, frame, projection)
    while waiting:
        found.extend(waiting)
        demand_end(found)
        waiting = select(waiting, frame, projection)
    return found


def demand_end(found: Collection) -> None:
    if len(found) > MOST_REPEATED:
        raise Misuse(f"repeat gave more than {MOST_REPEATED} items")


def sort(focus: Collection, frame: Frame, *keys: Compiled) -> Collection:
    """The items by their keys; a key that is empty comes first.

    The compiler marks a descending key (`-key` or `key desc`) by the attribute `descending`.
    """
    if not keys:
        return sorted(
            focus, key=cmp_to_key(lambda a, b: compared(system_value(a), system_value(b)))
        )
    inner = frame.inner()
    rows: list[Row] = []
    for place, item in enumerate(focus):
        inner.this, inner.index = [item], place
        values: list[Any] = [singleton(sort_key(inner)) for sort_key in keys]
        rows.append((values, item))
    signs = [-1 if getattr(sort_key, "descending", False) else 1 for sort_key in keys]
    rows.sort(key=cmp_to_key(partial(compared_rows, signs)))
    return [item for _, item in rows]


Row = tuple[list[Any], Any]


def compared_rows(signs: list[int], left: Row, right: Row) -> int:
    for mine, other, sign in zip(left[0], right[0], signs, strict=True):
        if mine is None or other is None:
            found = (mine is not None) - (other is not None)
        else:
            found = compared(mine, other) * sign
        if found:
            return found
    return 0


def compared(ours: Any, theirs: Any) -> int:
    """The order of two keys; keys without an order between them stay as they stand."""
    return order(ours, theirs) or 0


def aggregate(
    focus: Collection, frame: Frame, aggregator: Compiled, start: Compiled | None = None
) -> Collection:
    inner = frame.inner()
    inner.total = start(frame) if start else []
    for place, item in enumerate(focus):
        inner.this, inner.index = [item], place
        inner.total = aggregator(inner)
    return inner.total


def iif(
    focus: Collection,
    frame: Frame,
    criterion: Compiled,
    positive: Compiled,
    otherwise: Compiled | None = None,
) -> Collection:
    """Only the branch that is taken is evaluated. Raises: Misuse."""
    if len(focus) > 1:
        raise Misuse(f"iif() takes one item, found {len(focus)}")
    inner = frame.inner()
    inner.this = focus or frame.this
    value = singleton(criterion(inner))
    if value is not None and not isinstance(value, bool):
        raise Misuse("the criterion of iif() is no Boolean")
    if value:
        return positive(inner)
    return otherwise(inner) if otherwise else []


TABLE = {
    "where": Function(where, Form.EXPRESSIONS, 1, 1),
    "select": Function(select, Form.EXPRESSIONS, 1, 1),
    "repeat": Function(repeat, Form.EXPRESSIONS, 1, 1),
    "repeatAll": Function(repeat_all, Form.EXPRESSIONS, 1, 1),
    "sort": Function(sort, Form.EXPRESSIONS, 0, 20),
    "aggregate": Function(aggregate, Form.EXPRESSIONS, 1, 2),
    "iif": Function(iif, Form.EXPRESSIONS, 2, 3),
}
