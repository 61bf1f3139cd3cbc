"""single, first, last, tail, skip, take, intersect, exclude, and union, combine, coalesce.

Source: FHIRPath, Subsetting and Combining, https://hl7.org/fhirpath/#subsetting
"""

from kangmai.records.fhirpath.elements import Collection
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Compiled, Form, Frame, Function
from kangmai.records.fhirpath.values.comparison import singleton
from kangmai.records.fhirpath.values.equality import distinct, key


def single(focus: Collection) -> Collection:
    if len(focus) > 1:
        raise Misuse(f"single() found {len(focus)} items")
    return focus


def number(items: Collection) -> int | None:
    """An Integer argument, None where it is empty. Raises: Misuse."""
    value = singleton(items)
    if value is not None and type(value) is not int:
        raise Misuse("an Integer is expected")
    return value


def skip(focus: Collection, count: Collection) -> Collection:
    found = number(count)
    return [] if found is None else focus[max(found, 0) :]


def take(focus: Collection, count: Collection) -> Collection:
    found = number(count)
    return [] if found is None else focus[: max(found, 0)]


def intersect(focus: Collection, other: Collection) -> Collection:
    kept = {key(item) for item in other}
    return distinct(item for item in focus if key(item) in kept)


def exclude(focus: Collection, other: Collection) -> Collection:
    left_out = {key(item) for item in other}
    return [item for item in focus if key(item) not in left_out]


def union(focus: Collection, other: Collection) -> Collection:
    return distinct([*focus, *other])


def coalesce(focus: Collection, frame: Frame, *choices: Compiled) -> Collection:
    """The first of the arguments that is not empty; the later ones are not evaluated."""
    for choice in choices:
        if found := choice(frame):
            return found
    return []


TABLE = {
    "single": Function(single),
    "first": Function(lambda focus: focus[:1]),
    "last": Function(lambda focus: focus[-1:]),
    "tail": Function(lambda focus: focus[1:]),
    "skip": Function(skip, Form.VALUES, 1, 1),
    "take": Function(take, Form.VALUES, 1, 1),
    "intersect": Function(intersect, Form.VALUES, 1, 1),
    "exclude": Function(exclude, Form.VALUES, 1, 1),
    "union": Function(union, Form.VALUES, 1, 1),
    "combine": Function(lambda focus, other: [*focus, *other], Form.VALUES, 1, 1),
    "coalesce": Function(coalesce, Form.EXPRESSIONS, 1, 20),
}
