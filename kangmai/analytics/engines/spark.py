"""Spark: the same expressions, for a lake that one machine cannot hold (extra `spark`)."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import ibis
from ibis.expr.types import Table

from kangmai.analytics.errors import EngineAbsent
from kangmai.analytics.lake.storage import Files

MASTER = "local[2]"


@contextmanager
def spark_tables(files: Mapping[str, Files]) -> Iterator[dict[str, Table]]:
    """The Parquet files of each table as an Ibis table, as long as the context lasts.

    The master is that of the setting KANGMAI_SPARK_MASTER, or two threads of this machine.

    Raises:
        EngineAbsent: PySpark is not installed, or the lake lies in a bucket, for which Spark needs libraries
            of its own.
    """
    if any(each.filesystem is not None for each in files.values()):
        raise EngineAbsent(engine="spark", mend="it counts a lake in a folder only")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineAbsent(
            engine="spark", mend="pip install 'kangmai[spark]', and Java 17"
        ) from None
    session = (
        SparkSession.builder.master(os.environ.get("KANGMAI_SPARK_MASTER", MASTER))
        .appName("kangmai indicators")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    try:
        connection = ibis.pyspark.connect(session)
        for name, each in files.items():
            session.read.parquet(*each.paths).createOrReplaceTempView(name)
        yield {name: connection.table(name) for name in files}
    finally:
        session.stop()
