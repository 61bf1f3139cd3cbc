"""is, as, ofType, type.

A bare type name means the System type for System values and the FHIR type for elements. `is` holds
for derived types too; `as` and `ofType` take a primitive only by its own type, so that a `code` is
not taken for a `string`, but a complex type also by its bases.

Source: FHIRPath, Types, https://hl7.org/fhirpath/#types; FHIR R4, Using FHIRPath with FHIR,
https://hl7.org/fhir/R4/fhirpath.html
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kangmai.records.fhirpath.elements import Collection, Element, TypeName
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Form, Frame, Function
from kangmai.records.fhirpath.model import SYSTEM_TYPES, UNTYPED, find_type
from kangmai.records.fhirpath.values.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Specifier:
    """A type specifier: `System.String`, `FHIR.Patient` or a bare name (no namespace)."""

    namespace: str
    name: str


def read_specifier(text: str) -> Specifier:
    """Raises: Misuse for a type that is nowhere."""
    namespace, _, name = text.rpartition(".")
    if namespace == "System":
        return Specifier(namespace, name)
    if namespace == "FHIR" and find_type(name):
        return Specifier(namespace, name)
    if not namespace and (name in SYSTEM_TYPES or find_type(name)):
        return Specifier("", name)
    if find_type(text):  # a backbone element by its path
        return Specifier("FHIR", text)
    raise Misuse(f"there is no type {text}")


def system_name(value: Any) -> str:
    """The System type of a value."""
    match value:
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case Decimal():
            return "Decimal"
        case str():
            return "String"
        case Quantity():
            return "Quantity"
    return type(value).__name__


def is_of(item: Any, specifier: Specifier) -> bool:
    """`is`: whether an item is of a type or of one derived from it."""
    if item.__class__ is not Element:
        return specifier.namespace != "FHIR" and specifier.name in (system_name(item), "Any")
    return specifier.namespace != "System" and specifier.name in item.fact.lineage


def is_taken_as(item: Any, specifier: Specifier) -> bool:
    """`as` and `ofType`: as `is`, but a primitive only by its own type."""
    if item.__class__ is Element and item.fact.kind == "primitive":
        return specifier.namespace != "System" and specifier.name == item.fact.name
    return is_of(item, specifier)


def test(focus: Collection, frame: Frame, specifier: Specifier) -> Collection:
    """Raises: Misuse for more than one item."""
    if len(focus) > 1:
        raise Misuse(f"'is' takes one item, found {len(focus)}")
    return [is_of(focus[0], specifier)] if focus else []


def taken(focus: Collection, frame: Frame, specifier: Specifier) -> Collection:
    """Raises: Misuse for more than one item."""
    if len(focus) > 1:
        raise Misuse(f"'as' takes one item, found {len(focus)}: use ofType()")
    return of_type(focus, frame, specifier)


def of_type(focus: Collection, frame: Frame, specifier: Specifier) -> Collection:
    return [item for item in focus if is_taken_as(item, specifier)]


def type_of(item: Any) -> TypeName:
    if item.__class__ is not Element:
        return TypeName("System", system_name(item))
    return TypeName("FHIR", item.fact.shown_name if item.fact is not UNTYPED else "Any")


TABLE = {
    "is": Function(test, Form.TYPE, 1, 1),
    "as": Function(taken, Form.TYPE, 1, 1),
    "ofType": Function(of_type, Form.TYPE, 1, 1),
    "type": Function(lambda focus: [type_of(item) for item in focus]),
}
