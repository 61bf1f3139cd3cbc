"""Hash anew, under the blind key that is written now, the tokens by which sealed people are found."""

from collections.abc import Iterable
from datetime import datetime

import psycopg
from django.db import connection

from kangmai.records.search.extraction import is_sealed
from kangmai.records.store.bodies import decode
from kangmai.records.store.rows import COLUMNS, stored, tokens_of
from kangmai.records.types import Stored

_NEXT = f"""SELECT {COLUMNS} FROM res r WHERE (r.rt, r.rid) > (%s, %s) AND r.body IS NOT NULL
ORDER BY r.rt, r.rid LIMIT %s FOR UPDATE"""
_TAKE_AWAY = """DELETE FROM tok t USING unnest(%s::int8[], %s::int8[], %s::int4[]) AS gone(h, rid, sys)
WHERE t.h = gone.h AND t.rid = gone.rid AND t.sys = gone.sys"""
_PUT = "INSERT INTO tok (h, rid, sys) SELECT * FROM unnest(%s::int8[], %s::int8[], %s::int4[])"
KEYED_WORD = b'"identifier"'
"""What else but people is found by a keyed hash: a resource that refers to somebody by an identifier."""

Token = tuple[int, int, int]


def rehash(after: list[int] | None, most: int, at: datetime) -> tuple[list[int] | None, int]:
    """The next resources; see `kernel.rehashing.HashedRoom`."""
    with psycopg.Cursor(connection.connection) as database:
        rows = database.execute(_NEXT, [*(after or (0, 0)), most]).fetchall()
        found = [stored(row) for row in rows]
        gone, come = _changed(each for each in found if _has_keyed(each))
        database.execute(_TAKE_AWAY, _columns(gone))
        database.execute(_PUT, _columns(come))
    return ([int(rows[-1][0]), int(rows[-1][1])] if rows else None), len(rows)


def _has_keyed(resource: Stored) -> bool:
    return is_sealed(resource.type) or KEYED_WORD in resource.body


def _changed(resources: Iterable[Stored]) -> tuple[list[Token], list[Token]]:
    """The tokens to take away, under either key, and those to put."""
    gone: list[Token] = []
    come: list[Token] = []
    for each in resources:
        new, *others = tokens_of(decode(each.body))
        keyed = new - new.intersection(*others)
        come += [(h, each.rid, system) for h, system in keyed]
        old = keyed.union(*others) - (new - keyed)
        gone += [(h, each.rid, system) for h, system in old]
    return gone, come


def _columns(rows: Iterable[Token]) -> list[list[int]]:
    return [list(column) for column in zip(*sorted(rows), strict=True)] or [[], [], []]
