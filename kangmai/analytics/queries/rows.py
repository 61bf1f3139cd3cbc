"""The rows behind a figure."""

from typing import Any
from uuid import UUID

from kangmai.analytics import rules
from kangmai.analytics.engines.measure import Measure
from kangmai.analytics.errors import RowsNotTraceable
from kangmai.analytics.indicators import definition
from kangmai.analytics.indicators.counting import opened, tables_of, why_not
from kangmai.analytics.indicators.definition import Indicator, get_indicator
from kangmai.analytics.indicators.reporting import Reporting, reporting_of
from kangmai.analytics.lake.manifest import Manifest
from kangmai.analytics.lake.pseudonyms import residents_of
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.published import ColumnType, published_views
from kangmai.analytics.queries.lakes import lake
from kangmai.analytics.types import Engine
from kangmai.kernel.actor import Actor, require, subtree
from kangmai.standards.periods import Period

ROWS_PAGE = 50


def rows_behind(
    *,
    indicator: str,
    period: Period,
    area: str,
    institution: str = "",
    in_part: bool | None = None,
    after: str = "",
    limit: int = ROWS_PAGE,
    actor: Actor,
) -> list[str]:
    """The ids of the rows that make a figure, in order, those after `after`; who they are the owning room says.

    Args:
        institution: only those of this institution in the area.
        in_part: only those in the numerator (True) or those in the denominator alone (False).

    Raises:
        NotPermitted: the permission `indicators.rows` is missing for this area.
        RowsNotTraceable: the figure's rows cannot be opened, or not by institution.
    """
    require(actor, rules.ROWS, area)
    rule = get_indicator(indicator, period=period)
    whole = lake()
    manifest = whole.find_manifest()
    if (
        rule.counted is None
        or not rule.opens
        or (institution and not rule.counted.rows.institution)
    ):
        raise RowsNotTraceable(indicator=indicator)
    if manifest is None or why_not(rule, manifest, period) is not None:
        return []
    return _ids(rule, whole, manifest, period, area, institution, in_part, after)[:limit]


def _ids(
    rule: Indicator,
    whole: Lake,
    manifest: Manifest,
    period: Period,
    area: str,
    institution: str,
    in_part: bool | None,
    after: str,
) -> list[str]:
    """All ids behind a figure, sorted, from the place after `after`."""
    from kangmai.analytics.engines.expression import behind

    measure = rule.counted
    assert measure is not None
    key = definition.OPENED_BY[rule.opens]
    reach = subtree(area)
    with opened(whole, tables_of(rule, manifest, period), Engine.DUCKDB) as tables:
        rows = behind(measure, tables, period)
        place = _counted_in(rows, measure, reporting_of(whole, manifest, period), area)
        rows = rows.filter(place >= reach.low, place < reach.high)
        if institution:
            rows = rows.filter(rows[measure.rows.institution] == institution)
        if in_part is not None:
            rows = rows.filter(rows.in_part == in_part)
        found = rows.select(key).distinct().to_pyarrow().column(key).drop_null().to_pylist()
    if published_views()[measure.rows.view].columns[key].type is ColumnType.RESIDENT:
        found = [f"{each:012d}" for each in residents_of([UUID(each).bytes for each in found])]
    return sorted(each for each in found if each > after)


def _counted_in(rows: Any, measure: Measure, by: Reporting, area: str) -> Any:
    """Where rows are counted: in the area to which an institution or a zone reports, else where they lie."""
    place = rows[measure.rows.area]
    if measure.rows.stands and by.institutions:
        to = [(each.organization, each.reports_to) for each in by.institutions]
        place = rows[measure.rows.stands].cases(*to, else_=place)
    for zone in by.zones:
        if not subtree(zone.lies_in).covers(area):
            place = place.startswith(zone.lies_in).ifelse(zone.reports_to, place)
    return place
