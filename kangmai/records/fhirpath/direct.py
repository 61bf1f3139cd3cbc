"""Compile common expressions to plain reads of the JSON, without elements or collections.

Where the type of the context is known, a path such as `name.where(use = 'official').family.first()`
is a handful of dictionary reads. Such a direct reader gives exactly what the full evaluation gives;
an expression it cannot promise that for has none. A reader that meets JSON it does not expect
raises (TypeError, AttributeError, KeyError or Indirect), and the caller evaluates in full.

A reader of one value gives it or None; a reader of many gives a list, in which None stands for a
primitive that has only extensions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kangmai.records.fhirpath.compiler import type_path
from kangmai.records.fhirpath.direct_logic import STRINGS, Direct, Read, binary, constant, negated
from kangmai.records.fhirpath.functions.navigation import RELATIVE
from kangmai.records.fhirpath.model import TypeFact, choice_key, get_type, is_resource_name
from kangmai.records.fhirpath.syntax.nodes import (
    Binary,
    Call,
    Indexer,
    Literal,
    Member,
    Node,
    This,
    TypeTest,
    Variable,
)

UNEXPECTED = (TypeError, AttributeError, KeyError, IndexError)


class Indirect(Exception):
    """This value must be evaluated in full."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The type an expression stands on, and the variables whose values are known."""

    fact: TypeFact
    constants: Mapping[str, Any]


def direct(node: Node, scope: Scope) -> Direct | None:
    """The direct reader of an expression, or None where it has none."""
    match node:
        case This():
            return Direct(lambda value: value, scope.fact.name)
        case Literal(value):
            return constant(value)
        case Variable(name) if name in scope.constants:
            return constant(scope.constants[name])
        case Member():
            return member(node, scope)
        case Indexer(source, Literal(int(place))):
            return at(direct(source, scope), place)
        case Call():
            return call(node, scope)
        case TypeTest("as", operand, name):
            return of_type(operand, name, scope)
        case Binary(operator, left, right):
            return binary(operator, direct(left, scope), direct(right, scope))
    return None


def source_of(node: Member | Call, scope: Scope) -> Direct | None:
    return direct(This(node.place) if node.source is None else node.source, scope)


def member(node: Member, scope: Scope) -> Direct | None:
    if node.source is None and is_resource_name(node.name):
        here = node.name in scope.fact.lineage
        return Direct(lambda value: value, scope.fact.name) if here else None
    source = source_of(node, scope)
    if source is None:
        return None
    fact = get_type(source.type_name).members.get(node.name)
    if fact is None or fact.is_choice or get_type(source.type_name).is_primitive:
        return None
    return child(source, node.name, fact.keys[node.name], fact.repeats)


def child(source: Direct, key: str, type_name: str, repeats: bool) -> Direct | None:
    """The child under a JSON key."""
    fact = get_type(type_name)
    if fact.kind in ("resource", "unknown"):
        return None
    half = "_" + key if fact.is_primitive else ""
    if source.is_many:
        return Direct(many_of_many(source.read, key, half, repeats), type_name, is_many=True)
    if repeats:
        return Direct(many_of_one(source.read, key, half), type_name, is_many=True)
    return Direct(
        one_of_one(source.read, key), type_name, is_present=presence(source.read, key, half)
    )


def one_of_one(read: Read, key: str) -> Read:
    def run(value: Any) -> Any:
        found = read(value)
        return None if found is None else found.get(key)

    return run


def presence(read: Read, key: str, half: str) -> Read:
    """Whether a child is there, be it only with extensions."""

    def run(value: Any) -> bool:
        found = read(value)
        return found is not None and (found.get(key) is not None or half in found)

    return run


def many_of_one(read: Read, key: str, half: str) -> Read:
    def run(value: Any) -> list[Any]:
        found = read(value)
        items = None if found is None else found.get(key)
        if half and found and half in found:
            raise Indirect
        if items is None:
            return []
        return items if type(items) is list else [items]

    return run


def many_of_many(read: Read, key: str, half: str, repeats: bool) -> Read:
    def run(value: Any) -> list[Any]:
        found: list[Any] = []
        for item in read(value):
            if half and half in item:
                raise Indirect
            inner = item.get(key)
            if inner is None:
                continue
            if repeats:
                found.extend(inner)
            else:
                found.append(inner)
        return found

    return run


def at(source: Direct | None, place: int) -> Direct | None:
    """`source[place]`, also first() and, with place -1, last()."""
    if source is None:
        return None
    if not source.is_many:
        return source if place in (0, -1) else None
    read = source.read
    needed = max(place + 1, -place)

    def run(value: Any) -> Any:
        items = read(value)
        return items[place] if len(items) >= needed else None

    return replace(source, read=run, is_many=False, is_present=None)


def call(node: Call, scope: Scope) -> Direct | None:
    match node.name, node.arguments:
        case "first", ():
            return at(source_of(node, scope), 0)
        case "last", ():
            return at(source_of(node, scope), -1)
        case (("ofType" | "as"), (argument,)):
            operand = This(node.place) if node.source is None else node.source
            return of_type(operand, type_path(argument) or "", scope)
        case "where", (criteria,):
            return where(source_of(node, scope), criteria, scope)
        case "exists", ():
            return exists(source_of(node, scope))
        case "empty", ():
            return negated(exists(source_of(node, scope)))
        case "exists", (criteria,):
            return exists(where(source_of(node, scope), criteria, scope))
        case "not", ():
            source = source_of(node, scope)
            if source is None or source.is_many or source.type_name != "boolean":
                return None
            return negated(source)
        case "extension", (Literal(str(url)),):
            return extension(source_of(node, scope), url)
        case "join", (Literal(str(separator)),):
            return joined(source_of(node, scope), separator)
        case "join", ():
            return joined(source_of(node, scope), "")
        case "getResourceKey", () if node.source is None and scope.fact.kind == "resource":
            return Direct(lambda value: value.get("id") or None, "string")
        case "getReferenceKey", arguments:
            wanted = type_path(arguments[0]) if arguments else None
            return reference_key(source_of(node, scope), wanted)
    return None


def of_type(operand: Node, name: str, scope: Scope) -> Direct | None:
    """A choice taken by its type is one JSON key."""
    name = name.removeprefix("FHIR.")
    if not isinstance(operand, Member):
        return None
    source = source_of(operand, scope)
    if source is None:
        return None
    fact = get_type(source.type_name).members.get(operand.name)
    if fact is None or not fact.is_choice:
        return None
    key = choice_key(operand.name, name)
    return child(source, key, name, repeats=False) if fact.keys.get(key) == name else None


def where(source: Direct | None, criteria: Node, scope: Scope) -> Direct | None:
    """The complex items of which the criteria are true."""
    if source is None or get_type(source.type_name).is_primitive:
        return None
    test = direct(criteria, Scope(get_type(source.type_name), scope.constants))
    if test is None or test.is_many or test.type_name != "boolean":
        return None
    read, is_true = source.read, test.read
    if source.is_many:
        return replace(source, read=lambda value: [one for one in read(value) if is_true(one)])

    def run(value: Any) -> Any:
        found = read(value)
        return found if found is not None and is_true(found) else None

    return replace(source, read=run, is_present=None)


def exists(source: Direct | None) -> Direct | None:
    if source is None:
        return None
    read = source.is_present or source.read
    if source.is_many:
        return Direct(lambda value: len(read(value)) > 0, "boolean")
    if source.is_present is not None:
        return Direct(read, "boolean")
    if get_type(source.type_name).is_primitive:
        return None
    return Direct(lambda value: read(value) is not None, "boolean")


def extension(source: Direct | None, url: str) -> Direct | None:
    """The extensions with a url, of a complex value."""
    if source is None or source.is_many or get_type(source.type_name).is_primitive:
        return None
    read = source.read

    def run(value: Any) -> list[Any]:
        found = read(value)
        inside = found.get("extension", ()) if found is not None else ()
        return [item for item in inside if item.get("url") == url]

    return Direct(run, "Extension", is_many=True)


def joined(source: Direct | None, separator: str) -> Direct | None:
    if source is None or source.type_name not in STRINGS or not source.is_many:
        return None
    read = source.read
    return Direct(lambda value: separator.join(text_items(read(value))), "string")


def text_items(items: list[Any]) -> list[Any]:
    return [item for item in items if item is not None]


def reference_key(source: Direct | None, wanted: str | None) -> Direct | None:
    """The id of a relative reference; any other kind needs the resolver."""
    if source is None or source.is_many or source.type_name != "Reference":
        return None
    read = source.read

    def run(value: Any) -> str | None:
        found = read(value)
        text = found.get("reference") if found is not None else None
        if text is None:
            return None
        match = RELATIVE.fullmatch(text)
        if match is None:
            raise Indirect
        return match["id"] if wanted is None or match["type"] == wanted else None

    return Direct(run, "string")
