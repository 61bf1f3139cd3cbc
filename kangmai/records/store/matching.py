"""Which resources answer a search: the bridge from a compiled query to rows."""

import psycopg

from kangmai.kernel.actor import DataScope
from kangmai.records.types import Stored


def match(
    database: psycopg.Cursor, resource_type: str, query: str, *, scope: DataScope, limit: int
) -> list[Stored]:
    """Up to `limit` resources that answer a search and lie inside the scope."""

    raise NotImplementedError
