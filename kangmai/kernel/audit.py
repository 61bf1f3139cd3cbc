"""Who did what to whose data, why, and whether it was allowed: written with the deed, chained by hash.

A write's row commits with the write (`record`). Reads are gathered and written in groups within a
second (`record_later`), since waiting for the disk at every page would double its cost; a crash may lose
that second of reads, never a write and never a breaking of the glass.

Rows hold ids only. Blocks of rows are chained by SHA-256 (`seal_blocks`): who alters, removes or inserts
a row later must redo every later block, and the head of the chain, which `kangmai audit verify` prints
and operators note down outside, shows it.
"""

import datetime
import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import orjson
import psycopg
from django.db import connection

from kangmai.kernel.actor import Actor, Purpose
from kangmai.kernel.connections import own_connection, unit_of_work

BLOCK_ROWS = 10_000
FLUSH_SECONDS = 0.5
FLUSH_ROWS = 500

# for `columns`; subjects, a list in each row, travel as the text of an array, since arrays of lists must be rectangular
INSERT = """
INSERT INTO kernel_audit (at, account, role, organization, client, purpose, action, object_type,
                          object_id, subjects, outcome, reason, details)
SELECT at, account, role, organization, client, purpose, action, object_type, object_id,
       subjects::bigint[], outcome, reason, details::jsonb
FROM unnest(%s::timestamptz[], %s::bigint[], %b::text[], %s::bigint[], %b::text[], %b::text[], %b::text[],
            %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[])
     WITH ORDINALITY AS e(at, account, role, organization, client, purpose, action, object_type, object_id,
                          subjects, outcome, reason, details, place)
ORDER BY place"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed, as it is written down."""

    actor: Actor
    at: datetime.datetime
    action: str
    object_type: str
    object_id: str
    subjects: Sequence[int] = ()
    outcome: str = "ok"
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def _row(entry: Entry) -> tuple[object, ...]:
    grant = entry.actor.grants[0] if entry.actor.grants else None
    return (
        entry.at,
        entry.actor.account,
        grant.role if grant else "",
        grant.organization if grant else None,
        entry.actor.client,
        entry.actor.purpose.value,
        entry.action,
        entry.object_type,
        entry.object_id,
        f"{{{','.join(map(str, entry.subjects))}}}",
        entry.outcome,
        entry.reason,
        orjson.dumps(entry.details).decode(),
    )


def record(
    database: psycopg.Connection | None = None,
    *,
    actor: Actor,
    at: datetime.datetime,
    action: str,
    object_type: str,
    object_id: str,
    subjects: Sequence[int] = (),
    outcome: str = "ok",
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Write one deed into the caller's transaction (or one of its own where there is none).

    Args:
        subjects: row ids of the Patients whose data it concerns.
        outcome: `ok`, or the code of the refusal.
    """
    record_all(
        [
            Entry(
                actor, at, action, object_type, object_id, subjects, outcome, reason, details or {}
            )
        ],
        database,
    )


def record_all(entries: Sequence[Entry], database: psycopg.Connection | None = None) -> None:
    """Write deeds into the caller's transaction (or one of their own where there is none), in one statement."""
    if not entries:
        return
    if database is not None:
        database.execute(INSERT, columns(entries))
        return
    with unit_of_work() as own:
        own.execute(INSERT, columns(entries))


def columns(entries: Sequence[Entry]) -> list[list[Any]]:
    """The values of `INSERT`, for statements that write deeds together with what was done."""
    return [list(column) for column in zip(*map(_row, entries), strict=True)]


class _Buffer:
    """Reads that wait to be written: a thread writes them every half second or 500 rows."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self._thread.start()
        if len(self._entries) >= FLUSH_ROWS:
            self._wake.set()

    def flush(self) -> None:
        """Write what waits; what the thread has begun to write is waited for, so that nothing is in flight."""
        with self._writing:
            with self._lock:
                entries, self._entries = self._entries, []
            if not entries:
                return
            try:
                record_all(entries, own_connection())
            except psycopg.OperationalError:
                with self._lock:
                    self._entries = entries + self._entries
                raise

    def _run(self) -> None:
        while True:
            self._wake.wait(FLUSH_SECONDS)
            self._wake.clear()
            try:
                self.flush()
            except psycopg.OperationalError:
                time.sleep(
                    FLUSH_SECONDS
                )  # the database restarts; what was in flight is the second we may lose


_buffer = _Buffer()


def record_later(entry: Entry) -> None:
    """Write a read within a second, together with others; a read in an emergency at once.

    Who broke the glass must not profit from a crash.
    """
    if entry.actor.purpose is Purpose.EMERGENCY:
        record_all([entry])
        return
    _buffer.add(entry)


def flush() -> None:
    """Write what waits, now: before a process ends, and in tests."""
    _buffer.flush()


@dataclass(frozen=True, slots=True)
class Block:
    """A sealed stretch of the trail."""

    id: int
    rows: int
    hash: bytes
    sealed_at: datetime.datetime


_STRETCH = """
SELECT count(*), sha256(convert_to(coalesce(string_agg(a::text, E'\\n' ORDER BY xid, seq), ''), 'UTF8'))
FROM kernel_audit a
WHERE (xid, seq) > (%(from_xid)s::text::xid8, %(from_seq)s) AND (xid, seq) <= (%(to_xid)s::text::xid8, %(to_seq)s)"""

_END = """
SELECT xid::text, seq FROM (
    SELECT xid, seq FROM kernel_audit
    WHERE (xid, seq) > (%s::text::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, seq LIMIT %s) s
ORDER BY s.xid DESC, s.seq DESC LIMIT 1"""


def _chained(previous: bytes, rows_hash: bytes) -> bytes:
    return hashlib.sha256(previous + rows_hash).digest()


def seal_blocks(*, at: datetime.datetime) -> int:
    """Seal what is committed and not yet sealed; returns the number of new blocks."""
    made = 0
    while _seal_one(at):
        made += 1
    return made


def _seal_one(at: datetime.datetime) -> bool:
    with unit_of_work() as database:
        database.execute("SET LOCAL timezone = 'UTC'")
        database.execute("SELECT pg_advisory_xact_lock(hashtext('kernel_audit_block'))")
        latest = database.execute(
            "SELECT id, to_xid::text, to_seq, hash FROM kernel_audit_block ORDER BY id DESC LIMIT 1"
        ).fetchone() or (0, "0", 0, b"")
        end = database.execute(_END, [latest[1], latest[2], BLOCK_ROWS]).fetchone()
        if end is None:
            return False
        stretch = {"from_xid": latest[1], "from_seq": latest[2], "to_xid": end[0], "to_seq": end[1]}
        rows, rows_hash = database.execute(_STRETCH, stretch).fetchone()  # type: ignore[misc]
        database.execute(
            """INSERT INTO kernel_audit_block (id, from_xid, from_seq, to_xid, to_seq, rows, hash, sealed_at)
               VALUES (%(id)s, %(from_xid)s::text::xid8, %(from_seq)s, %(to_xid)s::text::xid8, %(to_seq)s,
                       %(rows)s, %(hash)s, %(at)s)""",
            {
                "id": latest[0] + 1,
                **stretch,
                "rows": rows,
                "hash": _chained(latest[3], rows_hash),
                "at": at,
            },
        )
        return True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole trail found."""

    blocks: int
    rows: int
    unsealed: int
    head: str
    broken: tuple[int, ...]


_BLOCKS = """
SELECT id, from_xid::text, from_seq, to_xid::text, to_seq, rows, hash, dropped_at
FROM kernel_audit_block WHERE id > %s ORDER BY id"""


def verify(*, newest: int | None = None) -> Verdict:
    """Recompute blocks from their rows; `broken` lists those whose rows or chain do not agree.

    Args:
        newest: look at so many of the newest blocks only, trusting the one before them.
    """
    broken, rows, count = [], 0, 0
    with unit_of_work() as database:
        database.execute("SET LOCAL timezone = 'UTC'")
        database.execute("SET LOCAL statement_timeout = 0")  # a trail of years takes minutes
        id, place, previous = _before(database, newest)
        for block in database.execute(_BLOCKS, [id]).fetchall():
            id, count = id + 1, count + 1
            if block[0] != id or block[1:3] != place or not _is_sound(database, block, previous):
                broken.append(block[0])
            id, place, previous, rows = block[0], block[3:5], block[6], rows + block[5]
        unsealed = database.execute(
            "SELECT count(*) FROM kernel_audit WHERE (xid, seq) > (%s::text::xid8, %s)", place
        ).fetchone()[0]  # type: ignore[index]
    return Verdict(count, rows, unsealed, previous.hex(), tuple(broken))


def _before(database: psycopg.Connection, newest: int | None) -> tuple[int, tuple[str, int], bytes]:
    """Number, end and hash of the block before the first one to look at."""
    start: tuple[int, tuple[str, int], bytes] = (0, ("0", 0), b"")
    if newest is None:
        return start
    row = database.execute(
        """SELECT id, to_xid::text, to_seq, hash FROM kernel_audit_block
           WHERE id <= (SELECT max(id) FROM kernel_audit_block) - %s ORDER BY id DESC LIMIT 1""",
        [newest],
    ).fetchone()
    return (row[0], (row[1], row[2]), row[3]) if row else start


def _is_sound(database: psycopg.Connection, block: Sequence[Any], previous: bytes) -> bool:
    """Whether the rows of a block still give its hash; those of a dropped partition cannot be asked."""
    _, from_xid, from_seq, to_xid, to_seq, expected, hash, dropped_at = block
    if dropped_at is not None:
        return True
    stretch = {"from_xid": from_xid, "from_seq": from_seq, "to_xid": to_xid, "to_seq": to_seq}
    found, rows_hash = database.execute(_STRETCH, stretch).fetchone()  # type: ignore[misc]
    return found == expected and hash == _chained(previous, rows_hash)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the trail as it is shown."""

    seq: int
    at: datetime.datetime
    account: int
    role: str
    organization: int | None
    client: str
    purpose: str
    action: str
    object_type: str
    object_id: str
    outcome: str
    reason: str


COLUMNS = tuple(each.name for each in fields(Line))
"""Of the table `kernel_audit`, those of a line."""


def search(
    *,
    subjects: Sequence[int] = (),
    account: int | None = None,
    action: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Line]:
    """Rows of the trail, newest first, before row number `before`; the caller has checked the right to see them."""
    conditions, values = ["true"], []
    for condition, value in (
        ("subjects && %s::bigint[]", list(subjects) or None),
        ("account = %s", account),
        ("action = %s", action or None),
        ("seq < %s", before),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {", ".join(COLUMNS)} FROM kernel_audit
                WHERE {" AND ".join(conditions)} ORDER BY seq DESC LIMIT %s""",
            [*values, limit],
        )
        return [Line(*row) for row in cursor.fetchall()]
