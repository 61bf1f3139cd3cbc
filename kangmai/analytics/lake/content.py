"""A hash of what a table says, the same however and by whatever release its file was written.

For each column, in order: its name and type, which values there are (one byte each), and the values,
missing ones as zero or as empty text; texts as their lengths and then their bytes. Rows are sorted
by the view's cluster and key before.
"""

import functools
import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CONTENT_FORMAT = b"kangmai content 1"
Buffer = Any
"""What a hash takes: an object with the buffer protocol (a type of its own from Python 3.12 on)."""


def in_order(table: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    """The rows sorted by columns."""
    indices = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in columns])
    return table.take(indices).combine_chunks()


def has_duplicates(table: pa.Table, key: tuple[str, ...]) -> bool:
    """Whether two rows have the same key, none of whose columns is null; `table` need not be in order."""
    return table.group_by(list(key), use_threads=False).aggregate([]).num_rows < table.num_rows


def has_neighbours_alike(table: pa.Table, key: tuple[str, ...]) -> bool:
    """The same of rows that are in the order of their key: only neighbours can be alike."""
    pairs = (
        pc.equal(column[1:], column[:-1])
        for column in (table.column(name).combine_chunks() for name in key)
    )
    return table.num_rows > 1 and bool(pc.any(functools.reduce(pc.and_, pairs)).as_py())


def content_hash(table: pa.Table) -> str:
    """The hash of a table whose rows are in order."""
    digest = hashlib.sha256(CONTENT_FORMAT)
    digest.update(str(table.num_rows).encode())
    for name in table.column_names:
        column = table.column(name)
        digest.update(f"\x1f{name}\x1f{column.type}\x1f".encode())
        whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        there: Buffer = np.packbits(whole.is_valid().to_numpy(zero_copy_only=False))
        for part in (there, *_values(whole)):
            digest.update(part)
    return digest.hexdigest()


def _values(array: pa.Array) -> list[Buffer]:
    if pa.types.is_string(array.type):
        filled = array.fill_null("")
        lengths = pc.binary_length(filled).to_numpy(zero_copy_only=False).astype("<i4")
        return [lengths, _text_bytes(filled)]
    if pa.types.is_fixed_size_binary(array.type):
        return [_fixed_bytes(array.fill_null(bytes(array.type.byte_width)))]
    if pa.types.is_boolean(array.type):
        return [np.packbits(array.fill_null(False).to_numpy(zero_copy_only=False))]
    plain = _plain(array)
    return [np.ascontiguousarray(plain.fill_null(0).to_numpy(zero_copy_only=False))]


def _plain(array: pa.Array) -> pa.Array:
    """Dates and instants as the whole numbers they are kept as."""
    if pa.types.is_date32(array.type):
        return array.cast(pa.int32())
    return array.cast(pa.int64()) if pa.types.is_timestamp(array.type) else array


def _text_bytes(array: pa.Array) -> Buffer:
    _, offsets, data = array.buffers()
    if data is None or not len(array):
        return b""
    bounds = np.frombuffer(offsets, dtype="<i4")[array.offset : array.offset + len(array) + 1]
    return memoryview(data)[bounds[0] : bounds[-1]]


def _fixed_bytes(array: pa.Array) -> Buffer:
    _, data = array.buffers()
    if data is None:
        return b""
    width = array.type.byte_width
    return memoryview(data)[array.offset * width : (array.offset + len(array)) * width]
