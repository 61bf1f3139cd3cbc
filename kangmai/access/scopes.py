"""From roles held in an institution to an Actor's grants and the reach of his sight. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kangmai.access.types import Reach, Role
from kangmai.kernel.actor import EVERYWHERE, DataScope, Grant, Label, PlaceRange, subtree
from kangmai.kernel.ids import OrganizationId, ResidentId


@dataclass(frozen=True, slots=True)
class Home:
    """The institution in which roles are held, as far as reach depends on it."""

    id: OrganizationId
    division_code: str
    jurisdiction_code: str
    tree: frozenset[OrganizationId]
    """Itself and all below it; only itself where no role reaches further."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What residents and emergencies add to and take from sight."""

    shared: frozenset[ResidentId] = frozenset()
    objecting: frozenset[ResidentId] = frozenset()
    opened: frozenset[ResidentId] = frozenset()
    """Residents whose record this account has opened in an emergency."""


def grants_of(roles: Sequence[Role], home: Home | None) -> tuple[Grant, ...]:
    """The grants of roles that share an institution and a reach; its own institution comes first."""
    return tuple(
        Grant(role.id, organization, _places(role.reach, home), role.permissions)
        for organization in _organizations(roles[0].reach, home)
        for role in roles
    )


def scope_of(
    roles: Sequence[Role],
    home: Home | None,
    *,
    resident: ResidentId | None,
    decisions: Decisions,
) -> DataScope:
    """The sight of roles that share an institution and a reach.

    Roles that may not read the record give no sight and no labels. An opening in an emergency shows
    the resident and overrides his objection, but no sensitive label beyond those of the roles.
    """
    seeing = [role for role in roles if _reads(role)]
    if not seeing:
        return DataScope(labels=frozenset({Label.NORMAL}))
    reach = seeing[0].reach
    own = frozenset({resident} if resident is not None and reach is Reach.SELF else set())
    objecting = decisions.objecting if all(r.is_bound_by_objection for r in seeing) else frozenset()
    return DataScope(
        places=_places(reach, home),
        organizations=frozenset(_organizations(reach, home)) - {None},  # type: ignore[arg-type]
        residents=own | decisions.shared | decisions.opened,
        labels=frozenset(label for role in seeing for label in role.labels),
        objections=objecting - decisions.opened - own,
    )


def _reads(role: Role) -> bool:
    return any(permission.startswith("records.") for permission in role.permissions)


def _places(reach: Reach, home: Home | None) -> tuple[PlaceRange, ...]:
    if reach is not Reach.JURISDICTION:
        return ()
    if home is None:
        return (EVERYWHERE,)
    return (subtree(home.jurisdiction_code),) if home.jurisdiction_code else ()


def _organizations(reach: Reach, home: Home | None) -> list[OrganizationId | None]:
    if home is None:
        return [None]
    if reach is not Reach.ORGANIZATION_TREE:
        return [home.id]
    return [home.id, *sorted(home.tree - {home.id})]
