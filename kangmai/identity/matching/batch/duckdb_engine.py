"""Candidate pairs by DuckDB: each kind of key joined with itself, pairs united, memory bounded."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import duckdb
import numpy as np
import pyarrow as pa

from kangmai.identity.matching.comparison.blocking import FIRM, Key

FIRM_PAIRS, LOOSE_PAIRS = 1.0, 0.5
"""Pairs a record that one kind of firm, or loose, key may bring; larger blocks are left out first.

Six firm ones instead of one bring 57.6 instead of 30.9 million pairs of 5.3 million records, and .9895
instead of .9891 of F1.
"""
LEAST_FIRM, LEAST_LOOSE = 2_000_000, 300_000
"""Pairs that a kind of key may bring in any file, however small."""
LARGEST_BLOCK = 500


class DuckDBCandidates:
    """Collects keys, then gives each pair of records that share one, once."""

    def __init__(self, *, records: int, memory: str = "", threads: int = 0) -> None:
        self.records = records
        self.connection = duckdb.connect()
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute("set preserve_insertion_order = false")
        if memory:
            self.connection.execute(f"set memory_limit = '{memory}'")
        if threads:
            self.connection.execute(f"set threads = {threads}")
        self.connection.execute("create table pairs (pair bigint)")

    def add(self, name: str, keys: pa.Table) -> None:
        """Add the pairs of one kind of key, of `shared_rows`."""
        self.connection.register("keys", keys)
        self.connection.execute(BLOCKS)
        self.connection.unregister("keys")
        sizes = self.connection.execute(BLOCK_SIZES).fetchall()
        largest = largest_block(sizes, records=self.records, firm=name in FIRM)
        if largest >= 2:
            self.connection.execute(PAIRS_OF_BLOCKS, {"largest": largest})

    def all(self) -> np.ndarray:
        """All pairs, `left << 32 | right`, each once, sorted."""
        found = self.connection.sql("select distinct pair from pairs").to_arrow_table()
        pairs = found.column(0).to_numpy().copy()
        pairs.sort()
        return pairs

    def close(self) -> None:
        """Give the memory back."""
        self.connection.close()


BLOCKS = """
create or replace temp table blocks as
select list(row order by row) as members, count(*) as size from keys group by key having count(*) > 1
"""

BLOCK_SIZES = "select size, count(*) as blocks from blocks group by size order by size"

PAIRS_OF_BLOCKS = """
insert into pairs
select members[i] << 32 | members[j]
from blocks, range(1, size) as a(i), range(i + 1, size + 1) as b(j)
where size <= $largest
"""


def largest_block(sizes: list[tuple[int, int]], *, records: int, firm: bool) -> int:
    """The largest block that keeps the pairs of a kind of key within bounds; 0 if none does.

    `sizes`: size of blocks and how many there are, in order of size.
    """
    a_record, least = (FIRM_PAIRS, LEAST_FIRM) if firm else (LOOSE_PAIRS, LEAST_LOOSE)
    allowed, largest = max(least, a_record * records), 0
    for size, blocks in sizes:
        allowed -= blocks * size * (size - 1) / 2
        if allowed < 0 or size > LARGEST_BLOCK:
            break
        largest = size
    return largest


def shared_rows(key: Key) -> pa.Table:
    """`key` and `row` of records whose key another has too, and of a few more: a cheap filter before the grouping."""
    rows = np.flatnonzero(key)
    bits = max(10, min(24, int(np.ceil(np.log2(len(rows) + 1))) + 3))
    bucket = (key[rows] >> np.uint64(64 - bits)).astype(np.int64)
    rows = rows[np.bincount(bucket, minlength=1 << bits)[bucket] > 1]
    return pa.table({"key": key[rows], "row": rows})


def candidates(
    records: int, keys: Iterable[tuple[str, Key]], *, memory: str = ""
) -> DuckDBCandidates:
    """The candidate pairs of all kinds of keys; while DuckDB groups one kind, the next is made ready."""
    found = DuckDBCandidates(records=records, memory=memory)
    shared = ((name, shared_rows(key)) for name, key in keys)
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(next, shared, None)
        while kind := coming.result():
            coming = beside.submit(next, shared, None)
            found.add(*kind)
    return found


class DuckDBEngine:
    """Candidate pairs on one machine."""

    def __init__(self, *, memory: str = "") -> None:
        self.memory = memory

    def pairs(self, records: int, keys: Iterable[tuple[str, Key]]) -> np.ndarray:
        """Pairs of rows that share a key, `left << 32 | right`, each once, sorted."""
        found = candidates(records, keys, memory=self.memory)
        try:
            return found.all()
        finally:
            found.close()
