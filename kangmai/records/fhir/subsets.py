"""Parts of resources, for `_summary` and `_elements`; a part is always marked SUBSETTED.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#summary, #elements.
"""

from kangmai.records.fhir.definitions import elements_by_key
from kangmai.records.types import Resource

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
_ALWAYS = frozenset({"resourceType", "id", "meta"})


def _mandatory(resource_type: str) -> frozenset[str]:
    return frozenset(
        key for key, element in elements_by_key(resource_type).items() if element.minimum > 0
    )


def _part(resource: Resource, keys: frozenset[str]) -> Resource:
    part = {
        key: value for key, value in resource.items() if key.removeprefix("_") in keys | _ALWAYS
    }
    meta = part.get("meta", {})
    return {**part, "meta": {**meta, "tag": [*meta.get("tag", ()), SUBSETTED]}}


def summary_true(resource: Resource) -> Resource:
    """The elements that the specification marks as summary, and the mandatory ones."""
    elements = elements_by_key(resource["resourceType"])
    keys = frozenset(key for key, element in elements.items() if element.is_summary)
    return _part(resource, keys | _mandatory(resource["resourceType"]))


def summary_text(resource: Resource) -> Resource:
    """Narrative and mandatory elements."""
    return _part(resource, _mandatory(resource["resourceType"]) | {"text"})


def summary_data(resource: Resource) -> Resource:
    """Everything but the narrative."""
    return _part(resource, frozenset(resource) - {"text"})


def with_elements(resource: Resource, names: tuple[str, ...]) -> Resource:
    """The named elements and the mandatory ones; a name without `[x]` stands for each of its types."""
    elements = elements_by_key(resource["resourceType"])
    keys = frozenset(
        key for key, element in elements.items() if element.name in names or key in names
    )
    return _part(resource, keys | _mandatory(resource["resourceType"]))
