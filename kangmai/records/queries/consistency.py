"""Compare stored resources with what the index says of them, by extracting their keys again.

What is missing from the index is seen in every table; what is left over only where an index leads from the
resource to its rows (references, dates).
"""

from dataclasses import dataclass

import psycopg

from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.search import added
from kangmai.records.search.extraction import compartments
from kangmai.records.store.bodies import decode
from kangmai.records.store.rows import COLUMNS, SEARCH, keys_of, stored
from kangmai.records.types import Stored


@dataclass(frozen=True, slots=True)
class IndexFault:
    """A resource whose index rows are not what its content says."""

    type: str
    id: str
    table: str
    missing: int
    left_over: int


@dataclass(frozen=True, slots=True)
class Consistency:
    """How many resources were compared, and those that differ."""

    compared: int
    faults: tuple[IndexFault, ...]


def sample_index(*, count: int, actor: Actor) -> Consistency:
    """Compare about so many resources, drawn by chance, with their index rows.

    Raises:
        NotPermitted: the actor may not read every type.
    """
    rules.require(actor, rules.Interaction.READ, "*")
    with reading() as connection, psycopg.Cursor(connection) as database:
        drawn = _draw(database, count)
        faults = [fault for each in drawn for fault in _faults(database, each)]
    return Consistency(len(drawn), tuple(faults))


def _draw(database: psycopg.Cursor, count: int) -> list[Stored]:
    """Resources by chance: of random blocks in a large table, any in a small one."""
    row = database.execute(
        "SELECT greatest(reltuples, 1), relpages FROM pg_class WHERE relname = 'res'"
    ).fetchone()
    tuples, pages = row if row else (1, 0)
    share = min(100.0, max(0.001, 300.0 * count / float(tuples))) if pages > 100 else 100.0
    rows = database.execute(
        f"""SELECT {COLUMNS} FROM res r TABLESAMPLE SYSTEM ({share:.6f})
            WHERE r.flags & 1 = 0 ORDER BY random() LIMIT %s""",
        [count],
    ).fetchall()
    return [stored(each) for each in rows]


def _faults(database: psycopg.Cursor, resource: Stored) -> list[IndexFault]:
    """The tables in which the rows of a resource are not those of its content."""
    body = decode(resource.body)
    keys, about = keys_of(body), compartments(body)
    rid, moving = resource.rid, added.numbers_in_motion()
    wanted: dict[str, set[tuple]] = {
        "tok": set(keys.tokens),
        "ref": {*keys.references, *((target, 0) for target in about)},
        "dat": set(keys.dates),
        "str": set(keys.strings),
        "qty": set(keys.quantities),
    }
    found = {
        "tok": _rows(database, "SELECT h, sys FROM tok WHERE h = ANY(%s::int8[]) AND rid = %s",
                     [h for h, _ in keys.tokens], rid),
        "ref": _rows(database, "SELECT tgt, p FROM ref WHERE rid = ANY(%s::int8[]) AND rid = %s", [rid], rid),
        "dat": _rows(database, "SELECT p, lo, hi FROM dat WHERE p = ANY(%s::int4[]) AND rid = %s",
                     [p for p, _, _ in keys.dates], rid),
        "str": _rows(database, "SELECT p, v FROM str WHERE v = ANY(%s::text[]) AND rid = %s AND p = ANY("
                     "SELECT DISTINCT unnest(%s::int4[]))", [v for _, v in keys.strings], rid,
                     [p for p, _ in keys.strings]),
        "qty": _rows(database, "SELECT p, u, lo, hi FROM qty WHERE p = ANY(%s::int4[]) AND rid = %s AND u = ANY("
                     "%s::int4[])", [q[0] for q in keys.quantities], rid, [q[1] for q in keys.quantities]),
    }  # fmt: skip
    for table, place in (
        ("ref", 1),
        ("dat", 0),
        ("str", 0),
        ("qty", 0),
    ):  # half there, or half gone
        for side in (wanted, found):
            side[table] = {row for row in side[table] if abs(row[place]) not in moving}
    if moving:
        wanted["tok"] &= found["tok"]
    if sealing.is_renewing(SEARCH):  # some stand under one key, some under the other
        wanted["tok"] = found["tok"] = set()
    return [
        IndexFault(resource.type, resource.id, table, len(wanted[table] - found[table]),
                   len(found[table] - wanted[table]))
        for table in wanted
        if wanted[table] != found[table]
    ]  # fmt: skip


def _rows(database: psycopg.Cursor, sql: str, *values: object) -> set[tuple]:
    return set(database.execute(sql, values).fetchall())
