"""Rows as PostgreSQL's binary COPY stream: index tables have fixed widths, so NumPy lays out all rows at once.

Source: PostgreSQL manual, COPY, Binary Format.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg

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


def fixed_rows(table: str, rows: Sequence[tuple[float, ...]]) -> bytes:
    """The COPY stream of rows that are all numbers."""
    columns = TABLES[table]
    fields = [("count", ">i2")]
    for name, kind in columns:
        fields += [(f"{name}_size", ">i4"), (name, kind)]
    stream = np.empty(len(rows), dtype=np.dtype(fields))
    stream["count"] = len(columns)
    for (name, kind), values in zip(columns, zip(*rows, strict=True), strict=True):
        stream[f"{name}_size"] = int(kind[2])
        stream[name] = values
    return _SIGNATURE + stream.tobytes() + _TRAILER


def copy_fixed(database: psycopg.Cursor, table: str, rows: Sequence[tuple[float, ...]]) -> None:
    """Append rows of numbers to an index table."""
    if not rows:
        return
    names = ", ".join(name for name, _ in TABLES[table])
    with database.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(fixed_rows(table, rows))


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
