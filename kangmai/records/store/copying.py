"""Rows as PostgreSQL's binary COPY stream: index tables have fixed widths, so NumPy lays out all rows at once.

Source: PostgreSQL manual, COPY, Binary Format.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
from numpy.typing import NDArray

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "tok": (("h", ">i8"), ("rid", ">i8"), ("sys", ">i4")),
    "ref": (("tgt", ">i8"), ("rid", ">i8"), ("p", ">i4")),
    "dat": (("rid", ">i8"), ("lo", ">i8"), ("hi", ">i8"), ("p", ">i4")),
    "qty": (("rid", ">i8"), ("lo", ">f8"), ("hi", ">f8"), ("p", ">i4"), ("u", ">i4")),
}
"""Columns of the index tables in the order of their rows, with their big-endian widths."""


def microseconds(at: datetime) -> int:
    """A timestamptz as PostgreSQL counts it: microseconds since 2000."""
    return (at - _EPOCH) // _MICROSECOND


ORDER = {"tok": ("h",), "ref": ("tgt",), "dat": ("lo", "p"), "qty": ("lo", "u", "p")}
"""By what the rows of a stream are sorted, last column first: as their index is."""


Column = Sequence[float] | NDArray[np.int64]


def fixed_stream(table: str, values: Sequence[Column]) -> bytes:
    """The COPY stream of columns that are all numbers, in the order of the table's main index.

    Neighbours in the stream then fall on the same page of the index.
    """
    columns = TABLES[table]
    fields = [("count", ">i2")]
    for name, kind in columns:
        fields += [(f"{name}_size", ">i4"), (name, kind)]
    stream = np.empty(len(values[0]), dtype=np.dtype(fields))
    stream["count"] = len(columns)
    for (name, kind), column in zip(columns, values, strict=True):
        stream[f"{name}_size"] = int(kind[2])
        stream[name] = column
    order = np.lexsort([stream[name] for name in ORDER[table]])
    return _SIGNATURE + stream[order].tobytes() + _TRAILER


def copy_columns(database: psycopg.Cursor, table: str, values: Sequence[Column]) -> None:
    """Append to an index table, column by column in the order of `TABLES`."""
    names = ", ".join(name for name, _ in TABLES[table])
    with database.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(fixed_stream(table, values))


def copy_fixed(database: psycopg.Cursor, table: str, rows: Sequence[tuple[float, ...]]) -> None:
    """Append rows of numbers to an index table."""
    if rows:
        copy_columns(database, table, list(zip(*rows, strict=True)))


def copy_rows(
    database: psycopg.Cursor,
    table: str,
    columns: str,
    types: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Append rows of any kind; `types` are the PostgreSQL names of the columns' types."""
    with database.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
