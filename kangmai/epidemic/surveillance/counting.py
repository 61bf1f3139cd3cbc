"""The statements that keep occurrences and the daily series: each works on sets of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from kangmai.epidemic.surveillance.types import Completeness, Occurrence

COLUMNS: tuple[tuple[str, str], ...] = (
    ("source", "text"),
    ("key", "text"),
    ("condition", "text"),
    ("area_code", "text"),
    ("place_id", "int8"),
    ("reporter", "text"),
    ("day", "date"),
    ("reported_on", "date"),
    ("count", "int4"),
    ("deaths", "int4"),
    ("base", "int4"),
    ("label", "int2"),
    ("is_imported", "bool"),
    ("is_counted", "bool"),
    ("is_withdrawn", "bool"),
)
WINDOW_DAYS = 28
"""Who reported in so many days before a day is expected on it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place and day of a series, whose sum must be made anew."""

    source: str
    condition: str
    area_code: str
    place_id: int
    day: date


def lock(database: psycopg.Connection, what: str) -> None:
    """Let one at a time write a thing until the transaction ends."""
    database.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"surveillance {what}"]
    )


def put(
    database: psycopg.Connection, rows: Sequence[Occurrence], at: datetime
) -> tuple[set[tuple[str, str, str]], set[Cell]]:
    """Write occurrences; returns the keys of those new or changed, and the cells they touch, old and new."""
    if not rows:
        return set(), set()
    latest = {(each.source, each.key, each.condition): each for each in rows}
    values = [[_value(each, name) for each in latest.values()] for name, _ in COLUMNS]
    names = ", ".join(name for name, _ in COLUMNS)
    given = ", ".join(f"%s::{kind}[]" for _, kind in COLUMNS)
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name, _ in COLUMNS[3:])
    mine = ", ".join(f"o.{name}" for name, _ in COLUMNS[3:])
    theirs = ", ".join(f"EXCLUDED.{name}" for name, _ in COLUMNS[3:])
    before = database.execute(
        """SELECT o.source, o.condition, left(o.area_code, 9), coalesce(o.place_id, 0), o.day
           FROM surveillance_occurrence o JOIN unnest(%s::text[], %s::text[], %s::text[]) AS n (source, key, condition)
             USING (source, key, condition)""",
        values[:3],
    ).fetchall()
    written = database.execute(
        f"""INSERT INTO surveillance_occurrence AS o ({names}, taken_at)
            SELECT *, %s::timestamptz FROM unnest({given})
            ON CONFLICT (source, key, condition) DO UPDATE SET {changed}, taken_at = EXCLUDED.taken_at
            WHERE ({mine}) IS DISTINCT FROM ({theirs})
            RETURNING source, key, condition, left(area_code, 9), coalesce(place_id, 0), day""",
        [at, *values],
    ).fetchall()
    keys = {(source, key, condition) for source, key, condition, *_ in written}
    cells = {Cell(*row) for row in before} if keys else set()
    return keys, cells | {Cell(r[0], r[2], r[3], r[4], r[5]) for r in written}


def recount(database: psycopg.Connection, cells: Iterable[Cell]) -> None:
    """Make the sums of some cells anew from their occurrences."""
    chosen = list(cells)
    if not chosen:
        return
    names = ("source", "condition", "area_code", "place_id", "day")
    values = [[getattr(each, name) for each in chosen] for name in names]
    wanted = "unnest(%s::text[], %s::text[], %s::text[], %s::int8[], %s::date[]) AS n (source, condition, area_code, place_id, day)"
    database.execute(
        f"""DELETE FROM surveillance_daily d USING {wanted}
            WHERE (d.source, d.condition, d.area_code, d.place_id, d.day)
                = (n.source, n.condition, n.area_code, n.place_id, n.day)""",
        values,
    )
    database.execute(
        f"""INSERT INTO surveillance_daily (source, condition, area_code, place_id, day, count, deaths, base, reporters)
            SELECT n.source, n.condition, n.area_code, n.place_id, n.day,
                   sum(o.count), sum(o.deaths), CASE WHEN bool_and(o.base IS NOT NULL) THEN sum(o.base) END,
                   count(DISTINCT o.reporter)
            FROM {wanted} JOIN surveillance_occurrence o
              ON o.source = n.source AND o.condition = n.condition AND o.day = n.day
             AND left(o.area_code, 9) = n.area_code AND coalesce(o.place_id, 0) = n.place_id
            WHERE o.is_counted AND NOT o.is_withdrawn
            GROUP BY n.source, n.condition, n.area_code, n.place_id, n.day""",
        values,
    )


def weeks(
    database: psycopg.Connection, *, source: str, on: date, count: int
) -> list[tuple[str, str, int, int]]:
    """Condition, town, weeks back (0 = the seven days that end on `on`) and cases."""
    return database.execute(
        """SELECT condition, area_code, (%(on)s::date - day) / 7 AS back, sum(count)::int8
           FROM surveillance_daily
           WHERE source = %(source)s AND day <= %(on)s AND day > %(on)s::date - 7 * %(count)s
           GROUP BY condition, area_code, back""",
        {"source": source, "on": on, "count": count},
    ).fetchall()


def days(
    database: psycopg.Connection, *, source: str, on: date, count: int, by_place: bool
) -> list[tuple[str, str, int, int, int, int | None]]:
    """Condition, town, place, days back (0 = `on`), cases, and of how many where all said so.

    `by_place` False: place 0 for whole towns.
    """
    place = "place_id" if by_place else "0::int8"
    only = "AND place_id <> 0" if by_place else ""
    return database.execute(
        f"""SELECT condition, area_code, {place} AS place, %(on)s::date - day AS back, sum(count)::int8,
                   CASE WHEN bool_and(base IS NOT NULL) THEN sum(base)::int8 END
            FROM surveillance_daily
            WHERE source = %(source)s AND day <= %(on)s AND day > %(on)s::date - %(count)s::int4 {only}
            GROUP BY condition, area_code, place, back""",
        {"source": source, "on": on, "count": count},
    ).fetchall()


def county_days(
    database: psycopg.Connection, *, source: str, on: date, count: int
) -> list[tuple[str, str, int, int]]:
    """Condition, county, days back (0 = `on`) and cases."""
    return database.execute(
        """SELECT condition, left(area_code, 6) AS county, %(on)s::date - day AS back, sum(count)::int8
           FROM surveillance_daily
           WHERE source = %(source)s AND day <= %(on)s AND day > %(on)s::date - %(count)s::int4
           GROUP BY condition, county, back""",
        {"source": source, "on": on, "count": count},
    ).fetchall()


def left_out(
    database: psycopg.Connection, *, areas: Sequence[str], on: date, today: date
) -> tuple[int, int]:
    """Cases of the week that ends on a day outside some areas, and cases dated after today."""
    row = database.execute(
        """SELECT coalesce(sum(count) FILTER (WHERE day <= %(on)s AND area_code <> ALL(%(areas)s)), 0)::int8,
                  coalesce(sum(count) FILTER (WHERE day > %(today)s), 0)::int8
           FROM surveillance_daily WHERE day > %(on)s::date - 7""",
        {"areas": list(areas), "on": on, "today": today},
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def completeness(
    database: psycopg.Connection, *, source: str, on: date, areas: Sequence[tuple[str, str]]
) -> Completeness:
    """Who reported on a day, of those who reported in the four weeks before, in some ranges of areas."""
    row = database.execute(
        """SELECT count(DISTINCT reporter) FILTER (WHERE day = %(on)s),
                  count(DISTINCT reporter), max(day)
           FROM surveillance_occurrence o
           WHERE source = %(source)s AND day <= %(on)s AND day > %(on)s::date - %(window)s::int4
             AND reporter <> '' AND NOT is_withdrawn
             AND EXISTS (SELECT FROM unnest(%(low)s::text[], %(high)s::text[]) AS r (low, high)
                         WHERE o.area_code >= r.low AND o.area_code < r.high)""",
        {
            "source": source,
            "on": on,
            "window": WINDOW_DAYS,
            "low": [low for low, _ in areas],
            "high": [high for _, high in areas],
        },
    ).fetchone()
    assert row is not None
    return Completeness(source, *row)


def _value(row: Occurrence, name: str) -> Any:
    value = getattr(row, name)
    return int(value) if name == "label" else value
