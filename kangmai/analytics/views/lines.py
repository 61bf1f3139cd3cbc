"""The rows of a view over the lines of a file, as JSON: by DuckDB where that is faster, else by Python.

A view that has SQL runs over blocks of lines in DuckDB; what DuckDB cannot tell exactly is left to
Python line by line. The rows and their order are the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from kangmai.analytics.views.compiler import CompiledView
from kangmai.analytics.views.reading import read_lines, read_resources
from kangmai.analytics.views.sql.rows import ViewQuery, view_query
from kangmai.records.fhirpath.reading import read_json, write_json

FEW = 2_000
"""So many lines take Python less time than DuckDB takes to start."""
BLOCK = 32 * 2**20
"""Bytes of lines that DuckDB is given at a time."""
ALONE = 500
"""A block of so few lines that DuckDB refuses is left to Python whole."""
REFUSED = (duckdb.InvalidInputException, duckdb.ConversionException)
"""What DuckDB says of lines it cannot read; any other error is one of the query, and ours."""
Numbered = tuple[int, bytes]


def written_rows(
    view: CompiledView,
    lines: Iterable[bytes],
    *,
    at: datetime | None = None,
    few: int = FEW,
    alone: int = ALONE,
    threads: int | None = None,
) -> Iterator[bytes]:
    """The rows of a file's resources as JSON; one text may hold several, a line break between them.

    `at` (aware) is the moment for now() and today(); `few` (at least 1) and `alone` are numbers of
    lines; without `threads` DuckDB takes as many as the machine has cores.
    Raises: ResourceUnreadable, RowRefused.
    """
    rest = iter(lines)
    first = list(islice(rest, few))
    constants = {name: items[0] for name, items in view.constants.items()}
    query = view_query(view.view, constants) if len(first) == few else None
    if query is None or not stands_by_line(first):
        yield from by_python(view, chain(first, rest), at)
        return
    yield from by_python(view, first, at)
    config: dict[str, Any] = {} if threads is None else {"threads": threads}
    with duckdb.connect(config=config) as connection, TemporaryDirectory() as folder:
        numbered = ((n, line) for n, line in enumerate(rest, start=few + 1) if line.strip())
        extract = DuckExtract(connection, query, Path(folder), alone)
        for block in blocks(numbered):
            made = extract.rows([text for _, text in block])
            for line, rows in zip(block, made, strict=True):
                if rows is None:
                    yield from by_python_alone(view, line, at)
                elif rows:
                    yield rows


def stands_by_line(lines: list[bytes]) -> bool:
    """Whether a file is NDJSON and not one JSON value over many lines."""
    first = next((line for line in lines if line.strip()), b"")
    try:
        read_json(first)
    except ValueError:
        return False
    return True


def by_python(view: CompiledView, lines: Iterable[bytes], at: datetime | None) -> Iterator[bytes]:
    for resource, resolver in read_resources(lines, opens_bundles=view.opens_bundles):
        for record in view.records(resource, resolver=resolver, at=at):
            yield write_json(record)


def by_python_alone(view: CompiledView, numbered: Numbered, at: datetime | None) -> Iterator[bytes]:
    """The rows of one line of an NDJSON file."""
    for resource, resolver in read_lines(iter([numbered]), view.opens_bundles):
        for record in view.records(resource, resolver=resolver, at=at):
            yield write_json(record)


def blocks(lines: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    """Lines in blocks of about `BLOCK` bytes."""
    block: list[Numbered] = []
    size = 0
    for numbered in lines:
        block.append(numbered)
        size += len(numbered[1])
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


class DuckExtract:
    """A query run over blocks of lines."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, query: ViewQuery, folder: Path, alone: int
    ) -> None:
        self.connection = connection
        self.query = query
        self.alone = alone
        self.file = folder / "lines.ndjson"

    def rows(self, lines: list[bytes]) -> list[bytes | None]:
        """Of each line its rows, None where DuckDB cannot tell them.

        DuckDB refuses a whole file for one line, so a block that it refuses is halved.
        """
        self.file.write_bytes(b"\n".join(lines))
        try:
            made = self.connection.execute(self.query.sql, {"file": str(self.file)}).fetchall()
        except REFUSED:
            if len(lines) <= self.alone:
                return [None] * len(lines)
            middle = len(lines) // 2
            return self.rows(lines[:middle]) + self.rows(lines[middle:])
        odd = self.odd(lines)
        return [None if is_odd else rows for (rows,), is_odd in zip(made, odd, strict=True)]

    def odd(self, lines: list[bytes]) -> list[bool]:
        """Of each line whether DuckDB reads it otherwise than it stands there."""
        texts = pa.array(lines, pa.binary()).cast(pa.string())
        return pc.match_substring_regex(texts, self.query.odd).to_pylist()
