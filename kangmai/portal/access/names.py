"""Names of accounts, as far as the reader may know them."""

from collections.abc import Iterable

from kangmai.access import queries as access
from kangmai.access.errors import AccountUnknown
from kangmai.kernel.actor import Actor, NotPermitted


def account_names(ids: Iterable[int], actor: Actor) -> dict[int, str]:
    """Id and name of the accounts that the actor administers; the others are left out."""
    names = {}
    for account_id in set(ids):
        try:
            names[account_id] = access.get_account(account_id=account_id, actor=actor).name
        except (NotPermitted, AccountUnknown):
            continue
    return names
