"""Write prepared rows: resources, their index, history and log, in a handful of statements whatever their number.

A few rows go by one statement of CTEs, many by binary COPY a table.
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
from kangmai.records.store.rows import Row, sealed_body
from kangmai.records.types import Stored

COMPARTMENT = 0
"""The number that stands for a parameter in the `ref` rows of compartments."""

_RES_COLUMNS = "rt, rid, fid, fh, ver, ts, flags, xv, subject, author_org, label, body, sealed, kv"
_RES_TYPES = (
    "int2", "int8", "text", "int8", "int4", "timestamptz", "int2", "int2", "int8", "int8", "int2", "text",
    "bytea", "int2",
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
        row.label, *sealed_body(row),
    )  # fmt: skip


def index_rows(rid: int, keys: Keys, compartments: Sequence[int]) -> dict[str, list[tuple]]:
    """The rows of every index table for one resource, in the order of their columns."""
    return {
        "tok": [(h, rid, system) for h, system in keys.tokens],
        **_few_rows(rid, keys, compartments),
    }


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


_TYPES = {
    "tok": (("h", "int8"), ("rid", "int8"), ("sys", "int4")),
    "ref": (("tgt", "int8"), ("rid", "int8"), ("p", "int4")),
    "dat": (("rid", "int8"), ("lo", "int8"), ("hi", "int8"), ("p", "int4")),
    "str": (("rid", "int8"), ("p", "int4"), ("v", "text")),
    "qty": (("rid", "int8"), ("lo", "float8"), ("hi", "float8"), ("p", "int4"), ("u", "int4")),
}


def _remove(database: psycopg.Cursor, table: str, rows: Sequence[tuple]) -> None:
    """Delete index rows by their whole key, through the same index that finds them."""
    if not rows:
        return
    names = [name for name, _ in _TYPES[table]]
    arrays = ", ".join(f"%s::{kind}[]" for _, kind in _TYPES[table])
    # instants travel as microseconds since 2000, as they do in COPY
    same = " AND ".join(
        f"t.{name} = " + (f"timestamptz '2000-01-01Z' + k.{name} * interval '1 microsecond'" if name in ("lo", "hi")
                          and table == "dat" else f"k.{name}")
        for name in names
    )  # fmt: skip
    database.execute(
        f"DELETE FROM {table} t USING unnest({arrays}) k({', '.join(names)}) WHERE {same}",
        [list(column) for column in zip(*rows, strict=True)],
    )


def replace_keys(
    database: psycopg.Cursor,
    rid: int,
    *,
    old: tuple[Keys, Sequence[int]] | None,
    new: tuple[Keys, Sequence[int]] | None,
) -> None:
    """Rewrite only the index rows of one resource that changed; `None` stands for no rows at all."""
    before = index_rows(rid, *old) if old else {}
    after = index_rows(rid, *new) if new else {}
    for table in _TYPES:
        gone = set(before.get(table, ())) - set(after.get(table, ()))
        come = set(after.get(table, ())) - set(before.get(table, ()))
        _remove(database, table, sorted(gone))
        if come and table == "str":
            copy_rows(database, "str", "rid, p, v", ("int8", "int4", "text"), sorted(come))
        elif come:
            copy_fixed(database, table, sorted(come))


def supersede(
    database: psycopg.Cursor, old: Stored, row: Row, *, op: str, account: AccountId
) -> None:
    """Put the present version of a resource into history and write the next one in its place.

    Args:
        op: `U` for a new version, `D` for a deletion (whose row has no body).
    """
    database.execute(
        """INSERT INTO hist (rt, rid, ver, op, ts, subject, author_org, label, body, sealed, kv)
           SELECT rt, rid, ver, CASE WHEN flags & 1 = 1 THEN 'D' WHEN ver = 1 THEN 'C' ELSE 'U' END,
                  ts, subject, author_org, label, body, sealed, kv
           FROM res WHERE rt = %s AND rid = %s""",
        [row.rt, row.rid],
    )
    body, sealed, version = sealed_body(row)
    database.execute(
        """UPDATE res SET ver = %s, ts = %s, flags = %s, xv = %s, subject = %s, author_org = %s, label = %s,
                          body = %s, sealed = %s, kv = %s
           WHERE rt = %s AND rid = %s AND ver = %s""",
        [row.ver, row.ts, row.flags, VERSION, row.subject, row.author_org, row.label, body, sealed, version,
         row.rt, row.rid, old.version],
    )  # fmt: skip
    _log(database, [(row.rt, row.rid, row.ver, op, row.flags, row.ts)], account)
    remember_shapes(database, [row])


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
