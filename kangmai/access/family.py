"""The actor of a resident who acts for somebody of his family: an authority of `identity.family` made into grants.

He sees that one resident and nobody else, under the role `guardian` or `authorised`, as far as the
powers go; the trail and the ledger name his own account. Somebody whom the resident authorised sees
no sensitive facts, whatever he is authorised to.
"""

from datetime import datetime

from kangmai.access import models, roles
from kangmai.access.errors import ActsForNobody
from kangmai.access.reading import held_roles
from kangmai.access.types import Reach
from kangmai.identity.family import queries as family
from kangmai.identity.family.types import Power
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose
from kangmai.kernel.ids import AccountId, ResidentId

COVERED: dict[Power, frozenset[str]] = {
    Power.RECORD: frozenset(
        {"records.read", "records.search", "own.record", "own.ledger", "programmes.read"}
    ),
    Power.CARD: frozenset({"own.card"}),
    Power.DECIDE: frozenset({"own.consent"}),
}
ALWAYS = frozenset({"registry.read"})


def family_actor(account: models.Account, subject: int, *, at: datetime) -> Actor:
    """The actor of an account's resident, acting for another one.

    Raises:
        ActsForNobody: there is no such authority now, or the account is not a resident's own.
    """
    if account.resident_id is None or not _is_resident(account.pk, at):
        raise ActsForNobody()
    authority = family.find_authority(
        holder=ResidentId(account.resident_id), subject=ResidentId(subject), at=at
    )
    if authority is None:
        raise ActsForNobody()
    role = roles.role(authority.kind.value, on=at.date())
    covered = ALWAYS.union(*(COVERED[power] for power in authority.powers))
    grant = Grant(role.id, None, (), role.permissions & covered)
    scope = DataScope(residents=frozenset({authority.subject}), labels=role.labels)
    return Actor(AccountId(account.pk), account.name, (grant,), Purpose.RESIDENT, scope)


def _is_resident(account_id: int, at: datetime) -> bool:
    held = held_roles(account_id, roles=roles.roles(on=at.date()), at=at)
    return any(each.role.reach is Reach.SELF for each in held)
