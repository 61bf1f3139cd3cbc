"""When a team is ready, whom to call next, what a drill comes to: pure functions over `team_rule` and `drill_script`.

A team is ready if enough members of every function are here, enough are on duty, and it drilled lately. A call-out
always has as many called or coming as are wanted, as long as somebody is in reserve. Points of a step: one part by
its time (all of it up to the minutes of the script, none from twice as many on), the rest by the mean of the marks.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from kangmai.epidemic.teams import rulebook
from kangmai.epidemic.teams.types import (
    OUT,
    CallState,
    Grade,
    Kind,
    MissionFacts,
    Readiness,
    Rule,
    Script,
    Shift,
    Standing,
    Step,
)
from kangmai.standards.calendars import LEGAL_TIME

HELD = (CallState.WAITING, *OUT, CallState.BACK)
"""Who takes one of the places that are wanted: asked and not late, coming, there, or back again."""

rule = rulebook.rule
script = rulebook.script
scripts = rulebook.scripts


def readiness(
    kind: Kind, here: Mapping[str, int], *, on_duty: int, drill_days_ago: int | None, is_out: bool, found: Rule
) -> Readiness:  # fmt: skip
    """Whether a team can be called, and what it lacks.

    Args:
        here: how many members of each function are not away.
        drill_days_ago: days since its last drill, None if it never had one.
    """
    if is_out:
        return Readiness(Standing.OUT, ())
    lacks = [each for each, least in kind.least.items() if here.get(each, 0) < least]
    if on_duty < kind.on_duty:
        lacks.append("duty")
    if drill_days_ago is None or drill_days_ago > found.drill_valid_days:
        lacks.append("drill")
    return Readiness(Standing.INCOMPLETE if lacks else Standing.READY, tuple(lacks))


def period(shift: Shift, on: date) -> tuple[datetime, datetime]:
    """When a shift of a day begins and ends."""
    begin = datetime(on.year, on.month, on.day, shift.from_hour, tzinfo=LEGAL_TIME)
    return begin, begin + timedelta(hours=shift.hours)


def next_calls(
    wanted: Mapping[str, int], calls: Iterable[tuple[str, int, CallState]]
) -> list[tuple[str, int]]:
    """Whom to call now so that as many as wanted are asked or coming: (group, rank), the first in reserve first."""
    lines = sorted(calls)
    held = Counter(group for group, _rank, state in lines if state in HELD)
    found = []
    for group, rank, state in lines:
        if state is CallState.RESERVE and held[group] < wanted.get(group, 0):
            held[group] += 1
            found.append((group, rank))
    return found


def short_groups(
    wanted: Mapping[str, int], calls: Iterable[tuple[str, int, CallState]]
) -> tuple[str, ...]:
    """Groups in which fewer than wanted are asked or coming and nobody is in reserve."""
    lines = list(calls)
    held = Counter(group for group, _rank, state in lines if state in HELD)
    spare = {group for group, _rank, state in lines if state is CallState.RESERVE}
    return tuple(g for g, n in sorted(wanted.items()) if held[g] < n and g not in spare)


def time_factor(step: Step, minutes: float | None) -> float:
    """1 up to the minutes of the script, falling in a line to 0 at twice as many; 0 for what was not done."""
    if minutes is None:
        return 0.0
    return min(1.0, max(0.0, 2 - minutes / step.minutes))


def step_points(
    found: Script, step: Step, minutes: float | None, marks: Sequence[float]
) -> float | None:
    """What a step comes to, or None while nobody assessed it; what was not done is worth nothing."""
    if not marks:
        return None
    if minutes is None:
        return 0.0
    by_time = found.time_percent * step.points * time_factor(step, minutes)
    by_marks = (100 - found.time_percent) * sum(marks) / len(marks)
    return round((by_time + by_marks) / 100, 2)


def score(found: Script, points: Iterable[float]) -> float:
    """The score of a drill out of 100, to one decimal."""
    return round(100 * sum(points) / sum(step.points for step in found.steps), 1)


def grade(found: Script, value: float) -> Grade:
    """The highest grade that a score reaches."""
    reached = [each for each in found.grades if value >= each.least]
    return max(reached, key=lambda each: each.least)


def overlap(one: MissionFacts, start: date, end: date) -> bool:
    """Whether a mission shares a day with a period."""
    return one.starts_on <= end and start <= one.until_on
