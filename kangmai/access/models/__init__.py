"""Tables of access."""

from kangmai.access.models.accounts import Account, LoginAttempt, RoleGrant
from kangmai.access.models.clients import AccessToken, Client, ClientAssertion
from kangmai.access.models.residents import BreakGlass, Consent

__all__ = [
    "AccessToken",
    "Account",
    "BreakGlass",
    "Client",
    "ClientAssertion",
    "Consent",
    "LoginAttempt",
    "RoleGrant",
]
