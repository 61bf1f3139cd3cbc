"""Patients found by what is typed into a search box, quickly for a rare name in a city and a common one in a village.

A common name has hundreds of thousands of hits in a city, of which a village holds a few. Three ways lead to
those inside a scope: every hit is looked at, where there are few; the hits are met with the people of the
scope, where it is a part of the city; else the newest hits of each key are looked at until enough are found.
"""

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.scope import condition, subject_condition
from kangmai.records.search.people import people_hashes

FEW_HITS = 4000
PART_OF_A_CITY = 0.3
"""Of all people: a scope that holds more has enough of them among the newest hits."""
BATCH = 200


def find_people(text: str, *, limit: int, actor: Actor) -> list[int]:
    """Row ids of Patients inside the scope whose name begins like `text` (characters, pinyin, initials),
    or who have an identifier or telephone number equal to it; newest first.

    Raises:
        NotPermitted
    """
    rules.require(actor, rules.Interaction.SEARCH, "Patient")
    hashes = people_hashes(text)
    with reading() as connection, psycopg.Cursor(connection) as database:
        if _are_few(database, hashes):
            return _among_hits(database, hashes, limit, actor)
        if _is_part(database, actor):
            return _among_people(database, hashes, limit, actor)
        return _among_newest(database, hashes, limit, actor)


def _are_few(database: psycopg.Cursor, hashes: list[int]) -> bool:
    counted = "SELECT count(*) FROM (SELECT 1 FROM tok t WHERE t.h = ANY(%s::int8[]) LIMIT %s) c"
    found = database.execute(counted, [hashes, FEW_HITS + 1]).fetchone()
    return bool(found and found[0] <= FEW_HITS)


def _is_part(database: psycopg.Cursor, actor: Actor) -> bool:
    """Whether the scope holds a small part of all people, by the planner's estimate: it costs no reading."""
    if actor.scope.everything:
        return False
    about = subject_condition(actor.scope)
    inside = _estimate(database, f"SELECT 1 FROM subject s WHERE {about.sql}", about.values)
    return inside <= PART_OF_A_CITY * _estimate(database, "SELECT 1 FROM subject", ())


def _estimate(database: psycopg.Cursor, query: str, values: tuple[object, ...]) -> float:
    found = database.execute(f"EXPLAIN (FORMAT JSON) {query}", values).fetchone()
    return float(found[0][0]["Plan"]["Plan Rows"]) if found else 0.0


def _among_hits(database: psycopg.Cursor, hashes: list[int], limit: int, actor: Actor) -> list[int]:
    """Every hit, each looked up by its row.

    The planner is told how many there are at most: it does not know how often the keys of one name stand, takes
    them for tens of thousands, and would read all people of the city in their order instead.
    """
    inside = condition(actor.scope)
    return _ids(
        database,
        f"""WITH hits AS MATERIALIZED (
                SELECT DISTINCT t.rid FROM (SELECT rid FROM tok WHERE h = ANY(%s::int8[]) LIMIT %s) t)
            SELECT n.rid FROM hits n JOIN res r ON r.rt = %s AND r.rid = n.rid
            WHERE r.flags & 1 = 0 AND {inside.sql} ORDER BY n.rid DESC LIMIT %s""",
        [hashes, 2 * FEW_HITS, resource_types()["Patient"], *inside.values, limit],
    )


def _among_newest(
    database: psycopg.Cursor, hashes: list[int], limit: int, actor: Actor
) -> list[int]:
    inside = condition(actor.scope)
    return _ids(
        database,
        f"""SELECT DISTINCT n.rid FROM unnest(%s::int8[]) k(h) CROSS JOIN LATERAL (
                SELECT t.rid FROM tok t JOIN res r ON r.rt = %s AND r.rid = t.rid
                WHERE t.h = k.h AND r.flags & 1 = 0 AND {inside.sql}
                ORDER BY t.rid DESC LIMIT %s) n
            ORDER BY n.rid DESC LIMIT %s""",
        [hashes, resource_types()["Patient"], *inside.values, limit, limit],
    )


def _among_people(
    database: psycopg.Cursor, hashes: list[int], limit: int, actor: Actor
) -> list[int]:
    """Hits that are people of the scope, a batch at a time; the record's own labels are looked at last."""
    about, inside = subject_condition(actor.scope), condition(actor.scope)
    found: list[int] = []
    before = 2**62
    while len(found) < limit:
        batch = _ids(
            database,
            f"""WITH people AS MATERIALIZED (SELECT s.rid FROM subject s WHERE {about.sql})
                SELECT DISTINCT t.rid FROM tok t JOIN people p ON p.rid = t.rid
                WHERE t.h = ANY(%s::int8[]) AND t.rid < %s ORDER BY t.rid DESC LIMIT %s""",
            [*about.values, hashes, before, BATCH],
        )
        found += _ids(
            database,
            f"""SELECT r.rid FROM res r WHERE r.rt = %s AND r.rid = ANY(%s::int8[])
                AND r.flags & 1 = 0 AND {inside.sql} ORDER BY r.rid DESC""",
            [resource_types()["Patient"], batch, *inside.values],
        )
        if len(batch) < BATCH:
            break
        before = batch[-1]
    return found[:limit]


def _ids(database: psycopg.Cursor, sql: str, values: list[object]) -> list[int]:
    return [rid for (rid,) in database.execute(sql, values).fetchall()]
