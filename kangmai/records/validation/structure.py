"""Walks a resource by the tables of FHIR R4 and names every structural fault with its place.

This is the truth; `schema` is the fast road beside it. Cardinality, types, choices, required codes,
targets of references, dates, empty values, contained resources, extensions.
Source: FHIR R4, https://hl7.org/fhir/R4/validation.html and https://hl7.org/fhir/R4/json.html
"""

import re
from typing import Any

from kangmai.records.fhir.definitions import (
    Element,
    TypeChoice,
    earlier_versions,
    elements,
    elements_by_key,
    resource_types,
    value_sets,
)
from kangmai.records.validation.issues import Issue, issue
from kangmai.records.validation.narrative import is_safe
from kangmai.records.validation.primitives import LOOKS_LIKE_A_DAY, PRIMITIVES, is_written
from kangmai.records.validation.references import is_absolute, type_of

DEPTH_LIMIT = 100
JSON_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


def find_faults(resource: Any) -> list[Issue]:
    """Every structural fault of a resource, in the order of its text."""
    walk = _Walk()
    walk.resource(resource, "", None)
    return walk.issues


class _Walk:
    """One pass over a resource; gathers issues as it goes."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []
        self.contained: dict[str, str] = {}
        self.container = ""
        self.depth = 0

    def add(self, rule: str, at: str, **details: object) -> None:
        self.issues.append(issue(rule, at, **details))

    # Resources ----------------------------------------------------------------------------------

    def resource(self, value: Any, at: str, holder: str | None) -> None:
        """A resource: at the root, contained in another (`holder`), or in a bundle."""
        if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
            self.add("not-a-resource", at)
            return
        name = value["resourceType"]
        if name not in resource_types():
            self.unknown_type(name, at)
            return
        if holder is not None and "contained" in value:
            self.add("nested-contained", f"{at}.contained")
        before = self.contained, self.container
        if holder is None:
            self.contained, self.container = _contained(value), name
        self.complex(value, name, at or name, skip=("resourceType",))
        self.contained, self.container = before

    def unknown_type(self, name: str, at: str) -> None:
        version = earlier_versions().get(name, {}).get("")
        if version:
            self.add("earlier-type", at, name=name, version=version)
        else:
            self.add("unknown-type", at, name=name)

    # Complex types ------------------------------------------------------------------------------

    def complex(self, value: Any, name: str, at: str, skip: tuple[str, ...] = ()) -> None:
        """An object of a complex type, a backbone element or a resource."""
        if not isinstance(value, dict):
            self.wrong_json(value, name, "object", at)
            return
        if not value:
            self.add("empty", at, kind="object")
            return
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            self.add("too-deep", at, limit=DEPTH_LIMIT)
        else:
            self.parts(value, name, at, skip)
        self.depth -= 1

    def parts(self, value: dict, name: str, at: str, skip: tuple[str, ...]) -> None:
        known = elements_by_key(name)
        for key, part in value.items():
            if key in skip:
                continue
            found = known.get(key)
            if found:
                self.element(value, key, part, *found, owner=name, at=f"{at}.{key}")
            elif not self.is_companion(key, known):
                self.unknown_element(key, name, at)
            elif key[1:] not in value:
                self.companion_alone(part, key, known[key[1:]][0], at)
        self.missing(value, name, at)
        if name == "Extension":
            self.extension(value, at)
        elif name == "Reference":
            self.reference_form(value, at)
        elif name == "Narrative":
            self.narrative(value, at)

    def is_companion(self, key: str, known: dict) -> bool:
        """Whether a name is the `_` half of a primitive element."""
        found = known.get(key[1:]) if key[:1] == "_" else None
        return found is not None and found[1].name in PRIMITIVES and found[1].name != "xhtml"

    def unknown_element(self, key: str, name: str, at: str) -> None:
        version = earlier_versions().get(name, {}).get(key)
        if version:
            self.add("earlier-element", f"{at}.{key}", name=key, type=name, version=version)
        else:
            self.add("unknown-element", f"{at}.{key}", name=key, type=name)

    def missing(self, value: dict, name: str, at: str) -> None:
        """Required elements that are absent, and choices made twice."""
        for element in elements(name):
            keys = [t.key for t in element.types if t.key in value or "_" + t.key in value]
            if len(keys) > 1:
                self.add("choice", f"{at}.{element.name}", names=", ".join(keys))
            elif element.minimum and not keys:
                self.add("missing", f"{at}.{element.name}", name=element.name)

    # Elements -----------------------------------------------------------------------------------

    def element(
        self,
        holder: dict,
        key: str,
        value: Any,
        element: Element,
        choice: TypeChoice,
        *,
        owner: str,
        at: str,
    ) -> None:
        """One element, single or repeated."""
        half = holder.get("_" + key)
        if not element.is_list:
            if isinstance(value, list):
                self.add("is-a-list", at, name=key)
            else:
                self.single(value, half, element, choice, owner, at)
            return
        if not isinstance(value, list):
            self.add("not-a-list", at, name=key)
            return
        self.count(value, element, at)
        halves = half if isinstance(half, list) else [None] * len(value)
        if half is not None and (not isinstance(half, list) or len(half) != len(value)):
            self.add("halves", at, name=key)
            halves = [None] * len(value)
        for number, each in enumerate(value):
            self.single(each, halves[number], element, choice, owner, f"{at}[{number}]")

    def count(self, values: list, element: Element, at: str) -> None:
        if not values:
            self.add("empty", at, kind="array")
        elif len(values) < element.minimum:
            self.add("too-few", at, name=element.name, minimum=element.minimum)
        elif element.maximum and len(values) > element.maximum:
            self.add("too-many", at, name=element.name, maximum=element.maximum)

    def single(
        self, value: Any, half: Any, element: Element, choice: TypeChoice, owner: str, at: str
    ) -> None:
        """One value of an element."""
        name = choice.name
        if half is not None:
            self.complex(half, "Element", at)
        if value is None:
            if half is None or not element.is_list or name not in PRIMITIVES:
                self.add("null", at)
        elif name in PRIMITIVES:
            self.primitive(value, name, at)
            if name == "code" and isinstance(value, str):
                self.code(value, element, at)
        elif name == "Resource":
            is_contained = element.name == "contained"
            self.resource(value, at, self.container if is_contained else None)
        elif name == "CodeableConcept" and isinstance(value, str):
            self.earlier_code(value, owner, element, at)
        else:
            self.complex(value, name, at)
            if isinstance(value, dict):
                self.bound(value, name, element, at)
                if name == "Reference":
                    self.reference(value, choice, at)

    def companion_alone(self, half: Any, key: str, element: Element, at: str) -> None:
        """The `_` half of a primitive that has no value."""
        at = f"{at}.{key[1:]}"
        halves = half if element.is_list and isinstance(half, list) else [half]
        if not halves:
            self.add("empty", at, kind="array")
        if element.is_list and not isinstance(half, list):
            self.add("not-a-list", at, name=key)
        for each in halves:
            if each is not None or not element.is_list:
                self.complex(each, "Element", at)

    def earlier_code(self, value: str, owner: str, element: Element, at: str) -> None:
        """A plain code where R4 has a CodeableConcept, as STU3 had in many places."""
        if "." not in owner and owner in resource_types():
            self.add("earlier-code", at, type=owner, name=element.name, version="STU3")
        else:
            self.wrong_json(value, "CodeableConcept", "object", at)

    # Primitives ---------------------------------------------------------------------------------

    def primitive(self, value: Any, name: str, at: str) -> None:
        """A primitive value: its JSON kind, its form, its bounds."""
        facts = PRIMITIVES[name]
        if not _is_json(value, facts.json):
            self.wrong_json(value, name, facts.json, at)
        elif facts.json == "string":
            if not is_written(name, value):
                self.bad_text(value, name, at)
        elif facts.minimum is not None and not facts.minimum <= value <= (facts.maximum or 0):
            self.add("bad-value", at, type=name, hint=facts.hint, hint_zh=facts.hint_zh)

    def bad_text(self, value: str, name: str, at: str) -> None:
        facts = PRIMITIVES[name]
        if not value:
            self.add("empty", at, kind="string")
        elif name in ("date", "dateTime", "instant") and _is_shaped(value, name):
            self.add("impossible-date", at)
        else:
            self.add("bad-value", at, type=name, hint=facts.hint, hint_zh=facts.hint_zh)

    def wrong_json(self, value: Any, name: str, wanted: str, at: str) -> None:
        found = JSON_NAMES.get(type(value), "number")
        self.add("wrong-json", at, type=name, wanted=wanted, found=found)

    # Codes --------------------------------------------------------------------------------------

    def code(self, value: str, element: Element, at: str) -> None:
        systems = value_sets().get(element.value_set or "")
        if systems and not any(value in codes for codes in systems.values()):
            self.add("code", at, code=value, value_set=element.value_set)

    def bound(self, value: dict, name: str, element: Element, at: str) -> None:
        """A required value set of a Coding or CodeableConcept."""
        systems = value_sets().get(element.value_set or "")
        if not systems or name not in ("Coding", "CodeableConcept"):
            return
        codings = [value] if name == "Coding" else value.get("coding", [])
        if not isinstance(codings, list):
            return
        for coding in codings:
            if isinstance(coding, dict):
                codes = systems.get(str(coding.get("system")), frozenset())
                if str(coding.get("code")) in codes:
                    return
        self.add("no-code", at, value_set=element.value_set)

    # References, extensions, narrative ----------------------------------------------------------

    def reference_form(self, value: dict, at: str) -> None:
        """A literal reference: absolute, relative as Type/id, conditional, or to a contained resource."""
        text = value.get("reference")
        if not isinstance(text, str) or not text or is_absolute(text):
            return
        if text.startswith("#"):
            if text != "#" and text[1:] not in self.contained:
                self.add("reference-contained", f"{at}.reference")
        elif type_of(text) is None:
            self.add("reference-form", f"{at}.reference")

    def reference(self, value: dict, choice: TypeChoice, at: str) -> None:
        """The type that a literal reference names, against those allowed here."""
        text = value.get("reference")
        if not choice.targets or not isinstance(text, str):
            return
        if text.startswith("#"):
            found = self.contained.get(text[1:]) if text != "#" else self.container
        else:
            found = type_of(text)
        if found and found not in choice.targets:
            allowed = ", ".join(sorted(choice.targets))
            self.add("reference-type", f"{at}.reference", found=found, allowed=allowed)

    def extension(self, value: dict, at: str) -> None:
        """ext-1: a value or extensions, not both and not neither."""
        has_value = any(key.startswith(("value", "_value")) for key in value)
        if has_value == ("extension" in value):
            self.add("extension-both", at)

    def narrative(self, value: dict, at: str) -> None:
        div = value.get("div")
        if isinstance(div, str) and div and not is_safe(div):
            self.add("narrative", f"{at}.div")


def _contained(resource: dict) -> dict[str, str]:
    """The ids of the contained resources, with their types."""
    found = resource.get("contained")
    each = found if isinstance(found, list) else []
    return {
        c["id"]: str(c.get("resourceType"))
        for c in each
        if isinstance(c, dict) and isinstance(c.get("id"), str)
    }


def _is_json(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


def _is_shaped(value: str, name: str) -> bool:
    """Whether a text has the shape of the type, so that only the calendar can be wrong."""
    if name == "date":
        return re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value, re.ASCII) is not None
    return LOOKS_LIKE_A_DAY.fullmatch(value) is not None and (
        (name == "dateTime" and "T" not in value)
        or re.search(r"(Z|[+-]\d\d:\d\d)$", value, re.ASCII) is not None
    )
