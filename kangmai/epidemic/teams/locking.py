"""One at a time: what must not be decided twice at once, and forms that are sent twice at once."""

from django.db import connection


def hold(name: str) -> None:
    """Wait until nobody else decides the same; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"teams.{name}"])
