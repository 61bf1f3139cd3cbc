"""Reads of figures and of their cards, each within what the actor may see."""

from collections.abc import Collection
from datetime import date
from functools import partial

from kangmai.analytics import rules
from kangmai.analytics.indicators import ahead, definition, outside
from kangmai.analytics.indicators.counting import why_not
from kangmai.analytics.indicators.definition import Indicator, get_indicator, year_before
from kangmai.analytics.indicators.earlier import period_before
from kangmai.analytics.indicators.reporting import reporting_of
from kangmai.analytics.indicators.results import result
from kangmai.analytics.indicators.rollup import next_below
from kangmai.analytics.indicators.targets import find_target
from kangmai.analytics.queries.keeping import freezes, received_of_figure
from kangmai.analytics.queries.lakes import lake
from kangmai.analytics.types import By, Card, Elsewhere, Engine, Form, Former, Result
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.words import Words
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period


def indicators(*, on: date) -> tuple[Indicator, ...]:
    """The indicators in force on a day, by id; what they are is no secret."""
    return definition.indicators(on=on)


def compute(
    *,
    indicator: str,
    period: Period,
    area: str,
    by: By | None = None,
    engine: Engine = Engine.DUCKDB,
    as_published: bool = False,
    manifest_id: str | None = None,
    actor: Actor,
) -> Result:
    """A figure of an area, with its parts.

    Args:
        as_published: hide small numbers also from those who may see them.
        manifest_id: count the lake as it was under this manifest instead of as it is.

    Raises:
        IndicatorUnknown, PeriodNotCounted, AreaUnknown, LevelNotCounted, NotPermitted, LakeBroken
    """
    rule = get_indicator(indicator, period=period)
    return by_rule(
        rule, period, area, by, actor=actor, engine=engine, as_published=as_published, manifest_id=manifest_id
    )  # fmt: skip


def by_rule(
    rule: Indicator,
    period: Period,
    area: str,
    by: By | None,
    *,
    engine: Engine = Engine.DUCKDB,
    as_published: bool = False,
    manifest_id: str | None = None,
    actor: Actor,
) -> Result:
    """A figure by any rule, also one that is not in force in the period."""
    exact = rules.sees_exactly(actor, area) and not as_published
    if not exact and by is By.INSTITUTION:
        require(actor, rules.READ, area)
    if rule.form is Form.OUTSIDE:
        return outside.result(rule, period=period, area=area, by=by)
    whole = lake()
    manifest = whole.get_manifest(manifest_id) if manifest_id else whole.find_manifest()
    return result(
        rule, whole, manifest, period=period, area=area, by=by, engine=engine, exact=exact
    )


def count_together(*, ids: Collection[str], period: Period, manifest_id: str | None = None) -> None:
    """Count many figures of a period in one engine, so that each is looked up afterwards.

    Raises:
        IndicatorUnknown, PeriodNotCounted, LakeBroken
    """
    whole = lake()
    manifest = whole.get_manifest(manifest_id) if manifest_id else whole.find_manifest()
    if manifest is not None:
        rules = [get_indicator(each, period=period) for each in ids]
        ahead.count_together(rules, whole, manifest, period)


def find_earlier(*, indicator: str, period: Period, area: str, actor: Actor) -> Result | None:
    """The figure of an earlier period by the rule of then; None where there was none for such periods."""
    rule = definition.find_indicator(indicator, on=period.latest_day)
    if rule is None or not rule.counts(period):
        return None
    return by_rule(rule, period, area, None, actor=actor)


def reason_without(*, indicator: str, period: Period) -> Words | None:
    """Why no figure of a period can be counted, or None; what has arrived is no secret. Raises as `get_indicator`."""
    return why_not(get_indicator(indicator, period=period), lake().find_manifest(), period)


def card(*, indicator: str, period: Period, area: str, by: By | None = None, actor: Actor) -> Card:
    """Everything there is to say of a figure. Raises as `compute`."""
    rule = get_indicator(indicator, period=period)
    now = by_rule(rule, period, area, by or next_below(area), actor=actor)
    then = partial(find_earlier, indicator=indicator, area=area, actor=actor)
    before = period_before(period)
    exact = rules.sees_exactly(actor, area)
    return Card(
        result=now,
        earlier=then(period=year_before(period)),
        just_before=then(period=before) if before and not now.is_running else None,
        former=_former(rule, period, area, actor) if exact else None,
        freezes=freezes(indicator=indicator, period=period, area=area, actor=actor)
        if exact
        else (),
        goal=find_target(rule, period=period, area=area),
        opens=rule.opens if exact else "",
        elsewhere=_elsewhere(rule, period, area),
        received=received_of_figure(indicator, period, area),
    )


def _former(rule: Indicator, period: Period, area: str, actor: Actor) -> Former:
    """The figure by the rule of a year before, where it is another."""
    earlier = year_before(period)
    then = definition.find_indicator(rule.id, on=earlier.latest_day)
    if then is None:
        return Former(None, is_same=False)
    if then.rule == rule.rule:
        return Former(then.effective_from, is_same=True)
    return Former(
        rule_from=then.effective_from,
        is_same=False,
        numerator=then.numerator,
        denominator=then.denominator,
        result=by_rule(then, period, area, None, actor=actor) if then.counts(period) else None,
        earlier=by_rule(rule, earlier, area, None, actor=actor) if rule.counts(earlier) else None,
    )


def _elsewhere(rule: Indicator, period: Period, area: str) -> tuple[Elsewhere, ...]:
    """The reporting rules that were applied to a figure of now."""
    whole = lake() if rule.counted else None
    manifest = whole.find_manifest() if whole else None
    if whole is None or manifest is None:
        return ()
    stands = any(measure.rows.stands for measure in rule.measures())
    return reporting_of(whole, manifest, period).touching(area, stands=stands)


def area_of(actor: Actor) -> str:
    """The area whose figures an actor sees first: that of the first grant that lets him see any, or ""."""
    for grant in actor.grants:
        if rules.READ in grant.permissions or "*" in grant.permissions:
            for place in grant.places:
                code = f"{place.low}00" if len(place.low) == 4 else place.low
                if find_division(code) is not None:
                    return code
    return ""
