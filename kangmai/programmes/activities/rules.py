"""How far an institution is with the activities of a year.

Source: 国家基本公共卫生服务规范（第三版）, 健康教育 and 卫生监督协管 (numbers from memory, in `programmes/activity_rule`).
"""

from collections.abc import Iterable, Mapping
from datetime import date

from kangmai.programmes.activities.types import ActivityKind, ActivityRule, Counts, Done, Least

MONTHS = 12
Groups = Mapping[str, Mapping[str, tuple[int, int]]]
"""By kind: title or venue → how many activities, how many people."""


def group_of(kind: ActivityKind) -> str:
    """By what the activities of a kind are grouped: their title or their venue."""
    return "title" if kind.counts is Counts.TITLES else "venue"


def done_of(rule: ActivityRule, holder_kind: str, groups: Groups) -> tuple[Done, ...]:
    """What an institution of a kind did in a year against its least."""
    least = rule.least.get(holder_kind, {})
    return tuple(
        _done(kind, least.get(kind.id), groups.get(kind.id, {})) for kind in rule.kinds.values()
    )


def _done(kind: ActivityKind, least: Least | None, groups: Mapping[str, tuple[int, int]]) -> Done:
    times = [count for count, _ in groups.values()]
    people = sum(count for _, count in groups.values())
    if kind.counts is Counts.TITLES:
        return Done(kind.id, len(times), least.count if least else 0, sum(times), people)
    if least is None or not least.times:
        return Done(kind.id, sum(times), least.count if least else 0, sum(times), people)
    venues = len(times) if least.venues is None else least.venues
    counted = sum(min(each, least.times) for each in sorted(times, reverse=True)[:venues])
    return Done(kind.id, counted, venues * least.times, sum(times), people)


def is_behind(done: Iterable[Done], *, year: int, on: date) -> bool:
    """Whether less was done than the share of the year that has passed, in whole months, would have it."""
    months = MONTHS if year < on.year else 0 if year > on.year else on.month - 1
    return any(each.done * MONTHS < each.least * months for each in done)
