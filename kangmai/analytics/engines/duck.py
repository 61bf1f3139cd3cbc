"""DuckDB: the engine of one machine."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import ibis
from ibis.expr.types import Table

from kangmai.analytics.engines.measure import Cell

MEMORY = "4GB"


@contextmanager
def duckdb_tables(files: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Table]]:
    """The Parquet files of each table as an Ibis table, as long as the context lasts."""
    connection = ibis.duckdb.connect(memory_limit=MEMORY)
    try:
        yield {
            name: connection.read_parquet(list(paths), table_name=name, hive_partitioning=False)
            for name, paths in files.items()
        }
    finally:
        connection.disconnect()


def cells_of(table: Table) -> list[Cell]:
    """Carry an expression of counts out; the cells in order."""
    columns = table.to_pyarrow().to_pydict()
    return sorted(map(Cell, *(columns[name] for name in Cell._fields)))
