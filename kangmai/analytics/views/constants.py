"""The constants of a view: values of FHIR types that paths name `%name`.

Source: SQL on FHIR 2.0, ViewDefinition.constant,
https://sql-on-fhir.org/ig/2.0.0/StructureDefinition-ViewDefinition.html; how values are written:
HL7 FHIR R4, Data Types; integer64: HL7 FHIR R5, Data Types, https://hl7.org/fhir/R5/datatypes.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kangmai.analytics.views.demands import check_known, check_name, text
from kangmai.analytics.views.errors import ViewRefused
from kangmai.records.validation.primitives import PRIMITIVES, is_written

CONSTANTS = {
    f"value{name[:1].upper()}{name[1:]}": name
    for name in [*(PRIMITIVES.keys() - {"markdown", "xhtml"}), "integer64"]
}
RESERVED = frozenset(["resource", "rootResource", "context", "rowIndex", "ucum", "sct", "loinc"])
KNOWN = frozenset(["name", "description", *CONSTANTS])
WHOLE = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
MOST_64 = 2**63


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that paths name `%name`, with its FHIR type."""

    name: str
    type_name: str
    value: Any


def read_constant(source: Mapping[str, Any], place: str) -> Constant:
    """Raises: ViewRefused."""
    name = text(source, "name", place)
    check_name(name, place)
    if name in RESERVED:
        raise ViewRefused(place=place, reason=f"%{name} has a meaning already")
    values = [key for key in source if key.startswith("value")]
    if len(values) != 1:
        raise ViewRefused(place=place, reason="exactly one value[x] is needed")
    if values[0] not in CONSTANTS:
        raise ViewRefused(place=place, reason=f"a constant has no {values[0]}")
    check_known(source, KNOWN, place, "a constant")
    return value_of(name, CONSTANTS[values[0]], source[values[0]], f"{place}.{values[0]}")


def value_of(name: str, type_name: str, value: Any, place: str) -> Constant:
    """A constant whose JSON value fits its type. Raises: ViewRefused."""
    if type_name == "integer64":
        return Constant(name, "integer", whole_64(value, place))
    facts = PRIMITIVES[type_name]
    if not OF_JSON[facts.json](value):
        raise not_of(type_name, value, f"a JSON {facts.json} is expected", place)
    if facts.json == "string" and not is_written(type_name, value):
        raise not_of(type_name, value, facts.hint, place)
    if facts.minimum is not None and not facts.minimum <= value <= (facts.maximum or 0):
        raise not_of(type_name, value, facts.hint, place)
    return Constant(name, type_name, value)


def whole_64(value: Any, place: str) -> int:
    """A whole number of 64 bits, as a text (as R5 writes it) or as a number. Raises: ViewRefused."""
    if isinstance(value, str) and len(value) <= 20 and WHOLE.fullmatch(value):
        value = int(value)
    if type(value) is int and -MOST_64 <= value < MOST_64:
        return value
    raise not_of("integer64", value, "a whole number of 64 bits", place)


def not_of(type_name: str, value: Any, hint: str, place: str) -> ViewRefused:
    return ViewRefused(place=place, reason=f"{value!r} is no {type_name}: {hint}")


def is_number(value: Any) -> bool:
    return type(value) is int or isinstance(value, float | Decimal)


OF_JSON: Mapping[str, Callable[[Any], bool]] = {
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int,
    "number": is_number,
    "string": lambda value: isinstance(value, str),
}
