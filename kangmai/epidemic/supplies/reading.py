"""From rows to values."""

from collections.abc import Iterable

from kangmai.epidemic.supplies import models
from kangmai.epidemic.supplies.types import (
    Entry,
    EntryKind,
    HeldLot,
    LoadLine,
    Lot,
    Movement,
    Store,
    Transfer,
    TransferLine,
    TransferState,
)
from kangmai.kernel.ids import AccountId, OrganizationId


def store_of(row: models.Store) -> Store:
    """A store as the rest of the house sees it."""
    parent = None if row.parent_id is None else OrganizationId(row.parent_id)
    return Store(
        OrganizationId(row.organization_id), parent, row.place_code, row.version, row.loads_set_at
    )


def entry_of(row: models.Entry) -> Entry:
    """An entry with its movements."""
    movements = sorted(row.movements.all(), key=lambda each: each.pk)
    return Entry(
        id=row.id,
        organization=OrganizationId(row.store_id),
        kind=EntryKind(row.kind),
        booked_on=row.booked_on,
        partner=row.partner,
        document=row.document,
        reason=row.reason,
        transfer=row.transfer_id,
        reverses=row.reverses_id,
        is_reversed=hasattr(row, "reversed_by"),
        account=AccountId(row.account_id),
        at=row.at,
        movements=tuple(
            Movement(each.item, each.lot, each.expires_on, each.quantity, each.balance)
            for each in movements
        ),
    )


def transfer_of(row: models.Transfer) -> Transfer:
    """A transfer with its lines."""
    lines = sorted(row.lines.all(), key=lambda each: each.item)
    return Transfer(
        id=row.id,
        donor=OrganizationId(row.donor_id),
        receiver=OrganizationId(row.receiver_id),
        state=TransferState(row.state),
        reason=row.reason,
        note=row.note,
        asked_at=row.asked_at,
        sent_at=row.sent_at,
        received_at=row.received_at,
        received_by=None if row.received_by is None else AccountId(row.received_by),
        version=row.version,
        lines=tuple(
            TransferLine(each.item, each.asked, each.sent, each.received) for each in lines
        ),
    )


def held(store: models.Store) -> list[HeldLot]:
    """What a store has, by item and expiry."""
    rows = models.Balance.objects.filter(store=store, quantity__gt=0)
    return [
        HeldLot(each.item, each.lot, each.expires_on, each.quantity)
        for each in rows.order_by("item", "expires_on", "lot")
    ]


def lots_of(lots: Iterable[HeldLot], item: str) -> list[Lot]:
    """The lots of one item."""
    return [Lot(each.quantity, each.expires_on) for each in lots if each.item == item]


def loads_of(store: models.Store) -> list[LoadLine]:
    """A store's numbers at post."""
    rows = store.loads.order_by("load")
    return [LoadLine(each.load, each.amount, each.shifts) for each in rows]
