"""DuckDB, and Spark where asked for, count bit for bit what the obvious twin counts."""

import datetime
import os
import random
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.analytics.engines import twin
from kangmai.analytics.engines.measure import Measure
from kangmai.analytics.indicators import counting
from kangmai.analytics.indicators.definition import indicators
from kangmai.analytics.published import Column, ColumnType, published_views
from kangmai.analytics.types import Engine, Form
from kangmai.kernel import definitions
from kangmai.standards.periods import Period, parse_period
from tests.analytics.indicators.lake_of_rows import new_lake, whole_rows, write
from tests.factories.spark import cluster

DAY = datetime.date
PLACES = st.sampled_from(
    ["441202", "441202001", "441202001001", "441202001002", "441203101002", "441204"]
)
DAYS = st.dates(DAY(2024, 10, 1), DAY(2026, 2, 28))
ORGANIZATIONS = st.sampled_from(["7", "8", None])
PROGRAMMES = st.sampled_from(["hypertension", "hypertension", "hypertension", "diabetes"])
MAYBE = st.sampled_from([True, False, None])

ENROLMENT = st.fixed_dictionaries(
    {
        "programme": PROGRAMMES,
        "resident": st.integers(1, 6),
        "place_code": PLACES,
        "organization": ORGANIZATIONS,
        "enrolled_on": st.none() | DAYS,
        "closed_on": st.none() | DAYS,
    }
)
VISIT = st.fixed_dictionaries(
    {
        "programme": PROGRAMMES,
        "resident": st.integers(1, 6),
        "service": st.sampled_from(["followup", "followup", "exam"]),
        "visited_on": st.none() | DAYS,
        "entered_at": st.datetimes(
            datetime.datetime(2025, 1, 1),
            datetime.datetime(2025, 1, 3),
            timezones=st.just(datetime.UTC),
        ),
        "method": st.sampled_from(["face_to_face", "face_to_face", "phone", None]),
        "target_met": MAYBE,
        "complete": MAYBE,
        "counted": MAYBE,
        "standing": st.sampled_from(["current", "current", "corrected"]),
        "place_code": PLACES,
    }
)
RESIDENT = st.fixed_dictionaries(
    {
        "birth_date": st.none()
        | st.dates(DAY(1935, 1, 1), DAY(2026, 2, 1))
        | st.sampled_from(
            [DAY(1960, 2, 29), DAY(1960, 12, 31), DAY(1961, 1, 1), DAY(2018, 12, 31)]
        ),
        "place_code": PLACES,
        "organization": ORGANIZATIONS,
        "deceased_on": st.none() | DAYS,
        "moved_out_on": st.none() | DAYS,
    }
)
INSTITUTION = st.fixed_dictionaries(
    {
        "place_code": PLACES,
        "kind": st.sampled_from(["hospital", "bureau", None]),
        "opened_on": st.none() | DAYS,
        "closed_on": st.none() | DAYS,
        "beds_available": st.none() | st.integers(0, 900),
    }
)
CARD = st.fixed_dictionaries(
    {
        "resident": st.integers(1, 6),
        "place_code": PLACES,
        "organization": ORGANIZATIONS,
        "issued_on": st.none() | DAYS,
        "ended_on": st.none() | DAYS,
        "deceased_on": st.none() | DAYS,
        "moved_out_on": st.none() | DAYS,
    }
)
CARD_USE = st.fixed_dictionaries(
    {
        "resident": st.integers(1, 6),
        "place_code": PLACES,
        "organization": ORGANIZATIONS,
        "used_on": st.none() | DAYS,
        "outcome": st.sampled_from(["accepted", "accepted", "expired"]),
        "carrier": st.sampled_from(["dynamic", "static", "identity_card"]),
    }
)
SUPPLY_READING = st.fixed_dictionaries(
    {
        "organization": ORGANIZATIONS,
        "place_code": PLACES,
        "read_on": DAYS,
        "cells": st.integers(0, 11),
        "short_cells": st.integers(0, 11),
        "smallest_days": st.none() | st.integers(0, 90),
    }
)
VACCINE_DOSE = st.fixed_dictionaries(
    {
        "resident": st.integers(1, 6),
        "series": st.sampled_from(["bcg", "mmr", "dtp"]),
        "vaccine": st.sampled_from(["BCG", "MMR", "DTaP"]),
        "dose": st.integers(1, 4),
        "birth_date": st.dates(DAY(2018, 1, 1), DAY(2026, 2, 1)),
        "due_on": DAYS,
        "timely_until": DAYS,
        "given_on": st.none() | DAYS,
        "done_by": DAYS | st.just(DAY(9999, 12, 31)),
        "timely": st.booleans(),
        "needed": st.booleans(),
        "place_code": PLACES,
        "organization": ORGANIZATIONS,
    }
)
CASE_REPORT = st.fixed_dictionaries(
    {
        "disease": st.sampled_from(["measles", "dengue"]),
        "case_class": st.sampled_from(["1", "2", "3"]),
        "place_code": PLACES,
        "reported_on": DAYS,
    }
)


def _numbered(rows: list[dict], key: str) -> list[dict]:
    return [
        {**row, key: n if key == "resident" else f"{n:04d}"} for n, row in enumerate(rows, start=1)
    ]


MADE = {
    "enrolment": (ENROLMENT, 12),
    "visit": (VISIT, 30),
    "resident": (RESIDENT, 20),
    "institution": (INSTITUTION, 8),
    "card": (CARD, 12),
    "card_use": (CARD_USE, 12),
    "supply_reading": (SUPPLY_READING, 12),
    "vaccine_dose": (VACCINE_DOSE, 20),
    "case_report": (CASE_REPORT, 12),
}


def _codes() -> dict[str, list[str]]:
    """What the definitions compare a column of text with."""
    found: dict[str, set[str]] = {}
    for definition in definitions.load("analytics", "indicator"):
        text = definition.path.read_text(encoding="utf-8")
        for column, values in re.findall(r"(\w+) (?:!?=|in) (\('[^)]*'\)|'[^']*')", text):
            found.setdefault(column, set()).update(re.findall(r"'([^']*)'", values))
    return {column: sorted(values) for column, values in found.items()}


CODES = _codes()


def _values(column: Column, place: str) -> st.SearchStrategy:
    """Values of a column: few enough that rows of different views meet."""
    if column.name == place:
        return PLACES
    if column.name == "organization":
        return ORGANIZATIONS
    match column.type:
        case ColumnType.RESIDENT:
            return st.integers(1, 6)
        case ColumnType.INTEGER | ColumnType.NUMBER:
            return st.none() | st.integers(0, 40)
        case ColumnType.BOOLEAN:
            return MAYBE
        case ColumnType.DATE:
            return st.none() | DAYS
        case ColumnType.INSTANT:
            return st.none()
        case _:
            return st.sampled_from([*CODES.get(column.name, ()), "0001", "0002", None])


def _rows(name: str) -> st.SearchStrategy:
    """Rows of a view, as told by hand or as its columns are."""
    view = published_views()[name]
    made = MADE.get(name) or (
        st.fixed_dictionaries({c.name: _values(c, view.county) for c in view.columns.values()}),
        12,
    )
    rows, most = made
    if len(view.key) > 1:
        return st.lists(rows, max_size=most, unique_by=lambda row: tuple(map(row.get, view.key)))
    return st.lists(rows, max_size=most).map(lambda found: _numbered(found, view.key[0]))


def used() -> set[str]:
    """The views that any indicator reads."""
    return {view for each in indicators(on=DAY(2026, 2, 1)) for view in each.views()}


TABLES = st.fixed_dictionaries({name: _rows(name) for name in sorted(used())})
PERIODS = st.sampled_from(
    [parse_period(p) for p in ("2025", "2025Q1", "2025-12", "2025-02-10/2025-08-20")]
)


def _empty(name: str) -> dict:
    """A row that no rule counts, so that the table has a file."""
    view = published_views()[name]
    row: dict = {view.county: "441299"}
    for key in view.key:
        is_number = view.columns[key].type in {ColumnType.RESIDENT, ColumnType.INTEGER}
        row.setdefault(key, 999 if is_number else "none")
    for column in view.columns.values():
        if column.type is ColumnType.DATE:
            row[column.name] = DAY(2099, 1, 1)
    if "closed_on" in view.columns:
        row["closed_on"] = DAY(1990, 1, 1)
    if "deceased_on" in view.columns:
        row["deceased_on"] = DAY(1990, 1, 1)
    return row


def measures(period: Period) -> list[tuple[str, Measure]]:
    return [
        (each.id, measure)
        for each in indicators(on=period.latest_day)
        if each.form is not Form.OUTSIDE
        for measure in each.measures()
    ]


def _shape(measure: Measure) -> tuple:
    """What of the expression a measure asks for: measures of one shape differ in names and values only."""
    rows, facts = measure.rows, {(f.latest is None, f.during is None) for f in measure.facts}
    asked = (rows.where, rows.one_per, rows.amount, rows.stands, rows.institution)
    return (*map(bool, (*asked, measure.part, measure.known)), *sorted(facts))


def one_of_each_shape(period: Period) -> list[tuple[str, Measure]]:
    """The first measure of each shape."""
    found: dict[tuple, tuple[str, Measure]] = {}
    for name, measure in measures(period):
        found.setdefault(_shape(measure), (name, measure))
    return list(found.values())


def check(
    tables: dict, period: Period, engine: Engine, wanted: list[tuple[str, Measure]]
) -> dict[str, int]:
    """Hold what an engine counts against the twin; how many each measure found."""
    tables = {name: [*tables.get(name, ()), _empty(name)] for name in used()}
    folder = Path(tempfile.mkdtemp())
    try:
        lake = new_lake(folder)
        manifest = write(lake, tables)
        rows = whole_rows(tables)
        needed = {view for _, measure in wanted for view in measure.views()}
        with counting.opened(
            lake, {name: manifest.tables[name] for name in needed}, engine
        ) as opened:
            from kangmai.analytics.engines.duck import cells_of
            from kangmai.analytics.engines.expression import counted

            totals = {}
            for name, measure in wanted:
                found = cells_of(counted(measure, opened, period))
                assert found == twin.count(measure, rows, period), name
                totals[name] = sum(cell.whole for cell in found)
            if engine is Engine.SPARK:
                assert_on_two_workers()
            return totals
    finally:
        shutil.rmtree(folder)


def assert_on_two_workers() -> None:
    """The session at work is one of a standalone master, and each of two executors has done some of it."""
    from pyspark.sql import SparkSession

    context = SparkSession.getActiveSession().sparkContext
    assert context.master.startswith("spark://127.0.0.1:")
    executors = list(context._jsc.sc().statusTracker().getExecutorInfos())
    assert len(executors) == 3  # two and the driver


@settings(max_examples=9, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables=TABLES, period=PERIODS, third=st.integers(0, 2))
def test_duckdb_counts_what_the_twin_counts(tables, period, third):
    check(tables, period, Engine.DUCKDB, measures(period)[third::3])


@pytest.mark.skipif(os.environ.get("KANGMAI_SPARK") != "1", reason="set KANGMAI_SPARK=1 (Java 17)")
@pytest.mark.filterwarnings("ignore")
def test_a_spark_master_with_two_workers_counts_what_the_twin_counts():
    period = parse_period("2025")
    wanted = one_of_each_shape(period)
    with cluster():
        totals = check(_sample(), period, Engine.SPARK, wanted)
    assert len(totals) >= 18
    assert sum(total > 0 for total in totals.values()) >= 12


def _drawn(column: Column, place: str, chance: random.Random) -> Any:
    """A value of a column, as `_values` has them."""
    if column.name == place:
        return chance.choice(["441202001001", "441202001002", "441203101002", "441204"])
    match column.type:
        case ColumnType.RESIDENT:
            return chance.randrange(60)
        case ColumnType.INTEGER | ColumnType.NUMBER:
            return chance.choice([None, chance.randrange(40)])
        case ColumnType.BOOLEAN:
            return chance.choice([True, False, None])
        case ColumnType.DATE:
            return chance.choice(
                [None, DAY(2024, 10, 1) + datetime.timedelta(chance.randrange(500))]
            )
        case ColumnType.INSTANT:
            return None
        case _:
            return chance.choice([*CODES.get(column.name, ()), "7", None])


def _sample() -> dict:
    """A few hundred rows, drawn with a fixed seed."""
    chance = random.Random(3)
    views = published_views()
    others = {
        name: _numbered(
            [
                {
                    c.name: _drawn(c, views[name].county, chance)
                    for c in views[name].columns.values()
                }
                for _ in range(40)
            ],
            views[name].key[0],
        )
        for name in sorted(used())
    }
    return {**others, **_sample_of_programmes(chance)}


def _sample_of_programmes(chance: random.Random) -> dict:
    """Residents, enrolments and visits that belong together, and institutions."""
    day = lambda: DAY(2024, 10, 1) + datetime.timedelta(chance.randrange(500))  # noqa: E731
    pick = chance.choice
    places = ["441202001001", "441202001002", "441203101002", "441204"]
    return {
        "enrolment": [
            {"enrolment": f"{n:04d}", "programme": pick(["hypertension", "diabetes"]), "resident": n // 2,
             "place_code": pick(places), "organization": pick(["7", "8", None]), "enrolled_on": day(),
             "closed_on": pick([None, None, day()])}
            for n in range(120)
        ],
        "visit": [
            {"visit": f"{n:04d}", "programme": pick(["hypertension", "diabetes"]), "resident": chance.randrange(60),
             "service": pick(["followup", "exam"]), "visited_on": day(),
             "entered_at": datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC), "method": pick(["face_to_face", "phone"]),
             "target_met": pick([True, False, None]), "complete": pick([True, True, False]),
             "counted": pick([True, True, False]), "standing": "current", "place_code": pick(places)}
            for n in range(900)
        ],
        "resident": [
            {"resident": n + 1, "birth_date": DAY(1940, 1, 1) + datetime.timedelta(chance.randrange(31000)),
             "place_code": pick(places), "organization": pick(["7", None]), "deceased_on": pick([None, day()])}
            for n in range(200)
        ],
        "institution": [
            {"organization": f"{n}", "place_code": pick(places), "kind": pick(["hospital", "bureau"]),
             "beds_available": chance.randrange(500)}
            for n in range(20)
        ],
    }  # fmt: skip
