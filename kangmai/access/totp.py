"""Time-based one-time passwords: six digits, 30 seconds, each used once, one step of drift allowed.

Source: RFC 6238, 5.2 (drift and single use)
"""

import hmac
from datetime import datetime

import pyotp
from django.db import transaction

from kangmai.access import models
from kangmai.kernel import sealing

STEP_SECONDS = 30
ISSUER = "Kangmai"


def new_secret() -> str:
    """A secret of 160 bits in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, login: str) -> str:
    """The otpauth address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def seal_secret(secret: str, account_id: int) -> tuple[int, bytes]:
    """Key version and sealed secret, bound to the account."""
    return sealing.seal(secret.encode(), bound_to=_place(account_id))


def use_code(account_id: int, code: str, *, at: datetime) -> bool:
    """Whether the code is right and new; it is used up then."""
    with transaction.atomic():
        account = models.Account.objects.select_for_update().get(pk=account_id)
        if account.totp_secret is None or account.totp_key is None:
            return False
        sealed = bytes(account.totp_secret)
        secret = sealing.unseal(account.totp_key, sealed, bound_to=_place(account_id)).decode()
        step = matching_step(secret, code, at=at)
        if step is None or step <= account.totp_step:
            return False
        models.Account.objects.filter(pk=account_id).update(totp_step=step)
        return True


def matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """The 30-second step whose code this is: now, the one before or the one after; else None."""
    now = int(at.timestamp()) // STEP_SECONDS
    generator = pyotp.HOTP(secret)
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(generator.at(step).encode(), code.strip().encode()):
            return step
    return None


def _place(account_id: int) -> bytes:
    return f"totp:{account_id}".encode()
