"""What the statistical layers say of one day: series read, judged, chosen within the budget."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import psycopg

from kangmai.epidemic.surveillance import areas, city_series, counting, past_events, rule_book
from kangmai.epidemic.surveillance.alarm_budget import affordable_alpha
from kangmai.epidemic.surveillance.evidence import Evidence, Layer
from kangmai.epidemic.surveillance.nowcast import nowcast
from kangmai.epidemic.surveillance.series import Floats
from kangmai.epidemic.surveillance.types import Plan, Source, SourceKind
from kangmai.epidemic.surveillance.watch import daily, holidays, slow, space_time, weekly
from kangmai.kernel.actor import Label
from kangmai.standards.calendars import is_working_day

WEEK = 7
SHOWN_WEEKS, SHOWN_DAYS = 156, 56
"""How much of a series evidence keeps, for the officer to see."""


@dataclass(slots=True)
class Night:
    """Evidence of a day with the size of the search that found it."""

    evidence: list[Evidence] = field(default_factory=list)
    series: int = 0
    tests: int = 0
    others: int = 0
    """Tests whose attained level is not known: they cost the budget their whole alpha."""
    alpha: float = float("nan")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A judgement that may become evidence, with mean and dispersion for the budget."""

    evidence: Evidence
    p: float
    observed: float


def judge_day(database: psycopg.Connection, *, city: str, on: date, plan: Plan) -> Night:
    """Everything the statistical layers hold to be worth an officer's time on a day, within the budget."""
    night = Night()
    candidates: list[Candidate] = []
    means: list[Floats] = []
    spreads: list[Floats] = []
    units = city_series.units_of(city)
    for source in rule_book.sources(on).values():
        if "weekly" in source.layers:
            _weekly(database, source, units, on, plan, night, candidates, means, spreads)
        if "daily" in source.layers:
            _daily(database, source, units, on, plan, night, candidates, means, spreads)
        if "slow" in source.layers:
            _slow(database, source, units, on, plan, night, candidates)
        if "space-time" in source.layers:
            night.evidence += _clusters(database, source, units, on, plan)
    if means:
        night.alpha = affordable_alpha(
            np.concatenate(means),
            np.concatenate(spreads),
            least_cases=plan.least_cases,
            alarms=plan.chance_alarms_a_day,
            highest=plan.watch_alpha,
            others=night.others,
        )
        night.evidence += [
            each.evidence
            for each in candidates
            if each.p <= night.alpha and each.observed >= plan.least_cases
        ]
    return night


def history_weeks(plan: Plan) -> int:
    """How many weeks the weekly layer looks at."""
    return plan.history_years * weekly.YEAR + weekly.SEASON + 2


def _weekly(
    database: psycopg.Connection,
    source: Source,
    units: city_series.Units,
    on: date,
    plan: Plan,
    night: Night,
    candidates: list[Candidate],
    means: list[Floats],
    spreads: list[Floats],
) -> None:
    length = history_weeks(plan)
    tables = city_series.week_counts(database, source=source.id, units=units, on=on, weeks=length)
    known = city_series.known_weeks(database, source.id, on, length)
    touched = past_events.weigh_down(
        database, tables, source=source.id, names=units.names, on=on, weight=plan.event_weight
    )
    for condition, table in sorted(tables.items()):
        if rule_book.label(condition, on) is not Label.NORMAL:
            continue
        night.series += table.shape[1]
        weeks = table[length - known :]
        if len(weeks) <= weekly.FEWEST_WEEKS:
            continue
        factor = _nowcast_factor(database, source, condition, on, plan)
        now = weeks.copy()
        now[-1] = np.round(weeks[-1] * factor)
        said = weekly.judge(
            now,
            share=units.share,
            pool=units.pool,
            years=plan.history_years,
            sparse_total=plan.sparse_total,
            ends=(on,),
        )
        night.tests += int(np.isfinite(said.p).sum())
        means.append(said.expected[-1])
        spreads.append(said.dispersion[-1])
        limit = said.threshold(plan.watch_alpha)[-1]
        for unit in np.flatnonzero(said.p[-1] <= plan.watch_alpha):
            detail = _week_detail(
                weeks[:, unit], said, int(unit), on, plan, factor, touched.get(condition)
            )
            candidates.append(
                _candidate(
                    Layer.WEEKLY if said.is_regression[unit] else Layer.SPARSE,
                    weekly.REGRESSION if said.is_regression[unit] else weekly.POOLED,
                    source,
                    condition,
                    units.names[unit],
                    on,
                    observed=float(said.observed[-1, unit]),
                    expected=float(said.expected[-1, unit]),
                    threshold=max(float(limit[unit]), plan.least_cases - 1.0),
                    p=float(said.p[-1, unit]),
                    detail=detail,
                )
            )


def _daily(
    database: psycopg.Connection,
    source: Source,
    units: city_series.Units,
    on: date,
    plan: Plan,
    night: Night,
    candidates: list[Candidate],
    means: list[Floats],
    spreads: list[Floats],
) -> None:
    """Whole towns and above, and each institution that reports itself."""
    days = [on - timedelta(days=back) for back in reversed(range(city_series.DAYS_BACK))]
    kind = np.array([is_working_day(each) == is_working_day(on) for each in days])
    spells = past_events.spells(database, on=on, days=city_series.DAYS_BACK)
    for by_place in (False, True):
        if by_place and source.kind is not SourceKind.COUNTS:
            continue
        series = city_series.day_series(database, source, units, on, by_place=by_place)
        for condition, found in sorted(series.items()):
            names, towns, counts = found.names, found.towns, found.counts
            night.series += len(names)
            known = past_events.blank_days(
                counts,
                condition=condition,
                units=[
                    (town, int(name) if by_place else 0)
                    for name, town in zip(names, towns, strict=True)
                ],
                on=on,
                found=spells,
            )
            said = daily.judge(known, same_kind=kind, bases=found.bases)
            night.tests += int(np.isfinite(said.p).sum())
            means.append(said.expected)
            spreads.append(said.dispersion)
            for unit in np.flatnonzero(said.p <= plan.watch_alpha):
                detail = {
                    "days": [each.isoformat() for each in days[-SHOWN_DAYS:]],
                    "counts": [_or_none(x) for x in counts[-SHOWN_DAYS:, unit]],
                    "used": [bool(x) for x in kind[-SHOWN_DAYS:]],
                    "events": [
                        bool(x)
                        for x in np.isnan(known[-SHOWN_DAYS:, unit])
                        & ~np.isnan(counts[-SHOWN_DAYS:, unit])
                    ],
                    "dispersion": round(float(said.dispersion[unit]), 3),
                    "base": _or_none(said.base[unit]),
                }
                candidates.append(
                    _candidate(
                        Layer.DAILY,
                        daily.METHOD,
                        source,
                        condition,
                        towns[unit] if by_place else names[unit],
                        on,
                        observed=float(said.observed[unit]),
                        expected=float(said.expected[unit]),
                        threshold=max(float(said.threshold[unit]), plan.least_cases - 1.0),
                        p=float(said.p[unit]),
                        detail=detail,
                        place=names[unit] if by_place else "",
                    )
                )


def _slow(
    database: psycopg.Connection,
    source: Source,
    units: city_series.Units,
    on: date,
    plan: Plan,
    night: Night,
    candidates: list[Candidate],
) -> None:
    """Counties and the whole city: a slow rise is no matter of one town."""
    first = city_series.first_day(database, source.id)
    if first is None:
        return
    length = min(slow.LONGEST, (on - first).days + 1)
    names = units.names[len(units.towns) :]
    column = {name: n for n, name in enumerate(names)}
    tables: dict[str, Floats] = defaultdict(lambda: np.zeros((length, len(names))))
    for condition, county, back, cases in counting.county_days(
        database, source=source.id, on=on, count=length
    ):
        for name in {county, names[-1]} & column.keys():
            tables[condition][length - 1 - back, column[name]] += cases
    for condition, counts in sorted(tables.items()):
        said = slow.judge(counts, on=on)
        judged = int(np.isfinite(said.p).sum())
        night.series, night.tests = night.series + len(names), night.tests + judged
        night.others += judged
        for unit in np.flatnonzero(said.p <= plan.watch_alpha):
            days = holidays.spell(on, SHOWN_DAYS)
            since = int(said.since_days[unit])
            candidates.append(
                _candidate(
                    Layer.SLOW,
                    slow.METHOD,
                    source,
                    condition,
                    names[unit],
                    on,
                    observed=float(said.observed[unit]),
                    expected=float(said.expected[unit]),
                    threshold=float(said.expected[unit]),
                    p=float(said.p[unit]),
                    detail={
                        "days": [each.isoformat() for each in days],
                        "counts": [_or_none(x) for x in counts[-SHOWN_DAYS:, unit]],
                        "used": [n < SHOWN_DAYS - slow.WATCHED for n in range(SHOWN_DAYS)],
                        "since_days": since,
                        "statistic": round(float(said.statistic[unit]), 2),
                    },
                )
            )


def _clusters(
    database: psycopg.Connection, source: Source, units: city_series.Units, on: date, plan: Plan
) -> Iterator[Evidence]:
    length = int(plan.scan["days"])
    place = {name: i for i, name in enumerate(units.towns)}
    tables: dict[str, Floats] = defaultdict(lambda: np.zeros((length, len(units.towns))))
    for condition, area, _, back, cases, _ in counting.days(
        database, source=source.id, on=on, count=length, by_place=False
    ):
        if area in place and rule_book.label(condition, on) is Label.NORMAL:
            tables[condition][length - 1 - back, place[area]] += cases
    for condition, table in sorted(tables.items()):
        if table.sum() < plan.scan["least_cases"] or table[-1].sum() == 0:
            continue
        # a town without a case expects none, and no window of it can be a cluster
        present = np.flatnonzero(table.sum(axis=0))
        cluster = space_time.search(
            table[:, present],
            towns=tuple(units.towns[i] for i in present),
            positions=city_series.positions(units.towns)[present],
            population=units.share[present],
            nearest=int(plan.scan["nearest"]),
            replicates=int(plan.scan["replicates"]),
            recurrence_days=float(plan.scan["recurrence_days"]),
        )
        if cluster is None or cluster.cases < plan.least_cases:
            continue
        counties = {areas.county_of(each) for each in cluster.towns}
        home = counties.pop() if len(counties) == 1 else units.names[units.pool]
        yield Evidence(
            layer=Layer.SPACE_TIME,
            disease=rule_book.group_of(condition, on),
            area=cluster.towns[0] if len(cluster.towns) == 1 else home,
            day=on,
            source=source.id,
            observed=cluster.cases,
            expected=round(cluster.expected, 2),
            p=cluster.p,
            reason="a cluster in space and time",
            condition=condition,
            method=space_time.METHOD,
            detail={
                "towns": list(cluster.towns),
                "days": cluster.days,
                "recurrence_days": round(cluster.recurrence_days),
            },
        )


def _candidate(
    layer: Layer,
    method: str,
    source: Source,
    condition: str,
    area: str,
    on: date,
    *,
    observed: float,
    expected: float,
    threshold: float,
    p: float,
    detail: Mapping[str, object],
    place: str = "",
) -> Candidate:
    found = Evidence(
        layer=layer,
        disease=rule_book.group_of(condition, on),
        area=area,
        day=on,
        source=source.id,
        observed=observed,
        expected=round(expected, 4),
        p=p,
        reason=f"{observed:g} observed, {expected:.1f} expected",
        condition=condition,
        place=place,
        method=method,
        threshold=round(threshold, 2),
        detail=detail,
    )
    return Candidate(found, p, observed)


def _week_detail(
    weeks: Floats,
    said: weekly.Judged,
    unit: int,
    on: date,
    plan: Plan,
    factor: float,
    events: np.ndarray | None,
) -> dict[str, object]:
    """The baseline as the officer sees it: counts, which weeks were used, which were events."""
    length = len(weeks)
    used = weekly.baseline_weeks(
        length, is_regression=bool(said.is_regression[unit]), years=plan.history_years
    )
    shown = slice(max(0, length - SHOWN_WEEKS), length)
    ends = [on - timedelta(days=WEEK * back) for back in reversed(range(length))]
    taken_out = np.zeros(length, dtype=bool) if events is None else events[-length:]
    return {
        "weeks": [each.isoformat() for each in ends[shown]],
        "counts": [_or_none(x) for x in weeks[shown]],
        "used": [bool(x) for x in used[shown]],
        "events": [bool(x) for x in taken_out[shown]],
        "dispersion": round(float(said.dispersion[-1, unit]), 4),
        "nowcast": round(factor, 3),
        "high_alpha": plan.high_alpha,
        "watch_alpha": plan.watch_alpha,
    }


def _nowcast_factor(
    database: psycopg.Connection, source: Source, condition: str, on: date, plan: Plan
) -> float:
    """By how much the cases of the last seven days will grow when all reports are in; 1 where it is not known."""
    rows = database.execute(
        """SELECT day, reported_on FROM surveillance_occurrence
           WHERE source = %s AND condition = %s AND day > %s AND day <= %s AND reported_on >= day
             AND is_counted AND NOT is_withdrawn""",
        [source.id, condition, on - timedelta(days=plan.nowcast["days"]), on],
    ).fetchall()
    if len(rows) < plan.nowcast["least_cases"]:
        return 1.0
    days, reports = (np.array(column, dtype="datetime64[D]") for column in zip(*rows, strict=True))
    spell = int((np.datetime64(on) - days.min()).astype(int))
    if spell <= plan.nowcast["longest_delay_days"] or (reports == days).all():
        return 1.0
    said = nowcast(
        events=days,
        reports=reports,
        now=np.datetime64(on),
        longest_delay=plan.nowcast["longest_delay_days"],
        most_cases=max(300, 3 * len(rows)),
    )
    latest = slice(-WEEK, None)
    seen, final = float(said.observed[latest].sum()), float(np.nansum(said.estimate[latest]))
    return max(1.0, final / seen) if seen else 1.0


def _or_none(x: float) -> float | None:
    return None if np.isnan(x) else float(x)
