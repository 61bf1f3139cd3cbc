"""Actors with a stated reach, for tests of rooms below `access`."""

from collections.abc import Iterable

from kangmai.kernel.actor import Actor, DataScope, Grant, Label, Purpose, subtree
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId

EVERY_PERMISSION = (
    "records.read",
    "records.search",
    "records.create",
    "records.update",
    "records.delete",
    "identity.search",
    "identity.write",
    "identity.review",
)


def actor(
    *,
    places: Iterable[str] = (),
    organizations: Iterable[int] = (),
    residents: Iterable[int] = (),
    objections: Iterable[int] = (),
    labels: Iterable[Label] = (Label.NORMAL,),
    permissions: Iterable[str] = EVERY_PERMISSION,
) -> Actor:
    """An actor who sees these places, institutions and residents, and nothing else."""
    reach = tuple(subtree(place) for place in places)
    first = next(iter(organizations), None)
    scope = DataScope(
        places=reach,
        organizations=frozenset(OrganizationId(o) for o in organizations),
        residents=frozenset(ResidentId(r) for r in residents),
        objections=frozenset(ResidentId(r) for r in objections),
        labels=frozenset(labels),
    )
    organization = OrganizationId(first) if first else None
    grant = Grant("test", organization, reach, frozenset(permissions))
    return Actor(AccountId(1), "test", (grant,), Purpose.TREATMENT, scope)
