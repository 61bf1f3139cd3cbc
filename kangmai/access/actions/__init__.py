"""What can be done to accounts, roles, tokens, emergency openings and decisions of residents."""

from kangmai.access.actions.accounts import (
    add_account,
    change_own_password,
    disable_account,
    enable_account,
    set_language,
    set_password,
)
from kangmai.access.actions.clients import (
    disable_client,
    enable_client,
    register_client,
    renew_proof,
)
from kangmai.access.actions.consents import give_consent, withdraw_consent
from kangmai.access.actions.glass import break_glass, close_glass, review_glass
from kangmai.access.actions.grants import grant_role, revoke_role
from kangmai.access.actions.loading import load_accounts
from kangmai.access.actions.login import log_in, log_out
from kangmai.access.actions.tokens import (
    issue_operator_token,
    issue_token_by_assertion,
    issue_token_by_secret,
    revoke_token,
)
from kangmai.access.actions.totp import begin_totp, confirm_totp, turn_off_totp
from kangmai.access.actions.upkeep import forget_old

__all__ = [
    "add_account",
    "begin_totp",
    "break_glass",
    "change_own_password",
    "close_glass",
    "confirm_totp",
    "disable_account",
    "disable_client",
    "enable_account",
    "enable_client",
    "forget_old",
    "give_consent",
    "grant_role",
    "issue_operator_token",
    "issue_token_by_assertion",
    "issue_token_by_secret",
    "load_accounts",
    "log_in",
    "log_out",
    "register_client",
    "renew_proof",
    "review_glass",
    "revoke_role",
    "revoke_token",
    "set_language",
    "set_password",
    "turn_off_totp",
    "withdraw_consent",
]
