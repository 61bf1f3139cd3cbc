"""The steps that every action of supplies shares: the entry with its movements and balances."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from kangmai.epidemic.supplies import models
from kangmai.epidemic.supplies.errors import (
    BookedInTheFuture,
    ItemTwice,
    ItemUnknown,
    KeyReused,
    NotEnough,
    NothingEntered,
    QuantityWrong,
)
from kangmai.epidemic.supplies.types import EntryKind, Line, Rule
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

MOST = 1_000_000_000

# the store is locked before, so nobody else can add a lot between the two; an upsert would check the sign of what it adds
MOVE = """
WITH moved AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::bigint[])
        WITH ORDINALITY AS m (item, lot, expires_on, quantity, place)
), changed AS (
    UPDATE supplies_balance b SET quantity = b.quantity + m.quantity FROM moved m
    WHERE b.store_id = %s AND b.item = m.item AND b.lot = m.lot AND b.expires_on IS NOT DISTINCT FROM m.expires_on
    RETURNING b.item, b.lot, b.expires_on, b.quantity
), fresh AS (
    INSERT INTO supplies_balance (store_id, item, lot, expires_on, quantity)
    SELECT %s, m.item, m.lot, m.expires_on, m.quantity FROM moved m
    WHERE NOT EXISTS (SELECT 1 FROM supplies_balance b WHERE b.store_id = %s AND b.item = m.item AND b.lot = m.lot
                      AND b.expires_on IS NOT DISTINCT FROM m.expires_on)
    RETURNING item, lot, expires_on, quantity
), kept AS (SELECT * FROM changed UNION ALL SELECT * FROM fresh)
INSERT INTO supplies_movement (entry_id, store_id, item, lot, expires_on, quantity, balance)
SELECT %s, %s, m.item, m.lot, m.expires_on, m.quantity, k.quantity
FROM moved m JOIN kept k ON k.item = m.item AND k.lot = m.lot AND k.expires_on IS NOT DISTINCT FROM m.expires_on
ORDER BY m.place"""


@dataclass(frozen=True, slots=True)
class Note:
    """What stands at the head of an entry."""

    booked_on: date
    partner: str = ""
    document: str = ""
    reason: str = ""
    transfer: UUID | None = None
    reverses: UUID | None = None


def check_lines(lines: Sequence[Line], found: Rule, *, least: int) -> None:
    """Let pass lines that name known items once, with whole quantities from `least` on.

    Raises:
        NothingEntered, ItemUnknown, ItemTwice, QuantityWrong.
    """
    if not lines:
        raise NothingEntered()
    seen: set[tuple[str, str, date | None]] = set()
    for line in lines:
        if line.item not in found.items:
            raise ItemUnknown(item=line.item[:32])
        if not least <= line.quantity <= MOST:
            raise QuantityWrong(least=least)
        if (key := (line.item, line.lot, line.expires_on)) in seen:
            raise ItemTwice(item=line.item)
        seen.add(key)


def check_day(day: date, at: datetime) -> None:
    """Let pass a day that has come. Raises BookedInTheFuture."""
    if day > legal_day(at):
        raise BookedInTheFuture(day=day)


def digest(*content: object) -> bytes:
    """What tells the repetition of a form from another one with its key."""
    return hashlib.sha256(repr(content).encode()).digest()


def earlier(key: UUID, content: bytes, actor: Actor) -> models.Entry | None:
    """The entry that a key made before. Raises KeyReused."""
    found = models.Entry.objects.prefetch_related("movements").filter(key=key).first()
    if found is not None and (bytes(found.content), found.account_id) != (content, actor.account):
        raise KeyReused()
    return found


def enter(
    store: models.Store,
    kind: EntryKind,
    moves: Sequence[Line],
    note: Note,
    *,
    key: UUID,
    content: bytes,
    actor: Actor,
    at: datetime,
) -> models.Entry:
    """Add an entry with its signed movements; the store is locked already.

    Raises:
        NotEnough: a lot would fall below nothing.
    """
    _require_stock(store, moves)
    row = models.Entry.objects.create(
        id=uuid7(),
        key=key,
        store=store,
        kind=kind.value,
        booked_on=note.booked_on,
        partner=note.partner.strip()[:120],
        document=note.document.strip()[:64],
        reason=note.reason.strip()[:300],
        content=content,
        transfer_id=note.transfer,
        reverses_id=note.reverses,
        account_id=actor.account,
        at=at,
    )
    moved = [each for each in moves if each.quantity]
    with connection.cursor() as cursor:
        columns = [[getattr(each, name) for each in moved] for name in ("item", "lot", "expires_on", "quantity")]  # fmt: skip
        cursor.execute(MOVE, [*columns, store.pk, store.pk, store.pk, row.id, store.pk])
    return row


def _require_stock(store: models.Store, moves: Sequence[Line]) -> None:
    taken = [each for each in moves if each.quantity < 0]
    if not taken:
        return
    rows = models.Balance.objects.filter(store=store, item__in={each.item for each in taken})
    there = {(row.item, row.lot, row.expires_on): row.quantity for row in rows}
    for each in taken:
        available = there.get((each.item, each.lot, each.expires_on), 0)
        if available + each.quantity < 0:
            raise NotEnough(item=each.item, available=available, wanted=-each.quantity)
