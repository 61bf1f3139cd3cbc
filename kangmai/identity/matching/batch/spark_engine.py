"""Candidate pairs by Spark, for files that outgrow one machine. Needs the extra `kangmai[spark]` and Java.

Keys are joined as in `duckdb_engine`, within the same bounds, so that pairs and scores are the same.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from kangmai.identity.matching.batch.duckdb_engine import largest_block, shared_rows
from kangmai.identity.matching.comparison.blocking import FIRM, Key
from kangmai.identity.matching.errors import SparkAbsent

BLOCKS = """
select kind, sort_array(collect_list(row)) as members, count(*) as size from keys
group by kind, key having count(*) > 1
"""
SIZES = "select kind, size, count(*) as blocks from blocks group by kind, size order by kind, size"
PAIRS = """
select distinct shiftleft(members[i], 32) + members[j] as pair
from (select members, size, explode(sequence(0, size - 2)) as i from blocks
      join limits using (kind) where size <= largest)
lateral view explode(sequence(i + 1, size - 1)) as j
"""


class SparkEngine:
    """Candidate pairs by a Spark session: the one that runs, else a local one.

    Raises: SparkAbsent.
    """

    def __init__(self) -> None:
        self.session = _session()

    def pairs(self, records: int, keys: Iterable[tuple[str, Key]]) -> np.ndarray:
        """Pairs of rows that share a key, `left << 32 | right`, each once, sorted."""
        table = _keys_table(keys)
        if not table.num_rows:
            return np.zeros(0, dtype=np.int64)
        self.session.createDataFrame(table).createOrReplaceTempView("keys")
        blocks = self.session.sql(BLOCKS).cache()
        blocks.createOrReplaceTempView("blocks")
        self._limits(records).createOrReplaceTempView("limits")
        pairs = self.session.sql(PAIRS).toArrow().column(0).to_numpy().astype(np.int64)
        blocks.unpersist()
        pairs.sort()
        return pairs

    def _limits(self, records: int) -> Any:
        """The largest block of each kind of key, as a frame."""
        sizes: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in self.session.sql(SIZES).collect():
            sizes[row["kind"]].append((row["size"], row["blocks"]))
        limits = {
            kind: largest_block(of_kind, records=records, firm=kind in FIRM)
            for kind, of_kind in sizes.items()
        }
        return self.session.createDataFrame(
            list(limits.items()) or [("", 0)], "kind string, largest int"
        )


def _keys_table(keys: Iterable[tuple[str, Key]]) -> pa.Table:
    """All keys that more than one row has; Spark has no unsigned numbers, so their bits are read as signed."""
    tables = []
    for name, key in keys:
        shared = shared_rows(key)
        signed = shared["key"].to_numpy().view(np.int64)
        kind = pa.repeat(pa.scalar(name), len(signed))
        tables.append(pa.table({"kind": kind, "key": signed, "row": shared["row"]}))
    empty = pa.table({"kind": pa.array([], pa.string())})
    return pa.concat_tables(tables) if tables else empty


def _session() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkAbsent(reason="pyspark is not installed") from error
    if not shutil.which("java"):
        raise SparkAbsent(reason="there is no Java")
    running = SparkSession.getActiveSession()
    return (
        running
        or SparkSession.builder.appName("kangmai identity link")
        .config(
            # A local session has few processors: hundreds of partitions would only wait for each other.
            "spark.sql.shuffle.partitions",
            "16",
        )
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
