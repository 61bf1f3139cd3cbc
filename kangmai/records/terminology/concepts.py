"""Code systems as concepts that know their parents: read from CodeSystem resources or published code sets.

Source: FHIR R4, https://hl7.org/fhir/R4/codesystem.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kangmai.standards.codes import Code, CodeSet


@dataclass(frozen=True, slots=True)
class Concept:
    """One code: its display, the same in other languages, its parents, what else is said of it."""

    code: str
    display: str
    designations: tuple[tuple[str, str], ...] = ()
    definition: str = ""
    parents: tuple[str, ...] = ()
    properties: tuple[tuple[str, Any], ...] = ()
    is_active: bool = True
    is_abstract: bool = False

    def label(self, language: str) -> str:
        """The display in a language, as far as there is one."""
        wanted = language.partition("-")[0].lower()
        found = (text for tag, text in self.designations if tag.lower().startswith(wanted))
        return next(found, self.display) if wanted else self.display

    def property(self, name: str) -> Any:
        """The first value of a property; None where it has none."""
        return next((value for key, value in self.properties if key == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A code system with all its concepts, in the order of its definition."""

    url: str
    version: str
    name: str
    concepts: Mapping[str, Concept] = field(repr=False)
    is_case_sensitive: bool = True
    is_complete: bool = True

    def find(self, code: str) -> Concept | None:
        """The concept of a code."""
        found = self.concepts.get(code)
        if found is None and not self.is_case_sensitive:
            folded = code.casefold()
            return next((c for c in self.concepts.values() if c.code.casefold() == folded), None)
        return found

    def above(self, code: str) -> set[str]:
        """A code and all that subsume it."""
        found, waiting = set[str](), [code]
        while waiting:
            each = waiting.pop()
            concept = self.concepts.get(each)
            if concept is not None and each not in found:
                found.add(each)
                waiting += concept.parents
        return found

    def below(self, code: str) -> set[str]:
        """A code and all that it subsumes."""
        children: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for parent in concept.parents:
                children.setdefault(parent, []).append(concept.code)
        found, waiting = set[str](), [code] if code in self.concepts else []
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += children.get(each, [])
        return found


def of_code_set(published: CodeSet, *, on: date) -> System:
    """A published code set as a code system."""
    concepts = {code.code: _of_code(code, on) for code in published.codes.values()}
    return System(published.system, published.version, published.title["en"], concepts)


def _of_code(code: Code, on: date) -> Concept:
    return Concept(
        code.code,
        code.zh or code.en,
        tuple((tag, text) for tag, text in (("zh-CN", code.zh), ("en", code.en)) if text),
        code.note,
        (code.parent,) if code.parent else (),
        tuple(code.attributes.items()),
        code.is_effective(on),
    )


def of_resource(resource: dict[str, Any]) -> System:
    """A CodeSystem resource as a code system."""
    concepts = {c.code: c for c in _walk(resource.get("concept", []), None)}
    return System(
        resource.get("url", ""),
        resource.get("version", ""),
        resource.get("title") or resource.get("name") or "",
        concepts,
        resource.get("caseSensitive", True),
        resource.get("content") == "complete",
    )


def _walk(concepts: list[dict[str, Any]], parent: str | None) -> Iterator[Concept]:
    for each in concepts:
        properties = tuple(
            (p.get("code", ""), next((v for k, v in p.items() if k.startswith("value")), None))
            for p in each.get("property", [])
        )
        told = tuple(str(value) for key, value in properties if key in ("parent", "subsumedBy"))
        values = dict(properties)
        yield Concept(
            each["code"],
            each.get("display", ""),
            tuple((d.get("language", ""), d["value"]) for d in each.get("designation", [])),
            each.get("definition", ""),
            ((parent,) if parent is not None else ()) + told,
            properties,
            not (values.get("inactive") is True or values.get("status") in ("inactive", "retired")),
            values.get("notSelectable") is True,
        )
        yield from _walk(each.get("concept", []), each["code"])
