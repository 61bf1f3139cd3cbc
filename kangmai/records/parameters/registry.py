"""The table of added search parameters: entered with their SearchParameter, known to every process within seconds.

A parameter passes through these states:

    new        every process begins to write its rows with whatever it stores
    settled    all processes do; what was begun before is waited for
    indexing   a worker walks through what was there before
    active     it can be searched
    leaving    no longer searched or written; what was written before is waited for
    erasing    a worker takes its rows out
    refused    it cannot be indexed here; `reason` says why

Source: FHIR R4, https://hl7.org/fhir/R4/searchparameter.html
"""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import psycopg
from django.conf import settings

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import own_connection
from kangmai.records.fhir.definitions import resource_type_names, resource_types
from kangmai.records.search import added
from kangmai.records.search.added import Added, NotServed
from kangmai.records.search.parameters import find_parameter
from kangmai.records.types import Resource

FRESH_SECONDS = 5.0
"""Every process looks so often what was added."""
WRITTEN = ("new", "settled", "indexing", "active")
LARGEST_NUMBER = 200


@dataclass(frozen=True, slots=True)
class AddedState:
    """How far the index of an added parameter is."""

    resource_type: str
    code: str
    state: str
    reason: str
    done: int
    total: int


# Entering ---------------------------------------------------------------------------------------


def note(database: psycopg.Cursor, resource: Resource, *, rid: int, actor: Actor) -> None:
    """Enter a SearchParameter that was created or changed; one that means the same as before stays as it is."""
    wanted = list(_wanted(resource, actor))
    before = _of(database, rid)
    kept = {row[1:7] for row in before if row[7] not in ("leaving", "erasing")} & set(wanted)
    _leave(database, [row[0] for row in before if row[1:7] not in kept])
    for row in wanted:
        if row not in kept:
            _enter(database, rid, row)


def forget(database: psycopg.Cursor, rid: int) -> None:
    """Take out what a deleted SearchParameter defined."""
    _leave(database, [row[0] for row in _of(database, rid)])


_Row = tuple[int, str, str, str, tuple[str, ...], str]
"""Type number, code, kind, expression, targets, reason of a refusal."""


def _wanted(resource: Resource, actor: Actor) -> Iterable[_Row]:
    """One row for each type that a SearchParameter is defined for; none unless it is active."""
    if resource.get("status") != "active":
        return
    code, kind = str(resource.get("code", "")), str(resource.get("type", ""))
    expression = str(resource.get("expression", ""))
    targets = tuple(sorted(t for t in resource.get("target", ()) if t in resource_types()))
    for name in dict.fromkeys(resource.get("base", ())):
        if name in resource_types():
            reason = _refusal(name, code, kind, expression, targets, actor)
            yield resource_types()[name], code, kind, expression, targets, reason


def _refusal(
    resource_type: str, code: str, kind: str, expression: str, targets: Sequence[str], actor: Actor
) -> str:
    if find_parameter(resource_type, code):
        return f"{resource_type} has a parameter {code} in R4, which is searched"
    if not actor.scope.everything:
        return "only programs and operators of the whole city add search parameters"
    if not code.replace("-", "").replace("_", "").isalnum() or not expression:
        return "it needs an expression, and a code of letters, digits and -"
    try:
        added.build(resource_type, code, kind, expression, targets, p=added.FIRST)
    except NotServed as error:
        return str(error)
    return ""


def _of(database: psycopg.Cursor, rid: int) -> list[tuple]:
    rows = database.execute(
        """SELECT p, rt, code, kind, expression, targets, reason, state FROM records_parameter
           WHERE rid = %s ORDER BY p""",
        [rid],
    ).fetchall()
    return [(*row[:5], tuple(row[5]), *row[6:]) for row in rows]


def _enter(database: psycopg.Cursor, rid: int, row: _Row) -> None:
    rt, code, kind, expression, targets, reason = row
    database.execute("SELECT pg_advisory_xact_lock(hashtext('records_parameter'))")
    taken = database.execute(
        """SELECT count(*) FILTER (WHERE rt = %s AND code = %s), count(*) FROM records_parameter
           WHERE state = ANY(%s::text[])""",
        [rt, code, list(WRITTEN)],
    ).fetchone() or (0, 0)
    if taken[0]:
        reason = reason or "another SearchParameter defines this code for this type"
    elif taken[1] >= LARGEST_NUMBER:
        reason = reason or f"at most {LARGEST_NUMBER} parameters are added"
    database.execute(
        """INSERT INTO records_parameter (rid, rt, code, kind, expression, targets, state, reason)
           VALUES (%s, %s, %s, %s, %s, %s::text[], %s, %s)""",
        [rid, rt, code, kind, expression, list(targets), "refused" if reason else "new", reason],
    )


def _leave(database: psycopg.Cursor, numbers: Sequence[int]) -> None:
    database.execute(
        "DELETE FROM records_parameter WHERE p = ANY(%s::int4[]) AND state = 'refused'",
        [list(numbers)],
    )
    database.execute(
        """UPDATE records_parameter SET state = 'leaving', entered_at = now(), settled_xid = NULL, place = 0,
               done = 0
           WHERE p = ANY(%s::int4[]) AND state = ANY(%s::text[])""",
        [list(numbers), list(WRITTEN)],
    )


def states(database: psycopg.Cursor, rid: int | None = None) -> list[AddedState]:
    """What became of the parameters of one SearchParameter, or of all."""
    rows = database.execute(
        """SELECT rt, code, state, reason, done, total FROM records_parameter
           WHERE %s::int8 IS NULL OR rid = %s ORDER BY rt, code, p""",
        [rid, rid],
    ).fetchall()
    names = resource_type_names()
    return [AddedState(names[row[0]], *row[1:]) for row in rows]


# Knowing ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Looked:
    url: str = ""
    at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


_looked = _Looked()


def look(*, at_once: bool = False) -> None:
    """See what was added, where the last look is some seconds ago."""
    url = settings.DATABASE_URL
    if not at_once and _looked.url == url and time.monotonic() - _looked.at < FRESH_SECONDS:
        return
    # whoever comes while another looks goes on with what was known, except at the very beginning
    if not _looked.lock.acquire(blocking=at_once or _looked.url != url):
        return
    try:
        added.install(_read(own_connection()))
        _looked.url, _looked.at = url, time.monotonic()
    finally:
        _looked.lock.release()


def _read(connection: psycopg.Connection) -> list[Added]:
    rows = connection.execute(
        """SELECT p, rt, code, kind, expression, targets, state FROM records_parameter
           WHERE state <> 'refused' ORDER BY p"""
    ).fetchall()
    names = resource_type_names()
    found = []
    for p, rt, code, kind, expression, targets, state in rows:
        try:
            parameter = added.build(names[rt], code, kind, expression, targets, p=p)
        except NotServed:
            continue  # written by another release, which could read it
        found.append(Added(parameter, state == "active", state in WRITTEN))
    return found
