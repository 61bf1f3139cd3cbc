"""From rows to values, many at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.teams import models, rulebook, rules
from kangmai.epidemic.teams.types import (
    AWAY,
    OUT,
    Call,
    CallOut,
    CallState,
    Drill,
    DrillState,
    Expert,
    Goods,
    Lesson,
    Member,
    Mission,
    MissionFacts,
    MissionState,
    StepLine,
    Team,
)
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


def teams_of(rows: Iterable[models.Team], *, at: datetime) -> tuple[Team, ...]:
    """Teams with members and readiness as they stand now."""
    lines = list(rows)
    ids = [row.id for row in lines]
    members: dict[UUID, list[models.Member]] = defaultdict(list)
    for row in models.Member.objects.filter(team_id__in=ids, to_at=None).order_by("id"):
        members[row.team_id].append(row)
    staff = {each.staff_id for some in members.values() for each in some}
    names, away = registry.staff_names(ids=staff), away_now(staff)
    duty = set(
        models.Duty.objects.filter(
            team_id__in=ids, from_at__lte=at, until_at__gt=at
        ).values_list("team_id", "staff_id")
    )  # fmt: skip
    out = set(
        models.Call.objects.filter(
            team_id__in=ids, state__in=[each.value for each in OUT]
        ).values_list("team_id", flat=True)
    )  # fmt: skip
    return tuple(_team(row, members[row.id], names, away, duty, row.id in out, at) for row in lines)


def _team(
    row: models.Team,
    rows: Sequence[models.Member],
    names: Mapping[int, str],
    away: frozenset[int],
    duty: set[tuple[UUID, int]],
    is_out: bool,
    at: datetime,
) -> Team:
    members = tuple(
        Member(e.staff_id, names.get(e.staff_id, "—"), e.function, e.staff_id in away,
               (row.id, e.staff_id) in duty)
        for e in rows
    )  # fmt: skip
    found = rulebook.rule(on=legal_day(at))
    drilled_on = None if row.drilled_at is None else legal_day(row.drilled_at)
    readiness = rules.readiness(
        found.kinds[row.kind],
        Counter(each.function for each in members if not each.is_away),
        on_duty=sum(1 for each in members if each.on_duty and not each.is_away),
        drill_days_ago=None if drilled_on is None else (legal_day(at) - drilled_on).days,
        is_out=is_out,
        found=found,
    )
    return Team(
        id=row.id,
        organization=OrganizationId(row.organization_id),
        place_code=row.place_code,
        kind=row.kind,
        name=row.name,
        is_closed=row.closed_at is not None,
        drilled_on=drilled_on,
        members=members,
        readiness=readiness,
        version=row.version,
    )


def away_now(staff: Iterable[int]) -> frozenset[int]:
    """Who of some members of staff is on a mission that has left and is not back."""
    rows = models.MissionMember.objects.filter(
        staff_id__in=list(staff), mission__state__in=[each.value for each in AWAY]
    )
    return frozenset(rows.values_list("staff_id", flat=True))


def experts_of(rows: Iterable[models.Expert]) -> tuple[Expert, ...]:
    """Experts with their names, and whether they are free."""
    lines = list(rows)
    staff = [row.staff_id for row in lines]
    names, away = registry.staff_names(ids=staff), away_now(staff)
    out = set(
        models.Call.objects.filter(
            expert_id__in=[row.id for row in lines], state__in=[each.value for each in OUT]
        ).values_list("expert_id", flat=True)
    )  # fmt: skip
    return tuple(
        Expert(row.id, row.staff_id, names.get(row.staff_id, "—"), OrganizationId(row.organization_id),
               row.place_code, row.specialty, row.staff_id in away, row.id in out, row.version)
        for row in lines
    )  # fmt: skip


def callouts_of(rows: Iterable[models.CallOut], *, only: Q | None = None) -> tuple[CallOut, ...]:
    """Call-outs with their calls, or with those of them that a condition lets through."""
    lines = list(rows)
    calls = models.Call.objects.filter(callout__in=lines).select_related("team", "expert")
    if only is not None:
        calls = calls.filter(only)
    by_callout: dict[UUID, list[models.Call]] = defaultdict(list)
    for each in calls.order_by("group", "rank"):
        by_callout[each.callout_id].append(each)
    staff = {c.expert.staff_id for some in by_callout.values() for c in some if c.expert}
    names = registry.staff_names(ids=staff)
    return tuple(_callout(row, by_callout[row.id], names) for row in lines)


def _callout(
    row: models.CallOut, calls: Sequence[models.Call], names: Mapping[int, str]
) -> CallOut:
    return CallOut(
        id=row.id,
        title=row.title,
        place_code=row.place_code,
        order_id=row.order_id,
        asked_by=AccountId(row.asked_by),
        asked_at=row.asked_at,
        closed_at=row.closed_at,
        note=row.note,
        wanted=row.wanted,
        calls=tuple(call_of(each, names) for each in calls),
        version=row.version,
    )


def call_of(row: models.Call, names: Mapping[int, str]) -> Call:
    """A call with the name of whom it is for."""
    name = row.team.name if row.team else names.get(row.expert.staff_id if row.expert else 0, "—")
    late = row.answered_at is not None and row.due_at is not None and row.answered_at > row.due_at
    return Call(
        id=row.id,
        callout=row.callout_id,
        group=row.group,
        rank=row.rank,
        team=row.team_id,
        expert=row.expert_id,
        name=name,
        organization=OrganizationId(row.organization_id),
        state=CallState(row.state),
        called_at=row.called_at,
        due_at=row.due_at,
        answered_at=row.answered_at,
        answered_late=late,
        note=row.note,
        moved_at=row.moved_at,
        arrived_at=row.arrived_at,
        back_at=row.back_at,
        version=row.version,
    )


def drill_of(row: models.Drill) -> Drill:
    """A drill with what its steps came to."""
    script = rulebook.script(row.script, on=row.script_from)
    done = {each.step: each for each in row.steps.all()}
    marks: dict[str, dict[int, tuple[float, str]]] = defaultdict(dict)
    for mark in row.marks.all():
        marks[mark.step][mark.assessor] = (float(mark.points), mark.remark)
    lines = []
    for step in script.steps:
        each = done.get(step.id)
        minutes = None
        if each is not None and row.started_at is not None:
            minutes = round((each.done_at - row.started_at).total_seconds() / 60, 1)
        given = marks.get(step.id, {})
        points = rules.step_points(script, step, minutes, [value for value, _ in given.values()])
        lines.append(
            StepLine(step, each.done_at if each else None, minutes, each.note if each else "", given, points)
        )  # fmt: skip
    whole = [line.points for line in lines if line.points is not None]
    score = rules.score(script, whole) if len(whole) == len(lines) else None
    return Drill(
        id=row.id,
        order_id=row.order_id,
        script=script,
        place_code=row.place_code,
        organization=OrganizationId(row.organization_id),
        state=DrillState(row.state),
        planned_at=row.planned_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        teams={team.id: team.name for team in row.teams.order_by("id")},
        lines=tuple(lines),
        score=score,
        grade=None if score is None else rules.grade(script, score).title,
        summary=row.summary,
        lessons=tuple(
            Lesson(e.id, e.problem, e.mend, OrganizationId(e.organization_id), e.due_on, e.mended_on)
            for e in row.lessons.order_by("id")
        ),
        version=row.version,
    )  # fmt: skip


def missions_of(rows: Iterable[models.Mission]) -> tuple[Mission, ...]:
    """Missions with people and goods."""
    lines = list(rows)
    people: dict[UUID, list[int]] = defaultdict(list)
    goods: dict[UUID, list[Goods]] = defaultdict(list)
    for member in models.MissionMember.objects.filter(mission__in=lines).order_by("id"):
        people[member.mission_id].append(member.staff_id)
    for each in models.MissionGoods.objects.filter(mission__in=lines).order_by("id"):
        goods[each.mission_id].append(Goods(each.item, each.quantity, each.returned))
    names = registry.staff_names(ids={each for some in people.values() for each in some})
    return tuple(_mission(row, people[row.id], goods[row.id], names) for row in lines)


def _mission(
    row: models.Mission, people: Sequence[int], goods: Sequence[Goods], names: Mapping[int, str]
) -> Mission:
    facts = MissionFacts(
        task=row.task,
        destination=row.destination,
        starts_on=row.starts_on,
        until_on=row.until_on,
        from_organization=row.from_organization,
        from_name=row.from_name,
        to_organization=row.to_organization,
        to_name=row.to_name,
        people=tuple(people),
        outside_people=0 if people else row.people,
        goods=tuple(goods),
        order_id=row.order_id,
    )
    return Mission(
        id=row.id,
        facts=facts,
        names={each: names.get(each, "—") for each in people},
        state=MissionState(row.state),
        left_at=row.left_at,
        arrived_at=row.arrived_at,
        arrived_people=row.arrived_people,
        arrival_letter=row.arrival_letter,
        returned_at=row.returned_at,
        return_letter=row.return_letter,
        note=row.note,
        version=row.version,
    )
