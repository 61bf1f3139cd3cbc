"""What a setting would have done in the last year: every week of it judged as if it were the newest."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg

from kangmai.epidemic.surveillance import city_series, night, past_events, rule_book
from kangmai.epidemic.surveillance.series import Floats
from kangmai.epidemic.surveillance.types import Setting
from kangmai.epidemic.surveillance.watch import percentile, weekly
from kangmai.kernel.actor import Label
from kangmai.standards.divisions import cities

WEEKS = 52


def compare(
    database: psycopg.Connection, *, on: date, standing: Setting, proposed: Setting
) -> dict[str, Any]:
    """Alarms of the weekly layer by setting over a year, and which confirmed events each would have met.

    The budget is left out, so that the numbers show the setting alone. Events known today are taken out of
    the baselines, not out of the weeks that are judged. What the year does not hold cannot be said: without
    series the answer is empty.
    """
    found: dict[str, Any] = {
        "weeks": 0,
        "series": 0,
        "standing": _empty(),
        "proposed": _empty(),
        "national": None,
    }
    for city in cities():
        units = city_series.units_of(city)
        plan = rule_book.plan(on)
        length = night.history_weeks(plan) + WEEKS
        for source in rule_book.sources(on).values():
            if "weekly" in source.layers:
                tables = city_series.week_counts(
                    database, source=source.id, units=units, on=on, weeks=length
                )
                raw = {condition: table.copy() for condition, table in tables.items()}
                past_events.weigh_down(
                    database,
                    tables,
                    source=source.id,
                    names=units.names,
                    on=on,
                    weight=plan.event_weight,
                )
                known = city_series.known_weeks(database, source.id, on, length)
                _add(database, found, tables, raw, units, on, known, standing, proposed)
    return found


def _add(
    database: psycopg.Connection,
    found: dict[str, Any],
    tables: dict[str, Floats],
    raw: dict[str, Floats],
    units: city_series.Units,
    on: date,
    known: int,
    standing: Setting,
    proposed: Setting,
) -> None:
    """Judge the weeks of each condition since its source has been speaking: a disease that is new began at none."""
    plan = rule_book.plan(on)
    for condition, table in sorted(tables.items()):
        if rule_book.label(condition, on) is not Label.NORMAL:
            continue
        table = table[len(table) - known :]
        latest = min(WEEKS, len(table) - weekly.FEWEST_WEEKS - 1)
        if latest < 1:
            continue
        said = weekly.judge(
            table,
            share=units.share,
            pool=units.pool,
            years=plan.history_years,
            sparse_total=plan.sparse_total,
            latest=latest,
            observed=raw[condition][-latest:],
            ends=[on - timedelta(days=7 * back) for back in reversed(range(latest))],
        )
        _compare_with_nation(found, condition, raw[condition][-len(table) :], units, on, latest)
        found["weeks"] = max(found["weeks"], latest)
        found["series"] += table.shape[1]
        events = _events(database, condition, units, on, latest)
        for name, setting in (("standing", standing), ("proposed", proposed)):
            enough = said.observed >= setting.least_cases
            _count(found[name], condition, (said.p <= setting.watch_alpha) & enough, events)
            found[name]["high"] += int(((said.p <= setting.high_alpha) & enough).sum())


def _compare_with_nation(
    found: dict[str, Any],
    condition: str,
    weeks: Floats,
    units: city_series.Units,
    on: date,
    latest: int,
) -> None:
    """Add what the national percentile method would have signalled in the counties; what it does not judge, not."""
    rule = rule_book.percentile_rule(condition, on)
    counties = weeks[:, len(units.towns) : units.pool]
    if rule is None or not counties.size:
        return
    signals = percentile.alarms(counties, latest=latest, rule=rule)
    if signals is not None:
        said = found["national"] or {"alarms": 0, "by_condition": {}}
        by_condition = {**said["by_condition"], condition: signals}
        found["national"] = {"alarms": said["alarms"] + signals, "by_condition": by_condition}


def _events(
    database: psycopg.Connection, condition: str, units: city_series.Units, on: date, weeks: int
) -> list[tuple[int, int]]:
    """Week and column of the confirmed events of a condition."""
    rows = database.execute(
        """SELECT left(area_code, 9), first_day FROM surveillance_outbreak
           WHERE condition = %s AND confirmed_at IS NOT NULL AND first_day > %s AND first_day <= %s""",
        [condition, on - timedelta(days=7 * weeks), on],
    ).fetchall()
    place = {name: i for i, name in enumerate(units.names)}
    return [(weeks - 1 - (on - day).days // 7, place[area]) for area, day in rows if area in place]


def _count(
    said: dict[str, Any], condition: str, alarms: np.ndarray, events: list[tuple[int, int]]
) -> None:
    said["alarms"] += int(alarms.sum())
    by_condition = Counter(said["by_condition"])
    by_condition[condition] += int(alarms.sum())
    said["by_condition"] = dict(by_condition)
    said["events"] += len(events)
    said["met"] += sum(bool(alarms[week : week + 3, unit].any()) for week, unit in events)


def _empty() -> dict[str, Any]:
    return {"alarms": 0, "high": 0, "events": 0, "met": 0, "by_condition": {}}
