"""What the ledger knows: what has to go and what came back, the history and content of a row, sums."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kangmai.deadlines.types import Subject
from kangmai.handover import contents, models, rules, sheets, systems
from kangmai.handover.errors import BatchUnknown, CursorUnreadable, EntryUnknown
from kangmai.handover.reach import READ, inside, institutions
from kangmai.handover.types import (
    Batch,
    BatchFile,
    Deed,
    Entry,
    Format,
    Page,
    State,
    Step,
    Summary,
    System,
    Way,
)
from kangmai.handover.writing import SEND, reference
from kangmai.identity import queries as identity
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, Label, require, subtree
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.standards.calendars import legal_day

LARGEST_PAGE = 5000
MOST_BATCHES = 50


def worklist(
    *,
    system: str = "",
    state: State | None = None,
    division: str = "",
    organization: int | None = None,
    only_incomplete: bool = False,
    after: str = "",
    limit: int = 50,
    actor: Actor,
) -> Page[Entry]:
    """One page of the rows an actor sees, the oldest first.

    Args:
        state: only rows in this state.
        only_incomplete: only rows that cannot go yet.

    Raises:
        NotPermitted, CursorUnreadable.
    """
    require(actor, READ)
    rows = inside(actor)
    if system:
        rows = rows.filter(system=system)
    if state is not None:
        rows = rows.filter(state=state.value)
    if division:
        reach = subtree(division)
        rows = rows.filter(place_code__gte=reach.low, place_code__lt=reach.high)
    if organization is not None:
        rows = rows.filter(organization_id=organization)
    if only_incomplete:
        rows = rows.exclude(faults=[])
    if after:
        rows = rows.filter(id__gt=_cursor(after))
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(map(entry_of, found[:limit])), following)


def get_entry(entry_id: UUID, *, actor: Actor) -> Entry:
    """One row. Raises NotPermitted, EntryUnknown."""
    return entry_of(_row(entry_id, actor))


def of_subject(subject: Subject, *, actor: Actor) -> tuple[Entry, ...]:
    """The rows of one thing, by system. Raises NotPermitted."""
    return of_subjects(subject.kind, [subject.id], actor=actor).get(subject.id, ())


def of_subjects(kind: str, ids: Collection[str], *, actor: Actor) -> dict[str, tuple[Entry, ...]]:
    """The rows of many things of a kind, by id of the thing, in one query. Raises NotPermitted."""
    require(actor, READ)
    found: dict[str, tuple[Entry, ...]] = {}
    rows = inside(actor).filter(subject_kind=kind, subject_id__in=ids)
    for row in rows.order_by("system", "id"):
        found[row.subject_id] = (*found.get(row.subject_id, ()), entry_of(row))
    return found


def history(entry_id: UUID, *, actor: Actor) -> tuple[Step, ...]:
    """What befell a row, in order. Raises NotPermitted, EntryUnknown."""
    row = _row(entry_id, actor)
    return tuple(
        Step(each.at, each.account_id, Deed(each.deed), each.note, each.batch_id)
        for each in row.steps.order_by("id")
    )


def row_of(entry_id: UUID, *, actor: Actor, at: datetime) -> tuple[tuple[str, str], ...]:
    """Title and cell of every column of a row as it would go now; a read of personal data, audited.

    Raises:
        NotPermitted, EntryUnknown.
    """
    require(actor, SEND)
    row = _row(entry_id, actor)
    target = systems.system(row.system, on=legal_day(at))
    cells, _ = rules.cells(target, contents.values_of(row))
    subjects = identity.patient_rids(ResidentId(row.resident_id)) if row.resident_id else []
    audit.record_later(
        audit.Entry(actor, at, "handover.read", "HandoverEntry", str(row.id), subjects)
    )
    titles = [column.title for column in target.columns]
    return tuple(zip(titles, cells, strict=True))


def summary(*, since: datetime, actor: Actor) -> tuple[Summary, ...]:
    """How the rows prepared since an instant stand, by system: typed twice, waiting, rejected. Raises NotPermitted."""
    require(actor, READ)
    rows = inside(actor).filter(prepared_at__gte=since)
    counted = rows.values("system", "state").annotate(
        count=Count("id"),
        typed=Count("id", filter=Q(way=Way.HAND.value)),
        incomplete=Count("id", filter=~Q(faults=[])),
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for each in counted:
        found.setdefault(each["system"], []).append(each)
    return tuple(
        Summary(
            system,
            {State(each["state"]): each["count"] for each in some},
            sum(each["incomplete"] for each in some),
            sum(each["typed"] for each in some),
        )
        for system, some in sorted(found.items())
    )


def batches(*, system: str = "", actor: Actor) -> tuple[Batch, ...]:
    """The newest files that the actor or his institution made. Raises NotPermitted."""
    require(actor, SEND)
    rows = _batches(actor)
    if system:
        rows = rows.filter(system=system)
    return tuple(map(batch_of, rows.defer("content").order_by("-id")[:MOST_BATCHES]))


def batch_file(batch_id: UUID, *, actor: Actor, at: datetime) -> BatchFile:
    """A file as it was made; audited. Raises NotPermitted, BatchUnknown."""
    require(actor, SEND)
    row = _batches(actor).filter(id=batch_id).first()
    if row is None:
        raise BatchUnknown()
    audit.record_later(audit.Entry(actor, at, "handover.file", "HandoverBatch", str(row.id)))
    media_type = sheets.MEDIA_TYPES[Format(row.file_name.rpartition(".")[2])]
    return BatchFile(row.file_name, media_type, contents.file_of(row))


def systems_in_force(*, at: datetime) -> tuple[System, ...]:
    """The systems above, by id."""
    return systems.systems(on=legal_day(at))


def entry_of(row: models.Entry) -> Entry:
    """A row as the rest of the house sees it."""
    return Entry(
        id=row.id,
        reference=reference(row),
        system=row.system,
        subject=Subject(row.subject_kind, row.subject_id),
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        organization=OrganizationId(row.organization_id),
        place_code=row.place_code,
        label=Label(row.label),
        state=State(row.state),
        way=Way(row.way) if row.way else None,
        faults=tuple(row.faults),
        receipt_number=row.receipt_number,
        reason=row.reason,
        prepared_at=row.prepared_at,
        sent_at=row.sent_at,
        received_at=row.received_at,
        batch_id=row.batch_id,
        version=row.version,
    )


def batch_of(row: models.Batch) -> Batch:
    """A file's row as the rest of the house sees it."""
    return Batch(
        id=row.id,
        number=row.number,
        system=row.system,
        organization=OrganizationId(row.organization_id) if row.organization_id else None,
        rows=row.rows,
        file_name=row.file_name,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _row(entry_id: UUID, actor: Actor) -> models.Entry:
    require(actor, READ)
    row = inside(actor).filter(id=entry_id).first()
    if row is None:
        raise EntryUnknown()
    return row


def _batches(actor: Actor) -> QuerySet[models.Batch]:
    mine = Q(created_by=actor.account) | Q(organization_id__in=institutions(actor, SEND))
    labels = sorted(label.value for label in actor.scope.labels)
    return models.Batch.objects.filter(mine, labels__contained_by=labels)


def _cursor(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CursorUnreadable() from None
