"""Send rows: as a file in the other system's template, or typed there by hand."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.handover import contents, events, models, rules, sheets, systems
from kangmai.handover.errors import (
    EntryChanged,
    EntryIncomplete,
    EntryUnknown,
    NothingToSend,
    WayClosed,
)
from kangmai.handover.queries import batch_of
from kangmai.handover.reach import inside
from kangmai.handover.types import TO_SEND, Batch, Deed, State, System, Way
from kangmai.handover.writing import SEND, keep_steps, reference, require_state, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

SENT_FIELDS = ["state", "way", "sent_at", "sent_hash", "reason", "batch", "version"]
SENDABLE = (State.PREPARED, State.CHANGED)
TYPEABLE = (State.PREPARED, State.CHANGED, State.REJECTED)


def send_file(
    *,
    system: str,
    organization: int | None = None,
    entry_ids: Collection[UUID] = (),
    key: str,
    actor: Actor,
    at: datetime,
) -> Batch:
    """Make a file of complete rows that wait, and mark them as sent.

    Args:
        organization: only rows of that institution; else of all the actor sees.
        entry_ids: only these; else the oldest, as many as one file may hold.
        key: the client's name for this sending: repeated, it gives the first file back.

    Raises:
        NotPermitted, UnknownDefinition, WayClosed, NothingToSend.
    """
    require(actor, SEND)
    target = systems.system(system, on=legal_day(at))
    _require_way(target, Way.FILE)
    with transaction.atomic():
        made = models.Batch.objects.filter(created_by=actor.account, key=key).first()
        if made is not None:
            return batch_of(made)
        rows = waiting(target, organization, entry_ids, actor, most=target.most_rows)
        if not rows:
            raise NothingToSend()
        batch = _batch(target, rows, organization, key, actor, at)
        mark(rows, Way.FILE, batch, actor, at)
    return batch_of(batch)


def mark_sent_by_hand(*, entries: Sequence[tuple[UUID, int]], actor: Actor, at: datetime) -> int:
    """Say that rows were typed into the other system: each by its id and version. Returns how many.

    Raises:
        NotPermitted, WayClosed, EntryUnknown, EntryChanged, EntryIncomplete, NotInThisState: then none is marked.
    """
    require(actor, SEND)
    versions = dict(entries)
    with transaction.atomic():
        found = inside(actor).select_for_update().filter(id__in=versions).order_by("id")
        rows = list(found)
        if len(rows) != len(versions):
            raise EntryUnknown()
        for row in rows:
            _require_typeable(row, versions[row.id], at)
        mark(rows, Way.HAND, None, actor, at)
    return len(rows)


def _require_typeable(row: models.Entry, version: int, at: datetime) -> None:
    if row.version != version:
        raise EntryChanged(current=row.version, expected=version)
    require_state(row, TYPEABLE)
    _require_way(systems.system(row.system, on=legal_day(at)), Way.HAND)
    if row.faults:
        raise EntryIncomplete(reference=reference(row), columns="、".join(row.faults))


def _require_way(target: System, way: Way) -> None:
    if way not in target.ways:
        raise WayClosed(system=target.id, way=way.value)


def waiting(
    target: System,
    organization: int | None,
    entry_ids: Collection[UUID],
    actor: Actor,
    *,
    most: int,
) -> list[models.Entry]:
    """Complete rows that have to go, the oldest first, locked."""
    rows = inside(actor).filter(system=target.id, state__in=TO_SEND, faults=[])
    if organization is not None:
        rows = rows.filter(organization_id=organization)
    if entry_ids:
        rows = rows.filter(id__in=entry_ids)
    return list(rows.select_for_update().order_by("id")[:most])


def _batch(
    target: System,
    rows: Sequence[models.Entry],
    organization: int | None,
    key: str,
    actor: Actor,
    at: datetime,
) -> models.Batch:
    """The file, kept sealed; its number counts the files of the day for this system."""
    id = uuid7()
    number = f"{legal_day(at):%Y%m%d}-{id.hex[-6:].upper()}"
    titles = [column.title for column in target.columns]
    lines = [rules.cells(target, contents.values_of(row))[0] for row in rows]
    file = sheets.write(titles, lines, format=target.format, encoding=target.encoding)
    content_key, content = contents.sealed_file(id, file)
    own = actor.grants[0].organization if actor.grants else None
    return models.Batch.objects.create(
        id=id,
        number=number,
        system=target.id,
        organization_id=organization if organization is not None else own,
        labels=sorted({row.label for row in rows}),
        rows=len(rows),
        file_name=f"{target.file_name.format(batch=number)}.{target.format.value}",
        content=content,
        content_key=content_key,
        key=key,
        created_at=at,
        created_by=actor.account,
    )


def mark(
    rows: Sequence[models.Entry],
    way: Way,
    batch: models.Batch | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down that locked rows went, by which way."""
    for row in rows:
        row.state, row.way, row.batch = State.SENT.value, way.value, batch
        row.sent_at, row.sent_hash, row.reason = at, row.content_hash, ""
        row.version += 1
    models.Entry.objects.bulk_update(rows, SENT_FIELDS)
    keep_steps([(row, Deed.SENT) for row in rows], note=way.value, batch=batch, actor=actor, at=at)
    write_down(rows, events.SENT, actor=actor, at=at)
