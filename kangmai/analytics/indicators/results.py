"""Make a result: availability, counts, roll-up, and what is hidden from those outside the area."""

from dataclasses import replace

from kangmai.analytics.errors import LakeBehind
from kangmai.analytics.indicators.counting import Counts, count, why_not
from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.indicators.hiding import hidden_areas
from kangmai.analytics.indicators.reporting import reporting_of
from kangmai.analytics.indicators.rolled import rolled
from kangmai.analytics.indicators.rollup import (
    check_level,
    divisions_below,
    figure,
    parts,
    placed,
    total,
)
from kangmai.analytics.lake.manifest import Manifest
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.types import (
    NO_WORDS,
    By,
    Engine,
    Figure,
    Result,
    Status,
)
from kangmai.kernel.words import Words
from kangmai.standards.periods import Period


def result(
    indicator: Indicator,
    lake: Lake,
    manifest: Manifest | None,
    *,
    period: Period,
    area: str,
    by: By | None,
    engine: Engine,
    exact: bool,
) -> Result:
    """The figure of an area with its parts. Raises AreaUnknown, LevelNotCounted."""
    check_level(indicator, area, by)
    reason = why_not(indicator, manifest, period)
    if reason is not None:
        return _without(indicator, manifest, period, area, by, reason)
    assert manifest is not None
    try:
        return _counted(indicator, lake, manifest, period, area, by, engine, exact)
    except LakeBehind as error:
        reason = Words(error.message("zh"), error.message("en"))
        return _without(indicator, manifest, period, area, by, reason)


def _counted(
    indicator: Indicator,
    lake: Lake,
    manifest: Manifest,
    period: Period,
    area: str,
    by: By | None,
    engine: Engine,
    exact: bool,
) -> Result:
    known = rolled(indicator, lake, manifest, period, area, by) if engine is Engine.DUCKDB else None
    if known is not None:
        below = tuple(figure(indicator, code, each) for code, each in known[1].items())
        whole = figure(indicator, area, known[0])
        found = _result(indicator, manifest, period, by, whole, below, NO_WORDS)
    else:
        counts = count(indicator, lake, manifest, period, engine=engine)
        found = rolled_up(indicator, lake, manifest, period, area, by, counts)
    return found if exact else suppressed_result(indicator, lake, manifest, found)


def rolled_up(
    indicator: Indicator,
    lake: Lake,
    manifest: Manifest,
    period: Period,
    area: str,
    by: By | None,
    counted: Counts,
) -> Result:
    """The figure of an area with its parts, of counts that were made from a manifest."""
    reporting = reporting_of(lake, manifest, period)
    counts = placed(indicator, counted, reporting)
    whole = figure(indicator, area, total(indicator, counts, area, reporting))
    amounts = parts(indicator, counts, area, by, reporting) if by else {}
    figures = tuple(figure(indicator, code, each) for code, each in amounts.items())
    return _result(indicator, manifest, period, by, whole, figures, NO_WORDS)


def suppressed_result(
    indicator: Indicator, lake: Lake, manifest: Manifest, exact: Result
) -> Result:
    """A result that was counted from a manifest without what those outside its area do not see."""
    area = exact.total.area
    closed = hidden_areas(indicator, lake, manifest, exact.period, area)
    below = tuple(suppressed(each, (each.area or f"{area}?") in closed) for each in exact.parts)
    return replace(exact, total=suppressed(exact.total, area in closed), parts=below)


def _without(
    indicator: Indicator,
    manifest: Manifest | None,
    period: Period,
    area: str,
    by: By | None,
    reason: Words,
) -> Result:
    codes = divisions_below(area, by) if by and by is not By.INSTITUTION else ()
    figures = tuple(Figure(code, Status.NOT_AVAILABLE) for code in codes)
    whole = Figure(area, Status.NOT_AVAILABLE)
    return _result(indicator, manifest, period, by, whole, figures, reason)


def _result(
    indicator: Indicator,
    manifest: Manifest | None,
    period: Period,
    by: By | None,
    whole: Figure,
    figures: tuple[Figure, ...],
    reason: Words,
) -> Result:
    return Result(
        indicator=indicator.id,
        rule_from=indicator.effective_from,
        rule=indicator.rule,
        period=period,
        by=by,
        total=whole,
        parts=figures,
        cutoff=manifest.cutoff.at if manifest else None,
        manifest=manifest.id if manifest else "",
        reason=reason,
    )


def suppressed(shown: Figure, is_hidden: bool) -> Figure:
    """The figure without its numbers, if it is hidden."""
    return Figure(shown.area, Status.SUPPRESSED) if is_hidden else shown
