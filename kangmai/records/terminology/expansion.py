"""The codes of a value set: what it includes, by list, by filter and by other value sets, less what it excludes.

Source: FHIR R4, https://hl7.org/fhir/R4/valueset.html#compositions
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from kangmai.records.terminology.concepts import Concept, System
from kangmai.records.terminology.errors import CannotExpand, TooCostly
from kangmai.records.types import Resource

LARGEST = 10_000
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Coded:
    """One code of an expansion, with its concept where the code system is known."""

    system: str
    code: str
    display: str
    version: str = ""
    concept: Concept | None = None

    def label(self, language: str) -> str:
        """What people see, in a language as far as there is one."""
        return self.concept.label(language) if self.concept and language else self.display

    @property
    def is_active(self) -> bool:
        """Whether the code may still be given."""
        return self.concept is None or self.concept.is_active


class Sources(Protocol):
    """Where an expansion finds what it includes."""

    def find_system(self, url: str, version: str = "") -> System | None:
        """The code system of a URL."""

    def system(self, url: str, version: str = "") -> System:
        """The code system of a URL, or an error."""

    def value_set(self, url: str) -> Resource:
        """The value set of a URL, or an error."""


def expanded(value_set: Resource, sources: Sources, *, depth: int = 0) -> list[Coded]:
    """The codes of a value set in the order of its definition, each once.

    Raises:
        CannotExpand, TooCostly, CodeSystemNotHere, ValueSetNotHere
    """
    url = value_set.get("url", "(without url)")
    if depth > DEEPEST:
        raise CannotExpand(
            url=url, reason=f"value sets include each other more than {DEEPEST} deep"
        )
    compose = value_set.get("compose")
    if compose is None:
        return _listed(value_set)
    found: dict[tuple[str, str], Coded] = {}
    for part in compose.get("include", []):
        found |= {(c.system, c.code): c for c in _part(part, url, sources, depth)}
        if len(found) > LARGEST:
            raise TooCostly(url=url, limit=LARGEST)
    for part in compose.get("exclude", []):
        for each in _part(part, url, sources, depth):
            found.pop((each.system, each.code), None)
    return list(found.values())


def _listed(value_set: Resource) -> list[Coded]:
    """The codes of an expansion that the resource brings along."""
    found: list[Coded] = []
    waiting = list(reversed(value_set.get("expansion", {}).get("contains", [])))
    while waiting:
        each = waiting.pop()
        if "code" in each and not each.get("abstract"):
            system, version = each.get("system", ""), each.get("version", "")
            found.append(Coded(system, each["code"], each.get("display", ""), version))
        waiting += reversed(each.get("contains", []))
    return found


def _part(part: dict[str, Any], url: str, sources: Sources, depth: int) -> list[Coded]:
    """The codes of one include or exclude: those of its system that are in all of its value sets, too."""
    found = _of_system(part, url, sources) if "system" in part else None
    for other in part.get("valueSet", []):
        inside = expanded(sources.value_set(other), sources, depth=depth + 1)
        if found is None:
            found = inside
        else:
            pairs = {(each.system, each.code) for each in inside}
            found = [each for each in found if (each.system, each.code) in pairs]
    if found is None:
        raise CannotExpand(url=url, reason="an include names neither a system nor a value set")
    return found


def _of_system(part: dict[str, Any], url: str, sources: Sources) -> list[Coded]:
    system, version = part["system"], part.get("version", "")
    if "concept" in part:
        known = sources.find_system(system, version)
        return [_named(row, system, version, known) for row in part["concept"]]
    of = sources.system(system, version)
    if not of.is_complete:
        raise CannotExpand(url=url, reason=f"not all codes of {system} are here")
    concepts = list(of.concepts.values())
    for rule in part.get("filter", []):
        holds = _filter(rule, of, url)
        concepts = [concept for concept in concepts if holds(concept)]
    return [Coded(system, c.code, c.display, of.version, c) for c in concepts if not c.is_abstract]


def _named(row: dict[str, Any], system: str, version: str, known: System | None) -> Coded:
    concept = known.find(row["code"]) if known else None
    display = row.get("display") or (concept.display if concept else "")
    return Coded(system, row["code"], display, version or (known.version if known else ""), concept)


def _filter(rule: dict[str, Any], of: System, url: str) -> Callable[[Concept], bool]:
    """What a filter asks of a concept."""
    name, operator, value = rule.get("property", ""), rule.get("op", ""), rule.get("value", "")
    match operator:
        case "is-a":
            below = of.below(value)
            return lambda c: c.code in below
        case "descendent-of":
            under = of.below(value) - {value}
            return lambda c: c.code in under
        case "is-not-a":
            beyond = of.below(value)
            return lambda c: c.code not in beyond
        case "generalizes":
            above = of.above(value)
            return lambda c: c.code in above
        case "=":
            return lambda c: _text(_value(c, name)) == value
        case "in" | "not-in":
            values = {part.strip() for part in value.split(",")}
            return lambda c: (_text(_value(c, name)) in values) is (operator == "in")
        case "exists":
            return lambda c: (_value(c, name) not in (None, "")) is (value == "true")
        case "regex":
            pattern = _pattern(value, url)
            return lambda c: bool(pattern.fullmatch(_text(_value(c, name))[:200]))
    raise CannotExpand(url=url, reason=f"there is no filter operator '{operator[:20]}'")


def _pattern(text: str, url: str) -> re.Pattern[str]:
    """A regular expression without nested repetition, which could run for ever."""
    if len(text) > 200 or re.search(r"[*+}]\)?[*+{]|\([^)]*[*+][^)]*\)[*+{]", text):
        raise CannotExpand(url=url, reason="the regular expression is too involved")
    try:
        return re.compile(text)
    except re.error:
        raise CannotExpand(url=url, reason="the regular expression cannot be read") from None


def _value(concept: Concept, name: str) -> Any:
    match name:
        case "code":
            return concept.code
        case "display":
            return concept.display
        case "concept" | "parent":
            return concept.parents[0] if concept.parents else None
    return concept.property(name)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return str(value.get("code", ""))
    return "" if value is None else str(value)
