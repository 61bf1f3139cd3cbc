"""The planner's knowledge of the tables, which a bulk load outruns."""

import psycopg

MANY_ROWS = 10_000
"""Resources after which a load should refresh it: until then searches would be ten times slower."""


def refresh(database: psycopg.Connection) -> None:
    """Let PostgreSQL look at the tables of the store again."""
    database.execute("ANALYZE res, tok, ref, dat, str, qty, shape, subject")
