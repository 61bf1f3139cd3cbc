"""What R4 says about types: their elements, bases and kinds.

Source: HL7 FHIR R4 (4.0.1) structure definitions, by `tools/build_fhir_types.py`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "fhir/tables/element_types.json"
SYSTEM_TYPES = frozenset(
    ["Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any"]
)


@dataclass(slots=True, eq=False)
class MemberFact:
    """An element of a type: its JSON keys with the type each stands for, and whether it repeats.

    A choice such as `value[x]` has many keys (`valueQuantity`, ...), every other element one.
    `half` is the key beside a primitive that holds its id and extensions.
    """

    name: str
    keys: dict[str, str]
    is_choice: bool
    repeats: bool
    half: str
    known: "TypeFact | None" = None

    @property
    def target(self) -> "TypeFact":
        """The type of an element that is no choice. Types lead in circles, so it is found late."""
        if self.known is None:
            self.known = get_type(self.keys[self.name])
        return self.known


@dataclass(frozen=True, slots=True, eq=False)
class TypeFact:
    """A FHIR type; `lineage` is the names of itself and its bases."""

    name: str
    kind: str
    lineage: tuple[str, ...]
    members: dict[str, MemberFact]

    @property
    def is_primitive(self) -> bool:
        return self.kind == "primitive"

    @property
    def shown_name(self) -> str:
        """The name `type()` gives: a backbone element has no name of its own."""
        return self.lineage[1] if self.kind == "backbone" else self.name


UNTYPED = TypeFact("", "unknown", (), {})


@cache
def table() -> dict[str, dict[str, Any]]:
    return json.loads(TABLE.read_text(encoding="utf-8"))["types"]


@cache
def find_type(name: str) -> TypeFact | None:
    """The R4 type called `name` (backbone elements by their path), or None."""
    row = table().get(name)
    if row is None:
        return None
    base = find_type(row["base"])
    members = dict(base.members) if base else {}
    members |= {fact.name: fact for fact in member_facts(row["elements"])}
    lineage = (name, *(base.lineage if base else ()))
    return TypeFact(name, row["kind"], lineage, members)


@cache
def get_type(name: str) -> TypeFact:
    """The R4 type called `name`, or the unknown type."""
    return find_type(name) or UNTYPED


def member_facts(elements: dict[str, str]) -> Iterator[MemberFact]:
    """The elements of a row of the table, such as `"value[x]": "0..1 string|Quantity"`."""
    for written, fact in elements.items():
        cardinality, types = fact.split(" ")
        repeats = cardinality.endswith("*")
        name = written.removesuffix("[x]")
        if name == written:
            yield MemberFact(name, {name: types}, False, repeats, "_" + name)
        else:
            keys = {choice_key(name, choice): choice for choice in types.split("|")}
            yield MemberFact(name, keys, True, repeats, "")


def choice_key(name: str, type_name: str) -> str:
    """The JSON key of a choice of type `type_name`."""
    return name + type_name[0].upper() + type_name[1:]


@cache
def choice_of_key(owner: str, key: str) -> MemberFact | None:
    """The choice element of a type that `key` is one spelling of, such as `valueQuantity`."""
    for fact in get_type(owner).members.values():
        if fact.is_choice and key in fact.keys:
            return fact
    return None


def is_subtype(name: str, ancestor: str) -> bool:
    """Whether the FHIR type `name` is `ancestor` or derives from it."""
    return ancestor in get_type(name).lineage


def is_resource_name(name: str) -> bool:
    """Whether `name` is a resource type, abstract ones included."""
    return get_type(name).kind == "resource"
