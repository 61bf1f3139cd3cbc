"""DuckDB: the engine of one machine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ibis
import pyarrow.dataset
from ibis.expr.types import Table

from kangmai.analytics.engines.measure import Cell
from kangmai.analytics.lake.storage import Files

MEMORY = "4GB"


@contextmanager
def duckdb_tables(files: Mapping[str, Files]) -> Iterator[dict[str, Table]]:
    """The Parquet files of each table as an Ibis table, as long as the context lasts."""
    connection = ibis.duckdb.connect(memory_limit=MEMORY)
    # its bar would stand among the figures that a command prints
    connection.con.execute("SET enable_progress_bar = false")
    try:
        yield {name: _table(connection, name, each) for name, each in files.items()}
    finally:
        connection.disconnect()


def _table(connection: Any, name: str, files: Files) -> Table:
    """A table of this machine's files, or of a store's, which Arrow reads: DuckDB's own reader is a download."""
    if files.filesystem is None:
        return connection.read_parquet(list(files.paths), table_name=name, hive_partitioning=False)
    dataset = pyarrow.dataset.dataset(
        list(files.paths), filesystem=files.filesystem, format="parquet"
    )
    connection.con.register(name, dataset)
    return connection.table(name)


def cells_of(table: Table) -> list[Cell]:
    """Carry an expression of counts out; the cells in order."""
    columns = table.to_pyarrow().to_pydict()
    return sorted(map(Cell, *(columns[name] for name in Cell._fields)))
