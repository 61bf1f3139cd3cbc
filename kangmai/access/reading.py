"""What building an Actor reads from the tables: accounts with their roles, decisions, open glasses, tokens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from kangmai.access import models
from kangmai.access.scopes import Decisions, Home
from kangmai.access.types import ConsentKind, Reach, Role
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.registry import queries as registry


@dataclass(frozen=True, slots=True)
class Held:
    """A role held, with the row that says so."""

    grant_id: int
    role: Role
    organization_id: int | None


def in_force(at: datetime, *, start: str = "from_at", end: str = "to_at") -> Q:
    """The condition that a period [start, end) contains `at`; an open end is null."""
    return Q(**{f"{start}__lte": at}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": at}))


def held_roles(account_id: int, *, roles: dict[str, Role], at: datetime) -> list[Held]:
    """The roles an account holds now, in the order in which they were given.

    A role whose definition has gone gives nothing.
    """
    rows = models.RoleGrant.objects.filter(in_force(at), account_id=account_id).order_by("id")
    found = rows.values_list("id", "role", "organization_id")
    return [Held(id, roles[role], where) for id, role, where in found if role in roles]


def home_of(organization_id: int | None, reaches: Iterable[Reach]) -> Home | None:
    """The institution in which roles are held."""
    if organization_id is None:
        return None
    division_code, jurisdiction_code = registry.codes_of_place(organization_id=organization_id)
    tree = (
        registry.descendant_ids(organization_id=organization_id)
        if Reach.ORGANIZATION_TREE in set(reaches)
        else frozenset({organization_id})
    )
    ids = frozenset(OrganizationId(id) for id in tree)
    return Home(OrganizationId(organization_id), division_code, jurisdiction_code, ids)


def decisions_for(
    *, account_id: int | None, organization_id: int | None, at: datetime
) -> Decisions:
    """What residents decided about an institution, and which glasses this account has open."""
    here = Q(organization_id=organization_id)
    about_here = here if organization_id is None else here | Q(organization_id=None)
    shared: set[int] = set()
    objecting: set[int] = set()
    rows = models.Consent.objects.filter(in_force(at) & about_here)
    for kind, resident_id in rows.values_list("kind", "resident_id"):
        (shared if kind == ConsentKind.SHARE else objecting).add(resident_id)
    return Decisions(
        frozenset(map(ResidentId, shared)),
        frozenset(map(ResidentId, objecting)),
        opened(account_id, at),
    )


def opened(account_id: int | None, at: datetime) -> frozenset[ResidentId]:
    """The residents whose record an account has open in an emergency."""
    if account_id is None:
        return frozenset()
    rows = models.BreakGlass.objects.filter(
        in_force(at, start="opened_at", end="expires_at"), account_id=account_id
    ).filter(Q(closed_at=None) | Q(closed_at__gt=at))
    return frozenset(ResidentId(id) for id in rows.values_list("resident_id", flat=True))
