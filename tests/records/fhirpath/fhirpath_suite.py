"""The official FHIRPath R4 suite: its tests, its inputs, and how its outputs compare with ours."""

import xml.etree.ElementTree as XML
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from kangmai.records.fhirpath.checker import check_expression, find_faults
from kangmai.records.fhirpath.elements import Element, root_element, system_value
from kangmai.records.fhirpath.expression import compile_expression
from kangmai.records.fhirpath.model import MemberFact, TypeFact, get_type
from kangmai.records.fhirpath.reading import read_json
from kangmai.records.fhirpath.values.temporal import Date, DateTime, Time

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
FHIR, XHTML = "{http://hl7.org/fhir}", "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Case:
    """One test of the suite; `invalid` is why it must be refused, if it must."""

    name: str
    expression: str
    input_file: str
    outputs: tuple[tuple[str | None, str], ...]
    invalid: str | None
    is_predicate: bool
    is_ordered: bool
    checks_order: bool


def read_cases(folder: Path) -> list[Case]:
    """Every test; a name that occurs twice gets a number."""
    found: list[Case] = []
    for group in XML.parse(folder / "tests-fhir-r4.xml").getroot():
        for test in group.iter("test"):
            node = test.find("expression")
            if node is None:
                continue
            name = test.get("name", "")
            twins = sum(case.name.split("#")[0] == name for case in found)
            found.append(
                Case(
                    name=f"{name}#{twins + 1}" if twins else name,
                    expression=node.text or "",
                    input_file=test.get("inputfile") or "patient-example.xml",
                    outputs=tuple(
                        (out.get("type"), out.text or "") for out in test.findall("output")
                    ),
                    invalid=node.get("invalid") or test.get("invalid"),
                    is_predicate=test.get("predicate") == "true",
                    is_ordered=test.get("ordered") != "false",
                    checks_order=test.get("checkOrderedFunctions") == "true",
                )
            )
    return found


@cache
def read_input(folder: Path, name: str) -> Any:
    """An input by name: its JSON twin where there is one, else its XML as JSON."""
    twin = (folder / name).with_suffix(".json")
    if twin.exists():
        return read_json(twin.read_bytes())
    return resource_of(XML.parse(folder / name).getroot())


def resource_of(node: XML.Element) -> dict[str, Any]:
    name = node.tag.removeprefix(FHIR)
    return {"resourceType": name} | members_of(node, get_type(name))


def members_of(node: XML.Element, fact: TypeFact) -> dict[str, Any]:
    """The children of an XML element as JSON members. Source: FHIR R4, XML and JSON formats."""
    found: dict[str, Any] = {key: node.get(key) for key in ("id", "url") if node.get(key)}
    for child in node:
        key = child.tag.removeprefix(FHIR)
        if child.tag.startswith(XHTML):
            found["div"] = XML.tostring(child, encoding="unicode")
            continue
        member = next(member for member in fact.members.values() if key in member.keys)
        put(found, key, member, child)
    return found


def put(found: dict[str, Any], key: str, member: MemberFact, child: XML.Element) -> None:
    fact = get_type(member.keys[key])
    value: Any
    if fact.kind == "resource":
        value = resource_of(child[0])
    elif fact.is_primitive:
        value = primitive_of(child.get("value", ""), fact.name)
        if inner := members_of(child, fact):
            found["_" + key] = [inner] if member.repeats else inner
    else:
        value = members_of(child, fact)
    if member.repeats:
        found.setdefault(key, []).append(value)
    else:
        found[key] = value


def primitive_of(text: str, type_name: str) -> Any:
    match type_name:
        case "boolean":
            return text == "true"
        case "integer" | "positiveInt" | "unsignedInt":
            return int(text)
        case "decimal":
            return Decimal(text)
    return text


def outcome(case: Case, folder: Path) -> str | None:
    """Why our answer differs from the suite's, or None where it does not."""
    resource = read_input(folder, case.input_file)
    try:
        check_expression(case.expression, resource["resourceType"])
        if case.checks_order and find_faults(case.expression, resource["resourceType"]):
            return None if case.invalid else "refused for its order"
        items = compile_expression(case.expression).items(root_element(resource), at=AT)
    except Exception as error:  # a crash is a miss, and the next test must still run
        return None if case.invalid else f"refused: {type(error).__name__}: {error}"
    if case.invalid:
        return f"not refused: {shown(items)}"
    if case.is_predicate:
        items = [bool(items)]
    ours, theirs = [text_of(item) for item in items], [wanted(*out) for out in case.outputs]
    if not case.is_ordered:
        ours, theirs = sorted(ours), sorted(theirs)
    if ours != theirs:
        return f"{ours} instead of {theirs}"
    return type_difference(items, case)


def type_difference(items: list[Any], case: Case) -> str | None:
    names = [type_name(item) for item in items]
    for ours, (theirs, _) in zip(names, case.outputs, strict=True):
        if theirs is not None and ours.lower() != theirs.lower():
            return f"type {ours} instead of {theirs}"
    return None


def type_name(item: Any) -> str:
    if isinstance(item, Element):
        return item.fact.name
    names = {bool: "boolean", int: "integer", str: "string"}
    return names.get(type(item), type(item).__name__)


def wanted(kind: str | None, text: str) -> str:
    return text.removeprefix("@").removeprefix("T") if text.startswith("@") else text


def shown(items: list[Any]) -> list[str]:
    return [text_of(item) for item in items]


def text_of(item: Any) -> str:
    value = system_value(item)
    match value:
        case bool():
            return str(value).lower()
        case Date() | DateTime() | Time():
            return str(value)
    return str(value)
