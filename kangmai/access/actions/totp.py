"""Turn one-time codes on (the first code proves that the authenticator has the secret) and off."""

from datetime import datetime

from django.db import transaction

from kangmai.access import events, models, totp
from kangmai.access.errors import AccountUnknown, CodeRefused, OneTimeCodesOff
from kangmai.access.writing import locked_account, require_manager_of, write_down
from kangmai.kernel.actor import Actor


def begin_totp(*, actor: Actor) -> tuple[str, str]:
    """A new secret and its otpauth address, to be shown once and confirmed; nothing is kept yet."""
    account = models.Account.objects.filter(pk=actor.account).first()
    if account is None:
        raise AccountUnknown(account=actor.account)
    secret = totp.new_secret()
    return secret, totp.address_of(secret, account.login)


def confirm_totp(*, secret: str, code: str, actor: Actor, at: datetime) -> None:
    """Turn one-time codes on with the secret that `begin_totp` gave. Raises CodeRefused."""
    with transaction.atomic():
        account = locked_account(actor.account)
        step = totp.matching_step(secret, code, at=at)
        if step is None:
            raise CodeRefused()
        account.totp_key, account.totp_secret = totp.seal_secret(secret, account.pk)
        account.totp_step = step
        account.version += 1
        account.save()
        _write_down(account.pk, events.TOTP_TURNED_ON, actor=actor, at=at)


def turn_off_totp(*, account_id: int, actor: Actor, at: datetime) -> None:
    """Turn another's one-time codes off, when he lost his authenticator.

    Raises:
        AccountUnknown, NotPermitted.
        OneTimeCodesOff: the account uses none.
    """
    with transaction.atomic():
        account = locked_account(account_id)
        require_manager_of(actor, account)
        if account.totp_secret is None:
            raise OneTimeCodesOff()
        account.totp_secret = account.totp_key = None
        account.version += 1
        account.save()
        _write_down(account.pk, events.TOTP_TURNED_OFF, actor=actor, at=at)


def _write_down(account_id: int, event: str, *, actor: Actor, at: datetime) -> None:
    write_down(actor=actor, at=at, event=event, object_type="Account", object_id=account_id)
