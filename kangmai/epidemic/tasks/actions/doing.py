"""Do a task: start it, write down how it ended with photos, or take it back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.documents import queries as documents
from kangmai.documents.errors import PictureUnreadable
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import events, models, rules
from kangmai.epidemic.tasks.errors import (
    AmountMissing,
    MeasureMissing,
    NotInThisState,
    PhotoUnreadable,
    ReasonMissing,
    ResultUnknown,
    TooManyPhotos,
)
from kangmai.epidemic.tasks.reach import DO, GIVE, lent, task_locked
from kangmai.epidemic.tasks.reading import close, task_of
from kangmai.epidemic.tasks.types import WAITING, Finish, Kind, NeedState, Rule, Task, TaskState
from kangmai.epidemic.tracing import actions as tracing
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

MOST_AMOUNT = 1_000_000
AT_HOME = ("at_home", "unwell", "needs_help")
"""Results of a home check for which somebody was met, and so measured."""


@emergency_door(Purpose.QUARANTINE)
def start(*, task_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Task:
    """Say that somebody is on the way. Raises NoOrderInForce, NotPermitted, TaskUnknown, ChangedMeanwhile, NotInThisState."""
    with transaction.atomic():
        row = task_locked(task_id, DO, actor=actor, at=at)
        require_version(row.version, expected_version)
        if row.state != TaskState.OPEN.value:
            raise NotInThisState(state=row.state)
        row.state, row.version = TaskState.STARTED.value, row.version + 1
        row.save(update_fields=["state", "version"])
        write_down("tasks.started", "GridTask", row.id, actor=actor, at=at)
    return task_of(row)


@emergency_door(Purpose.QUARANTINE)
def finish(
    *, task_id: UUID, said: Finish, expected_version: int, actor: Actor, at: datetime
) -> Task:
    """Write down how a task ended. A check at home goes to tracing; a need that was served is due again later.

    Raises:
        NoOrderInForce, NotPermitted, TaskUnknown, ChangedMeanwhile, NotInThisState, ResultUnknown, MeasureMissing,
        AmountMissing, TooManyPhotos, PhotoUnreadable; of tracing: WordUnknown, CheckUnreadable.
    """
    rule = rules.rule(on=legal_day(at))
    photos = _small(said.photos, rule)
    with transaction.atomic():
        row = task_locked(task_id, DO, actor=actor, at=at)
        require_version(row.version, expected_version)
        if TaskState(row.state) not in WAITING:
            raise NotInThisState(state=row.state)
        kind = rule.kinds[row.kind]
        _check(said, kind)
        _measure(row, kind, said, actor, at)
        _write_result(row, kind, said, actor, at)
        _keep_photos(row, photos, actor, at)
        _serve(row, kind, said, at)
        write_down("tasks.done", "GridTask", row.id, reason=said.result, actor=actor, at=at)
        announce(events.DONE, row.id, {"order": str(row.order_id), "kind": row.kind, "result": said.result}, at=at)  # fmt: skip
    return task_of(row)


def _small(photos: Sequence[bytes], rule: Rule) -> list[bytes]:
    if len(photos) > rule.most_photos:
        raise TooManyPhotos(most=rule.most_photos)
    if any(len(each) > rule.photo_mb * 1_000_000 for each in photos):
        raise PhotoUnreadable(most=rule.photo_mb)
    try:
        return [documents.picture(each, longest_px=rule.photo_px) for each in photos]
    except PictureUnreadable:
        raise PhotoUnreadable(most=rule.photo_mb) from None


def _check(said: Finish, kind: Kind) -> None:
    if said.result not in kind.results:
        raise ResultUnknown(result=said.result[:24])
    if kind.counts and not (said.amount is not None and 0 <= said.amount <= MOST_AMOUNT):
        raise AmountMissing()
    met = kind.measures and said.result in AT_HOME
    if met and (said.measured is None or said.measured.temperature_c is None):
        raise MeasureMissing()


def _measure(row: models.Task, kind: Kind, said: Finish, actor: Actor, at: datetime) -> None:
    if not kind.measures or said.result not in AT_HOME or row.contact_id is None:
        return
    assert said.measured is not None
    tracing.check(
        contact_id=row.contact_id, day=legal_day(at), half=said.measured.half,
        temperature_c=said.measured.temperature_c, symptoms=said.measured.symptoms, actor=lent(actor), at=at,
    )  # fmt: skip


def _write_result(row: models.Task, kind: Kind, said: Finish, actor: Actor, at: datetime) -> None:
    row.state, row.result, row.done_at, row.done_by = TaskState.DONE.value, said.result, at, actor.account  # fmt: skip
    row.is_abnormal = kind.results[said.result].is_abnormal
    row.amount = said.amount if kind.counts else None
    if said.remark.strip():
        row.remark_key, row.remark = close("task", row.id, said.remark.strip()[:500].encode())
    row.version += 1
    row.save()


def _keep_photos(row: models.Task, photos: Sequence[bytes], actor: Actor, at: datetime) -> None:
    for content in photos:
        id = uuid7()
        key, sealed = close("photo", id, content)
        models.Photo.objects.create(
            id=id, order_id=row.order_id, task=row, content=sealed, content_key=key, taken_at=at,
            account_id=actor.account,
        )  # fmt: skip


def _serve(row: models.Task, kind: Kind, said: Finish, at: datetime) -> None:
    """A need whose task ended well is due again after its rhythm; one that did not is due still, by a new task."""
    if row.need_id is None:
        return
    need = models.Need.objects.select_for_update().get(id=row.need_id)
    if need.state != NeedState.CONFIRMED.value:
        return
    if kind.results[said.result].is_abnormal:
        # the mark of a day is free again, so that the next round of tasks sends somebody once more
        models.Task.objects.filter(id=row.id).update(mark=f"{row.mark}:{row.id}")
        return
    need.served_at = at
    need.next_on = rules.next_day(need.next_on, need.every_days, served_on=legal_day(at))
    need.save(update_fields=["served_at", "next_on"])


@emergency_door(Purpose.QUARANTINE)
def cancel(*, task_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime) -> Task:  # fmt: skip
    """Take back a task that is not done.

    Raises:
        NoOrderInForce, NotPermitted, TaskUnknown, ReasonMissing, ChangedMeanwhile, NotInThisState.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = task_locked(task_id, GIVE, actor=actor, at=at)
        require_version(row.version, expected_version)
        if TaskState(row.state) not in WAITING:
            raise NotInThisState(state=row.state)
        row.state, row.version = TaskState.CANCELLED.value, row.version + 1
        row.remark_key, row.remark = close("task", row.id, reason.strip()[:500].encode())
        row.save(update_fields=["state", "version", "remark_key", "remark"])
        write_down("tasks.cancelled", "GridTask", row.id, actor=actor, at=at)
    return task_of(row)
