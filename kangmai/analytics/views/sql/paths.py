"""Paths as SQL over structs: what the direct readers of `records.fhirpath.direct` know, and no more.

The context is a struct with the parts that `Needs` collects; its primitives are the JSON they were
read from (`"male"`, with the quotes). A list that is not there is NULL, and NULL is the empty
collection; three-valued logic is the same in SQL and in FHIRPath.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from kangmai.analytics.views.sql.needs import Needs
from kangmai.records.fhirpath.compiler import type_path
from kangmai.records.fhirpath.direct_logic import INTEGERS, ORDERS, STRINGS
from kangmai.records.fhirpath.elements import Element
from kangmai.records.fhirpath.functions.navigation import RELATIVE
from kangmai.records.fhirpath.model import TypeFact, choice_key, get_type, is_resource_name
from kangmai.records.fhirpath.syntax.nodes import (
    Binary,
    Call,
    Empty,
    Indexer,
    Literal,
    Member,
    Node,
    This,
    TypeTest,
    Variable,
)

RESOURCE = "the_resource"
"""What the query calls a line; no element of R4 is called so."""
MARK = "chr(1)"
"""Stands for a value that only Python can tell; a line that gives it is read again."""
MOST = 2**63
TIMES = frozenset(["date", "dateTime", "instant"])
# Days to the 28th, which every month has, or a year or month alone; other times are left to Python.
CERTAIN_TIME = (
    r'"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1\d|2[0-8])'
    r'(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d))?)?)?"'
)


class NotInSql(Exception):
    """A path that has no SQL of its own."""


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression gives: its SQL and FHIR type, whether it is a list, where its parts are noted.

    A primitive that `is_json` is written as in JSON; otherwise it is a text or a Boolean of SQL. One
    that `may_be_marked` can only be put out: compared, a mark would pass for a value.
    """

    sql: str
    type_name: str
    needs: Needs
    is_many: bool = False
    is_json: bool = False
    may_be_marked: bool = False

    @property
    def fact(self) -> TypeFact:
        return get_type(self.type_name)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a path stands on, the resource, the view's constants, and numbers for the names of lambdas."""

    focus: Value
    root: Value
    constants: Mapping[str, Element]
    numbers: Iterator[int]

    def on(self, focus: Value) -> "Scope":
        return replace(self, focus=focus)

    def name(self) -> str:
        """A name for the parameter of a lambda."""
        return f"x{next(self.numbers)}"


def new_scope(resource: str, needs: Needs, constants: Mapping[str, Element]) -> Scope:
    """The scope of a resource that the query calls `RESOURCE`."""
    root = Value(RESOURCE, resource, needs)
    return Scope(root, root, constants, count())


def value_of(node: Node, scope: Scope) -> Value:
    """A path as SQL. Raises: NotInSql."""
    match node:
        case This():
            return scope.focus
        case Literal(value):
            return literal(value)
        case Empty():
            return Value("null::json", "string", Needs(), is_json=True)
        case Variable("resource" | "rootResource" | "context"):
            return scope.root
        case Variable(name) if name in scope.constants:
            constant = scope.constants[name]
            if constant.fact.name in STRINGS | INTEGERS | {"boolean"}:
                return literal(constant.value, constant.fact.name)
        case Member():
            return member(node, scope)
        case Indexer(source, Literal(int(place))):
            return at(value_of(source, scope), place)
        case Call():
            return call(node, scope)
        case TypeTest("as", operand, name):
            return of_type(operand, name, scope)
        case Binary("|", left, right):
            return either(value_of(left, scope), value_of(right, scope))
        case Binary(operator, left, right):
            return binary(operator, value_of(left, scope), value_of(right, scope))
    raise NotInSql


def literal(value: Any, type_name: str = "") -> Value:
    """A text, whole number or Boolean. Raises: NotInSql."""
    known = {str: "string", int: "integer", bool: "boolean"}.get(type(value))
    if known is None or (known == "integer" and abs(value) >= MOST):
        raise NotInSql
    if known == "string" and any(character < " " for character in value):
        raise NotInSql  # JSON has several ways to write them
    written = json.dumps(value, ensure_ascii=False)
    return Value(f"{quoted(written)}::json", type_name or known, Needs(), is_json=True)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def source_of(node: Member | Call, scope: Scope) -> Value:
    return scope.focus if node.source is None else value_of(node.source, scope)


def member(node: Member, scope: Scope) -> Value:
    if node.source is None and is_resource_name(node.name):
        if node.name in scope.focus.fact.lineage:
            return scope.focus
        raise NotInSql
    source = source_of(node, scope)
    fact = source.fact.members.get(node.name)
    if fact is None or fact.is_choice:
        raise NotInSql
    return child(source, node.name, fact.keys[node.name], fact.repeats, scope)


def child(source: Value, key: str, type_name: str, repeats: bool, scope: Scope) -> Value:
    """The child under a JSON key. Raises: NotInSql."""
    fact = get_type(type_name)
    if fact.kind in ("resource", "unknown") or source.fact.is_primitive:
        raise NotInSql
    needs = source.needs.part(key, fact, repeats)
    is_json = fact.is_primitive
    if not source.is_many:
        return Value(f'{source.sql}."{key}"', type_name, needs, repeats, is_json)
    each = scope.name()
    there = f'list_filter({source.sql}, lambda {each}: {each}."{key}" is not null)'
    found = f'list_transform({there}, lambda {each}: {each}."{key}")'
    return Value(f"flatten({found})" if repeats else found, type_name, needs, True, is_json)


def at(source: Value, place: int) -> Value:
    """`source[place]`, also first() and, with place -1, last(). Raises: NotInSql."""
    if source.is_many:
        sql = f"{source.sql}[{place + 1 if place >= 0 else place}]"
        return replace(source, sql=sql, is_many=False)
    if place in (0, -1):
        return source
    raise NotInSql


def call(node: Call, scope: Scope) -> Value:
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
            return truth(existence(node, scope))
        case "empty", ():
            return truth(f"(not {existence(node, scope)})")
        case "count", ():
            return counted(source_of(node, scope))
        case "exists", (criteria,):
            return truth(exists(where(source_of(node, scope), criteria, scope)))
        case "not", ():
            return truth(f"(not {a_boolean(source_of(node, scope))})")
        case "extension", (Literal(str(url)),):
            return extension(source_of(node, scope), url, scope)
        case "join", (Literal(str(separator)),):
            return joined(source_of(node, scope), separator, scope)
        case "join", ():
            return joined(source_of(node, scope), "", scope)
        case "getResourceKey", () if node.source is None and scope.focus.fact.kind == "resource":
            key = child(scope.focus, "id", "id", False, scope)
            sql = f"(case when {key.sql} <> '\"\"' then {key.sql} end)"
            return replace(key, sql=sql, type_name="string")
        case "getReferenceKey", arguments:
            wanted = type_path(arguments[0]) if arguments else None
            return reference_key(source_of(node, scope), wanted, scope)
    raise NotInSql


def truth(sql: str) -> Value:
    return Value(sql, "boolean", Needs())


def a_boolean(value: Value) -> str:
    """The SQL of a single Boolean. Raises: NotInSql."""
    if value.is_many or value.may_be_marked or value.type_name != "boolean":
        raise NotInSql
    return f"({value.sql} = 'true')" if value.is_json else value.sql


def of_type(operand: Node, name: str, scope: Scope) -> Value:
    """A choice taken by its type is one JSON key. Raises: NotInSql."""
    name = name.removeprefix("FHIR.")
    if isinstance(operand, Member):
        source = source_of(operand, scope)
        fact = source.fact.members.get(operand.name)
        key = choice_key(operand.name, name) if name else ""
        if fact is not None and fact.is_choice and fact.keys.get(key) == name:
            return child(source, key, name, False, scope)
    raise NotInSql


def where(source: Value, criteria: Node, scope: Scope) -> Value:
    """The items of which the criteria are true. Raises: NotInSql."""
    if source.may_be_marked:
        raise NotInSql
    if not source.is_many:
        test = a_boolean(value_of(criteria, scope.on(source)))
        return replace(source, sql=f"(case when {test} then {source.sql} end)")
    each = scope.name()
    item = replace(source, sql=each, is_many=False)
    test = a_boolean(value_of(criteria, scope.on(item)))
    return replace(source, sql=f"list_filter({source.sql}, lambda {each}: {test})")


def existence(node: Call, scope: Scope) -> str:
    """Whether there is anything; a choice is there by any of its types. Raises: NotInSql."""
    if not isinstance(node.source, Member):
        return exists(source_of(node, scope))
    holder = source_of(node.source, scope)
    fact = holder.fact.members.get(node.source.name)
    if fact is None or not fact.is_choice:
        return exists(source_of(node, scope))
    found = [child(holder, key, name, False, scope) for key, name in fact.keys.items()]
    return f"({' or '.join(exists(each) for each in found)})"


def exists(source: Value) -> str:
    if source.may_be_marked:
        raise NotInSql
    if source.is_many:
        return f"(coalesce(len({source.sql}), 0) > 0)"
    return f"({source.sql} is not null)"


def counted(source: Value) -> Value:
    if not source.is_many or source.may_be_marked:
        raise NotInSql
    return Value(f"coalesce(len({source.sql}), 0)", "integer", Needs())


def either(left: Value, right: Value) -> Value:
    """What one of two single texts or times gives. Raises: NotInSql.

    Where both do Python compares them, and it says which time is not written as one.
    """
    sides = (left, right)
    if any(side.is_many or side.may_be_marked or not side.is_json for side in sides):
        raise NotInSql
    if not {left.type_name, right.type_name} <= STRINGS | TIMES:
        raise NotInSql
    found = f"coalesce({left.sql}, {right.sql})"
    doubts = [f"{left.sql} is not null and {right.sql} is not null"]
    if {left.type_name, right.type_name} & TIMES:
        doubts.append(f"not regexp_full_match({found}, {quoted(CERTAIN_TIME)})")
    sql = f"(case when {' or '.join(doubts)} then to_json({MARK}) else {found} end)"
    return replace(left, sql=sql, may_be_marked=True)


def extension(source: Value, url: str, scope: Scope) -> Value:
    """The extensions with a url, of complex values. Raises: NotInSql."""
    every = child(source, "extension", "Extension", True, scope)
    each = scope.name()
    address = child(replace(every, sql=each, is_many=False), "url", "uri", False, scope)
    test = f"{address.sql} = {literal(url).sql}"
    return replace(every, sql=f"list_filter({every.sql}, lambda {each}: {test})")


def joined(source: Value, separator: str, scope: Scope) -> Value:
    if source.type_name not in STRINGS or not source.is_many or source.may_be_marked:
        raise NotInSql
    each = scope.name()
    texts = f"list_transform({source.sql}, lambda {each}: {text_of(each)})"
    sql = f"coalesce(array_to_string({texts}, {quoted(separator)}), '')"
    return Value(sql, "string", Needs())


def text_of(sql: str) -> str:
    """The text that a JSON string stands for; only one with a backslash must be read."""
    return f"(case when contains({sql}, '\\') then {sql} ->> '$' else {sql}[2:-2] end)"


def reference_key(source: Value, wanted: str | None, scope: Scope) -> Value:
    """The ids of relative references; any other kind is marked, since it needs a resolver."""
    if source.type_name != "Reference":
        raise NotInSql
    if source.is_many:
        each = scope.name()
        key = reference_key(replace(source, sql=each, is_many=False), wanted, scope)
        keys = f"list_transform({source.sql}, lambda {each}: {key.sql})"
        sql = f"list_filter({keys}, lambda {each}: {each} is not null)"
        return replace(key, sql=sql, is_many=True)
    written = child(source, "reference", "string", False, scope).sql
    relative = quoted(f'^"(?:{RELATIVE.pattern})"$')
    found = f"regexp_extract({written}, {relative}, ['type', 'id'])"
    other = "" if wanted is None else f"when {found}.type <> {quoted(wanted)} then null"
    sql = (
        f"(case when {written} is null then null when {found}.id = '' then {MARK}"
        f" {other} else {found}.id end)"
    )
    return Value(sql, "string", Needs(), may_be_marked=True)


def binary(operator: str, left: Value, right: Value) -> Value:
    """`=`, `!=`, `and`, `or` on single values, and comparison of whole numbers. Raises: NotInSql."""
    if right.is_many or left.may_be_marked or right.may_be_marked:
        raise NotInSql
    if operator in ("and", "or"):
        return truth(f"({a_boolean(left)} {operator} {a_boolean(right)})")
    if operator in ("=", "!=") and family(left) == family(right) is not None:
        return truth(equality(left, right, "=" if operator == "=" else "<>"))
    if operator in ORDERS and family(left) == family(right) == "integer" and not left.is_many:
        return truth(f"({amount(left)} {operator} {amount(right)})")
    raise NotInSql


def family(value: Value) -> str | None:
    """Types whose JSON values are equal exactly if they are."""
    if value.type_name in STRINGS:
        return "string"
    if value.type_name in INTEGERS:
        return "integer"
    return "boolean" if value.type_name == "boolean" else None


def equality(left: Value, right: Value, operator: str) -> str:
    """A collection of many is never equal to a single value."""
    if not left.is_many:
        return f"({compared(left)} {operator} {compared(right)})"
    several = f"case when {right.sql} is not null then {str(operator == '<>').lower()} end"
    single = replace(left, sql=f"{left.sql}[1]", is_many=False)
    return (
        f"(case when len({left.sql}) > 1 then {several}"
        f" else {compared(single)} {operator} {compared(right)} end)"
    )


def compared(value: Value) -> str:
    """What is compared: whole numbers by their amount, all else as it is written in JSON."""
    if family(value) == "integer":
        return amount(value)
    return value.sql if value.is_json else f"to_json({value.sql})"


def amount(value: Value) -> str:
    return f"cast({value.sql} as hugeint)"
