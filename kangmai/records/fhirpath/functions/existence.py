"""empty, exists, all, allTrue, anyTrue, allFalse, anyFalse, subsetOf, supersetOf, count, distinct,
isDistinct, not.

Source: FHIRPath, Existence, https://hl7.org/fhirpath/#existence
"""

from kangmai.records.fhirpath.elements import Collection, system_value
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Compiled, Form, Frame, Function
from kangmai.records.fhirpath.functions.filtering import where
from kangmai.records.fhirpath.values.comparison import kind, truth
from kangmai.records.fhirpath.values.equality import distinct, key


def exists(focus: Collection, frame: Frame, criteria: Compiled | None = None) -> Collection:
    return [bool(focus if criteria is None else where(focus, frame, criteria))]


def every(focus: Collection, frame: Frame, criteria: Compiled) -> Collection:
    """all(): whether the criteria are true of each item."""
    inner = frame.inner()
    for place, item in enumerate(focus):
        inner.this, inner.index, inner.variables = [item], place, frame.variables
        if truth(criteria(inner)) is not True:
            return [False]
    return [True]


def booleans(focus: Collection) -> list[bool]:
    """The items as Booleans; those without a value are left out. Raises: Misuse."""
    values = [system_value(item) for item in focus]
    for value in values:
        if value is not None and not isinstance(value, bool):
            raise Misuse(f"Boolean expected, found {kind(value)}")
    return [value for value in values if value is not None]


def is_subset(focus: Collection, other: Collection) -> Collection:
    return [{key(item) for item in focus} <= {key(item) for item in other}]


def is_superset(focus: Collection, other: Collection) -> Collection:
    return is_subset(other, focus)


def negation(focus: Collection) -> Collection:
    value = truth(focus)
    return [] if value is None else [not value]


TABLE = {
    "empty": Function(lambda focus: [not focus]),
    "exists": Function(exists, Form.EXPRESSIONS, 0, 1),
    "all": Function(every, Form.EXPRESSIONS, 1, 1),
    "allTrue": Function(lambda focus: [all(booleans(focus))]),
    "anyTrue": Function(lambda focus: [any(booleans(focus))]),
    "allFalse": Function(lambda focus: [not any(booleans(focus))]),
    "anyFalse": Function(lambda focus: [not all(booleans(focus))]),
    "subsetOf": Function(is_subset, Form.VALUES, 1, 1),
    "supersetOf": Function(is_superset, Form.VALUES, 1, 1),
    "count": Function(lambda focus: [len(focus)]),
    "distinct": Function(distinct),
    "isDistinct": Function(lambda focus: [len(distinct(focus)) == len(focus)]),
    "not": Function(negation),
}
