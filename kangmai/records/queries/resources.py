"""Resources one by one, by search, by history, by Patient."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import psycopg
from django.db import connection as django_connection

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.kernel.ids import OrganizationId
from kangmai.records import rules
from kangmai.records.errors import ResourceGone, ResourceNotFound, UnknownType, VersionNotFound
from kangmai.records.fhir.definitions import resource_type_names, resource_types
from kangmai.records.scope import condition
from kangmai.records.search.hashing import target_hash
from kangmai.records.store import read as store
from kangmai.records.store import searching, timelines
from kangmai.records.store.rows import COLUMNS, stored
from kangmai.records.store.searching import Page, Position
from kangmai.records.store.timelines import TimelineEntry
from kangmai.records.terminology.library import Library
from kangmai.records.types import Stored

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


def _audit(
    actor: Actor, at: datetime, action: str, kind: str, id: str, found: Sequence[Stored]
) -> None:
    subjects = sorted({item.subject for item in found if item.subject is not None})
    audit.record_later(audit.Entry(actor, at, action, kind, id, subjects))


def get(resource_type: str, id: str, *, actor: Actor, at: datetime) -> Stored:
    """The newest version of a resource.

    Raises:
        UnknownType, NotPermitted
        ResourceNotFound: it never existed, or is outside the actor's scope.
        ResourceGone: it was deleted.
    """
    _check_type(resource_type)
    rules.require(actor, rules.Interaction.READ, resource_type)
    with reading() as connection, psycopg.Cursor(connection) as database:
        found = store.find(database, resource_type, id, scope=actor.scope)
    if found is None:
        raise ResourceNotFound(type=resource_type, id=id)
    if found.is_deleted:
        raise ResourceGone(type=resource_type, id=id)
    _audit(actor, at, "records.read", resource_type, id, [found])
    return found


def get_version(resource_type: str, id: str, version: int, *, actor: Actor, at: datetime) -> Stored:
    """One version of a resource.

    Raises:
        UnknownType, NotPermitted, ResourceNotFound
        VersionNotFound: the resource never had it.
        ResourceGone: this version is its deletion.
    """
    found = _versions(resource_type, id, actor=actor, before=version + 1, limit=1)
    if not found:
        _exists(resource_type, id, actor)
    if not found or found[0].version != version:
        raise VersionNotFound(type=resource_type, id=id, version=version)
    if found[0].is_deleted:
        raise ResourceGone(type=resource_type, id=id)
    _audit(actor, at, "records.vread", resource_type, id, found)
    return found[0]


def search_versions(
    resource_type: str,
    id: str,
    *,
    before: int | None = None,
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> list[Stored]:
    """Versions of a resource, newest first, deletions included.

    Raises:
        UnknownType, NotPermitted, ResourceNotFound
    """
    found = _versions(resource_type, id, actor=actor, before=before or 2**31 - 1, limit=limit)
    if not found and before is None:
        raise ResourceNotFound(type=resource_type, id=id)
    _audit(actor, at, "records.history", resource_type, id, found)
    return found


def _versions(
    resource_type: str, id: str, *, actor: Actor, before: int, limit: int
) -> list[Stored]:
    _check_type(resource_type)
    rules.require(actor, rules.Interaction.READ, resource_type)
    with reading() as connection, psycopg.Cursor(connection) as database:
        return store.versions(
            database, resource_type, id, scope=actor.scope, before=before, limit=limit
        )


def _exists(resource_type: str, id: str, actor: Actor) -> None:
    with reading() as connection, psycopg.Cursor(connection) as database:
        if store.find(database, resource_type, id, scope=actor.scope) is None:
            raise ResourceNotFound(type=resource_type, id=id)


def _check_type(resource_type: str) -> None:
    if resource_type not in resource_types():
        raise UnknownType(type=resource_type)


def search(
    resource_type: str | None,
    query: str,
    *,
    compartment: str | None = None,
    compartment_type: str = "Patient",
    position: Position | None = None,
    server: str = "",
    lenient: bool = False,
    actor: Actor,
    at: datetime,
) -> Page:
    """One page of a FHIR search.

    Args:
        resource_type: the type searched; None for several, by `_type`.
        query: the parameters as they stand in an address.
        compartment: a Patient id, to search only what is about that Patient.
        compartment_type: what else the id is of: an Encounter, Practitioner, RelatedPerson or Device.
        position: where the page begins; the first where absent.
        server: our own base address, so that references below it count as ours.
        lenient: leave out parameters that do not exist instead of refusing them.

    Raises:
        UnknownType, NotPermitted, and the errors of `records.search.errors`.
    """
    if resource_type is not None:
        _check_type(resource_type)
    read = searching.read_query(
        resource_type,
        query,
        at=at,
        server=server,
        terminology=Library(actor.scope, at),
        may_search=rules.searchable(actor),
        lenient=lenient,
    )
    types = tuple(t for t in read.types if rules.may(actor, rules.Interaction.SEARCH, t))
    if not types or (resource_type is not None and resource_type not in types):
        rules.require(actor, rules.Interaction.SEARCH, resource_type or "*")
    read = replace(read, types=types)
    if compartment is not None:
        read = searching.within(read, compartment_type, compartment)
    with reading() as connection, psycopg.Cursor(connection) as database:
        page = searching.run(database, read, scope=actor.scope, position=position)
    included = tuple(
        item for item in page.included if rules.may(actor, rules.Interaction.READ, item.type)
    )
    page = replace(page, included=included)
    _audit(actor, at, "records.search", resource_type or "*", "", [*page.matches, *page.included])
    return page


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change in the record, for the history of a type or of everything."""

    seq: int
    op: str
    version: Stored


def search_history(
    *, types: Sequence[str] = (), since: datetime | None = None, before: int | None = None, limit: int = 50,
    current: tuple[datetime, datetime] | None = None, actor: Actor, at: datetime,
) -> list[HistoryEntry]:  # fmt: skip
    """Changes of resources of `types` (all if empty), newest first, below log number `before`.

    Args:
        current: only versions that were the newest at some time in this range.

    Raises:
        UnknownType, NotPermitted
    """
    for name in types:
        _check_type(name)
        rules.require(actor, rules.Interaction.READ, name)
    if not types:
        rules.require(actor, rules.Interaction.READ, "*")
    now, then = condition(actor.scope), condition(actor.scope, alias="h")
    kinds = [resource_types()[name] for name in types]
    with reading() as connection, psycopg.Cursor(connection) as database:
        rows = database.execute(
            f"""SELECT l.seq, l.op, {COLUMNS} FROM log l JOIN LATERAL (
                    SELECT * FROM (
                        SELECT r.rt, r.rid, r.fid, r.ver, r.ts, r.flags, r.subject, r.author_org, r.label,
                               r.body, r.kv
                        FROM res r WHERE r.rt = l.rt AND r.rid = l.rid AND r.ver = l.ver AND {now.sql}
                        UNION ALL
                        SELECT h.rt, h.rid, n.fid, h.ver, h.ts, CASE WHEN h.op = 'D' THEN 1 ELSE 0 END,
                               h.subject, h.author_org, h.label, h.body, h.kv
                        FROM hist h JOIN res n ON n.rt = h.rt AND n.rid = h.rid
                        WHERE h.rt = l.rt AND h.rid = l.rid AND h.ver = l.ver AND {then.sql}) v) r ON true
                WHERE (%s OR l.rt = ANY(%s::int2[])) AND l.ts >= %s AND l.seq < %s
                  AND (NOT %s OR l.ts < %s AND %s < coalesce(
                        (SELECT n.ts FROM hist n WHERE n.rt = l.rt AND n.rid = l.rid AND n.ver = l.ver + 1),
                        (SELECT n.ts FROM res n WHERE n.rt = l.rt AND n.rid = l.rid AND n.ver = l.ver + 1),
                        'infinity'))
                ORDER BY l.seq DESC LIMIT %s""",
            [
                *now.values,
                *then.values,
                not kinds,
                kinds,
                since or EARLIEST,
                before or 2**62,
                current is not None,
                current[1] if current else EARLIEST,
                current[0] if current else EARLIEST,
                limit,
            ],
        ).fetchall()
    entries = [HistoryEntry(row[0], row[1], stored(row[2:])) for row in rows]
    _audit(
        actor,
        at,
        "records.history",
        ",".join(types) or "*",
        "",
        [entry.version for entry in entries],
    )
    return entries


def timeline(
    patients: Sequence[str],
    *,
    types: Sequence[str] = (),
    authors: Sequence[OrganizationId] | None = None,
    before: str | None = None,
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> list[TimelineEntry]:
    """What the record holds about some Patients (by FHIR id), by the moment it happened, newest first.

    Args:
        authors: only what these institutions wrote.
        before: the `place` of the last entry shown.

    Raises:
        UnknownType, NotPermitted, BadPlace
    """
    for name in types:
        _check_type(name)
        rules.require(actor, rules.Interaction.READ, name)
    wanted = [n for n in types or resource_types() if rules.may(actor, rules.Interaction.READ, n)]
    targets = [target_hash(f"Patient/{id}") for id in patients]
    with reading() as connection, psycopg.Cursor(connection) as database:
        found = timelines.entries(
            database,
            targets,
            wanted,
            authors=authors,
            scope=actor.scope,
            before=before,
            limit=limit,
        )
    shown = [entry.resource for entry in found]
    _audit(actor, at, "records.timeline", "Patient", patients[0] if patients else "", shown)
    return found


def timeline_authors(
    patients: Sequence[str], *, types: Sequence[str], actor: Actor
) -> list[OrganizationId]:
    """The institutions that wrote what a timeline of these Patients may show, by id.

    Raises:
        UnknownType, NotPermitted
    """
    for name in types:
        _check_type(name)
        rules.require(actor, rules.Interaction.READ, name)
    targets = [target_hash(f"Patient/{id}") for id in patients]
    with reading() as connection, psycopg.Cursor(connection) as database:
        found = timelines.authors(database, targets, types, scope=actor.scope)
    return [OrganizationId(each) for each in found]


def count_types(*, actor: Actor) -> dict[str, int]:
    """How many resources of each type there are, deletions left out; for administrators and tests.

    Raises:
        NotPermitted
    """
    rules.require(actor, rules.Interaction.READ, "*")
    with django_connection.cursor() as database:
        database.execute("SELECT rt, count(*) FROM res WHERE flags & 1 = 0 GROUP BY rt ORDER BY rt")
        return {resource_type_names()[rt]: count for rt, count in database.fetchall()}


def by_row_ids(wanted: Sequence[tuple[int, int]], *, actor: Actor) -> list[Stored]:
    """Resources by (type number, row id), as the feed names them; for handlers, which act for the house.

    Raises:
        NotPermitted
    """
    for rt in {rt for rt, _ in wanted}:
        rules.require(actor, rules.Interaction.READ, resource_type_names()[rt])
    with reading() as connection, psycopg.Cursor(connection) as database:
        return store.by_row_ids(database, wanted, scope=actor.scope)


@dataclass(frozen=True, slots=True)
class PlacedPatient:
    """A Patient's row id with the home and the managing institution of its resident."""

    rid: int
    place_code: str
    managing_org: int | None


def patients_of(residents: Iterable[int]) -> list[PlacedPatient]:
    """The Patients placed with these residents, by row id; places and ids only, so no actor is asked."""
    with reading() as connection, psycopg.Cursor(connection) as database:
        rows = database.execute(
            """SELECT rid, place_code, managing_org FROM subject WHERE resident_id = ANY(%s::int8[])
               ORDER BY rid""",
            [list(residents)],
        ).fetchall()
    return [PlacedPatient(*row) for row in rows]
