"""Claim: all indicators of a year for the city, its counties and towns, from 100 million event rows, in under 60 s
and 6 GB. Aim: each of them alone in under 1 s; those that take longer are printed (docs/algorithms/lake.md).

    python benchmarks/analytics_year.py [--events 100000000] [--lake FOLDER] [--peer-events 10000000] [--spark]

The lake is invented (`analytics_rows`; about 60 bytes a row on disk) or taken from FOLDER, where it stays.
Nothing is kept from counts made before. Peers in the same run, over a smaller lake: PostgreSQL, plain tables
with an index on each date and key, which carries out the same expressions, so that every figure is compared;
pandas for the two figures of hypertension, as one would write them; with `--spark` a master with two workers
on this machine, for every figure.
"""

import argparse
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import analytics_rows
from analytics_indicators import with_pandas

CITY, PERIOD = "441200", "2025"
YEAR_LIMIT, ONE_LIMIT, MEMORY_LIMIT = 60.0, 1.0, 6.0
HYPERTENSION = ("ht_control_rate", "ht_std_rate")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What a piece of work gives, and the seconds it took."""
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def wanted() -> list[Any]:
    """The indicators that the lake feeds."""
    from kangmai.analytics import queries
    from kangmai.analytics.indicators.counting import why_not
    from kangmai.analytics.rules import indicators, kinds_of
    from kangmai.standards.periods import parse_period

    period, manifest = parse_period(PERIOD), queries.lake().get_manifest()
    return [
        each
        for each in indicators(on=period.latest_day)
        if kinds_of(period) & set(each.periods) and why_not(each, manifest, period) is None
    ]


def forget_counts() -> None:
    """Let nothing be kept of what was counted."""
    from django.conf import settings

    from kangmai.analytics.indicators import counting

    shutil.rmtree(Path(settings.LAKE) / "figures", ignore_errors=True)
    counting._kept.cache_clear()


def figures(rule: Any) -> tuple[Any, ...]:
    """An indicator for the city, its counties and its towns."""
    from kangmai.analytics import queries
    from kangmai.analytics.types import By, Engine
    from kangmai.kernel.actor import operator
    from kangmai.standards.periods import parse_period

    asked = {"indicator": rule.id, "period": parse_period(PERIOD), "area": CITY, "actor": operator("benchmark"), "engine": Engine.DUCKDB}  # fmt: skip
    return tuple(queries.compute(by=by, **asked) for by in (By.COUNTY, By.TOWN))


def whole_year() -> tuple[dict[str, Any], float]:
    """Every indicator, one after another: the figures by town, and the seconds."""
    forget_counts()
    started, used, found, single = time.perf_counter(), time.process_time(), {}, {}
    for rule in wanted():
        (*_, towns), single[rule.id] = timed(lambda rule=rule: figures(rule))
        found[rule.id] = {each.area: (each.numerator, each.denominator) for each in towns.parts}
    seconds = time.perf_counter() - started
    slow = sorted(single, key=lambda id: -single[id])
    used = time.process_time() - used
    print(f"{len(found)} indicators for city, counties and towns {seconds:.2f} s, {used:.2f} s of processor time")  # fmt: skip
    print(f"one alone: median {statistics.median(single.values()):.2f} s, 95 % {statistics.quantiles(single.values(), n=20)[-1]:.2f} s; the slowest "
          + ", ".join(f"{id} {single[id]:.2f} s" for id in slow[:5]), flush=True)  # fmt: skip
    return found, seconds


def use(folder: Path) -> int:
    """Let queries find this lake; its event rows."""
    from django.conf import settings

    from kangmai.analytics import queries

    settings.LAKE = folder / "lake"
    tables = queries.lake().get_manifest().tables
    return sum(tables[name].rows for name in analytics_rows.EVENTS)


def lake_of(folder: Path, events: int) -> None:
    """Make the lake unless it is there."""
    if not (folder / "lake" / "current").exists():
        rows, seconds = timed(lambda: analytics_rows.write(folder, events))
        print(f"invented {rows:,} rows in {seconds:.0f} s", flush=True)


def in_postgres(data: Path) -> tuple[dict[str, Any], float]:
    """Every indicator in PostgreSQL by the same expressions; the figures by town, and the seconds."""
    import psycopg

    from kangmai.kernel.database import cluster as clusters

    cluster = clusters.Cluster(data)
    clusters.start(cluster)
    try:
        load_into(cluster.url)
        with psycopg.connect(cluster.url, autocommit=True) as database:
            database.execute("SET search_path = lake")
            database.execute("SET work_mem = '256MB'")
            found, started = {}, time.perf_counter()
            for rule in wanted():
                found[rule.id] = towns_of(rule, lambda measure: cells(database, measure))
            return found, time.perf_counter() - started
    finally:
        clusters.stop(cluster)


def load_into(address: str) -> None:
    """The lake's tables as plain tables, with an index on each key and date."""
    import adbc_driver_postgresql.dbapi as adbc
    import psycopg
    import pyarrow.dataset as ds

    from kangmai.analytics import queries
    from kangmai.analytics.published import published_views

    lake, views = queries.lake(), published_views()
    tables = lake.get_manifest().tables
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("CREATE SCHEMA lake")
        with adbc.connect(address) as connection, connection.cursor() as cursor:
            for name, table in tables.items():
                rows = ds.dataset(list(lake.files_of(table).paths), format="parquet")
                cursor.adbc_ingest(name, rows.scanner().to_reader(), db_schema_name="lake")
            connection.commit()
        for name in tables:
            view = views[name]
            for text in (c.name for c in view.columns.values() if c.type.value in ("id", "text")):
                # ties are broken by bytes, as in the lake
                database.execute(f'ALTER TABLE lake."{name}" ALTER "{text}" TYPE text COLLATE "C"')
            for column in filter(None, (view.month, *(c for c in ("resident", "programme") if c in view.columns))):  # fmt: skip
                database.execute(f'CREATE INDEX ON lake."{name}" ("{column}")')
        database.execute("VACUUM ANALYZE")


def cells(database: Any, measure: Any) -> list[Any]:
    """A measure's cells, counted by PostgreSQL."""
    import ibis

    from kangmai.analytics.engines.expression import counted
    from kangmai.analytics.engines.measure import Cell
    from kangmai.analytics.published import published_views
    from kangmai.standards.periods import parse_period

    types = {"id": "string", "text": "string", "resident": "binary", "integer": "int64", "number": "float64", "boolean": "boolean", "date": "date", "instant": "timestamp('UTC')"}  # fmt: skip
    views = published_views()
    tables = {
        name: ibis.table({c.name: types[c.type.value] for c in views[name].columns.values()}, name=name)
        for name in measure.views()
    }  # fmt: skip
    sql = ibis.to_sql(counted(measure, tables, parse_period(PERIOD)), dialect="postgres")
    return sorted(Cell(*row) for row in database.execute(sql))


def towns_of(rule: Any, count: Callable[[Any], list[Any]]) -> dict[str, Any]:
    """The amounts of towns from cells that an engine counted, before some are counted elsewhere than they lie."""
    from kangmai.analytics.indicators.counting import Counts

    return towns(rule, Counts(*(tuple(count(m)) if m else () for m in (rule.counted, rule.against))))  # fmt: skip


def towns(rule: Any, counts: Any) -> dict[str, Any]:
    """The amounts of towns."""
    from kangmai.analytics.indicators.rollup import parts
    from kangmai.analytics.types import By

    below = parts(rule, counts, CITY, By.TOWN)
    return {area: (each.numerator, each.denominator) for area, each in below.items()}


def own_towns() -> dict[str, Any]:
    """The same from what we counted."""
    from kangmai.analytics import queries
    from kangmai.analytics.engines.duck import cells_of
    from kangmai.analytics.engines.expression import counted
    from kangmai.analytics.indicators.counting import opened, tables_of
    from kangmai.analytics.types import Engine
    from kangmai.standards.periods import parse_period

    lake, period, found = queries.lake(), parse_period(PERIOD), {}
    for rule in wanted():
        tables = tables_of(rule, lake.get_manifest(), period)
        with opened(lake, tables, Engine.DUCKDB) as open_tables:
            found[rule.id] = towns_of(
                rule, lambda each, t=open_tables: cells_of(counted(each, t, period))
            )
    return found


def agreed(ours: Mapping[str, Any], theirs: Mapping[str, Any], peer: str) -> None:
    """Say of how many indicators all towns agree. Raises AssertionError where one does not."""
    other = [id for id in theirs if ours[id] != theirs[id]]
    assert not other, f"{peer} counts otherwise: {', '.join(other)}"
    print(f"{peer} agrees on all towns of {len(theirs)} indicators", flush=True)


def against_pandas(ours: Mapping[str, Any]) -> None:
    """The two figures of hypertension in pandas and ours, from the same files."""
    from kangmai.analytics import queries

    lake = queries.lake()
    tables = lake.get_manifest().tables
    files = {name: list(lake.files_of(tables[name]).paths) for name in ("enrolment", "visit")}
    theirs, seconds = timed(lambda: with_pandas(files))
    rules = [each for each in wanted() if each.id in HYPERTENSION]
    forget_counts()
    _, own = timed(lambda: [figures(each) for each in rules])
    for place, id in ((1, HYPERTENSION[0]), (2, HYPERTENSION[1])):
        town = {area: (row[place], row[0]) for area, row in theirs.items()}
        assert {a: v for a, v in ours[id].items() if v[1]} == town, f"pandas counts {id} otherwise"
    print(f"both figures of hypertension: ours {own:.2f} s, pandas {seconds:.2f} s, {seconds / own:.1f} times", flush=True)  # fmt: skip


def peers(folder: Path, spark: bool) -> None:
    """Ours and the peers over the same smaller lake."""
    print(f"\n{use(folder):,} event rows, the lake of the peers")
    ours, seconds = whole_year()
    against_pandas(ours)
    with tempfile.TemporaryDirectory() as data:
        theirs, slow = in_postgres(Path(data) / "data")
    print(f"PostgreSQL {slow:.2f} s, {slow / seconds:.1f} times")
    agreed(own := own_towns(), theirs, "PostgreSQL")
    if spark:
        in_spark(own)


def in_spark(ours: Mapping[str, Any]) -> None:
    """Every indicator in one session of a master with two workers of this machine."""
    from kangmai.analytics import queries
    from kangmai.analytics.engines.spark import spark_engine
    from kangmai.analytics.indicators.counting import count
    from kangmai.analytics.types import Engine
    from kangmai.standards.periods import parse_period
    from tests.factories.spark import cluster

    lake, period = queries.lake(), parse_period(PERIOD)
    with cluster(), spark_engine() as opener:
        started, found = time.perf_counter(), {}
        for rule in wanted():
            counts = count(rule, lake, lake.get_manifest(), period, engine=Engine.SPARK, opener=opener)  # fmt: skip
            found[rule.id] = towns(rule, counts)
        print(f"Spark, two workers {time.perf_counter() - started:.2f} s")
    agreed(ours, found, "Spark")


def main() -> None:
    """Measure, compare with the limits and the peers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000_000)
    parser.add_argument("--peer-events", type=int, default=10_000_000)
    parser.add_argument("--lake", type=Path)
    parser.add_argument("--spark", action="store_true")
    options = parser.parse_args()
    analytics_rows.ready()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.lake or Path(scratch) / "whole"
        lake_of(folder, options.events)
        print(f"{use(folder):,} event rows")
        _, seconds = whole_year()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"limits: {YEAR_LIMIT:.0f} s for all, {ONE_LIMIT:.0f} s for one, {MEMORY_LIMIT:.0f} GB; memory at most {peak:.1f} GB")  # fmt: skip
        if options.peer_events:
            lake_of(Path(scratch) / "part", options.peer_events)
            peers(Path(scratch) / "part", options.spark)
    sys.exit(seconds > YEAR_LIMIT or peak > MEMORY_LIMIT)


if __name__ == "__main__":
    main()
