"""DuckDB: the engine of one machine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ibis
import pyarrow.dataset
from ibis.expr.types import Table

from kangmai.analytics.engines.measure import Cell
from kangmai.analytics.lake.storage import Files

MEMORY = "4GB"


Opener = Callable[[Mapping[str, Files]], dict[str, Table]]
"""What opens the files of tables as Ibis tables."""


@contextmanager
def duckdb_tables(files: Mapping[str, Files]) -> Iterator[dict[str, Table]]:
    """The Parquet files of each table as an Ibis table, as long as the context lasts."""
    with duckdb_engine() as opener:
        yield opener(files)


@contextmanager
def duckdb_engine() -> Iterator[Opener]:
    """An engine for one count after another, which opens the same files once, as long as the context lasts."""
    connection = ibis.duckdb.connect(memory_limit=MEMORY)
    # its bar would stand among the figures that a command prints
    connection.con.execute("SET enable_progress_bar = false")
    # files never change, and the system keeps what is read again and again: no second copy of it in our memory
    connection.con.execute("SET enable_external_file_cache = false")
    known: dict[tuple[str, tuple[str, ...]], Table] = {}

    def opener(files: Mapping[str, Files]) -> dict[str, Table]:
        for name, each in files.items():
            if (name, each.paths) not in known:
                found = _table(connection, f"{name}_{len(known)}", each)
                known[name, each.paths] = _numbered(found)
        return {name: known[name, each.paths] for name, each in files.items()}

    try:
        yield opener
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


def _numbered(table: Table) -> Table:
    """Pseudonyms as the whole numbers of 128 bits that they are: matched and grouped in half the time of bytes."""
    hidden = [name for name, type in table.schema().items() if type.is_binary()]
    return table.mutate(**{name: table[name].cast("uuid") for name in hidden})


def cells_of(table: Table) -> list[Cell]:
    """Carry an expression of counts out; the cells in order."""
    columns = table.to_pyarrow().to_pydict()
    return sorted(map(Cell, *(columns[name] for name in Cell._fields)))
