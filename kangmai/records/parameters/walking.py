"""Index what was stored before a search parameter was added, and take out the rows of one that was removed.

Resources are walked in the order of their row ids, batch by batch, each a transaction that also says how far it
came: whoever is cut off goes on from there. A resource is locked while its rows are put, so that a change of it
at the same moment waits and then replaces them as usual.
"""

from dataclasses import dataclass

import psycopg

from kangmai.kernel import sealing
from kangmai.kernel.connections import unit_of_work
from kangmai.records.fhir.definitions import resource_type_names
from kangmai.records.search import added
from kangmai.records.search.parameters import SearchParameter
from kangmai.records.search.rows import Rows
from kangmai.records.store.bodies import decode
from kangmai.records.store.changes import index_rows, put_index_rows
from kangmai.records.store.rows import COLUMNS, SEARCH, stored

BATCH_ROWS = 500
SETTLE_SECONDS = 30
"""Longer than a process may not know of a parameter and a write may wait for its turn."""

_NEXT = """
UPDATE records_parameter SET state = CASE state
        WHEN 'new' THEN 'settled' WHEN 'settled' THEN 'indexing' ELSE state END,
    settled_xid = CASE WHEN settled_xid IS NULL THEN pg_current_xact_id() ELSE settled_xid END,
    total = CASE WHEN state = 'settled' THEN (SELECT count(*) FROM res r WHERE r.rt = records_parameter.rt)
                 ELSE total END
WHERE p = (
    SELECT p FROM records_parameter
    WHERE (state IN ('new', 'leaving') AND settled_xid IS NULL AND entered_at < now() - %s * interval '1 second')
       OR (state = 'settled' AND settled_xid < pg_snapshot_xmin(pg_current_snapshot()))
    ORDER BY p LIMIT 1 FOR UPDATE SKIP LOCKED)"""

_GONE_QUIET = """
UPDATE records_parameter SET state = 'erasing'
WHERE state = 'leaving' AND settled_xid < pg_snapshot_xmin(pg_current_snapshot())"""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A parameter under way, and the row id up to which it is."""

    p: int
    rt: int
    code: str
    kind: str
    expression: str
    targets: list[str]
    state: str
    place: int

    @property
    def parameter(self) -> SearchParameter:
        name = resource_type_names()[self.rt]
        return added.build(name, self.code, self.kind, self.expression, self.targets, p=self.p)


def walk_once(*, settle_seconds: int = SETTLE_SECONDS) -> bool:
    """Do the next step for an added parameter, if there is one; returns whether there was."""
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        moved = database.execute(_NEXT, [settle_seconds]).rowcount
        moved += database.execute(_GONE_QUIET).rowcount
        row = database.execute(
            """SELECT p, rt, code, kind, expression, targets, state, place FROM records_parameter
               WHERE state IN ('indexing', 'erasing') ORDER BY p LIMIT 1 FOR UPDATE SKIP LOCKED"""
        ).fetchone()
        if row is None:
            return bool(moved)
        _batch(database, _Walk(*row))
    return True


def _batch(database: psycopg.Cursor, walk: _Walk) -> None:
    """The next resources, and how far that is."""
    found = database.execute(
        f"""SELECT {COLUMNS} FROM res r WHERE r.rt = %s AND r.rid > %s
            ORDER BY r.rid LIMIT {BATCH_ROWS} FOR UPDATE OF r""",
        [walk.rt, walk.place],
    ).fetchall()
    gone: dict[str, list[tuple]] = {}
    come: dict[str, list[tuple]] = {}
    for row in found:
        if row[_BODY] is not None:
            _gather(walk, decode(stored(row).body), row[1], gone, come)
    put_index_rows(database, gone, come)
    _note(database, walk, found[-1][1] if found else None, len(found))


_BODY = COLUMNS.split(", ").index("r.body")
_ByTable = dict[str, list[tuple]]


def _gather(walk: _Walk, resource: dict, rid: int, gone: _ByTable, come: _ByTable) -> None:
    """The rows of a resource under each key they may stand under go, those under the key that is written come."""
    parameter = walk.parameter
    for number, keyed_hash in enumerate(sealing.blinders(SEARCH)):
        found = Rows(keyed_hash, "")
        added.put_rows_of(parameter, resource, found)
        for table, some in index_rows(rid, found, ()).items():
            unique = sorted(set(some))
            gone.setdefault(table, []).extend(unique)
            if number == 0 and walk.state == "indexing":
                come.setdefault(table, []).extend(unique)


def _note(database: psycopg.Cursor, walk: _Walk, place: int | None, count: int) -> None:
    if place is not None:
        database.execute(
            "UPDATE records_parameter SET place = %s, done = done + %s WHERE p = %s",
            [place, count, walk.p],
        )
    elif walk.state == "indexing":
        database.execute("UPDATE records_parameter SET state = 'active' WHERE p = %s", [walk.p])
    else:
        database.execute("DELETE FROM records_parameter WHERE p = %s", [walk.p])
