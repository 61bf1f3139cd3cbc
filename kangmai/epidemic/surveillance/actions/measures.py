"""What must be done in an event: control measures with a limit, whose clock tells those above when it is over."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines import rules as limits
from kangmai.deadlines.types import Met, Subject
from kangmai.epidemic.surveillance import models, rules
from kangmai.epidemic.surveillance.actions.measure_clocks import CLOCK_KIND, begin
from kangmai.epidemic.surveillance.actions.parts import locked_open, note_part
from kangmai.epidemic.surveillance.errors import DayOutOfRange, PartUnknown, ValueMissing
from kangmai.epidemic.surveillance.types import MeasureLimit
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def add_measure(
    *,
    outbreak_id: UUID,
    what: str,
    who: str,
    limit: MeasureLimit = MeasureLimit.BY_DAY,
    due_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Ask for a control measure within hours or by a day; its clock begins.

    Args:
        due_on: the last day, only for a limit by day.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, ValueMissing, DayOutOfRange.
    """
    if not what.strip() or not who.strip():
        raise ValueMissing(what="measure and who does it / 措施与责任人")
    if limit is not MeasureLimit.BY_DAY:
        due_on = legal_day(limits.due(rules.MEASURES[limit], at).at)
    if due_on is None:
        raise ValueMissing(what="day until which it must be taken / 完成日期")
    if due_on < legal_day(at):
        raise DayOutOfRange(day=due_on, why="in the past / 早于今天")
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = models.Measure.objects.create(
            id=uuid7(),
            outbreak=outbreak,
            what=what.strip()[:200],
            who=who.strip()[:80],
            due_on=due_on,
        )
        begin([row], limit, actor=actor, at=at)
        note_part(outbreak, "measure", None, actor, at)
    return row.id


def finish_measure(
    *,
    outbreak_id: UUID,
    measure_id: UUID,
    done_on: date,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Say that a measure was taken; its clock stops.

    Raises:
        NotPermitted, OutbreakUnknown, OutbreakNotOpen, PartUnknown, ChangedMeanwhile, DayOutOfRange.
    """
    if done_on > legal_day(at):
        raise DayOutOfRange(day=done_on, why="in the future / 晚于今天")
    with transaction.atomic():
        outbreak = locked_open(outbreak_id, actor)
        row = outbreak.measures.select_for_update().filter(id=measure_id).first()
        if row is None:
            raise PartUnknown(part="measure")
        require_version(row.version, expected_version)
        row.done_on, row.note = done_on, note.strip()[:300]
        row.version += 1
        row.save()
        subject = Subject(CLOCK_KIND, str(row.id))
        met = [Met(each, subject, at, CLOCK_KIND, str(row.id)) for each in rules.MEASURES.values()]
        deadlines.meet(met, actor=actor, at=at)
        note_part(outbreak, "measure", None, actor, at)
