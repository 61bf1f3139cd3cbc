"""Read versions of resources inside a scope."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import psycopg

from kangmai.kernel.actor import DataScope
from kangmai.records.scope import condition
from kangmai.records.store.rows import COLUMNS, stored, type_number
from kangmai.records.types import Stored


def find(
    database: psycopg.Cursor, resource_type: str, id: str, *, scope: DataScope
) -> Stored | None:
    """The newest version of a resource (which may be its deletion), if it is inside the scope."""
    inside = condition(scope)
    row = database.execute(
        f"SELECT {COLUMNS} FROM res r WHERE r.rt = %s AND r.fid = %s AND {inside.sql}",
        [type_number(resource_type), id, *inside.values],
    ).fetchone()
    return stored(row) if row else None


@dataclass(frozen=True, slots=True)
class Present:
    """The newest version of a resource, and which of the asking scopes it is inside."""

    stored: Stored
    visible_to: tuple[DataScope, ...]


class LookUp(Protocol):
    """`lock` or `peek`."""

    def __call__(
        self,
        database: psycopg.Cursor,
        wanted: Iterable[tuple[str, str]],
        *,
        scopes: Collection[DataScope],
    ) -> dict[tuple[str, str], Present]:
        """Those of the wanted resources, by (type, id), that exist."""


def lock(
    database: psycopg.Cursor, wanted: Iterable[tuple[str, str]], *, scopes: Collection[DataScope]
) -> dict[tuple[str, str], Present]:
    """Look up resources by (type, id), and lock them in primary-key order until the transaction ends."""
    return _present(database, wanted, scopes, "ORDER BY r.rt, r.rid FOR UPDATE OF r")


def peek(
    database: psycopg.Cursor, wanted: Iterable[tuple[str, str]], *, scopes: Collection[DataScope]
) -> dict[tuple[str, str], Present]:
    """Look up resources by (type, id); who writes afterwards must see that they are still the same."""
    return _present(database, wanted, scopes, "")


def _present(
    database: psycopg.Cursor,
    wanted: Iterable[tuple[str, str]],
    scopes: Collection[DataScope],
    ending: str,
) -> dict[tuple[str, str], Present]:
    pairs = sorted({(type_number(kind), id) for kind, id in wanted})
    if not pairs:
        return {}
    asking = tuple(scopes)
    inside = [condition(scope) for scope in asking]
    rows = database.execute(
        f"""SELECT {COLUMNS}, {", ".join(f"({each.sql})" for each in inside)} FROM res r
            JOIN unnest(%s::int2[], %s::text[]) w(rt, fid) ON r.rt = w.rt AND r.fid = w.fid {ending}""",
        [
            *(value for each in inside for value in each.values),
            [rt for rt, _ in pairs],
            [id for _, id in pairs],
        ],
    ).fetchall()
    found = {}
    for row in rows:
        item, seen = stored(row[: -len(asking)]), row[-len(asking) :]
        visible_to = tuple(scope for scope, sees in zip(asking, seen, strict=True) if sees)
        found[item.type, item.id] = Present(item, visible_to)
    return found


def existing_targets(
    database: psycopg.Cursor, targets: Sequence[int]
) -> dict[int, tuple[int, int | None]]:
    """For each hash of `Type/id` that exists and is not deleted: its row id and the Patient it is about."""
    if not targets:
        return {}
    rows = database.execute(
        "SELECT fh, rid, subject FROM res WHERE fh = ANY(%s::int8[]) AND flags & 1 = 0",
        [sorted(set(targets))],
    ).fetchall()
    return {fh: (rid, subject) for fh, rid, subject in rows}


def by_row_ids(
    database: psycopg.Cursor, wanted: Sequence[tuple[int, int]], *, scope: DataScope
) -> list[Stored]:
    """Resources by (rt, rid), in the order asked for; what is outside the scope or deleted is left out."""
    if not wanted:
        return []
    inside = condition(scope)
    rows = database.execute(
        f"""SELECT {COLUMNS} FROM unnest(%s::int2[], %s::int8[]) WITH ORDINALITY w(rt, rid, place)
            JOIN res r ON r.rt = w.rt AND r.rid = w.rid
            WHERE r.flags & 1 = 0 AND {inside.sql} ORDER BY w.place""",
        [[rt for rt, _ in wanted], [rid for _, rid in wanted], *inside.values],
    ).fetchall()
    return [stored(row) for row in rows]


def versions(
    database: psycopg.Cursor,
    resource_type: str,
    id: str,
    *,
    scope: DataScope,
    before: int,
    limit: int,
) -> list[Stored]:
    """Versions of one resource below version `before`, newest first, deletions included."""
    inside, past = condition(scope), condition(scope, alias="h")
    rt = type_number(resource_type)
    rows = database.execute(
        f"""SELECT * FROM (
                SELECT {COLUMNS} FROM res r WHERE r.rt = %s AND r.fid = %s AND {inside.sql}
                UNION ALL
                SELECT h.rt, h.rid, n.fid, h.ver, h.ts, CASE WHEN h.op = 'D' THEN 1 ELSE 0 END, h.subject,
                       h.author_org, h.label, h.body, h.kv
                FROM res n JOIN hist h ON h.rt = n.rt AND h.rid = n.rid
                WHERE n.rt = %s AND n.fid = %s AND {past.sql}) v
            WHERE ver < %s ORDER BY ver DESC LIMIT %s""",
        [rt, id, *inside.values, rt, id, *past.values, before, limit],
    ).fetchall()
    return [stored(row) for row in rows]
