"""Rows of `res` as they are prepared, locked and read."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import psycopg

from kangmai.kernel import sealing
from kangmai.records.fhir.definitions import resource_type_names, resource_types
from kangmai.records.parameters import registry
from kangmai.records.search.extraction import Keys, extract, is_sealed
from kangmai.records.store.packing import packed, unpacked
from kangmai.records.types import Flag, Resource, Stored

BLOCK = 256
"""How many row ids one step of the sequence `records_rid` stands for."""

SEARCH = "search"
"""The purpose of the keyed hashes under which sealed people are found."""

COLUMNS = "r.rt, r.rid, r.fid, r.ver, r.ts, r.flags, r.subject, r.author_org, r.label, r.body, r.kv"


@dataclass(frozen=True, slots=True)
class Row:
    """A version of a resource that is about to be written."""

    rt: int
    rid: int
    fid: str
    fh: int
    ver: int
    ts: datetime
    flags: int
    subject: int | None
    author_org: int | None
    label: int
    body: bytes = field(repr=False)
    keys: Keys = field(repr=False)
    compartments: tuple[int, ...]

    @property
    def type(self) -> str:
        return resource_type_names()[self.rt]


class _RowIds(threading.local):
    """Row ids in blocks, one block a thread at a time, so that most writes need no extra round trip."""

    def __init__(self) -> None:
        self.database = ""
        self.next = 0
        self.end = 0


_row_ids = _RowIds()


def take_row_ids(database: psycopg.Cursor, count: int) -> list[int]:
    """`count` new row ids, ascending."""
    if count == 0:
        return []
    name = f"{database.connection.info.host}/{database.connection.info.dbname}/{os.getpid()}"
    if _row_ids.database != name:
        _row_ids.database, _row_ids.next, _row_ids.end = name, 0, 0
    ids = list(range(_row_ids.next, min(_row_ids.end, _row_ids.next + count)))
    if missing := count - len(ids):
        blocks = -(-missing // BLOCK)
        rows = database.execute(
            "SELECT nextval('records_rid') FROM generate_series(1, %s)", [blocks]
        ).fetchall()
        fresh = [base + offset for (base,) in rows for offset in range(BLOCK)]
        ids += fresh[:missing]
        _row_ids.next = ids[-1]
        _row_ids.end = fresh[-1] + 1
    _row_ids.next = ids[-1] + 1
    return ids


def keyed_hash(text: str) -> int:
    """The keyed hash under which sealed people are found."""
    return sealing.blinder(SEARCH)(text)


def keys_of(resource: Resource, *, leaving: bool = False) -> Keys:
    """The search keys of a resource, keyed where they would name a person.

    Args:
        leaving: also those of added search parameters that are being taken out.
    """
    return extractor(leaving=leaving)(resource)


def extractor(*, leaving: bool = False) -> Callable[[Resource], Keys]:
    """A function that does what `keys_of` does for many resources, and looks at keyring and parameters once."""
    registry.look()
    return partial(extract, keyed_hash=sealing.blinder(SEARCH), leaving=leaving)


def tokens_of(resource: Resource) -> list[set[tuple[int, int]]]:
    """The tokens of a resource under each key they may stand under, those that are written first."""
    registry.look()
    hashes = sealing.blinders(SEARCH)
    return [set(extract(resource, keyed_hash=each, leaving=True).tokens) for each in hashes]


def bound_to(rt: int, rid: int) -> bytes:
    """The place a sealed body belongs to."""
    return f"res:{rt}:{rid}".encode()


def body_columns(row: Row) -> tuple[bytes | None, int | None]:
    """The columns body and kv of a row: the body packed, and the key version if it is sealed besides."""
    if row.flags & Flag.DELETED:
        return None, None
    small = packed(row.body)
    if is_sealed(row.type):
        version, sealed = sealing.seal(small, bound_to=bound_to(row.rt, row.rid))
        return sealed, version
    return small, None


def stored(row: Sequence) -> Stored:
    """A row in the order of `COLUMNS`, with its body opened."""
    rt, rid, fid, ver, ts, flags, subject, author_org, label, body, kv = row
    if kv is not None:
        body = sealing.unseal(kv, bytes(body), bound_to=bound_to(rt, rid))
    text = b"" if body is None else unpacked(body)
    return Stored(
        resource_type_names()[rt], fid, rid, ver, ts, Flag(flags), subject, author_org, label, text
    )


def type_number(resource_type: str) -> int:
    """The number of a resource type in the column `rt`. Raises: KeyError."""
    return resource_types()[resource_type]
