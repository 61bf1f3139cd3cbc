"""PostgreSQL connections below the ORM.

Hot paths hold one connection a thread, with prepared statements and no ORM in the way. Inside a
Django transaction (`transaction.atomic`) the same functions join Django's connection, so that an
action which writes tables and records commits both or neither.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connection as django_connection
from django.db import transaction
from psycopg.pq import TransactionStatus

STATEMENT_TIMEOUT_SECONDS = 30
SHORT_READS = "-c parallel_setup_cost=100000"
"""Starting parallel processes takes milliseconds: for a page never worth it, for millions of rows still."""


class _Owned:
    """A connection that is closed when its thread ends and lets go of it."""

    def __init__(self, url: str, connection: psycopg.Connection) -> None:
        self.url = url
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


_local = threading.local()


def _open() -> psycopg.Connection:
    return psycopg.connect(
        settings.DATABASE_URL,
        autocommit=True,
        prepare_threshold=2,
        options=f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c timezone=UTC {SHORT_READS}",
    )


def own_connection() -> psycopg.Connection:
    """This thread's own connection in autocommit mode, opened again if it was lost."""
    owned: _Owned | None = getattr(_local, "owned", None)
    if owned is None or owned.connection.closed or owned.url != settings.DATABASE_URL:
        close_own()
        owned = _local.owned = _Owned(settings.DATABASE_URL, _open())
    return owned.connection


@contextmanager
def separate_connection(*, timeout_seconds: int) -> Iterator[psycopg.Connection]:
    """A connection for one long read, beside this thread's own, which stays free for other work."""
    with psycopg.connect(
        settings.DATABASE_URL,
        autocommit=True,
        options=f"-c statement_timeout={timeout_seconds}s -c timezone=UTC",
    ) as connection:
        yield connection


def close_own() -> None:
    """Close this thread's own connection, if it has one."""
    _local.owned = None


def give_back() -> None:
    """Close Django's connection of this thread, unless a transaction is open on it.

    For doors that need it rarely: threads that each hold two connections would use up those of the server.
    """
    if django_connection.connection is not None and not django_connection.in_atomic_block:
        django_connection.close()


@contextmanager
def unit_of_work() -> Iterator[psycopg.Connection]:
    """A transaction: Django's where one is open on this thread, else a new one of our own."""
    if django_connection.in_atomic_block:
        yield django_connection.connection
        return
    connection = own_connection()
    with connection.transaction():
        yield connection


@contextmanager
def joined() -> Iterator[None]:
    """The Django transaction open on this thread, else a new one: for a deed that is part of larger ones.

    It makes no savepoint: who catches an error of such a deed must give up the whole transaction.
    """
    if django_connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        yield


def is_within_transaction() -> bool:
    """Whether a transaction is open on this thread, which what is written now must belong to."""
    if django_connection.in_atomic_block:
        return True
    owned: _Owned | None = getattr(_local, "owned", None)
    return (
        owned is not None and owned.connection.info.transaction_status is not TransactionStatus.IDLE
    )


@contextmanager
def reading() -> Iterator[psycopg.Connection]:
    """A connection to read from; sees the open Django transaction where there is one."""
    yield django_connection.connection if django_connection.in_atomic_block else own_connection()
