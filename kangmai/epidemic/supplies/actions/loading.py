"""Load whole stores at once with COPY: for the first stock of an installation and for the invented city."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from kangmai.epidemic.supplies import events
from kangmai.epidemic.supplies.reach import KEEP
from kangmai.epidemic.supplies.types import EntryKind, StoreLoadRow
from kangmai.epidemic.supplies.writing import digest
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

FILLED = (
    "supplies_store",
    "supplies_storeload",
    "supplies_entry",
    "supplies_movement",
    "supplies_balance",
)


def load_stores(rows: Sequence[StoreLoadRow], *, reason: str, actor: Actor, at: datetime) -> int:
    """Open stores that do not exist yet, with numbers at post and one counting entry each; returns how many lots.

    Raises:
        NotPermitted.
    """
    require(actor, KEEP)
    entries = {each.organization: uuid7() for each in rows}
    today = legal_day(at)
    content = digest(reason, today)
    tables = (
        (("organization_id", "parent_id", "place_code", "version", "loads_set_at"),
         ((e.organization, e.parent, e.place_code, 1, at if e.loads else None) for e in rows)),
        (("store_id", "load", "amount", "shifts"),
         ((e.organization, load.load, load.amount, load.shifts) for e in rows for load in e.loads)),
        (("id", "key", "store_id", "kind", "booked_on", "partner", "document", "reason", "content", "account_id", "at"),
         ((entries[e.organization], uuid4(), e.organization, EntryKind.COUNT.value, today, "", "", reason, content,
           actor.account, at) for e in rows)),
        (("entry_id", "store_id", "item", "lot", "expires_on", "quantity", "balance"),
         ((entries[e.organization], e.organization, lot.item, lot.lot, lot.expires_on, lot.quantity, lot.quantity)
          for e in rows for lot in e.lots)),
        (("store_id", "item", "lot", "expires_on", "quantity"),
         ((e.organization, lot.item, lot.lot, lot.expires_on, lot.quantity) for e in rows for lot in e.lots)),
    )  # fmt: skip
    with transaction.atomic():
        with unit_of_work() as database, database.cursor() as cursor:
            for name, (columns, values) in zip(FILLED, tables, strict=True):
                with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
                    for value in values:
                        copy.write_row(value)
        lots = sum(len(each.lots) for each in rows)
        data = {"institutions": len(rows), "lots": lots}
        write_down_and_announce(events.BOOKED, "SupplyLoad", uuid4(), reason=reason, data=data, actor=actor, at=at)  # fmt: skip
    return lots
