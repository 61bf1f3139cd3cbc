"""Bulk export: resources of a scope as NDJSON, walked by key so that memory stays bounded.

The instant that a manifest names lies before everything that was under way when the export began;
what was written after that may be in the export and is in the next one (`_since`) again, so that
nothing is ever missed.
Source: HL7 Bulk Data Access IG, https://hl7.org/fhir/uv/bulkdata/export.html
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, LiteralString, cast

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import separate_connection
from kangmai.records import rules
from kangmai.records.fhir.definitions import compartments, resource_types
from kangmai.records.jobs import files
from kangmai.records.scope import condition
from kangmai.records.search.conditions import AllOf, any_of
from kangmai.records.search.hashing import target_hash
from kangmai.records.search.query import Query
from kangmai.records.store.rows import COLUMNS, stored
from kangmai.records.store.searching import newest_row, read_query, run
from kangmai.records.store.write import COMPARTMENT
from kangmai.records.types import Stored

CHUNK_ROWS = 10_000
FETCH_ROWS = 32
"""Rows in memory at once: few, since a body may carry an attachment of a megabyte."""
LARGEST_FILE_LINES = 500_000
MEMBERS_AT_ONCE = 50
CLOCK_MARGIN = timedelta(minutes=1)
"""Writes carry the time of their arrival and may have waited for their turn."""
BEAT_ROWS = 2000
STATEMENT_SECONDS = 600

Beat = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported.

    `level` is system, patient or group; `patients` the ids that narrow a patient or group export
    (None: all); `filters` are searches (`Observation?code=…`), of which a resource must meet one of
    those for its type.
    """

    level: str
    types: tuple[str, ...]
    patients: tuple[str, ...] | None = None
    since: datetime | None = None
    filters: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        since = self.since.isoformat() if self.since else None
        patients = None if self.patients is None else list(self.patients)
        return {
            "level": self.level,
            "types": list(self.types),
            "patients": patients,
            "since": since,
            "filters": list(self.filters),
        }


def order_from_json(data: dict[str, Any]) -> Order:
    """What `Order.to_json` wrote."""
    return Order(
        data["level"],
        tuple(data["types"]),
        None if data["patients"] is None else tuple(data["patients"]),
        datetime.fromisoformat(data["since"]) if data["since"] else None,
        tuple(data["filters"]),
    )


def compartment_types() -> tuple[str, ...]:
    """The types that a Patient's compartment can hold."""
    inside = compartments()["Patient"]
    return tuple(name for name in resource_types() if name == "Patient" or inside.get(name))


class Cancelled(Exception):
    """Nobody wants this export any more."""


def export(id: str, order: Order, *, actor: Actor, beat: Beat, at: datetime) -> dict[str, Any]:
    """Write the files of an export; returns `instant` and `files` with type, name and count.

    Raises:
        Cancelled: `beat`, which is given the rows so far, said so.
    """
    files.remove(id)
    writers = _Writers(id)
    done = 0
    with separate_connection(timeout_seconds=STATEMENT_SECONDS) as database, closing(writers):
        instant = _consistent_instant(database, at)
        with closing(_items(database, order, actor, at)) as items:
            for item in items:
                writers.write(item)
                done += 1
                if done % BEAT_ROWS == 0 and not beat(done):
                    raise Cancelled
    if not beat(done):
        raise Cancelled
    return {"instant": instant.isoformat(), "files": writers.list(), "done": done}


def _consistent_instant(database: psycopg.Connection, at: datetime) -> datetime:
    row = database.execute(
        """SELECT least(%s, (SELECT min(xact_start) FROM pg_stat_activity
                             WHERE backend_xid IS NOT NULL AND datname = current_database()))""",
        [at],
    ).fetchone()
    return (row[0] if row else at) - CLOCK_MARGIN


class _Writers:
    """The files of an export, one or more a type."""

    def __init__(self, id: str) -> None:
        self._folder = files.job_folder(id)
        self._open: dict[str, files.Writer] = {}
        self._all: list[tuple[str, files.Writer]] = []

    def write(self, item: Stored) -> None:
        writer = self._open.get(item.type)
        if writer is None or writer.lines == LARGEST_FILE_LINES:
            number = sum(kind == item.type for kind, _ in self._all) + 1
            if writer is not None:
                writer.close()
            writer = files.Writer(self._folder / f"{item.type}-{number}.ndjson")
            self._open[item.type] = writer
            self._all.append((item.type, writer))
        writer.write(item.body)

    def close(self) -> None:
        for writer in self._open.values():
            writer.close()

    def list(self) -> list[dict[str, Any]]:
        return [
            {"type": kind, "name": writer.path.name, "count": writer.lines}
            for kind, writer in sorted(self._all, key=lambda pair: pair[1].path.name)
        ]


def _items(
    database: psycopg.Connection, order: Order, actor: Actor, at: datetime
) -> Generator[Stored]:
    filtered = {text.partition("?")[0] for text in order.filters}
    whole = [name for name in order.types if name not in filtered]
    with psycopg.Cursor(database) as cursor:
        snapshot = newest_row(cursor)
    if order.patients is not None:
        if whole:
            yield from _of_patients(database, order, whole, snapshot, actor)
    else:
        for name in whole:
            yield from _of_type(database, order, name, snapshot, actor)
    for name in sorted(filtered):
        yield from _found(database, order, name, actor, at)


def _of_type(
    database: psycopg.Connection, order: Order, name: str, snapshot: int, actor: Actor
) -> Iterator[Stored]:
    """Every resource of a type; for an export of Patients only those about one."""
    inside = condition(actor.scope)
    about = ""
    if order.level == "patient":
        about = f"AND EXISTS (SELECT 1 FROM ref f WHERE f.rid = r.rid AND f.p = {COMPARTMENT})"
    sql = f"""SELECT {COLUMNS} FROM res r
              WHERE r.rt = %s AND r.rid > %s AND r.rid <= %s AND r.flags & 1 = 0
                AND (%s::timestamptz IS NULL OR r.ts >= %s) AND {inside.sql} {about}
              ORDER BY r.rid LIMIT {CHUNK_ROWS}"""
    after = 0
    while True:
        count = 0
        values = [resource_types()[name], after, snapshot, order.since, order.since, *inside.values]
        for item in _stream(database, sql, values):
            yield item
            count, after = count + 1, item.rid
        if count < CHUNK_ROWS:
            return


def _of_patients(
    database: psycopg.Connection, order: Order, types: list[str], snapshot: int, actor: Actor
) -> Iterator[Stored]:
    """The compartments of some Patients, each resource once, under the first of its Patients."""
    inside = condition(actor.scope)
    members = sorted(target_hash(f"Patient/{id}") for id in order.patients or ())
    sql = f"""SELECT {COLUMNS} FROM unnest(%s::int8[]) t(fh)
              JOIN ref f ON f.tgt = t.fh AND f.p = {COMPARTMENT} AND f.rid <= %s
              JOIN res r ON r.rid = f.rid AND r.rt = ANY(%s::int2[])
              WHERE r.flags & 1 = 0 AND (%s::timestamptz IS NULL OR r.ts >= %s) AND {inside.sql}
                AND NOT EXISTS (SELECT 1 FROM ref e WHERE e.rid = r.rid AND e.p = {COMPARTMENT}
                                AND e.tgt < f.tgt AND e.tgt = ANY(%s::int8[]))"""
    kinds = sorted(resource_types()[name] for name in types)
    for start in range(0, len(members), MEMBERS_AT_ONCE):
        part = members[start : start + MEMBERS_AT_ONCE]
        values = [part, snapshot, kinds, order.since, order.since, *inside.values, members]
        yield from _stream(database, sql, values)


def _stream(database: psycopg.Connection, sql: str, values: Sequence[Any]) -> Iterator[Stored]:
    """The rows of a statement, few in memory at a time (a server-side cursor)."""
    with database.transaction(), database.cursor(name="export") as cursor:
        cursor.itersize = FETCH_ROWS
        cursor.execute(cast(LiteralString, sql), values)
        for row in cursor:
            yield stored(row)


def _found(
    database: psycopg.Connection, order: Order, name: str, actor: Actor, at: datetime
) -> Iterator[Stored]:
    """The resources of a type that meet one of its filters."""
    query = combined(order, name, actor=actor, at=at)
    position = None
    with psycopg.Cursor(database) as cursor:
        while True:
            page = run(cursor, query, scope=actor.scope, position=position)
            about = _about(cursor, order, [item.rid for item in page.matches])
            yield from (item for item in page.matches if item.rid in about)
            position = page.next
            if position is None:
                return


def combined(order: Order, name: str, *, actor: Actor, at: datetime) -> Query:
    """One search for all filters of a type.

    Raises:
        NotPermitted, and the errors of `records.search.errors`.
    """
    since = f"&_lastUpdated=ge{order.since.isoformat().replace('+', '%2B')}" if order.since else ""
    texts = [text.partition("?")[2] for text in order.filters if text.startswith(f"{name}?")]
    may_search = rules.searchable(actor)
    queries = [read_query(name, text + since, at=at, may_search=may_search) for text in texts]
    where = any_of([AllOf(query.where) for query in queries])
    return replace(queries[0], where=(where,), count=FETCH_ROWS, sort=(), includes=())


def _about(database: psycopg.Cursor, order: Order, rids: list[int]) -> set[int]:
    """Those of the rows that are about the Patients asked for."""
    if order.level == "system":
        return set(rids)
    members = (
        None if order.patients is None else [target_hash(f"Patient/{id}") for id in order.patients]
    )
    rows = database.execute(
        f"""SELECT DISTINCT f.rid FROM ref f WHERE f.rid = ANY(%s::int8[]) AND f.p = {COMPARTMENT}
            AND (%s::int8[] IS NULL OR f.tgt = ANY(%s::int8[]))""",
        [rids, members, members],
    ).fetchall()
    return {rid for (rid,) in rows}
