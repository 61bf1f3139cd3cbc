"""What FHIR R4 says of its types: elements, cardinalities, choices, required codes.

The tables beside this module are written by `tools/build_fhir_tables.py` from the published
StructureDefinitions (https://hl7.org/fhir/R4/downloads.html) and hold facts only.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """One type an element may have; `key` is the JSON name of the element with that type."""

    key: str
    name: str
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type; a maximum of 0 means no limit, and then the JSON value is a list.

    `name` is the name in the definition without `[x]`; `is_choice` says whether it had it.
    """

    name: str
    is_choice: bool
    minimum: int
    maximum: int
    types: tuple[TypeChoice, ...]
    is_summary: bool
    is_modifier: bool
    value_set: str | None

    @property
    def is_list(self) -> bool:
        """Whether the JSON value is a list."""
        return self.maximum != 1


def table(name: str) -> Any:
    """The parsed table of that name."""
    return orjson.loads((TABLES / f"{name}.json").read_bytes())


@cache
def resource_types() -> dict[str, int]:
    """Every resource type of R4 with its number, in order of name; a number never changes."""
    return dict(sorted(table("resource_types").items()))


@cache
def resource_type_names() -> dict[int, str]:
    """The resource type of each number."""
    return {number: name for name, number in resource_types().items()}


@cache
def _element_table() -> dict[str, list[list]]:
    return table("elements")


def is_type(name: str) -> bool:
    """Whether R4 defines a resource, a complex data type or a backbone element of this name."""
    return name in _element_table()


def type_names() -> tuple[str, ...]:
    """Every type that `elements` knows."""
    return tuple(_element_table())


@cache
def elements(type_name: str) -> tuple[Element, ...]:
    """The elements of a type in the order of its definition.

    `type_name` is a resource type, a complex data type, or the path of a backbone element such as
    `Observation.component`. Raises: KeyError for any other name.
    """
    return tuple(_element(row) for row in _element_table()[type_name])


@cache
def elements_by_name(type_name: str) -> dict[str, Element]:
    """The elements of a type by their names in the definition (`value`, not `valueQuantity`)."""
    return {element.name: element for element in elements(type_name)}


@cache
def elements_by_key(type_name: str) -> dict[str, tuple[Element, TypeChoice]]:
    """The elements of a type by their JSON names, each with the type that the name means."""
    return {t.key: (element, t) for element in elements(type_name) for t in element.types}


def _element(row: list) -> Element:
    name, minimum, maximum, types, flags, value_set = [*row, "", None][:6] if len(row) < 6 else row
    stem = name.removesuffix("[x]")
    choice = stem != name
    choices = tuple(_choice(stem, choice, t) for t in types)
    return Element(
        stem, choice, minimum, maximum, choices, "s" in flags, "m" in flags, value_set or None
    )


def _choice(stem: str, is_choice: bool, text: str) -> TypeChoice:
    name, _, targets = text.partition("(")
    key = stem + name[0].upper() + name[1:] if is_choice else stem
    return TypeChoice(key, name, frozenset(targets.removesuffix(")").split("|")) - {""})


@cache
def value_sets() -> dict[str, dict[str, frozenset[str]]]:
    """Value set -> code system -> codes, of every set R4 requires; an open set has no systems."""
    return {
        url: {system: frozenset(codes) for system, codes in systems.items()}
        for url, systems in table("value_sets").items()
    }


@cache
def earlier_versions() -> dict[str, dict[str, str]]:
    """Resource type -> element -> `DSTU2` or `STU3`, which had it last; `` stands for the type."""
    return table("earlier_versions")


@cache
def compartments() -> dict[str, dict[str, list[str]]]:
    """Compartment type -> resource type -> search parameters that lead into the compartment."""
    return table("compartments")
