"""Read messages, take one on, and settle those whose matter is done."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.messages import models
from kangmai.messages.errors import AlreadySettled, MessageUnknown
from kangmai.messages.reach import inbox_of, reaches
from kangmai.messages.types import Asks


def mark_read(*, ids: Collection[UUID], actor: Actor, at: datetime) -> int:
    """Mark messages as read by the actor; those that are not his are passed over. Returns how many."""
    return _read(list(inbox_of(actor).filter(id__in=ids, was_read=False)), actor, at)


def mark_all_read(*, actor: Actor, at: datetime) -> int:
    """Mark every message that only asks to be read. Returns how many."""
    rows = inbox_of(actor).filter(was_read=False, settled_at=None, asks=Asks.READ.value)
    return _read(list(rows), actor, at)


def acknowledge(*, message_id: UUID, actor: Actor, at: datetime) -> None:
    """Take a message on for everybody to whom it was addressed.

    Raises:
        MessageUnknown: it is not the actor's.
        AlreadySettled: somebody has done so.
    """
    with transaction.atomic():
        rows = models.Message.objects.select_for_update()
        row = rows.filter(reaches(actor), id=message_id).first()
        if row is None:
            raise MessageUnknown()
        if row.settled_at is not None:
            raise AlreadySettled()
        row.settled_at, row.settled_by = at, actor.account
        row.save(update_fields=["settled_at", "settled_by"])
        _write_down("messages.acknowledged", str(row.id), actor, at)


def settle(subjects: Sequence[tuple[str, str]], *, actor: Actor, at: datetime) -> int:
    """Close every open message about these things, whoever has it: what it asked for is done.

    Args:
        subjects: kind and id of each thing.

    Returns:
        How many were open.
    """
    ids: dict[str, list[str]] = {}
    for kind, id in subjects:
        ids.setdefault(kind, []).append(id)
    about = Q(pk__in=[])
    for kind, some in ids.items():
        about |= Q(subject_kind=kind, subject_id__in=some)
    with transaction.atomic():
        open_ones = models.Message.objects.filter(about, settled_at=None)
        locked = open_ones.select_for_update().order_by("id").values_list("id", flat=True)
        settled = models.Message.objects.filter(id__in=list(locked))
        count = settled.update(settled_at=at, settled_by=actor.account)
        if count:
            _write_down("messages.settled", "", actor, at)
    return count


def _read(rows: list[models.Message], actor: Actor, at: datetime) -> int:
    models.Reading.objects.bulk_create(
        (models.Reading(message=row, account_id=actor.account, read_at=at) for row in rows),
        ignore_conflicts=True,
    )
    return len(rows)


def _write_down(action: str, id: str, actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        audit.record(
            database, actor=actor, at=at, action=action, object_type="Message", object_id=id
        )
