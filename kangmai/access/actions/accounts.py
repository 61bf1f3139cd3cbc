"""Add accounts, set their passwords, disable and enable them."""

import re
from datetime import datetime

from django.db import transaction

from kangmai.access import events, models
from kangmai.access.actions.login import forgive
from kangmai.access.errors import (
    LoginMalformed,
    LoginRefused,
    LoginTaken,
    NameMissing,
)
from kangmai.access.passwords import require_strong
from kangmai.access.types import AccountKind, AccountView
from kangmai.access.views import view_of
from kangmai.access.writing import (
    locked_account,
    refusing,
    require_manager,
    require_manager_of,
    write_down,
)
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version

_LOGIN = re.compile(r"^[a-z0-9][a-z0-9._@-]{1,63}$")


def add_account(
    *,
    login: str,
    name: str,
    password: str | None,
    kind: AccountKind = AccountKind.PERSON,
    staff_id: int | None = None,
    resident_id: int | None = None,
    organization_id: int | None = None,
    must_change_password: bool = True,
    actor: Actor,
    at: datetime,
) -> AccountView:
    """Add an account without roles, on behalf of an institution (or of the whole city).

    Args:
        login: turned to small letters.
        password: None for an account that only programs use, or that cannot log in yet.
        organization_id: the institution whose administrator the actor is; roles come by `grant_role`.

    Raises:
        NotPermitted: the actor does not administer that institution.
        LoginMalformed, NameMissing, PasswordTooWeak, LoginTaken.
    """
    login = login.strip().lower()
    with transaction.atomic():
        require_manager(actor, organization_id)
        if not _LOGIN.match(login):
            raise LoginMalformed()
        if not 0 < len(name.strip()) <= 64:
            raise NameMissing()
        account = models.Account(
            login=login,
            name=name.strip(),
            kind=kind.value,
            staff_id=staff_id,
            resident_id=resident_id,
            must_change_password=must_change_password and password is not None,
        )
        _put_password(account, password)
        with refusing({"access_account_login": lambda: LoginTaken(login=login)}):
            account.save(force_insert=True)
        _write_down(account, events.ACCOUNT_ADDED, actor=actor, at=at)
        return view_of(AccountView, account)


def set_password(
    *, account_id: int, password: str, must_change_password: bool = True, actor: Actor, at: datetime
) -> AccountView:
    """Set another's password, unlock the account and end its sessions.

    Raises:
        AccountUnknown, PasswordTooWeak.
        NotPermitted: the actor does not administer every institution where the account holds roles.
    """
    with transaction.atomic():
        account = locked_account(account_id)
        require_manager_of(actor, account)
        _put_password(account, password)
        account.must_change_password, account.locked_until = must_change_password, None
        forgive(account, at=at)
        return _changed(account, events.PASSWORD_SET, actor=actor, at=at)


def change_own_password(*, old: str, new: str, actor: Actor, at: datetime) -> AccountView:
    """Change one's own password, which the old one proves. Raises LoginRefused, PasswordTooWeak."""
    with transaction.atomic():
        account = locked_account(actor.account)
        if not account.check_password(old):
            raise LoginRefused()
        _put_password(account, new)
        account.must_change_password = False
        return _changed(account, events.PASSWORD_SET, actor=actor, at=at)


def set_language(*, language: str, actor: Actor) -> None:
    """Remember the language of one's pages (zh-hans or en)."""
    if language in ("zh-hans", "en"):
        models.Account.objects.filter(pk=actor.account).update(language=language)


def disable_account(
    *, account_id: int, expected_version: int | None = None, actor: Actor, at: datetime
) -> AccountView:
    """Let an account log in no more; its sessions and tokens end at once.

    Raises:
        AccountUnknown, NotPermitted, ChangedMeanwhile.
    """
    with transaction.atomic():
        account = locked_account(account_id)
        require_manager_of(actor, account)
        require_version(account.version, expected_version)
        account.is_active = False
        account.tokens.filter(revoked_at=None).update(revoked_at=at)
        return _changed(account, events.ACCOUNT_DISABLED, actor=actor, at=at)


def enable_account(
    *, account_id: int, expected_version: int | None = None, actor: Actor, at: datetime
) -> AccountView:
    """Let a disabled account log in again. Raises AccountUnknown, NotPermitted, ChangedMeanwhile."""
    with transaction.atomic():
        account = locked_account(account_id)
        require_manager_of(actor, account)
        require_version(account.version, expected_version)
        account.is_active, account.locked_until = True, None
        forgive(account, at=at)
        return _changed(account, events.ACCOUNT_ENABLED, actor=actor, at=at)


def _put_password(account: models.Account, password: str | None) -> None:
    if password is None:
        account.set_unusable_password()
        return
    require_strong(password, account)
    account.set_password(password)


def _changed(account: models.Account, event: str, *, actor: Actor, at: datetime) -> AccountView:
    account.version += 1
    account.save()
    _write_down(account, event, actor=actor, at=at)
    return view_of(AccountView, account)


def _write_down(account: models.Account, event: str, *, actor: Actor, at: datetime) -> None:
    write_down(actor=actor, at=at, event=event, object_type="Account", object_id=account.pk)
