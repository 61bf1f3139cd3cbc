"""What an officer does with a signal: acknowledge, verify, exclude, hold it to be an event, close, reopen."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.epidemic.surveillance import events, models, rule_book, rules
from kangmai.epidemic.surveillance.actions.raising import CLOCK_KIND, MESSAGE_SUBJECT
from kangmai.epidemic.surveillance.errors import (
    OutbreakUnknown,
    ReasonMissing,
    StepNotAllowed,
    StepUnknown,
)
from kangmai.epidemic.surveillance.keeping import signal_of
from kangmai.epidemic.surveillance.reach import WORK
from kangmai.epidemic.surveillance.types import Level, Reason, Signal, State, Step
from kangmai.epidemic.surveillance.writing import (
    keep,
    locked_outbreak,
    locked_signal,
    write_down,
)
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7
from kangmai.messages import actions as messages
from kangmai.standards.calendars import legal_day

OUTBREAK_KIND = "outbreak"
SIMPLE = (Step.ACKNOWLEDGE, Step.VERIFY, Step.CLOSE, Step.REOPEN)


def move(
    *,
    signal_id: UUID,
    step: Step,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Signal:
    """Acknowledge, begin to verify, close or reopen a signal.

    Raises:
        NotPermitted, SignalUnknown, ChangedMeanwhile, StepNotAllowed, StepUnknown.
        ReasonMissing: a signal is reopened without a word.
    """
    if step not in SIMPLE:
        raise StepUnknown(step=step.value)
    if step is Step.REOPEN and not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = locked_signal(signal_id, expected_version, WORK, actor)
        if row.outbreak_id is not None:
            # a signal of an event goes where the event goes
            raise StepNotAllowed(state=row.state, step=step.value, possible="—")
        state = rules.after(State(row.state), step)
        match step:
            case Step.ACKNOWLEDGE:
                row.acknowledged_at, row.officer = at, actor.account
            case Step.CLOSE:
                row.closed_at = at
            case Step.REOPEN:
                row.closed_at = row.verified_at = None
                row.reason = ""
        _put(row, state, step, note=note, actor=actor, at=at)
        if step is Step.REOPEN:
            _restart_clock(row, actor, at)
    return signal_of(row)


def exclude(
    *,
    signal_id: UUID,
    reason: Reason,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Signal:
    """Say, with a coded reason, that a signal is no event; the clock of verification is met.

    Raises:
        NotPermitted, SignalUnknown, ChangedMeanwhile, StepNotAllowed.
    """
    with transaction.atomic():
        row = locked_signal(signal_id, expected_version, WORK, actor)
        state = rules.after(State(row.state), Step.EXCLUDE)
        row.reason, row.note, row.verified_at = reason.value, note.strip(), at
        _put(row, state, Step.EXCLUDE, reason=reason.value, note=note, actor=actor, at=at)
        _verified(row, actor, at)
    return signal_of(row)


def suspect(
    *,
    signal_id: UUID,
    title: str = "",
    outbreak_id: UUID | None = None,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Signal:
    """Hold a signal to be a suspected event: of its own, or of one that is open; its first report falls due.

    Raises:
        NotPermitted, SignalUnknown, ChangedMeanwhile, StepNotAllowed.
        OutbreakUnknown: the event is not there, is over, or is about something else.
    """
    with transaction.atomic():
        row = locked_signal(signal_id, expected_version, WORK, actor)
        rules.after(State(row.state), Step.SUSPECT)
        if outbreak_id is None:
            outbreak = _open(row, title, actor, at)
        else:
            outbreak = locked_outbreak(outbreak_id, None, WORK, actor)
            if outbreak.group != row.group or State(outbreak.state) not in rules.EVENTS:
                raise OutbreakUnknown()
            outbreak.first_day = min(outbreak.first_day, row.first_day)
            outbreak.save(update_fields=["first_day"])
        row.outbreak, row.verified_at = outbreak, at
        _put(row, State(outbreak.state), Step.SUSPECT, note=note, actor=actor, at=at)
        keep(outbreak_id=outbreak.id, deed="signal", note=note, actor=actor, at=at)
        _verified(row, actor, at)
    return signal_of(row)


def _open(row: models.Signal, title: str, actor: Actor, at: datetime) -> models.Outbreak:
    """A new event about a signal, with the clock of its first report."""
    words = rule_book.title(row.group, legal_day(at))
    outbreak = models.Outbreak.objects.create(
        id=uuid7(),
        title=title.strip()[:120] or words.zh,
        group=row.group,
        condition=row.condition,
        area_code=row.area_code,
        place_id=row.place_id,
        label=row.label,
        state=State.SUSPECTED.value,
        owner_org=row.owner_org,
        first_day=row.first_day,
        opened_at=at,
        opened_by=actor.account,
    )
    if outbreak.owner_org is not None:
        start = Start(
            definition="event_first_report",
            subject=Subject(OUTBREAK_KIND, str(outbreak.id)),
            started_at=at,
            owner_org=outbreak.owner_org,
            place_code=outbreak.area_code,
            label=outbreak.label,
        )
        deadlines.start([start], actor=actor, at=at)
    keep(outbreak_id=outbreak.id, deed="opened", actor=actor, at=at)
    data: dict[str, object] = {"group": outbreak.group, "area": outbreak.area_code}
    write_down(events.OPENED, [outbreak.id], object_type="Outbreak", data=data, actor=actor, at=at)
    return outbreak


def _put(
    row: models.Signal,
    state: State,
    step: Step,
    *,
    reason: str = "",
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    row.state = state.value
    row.version += 1
    row.save()
    keep(signal_ids=[row.id], deed=step.value, reason=reason, note=note, actor=actor, at=at)
    data: dict[str, object] = {"state": row.state, "step": step.value, "reason": reason}
    write_down(events.MOVED, [row.id], data=data, actor=actor, at=at)


def _verified(row: models.Signal, actor: Actor, at: datetime) -> None:
    """The clock of verification is met by the judgement; what was written to others is done."""
    subject = Subject(CLOCK_KIND, str(row.id))
    met = [
        Met(definition, subject, at, "signal", str(row.id))
        for definition in rules.VERIFICATION.values()
    ]
    deadlines.meet(met, actor=actor, at=at)
    messages.settle([(MESSAGE_SUBJECT, str(row.id))], actor=actor, at=at)


def _restart_clock(row: models.Signal, actor: Actor, at: datetime) -> None:
    """A reopened signal must be verified anew."""
    if row.owner_org is None:
        return
    start = Start(
        definition=rules.clock(Level(row.level)),
        subject=Subject(CLOCK_KIND, str(row.id)),
        started_at=at,
        owner_org=row.owner_org,
        place_code=row.area_code,
        label=row.label,
    )
    deadlines.start([start], actor=actor, at=at)
