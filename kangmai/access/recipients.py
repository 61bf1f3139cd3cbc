"""Whom something addressed to a role or a permission reaches: ids of accounts, for rooms that write to people."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from kangmai.access import models, roles
from kangmai.access.reading import in_force
from kangmai.access.types import GlassNotice, Reach, Role
from kangmai.kernel.actor import EVERYWHERE, PlaceRange, subtree


def accounts_by_role(
    *, held: Collection[tuple[str, int | None]], at: datetime
) -> dict[tuple[str, int | None], frozenset[int]]:
    """The accounts in use that hold each role in each institution (None: in the whole city)."""
    if not held:
        return {}
    rows = _holders(at).filter(
        Q(organization_id__in={where for _, where in held if where is not None})
        | Q(organization_id=None),
        role__in={role for role, _ in held},
    )
    found: dict[tuple[str, int | None], set[int]] = {}
    for role, where, account in rows.values_list("role", "organization_id", "account_id"):
        found.setdefault((role, where), set()).add(account)
    return {pair: frozenset(found.get(pair, ())) for pair in held}


def accounts_by_permission(
    *, needed: Collection[tuple[str, str]], at: datetime
) -> dict[tuple[str, str], frozenset[int]]:
    """The accounts in use whose role gives a permission at a place; the empty place asks for no place."""
    if not needed:
        return {}
    known = roles.roles(on=at.date())
    permitting = {
        permission: {id for id, role in known.items() if permission in role.permissions}
        for permission, _ in needed
    }
    rows = list(
        _holders(at)
        .filter(role__in=set().union(*permitting.values()))
        .values_list("role", "organization__jurisdiction_code", "account_id")
    )
    return {
        (permission, place): frozenset(
            account
            for role, jurisdiction, account in rows
            if role in permitting[permission]
            and (not place or any(r.covers(place) for r in _places(known[role], jurisdiction)))
        )
        for permission, place in needed
    }


def logins_and_languages(*, account_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Login and language of accounts in use."""
    rows = models.Account.objects.filter(pk__in=account_ids, is_active=True)
    return {
        id: (login, language) for id, login, language in rows.values_list("id", "login", "language")
    }


def accounts_of_staff(*, staff_ids: Collection[int]) -> dict[int, int]:
    """The account in use of each member of staff who has one; the oldest where there are several."""
    rows = models.Account.objects.filter(staff_id__in=staff_ids, is_active=True).order_by("-id")
    return {staff: account for staff, account in rows.values_list("staff_id", "id") if staff}


def accounts_of_residents(*, resident_ids: Collection[int]) -> dict[int, int]:
    """The account in use of each resident who has one; the oldest where there are several."""
    rows = models.Account.objects.filter(resident_id__in=resident_ids, is_active=True)
    return {
        resident: account
        for resident, account in rows.order_by("-id").values_list("resident_id", "id")
        if resident
    }


def staff_of_account(*, account_id: int) -> int | None:
    """The member of staff behind an account, if it is one's."""
    return models.Account.objects.filter(pk=account_id).values_list("staff_id", flat=True).first()


def glass_notices(*, ids: Collection[int]) -> tuple[GlassNotice, ...]:
    """What reviewers are told of emergency openings: nothing of the resident but the id."""
    rows = models.BreakGlass.objects.filter(pk__in=ids).order_by("id")
    return tuple(
        GlassNotice(row.pk, row.resident_id, row.place_code, row.expires_at) for row in rows
    )


def _holders(at: datetime) -> QuerySet[models.RoleGrant]:
    return models.RoleGrant.objects.filter(in_force(at), account__is_active=True)


def _places(role: Role, jurisdiction: str | None) -> tuple[PlaceRange, ...]:
    if role.reach is not Reach.JURISDICTION:
        return ()
    if jurisdiction is None:
        return (EVERYWHERE,)
    return (subtree(jurisdiction),) if jurisdiction else ()
