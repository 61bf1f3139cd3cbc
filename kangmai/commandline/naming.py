"""Find what an operator names: an institution by code, FHIR id or number, an account by login."""

from kangmai.kernel.actor import Actor


def organization_id(named: str | None, *, actor: Actor) -> int | None:
    """The id of the institution an operator names; None if he names none.

    Raises:
        OrganizationUnknown: there is none of this code, FHIR id or number.
    """
    from kangmai.registry import queries
    from kangmai.registry.errors import OrganizationUnknown

    if not named:
        return None
    found = queries.find_organization(code=named, actor=actor) or queries.find_organization(
        fhir_id=named.removeprefix("Organization/"), actor=actor
    )
    if found is None and named.isdecimal() and len(named) < 19:
        return queries.get_organization(organization_id=int(named), actor=actor).id
    if found is None:
        raise OrganizationUnknown(organization=named)
    return found.id


def account_id(login: str) -> int:
    """The id of the account of this name. Raises AccountUnknown."""
    from kangmai.access import queries
    from kangmai.access.errors import AccountUnknown

    found = queries.find_account_id(login=login)
    if found is None:
        raise AccountUnknown(account=login)
    return found
