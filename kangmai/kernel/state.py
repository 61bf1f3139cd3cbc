"""Small facts an installation keeps about itself, by name."""

import datetime
from typing import Any

import orjson
from django.db import connection


def find_state(key: str) -> dict[str, Any] | None:
    """The fact of that name, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value::text FROM kernel_state WHERE key = %s", [key])
        row = cursor.fetchone()
    return orjson.loads(row[0]) if row else None


def put_state(key: str, value: dict[str, Any], *, at: datetime.datetime) -> None:
    """Write a fact down within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO kernel_state (key, value, updated_at) VALUES (%s, %s::jsonb, %s)
               ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at""",
            [key, orjson.dumps(value).decode(), at],
        )
