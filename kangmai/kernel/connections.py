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

STATEMENT_TIMEOUT_SECONDS = 30

_local = threading.local()


def _open() -> psycopg.Connection:
    connection = psycopg.connect(
        settings.DATABASE_URL,
        autocommit=True,
        prepare_threshold=2,
        options=f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c timezone=UTC",
    )
    # Chinese and other text comes back as str; jsonb is not used where bytes pass through.
    return connection


def own_connection() -> psycopg.Connection:
    """This thread's own connection in autocommit mode, opened again if it was lost."""
    connection: psycopg.Connection | None = getattr(_local, "connection", None)
    if connection is None or connection.closed or _local.url != settings.DATABASE_URL:
        close_own()
        connection = _local.connection = _open()
        _local.url = settings.DATABASE_URL
    return connection


def close_own() -> None:
    """Close this thread's own connection, if it has one."""
    connection = getattr(_local, "connection", None)
    if connection is not None:
        connection.close()
        _local.connection = None


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
def reading() -> Iterator[psycopg.Connection]:
    """A connection to read from; sees the open Django transaction where there is one."""
    yield django_connection.connection if django_connection.in_atomic_block else own_connection()
