"""Claim: plain tables go to the lake at 500,000 rows a second; a night in which a day of a city's visits is new and
a few old ones were corrected takes under 2 minutes.

    python benchmarks/analytics_export.py [--rows 2000000]

A table of events of five columns stands for a plain table, that of visits with its joins for a wide one. The peer
of the plain table is PostgreSQL's own COPY of the same SELECT to nowhere: nobody can export faster than that.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from analytics_indicators import invent

RATE, NIGHT_LIMIT = 500_000, 120.0
AT = datetime(2026, 1, 20, 2, tzinfo=UTC)
EVENTS = """CREATE TABLE bench_event AS
SELECT n::bigint AS event, (1 + n %% 4000000)::bigint AS resident, date '2024-01-01' + (n %% 730)::int AS happened_on,
       places[1 + n %% array_length(places, 1)] AS place_code, (n %% 7)::bigint AS kind
FROM generate_series(1, %(count)s) n, (SELECT %(places)s::text[] AS places) p"""
COLUMNS = {"event": "integer", "resident": "resident", "happened_on": "date", "place_code": "text", "kind": "integer"}  # fmt: skip


def timed(name: str, work: Callable[[], Any]) -> tuple[Any, float]:
    """What a piece of work gives, and the seconds it took, printed."""
    started, used = time.perf_counter(), time.process_time()
    result = work()
    seconds = time.perf_counter() - started
    print(f"{name:<52} {seconds:8.2f} s, {time.process_time() - used:6.2f} s of our processor", flush=True)  # fmt: skip
    return result, seconds


def event_view() -> Any:
    """The plain table as a published view."""
    from kangmai.analytics.published import view_of
    from kangmai.kernel.definitions import Definition, freeze

    content = {
        "key": ["event"], "month": "happened_on", "county": "place_code", "sql": "SELECT * FROM bench_event",
        "columns": {name: {"type": type, "zh": name, "en": name} for name, type in COLUMNS.items()},
    }  # fmt: skip
    names = {"zh": "事件", "en": "Events"}
    return view_of(Definition("room", "published_view", "event", names, "active", {}, True, date(2020, 1, 1), None, freeze(content), Path("event.yaml")))  # fmt: skip


def copied(address: str, sql: str) -> int:
    """PostgreSQL's binary COPY of a SELECT, thrown away; its bytes."""
    import psycopg

    asked = f"COPY ({sql}) TO STDOUT (FORMAT BINARY)"
    with psycopg.connect(address) as database, database.cursor().copy(asked) as stream:
        return sum(len(block) for block in stream)


def measure(rows: int) -> bool:
    """All steps on an open database; whether the limits hold."""
    import psycopg
    from django.conf import settings

    from kangmai.analytics.lake.filling import fill
    from kangmai.analytics.lake.store import lake_at
    from kangmai.analytics.published import published_views
    from kangmai.standards.division_codes import Level
    from kangmai.standards.divisions import city

    address, folder = settings.DATABASE_URL, Path(settings.LAKE)
    places = [each.code for each in city("441200").at_level(Level.VILLAGE)]

    def filled(views: dict[str, Any], name: str) -> Any:
        return fill(lake_at(folder / name), views, database_url=address, anew=False, report=lambda progress: None, at=AT)  # fmt: skip

    with psycopg.connect(address, autocommit=True) as database:
        database.execute(EVENTS, {"count": rows, "places": places})
        database.execute("VACUUM ANALYZE bench_event")
        invent(database, (rows, rows // 7, rows))
        database.execute("VACUUM ANALYZE programmes_visit")
        plain = {"event": event_view()}
        _, bare = timed("COPY of the plain table to nowhere", lambda: copied(address, plain["event"].select()))  # fmt: skip
        _, seconds = timed(f"{rows:,} plain rows to the lake", lambda: filled(plain, "plain"))
        rate = rows / seconds
        print(f"{rate:,.0f} rows/s; {seconds / bare:.1f} times as long as COPY")
        wide = {name: published_views()[name] for name in ("resident", "enrolment", "visit")}
        all_rows = 2 * rows + rows // 7
        _, seconds = timed(f"{all_rows:,} rows of residents, enrolments, visits", lambda: filled(wide, "wide"))  # fmt: skip
        print(f"{all_rows / seconds:,.0f} rows/s")
        timed("a night in which nothing changed", lambda: filled(wide, "wide"))
        database.execute("UPDATE programmes_visit SET visited_on = '2026-01-19' WHERE visited_on = '2024-12-03'")  # fmt: skip
        database.execute("UPDATE programmes_visit SET target_met = NOT target_met WHERE visited_on = '2025-06-01'")  # fmt: skip
        report, night = timed("a night with a day of visits and corrections", lambda: filled(wide, "wide"))  # fmt: skip
        print(f"{sum(t.written_rows for t in report.tables):,} rows of {sum(t.written_partitions for t in report.tables)} partitions written")  # fmt: skip
    return rate >= RATE and night <= NIGHT_LIMIT


def main() -> None:
    """Measure on a fresh database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        from kangmai.commandline.opening import opened

        with opened(Path(folder) / "data"):
            holds = measure(options.rows)
    print(f"limits: {RATE:,} plain rows/s, {NIGHT_LIMIT:.0f} s a night")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
