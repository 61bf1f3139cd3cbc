"""The nodes of a resource as FHIRPath meets them: a JSON value that knows its FHIR type.

Items of a collection are either an Element or a System value (bool, int, Decimal, str, Date,
DateTime, Time, Quantity, TypeName).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.model import UNTYPED, MemberFact, TypeFact, get_type
from kangmai.records.fhirpath.values.quantity import Quantity
from kangmai.records.fhirpath.values.temporal import NotATime, read_date, read_date_time, read_time

Collection = list[Any]
UCUM = "http://unitsofmeasure.org"


class Element:
    """A node: its JSON value, its type, the `_name` half of a primitive, the resource around it.

    Not a dataclass: millions are made, and none is ever compared or changed.
    """

    __slots__ = ("fact", "half", "holder", "value")

    def __init__(self, value: Any, fact: TypeFact, half: Any = None, holder: Any = None) -> None:
        self.value = value
        self.fact = fact
        self.half = half
        self.holder = holder

    def __repr__(self) -> str:
        return f"Element({self.fact.name})"  # never the value: it may be personal


@dataclass(frozen=True, slots=True)
class TypeName:
    """What `type()` answers."""

    namespace: str
    name: str


def root_element(resource: Any) -> Element:
    """A resource, or any JSON value, as the root of an evaluation."""
    return Element(resource, fact_of(resource), None, resource)


def fact_of(value: Any) -> TypeFact:
    """The type of a resource by its `resourceType`, of a bare JSON value by its look."""
    if isinstance(value, dict):
        name = value.get("resourceType")
        return get_type(name) if isinstance(name, str) else UNTYPED
    return guessed(value)


def guessed(value: Any) -> TypeFact:
    """The type of a value where no definition tells it."""
    match value:
        case bool():
            return get_type("boolean")
        case int():
            return get_type("integer")
        case float() | Decimal():
            return get_type("decimal")
        case str():
            return get_type("string")
    return UNTYPED


def members(element: Element, name: str, found: Collection) -> None:
    """Append the children called `name` of one element to `found`."""
    value = element.value
    if value.__class__ is not dict:
        if element.fact.kind == "primitive":
            members_of_primitive(element, name, found)
        return
    fact = element.fact.members.get(name)
    if fact is None:
        if element.fact is UNTYPED:
            untyped_members(element, name, found)
    elif fact.is_choice:
        choice(element, fact, found)
    else:
        append(element, name, fact.half, fact.target, found)


def choice(element: Element, fact: MemberFact, found: Collection) -> None:
    """Append what a choice such as value[x] holds, whichever its type."""
    value, keys = element.value, fact.keys
    for key in value:
        if key in keys:
            append(element, key, "_" + key, get_type(keys[key]), found)
        elif key[:1] == "_" and key[1:] in keys and key[1:] not in value:
            append(element, key[1:], key, get_type(keys[key[1:]]), found)


def append(element: Element, key: str, half_key: str, fact: TypeFact, found: Collection) -> None:
    """Append what stands under `key`, one or many, to `found`."""
    source = element.value
    value = source.get(key)
    half = source.get(half_key) if fact.kind == "primitive" else None
    if value is None and half is None:
        return
    if value.__class__ is list or half.__class__ is list:
        append_many(element, as_list(value), as_list(half), fact, found)
    elif fact.kind == "resource":
        found.append(inner_resource(element, value, key))
    else:
        found.append(Element(value, fact, half, element.holder))


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def append_many(
    element: Element, values: list[Any], halves: list[Any], fact: TypeFact, found: Collection
) -> None:
    """Append a repeating element; the halves of its primitives stand in a list beside it."""
    if fact.kind == "resource":
        found.extend(inner_resource(element, value, "contained") for value in values)
        return
    if not halves:
        holder = element.holder
        found.extend(Element(value, fact, None, holder) for value in values if value is not None)
        return
    for place in range(max(len(values), len(halves))):
        value = values[place] if place < len(values) else None
        half = halves[place] if place < len(halves) else None
        if value is not None or half is not None:
            found.append(Element(value, fact, half, element.holder))


def inner_resource(element: Element, value: Any, key: str) -> Element:
    """A resource inside another; a contained one keeps its container as the place of `#` links."""
    return Element(value, fact_of(value), None, element.holder if key == "contained" else value)


def members_of_primitive(element: Element, name: str, found: Collection) -> None:
    """A primitive's own children: its id and extensions, and its bare value."""
    if name == "value":
        if element.value is not None:
            found.append(system_value(element))
        return
    if not isinstance(element.half, dict) or name not in element.half:
        return
    if name == "extension":
        inside = element.half[name]
        append_many(element, as_list(inside), [], get_type("Extension"), found)
    elif name == "id":
        found.append(Element(element.half[name], get_type("string"), None, element.holder))


def untyped_members(element: Element, name: str, found: Collection) -> None:
    """The children of JSON that no definition describes: every key is a member."""
    value = element.value.get(name)
    for item in value if isinstance(value, list) else [value]:
        if item is not None:
            found.append(Element(item, fact_of(item), None, element.holder))


def children(element: Element) -> Iterator[Element]:
    """Every child of an element, in the order of its JSON."""
    found: Collection = []
    if type(element.value) is not dict:
        for name in ("id", "extension"):
            members_of_primitive(element, name, found)
    else:
        for name in child_names(element):
            members(element, name, found)
    yield from found


def child_names(element: Element) -> list[str]:
    """The names of the members present, each once."""
    if element.fact is UNTYPED:
        return [key for key in element.value if key != "resourceType"]
    by_key = key_index(element.fact)
    found = (by_key.get(key.removeprefix("_")) for key in element.value)
    return list(dict.fromkeys(name for name in found if name is not None))


KEY_INDEXES: dict[str, dict[str, str]] = {}


def key_index(fact: TypeFact) -> dict[str, str]:
    """JSON key → member name."""
    if fact.name not in KEY_INDEXES:
        facts: list[MemberFact] = list(fact.members.values())
        KEY_INDEXES[fact.name] = {key: member.name for member in facts for key in member.keys}
    return KEY_INDEXES[fact.name]


def decimal_value(value: Any) -> Any:
    """A JSON number as a Decimal with the digits it was written with."""
    if isinstance(value, float):
        return Decimal(repr(value))
    return Decimal(value) if type(value) is int else value


def read_decimal(value: Any) -> Decimal:
    """Raises: TypeError for what is no number."""
    number = decimal_value(value)
    if not isinstance(number, Decimal):
        raise TypeError
    return number


def read_integer(value: Any) -> int:
    """Raises: TypeError for what is no whole number."""
    if type(value) is int:
        return value
    number = read_decimal(value)
    if number != number.to_integral_value():
        raise TypeError
    return int(number)


def read_text(value: Any) -> str:
    """Raises: TypeError for what is no text."""
    if not isinstance(value, str):
        raise TypeError
    return value


def read_boolean(value: Any) -> bool:
    """Raises: TypeError for what is no Boolean."""
    if not isinstance(value, bool):
        raise TypeError
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    "boolean": read_boolean,
    "decimal": read_decimal,
    "integer": read_integer,
    "positiveInt": read_integer,
    "unsignedInt": read_integer,
    "date": read_date,
    "dateTime": read_date_time,
    "instant": read_date_time,
    "time": read_time,
}


def system_value(item: Any) -> Any:
    """The System value an item stands for: primitives and quantities are converted, the rest stays.

    A primitive that has only extensions stands for None.
    Raises: Misuse where the JSON is not what the type demands.
    """
    if item.__class__ is not Element:
        return item
    fact, value = item.fact, item.value
    if fact.kind != "primitive":
        return quantity_value(item) if "Quantity" in fact.lineage else item
    if value is None:
        return None
    try:
        return READERS.get(fact.name, read_text)(value)
    except (NotATime, TypeError, AttributeError):
        raise Misuse(f"a value of type {fact.name} is not written as one") from None


def quantity_value(item: Element) -> Any:
    """The System quantity of a FHIR Quantity; the element itself where it has no plain value."""
    source = item.value
    value = decimal_value(source.get("value")) if type(source) is dict else None
    if not isinstance(value, Decimal) or "comparator" in source:
        return item
    coded = source.get("system") == UCUM and source.get("code")
    return Quantity(value, coded or source.get("code") or source.get("unit") or "1")


def plain(item: Any) -> Any:
    """An item as JSON: FHIR elements as they stand, dates as text, quantities as FHIR writes them."""
    if item.__class__ is Element:
        return item.value
    match item:
        case bool() | int() | Decimal() | str():
            return item
        case Quantity(value, unit, True):
            return {"value": value, "unit": unit}
        case Quantity(value, unit):
            return {"value": value, "unit": unit, "system": UCUM, "code": unit}
        case TypeName(namespace, name):
            return {"namespace": namespace, "name": name}
    return str(item)
