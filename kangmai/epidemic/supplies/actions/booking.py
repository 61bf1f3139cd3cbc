"""Book what came, went, was counted or thrown away; and reverse what was booked by mistake."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.supplies import events, models, rules
from kangmai.epidemic.supplies.errors import (
    EntryUnknown,
    ItemTwice,
    LaterLotNeedsReason,
    LotMissing,
    NothingEntered,
    NotReversible,
    ReasonMissing,
    WasReversed,
)
from kangmai.epidemic.supplies.reach import kept_store, stores
from kangmai.epidemic.supplies.reading import entry_of, held
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import Entry, EntryKind, HeldLot, Line
from kangmai.epidemic.supplies.writing import Note, check_day, check_lines, digest, earlier, enter
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.standards.calendars import legal_day

BY_HAND = (
    EntryKind.RECEIPT,
    EntryKind.DONATION,
    EntryKind.ISSUE,
    EntryKind.COUNT,
    EntryKind.DISCARD,
)


def book(
    *,
    organization: int,
    kind: EntryKind,
    lines: Sequence[Line],
    booked_on: date,
    partner: str = "",
    document: str = "",
    reason: str = "",
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Entry:
    """Add an entry to an institution's ledger; the same key again returns the first one.

    A receipt or donation brings lots; an issue without a lot takes what expires first; a count says what was
    found of a lot, and moves the difference; a discard takes a lot, expired or not. Counts that differ and
    discards need a reason, and so does an issue that passes over a lot that expires earlier.

    Raises:
        NotPermitted, InstitutionUnknown, NothingEntered, ItemUnknown, ItemTwice, QuantityWrong, LotMissing,
        LotExpired, LaterLotNeedsReason, ReasonMissing, NotEnough, BookedInTheFuture, KeyReused.
    """
    if kind not in BY_HAND:
        raise NothingEntered()
    lines = [replace(each, lot=each.lot.strip()[:40]) for each in lines]
    check_day(booked_on, at)
    check_lines(lines, rule(on=legal_day(at)), least=0 if kind is EntryKind.COUNT else 1)
    content = digest(organization, kind, lines, booked_on, partner, document, reason)
    with transaction.atomic():
        store = kept_store(organization, actor=actor)
        if (first := earlier(key, content, actor)) is not None:
            return entry_of(first)
        note = Note(booked_on, partner, document, reason)
        moves = _moves(kind, lines, held(store), reason.strip(), legal_day(at))
        row = enter(store, kind, moves, note, key=key, content=content, actor=actor, at=at)
        _tell(row, events.BOOKED, actor, at)
    return entry_of(row)


def _moves(
    kind: EntryKind, lines: Sequence[Line], lots: list[HeldLot], reason: str, on: date
) -> list[Line]:
    """What an entry does to which lots, signed."""
    if kind in (EntryKind.RECEIPT, EntryKind.DONATION):
        return list(lines)
    if kind is EntryKind.ISSUE:
        if len({each.item for each in lines}) < len(lines):
            raise ItemTwice(item=lines[-1].item)
        return [part for line in lines for part in _issued(line, lots, reason, on)]
    there = {(each.item, each.lot, each.expires_on): each.quantity for each in lots}
    if kind is EntryKind.DISCARD:
        if not reason:
            raise ReasonMissing()
        if unknown := [e for e in lines if (e.item, e.lot, e.expires_on) not in there]:
            raise LotMissing(item=unknown[0].item)
        return [replace(each, quantity=-each.quantity) for each in lines]
    moves = [
        replace(each, quantity=each.quantity - there.get((each.item, each.lot, each.expires_on), 0))
        for each in lines
    ]
    if not reason and any(each.quantity for each in moves):
        raise ReasonMissing()
    return moves


def _issued(line: Line, lots: list[HeldLot], reason: str, on: date) -> list[Line]:
    """The lots that one line takes: those that expire first, or the one named with a reason."""
    if not line.lot and line.expires_on is None:
        taken = rules.first_expiring_first(lots, line.item, line.quantity, on)
    else:
        before = rules.earlier_lot(lots, line, on)
        if before is not None and not reason:
            raise LaterLotNeedsReason(lot=before.lot or before.expires_on)
        taken = [line]
    return [replace(each, quantity=-each.quantity) for each in taken]


def discard_expired(
    *, organization: int, reason: str, key: UUID, actor: Actor, at: datetime
) -> Entry:
    """Discard every lot that has expired, as one entry.

    Raises:
        NotPermitted, InstitutionUnknown, ReasonMissing, NothingEntered (nothing has expired), KeyReused.
    """
    if not reason.strip():
        raise ReasonMissing()
    today = legal_day(at)
    content = digest(organization, "expired", reason)
    with transaction.atomic():
        store = kept_store(organization, actor=actor)
        if (first := earlier(key, content, actor)) is not None:
            return entry_of(first)
        moves = [
            Line(each.item, -each.quantity, each.lot, each.expires_on)
            for each in held(store)
            if each.expires_on is not None and each.expires_on < today
        ]
        if not moves:
            raise NothingEntered()
        note = Note(today, reason=reason)
        row = enter(store, EntryKind.DISCARD, moves, note, key=key, content=content, actor=actor, at=at)  # fmt: skip
        _tell(row, events.BOOKED, actor, at)
    return entry_of(row)


def reverse(*, entry_id: UUID, reason: str, key: UUID, actor: Actor, at: datetime) -> Entry:
    """Undo an entry by one with the opposite signs; both stay in the ledger.

    Raises:
        NotPermitted, EntryUnknown, ReasonMissing, NotReversible, WasReversed, KeyReused,
        NotEnough: what it brought has been used meanwhile.
    """
    if not reason.strip():
        raise ReasonMissing()
    content = digest(entry_id, reason)
    with transaction.atomic():
        wrong = models.Entry.objects.filter(id=entry_id, store__in=stores(actor)).first()
        if wrong is None:
            raise EntryUnknown()
        store = kept_store(wrong.store_id, actor=actor)
        if (first := earlier(key, content, actor)) is not None:
            return entry_of(first)
        _require_reversible(wrong)
        moves = [
            Line(each.item, -each.quantity, each.lot, each.expires_on)
            for each in wrong.movements.order_by("pk")
        ]
        note = Note(legal_day(at), reason=reason, reverses=wrong.id)
        row = enter(store, EntryKind.REVERSAL, moves, note, key=key, content=content, actor=actor, at=at)  # fmt: skip
        _tell(row, events.REVERSED, actor, at)
    return entry_of(row)


def _require_reversible(row: models.Entry) -> None:
    if row.transfer_id is not None or row.kind == EntryKind.REVERSAL.value:
        raise NotReversible()
    if models.Entry.objects.filter(reverses=row).exists():
        raise WasReversed()


def _tell(row: models.Entry, event: str, actor: Actor, at: datetime) -> None:
    data = {"organization": row.store_id, "kind": row.kind}
    write_down_and_announce(
        event, "SupplyEntry", row.id, reason=row.reason, data=data, actor=actor, at=at
    )
