"""Take every trace of resources out of the tables, but for a tombstone that holds ids only; count what went."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.hashing import target_hash
from kangmai.records.store.rows import COLUMNS, stored
from kangmai.records.types import Stored

Rows = Sequence[tuple[int, int]]
"""Type number and row id of resources."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows went, by table."""

    versions: int
    events: int
    ledger: int


def lock_with_compartment(
    database: psycopg.Cursor, resource_type: str, id: str, *, most: int
) -> list[Stored]:
    """A resource, and of a Patient everything that is about him alone, locked in key order; at most so many.

    What is about several Patients belongs to the one it names first.
    """
    rt = resource_types()[resource_type]
    rows = database.execute(
        f"""SELECT {COLUMNS} FROM res r
            WHERE (r.rt = %(rt)s AND r.fid = %(id)s)
               OR (%(whole)s AND r.rid IN (
                    SELECT f.rid FROM ref f WHERE f.tgt = %(tgt)s AND f.p = 0)
                   AND r.subject = (SELECT p.rid FROM res p WHERE p.rt = %(rt)s AND p.fid = %(id)s))
            ORDER BY r.rt, r.rid LIMIT %(most)s FOR UPDATE OF r""",
        {
            "rt": rt,
            "id": id,
            "whole": resource_type == "Patient",
            "tgt": target_hash(f"{resource_type}/{id}"),
            "most": most,
        },
    ).fetchall()
    return [stored(row) for row in rows]


def erase_past(database: psycopg.Cursor, resources: Sequence[Stored]) -> Erased:
    """Remove the history, events and ledger rows of resources whose newest version is their deletion."""
    rts, rids = _pair(resources)
    times = database.execute(
        """DELETE FROM hist h USING unnest(%s::int2[], %s::int8[]) w(rt, rid)
           WHERE h.rt = w.rt AND h.rid = w.rid RETURNING h.ts""",
        [rts, rids],
    ).fetchall()
    events = database.execute(
        """DELETE FROM log l USING unnest(%s::int2[], %s::int8[]) w(rt, rid)
           WHERE l.rt = w.rt AND l.rid = w.rid AND l.ts = ANY(%s::timestamptz[]) AND l.op <> 'D'""",
        [rts, rids, sorted({ts for (ts,) in times})],
    ).rowcount
    ledger = database.execute(
        """DELETE FROM records_ledger l USING unnest(%s::int2[], %s::text[]) w(rt, fid)
           WHERE l.rt = w.rt AND l.fid = w.fid""",
        [rts, [each.id for each in resources]],
    ).rowcount
    database.execute("DELETE FROM subject WHERE rid = ANY(%s::int8[])", [rids])
    return Erased(len(times), events, ledger)


def remaining(database: psycopg.Cursor, resources: Sequence[Stored]) -> dict[str, int]:
    """How many rows still tell of resources, by table; looks through whole tables where no index leads."""
    rts, rids = _pair(resources)
    found = {}
    for table in ("tok", "ref", "dat", "str", "qty"):
        row = database.execute(
            f"SELECT count(*) FROM {table} WHERE rid = ANY(%s::int8[])", [rids]
        ).fetchone()
        found[table] = row[0] if row else 0
    for name, rest in (("res", "AND t.body IS NOT NULL"), ("hist", ""), ("log", "AND t.op <> 'D'")):
        row = database.execute(
            f"""SELECT count(*) FROM {name} t JOIN unnest(%s::int2[], %s::int8[]) w(rt, rid)
                ON t.rt = w.rt AND t.rid = w.rid WHERE true {rest}""",
            [rts, rids],
        ).fetchone()
        found[name] = row[0] if row else 0
    return found


def _pair(resources: Sequence[Stored]) -> tuple[list[int], list[int]]:
    numbers = resource_types()
    return [numbers[each.type] for each in resources], [each.rid for each in resources]
