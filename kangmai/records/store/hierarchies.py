"""Resources that are parts of others of their type, up and down: institutions, places, visits, procedures.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#reference (`:above` and `:below` on references)
"""

import orjson
import psycopg

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.extraction import extract
from kangmai.records.store.rows import COLUMNS, stored

DEEPEST = 20
"""Steps that are followed; also what ends a circle."""
LARGEST_TREE = 20_000


def below(database: psycopg.Cursor, target: int, *, resource_type: str, p: int) -> list[int]:
    """The hashes of a resource and of all that are its parts, and parts of these.

    Args:
        target: the hash of the resource's `Type/id`.
        p: the number of the parameter by which a part points to its whole.
    """
    rows = database.execute(
        """WITH RECURSIVE tree(fh, depth) AS (
               SELECT %s::int8, 0
               UNION
               SELECT r.fh, t.depth + 1 FROM tree t
               JOIN ref k ON k.tgt = t.fh AND k.p = %s
               JOIN res r ON r.rt = %s AND r.rid = k.rid AND r.flags & 1 = 0
               WHERE t.depth < %s)
           SELECT DISTINCT fh FROM (SELECT fh FROM tree LIMIT %s) t""",
        [target, p, resource_types()[resource_type], DEEPEST, LARGEST_TREE],
    ).fetchall()
    return sorted(fh for (fh,) in rows)


def above(database: psycopg.Cursor, target: int, *, resource_type: str, p: int) -> list[int]:
    """The hashes of a resource and of what it is a part of, up to the whole. Arguments as `below`."""
    found, fresh = {target}, {target}
    for _ in range(DEEPEST):
        rows = database.execute(
            f"SELECT {COLUMNS} FROM res r WHERE r.fh = ANY(%s::int8[]) AND r.rt = %s AND r.flags & 1 = 0",
            [sorted(fresh), resource_types()[resource_type]],
        ).fetchall()
        bodies = [orjson.loads(stored(row).body) for row in rows]
        fresh = {tgt for each in bodies for tgt, by in extract(each).references if by == p} - found
        if not fresh:
            break
        found |= fresh
    return sorted(found)
