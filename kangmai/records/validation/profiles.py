"""Checks resources against profiles: how often, which types, values, codes, slices, invariants.

A profile that builds on another is checked with that other.
Source: FHIR R4, https://hl7.org/fhir/R4/profiling.html and elementdefinition.html
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from kangmai.records.fhir.definitions import (
    elements_by_key,
    elements_by_name,
    is_type,
    resource_types,
)
from kangmai.records.validation.issues import Issue, issue
from kangmai.records.validation.profile_reading import Definitions, Node, Profile, base_type
from kangmai.records.validation.reading import Validated
from kangmai.records.validation.slicing import belongs, discriminated, has_pattern


def profiled(found: Validated, url: str, known: Definitions) -> Validated:
    """What was validated, with the issues of a profile added."""
    if not isinstance(found.resource, dict):
        return found
    more = find_profile_faults(found.resource, url, known, place=found.place)
    return replace(found, issues=[*found.issues, *more])


def find_profile_faults(
    resource: dict, url: str, known: Definitions, *, place: str = ""
) -> list[Issue]:
    """Every way in which a resource is not what a profile asks, by place.

    Raises: ProfileNotLoaded.
    """
    known.require(url)
    name = str(resource.get("resourceType"))
    wanted = base_type(url)
    profile = known.find(url)
    wanted = profile.type_name if profile else wanted
    at = place or name
    if wanted != name:
        return [issue("profile-type", at, wanted=wanted, found=name)]
    check = _Check(known)
    check.profile(resource, profile, at)
    return check.issues


class _Check:
    """One pass over a resource by a profile and those it builds on."""

    def __init__(self, known: Definitions) -> None:
        self.known = known
        self.issues: list[Issue] = []

    def profile(self, resource: dict, profile: Profile | None, at: str) -> None:
        while profile is not None:
            self.url = profile.url
            self.parts(resource, profile.root, profile.type_name, at)
            self.invariants(resource, profile, at)
            profile = self.known.find(profile.base) if profile.base else None

    def add(self, rule: str, at: str, **details: object) -> None:
        self.issues.append(issue(rule, at, url=self.url, **details))

    def parts(self, value: Any, node: Node, type_name: str, at: str) -> None:
        """Every element that a node constrains, in an object of a type."""
        if not isinstance(value, dict) or not is_type(type_name):
            return
        for part in node.parts.values():
            found = list(_values(value, part.name, type_name))
            self.repeated(part, found, at, part.name)

    def repeated(self, node: Node, found: list[tuple[str, str, Any]], at: str, name: str) -> None:
        """The values of one element or slice: how many, and each of them."""
        shown = name.removesuffix("[x]")
        if len(found) < node.minimum:
            minimum = node.minimum
            self.add(
                "profile-minimum", f"{at}.{shown}", name=name, minimum=minimum, found=len(found)
            )
        if node.maximum is not None and len(found) > node.maximum:
            maximum = node.maximum
            self.add(
                "profile-maximum", f"{at}.{shown}", name=name, maximum=maximum, found=len(found)
            )
        for step, type_name, value in found:
            self.single(node, type_name, value, f"{at}.{step}")
        if node.slices:
            self.slices(node, found, at, name)

    def single(self, node: Node, type_name: str, value: Any, at: str) -> None:
        """One value: its type, its fixed parts, its codes, its parts."""
        if node.types and type_name not in node.types and not _is_inner(type_name, node):
            self.add("profile-type-choice", at, name=node.name, found=type_name)
        if node.fixed is not None and value != node.fixed:
            self.add("profile-value", at, name=node.name)
        if node.pattern is not None and not has_pattern(value, node.pattern):
            self.add("profile-value", at, name=node.name)
        if node.value_set and not self.is_bound(value, node.value_set):
            self.add("profile-binding", at, name=node.name, value_set=node.value_set)
        self.parts(value, node, type_name, at)

    def is_bound(self, value: Any, value_set: str) -> bool:
        codes = self.known.codes(value_set)
        if codes is None:
            return True
        if isinstance(value, str):
            return any(value in each for each in codes.values())
        codings = value.get("coding", [value]) if isinstance(value, dict) else []
        return any(c.get("code") in codes.get(c.get("system", ""), ()) for c in codings)

    def slices(self, node: Node, found: list[tuple[str, str, Any]], at: str, name: str) -> None:
        """Each slice with the values that belong to it."""
        rest = list(found)
        for slice_name, each in node.slices.items():
            wanted = discriminated(node, each)
            if wanted is None:
                return
            members = [f for f in found if belongs(wanted, f[1], f[2])]
            rest = [f for f in rest if f not in members]
            self.repeated(each, members, at, f"{name}:{slice_name}")
        if node.is_closed:
            for step, _, _ in rest:
                self.add("profile-slice", f"{at}.{step}", name=name)

    def invariants(self, resource: dict, profile: Profile, at: str) -> None:
        """The profile's own FHIRPath rules, on the whole resource and on its elements."""
        for path, key, human, expression in _invariants(profile.root, profile.type_name):
            whole = expression if path == profile.type_name else f"{path}.all({expression})"
            if not _holds(whole, resource):
                step = path.removeprefix(profile.type_name)
                self.issues.append(issue("profile-invariant", at + step, key=key, human=human))


def _values(value: dict, name: str, type_name: str) -> Iterator[tuple[str, str, Any]]:
    """(step, type, value) of an element: each of a list, any type of a choice."""
    keys = _keys(type_name, name)
    for key, of in keys.items():
        found = value.get(key)
        if isinstance(found, list):
            for number, each in enumerate(found):
                yield f"{key}[{number}]", of, each
        elif found is not None or f"_{key}" in value:
            yield key, of, found


@lru_cache(maxsize=4096)
def _keys(type_name: str, name: str) -> dict[str, str]:
    """The JSON names of an element with the type each means."""
    stem = name.removesuffix("[x]")
    element = elements_by_name(type_name).get(stem)
    if element is not None and (name.endswith("[x]") or not element.is_choice):
        return {choice.key: choice.name for choice in element.types}
    found = elements_by_key(type_name).get(name)
    return {name: found[1].name} if found else {}


def _is_inner(type_name: str, node: Node) -> bool:
    """Whether a type is a backbone element, which a profile calls by another name."""
    return "." in type_name or not node.types.keys().isdisjoint(
        {"Element", "BackboneElement", "Resource"} | set(resource_types())
    )


def _invariants(node: Node, path: str) -> Iterator[tuple[str, str, str, str]]:
    for key, human, expression in node.invariants:
        yield path, key, human, expression
    for part in node.parts.values():
        yield from _invariants(part, f"{path}.{part.name.removesuffix('[x]')}")


def _holds(expression: str, resource: dict) -> bool:
    """Whether an invariant holds; one that we cannot evaluate is taken to hold."""
    from kangmai.records.fhirpath.errors import ExpressionRefused
    from kangmai.records.fhirpath.expression import compile_expression

    try:
        return compile_expression(expression).evaluate(resource) != [False]
    except ExpressionRefused:
        return True
