"""Who made a resource, in the words that the resource itself carries.

Source: HL7 FHIR R4 (4.0.1), the FiveWs mapping "actor" and "author" of each resource type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Resource = Mapping[str, Any]
PERSON_FIELDS = (
    "performer",
    "recorder",
    "asserter",
    "requester",
    "author",
    "participant",
    "provider",
    "custodian",
)
ORGANIZATION_FIELDS = ("serviceProvider", "managingOrganization", "custodian", "organization")


@dataclass(frozen=True, slots=True)
class Author:
    """A person and an institution; either may be unknown."""

    person: str = ""
    organization: str = ""


def author_of(resource: Resource) -> Author:
    """The first person and the first institution that a resource names as its makers."""
    found = [each for name in PERSON_FIELDS for each in _references(resource.get(name))]
    owners = [each for name in ORGANIZATION_FIELDS for each in _references(resource.get(name))]
    people = (_display(each) for each in found if not _is_organization(each))
    organizations = (_display(each) for each in (*owners, *filter(_is_organization, found)))
    return Author(next(filter(None, people), ""), next(filter(None, organizations), ""))


def _references(value: Any) -> Iterator[Mapping[str, Any]]:
    """The references inside a field, which may repeat and may be wrapped as actor, individual or member."""
    if isinstance(value, list):
        for each in value:
            yield from _references(each)
    elif isinstance(value, Mapping):
        inner = value.get("actor") or value.get("individual") or value.get("member")
        yield inner if isinstance(inner, Mapping) else value


def _is_organization(reference: Mapping[str, Any]) -> bool:
    words = f"{reference.get('type', '')} {reference.get('reference', '')}"
    return "Organization" in words


def _display(reference: Mapping[str, Any]) -> str:
    return str(reference.get("display", ""))
