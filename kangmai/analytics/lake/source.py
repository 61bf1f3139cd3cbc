"""Read published views from PostgreSQL into Arrow (ADBC), all of them in one snapshot.

Which partitions changed is not taken from a column that somebody must remember to keep, nor from events,
but from the rows themselves: PostgreSQL hashes each row and folds the hashes of a month and county into
one mark. Late, corrected, moved and deleted rows all change a mark; nothing else does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import numpy as np
import pyarrow as pa

from kangmai.analytics.errors import ViewBroken
from kangmai.analytics.lake.pseudonyms import pseudonyms
from kangmai.analytics.published import WITHOUT, ColumnType, PublishedView

BATCH_BYTES = 16 * 2**20
SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "extra_float_digits": "1",
    "statement_timeout": "0",
    "work_mem": "128MB",
    # hashes and order cost more than handing rows over: a large table's are made by two processes of the server
    "parallel_tuple_cost": "0",
    "max_parallel_workers_per_gather": "1",
}
"""How one snapshot is read."""

Place = tuple[str, str]
"""Month and county of a partition."""

ARROW_TYPES = {
    ColumnType.ID: pa.string(),
    ColumnType.RESIDENT: pa.int64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.INSTANT: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a partition holds now: how many rows, and the fold of their hashes."""

    rows: int
    fold: int


@dataclass(frozen=True, slots=True)
class Read:
    """A partition as it was read: its rows, and the fold of the hashes that PostgreSQL gave them."""

    place: Place
    rows: pa.Table
    fold: int

    @property
    def mark(self) -> Mark:
        """What it holds, to be compared with what it held."""
        return Mark(self.rows.num_rows, self.fold)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open read of the database, at one moment of it."""

    connection: Any

    def cutoff(self) -> tuple[int, int]:
        """Epoch of the event feed, and the transaction below which every event is in this snapshot."""
        row = self._rows(
            "SELECT epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM kernel_epoch"
        )[0]
        return int(row[0]), int(row[1])

    def marks(self, view: PublishedView) -> dict[Place, Mark]:
        """The mark of every partition of a view."""
        rows = self._rows(
            f"""SELECT _day, _county, count(*), bit_xor(hash_record_extended(r, 0))
                FROM ({view.select()}) r GROUP BY 1, 2""",
            view,
        )
        found: dict[Place, Mark] = {}
        for day, county, count, fold in rows:
            place = (f"{day:%Y-%m}" if day else WITHOUT, county or WITHOUT)
            before = found.get(place, Mark(0, 0))
            found[place] = Mark(before.rows + count, before.fold ^ fold)
        return found

    def partitions(self, view: PublishedView, places: Sequence[Place] | None) -> Iterator[Read]:
        """The rows of the partitions named, or of all, partition after partition, each row with its hash."""
        sql = (
            f"SELECT r.*, hash_record_extended(r, 0) AS _hash FROM ({view.select()}) r "
            f"{_only(places)} ORDER BY _county, _day"
        )
        with self._cursor(view) as cursor:
            cursor.adbc_statement.set_options(
                **{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
            )
            cursor.execute(sql)
            yield from _apart(view, cursor.fetch_record_batch())

    def _rows(self, sql: str, view: PublishedView | None = None) -> list[tuple[Any, ...]]:
        with self._cursor(view) as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    @contextmanager
    def _cursor(self, view: PublishedView | None) -> Iterator[Any]:
        try:
            with self.connection.cursor() as cursor:
                yield cursor
        except adbc.Error as error:
            if view is None:
                raise
            # the server's message quotes the statement, and of a row only what the types refuse
            raise ViewBroken(view=view.id, reason=str(error).splitlines()[0]) from error


@contextmanager
def snapshot(database_url: str) -> Iterator[Snapshot]:
    """Open a read in which everything is as of one moment."""
    with adbc.connect(database_url) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for name, value in SETTINGS.items():
                cursor.execute(f"SET LOCAL {name} = '{value}'")
        yield Snapshot(connection)
        connection.rollback()


def _only(places: Sequence[Place] | None) -> str:
    """The condition of rows in these partitions."""
    if places is None:
        return ""
    counties: dict[str, list[str]] = {}
    for month, county in places:
        counties.setdefault(month, []).append(county)
    return "WHERE " + " OR ".join(
        f"({_in_month(month)} AND ({' OR '.join(map(_in_county, some))}))"
        for month, some in counties.items()
    )


def _in_month(month: str) -> str:
    if month == WITHOUT:
        return "_day IS NULL"
    # the snapshot's months are digits by their making
    return f"_day >= '{month}-01' AND _day < date '{month}-01' + interval '1 month'"


def _in_county(county: str) -> str:
    return "_county IS NULL" if county == WITHOUT else f"_county = '{county}'"


def _apart(view: PublishedView, reader: pa.RecordBatchReader) -> Iterator[Read]:
    """Cut a stream sorted by partition into one piece a partition."""
    held: list[pa.RecordBatch] = []
    current: Place | None = None
    for batch in reader:
        for place, part in _runs(batch):
            if current is not None and place != current:
                yield _read(view, current, held)
                held = []
            current = place
            held.append(part)
    if current is not None:
        yield _read(view, current, held)


def _read(view: PublishedView, place: Place, held: list[pa.RecordBatch]) -> Read:
    table = pa.Table.from_batches(held)
    hashes = table.column("_hash").to_numpy()
    return Read(place, _shaped(view, table), int(np.bitwise_xor.reduce(hashes)))


def _runs(batch: pa.RecordBatch) -> Iterator[tuple[Place, pa.RecordBatch]]:
    """Rows one after another that belong to one partition."""
    days, counties = batch.column(0), batch.column(1).dictionary_encode()
    months = days.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
    months = months.astype("M8[D]").astype("M8[M]").astype("i8")
    has_day = days.is_valid().to_numpy(zero_copy_only=False)
    codes = counties.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    changes = np.zeros(max(len(batch) - 1, 0), dtype=bool)
    for column in (months, has_day, codes):
        changes |= column[1:] != column[:-1]
    starts = [0, *(int(each) + 1 for each in changes.nonzero()[0])] if len(batch) else []
    for start, end in zip(starts, [*starts[1:], len(batch)], strict=False):
        day, county = days[start].as_py(), batch.column(1)[start].as_py()
        place = (f"{day:%Y-%m}" if day else WITHOUT, county or WITHOUT)
        yield place, batch.slice(start, end - start)


def _shaped(view: PublishedView, table: pa.Table) -> pa.Table:
    """The view's own columns in their types, residents as pseudonyms, without the server's metadata."""
    columns = []
    for column in view.columns.values():
        values = table.column(column.name).cast(ARROW_TYPES[column.type])
        columns.append(pseudonyms(values) if column.type is ColumnType.RESIDENT else values)
    return pa.table(columns, names=list(view.columns))
