"""Checks resources against profiles: StructureDefinitions that narrow a type of FHIR R4.

A profile is read into a tree of what it constrains: how often, which types, fixed values and
patterns, required value sets, slices by value, pattern or type, and FHIRPath invariants. A profile
that builds on another is checked with that other; what it says in its snapshot counts where it has
one, else its differential. Slices by `profile` or `exists` are not told apart and so not checked.
Source: FHIR R4, https://hl7.org/fhir/R4/profiling.html and elementdefinition.html
"""

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from kangmai.kernel.errors import Incorrect, NotFound
from kangmai.records.fhir.definitions import (
    elements_by_key,
    elements_by_name,
    is_type,
    resource_types,
    value_sets,
)
from kangmai.records.validation.issues import Issue, issue
from kangmai.records.validation.our_profiles import our_profiles
from kangmai.records.validation.reading import Validated

BASE = "http://hl7.org/fhir/StructureDefinition/"
INHERITED = ("ele-", "ext-", "dom-")
"""Invariants of every element and resource, which structure and storage look after."""

Codes = dict[str, frozenset[str]]


class ProfileNotLoaded(NotFound):
    """The profile {url} is not loaded. Loaded: {known}."""

    zh = "未加载规范 {url}。已加载：{known}。"


class DefinitionUnreadable(Incorrect):
    """{file} holds no StructureDefinition or ValueSet in JSON."""

    zh = "{file} 中没有 JSON 格式的 StructureDefinition 或 ValueSet。"


@dataclass(slots=True)
class Node:
    """What a profile says of one element, or of one slice of it."""

    name: str
    minimum: int = 0
    maximum: int | None = None
    types: dict[str, list[str]] = field(default_factory=dict)
    fixed: Any = None
    pattern: Any = None
    value_set: str | None = None
    discriminators: list[tuple[str, str]] = field(default_factory=list)
    is_closed: bool = False
    slices: dict[str, "Node"] = field(default_factory=dict)
    parts: dict[str, "Node"] = field(default_factory=dict)
    invariants: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, read: the type it narrows, what it builds on, its tree."""

    url: str
    type_name: str
    base: str | None
    root: Node


@dataclass(slots=True)
class Definitions:
    """Profiles and value sets by their canonical URLs."""

    structures: dict[str, dict] = field(default_factory=dict)
    value_sets: dict[str, Codes] = field(default_factory=dict)
    read: dict[str, Profile] = field(default_factory=dict)

    def require(self, url: str) -> None:
        """Raises: ProfileNotLoaded where the profile is not among the definitions."""
        if self.find(url) is None and _base_type(url) is None:
            known = ", ".join(sorted(self.structures)) or "-"
            raise ProfileNotLoaded(url=url, known=known)

    def find(self, url: str) -> Profile | None:
        """The profile with that URL, with or without a version after a bar."""
        name = url.partition("|")[0]
        if name not in self.read and name in self.structures:
            self.read[name] = read_profile(self.structures[name])
        return self.read.get(name)

    def codes(self, url: str) -> Codes | None:
        """The codes of a value set by system; None where it is not known or open."""
        name = url.partition("|")[0]
        return self.value_sets.get(name) or value_sets().get(name) or None


def _base_type(url: str) -> str | None:
    name = url.partition("|")[0].removeprefix(BASE)
    return name if is_type(name) else None


# Loading ----------------------------------------------------------------------------------------


def load_definitions(paths: Iterable[Path]) -> Definitions:
    """The StructureDefinitions and ValueSets of files, folders and packages.

    Raises: DefinitionUnreadable where a path holds none.
    """
    known = Definitions(dict(our_profiles()))
    for path in paths:
        before = len(known.structures) + len(known.value_sets)
        for raw in _texts(path):
            add_definition(known, raw)
        if len(known.structures) + len(known.value_sets) == before:
            raise DefinitionUnreadable(file=path)
    return known


def _texts(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield file.read_bytes()
    elif path.name.endswith((".tgz", ".tar.gz")):
        with tarfile.open(path) as package:
            for member in package:
                opened = package.extractfile(member) if member.name.endswith(".json") else None
                if opened is not None:
                    yield opened.read()
    else:
        yield path.read_bytes()


def add_definition(known: Definitions, raw: bytes) -> None:
    """Add a StructureDefinition or ValueSet, or those of a Bundle; anything else is left out."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return
    if not isinstance(value, dict):
        return
    entries = (
        value.get("entry", []) if value.get("resourceType") == "Bundle" else [{"resource": value}]
    )
    for each in (entry.get("resource", {}) for entry in entries):
        if each.get("resourceType") == "StructureDefinition" and "url" in each:
            known.structures[each["url"]] = each
        elif each.get("resourceType") == "ValueSet" and "url" in each:
            codes = listed_codes(each)
            if codes is not None:
                known.value_sets[each["url"]] = codes


def listed_codes(value_set: dict) -> Codes | None:
    """The codes that a value set lists one by one; None where it does not list them all."""
    found: dict[str, set[str]] = {}
    for each in value_set.get("expansion", {}).get("contains", []):
        found.setdefault(each.get("system", ""), set()).add(each.get("code", ""))
    if not found:
        for include in value_set.get("compose", {}).get("include", []):
            if "concept" not in include:
                return None
            found.setdefault(include["system"], set()).update(c["code"] for c in include["concept"])
    return {system: frozenset(codes) for system, codes in found.items()} or None


def read_profile(structure: dict) -> Profile:
    """The tree of a StructureDefinition."""
    rows = structure.get("snapshot", structure.get("differential", {})).get("element", [])
    root = Node(structure["type"])
    for row in rows:
        node = _node_at(root, row.get("id") or row["path"])
        _fill(node, row, structure["url"])
    base = structure.get("baseDefinition") if "snapshot" not in structure else None
    return Profile(structure["url"], structure["type"], base, root)


def _node_at(root: Node, path: str) -> Node:
    """The node of an element id such as `Observation.component:systolic.code`."""
    node = root
    for step in path.split(".")[1:]:
        name, _, slice_name = step.partition(":")
        node = node.parts.setdefault(name, Node(name))
        for part in slice_name.split("/") if slice_name else ():
            node = node.slices.setdefault(part, Node(name))
    return node


def _fill(node: Node, row: dict, url: str) -> None:
    """Take over what one row of a profile says."""
    node.minimum = row.get("min", node.minimum)
    if row.get("max", "*") != "*":
        node.maximum = int(row["max"])
    for entry in row.get("type", []):
        if not entry["code"].startswith("http://hl7.org/fhirpath/"):
            node.types[entry["code"]] = entry.get("profile", [])
    for key, value in row.items():
        if key.startswith("fixed"):
            node.fixed = value
        elif key.startswith("pattern"):
            node.pattern = value
    binding = row.get("binding", {})
    if binding.get("strength") == "required":
        node.value_set = binding.get("valueSet")
    slicing = row.get("slicing", {})
    node.discriminators = [(d["type"], d["path"]) for d in slicing.get("discriminator", [])]
    node.is_closed = slicing.get("rules") == "closed"
    for rule in row.get("constraint", []):
        own = not rule["key"].startswith(INHERITED) and rule.get("source", url) == url
        if own and rule.get("severity") == "error" and rule.get("expression"):
            node.invariants.append((rule["key"], rule.get("human", ""), rule["expression"]))


# Checking ---------------------------------------------------------------------------------------


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
    wanted = _base_type(url)
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
            wanted = _discriminated(node, each)
            if wanted is None:
                return
            members = [f for f in found if _belongs(wanted, f[1], f[2])]
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


def has_pattern(value: Any, pattern: Any) -> bool:
    """Whether a value has at least what a pattern has."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and has_pattern(value[key], part) for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(has_pattern(each, part) for each in value) for part in pattern
        )
    return bool(value == pattern)


Wanted = list[tuple[str, str, Any, bool]]


def _discriminated(node: Node, of_slice: Node) -> Wanted | None:
    """What tells a slice's values: (kind, path, value, is pattern) each; None where we cannot tell."""
    discriminators = node.discriminators
    if not discriminators and node.name in ("extension", "modifierExtension"):
        discriminators = [("value", "url")]
    if not discriminators and node.name.endswith("[x]"):
        discriminators = [("type", "$this")]
    found: Wanted = []
    for kind, path in discriminators:
        if kind == "type" and path == "$this":
            found.append(("type", path, set(of_slice.types), False))
        elif kind in ("value", "pattern"):
            value = _slice_value(of_slice, path)
            if value is None:
                return None
            found.append(("value", path, *value))
        else:
            return None
    return found or None


def _slice_value(of_slice: Node, path: str) -> tuple[Any, bool] | None:
    """The fixed value or pattern that a slice has at a path."""
    node = of_slice
    steps = [] if path == "$this" else path.split(".")
    for number, step in enumerate(steps):
        if node.pattern is not None:
            return _within(node.pattern, steps[number:])
        if step not in node.parts:
            profiles = [url for urls in of_slice.types.values() for url in urls]
            return (profiles[0], False) if step == "url" and profiles else None
        node = node.parts[step]
    if node.fixed is not None:
        return node.fixed, False
    return (node.pattern, True) if node.pattern is not None else None


def _within(pattern: Any, steps: list[str]) -> tuple[Any, bool] | None:
    for step in steps:
        pattern = pattern[0] if isinstance(pattern, list) and pattern else pattern
        pattern = pattern.get(step) if isinstance(pattern, dict) else None
    return (pattern, True) if pattern is not None else None


def _belongs(wanted: Wanted, type_name: str, value: Any) -> bool:
    """Whether a value is one of a slice."""
    for kind, path, expected, is_pattern in wanted:
        if kind == "type":
            if type_name not in expected:
                return False
            continue
        found = _at(value, path)
        if not any(has_pattern(f, expected) if is_pattern else f == expected for f in found):
            return False
    return True


def _at(value: Any, path: str) -> list[Any]:
    found = [value]
    for step in [] if path == "$this" else path.split("."):
        below = [f.get(step) for f in found if isinstance(f, dict)]
        found = [x for b in below for x in (b if isinstance(b, list) else [b]) if x is not None]
    return found


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
