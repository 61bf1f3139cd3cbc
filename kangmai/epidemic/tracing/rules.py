"""From when contacts count, what following asks, what is missing for a release, who may infect whom: pure functions.

Source: the dated definitions `tracing_edition` and `tracing_rule`, each with its source and what is verified.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from kangmai.epidemic.tracing.rulebook import edition, rule
from kangmai.epidemic.tracing.types import (
    STRONGEST,
    Edition,
    Kind,
    Outcome,
    Plan,
    Stay,
    Test,
    Where,
)
from kangmai.standards.calendars import LEGAL_TIME, legal_day

__all__ = [
    "depths", "edition", "joins_a_cycle", "missing", "plan", "rule", "strongest", "window_start",
]  # fmt: skip

DAY = timedelta(days=1)


def window_start(
    rules: Edition, *, onset_on: date | None, sampled_on: date | None, found_at: datetime
) -> datetime:
    """The first instant at which a contact counts: midnight so many days before onset.

    Without an onset (no symptoms) before the first positive sample; without either, before the case was found.
    """
    first = onset_on or sampled_on or legal_day(found_at)
    return datetime.combine(first - rules.look_back_days * DAY, time(), LEGAL_TIME)


def strongest(kinds: Iterable[Kind]) -> Kind:
    """The kind by which somebody is followed who met several cases."""
    return min(kinds, key=STRONGEST.index, default=Kind.EXCLUDED)


def plan(rules: Edition, kind: Kind, *, last_exposure_on: date, determined_on: date) -> Plan | None:
    """Where somebody is until when, and on which days tests are due; None where the edition does not follow.

    Day 1 is the day after the last exposure. Tests of days that had passed when the contact was determined
    cannot be taken any more: one on the day of determination stands for them. Following of no days, as in a
    drill, is over on the day of exposure itself once its test is negative.
    """
    managed = rules.managed.get(kind)
    if managed is None or not managed.is_followed:
        return None
    stages, days, begin = [], set(), last_exposure_on
    for stage in managed.stages:
        days |= {begin + number * DAY for number in stage.tests}
        ends = begin + stage.days * DAY
        stages.append((stage.where, min(begin + DAY, ends), ends))
        begin = ends
    past = {day for day in days if day < determined_on}
    due = (days - past) | ({determined_on} if past else set())
    until = begin if managed.days else begin - DAY
    return Plan(until, tuple(stages), tuple(sorted(due)), rules.has_double_release)


def missing(plan: Plan, tests: Sequence[Test], stays: Sequence[Stay], *, today: date) -> tuple[str, ...]:  # fmt: skip
    """What stands between a contact and his release: `day`, `positive`, `pending`, `test <day>`, `double`, `place`.

    A negative test counts for a due day if it was sampled on it or later, before the next due day. `double`:
    the edition asks for two negative tubes of the last due day. `place`: nobody wrote down where he was.
    """
    found = [] if today > plan.until else ["day"]
    if any(test.outcome is Outcome.POSITIVE for test in tests):
        found.append("positive")
    if any(test.outcome is Outcome.PENDING for test in tests):
        found.append("pending")
    found += [f"test {day}" for day in untested(plan, tests)]
    if plan.is_double and plan.tests and len(_negatives(tests, plan.tests[-1], None)) < 2:
        found.append("double")
    if any(where is not Where.MONITORED for where, _, _ in plan.stages) and not stays:
        found.append("place")
    return tuple(found)


def untested(plan: Plan, tests: Sequence[Test]) -> list[date]:
    """Due days without a negative test of their own."""
    due = pairwise((*plan.tests, None))  # none at all for those who are only watched
    return [day for day, until in due if day is not None and not _negatives(tests, day, until)]


def _negatives(tests: Sequence[Test], since: date, until: date | None) -> list[Test]:
    return [
        test
        for test in tests
        if test.outcome is Outcome.NEGATIVE
        and since <= legal_day(test.sampled_at)
        and (until is None or legal_day(test.sampled_at) < until)
    ]


def joins_a_cycle(links: Collection[tuple[UUID, UUID]], from_case: UUID, to_case: UUID) -> bool:
    """Whether a further link would make somebody infect himself, directly or through others."""
    parents: dict[UUID, list[UUID]] = {}
    for infector, infected in links:
        parents.setdefault(infected, []).append(infector)
    pending, seen = [from_case], set()
    while pending:
        case = pending.pop()
        if case == to_case:
            return True
        if case not in seen:
            seen.add(case)
            pending += parents.get(case, [])
    return False


def depths(cases: Collection[UUID], links: Collection[tuple[UUID, UUID]]) -> Mapping[UUID, int]:
    """How many links stand between each case and the root of its chain."""
    parent = {infected: infector for infector, infected in links}
    found: dict[UUID, int] = {}
    for case in cases:
        depth, above = 0, case
        while above in parent:
            depth, above = depth + 1, parent[above]
        found[case] = depth
    return found
