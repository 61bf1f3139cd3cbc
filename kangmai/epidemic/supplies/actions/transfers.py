"""Transfers: asked for by a plan or an officer, sent by the donor, received with differences, signed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from kangmai.epidemic.supplies import events, models, rules, telling
from kangmai.epidemic.supplies.errors import (
    InstitutionUnknown,
    ItemUnknown,
    KeyReused,
    MoreThanAsked,
    MoreThanSent,
    NothingEntered,
    NotInThisState,
    QuantityWrong,
    ReasonMissing,
    SignsOwnReceipt,
    ToItself,
    TransferUnknown,
)
from kangmai.epidemic.supplies.reach import KEEP, PLAN, keeps, kept_store, near, stores
from kangmai.epidemic.supplies.reading import held, transfer_of
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import EntryKind, Line, Shipment, Transfer, TransferState
from kangmai.epidemic.supplies.writing import MOST, Note, digest, enter
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def ask(
    *, shipments: Sequence[Shipment], reason: str, key: UUID, actor: Actor, at: datetime
) -> tuple[Transfer, ...]:
    """Ask donors to send; the same key again returns the first transfers.

    Raises:
        NotPermitted, InstitutionUnknown, NothingEntered, ItemUnknown, QuantityWrong, ToItself, KeyReused.
    """
    require(actor, PLAN)
    _check(shipments, at)
    with transaction.atomic():
        ends = {each.donor for each in shipments} | {each.receiver for each in shipments}
        _lock_planned(ends, actor)
        first = models.Transfer.objects.prefetch_related("lines").filter(key=key).order_by("id")
        if found := tuple(map(transfer_of, first)):
            return _same(found, shipments)
        made = tuple(_ask(each, reason, key, actor, at) for each in shipments)
    return made


def _lock_planned(ends: set[int], actor: Actor) -> None:
    """Hold the stores of both ends in the order of their ids. Raises InstitutionUnknown."""
    rows = stores(actor, permission=PLAN).filter(organization_id__in=ends)
    seen = {each.organization_id for each in rows.select_for_update().order_by("organization_id")}
    if missing := ends - seen:
        raise InstitutionUnknown(organization=min(missing))


def _check(shipments: Sequence[Shipment], at: datetime) -> None:
    found = rule(on=legal_day(at))
    if not shipments:
        raise NothingEntered()
    for each in shipments:
        if each.donor == each.receiver:
            raise ToItself()
        if not each.items:
            raise NothingEntered()
        if unknown := [item for item in each.items if item not in found.items]:
            raise ItemUnknown(item=unknown[0][:32])
        if not all(1 <= quantity <= MOST for quantity in each.items.values()):
            raise QuantityWrong(least=1)


def _same(found: tuple[Transfer, ...], shipments: Sequence[Shipment]) -> tuple[Transfer, ...]:
    made = {(t.donor, t.receiver): {e.item: e.asked for e in t.lines} for t in found}
    if made != {(each.donor, each.receiver): dict(each.items) for each in shipments}:
        raise KeyReused()
    return found


def _ask(each: Shipment, reason: str, key: UUID, actor: Actor, at: datetime) -> Transfer:
    row = models.Transfer.objects.create(
        id=uuid7(),
        key=key,
        donor_id=each.donor,
        receiver_id=each.receiver,
        state=TransferState.ASKED.value,
        reason=reason.strip()[:300],
        asked_by=actor.account,
        asked_at=at,
    )
    models.TransferLine.objects.bulk_create(
        models.TransferLine(transfer=row, item=item, asked=quantity)
        for item, quantity in sorted(each.items.items())
    )
    _tell(row, events.TRANSFER_ASKED, actor, at)
    return transfer_of(row)


def send(
    *,
    transfer_id: UUID,
    quantities: Mapping[str, int],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Transfer:
    """Send what was asked for, or less: lots that outlast the reserve, the first to expire among them first.

    Raises:
        NotPermitted, TransferUnknown, ChangedMeanwhile, NotInThisState, ItemUnknown, QuantityWrong,
        MoreThanAsked, NothingEntered, NotEnough.
    """
    today = legal_day(at)
    with transaction.atomic():
        row = _locked(transfer_id, expected_version, actor)
        store = _kept(row.donor_id, actor)
        _require_state(row, TransferState.ASKED)
        lines = {each.item: each for each in row.lines.all()}
        amounts = _amounts(
            quantities, {item: line.asked for item, line in lines.items()}, MoreThanAsked
        )
        if not any(amounts.values()):
            raise NothingEntered()
        days = rule(on=today).reserve_days
        lots = [e for e in held(store) if rules.outlasts(e.expires_on, today, reserve_days=days)]
        moves = [
            replace(part, quantity=-part.quantity)
            for item, quantity in sorted(amounts.items())
            if quantity
            for part in rules.first_expiring_first(lots, item, quantity, today)
        ]
        note = Note(today, reason=row.reason, transfer=row.id)
        _enter(store, EntryKind.SENT, moves, note, row, actor, at)
        for item, line in lines.items():
            line.sent = amounts[item]
            line.save(update_fields=["sent"])
        row.state, row.sent_by, row.sent_at = TransferState.SENT.value, actor.account, at
        _save(row, actor, at)
    return get(row.id)


def receive(
    *,
    transfer_id: UUID,
    quantities: Mapping[str, int],
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Transfer:
    """Receive what came; where less came than was sent, the difference waits for another's signature.

    Raises:
        NotPermitted, TransferUnknown, ChangedMeanwhile, NotInThisState, ItemUnknown, QuantityWrong, MoreThanSent,
        ReasonMissing: less came, and nobody says what is known of the rest.
    """
    with transaction.atomic():
        row = _locked(transfer_id, expected_version, actor)
        store = _kept(row.receiver_id, actor)
        _require_state(row, TransferState.SENT)
        lines = {each.item: each for each in row.lines.all()}
        amounts = _amounts(
            quantities, {item: line.sent for item, line in lines.items()}, MoreThanSent
        )
        differs = any(amounts[item] != line.sent for item, line in lines.items())
        if differs and not note.strip():
            raise ReasonMissing()
        moves = _arrived(row, amounts)
        head = Note(legal_day(at), reason=row.reason, transfer=row.id)
        _enter(store, EntryKind.RECEIVED, moves, head, row, actor, at)
        for item, line in lines.items():
            line.received = amounts[item]
            line.save(update_fields=["received"])
        row.state = (TransferState.DIFFERS if differs else TransferState.RECEIVED).value
        row.received_by, row.received_at = actor.account, at
        row.note = note.strip()[:300]
        _save(row, actor, at)
    return get(row.id)


def _arrived(row: models.Transfer, amounts: Mapping[str, int]) -> list[Line]:
    """The lots that arrived: those that were sent, what is missing taken from the last of them."""
    sent = models.Movement.objects.filter(entry__transfer=row, entry__kind=EntryKind.SENT.value)
    left, moves = dict(amounts), []
    for each in sent.order_by("pk"):
        part = min(-each.quantity, left[each.item])
        left[each.item] -= part
        if part:
            moves.append(Line(each.item, part, each.lot, each.expires_on))
    return moves


def sign_difference(
    *, transfer_id: UUID, note: str, expected_version: int, actor: Actor, at: datetime
) -> Transfer:
    """Sign for goods that were sent and did not come: somebody of either end, but not who received them.

    Raises:
        NotPermitted, TransferUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing, SignsOwnReceipt.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(transfer_id, expected_version, actor)
        _require_state(row, TransferState.DIFFERS)
        if not _keeps_an_end(row, actor):
            raise NotPermitted(permission=KEEP)
        if row.received_by == actor.account:
            raise SignsOwnReceipt()
        row.state, row.signed_by, row.signed_at = TransferState.RECEIVED.value, actor.account, at
        row.note = "\n".join(filter(None, (row.note, note.strip())))[:300]
        _save(row, actor, at)
    return get(row.id)


def refuse(
    *, transfer_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Transfer:
    """Refuse to send, as the donor. Raises as `send`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(transfer_id, expected_version, actor)
        _kept(row.donor_id, actor)
        return _close(row, TransferState.REFUSED, reason, actor, at)


def withdraw(
    *, transfer_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Transfer:
    """Withdraw what was asked for and not sent yet, as who plans.

    Raises:
        NotPermitted, TransferUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    require(actor, PLAN)
    with transaction.atomic():
        row = _locked(transfer_id, expected_version, actor)
        ends = {row.donor_id, row.receiver_id}
        if stores(actor, permission=PLAN).filter(organization_id__in=ends).count() != len(ends):
            raise NotPermitted(permission=PLAN)
        return _close(row, TransferState.WITHDRAWN, reason, actor, at)


def _close(
    row: models.Transfer, state: TransferState, reason: str, actor: Actor, at: datetime
) -> Transfer:
    _require_state(row, TransferState.ASKED)
    row.state, row.note = state.value, reason.strip()[:300]
    _save(row, actor, at)
    return get(row.id)


def get(transfer_id: UUID) -> Transfer:
    """A transfer as it stands now."""
    return transfer_of(models.Transfer.objects.prefetch_related("lines").get(id=transfer_id))


def _locked(transfer_id: UUID, expected_version: int, actor: Actor) -> models.Transfer:
    """A transfer one of whose ends the actor sees, locked. Raises NotPermitted, TransferUnknown, ChangedMeanwhile."""
    seen = stores(actor).values("organization_id")
    rows = models.Transfer.objects.select_for_update().filter(id=transfer_id)
    row = rows.filter(Q(donor_id__in=seen) | Q(receiver_id__in=seen)).first()
    if row is None:
        raise TransferUnknown()
    require_version(row.version, expected_version)
    return row


def _kept(organization: int, actor: Actor) -> models.Store:
    """The store of one end, which the actor must keep. Raises NotPermitted."""
    try:
        return kept_store(organization, actor=actor)
    except InstitutionUnknown:
        raise NotPermitted(permission=KEEP) from None


def _keeps_an_end(row: models.Transfer, actor: Actor) -> bool:
    ends = models.Store.objects.filter(organization_id__in=(row.donor_id, row.receiver_id))
    return any(keeps(actor, each) for each in ends.filter(near(actor, KEEP)))


def _require_state(row: models.Transfer, state: TransferState) -> None:
    if row.state != state.value:
        raise NotInThisState(state=row.state)


def _amounts(
    said: Mapping[str, int], most: Mapping[str, int], refusal: type[MoreThanAsked | MoreThanSent]
) -> dict[str, int]:
    """A quantity for every line; what is not named is taken whole."""
    if unknown := [item for item in said if item not in most]:
        raise ItemUnknown(item=unknown[0][:32])
    found = {item: said.get(item, quantity) for item, quantity in most.items()}
    for item, quantity in found.items():
        if quantity < 0:
            raise QuantityWrong(least=0)
        if quantity > most[item]:
            raise refusal(item=item, quantity=most[item])
    return found


def _enter(
    store: models.Store,
    kind: EntryKind,
    moves: Sequence[Line],
    note: Note,
    row: models.Transfer,
    actor: Actor,
    at: datetime,
) -> None:
    key = uuid5(row.id, kind.value)  # one sending and one receipt a transfer
    enter(store, kind, moves, note, key=key, content=digest(row.id, moves), actor=actor, at=at)


def _save(row: models.Transfer, actor: Actor, at: datetime) -> None:
    row.version += 1
    row.save()
    _tell(row, events.TRANSFER_CHANGED, actor, at)


def _tell(row: models.Transfer, event: str, actor: Actor, at: datetime) -> None:
    data = {"donor": row.donor_id, "receiver": row.receiver_id, "state": row.state}
    write_down_and_announce(
        event, "SupplyTransfer", row.id, reason=row.note, data=data, actor=actor, at=at
    )
    telling.tell(row, actor=actor, at=at)
