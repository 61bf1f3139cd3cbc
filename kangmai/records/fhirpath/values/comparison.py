"""`<`, `<=`, `>`, `>=`, and singletons as truth values.

Source: FHIRPath, Comparison and Singleton Evaluation of Collections,
https://hl7.org/fhirpath/#comparison
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kangmai.records.fhirpath.elements import Collection, Element, system_value
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.values import quantity as quantities
from kangmai.records.fhirpath.values import temporal
from kangmai.records.fhirpath.values.equality import DAYS, is_number
from kangmai.records.fhirpath.values.quantity import Quantity
from kangmai.records.fhirpath.values.temporal import Time

TRUTHS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def order(ours: Any, theirs: Any) -> int | None:
    """-1, 0 or 1 of two System values, None where it is open.

    Raises: Misuse where their types have no order between them.
    """
    if isinstance(ours, str) and isinstance(theirs, str):
        return (ours > theirs) - (ours < theirs)
    if is_number(ours) and is_number(theirs):
        return (ours > theirs) - (ours < theirs)
    if isinstance(ours, DAYS) and isinstance(theirs, DAYS):
        return temporal.order(ours, theirs)
    if isinstance(ours, Time) and isinstance(theirs, Time):
        return temporal.order(ours, theirs)
    if isinstance(ours, Quantity) and is_number(theirs):
        theirs = Quantity(Decimal(theirs), "1")
    elif isinstance(theirs, Quantity) and is_number(ours):
        ours = Quantity(Decimal(ours), "1")
    if isinstance(ours, Quantity) and isinstance(theirs, Quantity):
        return quantities.order(ours, theirs)
    raise Misuse(f"{kind(ours)} and {kind(theirs)} cannot be compared")


def kind(value: Any) -> str:
    """The type of a value as a message names it."""
    if isinstance(value, Element):
        return value.fact.name or "an object"
    match value:
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case str():
            return "String"
    return type(value).__name__


def compare(operator: str, left: Collection, right: Collection) -> Collection:
    """The answer of a comparison as a collection. Raises: Misuse."""
    ours, theirs = singleton(left), singleton(right)
    if ours is None or theirs is None:
        return []
    found = order(ours, theirs)
    return [] if found is None else [TRUTHS[operator](found)]


def singleton(items: Collection) -> Any:
    """The one System value of a collection, None where it is empty. Raises: Misuse."""
    if not items:
        return None
    if len(items) > 1:
        raise Misuse(f"one value expected, found {len(items)}")
    return system_value(items[0])


def truth(items: Collection) -> bool | None:
    """A collection as a truth value: one item that is no Boolean counts as true. Raises: Misuse."""
    if len(items) == 1 and items[0].__class__ is bool:
        return items[0]
    value = singleton(items)
    return value if value is None or isinstance(value, bool) else True
