"""The manifest: which files are the lake now, how many rows they hold, and up to when.

A manifest is an immutable file named by the hash of its text; the file `current` holds the name of the
one that is in force, and replacing it is the only step of a run that anybody can see.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import orjson

from kangmai.analytics.errors import LakeBroken

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Up to when the database was read: the snapshot's moment, and its place in the event feed.

    Events below `xid` of this epoch are in; those of younger transactions may be or not.
    """

    at: datetime
    epoch: int
    xid: int


@dataclass(frozen=True, slots=True)
class Partition:
    """The rows of one month and county. `mark` tells a change in PostgreSQL, `content` one in the lake."""

    month: str
    county: str
    rows: int
    mark: int
    content: str
    file: str
    bytes: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the file's bytes, which the file is named by."""
        return PurePosixPath(self.file).stem


@dataclass(frozen=True, slots=True)
class TableState:
    """One table of the lake. `definition` and `schema` are hashes of the view and of its columns."""

    name: str
    room: str
    definition: str
    schema: str
    partitions: tuple[Partition, ...]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(each.rows for each in self.partitions)

    @property
    def content(self) -> str:
        """A hash of all that stands in it, whatever files it is kept in."""
        parts = [[each.month, each.county, each.content] for each in self.partitions]
        return hashlib.sha256(orjson.dumps([self.schema, parts])).hexdigest()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The lake at one moment.

    `mended` is when a run last wrote files anew that may have been damaged, or empty: what was counted before
    that, even from the same rows, is not to be trusted.
    """

    id: str
    cutoff: Cutoff
    tables: Mapping[str, TableState]
    mended: str = ""


def to_json(cutoff: Cutoff, tables: Mapping[str, TableState], mended: str = "") -> bytes:
    """The text of a manifest, the same for the same lake."""
    plain = {
        "format": FORMAT,
        "cutoff": {"at": cutoff.at.isoformat(), "epoch": cutoff.epoch, "xid": cutoff.xid},
        "mended": mended,
        "tables": {name: _table_json(tables[name]) for name in sorted(tables)},
    }
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2)


def _table_json(table: TableState) -> dict[str, Any]:
    partitions = [
        [each.month, each.county, each.rows, each.mark, each.content, each.file, each.bytes]
        for each in table.partitions
    ]
    return {
        "room": table.room,
        "definition": table.definition,
        "schema": table.schema,
        "rows": table.rows,
        "content": table.content,
        "partitions": partitions,
    }


def manifest_id(text: bytes) -> str:
    """The name of a manifest: the hash of its text."""
    return hashlib.sha256(text).hexdigest()


def from_json(text: bytes) -> Manifest:
    """Read a manifest. Raises LakeBroken where another release wrote it in its own way."""
    plain = orjson.loads(text)
    if plain["format"] != FORMAT:
        raise LakeBroken(reason=f"its manifest has format {plain['format']} instead of {FORMAT}")
    cutoff = Cutoff(
        datetime.fromisoformat(plain["cutoff"]["at"]),
        plain["cutoff"]["epoch"],
        plain["cutoff"]["xid"],
    )
    tables = {
        name: TableState(
            name,
            each["room"],
            each["definition"],
            each["schema"],
            tuple(Partition(*values) for values in each["partitions"]),
        )
        for name, each in plain["tables"].items()
    }
    return Manifest(manifest_id(text), cutoff, tables, plain["mended"])
