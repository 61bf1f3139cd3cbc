"""Whether a resource is a valid FHIR R4 resource, and what is wrong with it.

    is_valid(resource)      the answer alone, in some ten microseconds
    validate(resource)      every fault, each with its place, in English and Chinese

A resource goes by the compiled schema first; only one that fails is walked in Python.
"""

from functools import cache
from typing import Any

from kangmai.records.fhir.definitions import elements_by_key, resource_types, type_names
from kangmai.records.validation.issues import Issue
from kangmai.records.validation.narrative import is_safe
from kangmai.records.validation.primitives import PRIMITIVES
from kangmai.records.validation.schema import validator
from kangmai.records.validation.structure import find_faults
from kangmai.records.validation.terminology import find_unknown_systems


def validate(resource: Any, *, advice: bool = False) -> list[Issue]:
    """Every issue of a resource; none means valid.

    With `advice`, warnings too (code systems that are not known here). Bundles, Parameters and
    contained resources are validated with what is in them.
    """
    issues = [] if _passes(resource, is_inside=False) else find_faults(resource)
    if advice and isinstance(resource, dict):
        issues += find_unknown_systems(resource)
    return issues


def is_valid(resource: Any) -> bool:
    """Whether a resource has no fault."""
    return _passes(resource, is_inside=False) or not find_faults(resource)


def _passes(resource: Any, *, is_inside: bool) -> bool:
    """Whether a resource is right beyond doubt, by the compiled schema and a few looks beside it."""
    if type(resource) is not dict:
        return False
    name = resource.get("resourceType")
    if type(name) is not str or name not in resource_types():
        return False
    contained = resource.get("contained")
    if not validator(name, contained=contained is not None or is_inside).is_valid(resource):
        return False
    text = resource.get("text")
    if text is not None and not is_safe(text["div"]):
        return False
    if contained is not None and (is_inside or not _contained_passes(resource, contained)):
        return False
    return name not in _special_types() or _special_passes(resource, name)


def _contained_passes(resource: dict, contained: list[dict]) -> bool:
    """Whether contained resources are right and every local reference leads to one of the right type."""
    if not all(_passes(each, is_inside=True) for each in contained):
        return False
    types = {each.get("id"): each["resourceType"] for each in contained}
    container = resource["resourceType"]
    return all(
        _references_pass(each, each["resourceType"], types, container)
        for each in (resource, *contained)
    )


def _references_pass(value: dict, name: str, types: dict, container: str) -> bool:
    """Whether the references to contained resources below a value are right."""
    known = _complex_parts(name)
    for key, part in value.items():
        found = known.get(key)
        if found is None:
            continue
        type_name, targets = found
        for each in part if type(part) is list else (part,):
            if type_name == "Reference":
                text = each.get("reference", "")
                if text[:1] == "#":
                    target = types.get(text[1:]) if text != "#" else container
                    if target is None or (targets and target not in targets):
                        return False
            elif not _references_pass(each, type_name, types, container):
                return False
    return True


@cache
def _complex_parts(name: str) -> dict[str, tuple[str, frozenset[str]]]:
    """The elements of a type below which a reference may be: type name and targets by JSON name."""
    found = {}
    for key, (_, choice) in elements_by_key(name).items():
        if choice.name in PRIMITIVES:
            found["_" + key] = "Element", frozenset[str]()
        elif choice.name != "Resource":
            found[key] = choice.name, choice.targets
    return found


@cache
def _special_types() -> frozenset[str]:
    """Types that hold resources or narratives deeper down than their own, where the schema does not look."""
    parts: set[str] = set()
    while grown := {name for name in type_names() if _holds(name, parts)} - parts:
        parts |= grown
    return frozenset(parts)


def _holds(name: str, known: set[str]) -> bool:
    return any(
        choice.name in known
        or (choice.name in ("Resource", "xhtml") and name not in resource_types())
        for key, (_, choice) in elements_by_key(name).items()
        if key not in ("contained", "text") or name not in resource_types()
    )


@cache
def _special_keys(name: str) -> dict[str, str]:
    """The parts of a type that lead to a resource or a narrative, by their JSON names."""
    wanted = {"Resource", "xhtml", *_special_types()}
    own = ("contained", "text") if name in resource_types() else ()
    return {
        key: choice.name
        for key, (_, choice) in elements_by_key(name).items()
        if choice.name in wanted and key not in own
    }


def _special_passes(value: dict, name: str) -> bool:
    """Whether resources and narratives below a value are right."""
    for key, type_name in _special_keys(name).items():
        part = value.get(key)
        if part is None:
            continue
        for each in part if type(part) is list else (part,):
            if not _special_value_passes(each, type_name):
                return False
    return True


def _special_value_passes(value: Any, type_name: str) -> bool:
    if type_name == "Resource":
        return _passes(value, is_inside=False)
    if type_name == "xhtml":
        return is_safe(value)
    return _special_passes(value, type_name)
