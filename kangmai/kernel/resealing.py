"""Seal anew with the newest key whatever an older one sealed: batch by batch, while the house works.

What is left to do stands in the rows themselves (their key version), so a run that was cut off, however
hard, is continued by starting it again; a batch is one transaction and is done or not. Rows are locked
while they are sealed anew, and a value that a writer changes meanwhile is found by the next run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kangmai.kernel import audit, sealing
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work

BATCH_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed values stand: a table, its key, the column of the value and that of the key version."""

    table: str
    key: tuple[str, ...]
    types: tuple[str, ...]
    """PostgreSQL types of the key's columns."""
    body: str
    version: str
    place: Callable[..., bytes]
    """From the values of the key, then those of `besides`, to what the value is bound to."""
    besides: tuple[str, ...] = ()
    """Further columns that tell what the value is bound to."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one column came to."""

    table: str
    done: int
    left: int
    """Rows that are still under an older key; others wrote them meanwhile."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation came to."""

    version: int
    is_continued: bool
    """It took up one that was cut off, and made no key of its own."""
    columns: tuple[Resealed, ...]


def rotate(
    columns: Sequence[SealedColumn],
    *,
    path: Path,
    report: Callable[[str, int], None],
    actor: Actor,
    at: datetime,
) -> Rotation:
    """Put a new seal key in the place of the present one; a rotation that was cut off is finished first.

    The old key stays in the keyring: backups, and tables that are not among `columns`, still need it.

    Args:
        path: the keyring's file.

    Raises:
        NotPermitted
        SealBroken: a value cannot be opened; what was done before stays done.
    """
    require(actor, "identity.keys")
    is_continued = any(count_older(each) for each in columns)
    version = sealing.keyring().current if is_continued else sealing.add_seal_key(path)
    audit.record(
        actor=actor,
        at=at,
        action="keys.rotate",
        object_type="Keyring",
        object_id=str(version),
        details={"continued": is_continued},
    )
    return Rotation(version, is_continued, tuple(reseal(each, report=report) for each in columns))


def count_older(column: SealedColumn) -> int:
    """How many values stand under a key that is not the newest."""
    with unit_of_work() as database:
        statement = sql.SQL(
            "SELECT count(*) FROM {table} WHERE {version} < {current} AND {body} IS NOT NULL"
        ).format(**_names(column))
        row = database.execute(statement).fetchone()
    return int(row[0]) if row else 0


def reseal(column: SealedColumn, *, report: Callable[[str, int], None]) -> Resealed:
    """Seal every value of a column that stands under an older key anew.

    Args:
        report: told the table and how many are done, after each batch.

    Raises:
        SealBroken: a value cannot be opened; nothing of its batch is changed.
    """
    done = 0
    after: Sequence[Any] | None = None
    while True:
        with unit_of_work() as database:
            rows = _next(database, column, after)
            _write(database, column, rows)
        if not rows:
            return Resealed(column.table, done, count_older(column))
        done, after = done + len(rows), rows[-1][: len(column.key)]
        report(column.table, done)


def _names(column: SealedColumn) -> dict[str, Any]:
    return {
        "table": sql.Identifier(column.table),
        "key": sql.SQL(", ").join(map(sql.Identifier, column.key)),
        "said": sql.SQL(", ").join(map(sql.Identifier, (*column.key, *column.besides))),
        "body": sql.Identifier(column.body),
        "version": sql.Identifier(column.version),
        "current": sql.Literal(sealing.keyring().current),
    }


def _next(
    database: psycopg.Connection, column: SealedColumn, after: Sequence[Any] | None
) -> list[tuple[Any, ...]]:
    """The next rows in the order of the key, locked."""
    beyond: sql.Composable = sql.SQL("")
    if after is not None:
        places = sql.SQL(", ").join(sql.SQL("%s::") + sql.SQL(kind) for kind in column.types)
        beyond = sql.SQL("AND ({key}) > (").format(**_names(column)) + places + sql.SQL(")")
    statement = (
        sql.SQL(
            "SELECT {said}, {body}, {version} FROM {table}"
            " WHERE {version} < {current} AND {body} IS NOT NULL "
        ).format(**_names(column))
        + beyond
        + sql.SQL(" ORDER BY {key} LIMIT {most} FOR UPDATE").format(
            **_names(column), most=sql.Literal(BATCH_ROWS)
        )
    )
    return database.execute(statement, list(after or ())).fetchall()


def _write(
    database: psycopg.Connection, column: SealedColumn, rows: Sequence[tuple[Any, ...]]
) -> None:
    if not rows:
        return
    keys = list(zip(*(row[: len(column.key)] for row in rows), strict=True))
    sealed = [_sealed_anew(column, row) for row in rows]
    versions, bodies = zip(*sealed, strict=True)
    arrays = sql.SQL(", ").join(
        sql.SQL("%s::") + sql.SQL(f"{kind}[]") for kind in (*column.types, "int4", "bytea")
    )
    names = [*column.key, "new_version", "new_body"]
    same = sql.SQL(" AND ").join(
        sql.SQL("t.{0} = n.{0}").format(sql.Identifier(each)) for each in column.key
    )
    statement = sql.SQL(
        "UPDATE {table} t SET {body} = n.new_body, {version} = n.new_version FROM unnest("
    ).format(**_names(column))
    statement += arrays + sql.SQL(") AS n ({}) WHERE ").format(
        sql.SQL(", ").join(map(sql.Identifier, names))
    )
    database.execute(
        statement + same, [*map(list, keys), list(versions), [bytes(each) for each in bodies]]
    )


def _sealed_anew(column: SealedColumn, row: tuple[Any, ...]) -> tuple[int, bytes]:
    *said, body, version = row
    bound_to = column.place(*said)
    return sealing.seal(sealing.unseal(version, bytes(body), bound_to=bound_to), bound_to=bound_to)
