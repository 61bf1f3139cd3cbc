"""Prepare rows for a system: new ones, and those whose content changed."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Start, Subject
from kangmai.handover import contents, events, models, rules, systems
from kangmai.handover.types import Deed, Prepared, Row, State, System
from kangmai.handover.writing import PREPARE, keep_steps, write_down
from kangmai.kernel.actor import Actor, Label, require
from kangmai.kernel.connections import joined
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.standards.calendars import legal_day

Key = tuple[str, str]
TAKEN_OVER = [
    "resident_id", "organization_id", "place_code", "label", "faults", "content_hash", "match_hash",
    "prepared_at",
]  # fmt: skip
FIELDS = [*TAKEN_OVER, "content", "content_key", "state", "version"]


def prepare(*, system: str, rows: Sequence[Row], actor: Actor, at: datetime) -> Prepared:
    """Write rows into the ledger within the caller's transaction; the same content again changes nothing.

    A row that cannot be sent yet is kept too, with the titles of what is missing: the service it tells
    of has been given. Content that changed after sending stands as changed until it goes again. Where the
    system says so, its deadline begins.

    Args:
        rows: at most one for each thing.

    Raises:
        NotPermitted, UnknownDefinition.
    """
    require(actor, PREPARE)
    target = systems.system(system, on=legal_day(at))
    with joined():
        made = [_entry(target, each, at) for each in rows]
        drafts = {each.id for each in made}
        # who comes second waits here for the first and then finds its rows
        models.Entry.objects.bulk_create(
            sorted(made, key=lambda row: _key(row)), ignore_conflicts=True
        )
        standing = _standing(made)
        new = [row for row in standing.values() if row.id in drafts]
        known = [(d, g) for d, g in zip(made, rows, strict=True) if standing[_key(d)].id != d.id]
        pairs = [_changed(standing[_key(draft)], draft, given) for draft, given in known]
        changed = [pair for pair in pairs if pair is not None]
        _save(target, new, changed, actor, at)
    incomplete = sum(bool(row.faults) for row in made)
    return Prepared(len(new), len(changed), len(rows) - len(new) - len(changed), incomplete)


def _entry(target: System, row: Row, at: datetime) -> models.Entry:
    id = uuid7()
    cells, faults = rules.cells(target, row.values)
    key, content = contents.sealed_values(id, row.values)
    return models.Entry(
        id=id,
        system=target.id,
        subject_kind=row.subject.kind,
        subject_id=row.subject.id,
        resident_id=row.resident,
        organization_id=row.organization,
        place_code=row.place_code,
        label=target.label if row.label is None else row.label,
        state=State.PREPARED.value,
        faults=list(faults),
        content=content,
        content_key=key,
        content_hash=contents.content_hash(row.values),
        match_hash=contents.match_hash(target.id, rules.match_text(target, cells)),
        prepared_at=at,
    )


def _key(row: models.Entry) -> Key:
    return row.subject_kind, row.subject_id


def _standing(made: Sequence[models.Entry]) -> dict[Key, models.Entry]:
    """The rows of the ledger for these things, locked in the order of their ids."""
    about = Q(pk__in=[])
    for kind in {row.subject_kind for row in made}:
        ids = [row.subject_id for row in made if row.subject_kind == kind]
        about |= Q(subject_kind=kind, subject_id__in=ids)
    rows = models.Entry.objects.filter(about, system__in={row.system for row in made})
    return {_key(row): row for row in rows.select_for_update().order_by("id")}


def _changed(
    row: models.Entry, draft: models.Entry, given: Row
) -> tuple[models.Entry, Deed] | None:
    """A known row with its new content and what befell it; None where nothing did."""
    sent = bytes(row.sent_hash) if row.sent_hash is not None else None
    state, deed = rules.after_preparing(
        State(row.state),
        is_same=bytes(row.content_hash) == draft.content_hash,
        is_as_sent=sent == draft.content_hash,
        has_receipt=bool(row.receipt_number),
    )
    if deed is None:
        return None
    for name in TAKEN_OVER:
        setattr(row, name, getattr(draft, name))
    row.content_key, row.content = contents.sealed_values(row.id, given.values)
    row.state, row.version = state.value, row.version + 1
    return row, deed


def _save(
    target: System,
    new: Sequence[models.Entry],
    changed: Sequence[tuple[models.Entry, Deed]],
    actor: Actor,
    at: datetime,
) -> None:
    models.Entry.objects.bulk_update([row for row, _ in changed], FIELDS)
    keep_steps([*((row, Deed.PREPARED) for row in new), *changed], actor=actor, at=at)
    rows = [*new, *(row for row, _ in changed)]
    write_down(rows, events.PREPARED, actor=actor, at=at)
    if target.begins_deadline:
        to_go = [row for row in rows if row.state in (State.PREPARED, State.CHANGED)]
        deadlines.start([_deadline(target, row, at) for row in to_go], actor=actor, at=at)


def _deadline(target: System, row: models.Entry, at: datetime) -> Start:
    return Start(
        definition=target.deadline,
        subject=Subject(row.subject_kind, row.subject_id),
        started_at=at,
        owner_org=row.organization_id,
        place_code=row.place_code,
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        label=Label(row.label),
    )
