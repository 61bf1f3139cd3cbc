"""Load many accounts with their roles at once, for a new installation or an invented city."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from kangmai.access import events, models
from kangmai.access.roles import role as role_of
from kangmai.access.types import AccountKind, AccountLoad
from kangmai.access.writing import require_manager, write_down
from kangmai.kernel.actor import Actor


def load_accounts(
    rows: Sequence[AccountLoad],
    *,
    password: str,
    must_change_password: bool,
    actor: Actor,
    at: datetime,
) -> list[int]:
    """Add accounts with their roles; returns their ids in the order of the rows.

    The password is hashed once and shared, since a slow hash for each of thousands would take minutes.

    Raises:
        NotPermitted: the actor does not administer the whole city.
        RoleUnknown: a row names a role that is not defined.
    """
    require_manager(actor, None)
    for role in {row.role for row in rows}:
        role_of(role, on=at.date())
    shared = make_password(password)
    with transaction.atomic():
        accounts = models.Account.objects.bulk_create(
            [_account(row, shared, must_change_password) for row in rows], batch_size=1000
        )
        models.RoleGrant.objects.bulk_create(
            [
                _grant(row, account.pk, actor, at)
                for row, account in zip(rows, accounts, strict=True)
            ],
            batch_size=1000,
        )
        write_down(
            actor=actor,
            at=at,
            event=events.ACCOUNT_ADDED,
            object_type="Account",
            object_id=0,
            details={"rows": len(rows)},
        )
    return [account.pk for account in accounts]


def _account(row: AccountLoad, password: str, must_change_password: bool) -> models.Account:
    return models.Account(
        login=row.login.lower(),
        name=row.name[:64],
        password=password,
        kind=AccountKind.PERSON.value,
        staff_id=row.staff_id,
        resident_id=row.resident_id,
        must_change_password=must_change_password,
    )


def _grant(row: AccountLoad, account_id: int, actor: Actor, at: datetime) -> models.RoleGrant:
    return models.RoleGrant(
        account_id=account_id,
        role=row.role,
        organization_id=row.organization_id,
        from_at=at,
        granted_by=actor.account,
    )
