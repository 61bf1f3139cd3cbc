"""Institutions as they are typed into forms: by their code."""

from kangmai.kernel.actor import Actor
from kangmai.registry import queries as registry
from kangmai.registry.errors import OrganizationUnknown


def organization_id_of(code: str, actor: Actor) -> int | None:
    """The institution of a code; None where nothing was typed, which stands for the whole city.

    Raises:
        OrganizationUnknown
    """
    if not code:
        return None
    found = registry.find_organization(code=code, actor=actor)
    if found is None:
        raise OrganizationUnknown(organization=code)
    return found.id
