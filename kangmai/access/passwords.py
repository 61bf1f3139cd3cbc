"""Passwords that are hard to guess."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from kangmai.access.errors import PasswordTooWeak
from kangmai.access.models import Account

# no letters or digits that look alike on a printed note
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def require_strong(password: str, account: Account) -> None:
    """Let pass a password that is long, uncommon and unlike the account. Raises PasswordTooWeak."""
    if account.login in password.lower():
        raise PasswordTooWeak(reasons="it contains the account name")
    try:
        with override("en"):
            validate_password(password, account)
    except ValidationError as error:
        raise PasswordTooWeak(reasons=" ".join(error.messages)) from None


def invented_password() -> str:
    """A password to hand over once: four groups of four characters, about 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
