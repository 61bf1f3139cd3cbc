"""Reads profiles, StructureDefinitions that narrow a type of FHIR R4, into trees of what they constrain.

How often, which types, fixed values and patterns, required value sets, slices by value, pattern or type, and
FHIRPath invariants; what a profile says in its snapshot counts where it has one, else its differential.
Source: FHIR R4, https://hl7.org/fhir/R4/profiling.html and elementdefinition.html
"""

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from kangmai.kernel.errors import Incorrect, NotFound
from kangmai.records.fhir.definitions import is_type, value_sets
from kangmai.records.validation.our_profiles import our_profiles

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
        if self.find(url) is None and base_type(url) is None:
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


def base_type(url: str) -> str | None:
    """The type of R4 that a URL names, where it is the definition of one."""
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
