"""Give and take roles."""

from datetime import datetime

from django.db import transaction

from kangmai.access import events, models
from kangmai.access.errors import (
    GrantUnknown,
    PeriodOver,
    RoleGuarded,
    RoleHeld,
    RoleNeedsOrganization,
    RoleNeedsResident,
    RoleNotHeldThere,
    RoleOfFamily,
)
from kangmai.access.roles import role as role_of
from kangmai.access.types import GrantView, Reach, Role
from kangmai.access.views import view_of
from kangmai.access.writing import (
    locked,
    locked_account,
    manages_everywhere,
    refusing,
    require_manager,
    write_down,
)
from kangmai.kernel.actor import Actor, Purpose
from kangmai.registry import queries as registry


def grant_role(
    *,
    account_id: int,
    role: str,
    organization_id: int | None = None,
    until: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> GrantView:
    """Give an account a role in an institution, or in the whole city, from now on.

    Args:
        until: the role ends then by itself.

    Raises:
        AccountUnknown, RoleUnknown, OrganizationUnknown, RoleHeld, PeriodOver.
        RoleNotHeldThere, RoleNeedsOrganization, RoleNeedsResident, RoleOfFamily: the role does not fit.
        NotPermitted: the actor does not administer the institution.
        RoleGuarded: only an administrator of the whole city gives this role.
    """
    with transaction.atomic():
        account = locked_account(account_id)
        require_manager(actor, organization_id)
        wanted = role_of(role, on=at.date())
        if wanted.is_guarded and not manages_everywhere(actor):
            raise RoleGuarded(role=role)
        _require_fit(wanted, account, organization_id)
        if until is not None and until <= at:
            raise PeriodOver()
        # a role that ended by its date makes room for a new one
        row = models.RoleGrant(
            account=account,
            role=role,
            organization_id=organization_id,
            from_at=at,
            to_at=until,
            granted_by=actor.account,
        )
        _require_not_held(row, at)
        with refusing({"rolegrant_open_once": lambda: RoleHeld(role=role)}):
            row.save(force_insert=True)
        _write_down(row, events.ROLE_GRANTED, actor=actor, at=at)
        return view_of(GrantView, row)


def revoke_role(*, grant_id: int, actor: Actor, at: datetime) -> GrantView:
    """Take a role away from now on.

    Raises:
        GrantUnknown: no such role is in force.
        NotPermitted: the actor does not administer the institution.
    """
    with transaction.atomic():
        unknown = GrantUnknown(grant=grant_id)
        row = locked(models.RoleGrant, grant_id, or_else=unknown)
        require_manager(actor, row.organization_id)
        if row.to_at is not None and row.to_at <= at:
            raise unknown
        row.to_at, row.revoked_by = at, actor.account
        row.save()
        _write_down(row, events.ROLE_REVOKED, actor=actor, at=at)
        return view_of(GrantView, row)


def _require_fit(role: Role, account: models.Account, organization_id: int | None) -> None:
    if role.is_family:
        raise RoleOfFamily(role=role.id)
    if role.reach is Reach.SELF:
        if account.resident_id is None or organization_id is not None:
            raise RoleNeedsResident(role=role.id)
        return
    if organization_id is None:
        # only steering reaches over a whole city without an institution
        if role.reach is not Reach.JURISDICTION or role.purpose is Purpose.TREATMENT:
            raise RoleNeedsOrganization(role=role.id)
        return
    kind = registry.kind_of(organization_id=organization_id)
    if role.held_in and kind not in role.held_in:
        raise RoleNotHeldThere(role=role.id, kind=kind)


def _require_not_held(row: models.RoleGrant, at: datetime) -> None:
    same = models.RoleGrant.objects.filter(
        account_id=row.account_id, role=row.role, organization_id=row.organization_id
    )
    if same.filter(to_at__gt=at).exists():
        raise RoleHeld(role=row.role)


def _write_down(row: models.RoleGrant, event: str, *, actor: Actor, at: datetime) -> None:
    details = {"account": row.account_id, "role": row.role, "organization": row.organization_id}
    write_down(
        actor=actor,
        at=at,
        event=event,
        object_type="RoleGrant",
        object_id=row.pk,
        details=details,
    )
