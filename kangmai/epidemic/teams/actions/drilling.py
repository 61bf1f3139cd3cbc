"""Drills: planned and run by a script under a drill order, assessed by others, reported with lessons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.teams import events, models, rulebook
from kangmai.epidemic.teams.errors import (
    AssessesOwn,
    DayWrong,
    DrillUnknown,
    InstitutionUnknown,
    KeyReused,
    MarksMissing,
    MarksWrong,
    NotAssessed,
    NotInThisState,
    PlaceUnknown,
    ReasonMissing,
    StepUnknown,
    TeamsMissing,
    TextMissing,
)
from kangmai.epidemic.teams.locking import hold
from kangmai.epidemic.teams.ordered import require_drill_order
from kangmai.epidemic.teams.reach import (
    ASSESS,
    RUN,
    drill_locked,
    kept_institution,
    takes_part,
    teams,
)
from kangmai.epidemic.teams.reading import drill_of
from kangmai.epidemic.teams.types import Drill, DrillState, Script
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.kernel.words import Words, listed
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division


def plan_drill(
    *,
    organization: int,
    order_id: UUID,
    script: str,
    place: str,
    team_ids: Collection[UUID],
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Drill:
    """Plan a drill of some teams; the same key again returns the first one.

    Raises:
        NotPermitted, InstitutionUnknown, PlaceUnknown, ScriptUnknown, TeamsMissing (no team, or one out of
        reach), DrillOrderNeeded, KeyReused.
    """
    found = rulebook.script(script, on=legal_day(at))
    if not place.isdecimal() or find_division(place) is None:
        raise PlaceUnknown(place=place[:14])
    require(actor, RUN, place)
    with transaction.atomic():
        home = kept_institution(organization, actor=actor, permission=RUN)
        hold(f"drill:{key}")
        if (first := models.Drill.objects.filter(key=key).first()) is not None:
            if (first.script, first.place_code, first.order_id) != (script, place, order_id):
                raise KeyReused()
            return drill_of(first)
        require_drill_order(order_id, place, at)
        chosen = list(teams(actor, RUN).filter(id__in=team_ids, closed_at=None))
        if not chosen or len(chosen) != len(set(team_ids)):
            raise TeamsMissing()
        row = models.Drill.objects.create(
            id=uuid7(), key=key, order_id=order_id, script=script, script_from=found.valid_from,
            place_code=place, organization_id=home.id, state=DrillState.PLANNED.value,
            planned_at=at, planned_by=actor.account,
        )  # fmt: skip
        row.teams.set(chosen)
        data = {"script": script, "place": place, "teams": len(chosen)}
        write_down_and_announce(events.DRILL_PLANNED, "Drill", row.id, data=data, actor=actor, at=at)  # fmt: skip
    return drill_of(row)


def start_drill(*, drill_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Drill:
    """Start the clock of a drill, while its order is in force.

    Raises:
        NotPermitted, DrillUnknown, ChangedMeanwhile, NotInThisState, DrillOrderNeeded.
    """
    with transaction.atomic():
        row = _locked(drill_id, expected_version, RUN, (DrillState.PLANNED,), actor)
        require_drill_order(row.order_id, row.place_code, at)
        row.state, row.started_at = DrillState.RUNNING.value, at
        _save(row, actor, at)
    return drill_of(row)


def do_step(
    *, drill_id: UUID, step: str, note: str = "", expected_version: int, actor: Actor, at: datetime
) -> Drill:
    """Say that a step was done now; said again, the first time stays.

    Raises:
        NotPermitted, DrillUnknown, ChangedMeanwhile, NotInThisState, DrillOrderNeeded, StepUnknown.
    """
    with transaction.atomic():
        row = _locked(drill_id, expected_version, RUN, (DrillState.RUNNING,), actor)
        require_drill_order(row.order_id, row.place_code, at)
        script = _script(row)
        if step not in {each.id for each in script.steps}:
            raise StepUnknown(step=step[:32])
        made = models.DrillStep(drill=row, step=step, done_at=at, done_by=actor.account, note=note.strip()[:300])  # fmt: skip
        models.DrillStep.objects.bulk_create([made], ignore_conflicts=True)
        _save(row, actor, at)
    return drill_of(row)


def end_drill(*, drill_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Drill:
    """End a running drill; what was not done stays undone, and assessors go on.

    Raises:
        NotPermitted, DrillUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _locked(drill_id, expected_version, RUN, (DrillState.RUNNING,), actor)
        row.state, row.ended_at = DrillState.ASSESSING.value, at
        _save(row, actor, at)
    return drill_of(row)


def withdraw_drill(
    *, drill_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Drill:
    """Withdraw a drill that was only planned. Raises as `end_drill`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(drill_id, expected_version, RUN, (DrillState.PLANNED,), actor)
        row.state, row.summary = DrillState.WITHDRAWN.value, reason.strip()
        _save(row, actor, at)
    return drill_of(row)


def assess(
    *,
    drill_id: UUID,
    marks: Mapping[str, tuple[float, str]],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Drill:
    """Give marks to steps; an assessor's later marks replace his earlier ones until the report.

    Who ran a step, or belongs to the institution of a participating team, cannot assess.

    Raises:
        NotPermitted, DrillUnknown, ChangedMeanwhile, NotInThisState, MarksMissing, MarksWrong, StepUnknown, AssessesOwn.
    """
    with transaction.atomic():
        states = (DrillState.RUNNING, DrillState.ASSESSING)
        row = _locked(drill_id, expected_version, ASSESS, states, actor)
        _require_outsider(row, actor)
        _check_marks(_script(row), marks)
        models.DrillMark.objects.bulk_create(
            [
                models.DrillMark(drill=row, step=step, assessor=actor.account,
                                 points=Decimal(str(round(points, 1))), remark=remark.strip()[:300], at=at)
                for step, (points, remark) in marks.items()
            ],
            update_conflicts=True,
            unique_fields=["drill", "step", "assessor"],
            update_fields=["points", "remark", "at"],
        )  # fmt: skip
        _save(row, actor, at, event=events.DRILL_SCORED)
    return drill_of(row)


def _require_outsider(row: models.Drill, actor: Actor) -> None:
    if takes_part(row, actor):
        raise AssessesOwn()


def _check_marks(script: Script, marks: Mapping[str, tuple[float, str]]) -> None:
    if not marks:
        raise MarksMissing()
    steps = {each.id: each for each in script.steps}
    for name, (value, _remark) in marks.items():
        if name not in steps:
            raise StepUnknown(step=name[:32])
        if not 0 <= value <= steps[name].points:
            raise MarksWrong(value=f"{value:g}", step=steps[name].title, points=steps[name].points)


def add_lesson(
    *,
    drill_id: UUID,
    problem: str,
    mend: str,
    organization: int,
    due_on: date,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Drill:
    """Write down what went wrong, who mends it, until when.

    Raises:
        NotPermitted, DrillUnknown, ChangedMeanwhile, NotInThisState, TextMissing, DayWrong, InstitutionUnknown.
    """
    if not problem.strip():
        raise TextMissing(field=Words("问题", "problem"))
    if not mend.strip():
        raise TextMissing(field=Words("整改措施", "what will be done"))
    if due_on < legal_day(at):
        raise DayWrong(value=due_on, expected=f"≥ {legal_day(at)}")
    with transaction.atomic():
        row = _locked(drill_id, expected_version, RUN, (DrillState.ASSESSING,), actor)
        models.DrillLesson.objects.create(
            drill=row, problem=problem.strip()[:300], mend=mend.strip()[:300],
            organization_id=_known(row, organization), due_on=due_on,
        )  # fmt: skip
        _save(row, actor, at)
    return drill_of(row)


def _known(row: models.Drill, organization: int) -> int:
    """An institution that takes part, or runs the drill. Raises InstitutionUnknown."""
    taking_part = set(row.teams.values_list("organization_id", flat=True)) | {row.organization_id}
    if organization not in taking_part:
        raise InstitutionUnknown(organization=organization)
    return organization


def mend_lesson(*, drill_id: UUID, lesson_id: int, actor: Actor, at: datetime) -> Drill:
    """Say that a lesson was mended: who runs the drill, or keeps the institution that owes it.

    Raises:
        NotPermitted, DrillUnknown.
    """
    with transaction.atomic():
        row = drill_locked(drill_id, permission=RUN, actor=actor)
        done = row.lessons.filter(id=lesson_id, mended_on=None)
        if not done.update(mended_on=legal_day(at), mended_by=actor.account):
            raise DrillUnknown()
        _save(row, actor, at)
    return drill_of(row)


def report_drill(
    *, drill_id: UUID, summary: str, expected_version: int, actor: Actor, at: datetime
) -> Drill:
    """Close a drill with its report, once every step is assessed; its teams have drilled now.

    Raises:
        NotPermitted, DrillUnknown, ChangedMeanwhile, NotInThisState, TextMissing, NotAssessed.
    """
    if not summary.strip():
        raise TextMissing(field=Words("演练总结", "what the drill showed"))
    with transaction.atomic():
        row = _locked(drill_id, expected_version, RUN, (DrillState.ASSESSING,), actor)
        left = [line.step.title for line in drill_of(row).lines if line.points is None]
        if left:
            raise NotAssessed(steps=listed(left))
        row.state, row.summary = DrillState.REPORTED.value, summary.strip()[:4000]
        ids: Sequence[UUID] = list(row.teams.values_list("id", flat=True))
        models.Team.objects.filter(id__in=ids).update(drilled_at=row.started_at)
        _save(row, actor, at)
    return drill_of(row)


def _script(row: models.Drill) -> Script:
    return rulebook.script(row.script, on=row.script_from)


def _locked(
    drill_id: UUID,
    expected_version: int,
    permission: str,
    states: Collection[DrillState],
    actor: Actor,
) -> models.Drill:
    row = drill_locked(drill_id, permission=permission, actor=actor)
    require_version(row.version, expected_version)
    if row.state not in {each.value for each in states}:
        raise NotInThisState(state=row.state)
    return row


def _save(
    row: models.Drill, actor: Actor, at: datetime, *, event: str = events.DRILL_CHANGED
) -> None:
    row.version += 1
    row.save()
    data = {"state": row.state, "place": row.place_code}
    write_down_and_announce(event, "Drill", row.id, data=data, actor=actor, at=at)
