"""What confirmed events leave in the series, so that it can be taken out of later baselines.

An outbreak of last year, left in the baseline, would hide one of this year: beside the reweighting of the
regression itself, the cases of confirmed events count only with the plan's `event_weight` in weeks before
the one that is judged. Cases are those of the event's line list and those that its signals rest on; where
both count a cell, the larger number is taken, so that nobody is taken out twice.

Source: Farrington et al. 1996, J R Stat Soc A 159:547 (https://doi.org/10.2307/2983331), 3.6, on past
outbreaks in the baseline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import psycopg

from kangmai.epidemic.surveillance import areas, rule_book
from kangmai.epidemic.surveillance.series import Floats

_CASES = """
WITH confirmed AS (
    SELECT id, condition, area_code FROM surveillance_outbreak WHERE confirmed_at IS NOT NULL),
found AS (
    SELECT b.id, 'listed' AS kind, o.condition, o.area_code, o.day
    FROM confirmed b JOIN surveillance_line l ON l.outbreak_id = b.id
    JOIN surveillance_occurrence o ON o.source = %(source)s AND o.key = l.case_id
    WHERE l.case_id <> '' AND l.case_class <> 'not_a_case' AND o.is_counted AND NOT o.is_withdrawn
  UNION ALL
    SELECT b.id, 'listed', b.condition, coalesce(nullif(l.area_code, ''), b.area_code), l.onset_on
    FROM confirmed b JOIN surveillance_line l ON l.outbreak_id = b.id
    WHERE l.case_id = '' AND l.case_class <> 'not_a_case' AND l.onset_on IS NOT NULL
  UNION ALL
    SELECT id, 'seen', condition, area_code, day FROM (
        SELECT DISTINCT b.id, o.id AS occurrence, o.condition, o.area_code, o.day
        FROM confirmed b
        JOIN surveillance_signal s ON s.outbreak_id = b.id
        JOIN surveillance_signal m ON m.id = s.id OR m.merged_into_id = s.id
        JOIN surveillance_evidence e ON e.signal_id = m.id AND e.source = %(source)s
        CROSS JOIN unnest(e.cases) AS k (key)
        JOIN surveillance_occurrence o ON o.source = %(source)s AND o.key = k.key
        WHERE o.is_counted AND NOT o.is_withdrawn AND NOT EXISTS (
            SELECT FROM surveillance_line l
            WHERE l.outbreak_id = b.id AND l.case_id = k.key AND l.case_class = 'not_a_case')) AS seen),
cells AS (
    SELECT id, condition, left(area_code, 9) AS area, (%(on)s::date - day) / 7 AS back,
           greatest(count(*) FILTER (WHERE kind = 'listed'), count(*) FILTER (WHERE kind = 'seen')) AS cases
    FROM found WHERE day <= %(on)s::date - 7 AND day > %(on)s::date - 7 * %(weeks)s
    GROUP BY 1, 2, 3, 4)
SELECT condition, area, back, sum(cases)::int8 FROM cells GROUP BY 1, 2, 3"""

_DAYS = """
SELECT "group", area_code, coalesce(place_id, 0), first_day,
       coalesce((ended_at AT TIME ZONE 'Asia/Shanghai')::date, %(on)s::date)
FROM surveillance_outbreak
WHERE confirmed_at IS NOT NULL AND first_day <= %(on)s
  AND (ended_at IS NULL OR ended_at > %(on)s::date - %(days)s::int4)"""


@dataclass(frozen=True, slots=True)
class Spell:
    """The days of a confirmed event."""

    group: str
    area_code: str
    place_id: int
    first_day: date
    latest_day: date


def weigh_down(
    database: psycopg.Connection,
    tables: Mapping[str, Floats],
    *,
    source: str,
    names: tuple[str, ...],
    on: date,
    weight: float,
) -> dict[str, np.ndarray]:
    """Take the cases of confirmed events out of earlier weeks, but for their weight; returns the weeks touched.

    Args:
        tables: counts (weeks, units) by condition, the latest week ending on `on`; changed in place.
        names: the units, by code; a case counts in each that holds its area.
    """
    touched: dict[str, np.ndarray] = {}
    if not tables:
        return touched
    weeks = max(len(table) for table in tables.values())
    rows = database.execute(_CASES, {"source": source, "on": on, "weeks": weeks}).fetchall()
    for condition, area, back, cases in rows:
        table = tables.get(condition)
        if table is None or back >= len(table):
            continue
        inside = np.array([areas.contains(name, area) for name in names])
        if not inside.any():
            continue
        row = len(table) - 1 - back
        table[row] = np.maximum(0, table[row] - (1 - weight) * cases * inside)
        touched.setdefault(condition, np.zeros(len(table), dtype=bool))[row] = True
    return touched


def spells(database: psycopg.Connection, *, on: date, days: int) -> tuple[Spell, ...]:
    """The confirmed events of the days before."""
    rows = database.execute(_DAYS, {"on": on, "days": days}).fetchall()
    return tuple(Spell(*row) for row in rows)


def blank_days(
    counts: Floats,
    *,
    condition: str,
    units: list[tuple[str, int]],
    on: date,
    found: tuple[Spell, ...],
) -> Floats:
    """Daily counts without the days of confirmed events before the last one: no statement, not zero.

    Args:
        counts: (days, units), the last row is `on`.
        units: area and place of each column, place 0 for whole areas.
    """
    group = rule_book.group_of(condition, on)
    cleaned = counts.copy()
    first = on - timedelta(days=len(counts) - 1)
    for spell in found:
        if spell.group != group:
            continue
        mine = [
            (place == spell.place_id if place and spell.place_id else True)
            and areas.contains(spell.area_code, area)
            for area, place in units
        ]
        low = max(0, (spell.first_day - first).days)
        high = min(len(counts) - 1, (spell.latest_day - first).days + 1)
        if low < high:
            cleaned[low:high, np.array(mine)] = np.nan
    return cleaned
