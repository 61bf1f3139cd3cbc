"""NumPy columns as PostgreSQL's binary arrays and binary COPY streams: no Python object for each number.

Source: PostgreSQL manual, COPY, Binary Format; array_recv in its source for the layout of arrays.
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

Column = NDArray[np.int64]
Marks = NDArray[np.bool_]
SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
ELEMENTS = {2: 21, 4: 23, 8: 20}
"""Width of an integer → its type's number in PostgreSQL."""


class Int8Array(bytes):
    """A bigint[] in wire form."""


class Int4Array(bytes):
    """An int[] in wire form."""


class Int2Array(bytes):
    """A smallint[] in wire form."""


class _WireDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> Buffer:
        return bytes(obj)


class _Int8Dumper(_WireDumper):
    oid = 1016


class _Int4Dumper(_WireDumper):
    oid = 1007


class _Int2Dumper(_WireDumper):
    oid = 1005


psycopg.adapters.register_dumper(Int8Array, _Int8Dumper)
psycopg.adapters.register_dumper(Int4Array, _Int4Dumper)
psycopg.adapters.register_dumper(Int2Array, _Int2Dumper)


def _wire(values: Column, width: int) -> bytes:
    rows = np.empty(len(values), dtype=[("size", ">i4"), ("value", f">i{width}")])
    rows["size"], rows["value"] = width, values
    dimensions = 1 if len(values) else 0
    head = struct.pack(">iii", dimensions, 0, ELEMENTS[width])
    return head + (struct.pack(">ii", len(values), 1) if dimensions else b"") + rows.tobytes()


def int8s(values: Column) -> Int8Array:
    """A column as a bigint[] parameter."""
    return Int8Array(_wire(values, 8))


def int4s(values: Column) -> Int4Array:
    """A column as an int[] parameter."""
    return Int4Array(_wire(values, 4))


def int2s(values: Column) -> Int2Array:
    """A column as a smallint[] parameter."""
    return Int2Array(_wire(values, 2))


def copy_stream(columns: Sequence[tuple[Column, int]]) -> bytes:
    """Columns with their widths in bytes as one binary COPY stream."""
    fields = [("count", ">i2")]
    for n, (_, width) in enumerate(columns):
        fields += [(f"size{n}", ">i4"), (f"value{n}", f">i{width}")]
    rows = np.empty(len(columns[0][0]), dtype=np.dtype(fields))
    rows["count"] = len(columns)
    for n, (values, width) in enumerate(columns):
        rows[f"size{n}"], rows[f"value{n}"] = width, values
    return SIGNATURE + rows.tobytes() + TRAILER
