"""Figures that were counted elsewhere, shown as results.

Nothing is added up here: where only the counties are known, the city's figure is not available.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.indicators.rollup import check_level, divisions_below
from kangmai.analytics.models import OutsideFigure
from kangmai.analytics.types import NO_WORDS, By, Figure, Outside, Received, Result, Status
from kangmai.kernel.actor import Actor
from kangmai.standards.periods import Period


def result(rule: Indicator, *, period: Period, area: str, by: By | None) -> Result:
    """A figure from outside with those of its parts. Raises AreaUnknown, LevelNotCounted."""
    check_level(rule, area, by)
    codes = divisions_below(area, by) if by and by is not By.INSTITUTION else ()
    latest = _latest(rule, period, [area, *codes])
    whole = latest.get(area)
    assert rule.missing is not None
    return Result(
        indicator=rule.id,
        rule_from=rule.effective_from,
        rule=rule.rule,
        period=period,
        by=by,
        total=_figure(rule, area, whole),
        parts=tuple(_figure(rule, code, latest.get(code)) for code in codes),
        cutoff=max((each.recorded_at for each in latest.values()), default=None),
        manifest="",
        reason=NO_WORDS if whole else rule.missing,
    )


def received_ids() -> frozenset[str]:
    """The indicators of which any figure was ever taken in."""
    return frozenset(OutsideFigure.objects.values_list("indicator", flat=True).distinct())


def _latest(rule: Indicator, period: Period, areas: list[str]) -> dict[str, OutsideFigure]:
    rows = OutsideFigure.objects.filter(
        indicator=rule.id, area__in=areas, period_start=period.start, period_end=period.end
    )
    return {row.area: row for row in rows.order_by("id")}


def _figure(rule: Indicator, area: str, row: OutsideFigure | None) -> Figure:
    if row is None:
        return Figure(area, Status.NOT_AVAILABLE)
    value = row.value.normalize()
    digits = -int(value.as_tuple().exponent)
    # a quoted figure stays as printed; the rule's digits are the least that are shown
    exact = row.value.quantize(Decimal(1).scaleb(-max(digits, rule.digits, 0)))
    return Figure(area, Status.OK, exact, row.numerator, row.denominator)


def received_of(row: OutsideFigure) -> Received:
    """A row as the rest of the house sees it."""
    figure = Outside(
        indicator=row.indicator,
        area=row.area,
        period=Period(row.period_start, row.period_end),
        value=row.value.normalize(),
        numerator=row.numerator,
        denominator=row.denominator,
        supplier=row.supplier,
        document=row.document,
        received_on=row.received_on,
    )
    return Received(row.id, figure, row.recorded_at, row.recorded_by_name)


def row_of(of: Outside, *, actor: Actor, at: datetime) -> OutsideFigure:
    """A figure as it is written down."""
    return OutsideFigure(
        indicator=of.indicator,
        area=of.area,
        period_start=of.period.start,
        period_end=of.period.end,
        value=of.value,
        numerator=of.numerator,
        denominator=of.denominator,
        supplier=of.supplier,
        document=of.document,
        received_on=of.received_on,
        recorded_at=at,
        recorded_by=actor.account,
        recorded_by_name=actor.name,
    )


def standing(figures: Sequence[Outside]) -> dict[Outside, OutsideFigure]:
    """Of these figures those that are the latest of their area and period already, with their rows."""
    rows = OutsideFigure.objects.filter(
        indicator__in={each.indicator for each in figures},
        area__in={each.area for each in figures},
        period_start__in={each.period.start for each in figures},
    )
    latest = {(r.indicator, r.area, r.period_start, r.period_end): r for r in rows.order_by("id")}
    found = {}
    for each in figures:
        row = latest.get((each.indicator, each.area, each.period.start, each.period.end))
        if row is not None and received_of(row).figure == replace(each, value=_kept(each.value)):
            found[each] = row
    return found


def _kept(value: Decimal) -> Decimal:
    """A value as the table keeps it."""
    return value.quantize(Decimal("0.000001")).normalize()
