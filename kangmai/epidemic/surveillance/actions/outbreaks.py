"""The life of an event: investigated, graded, confirmed or excluded, reported on, closed with its lessons."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.epidemic.surveillance import events, models, rule_book, rules
from kangmai.epidemic.surveillance.actions import measure_clocks
from kangmai.epidemic.surveillance.actions.workflow import OUTBREAK_KIND
from kangmai.epidemic.surveillance.errors import (
    FinalReportMissing,
    OutbreakNotOpen,
    ReasonMissing,
    ValueMissing,
)
from kangmai.epidemic.surveillance.keeping import outbreak_of
from kangmai.epidemic.surveillance.reach import DECIDE, WORK
from kangmai.epidemic.surveillance.types import Outbreak, Reason, Report, ReportKind, State, Step
from kangmai.epidemic.surveillance.writing import keep, locked_outbreak, write_down
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

FIRST, PROGRESS, FINAL = "event_first_report", "event_progress_report", "event_final_report"
CLOCKS = {
    ReportKind.FIRST: (FIRST,),
    ReportKind.PROGRESS: (PROGRESS,),
    ReportKind.FINAL: (PROGRESS, FINAL),
}
"""What a report of a kind meets."""


def move_outbreak(
    *,
    outbreak_id: UUID,
    step: Step,
    grade: str = "",
    reason: Reason | None = None,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Outbreak:
    """Take an event to its next state; its signals go with it.

    To confirm asks for a grade and a case definition, to exclude for a coded reason, to close for the
    final report and the lessons, to reopen for a word why.

    Raises:
        NotPermitted: confirming and closing need the right to decide.
        OutbreakUnknown, ChangedMeanwhile, StepNotAllowed, ValueMissing, ReasonMissing, FinalReportMissing.
    """
    permission = DECIDE if step in rules.DECISIONS else WORK
    with transaction.atomic():
        row = locked_outbreak(outbreak_id, expected_version, permission, actor)
        state = rules.event_after(State(row.state), step)
        _prepare(row, step, grade, reason, note, at)
        row.state = state.value
        row.version += 1
        row.save()
        code = reason.value if reason else ""
        _take_signals_along(row, step, code, note, actor, at)
        _clocks(row, step, actor, at)
        keep(
            outbreak_id=row.id,
            deed=step.value,
            reason=code,
            note=f"{grade} {note}".strip() if step is Step.CONFIRM else note,
            actor=actor,
            at=at,
        )
        event = events.CLOSED if step is Step.CLOSE else events.MOVED
        data: dict[str, object] = {"state": row.state, "grade": row.grade}
        write_down(event, [row.id], object_type="Outbreak", data=data, actor=actor, at=at)
    return outbreak_of(row)


def describe(
    *,
    outbreak_id: UUID,
    title: str,
    case_definition: str,
    source_found: str,
    lessons: str,
    columns: tuple[str, ...],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Outbreak:
    """Write down what an event is called, who is a case of it, its source, its lessons, its list's own columns.

    Raises:
        NotPermitted, OutbreakUnknown, ChangedMeanwhile, OutbreakNotOpen, ValueMissing.
    """
    if not title.strip():
        raise ValueMissing(what="title / 名称")
    with transaction.atomic():
        row = locked_outbreak(outbreak_id, expected_version, WORK, actor)
        require_open(row)
        row.title, row.case_definition = title.strip()[:120], case_definition.strip()
        row.source_found, row.lessons = source_found.strip(), lessons.strip()
        row.columns = list(dict.fromkeys(each.strip()[:40] for each in columns if each.strip()))
        row.version += 1
        row.save()
        keep(outbreak_id=row.id, deed="described", actor=actor, at=at)
        write_down(
            events.MOVED,
            [row.id],
            object_type="Outbreak",
            data={"described": True},
            actor=actor,
            at=at,
        )
    return outbreak_of(row)


def declare_over(
    *, outbreak_id: UUID, expected_version: int, actor: Actor, at: datetime
) -> Outbreak:
    """Say that a confirmed event is over: its final report falls due, no more progress reports do.

    Raises:
        NotPermitted, OutbreakUnknown, ChangedMeanwhile, OutbreakNotOpen.
    """
    with transaction.atomic():
        row = locked_outbreak(outbreak_id, expected_version, WORK, actor)
        if State(row.state) is not State.CONFIRMED or row.ended_at is not None:
            raise OutbreakNotOpen(state=row.state)
        row.ended_at = at
        row.version += 1
        row.save()
        subject = Subject(OUTBREAK_KIND, str(row.id))
        deadlines.cancel_of([subject], definition=PROGRESS, reason="event over", actor=actor, at=at)
        _begin(row, FINAL, actor, at)
        keep(outbreak_id=row.id, deed="over", actor=actor, at=at)
        write_down(
            events.MOVED, [row.id], object_type="Outbreak", data={"over": True}, actor=actor, at=at
        )
    return outbreak_of(row)


def give_report(
    *,
    outbreak_id: UUID,
    kind: ReportKind,
    content: Mapping[str, Any],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Report:
    """Keep a report as it was given and meet its clock; after a first or a progress report the next begins.

    Args:
        content: the figures and words of the situation report on that instant (`queries.situation`).

    Raises:
        NotPermitted, OutbreakUnknown, ChangedMeanwhile, OutbreakNotOpen.
        ValueMissing: a progress report before the first, or a final one of an event that is not over.
    """
    with transaction.atomic():
        row = locked_outbreak(outbreak_id, expected_version, WORK, actor)
        require_open(row)
        given = list(row.reports.values_list("kind", flat=True))
        if (kind is ReportKind.FIRST) == bool(given):
            raise ValueMissing(what="first report / 首次报告（应先且仅报告一次）")
        if kind is ReportKind.FINAL and row.ended_at is None:
            raise ValueMissing(what="end of the event / 事件终止时间")
        subject = Subject(OUTBREAK_KIND, str(row.id))
        met = deadlines.meet(
            [Met(each, subject, at, "report", str(row.id)) for each in CLOCKS[kind]],
            actor=actor,
            at=at,
        )
        report = models.Report.objects.create(
            id=uuid7(),
            outbreak=row,
            kind=kind.value,
            number=len(given) + 1,
            at=at,
            account_id=actor.account,
            content=dict(content),
            is_on_time=all(each.is_on_time for each in met) if met else None,
        )
        if kind is not ReportKind.FINAL and row.ended_at is None:
            _begin(row, PROGRESS, actor, at)
        row.version += 1
        row.save(update_fields=["version"])
        keep(outbreak_id=row.id, deed=f"{kind.value} report", actor=actor, at=at)
        data: dict[str, object] = {"kind": kind.value, "number": report.number}
        write_down(events.REPORTED, [row.id], object_type="Outbreak", data=data, actor=actor, at=at)
    return report_of(report)


def report_of(row: models.Report) -> Report:
    """A report as the rest of the house sees it."""
    return Report(
        id=row.id,
        kind=ReportKind(row.kind),
        number=row.number,
        at=row.at,
        account=row.account_id,
        content=row.content,
        is_on_time=row.is_on_time,
    )


def require_open(row: models.Outbreak) -> None:
    """Let pass an event that is worked on. Raises OutbreakNotOpen."""
    if State(row.state) not in rules.EVENTS:
        raise OutbreakNotOpen(state=row.state)


def _prepare(
    row: models.Outbreak, step: Step, grade: str, reason: Reason | None, note: str, at: datetime
) -> None:
    """Ask for what a step needs and write it onto the row."""
    match step:
        case Step.CONFIRM:
            known = {each.id for each in rule_book.grades(legal_day(at))}
            if grade not in known:
                raise ValueMissing(what="grade / 事件分级")
            if not row.case_definition:
                raise ValueMissing(what="case definition / 病例定义")
            row.grade, row.confirmed_at = grade, at
        case Step.EXCLUDE:
            if reason is None:
                raise ReasonMissing()
        case Step.CLOSE:
            if State(row.state) is State.CONFIRMED:
                has_final = row.reports.filter(kind=ReportKind.FINAL.value).exists()
                if not has_final or not row.lessons:
                    raise FinalReportMissing()
            row.closed_at = at
        case Step.REOPEN:
            if not note.strip():
                raise ReasonMissing()
            row.closed_at = row.ended_at = row.confirmed_at = None
            row.grade = ""


def _take_signals_along(
    row: models.Outbreak, step: Step, reason: str, note: str, actor: Actor, at: datetime
) -> None:
    signals = list(row.signals.select_for_update().order_by("id"))
    for each in signals:
        each.state = row.state
        if step in (Step.EXCLUDE, Step.REOPEN):
            each.reason = reason
        each.closed_at = row.closed_at
        each.version += 1
        each.save()
    ids = [each.id for each in signals]
    keep(signal_ids=ids, deed=step.value, reason=reason, note=note, actor=actor, at=at)
    write_down(events.MOVED, ids, data={"state": row.state}, actor=actor, at=at)


def _clocks(row: models.Outbreak, step: Step, actor: Actor, at: datetime) -> None:
    """An excluded or closed event owes nothing more; a reopened one a progress report and its measures."""
    subject = Subject(OUTBREAK_KIND, str(row.id))
    if step in (Step.EXCLUDE, Step.CLOSE):
        deadlines.cancel_of([subject], reason=step.value, actor=actor, at=at)
        measure_clocks.stop(row, reason=step.value, actor=actor, at=at)
    elif step is Step.REOPEN:
        _begin(row, PROGRESS, actor, at)
        measure_clocks.begin_anew(row, actor=actor, at=at)


def _begin(row: models.Outbreak, definition: str, actor: Actor, at: datetime) -> None:
    if row.owner_org is None:
        return
    start = Start(
        definition=definition,
        subject=Subject(OUTBREAK_KIND, str(row.id)),
        started_at=at,
        owner_org=row.owner_org,
        place_code=row.area_code,
        label=row.label,
    )
    deadlines.start([start], actor=actor, at=at)
