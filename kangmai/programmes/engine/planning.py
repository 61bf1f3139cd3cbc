"""When a service of one enrolment is due next: pure, and the twin of the set-based SQL of `replanning`.

Source: 国家基本公共卫生服务规范（第三版）; the floor of the year and the lateness of section 20 of our
programme reference. Worked numbers: docs/algorithms/visit_planning.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kangmai.analytics.facts.to_python import add_months
from kangmai.programmes.engine.definition.types import (
    Late,
    Occasion,
    Offset,
    Schedule,
    Service,
)
from kangmai.programmes.engine.types import Planned, PlanReason


@dataclass(frozen=True, slots=True)
class Done:
    """A visit of one service, as far as planning depends on it; `next_on` where it was decided."""

    visited_on: date
    occasion: str
    is_counted: bool
    next_on: date | None
    overdue_after_days: int | None


@dataclass(frozen=True, slots=True)
class Anchors:
    """The days from which services count."""

    enrolled_on: date
    birth_date: date | None
    named: Mapping[str, date]

    def day(self, name: str) -> date | None:
        """The day of an anchor; None where it is not known."""
        own = {"enrolment": self.enrolled_on, "birth": self.birth_date}
        return own[name] if name in own else self.named.get(name)


def moved(day: date, offset: Offset) -> date:
    """A day so much later."""
    return add_months(day, offset.months) + timedelta(offset.days)


def required_this_year(per_year: int, enrolled_on: date, year: int) -> int:
    """How many visits a calendar year wants of somebody enrolled on a day: by the quarters that were left.

    >>> required_this_year(4, date(2025, 8, 1), 2025)
    2
    """
    if enrolled_on.year > year:
        return 0
    quarters = 4 if enrolled_on.year < year else 4 - (enrolled_on.month - 1) // 3
    return -(-per_year * quarters // 4)


def next_planned(
    service: Service, late: Late, *, on: date, anchors: Anchors, done: Sequence[Done]
) -> Planned | None:
    """The next time a service is due, seen from a day; None where its anchor is unknown or all is done.

    Args:
        done: the visits of this service up to `on` in the order of days, the current ones only.
    """
    start = anchors.day(service.schedule.anchor)
    if start is None or _is_ended(service.schedule, anchors, on):
        return None
    if service.schedule.kind == "occasions":
        occasion = _next_occasion(service, late, on=on, start=start, done=done)
        again = _again(service, late, start=start, on=on, done=done)
        return min(filter(None, (again, occasion)), key=lambda each: each.due_on, default=None)
    base, reason, grace = _base(service.schedule, late, start, done)
    due = base
    floor = _floor(service.schedule, on=on, enrolled_on=anchors.enrolled_on, done=done)
    if floor is not None and floor < base:
        due, reason, grace = floor, PlanReason.FLOOR, late.overdue_after_days
    return _planned(service.id, "", due, due + timedelta(grace), reason, late.due_soon_days)


def _is_ended(schedule: Schedule, anchors: Anchors, on: date) -> bool:
    """Whether the day from which nothing more is due has come."""
    ends_on = anchors.day(schedule.ends_at) if schedule.ends_at else None
    return ends_on is not None and ends_on <= on


def _again(
    service: Service, late: Late, *, start: date, on: date, done: Sequence[Done]
) -> Planned | None:
    """The visit that the decision on the latest one asks for besides the row of occasions.

    It lapses with the last of them: a newborn's visit that nobody made is not awaited of a child at school.
    """
    is_over = _is_given_up(service.schedule.occasions[-1], start, on)
    if is_over or not done or done[-1].next_on is None:
        return None
    due, grace = done[-1].next_on, done[-1].overdue_after_days
    late_on = due + timedelta(late.overdue_after_days if grace is None else grace)
    return _planned(service.id, "", due, late_on, PlanReason.DECISION, late.due_soon_days)


def occasion_of_day(
    service: Service, late: Late, *, on: date, anchors: Anchors, done: Sequence[Done]
) -> str:
    """The occasion that a visit of a day fulfils: the next one, once it is open; else none."""
    start = anchors.day(service.schedule.anchor)
    if start is None or _is_ended(service.schedule, anchors, on):
        return ""
    planned = _next_occasion(service, late, on=on, start=start, done=done)
    return planned.occasion if planned and planned.opens_on <= on else ""


def _base(
    schedule: Schedule, late: Late, start: date, done: Sequence[Done]
) -> tuple[date, PlanReason, int]:
    """The day that the latest visit, or the anchor, asks for, and how many days later it is overdue."""
    if schedule.kind == "by_decision":
        for each in reversed(done):
            if each.next_on is not None:
                grace = each.overdue_after_days
                grace = late.overdue_after_days if grace is None else grace
                return each.next_on, PlanReason.DECISION, grace
    else:
        for each in reversed(done):
            if each.is_counted:
                day = moved(each.visited_on, schedule.every or Offset())
                return day, PlanReason.REPEAT, late.overdue_after_days
    return moved(start, schedule.first or Offset()), PlanReason.FIRST, late.overdue_after_days


def _floor(schedule: Schedule, *, on: date, enrolled_on: date, done: Sequence[Done]) -> date | None:
    """The last day on which what the year still wants can begin to be done; None where it wants nothing."""
    if schedule.floor is None:
        return None
    counted = sum(each.is_counted and each.visited_on.year == on.year for each in done)
    missing = required_this_year(schedule.floor.per_year, enrolled_on, on.year) - counted
    if missing <= 0:
        return None
    spacing = timedelta(schedule.floor.spacing_days)
    latest = date(on.year, 12, 31) - (missing - 1) * spacing
    return max(latest, done[-1].visited_on + spacing) if done else latest


def _next_occasion(
    service: Service, late: Late, *, on: date, start: date, done: Sequence[Done]
) -> Planned | None:
    seen = {each.occasion for each in done if each.is_counted}
    for occasion in service.schedule.occasions:
        if occasion.id not in seen and not _is_given_up(occasion, start, on):
            due = moved(start, occasion.after)
            until = moved(start, occasion.until) if occasion.until else None
            last = until or due + timedelta(late.overdue_after_days)
            early = late.due_soon_days if occasion.early_days is None else occasion.early_days
            return _planned(service.id, occasion.id, due, last, PlanReason.OCCASION, early)
    return None


def _is_given_up(occasion: Occasion, start: date, on: date) -> bool:
    return occasion.catch_up_until is not None and on > moved(start, occasion.catch_up_until)


def _planned(
    service: str, occasion: str, due: date, late_on: date, reason: PlanReason, early_days: int
) -> Planned:
    opens_on = due - timedelta(early_days)
    return Planned(service, occasion, opens_on, due, late_on, reason)


def plan(
    services: Mapping[str, Service],
    late: Late,
    *,
    on: date,
    anchors: Anchors,
    done: Mapping[str, Sequence[Done]],
) -> tuple[Planned, ...]:
    """What is due next of every service, the earliest first; of one day in the order of the definition."""
    found = [
        planned
        for id, service in services.items()
        if (planned := next_planned(service, late, on=on, anchors=anchors, done=done.get(id, ())))
    ]
    return tuple(sorted(found, key=lambda each: each.due_on))
