"""Claim: both figures of hypertension for a city, its counties and towns in under 5 s at 4.1 million residents,
600,000 enrolments and 2.4 million visits; a whole lake in minutes, a night with one month's changes in seconds.

    python benchmarks/analytics_indicators.py [RESIDENTS ENROLMENTS VISITS]

Rows are invented inside a fresh database with plain SQL, without the indexes that a service needs; the lake
is filled by the command's own action. Peers in the same run: pandas over the same Parquet files, and
PostgreSQL over its own tables with the query that the tests use as oracle. All three must agree.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

COUNTS = (4_113_594, 600_000, 2_400_000)
AT = datetime(2026, 1, 20, 2, tzinfo=UTC)
PERIOD = "2025"
START, END = date(2025, 1, 1), date(2026, 1, 1)
FILLERS = {
    "text": "''", "character varying": "''", "bigint": "0", "integer": "0", "smallint": "1", "boolean": "false",
    "jsonb": "'{}'", "bytea": "''", "timestamp with time zone": "'2026-01-01'", "date": "'2025-01-01'",
    "uuid": "gen_random_uuid()",
}  # fmt: skip

RESIDENTS = """INSERT INTO identity_resident (id, index_number, birth_date, sex_code, place_code, patient_id, patient_rid)
SELECT n, n::text, date '1940-01-01' + n % 30000, (1 + n % 2)::text, places[1 + n % array_length(places, 1)], 'p' || n, n
FROM generate_series(1, %(count)s) n, (SELECT %(places)s::text[] AS places) p"""

ENROLMENTS = """INSERT INTO programmes_enrolment (id, resident_id, programme, state, way, enrolled_on, organization, place_code)
SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, n, 'hypertension', 'managed', 'hand',
       date '2023-01-01' + n %% 1000, n %% array_length(places, 1), places[1 + n %% array_length(places, 1)]
FROM generate_series(1, %(count)s) n, (SELECT %(places)s::text[] AS places) p"""

VISITS = """INSERT INTO programmes_visit (id, enrolment_id, first_id, service, visited_on, entered_at, method, measures,
    outcome, target_met, is_complete, is_counted, standing)
SELECT ('10000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid,
       ('00000000-0000-0000-0000-' || lpad((1 + n::bigint * 7919 %% %(enrolments)s)::text, 12, '0'))::uuid, gen_random_uuid(),
       CASE WHEN n %% 5 = 4 THEN 'exam' ELSE 'followup' END, date '2024-12-01' + (n * 31 %% 420)::int,
       timestamptz '2025-06-01' + n * interval '1 second', CASE WHEN n %% 11 = 0 THEN 'phone' ELSE 'face_to_face' END,
       jsonb_build_object('systolic', 110 + n %% 60, 'diastolic', 70 + n %% 30), 'controlled', n %% 60 < 32, true,
       n %% 11 <> 0, 'current'
FROM generate_series(1, %(count)s) n"""

ORACLE = """
WITH managed AS (
    SELECT DISTINCT ON (e.resident_id) e.resident_id AS who, e.place_code
    FROM programmes_enrolment e
    WHERE e.programme = 'hypertension' AND e.enrolled_on < %(end)s AND (e.closed_on IS NULL OR e.closed_on >= %(start)s)
    ORDER BY e.resident_id, e.enrolled_on DESC, e.id DESC),
seen AS (
    SELECT e.resident_id AS who, v.id, v.service, v.method, v.visited_on, v.entered_at, v.target_met, v.is_complete, v.is_counted
    FROM programmes_visit v JOIN programmes_enrolment e ON e.id = v.enrolment_id
    WHERE e.programme = 'hypertension' AND v.standing = 'current' AND v.visited_on >= %(start)s AND v.visited_on < %(end)s),
latest AS (
    SELECT DISTINCT ON (who) who, target_met FROM seen WHERE is_complete AND target_met IS NOT NULL
    ORDER BY who, visited_on DESC, entered_at DESC, id DESC),
done AS (
    SELECT who, count(*) FILTER (WHERE service = 'followup' AND method = 'face_to_face') AS follow_ups,
           count(*) FILTER (WHERE service = 'exam') AS exams FROM seen WHERE is_counted GROUP BY who)
SELECT left(m.place_code, 9), count(*), count(*) FILTER (WHERE l.target_met),
       count(*) FILTER (WHERE d.follow_ups >= 4 AND d.exams >= 1)
FROM managed m LEFT JOIN latest l USING (who) LEFT JOIN done d USING (who) GROUP BY 1"""


def timed(name: str, function: Callable[[], Any]) -> tuple[Any, float]:
    """What a function gives, and how long it took."""
    started = time.perf_counter()
    found = function()
    seconds = time.perf_counter() - started
    print(f"{name:<58} {seconds:8.2f} s", flush=True)
    return found, seconds


def bare(database: Any, table: str) -> None:
    """Let a table take rows that give only what is counted: no indexes, no checks, fillers for the rest."""
    for (name,) in database.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f', 'u')",
        [table],
    ).fetchall():
        database.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
    for (name,) in database.execute(
        """SELECT indexrelid::regclass FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary""",
        [table],
    ).fetchall():
        database.execute(f"DROP INDEX {name}")
    for column, type in database.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_identity = 'NO'",
        [table],
    ).fetchall():
        database.execute(f'ALTER TABLE {table} ALTER "{column}" SET DEFAULT {FILLERS[type]}')
    for (column,) in database.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'YES'",
        [table],
    ).fetchall():
        database.execute(f'ALTER TABLE {table} ALTER "{column}" SET DEFAULT NULL')


def invent(database: Any, counts: tuple[int, int, int]) -> None:
    """Fill the three tables."""
    from kangmai.standards.division_codes import Level
    from kangmai.standards.divisions import city

    places = [each.code for each in city("441200").at_level(Level.VILLAGE)]
    for table in ("programmes_visit", "programmes_enrolment", "identity_resident"):
        bare(database, table)
    residents, enrolments, visits = counts
    database.execute(RESIDENTS.replace("n % ", "n %% "), {"count": residents, "places": places})
    database.execute(ENROLMENTS, {"count": enrolments, "places": places})
    database.execute(VISITS, {"count": visits, "enrolments": enrolments})
    database.execute("ANALYZE identity_resident, programmes_enrolment, programmes_visit")


def with_pandas(files: dict[str, list[str]]) -> dict[str, tuple[int, int, int]]:
    """Both figures by town from the same files."""
    import pandas as pd

    enrolment = pd.concat(pd.read_parquet(f, columns=["programme", "resident", "place_code", "enrolled_on", "closed_on", "enrolment"]) for f in files["enrolment"])  # fmt: skip
    visit = pd.concat(pd.read_parquet(f, columns=["visit", "programme", "resident", "service", "visited_on", "entered_at", "method", "target_met", "complete", "counted", "standing"]) for f in files["visit"])  # fmt: skip
    managed = enrolment[(enrolment.programme == "hypertension") & (enrolment.enrolled_on < END) & (enrolment.closed_on.isna() | (enrolment.closed_on >= START))]  # fmt: skip
    managed = managed.sort_values(["enrolled_on", "enrolment"]).drop_duplicates(
        "resident", keep="last"
    )
    seen = visit[(visit.programme == "hypertension") & (visit.standing == "current") & (visit.visited_on >= START) & (visit.visited_on < END)]  # fmt: skip
    latest = seen[seen.complete.fillna(False).astype(bool) & seen.target_met.notna()].sort_values(["visited_on", "entered_at", "visit"]).drop_duplicates("resident", keep="last").set_index("resident").target_met  # fmt: skip
    counted = seen[seen.counted.fillna(False).astype(bool)]
    follow_ups = (
        counted[(counted.service == "followup") & (counted.method == "face_to_face")]
        .groupby("resident")
        .size()
    )
    exams = counted[counted.service == "exam"].groupby("resident").size()
    met = managed.resident.map(latest) == True  # noqa: E712 - of objects, missing ones too
    standard = (managed.resident.map(follow_ups).fillna(0) >= 4) & (
        managed.resident.map(exams).fillna(0) >= 1
    )
    table = pd.DataFrame(
        {"town": managed.place_code.str[:9], "all": 1, "met": met, "standard": standard}
    )
    return {town: tuple(map(int, row)) for town, *row in table.groupby("town").sum().itertuples()}  # type: ignore[misc]


def ours(actor: Any) -> dict[str, tuple[int, int, int]]:
    """Both figures for the city, its counties and its towns, counted anew."""
    import shutil

    from django.conf import settings

    from kangmai.analytics import queries
    from kangmai.analytics.types import By
    from kangmai.standards.periods import parse_period

    shutil.rmtree(Path(settings.LAKE) / "figures", ignore_errors=True)
    found = {}
    for indicator in ("ht_control_rate", "ht_std_rate"):
        for by in (By.COUNTY, By.TOWN):
            found[indicator, by] = queries.compute(
                indicator=indicator, period=parse_period(PERIOD), area="441200", by=by, actor=actor
            )
    standard = {each.area: each.numerator for each in found["ht_std_rate", By.TOWN].parts}
    return {
        each.area: (each.denominator, each.numerator, standard[each.area])
        for each in found["ht_control_rate", By.TOWN].parts
        if each.denominator
    }


def main() -> None:
    """Measure, compare, print the ratios."""
    counts = tuple(map(int, sys.argv[1:])) if len(sys.argv) == 4 else COUNTS
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; residents, enrolments, visits: {counts}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        from kangmai.commandline.opening import opened

        with opened(Path(folder) / "data"):
            measure(counts)  # type: ignore[arg-type]


def measure(counts: tuple[int, int, int]) -> None:
    """All steps on an open database."""
    import psycopg
    from django.conf import settings

    from kangmai.analytics import actions, queries
    from kangmai.kernel.actor import operator

    actor = operator("benchmark")
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as database:
        timed("invent the rows", lambda: invent(database, counts))
        sync = lambda: actions.sync(report=lambda progress: None, actor=actor, at=AT)  # noqa: E731
        filled, seconds = timed("fill the lake from nothing", sync)
        rows = sum(table.rows for table in filled.tables)
        print(f"{'':<58} {rows / seconds:8.0f} rows/s")
        timed("a night in which nothing changed", sync)
        database.execute("UPDATE programmes_visit SET target_met = NOT target_met WHERE visited_on >= '2025-12-01' AND visited_on < '2026-01-01'")  # fmt: skip
        timed("a night in which one month of visits changed", sync)
        manifest = queries.lake().get_manifest()
        files = {
            name: list(queries.lake().files_of(manifest.tables[name]).paths)
            for name in ("enrolment", "visit")
        }
        first, _ = timed("ours, first time in the process", lambda: ours(actor))
        found, our_seconds = timed(
            "ours: both figures, city, counties and towns", lambda: ours(actor)
        )
        theirs, pandas_seconds = timed("pandas: the same by town", lambda: with_pandas(files))
        query = lambda: {town: tuple(row) for town, *row in database.execute(ORACLE, {"start": START, "end": END})}  # noqa: E731  # fmt: skip
        oracle, postgres_seconds = timed("PostgreSQL: the same by town", query)
    assert first == found == theirs == oracle, "the three do not agree"
    print(f"\nall three agree on {len(found)} towns")
    print(f"{pandas_seconds / our_seconds:.1f} times as fast as pandas, {postgres_seconds / our_seconds:.1f} times as PostgreSQL")  # fmt: skip


if __name__ == "__main__":
    main()
