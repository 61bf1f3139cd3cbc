"""Spark: the same expressions, for a lake that one machine cannot hold (extra `spark`)."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ibis
from ibis.expr.types import Table

from kangmai.analytics.engines.duck import Opener
from kangmai.analytics.errors import EngineAbsent
from kangmai.analytics.lake.storage import Files

MASTER = "local[2]"


@contextmanager
def spark_tables(files: Mapping[str, Files]) -> Iterator[dict[str, Table]]:
    """The Parquet files of each table as an Ibis table, as long as the context lasts.

    Raises:
        EngineAbsent: PySpark is not installed, or the lake lies in a bucket, for which Spark needs libraries
            of its own.
    """
    with spark_engine() as opener:
        yield opener(files)


@contextmanager
def spark_engine() -> Iterator[Opener]:
    """A session for one count after another, as long as the context lasts.

    The master is that of the setting KANGMAI_SPARK_MASTER, or two threads of this machine.

    Raises:
        EngineAbsent: PySpark is not installed; opening tables of a bucket raises it too.
    """
    session = _session()
    connection = ibis.pyspark.connect(session)
    known: dict[tuple[str, tuple[str, ...]], Table] = {}

    def opener(files: Mapping[str, Files]) -> dict[str, Table]:
        if any(each.filesystem is not None for each in files.values()):
            raise EngineAbsent(engine="spark", mend="it counts a lake in a folder only")
        for name, each in files.items():
            if (name, each.paths) not in known:
                view = f"{name}_{len(known)}"
                session.read.parquet(*each.paths).createOrReplaceTempView(view)
                known[name, each.paths] = connection.table(view)
        return {name: known[name, each.paths] for name, each in files.items()}

    try:
        yield opener
    finally:
        session.stop()


def _session() -> Any:
    """A session of its own. Raises EngineAbsent without PySpark."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineAbsent(
            engine="spark", mend="pip install 'kangmai[spark]', and Java 17"
        ) from None
    return (
        SparkSession.builder.master(os.environ.get("KANGMAI_SPARK_MASTER", MASTER))
        .appName("kangmai indicators")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        # a task for each file only to see that it is there costs more than all of a count
        .config("spark.sql.sources.parallelPartitionDiscovery.threshold", "100000")
        .getOrCreate()
    )
