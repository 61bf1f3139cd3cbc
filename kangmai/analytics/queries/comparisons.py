"""Figures held against others: a time before, a target, the level of months past."""

from datetime import date
from uuid import UUID

from kangmai.analytics import rules
from kangmai.analytics.indicators import behind as behind_targets
from kangmai.analytics.indicators import definition, outside
from kangmai.analytics.indicators.behind import Behind
from kangmai.analytics.indicators.counting import count_anew
from kangmai.analytics.indicators.definition import Indicator, get_indicator
from kangmai.analytics.indicators.earlier import level_periods, trend_periods, week_and_before
from kangmai.analytics.indicators.levels import Levels, levels
from kangmai.analytics.indicators.movements import Movement, Recount
from kangmai.analytics.indicators.movements import movement as movement_of
from kangmai.analytics.indicators.results import rolled_up
from kangmai.analytics.indicators.rollup import next_below
from kangmai.analytics.indicators.targets import find_target
from kangmai.analytics.queries.figures import by_rule, compute, find_earlier
from kangmai.analytics.queries.keeping import get_freeze
from kangmai.analytics.queries.lakes import cutoff, lake
from kangmai.analytics.types import By, Form, Result, Status
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import Period


def movement(
    *, indicator: str, now: Period, before: Period, area: str, by: By | None = None, actor: Actor
) -> Movement:
    """How a figure moved between two periods, both counted by the rule of the later, and which parts moved it.

    Raises:
        NotPermitted: to whom small numbers are hidden, causes are, too: they would give them away.
        IndicatorUnknown, PeriodNotCounted, AreaUnknown, LevelNotCounted, LakeBroken.
    """
    require(actor, rules.READ, area)
    rule = get_indicator(indicator, period=now)
    rule.check_period(before)
    return _movement(rule, now, before, area, by or next_below(area), actor)


def _movement(
    rule: Indicator, now: Period, before: Period, area: str, by: By | None, actor: Actor
) -> Movement:
    early, late = (by_rule(rule, each, area, by, actor=actor) for each in (before, now))
    return movement_of(rule, early, late)


def recount(*, freeze_id: UUID, actor: Actor) -> Recount:
    """A frozen figure counted again from the files of its manifest, and how it moved since, by the areas below.

    Raises:
        FreezeUnknown, NotPermitted.
        LakeBroken: a file that it was counted from is gone or was altered.
    """
    frozen = get_freeze(freeze_id=freeze_id, actor=actor)
    kept = frozen.result
    rule = definition.find_indicator(kept.indicator, on=kept.rule_from)
    assert rule is not None  # entries stay when newer ones come
    area, by = kept.total.area, next_below(kept.total.area)
    now = by_rule(rule, kept.period, area, by, actor=actor)
    if rule.form is Form.OUTSIDE:
        return Recount(frozen, None, movement_of(rule, kept, now))
    whole = lake()
    manifest = whole.get_manifest(kept.manifest)
    counts = count_anew(rule, whole, manifest, kept.period)
    again, early = (
        rolled_up(rule, whole, manifest, kept.period, area, each, counts) for each in (kept.by, by)
    )
    return Recount(frozen, again, movement_of(rule, early, now))


def movements(*, area: str, actor: Actor) -> tuple[Movement, ...]:
    """What moved in the week before the data were taken, the furthest first, what rests on few people last.

    Twelve months up to now stand against twelve months up to a week ago, since most rules ask for a year.

    Raises:
        NotPermitted, AreaUnknown.
    """
    require(actor, rules.READ, area)
    until = cutoff()
    if until is None:
        return ()
    now, before = week_and_before(legal_day(until))
    found = [
        _movement(each, now, before, area, next_below(area), actor)
        for each in definition.indicators(on=now.latest_day)
        if each.is_watched and each.counts(now)
    ]
    moved = [each for each in found if each.difference]
    return tuple(sorted(moved, key=lambda each: (each.rests_on_few, -each.relative, each.rule.id)))


def behind(*, period: Period, area: str, actor: Actor) -> tuple[Behind, ...]:
    """Figures of an area and of its parts that have not reached their target, the furthest behind first.

    Raises:
        NotPermitted, AreaUnknown.
    """
    rules.sees_exactly(actor, area)
    found: list[Behind] = []
    received = outside.received_ids()  # one question instead of one for each figure that never came
    for rule in definition.indicators(on=period.latest_day):
        is_known = rule.form is not Form.OUTSIDE or rule.id in received
        if is_known and rule.counts(period) and find_target(rule, period=period, area=area):
            found += _behind(rule, period, area, actor)
    return tuple(sorted(found, key=lambda each: (-each.weight, each.rule.id, each.figure.area)))


def _behind(rule: Indicator, period: Period, area: str, actor: Actor) -> list[Behind]:
    by = next_below(area)
    result = compute(indicator=rule.id, period=period, area=area, by=by, actor=actor)
    missed = []
    for figure in (result.total, *result.parts):
        goal = find_target(rule, period=period, area=figure.area) if figure.area else None
        if goal and behind_targets.is_behind(figure, rule, goal.value):
            missed.append((goal, figure))
    if not missed:
        return []
    before = _before(rule, period, area, by, actor)
    return [
        Behind(rule, goal, figure, _since(rule, figure.area, before, period))
        for goal, figure in missed
    ]


def _before(
    rule: Indicator, period: Period, area: str, by: By | None, actor: Actor
) -> list[Result]:
    """The results of the trend before a period, the latest first; only of what is counted ahead over time."""
    if not rule.is_followed:
        return []
    earlier = [
        each
        for each in trend_periods(period)[:-1]
        if (then := definition.find_indicator(rule.id, on=each.latest_day)) and then.counts(each)
    ]
    return [
        compute(indicator=rule.id, period=each, area=area, by=by, actor=actor)
        for each in reversed(earlier)
    ]


def _since(rule: Indicator, area: str, before: list[Result], period: Period) -> Period | None:
    """The first period of the unbroken run in which the area was behind; None where nothing earlier is known."""
    first = None
    for result in before:
        figure = next((each for each in (result.total, *result.parts) if each.area == area), None)
        goal = find_target(rule, period=result.period, area=area)
        if figure is None or figure.status is not Status.OK:
            break
        if not behind_targets.is_behind(figure, rule, goal.value if goal else None):
            return first or period
        first = result.period
    return first


def level_of_figure(*, indicator: str, until: date, area: str, actor: Actor) -> Levels | None:
    """Whole months (else quarters) before a day, and where their level changed; None where it is counted by neither.

    Raises:
        AreaUnknown, NotPermitted, LakeBroken.
    """
    rule = definition.find_indicator(indicator, on=until)
    taken = cutoff()
    if rule is None or rule.counted is None or taken is None:
        return None
    periods = level_periods(rule, min(until, legal_day(taken)))
    found = [
        find_earlier(indicator=indicator, period=each, area=area, actor=actor) for each in periods
    ]
    return levels(rule, [each for each in found if each is not None]) if periods else None
