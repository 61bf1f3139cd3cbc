"""The where of a view: whether a resource is wanted."""

from collections.abc import Callable

from kangmai.analytics.views.errors import RowRefused, ViewRefused
from kangmai.analytics.views.paths import (
    FALL_BACK,
    Context,
    Visit,
    compiled_path,
    direct_reader,
    evaluated,
)
from kangmai.records.fhirpath.checker import (
    BOOLEANS,
)
from kangmai.records.fhirpath.elements import system_value


def condition(path: str, place: str, context: Context) -> Callable[[Visit], bool]:
    """A where: whether a resource is wanted. Raises: ViewRefused if it can never be a Boolean."""
    expression, shape = compiled_path(path, place, context)
    if shape.types and not shape.types & BOOLEANS:
        raise ViewRefused(place=place, reason=f"{path!r} is no Boolean")

    def in_full(visit: Visit) -> bool:
        items = evaluated(expression, visit.root, 0, visit, place)
        values = [system_value(item) for item in items]
        if len(values) > 1 or (values and not isinstance(values[0], bool | None)):
            raise RowRefused(resource=visit.name, place=place, reason=f"{path!r} is no Boolean")
        return bool(values and values[0])

    reader = direct_reader(expression, context)
    if reader is None or reader.is_many or reader.type_name != "boolean":
        return in_full
    read = reader.read

    def quick(visit: Visit) -> bool:
        try:
            return read(visit.root.value) is True
        except FALL_BACK:
            return in_full(visit)

    return quick
