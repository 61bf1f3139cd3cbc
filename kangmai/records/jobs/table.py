"""The table of jobs: ordered, claimed by a worker, kept alive by its beat, finished."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading, unit_of_work
from kangmai.records import actors
from kangmai.records.jobs.errors import TooManyJobs
from kangmai.records.search.hashing import hash64

LARGEST_NUMBER = 3
"""Jobs that one account may have waiting or under way."""
SILENCE_SECONDS = 90
"""A job whose worker has not given a sign for so long is taken over by another."""
ATTEMPTS = 3

_COLUMNS = """id::text, kind, state, account, client, actor::text, work::text, address, created_at, done,
    result::text, error, attempts"""


@dataclass(frozen=True, slots=True)
class Job:
    """One order and what became of it; `result` is what its kind makes of it."""

    id: str
    kind: str
    state: str
    account: int
    client: str
    actor: Actor
    work: dict[str, Any]
    address: str
    created_at: datetime
    done: int
    result: dict[str, Any] | None
    error: str
    attempts: int


def _job(row: tuple[Any, ...]) -> Job:
    id, kind, state, account, client, actor, work, address, created_at, done, result, *rest = row
    sight = actors.from_json(orjson.loads(actor))
    told = orjson.loads(result) if result else None
    return Job(
        id,
        kind,
        state,
        account,
        client,
        sight,
        orjson.loads(work),
        address,
        created_at,
        done,
        told,
        *rest,
    )


def add(
    database: psycopg.Connection,
    id: str,
    *,
    kind: str,
    work: dict[str, Any],
    address: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Write an order down within the caller's transaction.

    Raises:
        TooManyJobs
    """
    database.execute("SELECT pg_advisory_xact_lock(%s)", [hash64(f"records_job:{actor.account}")])
    row = database.execute(
        """SELECT count(*) FROM records_job
           WHERE account = %s AND client = %s AND state IN ('waiting', 'working')""",
        [actor.account, actor.client],
    ).fetchone()
    if row and row[0] >= LARGEST_NUMBER:
        raise TooManyJobs(count=row[0])
    database.execute(
        """INSERT INTO records_job (id, kind, account, client, actor, work, address, created_at)
           VALUES (%s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s)""",
        [
            id, kind, actor.account, actor.client, orjson.dumps(actors.to_json(actor)).decode(),
            orjson.dumps(work).decode(), address, at,
        ],
    )  # fmt: skip


def find(id: str) -> Job | None:
    """The job of that id."""
    try:
        number = UUID(id)
    except ValueError:
        return None
    with reading() as database:
        row = database.execute(
            f"SELECT {_COLUMNS} FROM records_job WHERE id = %s", [number]
        ).fetchone()
    return _job(row) if row else None


def claim() -> Job | None:
    """Take the oldest job that nobody works on, if there is one."""
    with unit_of_work() as database:
        row = database.execute(
            f"""UPDATE records_job SET state = 'working', beat_at = now(), attempts = attempts + 1, done = 0
                WHERE id = (
                    SELECT id FROM records_job
                    WHERE state = 'waiting'
                       OR (state = 'working' AND beat_at < now() - interval '{SILENCE_SECONDS} seconds')
                    ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING {_COLUMNS}"""
        ).fetchone()
    return _job(row) if row else None


def beat(id: str, done: int) -> bool:
    """Give a sign of life; returns whether the job is still wanted."""
    with unit_of_work() as database:
        return bool(
            database.execute(
                "UPDATE records_job SET beat_at = now(), done = %s WHERE id = %s AND state = 'working'",
                [done, id],
            ).rowcount
        )


def finish(id: str, *, state: str, done: int = 0, result: Any = None, error: str = "") -> bool:
    """Write down how a job ended (or `waiting`, to begin anew); returns whether it was still wanted."""
    with unit_of_work() as database:
        return bool(
            database.execute(
                """UPDATE records_job SET state = %s, done = greatest(done, %s), result = %s::jsonb, error = %s,
                       finished_at = now()
                   WHERE id = %s AND state = 'working'""",
                [state, done, orjson.dumps(result).decode(), error, id],
            ).rowcount
        )


def cancel(database: psycopg.Connection, id: str) -> None:
    """Let nobody work on a job or fetch its files any more."""
    database.execute(
        "UPDATE records_job SET state = 'cancelled', result = NULL WHERE id = %s", [id]
    )


def forget(*, before: datetime) -> list[str]:
    """Delete jobs that ended before; returns their ids."""
    with unit_of_work() as database:
        rows = database.execute(
            """DELETE FROM records_job WHERE state NOT IN ('waiting', 'working')
               AND coalesce(finished_at, created_at) < %s RETURNING id""",
            [before],
        ).fetchall()
    return sorted(str(id) for (id,) in rows)
