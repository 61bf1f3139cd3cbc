"""Write the first versions of many resources, with their index and log, by one binary COPY a table.

A few, and later versions, go by one statement: see `changes`.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np
import psycopg

from kangmai.kernel.ids import AccountId
from kangmai.records.search.extraction import VERSION, Keys
from kangmai.records.store.copying import (
    copy_columns,
    copy_fixed,
    copy_rows,
    microseconds,
)
from kangmai.records.store.rows import Row, body_columns

COMPARTMENT = 0
"""The number that stands for a parameter in the `ref` rows of compartments."""

_RES_COLUMNS = "rt, rid, fid, fh, ver, ts, flags, xv, subject, author_org, label, body, kv"
_RES_TYPES = (
    "int2", "int8", "text", "int8", "int4", "timestamptz", "int2", "int2", "int8", "int8", "int2", "bytea",
    "int2",
)  # fmt: skip


def insert(database: psycopg.Cursor, rows: Sequence[Row], *, account: AccountId) -> None:
    """Write the first versions of resources."""
    if not rows:
        return
    copy_rows(database, "res", _RES_COLUMNS, _RES_TYPES, [_res(row) for row in rows])
    add_keys(database, [(row.rid, row.keys, row.compartments) for row in rows])
    _log(database, [(row.rt, row.rid, row.ver, "C", row.flags, row.ts) for row in rows], account)
    remember_shapes(database, rows)


def _res(row: Row) -> tuple[object, ...]:
    return (
        row.rt, row.rid, row.fid, row.fh, row.ver, row.ts, row.flags, VERSION, row.subject, row.author_org,
        row.label, *body_columns(row),
    )  # fmt: skip


def _few_rows(rid: int, keys: Keys, compartments: Sequence[int]) -> dict[str, list[tuple]]:
    """The rows of every index table but the tokens, of which there are far more than of the rest."""
    return {
        "ref": [(target, rid, p) for target, p in keys.references]
        + [(target, rid, COMPARTMENT) for target in compartments],
        "dat": [(rid, microseconds(lo), microseconds(hi), p) for p, lo, hi in keys.dates],
        "str": [(rid, p, v) for p, v in keys.strings],
        "qty": [(rid, lo, hi, p, u) for p, u, lo, hi in keys.quantities],
    }


def add_keys(database: psycopg.Cursor, many: Sequence[tuple[int, Keys, Sequence[int]]]) -> None:
    """Append the index rows of many resources, (rid, keys, compartments) each."""
    _add_tokens(database, many)
    tables: dict[str, list[tuple]] = {"ref": [], "dat": [], "str": [], "qty": []}
    for rid, keys, compartments in many:
        for table, rows in _few_rows(rid, keys, compartments).items():
            tables[table] += rows
    for table in ("ref", "dat", "qty"):
        copy_fixed(database, table, tables[table])
    if tables["str"]:
        texts = sorted(tables["str"], key=itemgetter(1, 2))
        copy_rows(database, "str", "rid, p, v", ("int8", "int4", "text"), texts)


def _add_tokens(database: psycopg.Cursor, many: Sequence[tuple[int, Keys, Sequence[int]]]) -> None:
    """Append the tokens, laid out by columns; every resource has at least its shape."""
    hashes: list[int] = []
    systems: list[int] = []
    for _, keys, _ in many:
        h, system = zip(*keys.tokens, strict=True)
        hashes += h
        systems += system
    counts = [len(keys.tokens) for _, keys, _ in many]
    rids = np.repeat(np.array([rid for rid, _, _ in many], dtype=np.int64), counts)
    copy_columns(database, "tok", (hashes, rids, systems))


def _log(database: psycopg.Cursor, rows: Sequence[tuple], account: AccountId) -> None:
    copy_rows(
        database,
        "log",
        "rt, rid, ver, op, flags, ts, actor",
        ("int2", "int8", "int4", "text", "int2", "timestamptz", "int8"),
        [(*row, account) for row in rows],
    )


@lru_cache(maxsize=4)
def _known_shapes(database: str) -> set[int]:
    """Shapes that another transaction has committed: only those need no further look."""
    return set()


def remember_shapes(database: psycopg.Cursor, rows: Sequence[Row]) -> None:
    """Register which parameters have values in shapes not met before; searches with `:missing` need it."""
    known = _known_shapes(f"{database.connection.info.host}/{database.connection.info.dbname}")
    fresh = {
        row.keys.shape: (row.rt, list(row.keys.present))
        for row in rows
        if row.keys.shape not in known
    }
    for shape, (rt, present) in sorted(fresh.items()):
        database.execute(
            "INSERT INTO shape (h, rt, present) VALUES (%s, %s, %s::int[]) ON CONFLICT DO NOTHING",
            [shape, rt, present],
        )
        if database.rowcount == 0:
            known.add(shape)
