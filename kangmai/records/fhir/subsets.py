"""Parts of resources, for `_summary` and `_elements`; a part is always marked SUBSETTED.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#summary, #elements.
"""

from collections.abc import Callable

from kangmai.records.fhir.definitions import Element, elements_by_key
from kangmai.records.types import Resource

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
_ALWAYS = frozenset({"resourceType", "id", "meta"})


def _keys(resource_type: str, wanted: Callable[[Element], bool]) -> frozenset[str]:
    """The JSON names of the elements of a type that are wanted, and of the mandatory ones."""
    return frozenset(
        key
        for key, (element, _) in elements_by_key(resource_type).items()
        if element.minimum > 0 or wanted(element)
    )


def _part(resource: Resource, keys: frozenset[str]) -> Resource:
    part = {
        key: value for key, value in resource.items() if key.removeprefix("_") in keys | _ALWAYS
    }
    meta = part.get("meta", {})
    return {**part, "meta": {**meta, "tag": [*meta.get("tag", ()), SUBSETTED]}}


def summary_true(resource: Resource) -> Resource:
    """The elements that the specification marks as summary, and the mandatory ones."""
    return _part(resource, _keys(resource["resourceType"], lambda element: element.is_summary))


def summary_text(resource: Resource) -> Resource:
    """Narrative and mandatory elements."""
    return _part(resource, _keys(resource["resourceType"], lambda element: element.name == "text"))


def summary_data(resource: Resource) -> Resource:
    """Everything but the narrative."""
    return _part(resource, frozenset(key.removeprefix("_") for key in resource) - {"text"})


def with_elements(resource: Resource, names: tuple[str, ...]) -> Resource:
    """The named elements and the mandatory ones; a name without `[x]` stands for each of its types."""
    return _part(resource, _keys(resource["resourceType"], lambda element: element.name in names))
