"""Who may write to the lake: one at a time, on whatever machine.

The lock is the database's, since every writer reads the same one: it goes with the connection, also when
the process is killed, and works the same for a folder and for a bucket.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from kangmai.analytics.errors import LakeBusy

NAME = "analytics.lake"


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """Be the only one who writes. Raises LakeBusy."""
    with psycopg.connect(database_url) as connection:
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        wanted = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        found = connection.execute(wanted, [NAME]).fetchone()
        if found is None or not found[0]:
            raise LakeBusy()
        yield


def is_locked(database_url: str) -> bool:
    """Whether somebody writes now."""
    try:
        with locked(database_url):
            return False
    except LakeBusy:
        return True
