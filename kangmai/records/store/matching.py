"""Which resources answer the search of a conditional operation."""

from dataclasses import replace
from datetime import datetime

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.records import rules
from kangmai.records.errors import EmptyCondition
from kangmai.records.store.searching import read_query, run
from kangmai.records.types import Stored


def match(
    database: psycopg.Cursor,
    resource_type: str,
    query: str,
    *,
    actor: Actor,
    at: datetime,
    limit: int,
) -> list[Stored]:
    """Up to `limit` resources that answer a search and lie inside the actor's scope.

    Raises:
        NotPermitted: the condition leads through types that the actor may not search.
        The errors of `records.search.errors`; a condition without criteria is one of them.
    """
    read = read_query(resource_type, query, at=at, may_search=rules.searchable(actor))
    if not read.where:
        raise EmptyCondition(type=resource_type)
    asked = replace(read, count=limit, includes=())
    return list(run(database, asked, scope=actor.scope).matches)
