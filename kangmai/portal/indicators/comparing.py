"""What moved and why, who is behind, how institutions and counties stand beside each other: in the page's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.analytics import queries, rules
from kangmai.analytics.rules import (
    Behind,
    Cause,
    FunnelPlace,
    Indicator,
    Movement,
    Standing,
    trend_periods,
)
from kangmai.analytics.types import By, Direction, Figure, Form, Result
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.indicators import drawing, presenters
from kangmai.portal.indicators.asking import Asked, named, written
from kangmai.portal.indicators.presenters import Change, area_name, number, said
from kangmai.registry import queries as registry

MOVED_SHOWN = 5
CAUSES_SHOWN = 2
FUNNEL_FORMS = (Form.SHARE,)


@dataclass(frozen=True, slots=True)
class CauseRow:
    """What one area did to the figure of the whole."""

    name: str
    before: str
    now: str
    rate: str
    mix: str
    both: str
    tone: str
    address: str


@dataclass(frozen=True, slots=True)
class Moved:
    """An indicator that moved, with its largest causes."""

    title: str
    before: str
    now: str
    unit: str
    change: Change
    causes: tuple[CauseRow, ...]
    address: str


def moved(found: Iterable[Movement], asked: Asked) -> list[Moved]:
    """Movements with the largest of their causes."""
    return [_moved(each, asked) for each in found]


def _moved(of: Movement, asked: Asked) -> Moved:
    assert of.difference is not None
    return Moved(
        title=said(of.rule.title),
        before=presenters.shown(of.before.total, name="", rule=of.rule).value,
        now=presenters.shown(of.now.total, name="", rule=of.rule).value,
        unit=said(of.rule.unit),
        change=presenters.moved_by(of.difference, of.rule),
        causes=tuple(cause(each, of.rule, asked) for each in of.causes[:CAUSES_SHOWN] if each.both),
        address=asked.address("indicator-why", of.rule.id, against="week", by=""),
    )


def cause(of: Cause, rule: Indicator, asked: Asked) -> CauseRow:
    """What one area did, in words."""
    return CauseRow(
        name=area_name(of.area) if of.area else _("not placed further"),
        before=_written(of.before, rule),
        now=_written(of.now, rule),
        rate=f"{of.rate:+,}",
        mix=f"{of.mix:+,}" if of.mix is not None else "",
        both=f"{of.both:+,}",
        tone=presenters.moved_by(of.both, rule).tone,
        address=asked.address("indicator", rule.id, area=of.area, by="") if of.area else "",
    )


def _written(figure: Figure | None, rule: Indicator) -> str:
    if figure is None:
        return ""
    return presenters.shown(figure, name="", rule=rule).value


@dataclass(frozen=True, slots=True)
class BehindRow:
    """A figure that has not reached its target."""

    title: str
    area: str
    value: str
    target: str
    gap: str
    unit: str
    since: str
    valid: str
    source: str
    is_verified: bool
    address: str


def behind(found: Iterable[Behind], asked: Asked) -> list[BehindRow]:
    """Who is behind, the furthest first."""
    return [
        BehindRow(
            title=said(each.rule.title),
            area=area_name(each.figure.area),
            value=f"{each.figure.value:,}",
            target=f"{each.goal.value:,}",
            gap=f"{each.gap:,}",
            unit=said(each.rule.unit),
            since=named(each.since) if each.since else "",
            valid=f"{each.goal.start}–{each.goal.end or ''}",
            source=each.goal.source,
            is_verified=each.goal.is_verified,
            address=asked.address("indicator", each.rule.id, area=each.figure.area, by=""),
        )
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class BehindGroup:
    """An indicator of which the area asked for, or parts of it, are behind the target."""

    own: BehindRow | None
    """The whole area, where it is behind itself."""
    parts: tuple[BehindRow, ...]
    """Parts of it that are behind, the furthest first."""

    @property
    def first(self) -> BehindRow:
        return self.own or self.parts[0]

    @property
    def others(self) -> int:
        """How many parts are behind besides the furthest."""
        return max(0, len(self.parts) - 1)


def behind_by_indicator(found: Iterable[Behind], asked: Asked) -> list[BehindGroup]:
    """The same by indicator, in the order in which each first comes."""
    groups: dict[str, list[Behind]] = {}
    for each in found:
        groups.setdefault(each.rule.id, []).append(each)
    return [
        BehindGroup(
            next(iter(behind((one for one in some if one.figure.area == asked.area), asked)), None),
            tuple(behind((one for one in some if one.figure.area != asked.area), asked)),
        )
        for some in groups.values()
    ]


@dataclass(frozen=True, slots=True)
class Small:
    """The trend of one area among its neighbours."""

    name: str
    value: str
    has_value: bool
    change: Change | None
    is_behind: bool
    address: str
    chart: drawing.Small


@dataclass(frozen=True, slots=True)
class Smalls:
    """Trends of all areas on one scale, and their table."""

    charts: tuple[Small, ...]
    low: str
    high: str
    first: str
    last: str
    periods: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def series(rule: Indicator, asked: Asked, actor: Actor) -> list[Result]:
    """The figure over periods of the same kind up to this one, with the counties or towns where it has them."""
    by = rules.next_below(asked.area)
    level = by if by in (By.COUNTY, By.TOWN) else None
    return [
        queries.compute(indicator=rule.id, period=each, area=asked.area, by=level, actor=actor)
        for each in trend_periods(asked.period)
        if each.latest_day >= rule.effective_from
    ]


def smalls(results: list[Result], rule: Indicator, asked: Asked) -> Smalls | None:
    """Small trends of the parts; None where there is one point, or no part."""
    codes = [each.area for each in results[-1].parts if each.area] if results else []
    tables = [{each.area: each for each in result.parts} for result in results]
    lines = {code: [_number_of(table.get(code)) for table in tables] for code in codes}
    whole = [number(each.total.value) for each in results]
    reach = drawing.common_reach(
        [*lines.values(), whole], most=rule.per if rule.form is Form.SHARE else float("inf")
    )
    if reach is None or len(results) < 2 or not codes:
        return None
    last, first = tables[-1], tables[0]
    digits = rule.digits if rule.form is not Form.COUNT else 0
    return Smalls(
        charts=tuple(
            Small(
                name=area_name(code),
                value=presenters.shown(last[code], name="", rule=rule).value,
                has_value=last[code].value is not None,
                change=presenters.change(last[code], first.get(code), rule),
                is_behind=rules.is_behind(last[code], rule, presenters.target_of(rule, asked.period, code)),
                address=asked.address("indicator", rule.id, area=code, by=""),
                chart=drawing.small(lines[code], whole, reach),
            )
            for code in codes
        ),
        low=f"{reach[0]:,.{digits}f}",
        high=f"{reach[1]:,.{digits}f}",
        first=named(results[0].period),
        last=named(results[-1].period),
        periods=tuple(named(each.period) for each in results),
        rows=tuple(
            (area_name(code), tuple(_written(table.get(code), rule) for table in tables))
            for code in codes
        ),
    )  # fmt: skip


def _number_of(figure: Figure | None) -> float | None:
    return number(figure.value) if figure else None


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """An institution outside its limits."""

    name: str
    value: str
    fraction: str
    limits: str
    word: str
    tone: str
    address: str


@dataclass(frozen=True, slots=True)
class FunnelCard:
    """Institutions held against what chance alone reaches."""

    drawing: drawing.Drawing
    count: int
    within: int
    share: str
    spread: str
    is_wide: bool
    rows: tuple[FunnelRow, ...]
    every: tuple[FunnelRow, ...]
    address: str


def funnel(rule: Indicator, asked: Asked, actor: Actor) -> FunnelCard | None:
    """The institutions of an area as a funnel; None where they are not compared, or not to be seen."""
    has_places = rule.counted is not None and bool(rule.counted.rows.institution)
    if rule.form not in FUNNEL_FORMS or not has_places:
        return None
    if not is_permitted(actor, rules.READ, asked.area):
        return None
    found = queries.compute(
        indicator=rule.id, period=asked.period, area=asked.area, by=By.INSTITUTION, actor=actor
    )
    places = [
        (each.area, each.numerator or 0, each.denominator or 0) for each in found.parts if each.area
    ]
    made = rules.funnel(places)
    if made is None:
        return None
    ids = {int(each.code) for each in made.places if each.code.isdigit()}
    titles = registry.names_by_id(ids=ids, language=get_language() or "zh")
    names = {str(id): name for id, name in titles.items()}
    every = [_funnel_row(each, rule, names, asked) for each in _worst_first(made.places, rule)]
    outside = [each for each in every if each.word]
    return FunnelCard(
        drawing=drawing.funnel(made, per=rule.per, names=names, unit=said(rule.unit)),
        count=len(every),
        within=len(every) - len(outside),
        share=f"{made.share * rule.per:.{rule.digits}f}",
        spread=f"{made.spread:.1f}",
        is_wide=made.is_wide,
        rows=tuple(outside),
        every=tuple(every),
        address=asked.address("indicator", rule.id, by=By.INSTITUTION.value),
    )


def _worst_first(places: Iterable[FunnelPlace], rule: Indicator) -> list[FunnelPlace]:
    order = list(Standing)
    sign = -1 if rule.direction is Direction.DOWN else 1
    return sorted(places, key=lambda each: (sign * order.index(each.standing), sign * each.share))


def _funnel_row(of: FunnelPlace, rule: Indicator, names: dict[str, str], asked: Asked) -> FunnelRow:
    low, high = (f"{each * rule.per:.{rule.digits}f}" for each in (of.limits.low_95, of.limits.high_95))  # fmt: skip
    is_high = of.standing in (Standing.ABOVE, Standing.FAR_ABOVE)
    good = rule.direction is not Direction.LEVEL and is_high is (rule.direction is Direction.UP)
    word = {
        Standing.FAR_BELOW: _("far below (99.8 %)"),
        Standing.BELOW: _("below (95 %)"),
        Standing.WITHIN: "",
        Standing.ABOVE: _("above (95 %)"),
        Standing.FAR_ABOVE: _("far above (99.8 %)"),
    }[of.standing]
    bad = "" if rule.direction is Direction.LEVEL else "danger"
    return FunnelRow(
        name=names.get(of.code, of.code),
        value=f"{of.share * rule.per:.{rule.digits}f}",
        fraction=f"{of.part:,} / {of.whole:,}",
        limits=f"{low} – {high}",
        word=word,
        tone="good" if good else bad,
        address=asked.address("indicator-rows", rule.id, institution=of.code, by="")
        if rule.opens
        else "",
    )


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A time of one level."""

    period: str
    level: str
    change: Change | None


@dataclass(frozen=True, slots=True)
class LevelCard:
    """Months or quarters, and where their level changed."""

    drawing: drawing.Drawing
    rows: tuple[LevelRow, ...]
    points: tuple[tuple[str, presenters.Shown], ...]
    changed: int


def levels(rule: Indicator, asked: Asked, actor: Actor) -> LevelCard | None:
    """The level of an area's figure over months or quarters; None where too few of them have a value.

    Of what is not counted ahead only where a month or a quarter is asked for: a page does not wait for two dozen counts.
    """
    is_short = bool(rules.kinds_of(asked.period) & {"month", "quarter"})
    if not (rule.is_followed or is_short):
        return None
    found = queries.level_of_figure(
        indicator=rule.id, until=asked.period.end, area=asked.area, actor=actor
    )
    if found is None or len(found.results) < 2:
        return None
    names = [named(each.period) for each in found.results]
    digits = rule.digits if rule.form is not Form.COUNT else 0
    rows = []
    for at, run in enumerate(found.runs):
        before = found.runs[at - 1].level if at else None
        difference = None if before is None else presenters.rounded(run.level - before, digits)
        rows.append(
            LevelRow(
                period=f"{names[run.start]} – {names[run.end - 1]}",
                level=f"{run.level:,.{digits}f}",
                change=None if difference is None else presenters.moved_by(difference, rule),
            )
        )
    shown = (presenters.shown(each.total, name="", rule=rule) for each in found.results)
    return LevelCard(
        drawing=drawing.levels(found, names=[written(each.period) for each in found.results], digits=digits),
        rows=tuple(rows),
        points=tuple(zip(names, shown, strict=True)),
        changed=len(found.runs) - 1,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quality:
    """What is to say of the data as a whole."""

    age_hours: int | None
    is_old: bool
    counted: int
    absent: tuple[tuple[str, str, str], ...]
    """Indicators without data: name, why, address."""
    thin: tuple[tuple[str, str, str], ...]
    """Of which too little is known: name, how much, address."""
    unverified: int
    checks: tuple[tuple[str, str, str], ...]
    """The figures of data quality: name, value, address."""


OLD_HOURS = 36
CHECKS = ("dq_complete", "dq_consist", "dq_dup")


def quality(every: Iterable[Indicator], asked: Asked, actor: Actor, at: datetime) -> Quality:
    """How far the figures of an area and period can be trusted."""
    counted = [each for each in every if each.counted and each.counts(asked.period)]
    reasons = [
        (each, queries.reason_without(indicator=each.id, period=asked.period)) for each in counted
    ]
    found = [
        (
            each,
            queries.compute(indicator=each.id, period=asked.period, area=asked.area, actor=actor),
        )
        for each in counted
        if each.least_known is not None or each.id in CHECKS
    ]
    taken = queries.cutoff()
    age = int((at - taken).total_seconds() // 3600) if taken else None
    return Quality(
        age_hours=age,
        is_old=age is not None and age > OLD_HOURS,
        counted=len(counted),
        absent=tuple(
            (said(rule.title), said(reason), asked.address("indicator", rule.id, by=""))
            for rule, reason in reasons
            if reason is not None
        ),
        thin=tuple(
            (said(rule.title), presenters.completeness(result.total, rule), asked.address("indicator-card", rule.id, by=""))
            for rule, result in found
            if presenters.is_thin(result.total, rule)
        ),
        unverified=sum(not each.is_verified for each in counted),
        checks=tuple(
            (said(rule.title), f"{result.total.value:,} {said(rule.unit)}", asked.address("indicator", rule.id, by=""))
            for rule, result in found
            if rule.id in CHECKS and result.total.value is not None
        ),
    )  # fmt: skip
