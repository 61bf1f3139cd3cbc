"""Which resources answer the search of a conditional operation."""

from dataclasses import replace
from datetime import datetime

import psycopg

from kangmai.kernel.actor import DataScope
from kangmai.records.errors import EmptyCondition
from kangmai.records.store.searching import read_query, run
from kangmai.records.types import Stored


def match(
    database: psycopg.Cursor,
    resource_type: str,
    query: str,
    *,
    scope: DataScope,
    at: datetime,
    limit: int,
) -> list[Stored]:
    """Up to `limit` resources that answer a search and lie inside the scope.

    Raises:
        The errors of `records.search.errors`; a condition without criteria is one of them.
    """
    read = read_query(resource_type, query, at=at)
    if not read.where:
        raise EmptyCondition(type=resource_type)
    return list(run(database, replace(read, count=limit, includes=()), scope=scope).matches)
