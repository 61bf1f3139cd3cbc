"""Candidate pairs by Spark, for files that outgrow one machine. Needs the extra `kangmai[spark]`.

Keys are joined as in `duckdb_engine`, within the same bounds, so that pairs and scores are the same.
"""

import shutil
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from kangmai.identity.matching.batch.duckdb_engine import largest_block, shared_rows
from kangmai.identity.matching.comparison.blocking import FIRM, Key
from kangmai.identity.matching.errors import SparkAbsent


class SparkEngine:
    """Candidate pairs by a Spark session: the one that runs, else a local one."""

    def __init__(self) -> None:
        self.session = _session()

    def pairs(self, records: int, keys: Iterable[tuple[str, Key]]) -> np.ndarray:
        """Pairs of rows that share a key, `left << 32 | right`, each once, sorted."""
        frames = [self._of_kind(records, name, key) for name, key in keys]
        found = [frame for frame in frames if frame is not None]
        if not found:
            return np.zeros(0, dtype=np.int64)
        union = found[0]
        for frame in found[1:]:
            union = union.union(frame)
        table: pa.Table = union.distinct().toArrow()
        pairs = table.column(0).to_numpy().copy()
        pairs.sort()
        return pairs

    def _of_kind(self, records: int, name: str, key: Key) -> Any:
        """The pairs of one kind of key as a frame; nothing if its blocks are too large."""
        rows = shared_rows(key)
        if not len(rows):
            return None
        # Spark has no unsigned numbers: the same 64 bits, read as signed.
        table = pa.table({"key": key[rows].view(np.int64), "row": rows.astype(np.int64)})
        frame = self.session.createDataFrame(table)
        blocks = frame.groupBy("key").agg(
            _functions().sort_array(_functions().collect_list("row")).alias("members"),
            _functions().count("*").alias("size"),
        )
        blocks = blocks.where("size > 1").cache()
        sizes = blocks.groupBy("size").count().orderBy("size").collect()
        largest = largest_block(
            [(row["size"], row["count"]) for row in sizes], records=records, firm=name in FIRM
        )
        return blocks.where(f"size <= {largest}").selectExpr(f"inline({PAIRS}) as (pair)")


PAIRS = """flatten(transform(sequence(0, size - 2), i -> transform(sequence(i + 1, size - 1),
    j -> struct(shiftleft(members[i], 32) + members[j] as pair))))"""


def _functions() -> Any:
    from pyspark.sql import functions

    return functions


def _session() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkAbsent(reason="pyspark is not installed") from error
    if not shutil.which("java"):
        raise SparkAbsent(reason="there is no Java")
    return SparkSession.builder.appName("kangmai identity link").getOrCreate()
