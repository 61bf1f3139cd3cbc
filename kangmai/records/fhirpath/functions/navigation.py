"""children, descendants, extension, resolve, hasValue, getValue, getResourceKey, getReferenceKey.

Source: FHIR R4, Using FHIRPath with FHIR, https://hl7.org/fhir/R4/fhirpath.html#functions;
SQL on FHIR 2.0, getResourceKey and getReferenceKey,
https://sql-on-fhir.org/ig/2.0.0/StructureDefinition-ViewDefinition.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kangmai.records.fhirpath.elements import (
    Collection,
    Element,
    children,
    members,
    root_element,
    system_value,
)
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Form, Frame, Function, Resolver
from kangmai.records.fhirpath.functions.strings import text
from kangmai.records.fhirpath.functions.types import Specifier
from kangmai.records.fhirpath.model import is_resource_name

TYPE_AND_ID = r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?"
RELATIVE = re.compile(TYPE_AND_ID)
LITERAL = re.compile("(?:.*/)?" + TYPE_AND_ID)


def all_children(focus: Collection) -> Collection:
    return [child for item in focus if item.__class__ is Element for child in children(item)]


def descendants(focus: Collection) -> Collection:
    """Every node below, level by level. Equal nodes are kept: they are different places."""
    found: Collection = []
    level = all_children(focus)
    while level:
        found.extend(level)
        level = all_children(level)
    return found


def extension(focus: Collection, url: Collection) -> Collection:
    """The extensions with a url. Raises: Misuse if it is no String."""
    wanted = text(url)
    found: Collection = []
    for item in focus:
        if item.__class__ is Element:
            members(item, "extension", found)
    return [item for item in found if field(item.value, "url") == wanted]


def field(value: Any, name: str) -> Any:
    """A member of a JSON object; None where the value is none."""
    return value.get(name) if isinstance(value, dict) else None


def has_value(focus: Collection) -> Collection:
    """Whether the one item is a primitive with a value, not only with extensions."""
    return [len(focus) == 1 and is_valued(focus[0])]


def is_valued(item: Any) -> bool:
    return item.__class__ is not Element or (
        item.fact.is_primitive and item.value is not None and not isinstance(item.value, dict)
    )


def get_value(focus: Collection) -> Collection:
    return [system_value(focus[0])] if has_value(focus)[0] else []


def literal_reference(item: Any) -> str | None:
    """The text of a Reference, canonical, uri or String."""
    value = item.value if item.__class__ is Element else item
    if isinstance(value, dict):
        value = value.get("reference")
    return value if isinstance(value, str) else None


def resolve(focus: Collection, frame: Frame) -> Collection:
    """The resources that references lead to: contained, in the same Bundle, or by the resolver."""
    found: Collection = []
    for item in focus:
        reference = literal_reference(item)
        if reference is not None:
            found.extend(resolved(reference, item, frame))
    return found


def resolved(reference: str, item: Any, frame: Frame) -> Iterator[Element]:
    holder = item.holder if item.__class__ is Element else frame.run.resource.value
    if reference.startswith("#"):
        contained = contained_resource(holder, reference[1:])
        if contained is not None:
            element = root_element(contained)
            element.holder = holder
            yield element
        return
    resource = in_bundle(frame.run.root.value, reference)
    if resource is None and frame.run.resolver is not None:
        resource = frame.run.resolver(reference)
    if resource is not None:
        yield root_element(resource)


def contained_resource(holder: Any, identifier: str) -> Mapping[str, Any] | None:
    """The contained resource of an id; the container itself where the id is empty."""
    if not isinstance(holder, dict):
        return None
    if not identifier:
        return holder
    inside = holder.get("contained")
    resources = inside if isinstance(inside, list) else []
    return next((each for each in resources if field(each, "id") == identifier), None)


def in_bundle(root: Any, reference: str) -> Mapping[str, Any] | None:
    """The entry of a Bundle that a reference means, by fullUrl or by type and id."""
    if not isinstance(root, dict) or root.get("resourceType") != "Bundle":
        return None
    inside = root.get("entry")
    for entry in inside if isinstance(inside, list) else []:
        resource = field(entry, "resource")
        own = f"{field(resource, 'resourceType')}/{field(resource, 'id')}"
        if isinstance(resource, dict) and reference in (field(entry, "fullUrl"), own):
            return resource
    return None


def resource_key(focus: Collection) -> Collection:
    """getResourceKey(): the id, empty without one. Raises: Misuse if not on a resource."""
    found = []
    for item in focus:
        if item.__class__ is not Element or item.fact.kind not in ("resource", "unknown"):
            raise Misuse("getResourceKey() is asked of a resource")
        identifier = field(item.value, "id")
        if isinstance(identifier, str) and identifier:
            found.append(identifier)
    return found


def reference_key(focus: Collection, frame: Frame, *wanted: Specifier) -> Collection:
    """getReferenceKey(): the id a reference leads to; empty if of another type or unresolved."""
    asked = wanted[0].name if wanted else None
    found = []
    for item in focus:
        key = key_of_reference(literal_reference(item), asked, frame.run.resolver)
        if key is not None:
            found.append(key)
    return found


def key_of_reference(
    reference: str | None, wanted: str | None, resolver: Resolver | None
) -> str | None:
    """The id of a literal reference.

    A relative reference tells its type and id itself. Any other (a URL, a urn:uuid) is known only
    if the resolver finds its resource: an id of another server is no key of ours.
    """
    if reference is None or reference.startswith("#"):
        return None
    if match := RELATIVE.fullmatch(reference):
        target, identifier = match["type"], match["id"]
    else:
        resource = resolver(reference) if resolver else None
        target, identifier = (resource or {}).get("resourceType"), (resource or {}).get("id")
    return identifier if wanted is None or target == wanted else None


def stub_of(reference: str) -> dict[str, Any] | None:
    """A resolver that fetches nothing: the type and id that a literal reference tells."""
    match = LITERAL.fullmatch(reference)
    if match is None or not is_resource_name(match["type"]):
        return None
    return {"resourceType": match["type"], "id": match["id"]}


TABLE = {
    "children": Function(all_children),
    "descendants": Function(descendants),
    "extension": Function(extension, Form.VALUES, 1, 1),
    "hasValue": Function(has_value),
    "getValue": Function(get_value),
    "resolve": Function(resolve, Form.EXPRESSIONS),
    "getResourceKey": Function(resource_key),
    "getReferenceKey": Function(reference_key, Form.TYPE, 0, 1),
}
