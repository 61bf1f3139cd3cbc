"""What the statistical layers say of one day: series read, judged, chosen within the budget."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import psycopg

from kangmai.epidemic.surveillance import areas, counting, past_events, rule_book
from kangmai.epidemic.surveillance.alarm_budget import affordable_alpha
from kangmai.epidemic.surveillance.evidence import Evidence, Layer
from kangmai.epidemic.surveillance.nowcast import nowcast
from kangmai.epidemic.surveillance.series import Floats
from kangmai.epidemic.surveillance.types import Plan, Source, SourceKind
from kangmai.epidemic.surveillance.watch import daily, space_time, weekly
from kangmai.kernel.actor import Label
from kangmai.standards.calendars import is_working_day
from kangmai.standards.geography import find_point
from kangmai.standards.population import find_population

WEEK = 7
DAYS_BACK = 70
SHOWN_WEEKS, SHOWN_DAYS = 156, 56
"""How much of a series evidence keeps, for the officer to see."""


@dataclass(slots=True)
class Night:
    """Evidence of a day with the size of the search that found it."""

    evidence: list[Evidence] = field(default_factory=list)
    series: int = 0
    tests: int = 0
    alpha: float = float("nan")


@dataclass(frozen=True, slots=True)
class Units:
    """The areas of a city as columns: towns first, then counties, then the city, with shares of its people."""

    names: tuple[str, ...]
    members: Floats
    """(towns, units): which town lies in which unit."""
    share: Floats
    towns: tuple[str, ...]

    @property
    def pool(self) -> int:
        """The city's own column."""
        return len(self.names) - 1


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
    units = units_of(city)
    for source in rule_book.sources(on).values():
        if "weekly" in source.layers:
            _weekly(database, source, units, on, plan, night, candidates, means, spreads)
        if "daily" in source.layers:
            _daily(database, source, units, on, plan, night, candidates, means, spreads)
        if "space-time" in source.layers:
            night.evidence += _clusters(database, source, units, on, plan)
    if means:
        night.alpha = affordable_alpha(
            np.concatenate(means),
            np.concatenate(spreads),
            least_cases=plan.least_cases,
            alarms=plan.chance_alarms_a_day,
            highest=plan.watch_alpha,
        )
        night.evidence += [
            each.evidence
            for each in candidates
            if each.p <= night.alpha and each.observed >= plan.least_cases
        ]
    return night


@lru_cache(maxsize=4)
def units_of(city: str) -> Units:
    """Towns, counties and the city itself as columns."""
    towns = areas.towns(city)
    # a district that stands alone is its own county
    counties = tuple(each for each in dict.fromkeys(map(areas.county_of, towns)) if each != city)
    names = (*towns, *counties, city)
    members = np.array([[float(areas.contains(name, town)) for name in names] for town in towns])
    people = _people(towns, counties or (city,))
    share = (people @ members) / people.sum()
    return Units(names, members, share, towns)


def week_counts(
    database: psycopg.Connection, *, source: str, units: Units, on: date, weeks: int
) -> dict[str, Floats]:
    """Weekly counts (weeks, units) that end on a day, by condition; areas outside the city are left out."""
    place = {name: i for i, name in enumerate(units.names)}
    found: dict[str, Floats] = {}
    town_count = len(units.towns)
    for condition, area, back, cases in counting.weeks(database, source=source, on=on, count=weeks):
        column = place.get(area)
        if column is None:
            continue
        table = found.setdefault(condition, np.zeros((weeks, len(units.names))))
        row = weeks - 1 - back
        if column < town_count:
            table[row] += cases * units.members[column]
        else:
            table[row, column] += cases
            if column != units.pool:
                table[row, units.pool] += cases
    return found


def history_weeks(plan: Plan) -> int:
    """How many weeks the weekly layer looks at."""
    return plan.history_years * weekly.YEAR + weekly.SEASON + 2


def _weekly(
    database: psycopg.Connection,
    source: Source,
    units: Units,
    on: date,
    plan: Plan,
    night: Night,
    candidates: list[Candidate],
    means: list[Floats],
    spreads: list[Floats],
) -> None:
    length = history_weeks(plan)
    tables = week_counts(database, source=source.id, units=units, on=on, weeks=length)
    known = _known_weeks(database, source.id, on, length)
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
                    threshold=float(limit[unit]),
                    p=float(said.p[-1, unit]),
                    detail=detail,
                )
            )


def _daily(
    database: psycopg.Connection,
    source: Source,
    units: Units,
    on: date,
    plan: Plan,
    night: Night,
    candidates: list[Candidate],
    means: list[Floats],
    spreads: list[Floats],
) -> None:
    """Whole towns and above, and each institution that reports itself."""
    days = [on - timedelta(days=back) for back in reversed(range(DAYS_BACK))]
    kind = np.array([is_working_day(each) == is_working_day(on) for each in days])
    spells = past_events.spells(database, on=on, days=DAYS_BACK)
    for by_place in (False, True):
        if by_place and source.kind is not SourceKind.COUNTS:
            continue
        series = _day_series(database, source, units, on, by_place=by_place)
        for condition, (names, towns, counts) in sorted(series.items()):
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
            said = daily.judge(known, same_kind=kind)
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
                        threshold=float(said.threshold[unit]),
                        p=float(said.p[unit]),
                        detail=detail,
                        place=names[unit] if by_place else "",
                    )
                )


def _clusters(
    database: psycopg.Connection, source: Source, units: Units, on: date, plan: Plan
) -> Iterator[Evidence]:
    length = int(plan.scan["days"])
    place = {name: i for i, name in enumerate(units.towns)}
    tables: dict[str, Floats] = defaultdict(lambda: np.zeros((length, len(units.towns))))
    for condition, area, _, back, cases in counting.days(
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
            positions=_positions(units.towns)[present],
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


def _known_weeks(database: psycopg.Connection, source: str, on: date, most: int) -> int:
    """For how many weeks a source has been speaking: before, its silence is not zero."""
    row = database.execute(
        "SELECT min(day) FROM surveillance_daily WHERE source = %s", [source]
    ).fetchone()
    if row is None or row[0] is None:
        return 0
    return min(most, (on - row[0]).days // WEEK + 1)


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


def _day_series(
    database: psycopg.Connection, source: Source, units: Units, on: date, *, by_place: bool
) -> dict[str, tuple[list[str], list[str], Floats]]:
    """By condition: names of the units, their towns, and counts (days, units), NaN where nobody reported."""
    rows = counting.days(database, source=source.id, on=on, count=DAYS_BACK, by_place=by_place)
    if by_place:
        return _place_series(rows)
    blank = 0.0 if source.kind is not SourceKind.COUNTS else np.nan
    place = {name: i for i, name in enumerate(units.towns)}
    found: dict[str, tuple[list[str], list[str], Floats]] = {}
    tables: dict[str, Floats] = defaultdict(lambda: np.full((DAYS_BACK, len(units.towns)), blank))
    for condition, area, _, back, cases in rows:
        if area in place:
            cell = tables[condition][DAYS_BACK - 1 - back]
            cell[place[area]] = np.nansum([cell[place[area]], cases])
    for condition, table in tables.items():
        whole = np.nan_to_num(table) @ units.members
        silent = (np.isfinite(table).astype(float) @ units.members) == 0
        whole[silent] = np.nan
        found[condition] = (list(units.names), list(units.names), whole)
    return found


def _place_series(
    rows: Sequence[tuple[str, str, int, int, int]],
) -> dict[str, tuple[list[str], list[str], Floats]]:
    found: dict[str, tuple[list[str], list[str], Floats]] = {}
    for condition in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == condition]
        places = sorted({(place, area) for _, area, place, _, _ in mine})
        column = {place: i for i, (place, _) in enumerate(places)}
        table = np.full((DAYS_BACK, len(places)), np.nan)
        for _, _, place, back, cases in mine:
            table[DAYS_BACK - 1 - back, column[place]] = cases
        found[condition] = ([str(p) for p, _ in places], [area for _, area in places], table)
    return found


def _people(towns: Sequence[str], counties: Sequence[str]) -> Floats:
    """People of each town: its county's, in equal parts where the town's own are not known."""
    by_county: dict[str, float] = {}
    for county in counties:
        known = find_population(county, year=2100)
        by_county[county] = float(known.residents) if known else 1.0
    sizes = {c: sum(areas.county_of(t) == c for t in towns) for c in counties}
    return np.array([by_county[areas.county_of(t)] / sizes[areas.county_of(t)] for t in towns])


@lru_cache(maxsize=4)
def _positions(towns: tuple[str, ...]) -> Floats:
    """Kilometres east and north, good enough within a city."""
    points = [find_point(each) for each in towns]
    known = [(p.longitude, p.latitude) for p in points if p]
    centre = np.mean(known, axis=0) if known else np.zeros(2)
    degrees = np.array([(p.longitude, p.latitude) if p else centre for p in points])
    scale = 111.2 * np.array([np.cos(np.radians(centre[1])), 1.0])
    return np.asarray((degrees - centre) * scale)


def _or_none(x: float) -> float | None:
    return None if np.isnan(x) else float(x)
