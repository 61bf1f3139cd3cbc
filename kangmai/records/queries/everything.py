"""All that the record holds about a Patient, page by page in the order in which it came.

The Patient's compartment is walked along its index by row id, so that a page costs the same wherever
it begins; what its resources point to outside the compartment (staff, places, medicines) comes with
each page. Memory is bounded by rows and by bytes.
Source: FHIR R4, https://hl7.org/fhir/R4/patient-operation-everything.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.errors import UnknownType
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.queries.resources import get
from kangmai.records.scope import condition
from kangmai.records.search.parameters import Kind, parameters
from kangmai.records.store.rows import COLUMNS, stored
from kangmai.records.store.searching import newest_row
from kangmai.records.store.write import COMPARTMENT
from kangmai.records.types import Stored

CHUNK_ROWS = 100
PAGE_BYTES = 8 * 2**20
INCLUDE_LIMIT = 1000
POINTED_AT_LIMIT = 4000
"""Of what a page points to, looked at: most of it is in the compartment itself."""
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")
NO_CARE_DATE = frozenset({"_lastUpdated", "birthdate", "death-date"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the record is asked for.

    `types` empty means all; `since` is about versions; `start` and `end` are days of care, both
    included, and what has no date of care is always inside; `expand_links` adds the other Patients
    of the same resident.
    """

    types: tuple[str, ...] = ()
    since: datetime | None = None
    start: date | None = None
    end: date | None = None
    expand_links: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins: after this row id, none newer than `snapshot`."""

    snapshot: int
    after: int


@dataclass(frozen=True, slots=True)
class EverythingPage:
    """One page; `is_cut` says that its resources point to more than is sent along."""

    found: tuple[Stored, ...]
    referenced: tuple[Stored, ...]
    next: Place | None
    is_cut: bool


def everything(
    patient_id: str,
    wanted: Wanted,
    *,
    place: Place | None = None,
    limit: int = 500,
    actor: Actor,
    at: datetime,
) -> EverythingPage:
    """One page of a Patient's record.

    Raises:
        UnknownType, NotPermitted
        ResourceNotFound, ResourceGone: of the Patient.
    """
    patient = get("Patient", patient_id, actor=actor, at=at)
    wanted = replace(wanted, types=_readable(wanted.types, actor))
    with reading() as connection, psycopg.Cursor(connection) as database:
        place = place or Place(newest_row(database), 0)
        targets = _targets(database, patient, wanted.expand_links, actor)
        found, more = _page(database, targets, wanted, place, limit, actor)
        outside = _referenced(database, found, targets, wanted.types, actor)
    page = EverythingPage(
        tuple(found), tuple(outside[:INCLUDE_LIMIT]), more, len(outside) > INCLUDE_LIMIT
    )
    subjects = sorted({item.subject for item in (patient, *found) if item.subject is not None})
    audit.record_later(
        audit.Entry(actor, at, "records.everything", "Patient", patient_id, subjects)
    )
    return page


def _readable(types: Sequence[str], actor: Actor) -> tuple[str, ...]:
    for name in types:
        if name not in resource_types():
            raise UnknownType(type=name)
        rules.require(actor, rules.Interaction.READ, name)
    return tuple(
        name for name in types or resource_types() if rules.may(actor, rules.Interaction.READ, name)
    )


def _targets(
    database: psycopg.Cursor, patient: Stored, expand_links: bool, actor: Actor
) -> list[int]:
    """The hashes of the Patient and, if asked for, of the resident's other Patients inside the scope."""
    inside = condition(actor.scope)
    rows = database.execute(
        f"""SELECT r.fh FROM res r WHERE r.rt = %s AND r.flags & 1 = 0 AND {inside.sql} AND r.rid IN (
                SELECT %s::int8 UNION
                SELECT other.rid FROM subject own JOIN subject other ON other.resident_id = own.resident_id
                WHERE own.rid = %s AND %s)
            ORDER BY r.rid""",
        [resource_types()["Patient"], *inside.values, patient.rid, patient.rid, expand_links],
    ).fetchall()
    return [fh for (fh,) in rows]


def _page(
    database: psycopg.Cursor,
    targets: list[int],
    wanted: Wanted,
    place: Place,
    limit: int,
    actor: Actor,
) -> tuple[list[Stored], Place | None]:
    found: list[Stored] = []
    size = 0
    for item in _walk(database, targets, wanted, place, actor):
        if len(found) == limit or (found and size + len(item.body) > PAGE_BYTES):
            return found, Place(place.snapshot, found[-1].rid)
        found.append(item)
        size += len(item.body)
    return found, None


def _walk(
    database: psycopg.Cursor, targets: list[int], wanted: Wanted, place: Place, actor: Actor
) -> Iterator[Stored]:
    """Resources of the compartments in the order of their row ids, a chunk at a time."""
    inside = condition(actor.scope)
    after = place.after
    while True:
        rows = database.execute(
            f"""SELECT DISTINCT ON (r.rid) {COLUMNS} FROM unnest(%s::int8[]) t(fh) CROSS JOIN LATERAL (
                    SELECT r.* FROM ref f JOIN res r ON r.rid = f.rid AND r.rt = ANY(%s::int2[])
                    WHERE f.tgt = t.fh AND f.p = {COMPARTMENT} AND f.rid > %s AND f.rid <= %s
                      AND r.flags & 1 = 0 AND (%s::timestamptz IS NULL OR r.ts >= %s) AND {inside.sql}
                    ORDER BY f.rid LIMIT {CHUNK_ROWS}) r
                ORDER BY r.rid LIMIT {CHUNK_ROWS}""",
            [
                targets,
                sorted(resource_types()[name] for name in wanted.types),
                after,
                place.snapshot,
                wanted.since,
                wanted.since,
                *inside.values,
            ],
        ).fetchall()
        yield from _in_period(database, [stored(row) for row in rows], wanted)
        if len(rows) < CHUNK_ROWS:
            return
        after = rows[-1][1]


# Days of care -----------------------------------------------------------------------------------


def _in_period(database: psycopg.Cursor, items: list[Stored], wanted: Wanted) -> list[Stored]:
    """Those with a date of care within the days asked for, or without any."""
    if wanted.start is None and wanted.end is None:
        return items
    low = _midnight(wanted.start or date.min + timedelta(2))
    high = _midnight(wanted.end + timedelta(1)) if wanted.end else datetime.max.replace(tzinfo=UTC)
    dates: dict[int, list[tuple[datetime, datetime]]] = {}
    for kind in {item.type for item in items}:
        rids = [item.rid for item in items if item.type == kind]
        for rid, lo, hi in database.execute(
            """SELECT rid, greatest(lo, '0002-01-01'), least(hi, '9998-01-01') FROM dat
               WHERE p = ANY(%s::int4[]) AND rid = ANY(%s::int8[])""",
            [_care_dates(kind), rids],
        ):
            dates.setdefault(rid, []).append((lo, hi))
    return [
        item
        for item in items
        if item.rid not in dates or any(lo < high and hi > low for lo, hi in dates[item.rid])
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LEGAL_ZONE)


def _care_dates(kind: str) -> list[int]:
    return [
        p.p
        for p in parameters(kind).values()
        if p.kind is Kind.DATE and p.name not in NO_CARE_DATE and not p.is_alias
    ]


# What it points to ------------------------------------------------------------------------------


def _referenced(
    database: psycopg.Cursor,
    found: Sequence[Stored],
    targets: list[int],
    types: Sequence[str],
    actor: Actor,
) -> list[Stored]:
    """What the resources of a page point to, where it is not in the compartments itself.

    In three small steps: as one statement, a planner without fresh statistics would walk all resources.
    """
    rids = [item.rid for item in found]
    inside = condition(actor.scope)
    pointed_at = database.execute(
        f"SELECT DISTINCT tgt FROM ref WHERE rid = ANY(%s::int8[]) AND p <> {COMPARTMENT}", [rids]
    ).fetchall()
    rows = database.execute(
        f"""SELECT {COLUMNS} FROM res r
            WHERE r.fh = ANY(%s::int8[]) AND r.rt = ANY(%s::int2[]) AND r.flags & 1 = 0 AND {inside.sql}
            ORDER BY r.rid LIMIT {POINTED_AT_LIMIT}""",
        [
            sorted({tgt for (tgt,) in pointed_at} - set(targets)),
            sorted(resource_types()[name] for name in types),
            *inside.values,
        ],
    ).fetchall()
    inner = database.execute(
        f"SELECT rid FROM ref WHERE rid = ANY(%s::int8[]) AND p = {COMPARTMENT} AND tgt = ANY(%s::int8[])",
        [[row[1] for row in rows], targets],
    ).fetchall()
    in_compartment = {rid for (rid,) in inner}
    outside = [stored(row) for row in rows if row[1] not in in_compartment]
    return outside[: INCLUDE_LIMIT + 1]
