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

import orjson
import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import separate_connection
from kangmai.records import rules
from kangmai.records.fhir.definitions import compartments, resource_type_names, resource_types
from kangmai.records.fhir.subsets import with_elements
from kangmai.records.fhirpath.reading import read_json, write_json
from kangmai.records.jobs import files
from kangmai.records.queries.trail import Deed, walk_deeds
from kangmai.records.scope import condition
from kangmai.records.search.conditions import AllOf, any_of
from kangmai.records.search.errors import SealedText
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

TRAIL = "AuditEvent"
DELETED = "deleted"

Beat = Callable[[int], bool]
ShowDeeds = Callable[[list[Deed]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported.

    `level` is system, patient or group; `patients` the ids that narrow a patient or group export
    (None: all); `filters` are searches (`Observation?code=…`), of which a resource must meet one of
    those for its type; `elements` the parts that are wanted (`id`, `Patient.name`), all where empty;
    `has_trail` says that the audit trail is exported as AuditEvents, which is done only where they are named.
    """

    level: str
    types: tuple[str, ...]
    patients: tuple[str, ...] | None = None
    since: datetime | None = None
    filters: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    has_trail: bool = False

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
            "elements": list(self.elements),
            "has_trail": self.has_trail,
        }

    def elements_of(self, resource_type: str) -> tuple[str, ...]:
        """The names of the elements that are wanted of a type; none where it is wanted whole."""
        named = [each.rpartition(".") for each in self.elements]
        return tuple(name for kind, _, name in named if kind in ("", resource_type))

    def queries_of(self, resource_type: str) -> list[str]:
        """The searches of the filters for a type."""
        return [
            text.partition("?")[2] for text in self.filters if text.startswith(f"{resource_type}?")
        ]


def order_from_json(data: dict[str, Any]) -> Order:
    """What `Order.to_json` wrote."""
    return Order(
        data["level"],
        tuple(data["types"]),
        None if data["patients"] is None else tuple(data["patients"]),
        datetime.fromisoformat(data["since"]) if data["since"] else None,
        tuple(data["filters"]),
        tuple(data["elements"]),
        data["has_trail"],
    )


def compartment_types() -> tuple[str, ...]:
    """The types that a Patient's compartment can hold."""
    inside = compartments()["Patient"]
    return tuple(name for name in resource_types() if name == "Patient" or inside.get(name))


class Cancelled(Exception):
    """Nobody wants this export any more."""


def export(
    id: str, order: Order, *, show: ShowDeeds | None, actor: Actor, beat: Beat, at: datetime
) -> dict[str, Any]:
    """Write the files of an export; returns `instant`, and `files` and `deleted` with type, name and count.

    Args:
        show: rows of the audit trail as AuditEvents; None leaves them out.

    Raises:
        Cancelled: `beat`, which is given the rows so far, said so.
    """
    files.remove(id)
    writers = _Writers(id)
    done = 0
    with separate_connection(timeout_seconds=STATEMENT_SECONDS) as database, closing(writers):
        instant = _consistent_instant(database, at)
        for kind, body in _bodies(database, order, show, actor, at):
            writers.write(kind, body)
            done += 1
            if done % BEAT_ROWS == 0 and not beat(done):
                raise Cancelled
    if not beat(done):
        raise Cancelled
    written = writers.list()
    return {
        "instant": instant.isoformat(),
        "files": [each for each in written if each["type"] != DELETED],
        "deleted": [{**each, "type": "Bundle"} for each in written if each["type"] == DELETED],
        "done": done,
    }


def _bodies(
    database: psycopg.Connection,
    order: Order,
    show: ShowDeeds | None,
    actor: Actor,
    at: datetime,
) -> Iterator[tuple[str, bytes]]:
    """Everything that is written, with the type of its file."""
    with closing(_items(database, order, actor, at)) as items:
        for item in items:
            yield item.type, _part(item.type, item.body, order)
    if show is not None and order.has_trail:
        for deeds in _deeds(order, actor, at):
            for event in show(deeds):
                yield TRAIL, _part(TRAIL, orjson.dumps(event), order)
    if order.since is not None:
        for type, id in _deleted(database, order, actor):
            yield DELETED, _deletion(type, id)


def _part(resource_type: str, body: bytes, order: Order) -> bytes:
    """What is wanted of a resource."""
    names = order.elements_of(resource_type)
    return write_json(with_elements(read_json(body), names)) if names else body


def _deeds(order: Order, actor: Actor, at: datetime) -> Iterator[list[Deed]]:
    """The rows of the audit trail; for an export of Patients those that concerned one."""
    patients = order.patients if order.level != "system" else None
    if order.level == "patient" and patients is None:
        patients = ()
    if order.level == "group" and not patients:
        return iter(())
    asked = order.queries_of(TRAIL) or [""]
    return walk_deeds(asked, patients=patients, since=order.since, actor=actor, at=at)


def _deletion(resource_type: str, id: str) -> bytes:
    """A deletion as the line of a file: a transaction Bundle that does it again."""
    request = {"method": "DELETE", "url": f"{resource_type}/{id}"}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": request}]}
    return orjson.dumps(bundle)


def _deleted(database: psycopg.Connection, order: Order, actor: Actor) -> Iterator[tuple[str, str]]:
    """What was deleted since then and is still: of Patients what was about them, whatever a filter says."""
    inside = condition(actor.scope)
    members = None
    if order.patients is not None:
        members = sorted(target_hash(f"Patient/{id}") for id in order.patients)
    sql = f"""SELECT DISTINCT r.rt, r.fid FROM log l JOIN res r ON r.rt = l.rt AND r.rid = l.rid
              WHERE l.ts >= %s AND l.op = 'D' AND l.rt = ANY(%s::int2[]) AND r.flags & 1 = 1
                AND {inside.sql} AND (%s OR r.subject IS NOT NULL)
                AND (%s::int8[] IS NULL OR r.subject IN (SELECT p.rid FROM res p WHERE p.fh = ANY(%s::int8[])))"""
    kinds = sorted(resource_types()[name] for name in order.types)
    names = resource_type_names()
    with database.cursor() as cursor:
        values = [order.since, kinds, *inside.values, order.level == "system", members, members]
        for rt, fid in cursor.execute(cast(LiteralString, sql), values):
            yield names[rt], fid


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

    def write(self, kind: str, body: bytes) -> None:
        writer = self._open.get(kind)
        if writer is None or writer.lines == LARGEST_FILE_LINES:
            number = sum(each == kind for each, _ in self._all) + 1
            if writer is not None:
                writer.close()
            writer = files.Writer(self._folder / f"{kind}-{number}.ndjson")
            self._open[kind] = writer
            self._all.append((kind, writer))
        writer.write(body)

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
    may_search = rules.searchable(actor)
    queries = [
        read_query(name, text + since, at=at, may_search=may_search)
        for text in order.queries_of(name)
    ]
    for each in queries:
        if each.opened:
            raise SealedText(place=f"{name}?…:contains")
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
