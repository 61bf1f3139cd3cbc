"""Write down how an errand of the chain stands: by a desk in every state, by the parents that they handed it in."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.programmes.births import events, models, rules
from kangmai.programmes.births.chain import look_again
from kangmai.programmes.births.errors import BirthInFuture, ItemNotYours, ItemUnknown
from kangmai.programmes.births.reach import CHAIN, locked, locked_own
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
    _require_past(on, at)
    with transaction.atomic():
        row = locked(birth_id, CHAIN, actor=actor)
        found = _item(row, item, expected_version)
        found.reason = why
        _write(row, found, state, on, receipt, Source.DESK, actor, at)
    return birth_of(row)


def hand_in(
    *, birth_id: UUID, item: str, on: date, receipt: str = "", expected_version: int, actor: Actor, at: datetime
) -> Birth:  # fmt: skip
    """A parent says that an errand was handed in, with the receipt's number; what a desk or the house knows stays.

    Raises:
        BirthNotFound (also of another's child), ItemUnknown, ItemNotYours, ChangedMeanwhile,
        BirthInFuture (the day lies ahead)
    """
    _require_past(on, at)
    with transaction.atomic():
        row = locked_own(birth_id, actor=actor)
        found = _item(row, item, expected_version)
        is_open = found.state in (ItemState.OPEN, ItemState.REFUSED)
        is_mine = found.state == ItemState.SUBMITTED and found.source == Source.PARENT
        if not (is_open or is_mine):
            raise ItemNotYours(state=found.state)
        found.reason = ""
        _write(row, found, ItemState.SUBMITTED, on, receipt, Source.PARENT, actor, at)
    return birth_of(row)


def _require_past(on: date, at: datetime) -> None:
    if on > rules.today(at):
        raise BirthInFuture(born_at=on.isoformat())


def _item(row: models.Birth, item: str, expected_version: int) -> models.Item:
    found = models.Item.objects.select_for_update().filter(birth=row, item=item).first()
    if found is None:
        raise ItemUnknown(item=item[:32])
    require_version(found.version, expected_version)
    return found


def _write(
    row: models.Birth, found: models.Item, state: ItemState, on: date, receipt: str, source: Source, actor: Actor, at: datetime
) -> None:  # fmt: skip
    found.state, found.since, found.source = state.value, on, source.value
    found.receipt, found.account = receipt.strip()[:64], actor.account
    found.version += 1
    found.save()
    look_again(row)
    row.version += 1
    row.save(update_fields=["late_from", "version"])
    data = {"item": found.item, "state": state.value, "source": found.source}
    write_down_and_announce(events.ITEM, "Birth", row.id, data=data, reason=found.reason, actor=actor, at=at)  # fmt: skip
