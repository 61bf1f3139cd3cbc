"""Write down how an errand of the chain stands: submitted, done, refused with the reason, not applicable."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.programmes.births import events, models, rules
from kangmai.programmes.births.chain import look_again
from kangmai.programmes.births.errors import BirthInFuture, ItemUnknown
from kangmai.programmes.births.reach import CHAIN, locked
from kangmai.programmes.births.reading import birth_of
from kangmai.programmes.births.types import Birth, ItemState, Source

NEED_A_REASON = (ItemState.REFUSED, ItemState.NOT_APPLICABLE)


def write_item(
    *,
    birth_id: UUID,
    item: str,
    state: ItemState,
    on: date,
    reason: str = "",
    receipt: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Birth:
    """Write down how an item stands since a day.

    Args:
        expected_version: of the item.

    Raises:
        NotPermitted, BirthNotFound, ItemUnknown, ChangedMeanwhile, BirthInFuture (the day lies ahead)
        ReasonMissing: refused, or not applicable, and nobody says why.
    """
    why = rules.given_reason(reason) if state in NEED_A_REASON else reason.strip()[:200]
    if on > rules.today(at):
        raise BirthInFuture(born_at=on.isoformat())
    with transaction.atomic():
        row = locked(birth_id, CHAIN, actor=actor)
        found = models.Item.objects.select_for_update().filter(birth=row, item=item).first()
        if found is None:
            raise ItemUnknown(item=item[:32])
        require_version(found.version, expected_version)
        found.state, found.since, found.reason = state.value, on, why
        found.receipt, found.source = receipt.strip()[:64], Source.DESK.value
        found.account = actor.account
        found.version += 1
        found.save()
        look_again(row)
        row.version += 1
        row.save(update_fields=["late_from", "version"])
        data = {"item": item, "state": state.value, "source": found.source}
        write_down_and_announce(events.ITEM, "Birth", row.id, data=data, reason=why, actor=actor, at=at)  # fmt: skip
    return birth_of(row)
