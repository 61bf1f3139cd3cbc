"""Which code systems of a resource are not known here: worth a word, never a fault."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from kangmai.records.fhir.definitions import table
from kangmai.records.validation.issues import Issue, issue

OURS = "urn:kangmai:"


def find_unknown_systems(resource: dict, place: str = "") -> list[Issue]:
    """One warning for each code system that nobody here knows, at its first place.

    `place` is a FHIRPath to the resource; its type where it stands alone.
    """
    seen: dict[str, Issue] = {}
    for system, at in _systems(resource, place or str(resource.get("resourceType", ""))):
        if system not in known_systems() and system not in seen and not system.startswith(OURS):
            seen[system] = issue("unknown-system", at, system=system)
    return list(seen.values())


@cache
def known_systems() -> frozenset[str]:
    """The code systems published with FHIR R4, and the open ones that it names."""
    return frozenset(table("code_systems"))


def _systems(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """Every `Coding.system` below a value, with its place."""
    if isinstance(value, dict):
        if isinstance(value.get("system"), str) and "code" in value and "value" not in value:
            yield value["system"], f"{at}.system"
        for key, part in value.items():
            if isinstance(part, dict | list):
                yield from _systems(part, f"{at}.{key}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _systems(part, f"{at}[{number}]")
