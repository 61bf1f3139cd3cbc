"""Make a result: availability, counts, roll-up, and what is hidden from those outside the area."""

from collections.abc import Mapping
from dataclasses import replace

from kangmai.analytics import disclosure
from kangmai.analytics.errors import LakeBehind
from kangmai.analytics.indicators.counting import Counts, count, why_not
from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.indicators.reporting import NOWHERE, Reporting, reporting_of
from kangmai.analytics.indicators.rolled import rolled
from kangmai.analytics.indicators.rollup import (
    Amounts,
    check_level,
    divisions_below,
    figure,
    nearby,
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
    Form,
    Result,
    Status,
)
from kangmai.kernel.words import Words
from kangmai.standards.divisions import city_code_of
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
    if exact and engine is Engine.DUCKDB:
        known = rolled(indicator, lake, manifest, period, area, by)
        if known is not None:
            below = tuple(figure(indicator, code, each) for code, each in known[1].items())
            return _result(
                indicator, manifest, period, by, figure(indicator, area, known[0]), below, NO_WORDS
            )
    counts = count(indicator, lake, manifest, period, engine=engine)
    return rolled_up(indicator, lake, manifest, period, area, by, counts, exact=exact)


def rolled_up(
    indicator: Indicator,
    lake: Lake,
    manifest: Manifest,
    period: Period,
    area: str,
    by: By | None,
    counted: Counts,
    *,
    exact: bool,
) -> Result:
    """The figure of an area with its parts, of counts that were made from a manifest."""
    reporting = reporting_of(lake, manifest, period)
    counts = placed(indicator, counted, reporting)
    whole = figure(indicator, area, total(indicator, counts, area, reporting))
    amounts = parts(indicator, counts, area, by, reporting) if by else {}
    figures = tuple(figure(indicator, code, each) for code, each in amounts.items())
    if not exact:
        closed = hidden_areas(indicator, counts, area, reporting)
        whole = suppressed(whole, whole.area in closed)
        figures = tuple(suppressed(each, (each.area or f"{area}?") in closed) for each in figures)
    return _result(indicator, manifest, period, by, whole, figures, NO_WORDS)


def suppressed_result(
    indicator: Indicator, lake: Lake, manifest: Manifest, exact: Result
) -> Result:
    """A result that was counted from a manifest without what those outside its area do not see."""
    area, reporting = exact.total.area, reporting_of(lake, manifest, exact.period)
    counted = count(indicator, lake, manifest, exact.period, engine=Engine.DUCKDB)
    closed = hidden_areas(indicator, placed(indicator, counted, reporting), area, reporting)
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


def hidden_areas(
    indicator: Indicator, counts: Counts, area: str, reporting: Reporting = NOWHERE
) -> frozenset[str]:
    """The areas of the whole city whose figures an outsider does not see, the same for every question.

    What lies in an area and in none of its parts is a part of it, too, under `<area>?`. What lies in a zone that
    reports elsewhere is hidden whole: beside the sums it is a part of, it would give the rest away.
    """
    if not indicator.suppress_below:
        return frozenset()
    zones = _in_zones(indicator, counts, area, reporting)
    root = city_code_of(area) or area
    amounts = {root: total(indicator, counts, root, reporting)}
    children: dict[str, list[str]] = {}
    below = _open(indicator, counts, root, By.COUNTY, amounts, children, reporting)
    for level, by in ((By.COUNTY, By.TOWN), (By.TOWN, By.VILLAGE)):
        near = nearby(counts, level, reporting)
        below = [
            child
            for each in below
            for child in _open(indicator, near(each), each, by, amounts, children, reporting)
        ]
    return zones.union(
        *(
            disclosure.hidden(root, children, column, least=indicator.suppress_below)
            for column in _columns(indicator, amounts)
        )
    )


def _in_zones(
    indicator: Indicator, counts: Counts, area: str, reporting: Reporting
) -> frozenset[str]:
    """The area and its parts, as far as they lie in a zone that reports elsewhere."""
    if not reporting.zones:
        return frozenset()
    codes = {area}.union(
        *(parts(indicator, counts, area, by, reporting) for by in (By.COUNTY, By.TOWN, By.VILLAGE))
    )
    inside = reporting.zone_of(area) is not None
    return frozenset(
        code or f"{area}?" for code in codes if inside or (code and reporting.zone_of(code))
    )


def _open(
    indicator: Indicator,
    counts: Counts,
    area: str,
    by: By,
    amounts: dict[str, Amounts],
    children: dict[str, list[str]],
    reporting: Reporting,
) -> list[str]:
    """Put the parts of an area into the tree; returns those that have parts themselves."""
    below = parts(indicator, counts, area, by, reporting)
    named = {code or f"{area}?": each for code, each in below.items()}
    amounts.update(named)
    children[area] = list(named)
    return [code for code in named if not code.endswith("?")]


def _columns(indicator: Indicator, amounts: Mapping[str, Amounts]) -> list[dict[str, int]]:
    """The amounts that must each hold by itself. Of a ratio only what it is counted against is of people."""
    numerators = {area: each.numerator for area, each in amounts.items()}
    denominators = {area: each.denominator or 0 for area, each in amounts.items()}
    match indicator.form:
        case Form.SHARE:
            between = {area: denominators[area] - numerators[area] for area in amounts}
            return [denominators, numerators, between]
        case Form.RATIO:
            return [denominators]
        case _:
            return [numerators]
