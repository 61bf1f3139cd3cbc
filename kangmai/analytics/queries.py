"""Reads of figures and of the lake, each within what the actor may see."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from kangmai.analytics import rules
from kangmai.analytics.engines.measure import Measure
from kangmai.analytics.errors import AreaUnknown, FreezeUnknown, LakeUnplaced, RowsNotTraceable
from kangmai.analytics.indicators import definition, outside
from kangmai.analytics.indicators.counting import opened, tables_of, why_not
from kangmai.analytics.indicators.definition import Indicator, get_indicator, year_before
from kangmai.analytics.indicators.freezing import freeze_of
from kangmai.analytics.indicators.reporting import Reporting, reporting_of
from kangmai.analytics.indicators.results import result, suppressed_result
from kangmai.analytics.indicators.rollup import next_below
from kangmai.analytics.indicators.targets import find_target
from kangmai.analytics.lake.manifest import Manifest
from kangmai.analytics.lake.pseudonyms import residents_of
from kangmai.analytics.lake.store import Lake, lake_at
from kangmai.analytics.lake.verifying import Finding, verify
from kangmai.analytics.models import FrozenFigure, OutsideFigure
from kangmai.analytics.published import ColumnType, published_views
from kangmai.analytics.types import (
    By,
    Card,
    Elsewhere,
    Engine,
    Form,
    Freeze,
    LakeState,
    Received,
    Result,
)
from kangmai.kernel.actor import Actor, is_permitted, require, subtree
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period

ROWS_PAGE = 50


def lake() -> Lake:
    """The lake of this installation. Raises LakeUnplaced, LakePlaceIncorrect."""
    if settings.LAKE is None:
        raise LakeUnplaced()
    return lake_at(settings.LAKE, endpoint=settings.LAKE_ENDPOINT, region=settings.LAKE_REGION)


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
    exact = rules.sees_exactly(actor, area) and not as_published
    rule = get_indicator(indicator, period=period)
    if not exact and by is By.INSTITUTION:
        require(actor, rules.READ, area)
    if rule.form is Form.OUTSIDE:
        return outside.result(rule, period=period, area=area, by=by)
    whole = lake()
    manifest = whole.get_manifest(manifest_id) if manifest_id else whole.find_manifest()
    return result(
        rule, whole, manifest, period=period, area=area, by=by, engine=engine, exact=exact
    )


def card(*, indicator: str, period: Period, area: str, by: By | None = None, actor: Actor) -> Card:
    """Everything there is to say of a figure. Raises as `compute`."""
    rule = get_indicator(indicator, period=period)
    chosen = by or next_below(area)
    now = compute(indicator=indicator, period=period, area=area, by=chosen, actor=actor)
    before = compute(indicator=indicator, period=year_before(period), area=area, actor=actor)
    exact = rules.sees_exactly(actor, area)
    return Card(
        result=now,
        earlier=before,
        freezes=freezes(indicator=indicator, period=period, area=area, actor=actor)
        if exact
        else (),
        goal=find_target(rule, period=period, area=area),
        opens=rule.opens if exact else "",
        elsewhere=_elsewhere(rule, period, area),
        received=_received(indicator, period, area),
    )


def _elsewhere(rule: Indicator, period: Period, area: str) -> tuple[Elsewhere, ...]:
    """The reporting rules that were applied to a figure of now."""
    whole = lake() if rule.counted else None
    manifest = whole.find_manifest() if whole else None
    if whole is None or manifest is None:
        return ()
    stands = any(measure.rows.stands for measure in rule.measures())
    return reporting_of(whole, manifest, period).touching(area, stands=stands)


def _received(indicator: str, period: Period, area: str) -> tuple[Received, ...]:
    rows = OutsideFigure.objects.filter(
        indicator=indicator, area=area, period_start=period.start, period_end=period.end
    )
    return tuple(outside.received_of(row) for row in rows.order_by("-id")[:ROWS_PAGE])


def received(
    *, area: str, after: str = "", limit: int = ROWS_PAGE, actor: Actor
) -> tuple[tuple[Received, ...], str]:
    """Figures from outside of an area and all below it, the latest first, and the next page's cursor.

    Raises:
        AreaUnknown, NotPermitted.
    """
    if find_division(area) is None:
        raise AreaUnknown(area=area[:20])
    if not is_permitted(actor, rules.INTAKE, area):
        require(actor, rules.READ, area)
    reach = subtree(area)
    rows = OutsideFigure.objects.filter(area__gte=reach.low, area__lt=reach.high).order_by("-id")
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return tuple(outside.received_of(each) for each in found[:limit]), following


def received_ids() -> frozenset[str]:
    """The indicators of which any figure from outside was taken in; that there is one is no secret."""
    return outside.received_ids()


def freezes(*, indicator: str, period: Period, area: str, actor: Actor) -> tuple[Freeze, ...]:
    """What was frozen of a figure, newest first. Raises NotPermitted."""
    require(actor, rules.READ, area)
    rows = FrozenFigure.objects.filter(
        indicator=indicator, area=area, period_start=period.start, period_end=period.end
    )
    return tuple(freeze_of(row) for row in rows.order_by("-frozen_at", "-id"))


def get_freeze(*, freeze_id: UUID, actor: Actor) -> Freeze:
    """A frozen figure. Raises FreezeUnknown, also where it is of an area outside the actor's."""
    row = FrozenFigure.objects.filter(id=freeze_id).first()
    if row is None:
        raise FreezeUnknown(freeze=freeze_id)
    require(actor, rules.READ, row.area)
    return freeze_of(row)


def published(*, freeze_id: UUID, actor: Actor) -> Result:
    """A frozen figure as those outside its area may see it: small numbers hidden in the whole city's tree.

    The tree is counted from the manifest that the figure was frozen with.

    Raises:
        FreezeUnknown, NotPermitted, LakeBroken.
    """
    frozen = get_freeze(freeze_id=freeze_id, actor=actor).result
    rule = definition.find_indicator(frozen.indicator, on=frozen.rule_from)
    if rule is None or rule.form is Form.OUTSIDE or not rule.suppress_below:
        return frozen
    whole = lake()
    return suppressed_result(rule, whole, whole.get_manifest(frozen.manifest), frozen)


def rows_behind(
    *,
    indicator: str,
    period: Period,
    area: str,
    in_part: bool | None = None,
    after: str = "",
    limit: int = ROWS_PAGE,
    actor: Actor,
) -> list[str]:
    """The ids of the rows that make a figure, in order, those after `after`; who they are the owning room says.

    Args:
        in_part: only those in the numerator (True) or those in the denominator alone (False).

    Raises:
        NotPermitted: the permission `indicators.rows` is missing for this area.
        RowsNotTraceable: the figure's rows cannot be opened.
    """
    require(actor, rules.ROWS, area)
    rule = get_indicator(indicator, period=period)
    whole = lake()
    manifest = whole.find_manifest()
    if rule.counted is None or not rule.opens:
        raise RowsNotTraceable(indicator=indicator)
    if manifest is None or why_not(rule, manifest, period) is not None:
        return []
    return _ids(rule, whole, manifest, period, area, in_part, after)[:limit]


def _ids(
    rule: Indicator,
    whole: Lake,
    manifest: Manifest,
    period: Period,
    area: str,
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
        if in_part is not None:
            rows = rows.filter(rows.in_part == in_part)
        found = rows.select(key).distinct().to_pyarrow().column(key).drop_null().to_pylist()
    if published_views()[measure.rows.view].columns[key].type is ColumnType.RESIDENT:
        found = [f"{each:012d}" for each in residents_of(found)]
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


def lake_state(*, actor: Actor) -> LakeState | None:
    """What is in the lake, or None where nothing is. Raises NotPermitted."""
    require(actor, rules.MANAGE)
    manifest = lake().find_manifest()
    if manifest is None:
        return None
    tables = manifest.tables
    return LakeState(
        manifest=manifest.id,
        cutoff=manifest.cutoff.at,
        rows={name: table.rows for name, table in tables.items()},
        bytes=sum(p.bytes for table in tables.values() for p in table.partitions),
    )


def cutoff() -> datetime | None:
    """Up to when the figures of now are counted."""
    manifest = lake().find_manifest()
    return manifest.cutoff.at if manifest else None


def verify_lake(*, actor: Actor) -> Iterator[Finding]:
    """Every file that is not what the manifest says. Raises NotPermitted, LakeEmpty, LakeBroken."""
    require(actor, rules.MANAGE)
    whole = lake()
    return verify(whole, whole.get_manifest())


def area_of(actor: Actor) -> str:
    """The area whose figures an actor sees first: that of the first grant that lets him see any, or ""."""
    for grant in actor.grants:
        if rules.READ in grant.permissions or "*" in grant.permissions:
            for place in grant.places:
                code = f"{place.low}00" if len(place.low) == 4 else place.low
                if find_division(code) is not None:
                    return code
    return ""
