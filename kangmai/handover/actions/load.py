"""Load rows of the ledger in bulk, for an installation that begins with a history: sent and received before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kangmai.handover import contents, models, rules, systems
from kangmai.handover.types import Deed, Row, State, System, Way
from kangmai.handover.writing import PREPARE
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import joined, unit_of_work
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A row with the instant at which it was typed in above and its receipt; without receipt it waits to be sent."""

    row: Row
    prepared_at: datetime
    received_at: datetime | None = None
    receipt_number: str = ""


def load(system: str, rows: Sequence[Loaded], *, actor: Actor, at: datetime) -> list[str]:
    """Write rows as they stand within the caller's transaction, without deadlines; returns their ids in order.

    Raises:
        NotPermitted, UnknownDefinition.
    """
    require(actor, PREPARE)
    target = systems.system(system, on=legal_day(at))
    entries = [_entry(target, each) for each in rows]
    with joined(), unit_of_work() as database:
        models.Entry.objects.bulk_create(entries, batch_size=BATCH)
        models.Step.objects.bulk_create(
            [
                models.Step(entry=entry, at=when, account_id=actor.account, deed=deed.value)
                for entry, each in zip(entries, rows, strict=True)
                for deed, when in _steps(each)
            ],
            batch_size=BATCH,
        )
        audit.record(
            database,
            actor=actor,
            at=at,
            action="handover.loaded",
            object_type="HandoverEntry",
            object_id="",
            details={"count": len(entries), "system": system},
        )
    return [str(entry.id) for entry in entries]


def _entry(target: System, each: Loaded) -> models.Entry:
    id, row = uuid7(), each.row
    cells, faults = rules.cells(target, row.values)
    key, content = contents.sealed_values(id, row.values)
    same = contents.content_hash(row.values)
    is_received = each.received_at is not None
    return models.Entry(
        id=id,
        system=target.id,
        subject_kind=row.subject.kind,
        subject_id=row.subject.id,
        resident_id=row.resident,
        organization_id=row.organization,
        place_code=row.place_code,
        label=target.label if row.label is None else row.label,
        state=(State.RECEIVED if is_received else State.PREPARED).value,
        way=Way.HAND.value if is_received else "",
        faults=list(faults),
        content=content,
        content_key=key,
        content_hash=same,
        sent_hash=same if is_received else None,
        match_hash=contents.match_hash(target.id, rules.match_text(target, cells)),
        receipt_number=each.receipt_number if is_received else "",
        prepared_at=each.prepared_at,
        sent_at=each.received_at,
        received_at=each.received_at,
    )


def _steps(each: Loaded) -> list[tuple[Deed, datetime]]:
    begun = [(Deed.PREPARED, each.prepared_at)]
    if each.received_at is None:
        return begun
    return [*begun, (Deed.SENT, each.received_at), (Deed.RECEIVED, each.received_at)]
