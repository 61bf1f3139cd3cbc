"""Write a few versions of resources, whatever they replace, in one statement: one round trip for all tables.

Versions travel as an array a column, index rows as an array of rows. Numbers and instants are written as
PostgreSQL's literals, which costs a fifth of what adapting each value does; texts and bodies go in binary form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from kangmai.kernel import audit, sealing
from kangmai.kernel.ids import AccountId
from kangmai.records.search.extraction import VERSION, Keys, compartments
from kangmai.records.search.rows import Rows
from kangmai.records.store.bodies import decode
from kangmai.records.store.rows import SEARCH, Row, body_columns, keys_of, tokens_of
from kangmai.records.store.write import COMPARTMENT
from kangmai.records.types import Flag, Stored


@dataclass(frozen=True, slots=True)
class Change:
    """A version that is about to be written, by whom, and the version whose place it takes."""

    row: Row
    account: AccountId
    old: Stored | None = field(default=None, repr=False)

    @property
    def is_idle(self) -> bool:
        """Whether all is as it was: what was to be deleted is gone already."""
        return self.old is not None and self.old.version == self.row.ver

    @property
    def op(self) -> str:
        """`C`, `U` or `D`, as the log says it."""
        return "C" if self.old is None else "D" if self.row.flags & Flag.DELETED else "U"


_VERSIONS = (
    ("rt", "int2"), ("rid", "int8"), ("fid", "text"), ("fh", "int8"), ("ver", "int4"), ("ts", "timestamptz"),
    ("flags", "int2"), ("subject", "int8"), ("author_org", "int8"), ("label", "int2"), ("body", "bytea"),
    ("kv", "int2"), ("actor", "int8"),
)  # fmt: skip
_TEXTS = (("rid", "int8"), ("p", "int4"), ("v", "text"))
_Columns = Sequence[tuple[str, str]]
_BINARY = ("text", "bytea")


def _columns_of(columns: _Columns) -> str:
    """A table whose columns are parameters; texts and bodies are sent in binary form.

    Behind a SELECT the planner sees no constants, so that it plans once for all numbers of rows.
    """
    arrays = ", ".join(
        f"(SELECT {'%b' if kind in _BINARY else '%s'}::{kind}[])" for _, kind in columns
    )
    return f"unnest({arrays}) AS k({', '.join(name for name, _ in columns)})"


_INDEXES = {
    "tok": ("h", "rid", "sys"),
    "ref": ("tgt", "rid", "p"),
    "dat": ("rid", "lo", "hi", "p"),
    "str": ("rid", "p", "v"),
    "qty": ("rid", "lo", "hi", "p", "u"),
}


def _index_parts(table: str) -> str:
    """Index rows out, by their whole key and so through the index that finds them, and index rows in."""
    names = _INDEXES[table]
    rows = _columns_of(_TEXTS) if table == "str" else f"unnest((SELECT %s::{table}[])) AS k"
    same = " AND ".join(f"t.{name} = k.{name}" for name in names)
    return f"""
    {table}_gone AS (DELETE FROM {table} t USING {rows} WHERE {same}),
    {table}_come AS (INSERT INTO {table} ({", ".join(names)}) SELECT k.* FROM {rows})"""


# Every part sees the tables as they were before the statement, so `hist` gets the version that `res` loses.
# A version that another transaction has replaced meanwhile fails the whole statement.
_WRITE = f"""
WITH new AS MATERIALIZED (
        SELECT *, CASE WHEN ver = 1 THEN 'C' WHEN flags & 1 = 1 THEN 'D' ELSE 'U' END AS op{{patience}}
        FROM {_columns_of(_VERSIONS)}),
    created AS (
        INSERT INTO res (rt, rid, fid, fh, ver, ts, flags, xv, subject, author_org, label, body, kv)
        SELECT rt, rid, fid, fh, ver, ts, flags, {VERSION}, subject, author_org, label, body, kv
        FROM new WHERE ver = 1),
    past AS (
        INSERT INTO hist (rt, rid, ver, op, ts, subject, author_org, label, body, kv)
        SELECT r.rt, r.rid, r.ver, CASE WHEN r.flags & 1 = 1 THEN 'D' WHEN r.ver = 1 THEN 'C' ELSE 'U' END,
               r.ts, r.subject, r.author_org, r.label, r.body, r.kv
        FROM new n JOIN res r ON r.rt = n.rt AND r.rid = n.rid AND r.ver = n.ver - 1),
    present AS (
        UPDATE res r
        SET ver = n.ver, ts = n.ts, flags = n.flags, xv = {VERSION}, subject = n.subject,
            author_org = n.author_org, label = n.label, body = n.body, kv = n.kv
        FROM new n WHERE r.rt = n.rt AND r.rid = n.rid AND r.ver = n.ver - 1
        RETURNING 1),
    logged AS (
        INSERT INTO log (rt, rid, ver, op, flags, ts, actor)
        SELECT rt, rid, ver, op, flags, ts, actor FROM new),
    audited AS ({{audit}}),
    {",".join(_index_parts(table) for table in _INDEXES)}
SELECT records_require_unchanged((SELECT count(*) FROM present) = (SELECT count(*) FROM new WHERE ver > 1))"""
PATIENCE_MS = 200
"""How long a joint statement waits for a row that a longer transaction has locked, before it gives up."""
# every part reads `new` before it touches a row, so the limit holds for all of them, and for this statement only
_PATIENCE = f", set_config('lock_timeout', '{PATIENCE_MS}ms', true) AS patience"
_WRITE_JOINTLY = _WRITE.format(audit=audit.INSERT, patience=_PATIENCE)
_WRITE = _WRITE.format(audit=audit.INSERT, patience="")


def apply(
    database: psycopg.Cursor,
    changes: Sequence[Change],
    deeds: Sequence[audit.Entry],
    *,
    jointly: bool = False,
) -> None:
    """Write every change with its index rows, history and log, and the deeds into the audit trail.

    Args:
        changes: of different resources.
        jointly: the statement is its own transaction, and others wait for it: it does not wait long itself.

    Raises:
        psycopg.errors.SerializationFailure: an old version is no longer the present one.
        psycopg.errors.LockNotAvailable: jointly, and another transaction holds one of the rows.
    """
    # later versions in key order, so that two statements cannot wait for each other in a circle
    changes = sorted(changes, key=lambda c: (c.row.rt, c.row.rid) if c.old else (0, 0))
    values = _arrays(_VERSIONS, [_version(change) for change in changes])
    values += audit.columns(deeds)
    values += _index_arrays([_difference(change) for change in changes])
    database.execute(_WRITE_JOINTLY if jointly else _WRITE, values)


_PUT = f"WITH {','.join(_index_parts(table) for table in _INDEXES)} SELECT 1"


def put_index_rows(database: psycopg.Cursor, gone: "_Rows", come: "_Rows") -> None:
    """Take index rows out and put others in, by table; those in both are there once afterwards."""
    database.execute(_PUT, _index_arrays([(gone, come)]))


def _index_arrays(differences: Sequence[tuple["_Rows", "_Rows"]]) -> list[object]:
    """The values of every part of `_INDEXES`: rows that go, rows that come."""
    values: list[object] = []
    for table in _INDEXES:
        for part in (0, 1):
            rows = sorted(row for each in differences for row in each[part].get(table, ()))
            values += _arrays(_TEXTS, rows) if table == "str" else [_records(rows)]
    return values


def _version(change: Change) -> tuple[object, ...]:
    row = change.row
    return (
        row.rt, row.rid, row.fid, row.fh, row.ver, row.ts, row.flags, row.subject, row.author_org, row.label,
        *body_columns(row), change.account,
    )  # fmt: skip


_Rows = Mapping[str, Iterable[tuple]]


def index_rows(rid: int, keys: Keys | Rows, compartments: Sequence[int]) -> dict[str, list[tuple]]:
    """The rows of every index table for one resource, in the order of `_INDEXES`."""
    return {
        "tok": [(h, rid, system) for h, system in keys.tokens],
        "ref": [(target, rid, p) for target, p in keys.references]
        + [(target, rid, COMPARTMENT) for target in compartments],
        "dat": [(rid, lo.isoformat(), hi.isoformat(), p) for p, lo, hi in keys.dates],
        "str": [(rid, p, v) for p, v in keys.strings],
        "qty": [(rid, lo, hi, p, u) for p, u, lo, hi in keys.quantities],
    }


def _difference(change: Change) -> tuple[_Rows, _Rows]:
    """The index rows that go and those that come: only what differs from the old version."""
    row = change.row
    after = {} if row.flags & Flag.DELETED else index_rows(row.rid, row.keys, row.compartments)
    if change.old is None or change.old.is_deleted:
        return {}, after
    resource = decode(change.old.body)
    before = index_rows(row.rid, keys_of(resource, leaving=True), compartments(resource))
    gone = {table: set(rows) - set(after.get(table, ())) for table, rows in before.items()}
    come = {table: set(rows) - set(before[table]) for table, rows in after.items()}
    if sealing.is_renewing(
        SEARCH
    ):  # under which key its tokens stand, nobody knows: all go, all come
        gone["tok"] = {(h, row.rid, system) for each in tokens_of(resource) for h, system in each}
        come["tok"] = set(after.get("tok", ()))
    return gone, come


def _arrays(columns: _Columns, rows: Sequence[tuple]) -> list[object]:
    """Rows as one array a column."""
    if not rows:
        return [[] if kind in _BINARY else "{}" for _, kind in columns]
    return [
        list(column) if kind in _BINARY else _literal(column)
        for (_, kind), column in zip(columns, zip(*rows, strict=True), strict=True)
    ]


def _literal(column: Sequence[object]) -> str:
    """An array of numbers or instants as PostgreSQL reads it."""
    return "{" + ",".join(["NULL" if each is None else str(each) for each in column]) + "}"


def _records(rows: Sequence[tuple]) -> str:
    """Rows of a table as an array of its row type; their values need no quotes."""
    return "{" + ",".join(['"(' + ",".join(map(str, row)) + ')"' for row in rows]) + "}"
