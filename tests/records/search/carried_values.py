"""Writes, for each search parameter a resource carries, searches that must find it."""

from collections.abc import Iterator
from typing import Any

from kangmai.records.search.expressions import resolve
from kangmai.records.search.generator import component_kinds, values
from kangmai.records.search.parameters import Kind, SearchParameter, parameters


def carried(resource: dict) -> Iterator[tuple[str, str]]:
    """(name, value) of searches that a resource answers, straight from its elements."""
    for known in parameters(resource["resourceType"]).values():
        if known.name == "_lastUpdated" or known.kind in (Kind.SPECIAL, Kind.COMPOSITE):
            continue
        for type_name, value in element_values(resource, known):
            for text in written(known, type_name, value):
                yield known.name, text


def element_values(resource: dict, known: SearchParameter) -> Iterator[tuple[str, Any]]:
    """The values of a parameter with their FHIR types, found by following its paths."""
    for branch in known.branches:
        if branch.odd:
            continue
        for path in resolve(branch, known.resource_type):
            if any(step.condition or step.only_first for step in path.steps):
                continue
            for value in values(resource, path.steps):
                if value is not None and (branch.target is None or _names(value, branch.target)):
                    yield path.type_name, value


def _names(value: dict, target: str) -> bool:
    return f"{target}/" in value.get("reference", "")


def escaped(text: str) -> str:
    for sign in "\\,|$":
        text = text.replace(sign, "\\" + sign)
    return text


def written(known: SearchParameter, type_name: str, value: Any) -> list[str]:
    """The ways a value may be searched for."""
    match known.kind, type_name:
        case Kind.TOKEN, "CodeableConcept":
            return [t for c in value.get("coding", []) for t in _coding(c)]
        case Kind.TOKEN, "Coding":
            return _coding(value)
        case Kind.TOKEN, "Identifier" | "ContactPoint" if "value" in value:
            number = escaped(value["value"])
            is_plain = type_name == "ContactPoint" or "system" not in value
            return [number] if is_plain else [number, f"{escaped(value['system'])}|{number}"]
        case Kind.TOKEN, "boolean":
            return [str(value).lower()]
        case Kind.TOKEN, "code" | "id" | "string" | "uri":
            return [escaped(value)]
        case Kind.REFERENCE, "Reference":
            text = value.get("reference", "#")
            return [] if text.startswith("#") else [escaped(text)]
        case Kind.REFERENCE | Kind.URI, "canonical" | "uri" | "url":
            return [] if value.startswith("#") else [escaped(value)]
        case Kind.STRING, "string" | "markdown":
            return [escaped(value.strip()[:40])] if value.strip() else []
        case Kind.STRING, "HumanName":
            return [escaped(value[k]) for k in ("family", "text") if value.get(k)]
        case Kind.STRING, "Address":
            return [escaped(value[k]) for k in ("city", "postalCode") if value.get(k)]
        case Kind.DATE, "date" | "dateTime" | "instant":
            return [value, f"ge{value[:4]}", f"lt{int(value[:4]) + 1}", f"ne{int(value[:4]) + 1}"]
        case Kind.DATE, "Period" if value.get("start"):
            return [f"ge{value['start']}", f"le{value.get('end', '9000')}"]
        case Kind.QUANTITY, "Quantity" | "Age" | "Duration" if "value" in value:
            return _quantity(value)
        case Kind.NUMBER, "decimal" | "integer":
            return [str(value), f"ge{value}", f"lt{value + 1}"]
    return []


def _coding(coding: dict) -> list[str]:
    if "code" not in coding:
        return []
    code = escaped(coding["code"])
    if "system" not in coding:
        return [code, f"|{code}"]
    return [code, f"{escaped(coding['system'])}|{code}", f"{escaped(coding['system'])}|"]


def _quantity(quantity: dict) -> list[str]:
    number, comparator = quantity["value"], quantity.get("comparator", "")
    prefix = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}.get(comparator, "")
    found = [f"{prefix}{number}"]
    if "code" in quantity:
        code = escaped(quantity["code"])
        found.append(f"{prefix}{number}||{code}")
        if "system" in quantity:
            found.append(f"{prefix}{number}|{escaped(quantity['system'])}|{code}")
    return found


__all__ = ["carried", "component_kinds", "element_values", "escaped", "written"]
