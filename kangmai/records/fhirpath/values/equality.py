"""`=`, `~`, and the key by which collections are made distinct.

Source: FHIRPath, Equality, https://hl7.org/fhirpath/#equality
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kangmai.records.fhirpath.elements import (
    Collection,
    Element,
    TypeName,
    decimal_value,
    system_value,
)
from kangmai.records.fhirpath.values import quantity as quantities
from kangmai.records.fhirpath.values import temporal
from kangmai.records.fhirpath.values.quantity import Quantity
from kangmai.records.fhirpath.values.temporal import Date, DateTime, Time

TEMPORAL = (Date, DateTime, Time)
DAYS = (Date, DateTime)
Answer = bool | None


def is_number(value: Any) -> bool:
    return type(value) is int or isinstance(value, Decimal)


def key(item: Any) -> tuple[Any, ...]:
    """A hashable key, equal for two items exactly if `=` is surely true of them."""
    value = system_value(item)
    match value:
        case bool():
            return "boolean", value
        case str():
            return "string", value
        case int() | Decimal():
            return "number", Fraction(value)
        case Date() | DateTime() | Time():
            return temporal.key(value)
        case Quantity():
            return quantities.key(value)
        case TypeName():
            return "type", value
    return "element", frozen(item.half if value is None else value.value)


def frozen(value: Any) -> Any:
    """JSON as nested tuples, the order of keys forgotten."""
    if isinstance(value, dict):
        return frozenset((name, frozen(part)) for name, part in value.items())
    if isinstance(value, list):
        return tuple(frozen(part) for part in value)
    return (type(value) is bool, value)


def distinct(items: Iterable[Any]) -> Collection:
    """The items without those that equal an earlier one."""
    kept: dict[Any, Any] = {}
    for item in items:
        kept.setdefault(key(item), item)
    return list(kept.values())


def are_equal(left: Any, right: Any) -> Answer:
    """Whether two items are equal; None where precision, zone, unit or a want of value leave it open."""
    ours, theirs = system_value(left), system_value(right)
    if ours.__class__ is str and theirs.__class__ is str:
        return ours == theirs
    if ours is None or theirs is None:
        return None  # a primitive with extensions only has no value to compare
    if isinstance(ours, Quantity) and is_number(theirs):
        theirs = Quantity(Decimal(theirs), "1")
    elif isinstance(theirs, Quantity) and is_number(ours):
        ours = Quantity(Decimal(ours), "1")
    if isinstance(ours, Quantity) and isinstance(theirs, Quantity):
        found = quantities.order(ours, theirs)
        return None if found is None else found == 0
    if isinstance(ours, TEMPORAL) and isinstance(theirs, TEMPORAL):
        return are_equal_times(ours, theirs)
    return same(ours, theirs)


def same(ours: Any, theirs: Any) -> bool:
    """Whether two values of the remaining kinds are equal."""
    if is_number(ours) and is_number(theirs):
        return ours == theirs
    return key(ours) == key(theirs)


def are_equal_times(ours: Any, theirs: Any) -> Answer:
    if isinstance(ours, Time) != isinstance(theirs, Time):
        return False
    found = temporal.order(ours, theirs)
    return None if found is None else found == 0


def equal(left: Collection, right: Collection) -> Answer:
    """`left = right`: item by item in order; empty where either is empty."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    if len(left) == 1:
        return are_equal(left[0], right[0])
    answers = [are_equal(mine, other) for mine, other in zip(left, right, strict=True)]
    if False in answers:
        return False
    return None if None in answers else True


def are_equivalent(left: Any, right: Any) -> bool:
    """Whether two items are equivalent: case, blanks, precision of decimals and ids set aside."""
    ours, theirs = system_value(left), system_value(right)
    if isinstance(ours, str) and isinstance(theirs, str):
        return folded(ours) == folded(theirs)
    if is_number(ours) and is_number(theirs):
        return are_equivalent_numbers(Decimal(ours), Decimal(theirs))
    if isinstance(ours, Quantity) and isinstance(theirs, Quantity):
        return quantities.is_equivalent(ours, theirs)
    if isinstance(ours, Element) and isinstance(theirs, Element):
        return is_equivalent_json(ours.value, theirs.value)
    return are_equal(ours, theirs) is True


def folded(text: str) -> str:
    return " ".join(text.lower().split())


def are_equivalent_numbers(ours: Decimal, theirs: Decimal) -> bool:
    """Whether both agree, rounded to the digits of the less precise."""
    if quantities.digits(ours) > quantities.digits(theirs):
        ours, theirs = theirs, ours
    return quantities.rounded(theirs, ours) == ours


def is_equivalent_json(ours: Any, theirs: Any) -> bool:
    """Equivalence of complex values: every child but `id`, lists in any order."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        names = (ours.keys() | theirs.keys()) - {"id"}
        return all(is_equivalent_json(ours.get(name), theirs.get(name)) for name in names)
    if isinstance(ours, list) and isinstance(theirs, list):
        return matches_up(ours, theirs, is_equivalent_json)
    if (
        ours is None
        or theirs is None
        or isinstance(ours, dict | list)
        or isinstance(theirs, dict | list)
    ):
        return ours is theirs
    return are_equivalent(decimal_value(ours), decimal_value(theirs))


def matches_up(ours: list[Any], theirs: list[Any], same_item: Callable[[Any, Any], bool]) -> bool:
    """Whether each item of one list has its own partner in the other."""
    if len(ours) != len(theirs):
        return False
    left = list(theirs)
    for item in ours:
        partner = next((place for place, other in enumerate(left) if same_item(item, other)), None)
        if partner is None:
            return False
        del left[partner]
    return True


def equivalent(left: Collection, right: Collection) -> bool:
    """`left ~ right`: the same items in any order; two empty collections are equivalent."""
    return matches_up(left, right, are_equivalent)
