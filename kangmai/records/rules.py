"""Who may do what with resources: decided here once, for every door."""

from collections.abc import Callable
from enum import StrEnum

from kangmai.kernel.actor import Actor, Label, NotPermitted, is_permitted
from kangmai.records import labels
from kangmai.records.types import Flag, Source, Stored

ICD10 = "http://hl7.org/fhir/sid/icd-10"


class Interaction(StrEnum):
    """What can be asked of the store; a permission is `records.<interaction>` or that with `:<Type>`."""

    READ = "read"
    SEARCH = "search"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    EXPORT = "export"


def may(actor: Actor, interaction: Interaction, resource_type: str) -> bool:
    """Whether the actor holds an interaction for every type, or for this one."""
    permission = f"records.{interaction}"
    return is_permitted(actor, permission) or is_permitted(actor, f"{permission}:{resource_type}")


def require(actor: Actor, interaction: Interaction, resource_type: str) -> None:
    """Let pass an actor that may do this with resources of this type.

    Raises:
        NotPermitted: in every other case.
    """
    if not may(actor, interaction, resource_type):
        raise NotPermitted(permission=f"records.{interaction}:{resource_type}")


def searchable(actor: Actor) -> Callable[[str], bool]:
    """Which types the actor may search, and so lead a chain through."""
    return lambda resource_type: may(actor, Interaction.SEARCH, resource_type)


def may_change(actor: Actor, resource: Stored) -> bool:
    """Whether the actor may write a new version: only what his own organization wrote, or everything."""
    return actor.scope.everything or resource.author_org in actor.scope.organizations


def is_operator(actor: Actor) -> bool:
    """Whether the actor runs the installation: sees everything, belongs to no program or person."""
    return actor.scope.everything and actor.account == 0


def is_projection(resource: Stored) -> bool:
    """Whether a resource shows a master row and is read-only for doors."""
    return bool(resource.flags & Flag.PROJECTION)


def source_of(actor: Actor) -> Source:
    """The source an actor writes as when the door names no other: his first organization."""
    organization = next((grant.organization for grant in actor.grants if grant.organization), None)
    return Source(name=actor.client or actor.name, organization=organization)


def label_of_diagnosis(code: str) -> Label:
    """How sensitive a diagnosis with an ICD-10 code is."""
    return labels.label_of_code(ICD10, code)
