"""Residents in two counties, a visit table of the tests' own, and an empty lake."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from kangmai.analytics.lake.filling import fill
from kangmai.analytics.lake.store import Lake, lake_at
from kangmai.analytics.published import PublishedView, view_of
from kangmai.analytics.types import FillReport
from kangmai.kernel.definitions import Definition, freeze

AT = datetime.datetime(2026, 3, 1, 20, tzinfo=datetime.UTC)

VISIT = {
    "id": "visit",
    "key": ["visit"],
    "month": "visited_on",
    "county": "place_code",
    "columns": {
        name: {"type": type, "zh": name, "en": name}
        for name, type in {
            "visit": "id",
            "resident": "resident",
            "visited_on": "date",
            "place_code": "text",
            "systolic": "number",
            "counted": "boolean",
            "entered_at": "instant",
            "minutes": "integer",
        }.items()
    },
    "sql": "SELECT * FROM test_visit",
}

TABLE = """CREATE TABLE test_visit (
    visit bigint PRIMARY KEY, resident bigint, visited_on date, place_code text, systolic numeric(5, 1),
    counted boolean, entered_at timestamptz, minutes int)"""


def view(**changes: object) -> PublishedView:
    """The tests' view, changed."""
    content = {**VISIT, **changes}
    day = datetime.date(2020, 1, 1)
    definition = Definition(
        "room", "published_view", "visit", {"zh": "随访", "en": "Visits"}, "active", {}, True, day, None,
        freeze(content), Path("visit.yaml"),
    )  # fmt: skip
    return view_of(definition)


@pytest.fixture
def database(shared_database: str) -> str:
    """The module's database: each test makes the one table that it reads."""
    return shared_database


@pytest.fixture
def visits(database: str) -> Iterator[psycopg.Connection]:
    """A connection to a database with 240 visits: 4 months, 3 counties, 20 each."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS test_visit, shuffled")
        connection.execute(TABLE)
        connection.execute(
            """INSERT INTO test_visit
               SELECT n, 1 + n % 7, make_date(2025, 1 + n % 4, 1 + n % 28), (441202 + n / 4 % 3)::text || '001001',
                      120 + n % 50, n % 3 = 0, timestamptz '2025-06-01 00:00+00' + n * interval '1 minute', n % 9
               FROM generate_series(0, 239) n"""
        )
        yield connection


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return lake_at(tmp_path / "lake")


@pytest.fixture
def run(database: str, lake: Lake) -> Callable[..., FillReport]:
    """Fills the lake with the tests' view."""

    def call(
        *, anew: bool = False, of: PublishedView | None = None, at: datetime.datetime = AT
    ) -> FillReport:
        chosen = of or view()
        return fill(
            lake, {chosen.id: chosen}, database_url=database, anew=anew, report=lambda progress: None, at=at
        )  # fmt: skip

    return call
