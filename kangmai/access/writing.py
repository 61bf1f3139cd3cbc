"""The steps every action of access shares: lock, refuse, write down, announce, forget."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from kangmai.access.cache import forget
from kangmai.access.errors import AccountUnknown
from kangmai.access.models import Account
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import KangmaiError
from kangmai.registry import queries as registry

MANAGE = "access.manage"
MANAGE_CLIENTS = "access.clients"
Row = TypeVar("Row", bound=models.Model)


def locked(table: type[Row], id: int, *, or_else: KangmaiError) -> Row:
    """The row of this id, locked until the transaction ends. Raises `or_else`."""
    row = table._default_manager.select_for_update().filter(pk=id).first()
    if row is None:
        raise or_else
    return row


def locked_account(account_id: int) -> Account:
    """The account, locked. Raises AccountUnknown."""
    return locked(Account, account_id, or_else=AccountUnknown(account=account_id))


@contextmanager
def refusing(refusals: Mapping[str, Callable[[], KangmaiError]]) -> Iterator[None]:
    """Turn the breach of a constraint whose name begins with a key into the error made by its value."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        for beginning, make in refusals.items():
            if broken.startswith(beginning):
                raise make() from error
        raise


def manages_everywhere(actor: Actor, permission: str = MANAGE) -> bool:
    """Whether the actor administers the whole city: only then his places have the empty code."""
    return is_permitted(actor, permission, "")


def manages_at(actor: Actor, organization_id: int | None, permission: str = MANAGE) -> bool:
    """Whether the actor administers an institution: by its place, or because it is his own."""
    if organization_id is None:
        return manages_everywhere(actor, permission)
    division_code, _ = registry.codes_of_place(organization_id=organization_id)
    return is_permitted(actor, permission, division_code) or any(
        grant.organization == organization_id and permission in grant.permissions
        for grant in actor.grants
    )


def require_manager(actor: Actor, organization_id: int | None, permission: str = MANAGE) -> None:
    """Let pass an administrator of an institution (None: of the whole city). Raises NotPermitted."""
    if not manages_at(actor, organization_id, permission):
        raise NotPermitted(permission=permission)


def require_manager_of(actor: Actor, account: Account) -> None:
    """Let pass who administers every institution in which an account holds or held a role.

    Otherwise a small administrator could set the password of a great one. An account without roles is
    for administrators of the whole city.

    Raises:
        NotPermitted: in every other case.
    """
    places = set(account.grants.values_list("organization_id", flat=True)) or {None}
    for organization_id in places:
        require_manager(actor, organization_id)


def write_down(
    *,
    actor: Actor,
    at: datetime,
    event: str,
    object_type: str,
    object_id: int,
    subjects: Sequence[int] = (),
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Audit a deed, announce it, and drop remembered actors; `details` hold ids and codes only."""
    with unit_of_work() as database:
        audit.record(
            database,
            actor=actor,
            at=at,
            action=event,
            object_type=object_type,
            object_id=str(object_id),
            subjects=subjects,
            reason=reason,
            details=details,
        )
        feed.announce(database, kind=event, key=str(object_id), data=details, at=at)
    forget()
