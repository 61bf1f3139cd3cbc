"""Patients found by what is typed into a search box, quickly for a rare name in a city and a common one in a village."""

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.scope import condition, subject_condition
from kangmai.records.search.people import people_hashes

FEW_HITS = 4000
"""So many hits are looked at one by one; of more, the newest of each key until enough are inside the scope."""
FEW_PEOPLE = 6000
"""So many people in a scope are asked one by one whether they bear a common name."""


def find_people(text: str, *, limit: int, actor: Actor) -> list[int]:
    """Row ids of Patients inside the scope whose name begins like `text` (characters, pinyin, initials),
    or who have an identifier or telephone number equal to it; newest first.

    A common name has hundreds of thousands of hits in a city, of which a village holds a few: there the
    people of the scope are asked instead of the hits.

    Raises:
        NotPermitted
    """
    rules.require(actor, rules.Interaction.SEARCH, "Patient")
    hashes = people_hashes(text)
    with reading() as connection, psycopg.Cursor(connection) as database:
        if not _is_more(database, "tok t WHERE t.h = ANY(%s::int8[])", [hashes], FEW_HITS):
            return _among_hits(database, hashes, limit, actor)
        about = subject_condition(actor.scope)
        everywhere = actor.scope.everything or _is_more(
            database, f"subject s WHERE {about.sql}", about.values, FEW_PEOPLE
        )
        search = _among_newest if everywhere else _among_people
        return search(database, hashes, limit, actor)


def _is_more(database: psycopg.Cursor, rows: str, values: object, most: int) -> bool:
    """Whether there are more rows than a number; no more are looked at."""
    counted = f"SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT %s) c"
    found = database.execute(counted, [*values, most + 1]).fetchone()  # type: ignore[misc]
    return bool(found and found[0] > most)


def _among_hits(
    database: psycopg.Cursor, hashes: list[int], limit: int, actor: Actor
) -> list[int]:
    inside = condition(actor.scope)
    return _ids(
        database,
        f"""SELECT DISTINCT t.rid FROM tok t JOIN res r ON r.rt = %s AND r.rid = t.rid
            WHERE t.h = ANY(%s::int8[]) AND r.flags & 1 = 0 AND {inside.sql}
            ORDER BY t.rid DESC LIMIT %s""",
        [resource_types()["Patient"], hashes, *inside.values, limit],
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
    inside, about = condition(actor.scope), subject_condition(actor.scope)
    return _ids(
        database,
        f"""WITH people AS MATERIALIZED (SELECT s.rid FROM subject s WHERE {about.sql})
            SELECT r.rid FROM people p JOIN res r ON r.rt = %s AND r.rid = p.rid
            WHERE r.flags & 1 = 0 AND {inside.sql}
              AND EXISTS (SELECT 1 FROM unnest(%s::int8[]) k(h) JOIN tok t ON t.h = k.h AND t.rid = p.rid)
            ORDER BY r.rid DESC LIMIT %s""",
        [*about.values, resource_types()["Patient"], *inside.values, hashes, limit],
    )


def _ids(database: psycopg.Cursor, sql: str, values: list[object]) -> list[int]:
    return [rid for (rid,) in database.execute(sql, values).fetchall()]
