"""What is needed in an event: resources asked of others, granted or refused, arrived or not needed."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.surveillance import models, rules
from kangmai.epidemic.surveillance.actions.outbreaks import require_open
from kangmai.epidemic.surveillance.actions.parts import locked_open, note_part
from kangmai.epidemic.surveillance.errors import DayOutOfRange, PartUnknown, ValueMissing
from kangmai.epidemic.surveillance.reach import DECIDE
from kangmai.epidemic.surveillance.types import ResourceKind, ResourceState
from kangmai.epidemic.surveillance.writing import locked_outbreak
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

LARGEST_AMOUNT = 10_000_000


def ask_resource(
    *,
    outbreak_id: UUID,
    kind: ResourceKind,
    what: str,
    amount: int,
    unit: str,
    asked_of: str,
    needed_by: date,
    purpose: str = "",
    actor: Actor,
    at: datetime,
) -> UUID:
    """Ask somebody for something that an event needs by a day.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, ValueMissing, DayOutOfRange.
    """
    if not what.strip() or not unit.strip() or not asked_of.strip():
        raise ValueMissing(what="what, unit and of whom / 资源名称、单位与请求对象")
    if not 1 <= amount <= LARGEST_AMOUNT:
        raise ValueMissing(what=f"amount from 1 to {LARGEST_AMOUNT} / 数量 1–{LARGEST_AMOUNT}")
    if needed_by < legal_day(at):
        raise DayOutOfRange(day=needed_by, why="in the past / 早于今天")
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = models.Resource.objects.create(
            id=uuid7(),
            outbreak=outbreak,
            kind=kind.value,
            what=what.strip()[:120],
            amount=amount,
            unit=unit.strip()[:20],
            asked_of=asked_of.strip()[:80],
            needed_by=needed_by,
            purpose=purpose.strip()[:200],
            state=ResourceState.ASKED.value,
            asked_at=at,
            asked_by=actor.account,
        )
        note_part(outbreak, "resource", amount, actor, at)
    return row.id


def answer_resource(
    *,
    outbreak_id: UUID,
    resource_id: UUID,
    granted: int,
    answer: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Grant what was asked for, or a part of it; nothing of it (0) needs a word why.

    Raises:
        NotPermitted: who decides on events answers, not who asked.
        OutbreakUnknown, OutbreakNotOpen, PartUnknown, ChangedMeanwhile, AnswerNotPossible, ValueMissing.
    """
    with transaction.atomic():
        outbreak = locked_outbreak(outbreak_id, None, DECIDE, actor)
        require_open(outbreak)
        row = _resource(outbreak, resource_id, expected_version)
        if not 0 <= granted <= row.amount:
            raise ValueMissing(what=f"amount from 0 to {row.amount} / 数量 0–{row.amount}")
        if not granted and not answer.strip():
            raise ValueMissing(what="why nothing is granted / 不予批准的原因")
        state = ResourceState.GRANTED if granted else ResourceState.REFUSED
        _move(row, state)
        row.granted, row.answer, row.answered_at = granted, answer.strip()[:200], at
        row.save()
        note_part(outbreak, "resource", granted, actor, at)


def end_resource(
    *,
    outbreak_id: UUID,
    resource_id: UUID,
    state: ResourceState,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Say that what was granted has arrived, or that it is not needed any more. Raises as `answer_resource`."""
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = _resource(outbreak, resource_id, expected_version)
        _move(row, state)
        if state is ResourceState.ARRIVED:
            row.arrived_on = legal_day(at)
        row.save()
        note_part(outbreak, "resource", None, actor, at)


def _resource(outbreak: models.Outbreak, id: UUID, expected_version: int) -> models.Resource:
    row = outbreak.resources.select_for_update().filter(id=id).first()
    if row is None:
        raise PartUnknown(part="resource")
    require_version(row.version, expected_version)
    return row


def _move(row: models.Resource, state: ResourceState) -> None:
    rules.require_resource_move(ResourceState(row.state), state)
    row.state = state.value
    row.version += 1
