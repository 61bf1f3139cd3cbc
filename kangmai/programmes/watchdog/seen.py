"""The visits a night looks at, once for all detectors: a temporary table, and what was closed of it before.

What quality control has closed is not asked again: a detector leaves out the visits of a team that were
entered before its latest finding of that kind about the team was closed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.watchdog.types import Unit

_CLOSED = """
CREATE TEMPORARY TABLE watchdog_closed AS
SELECT detector, circle, organization, account, max(closed_at) AS closed_at
FROM watchdog_finding WHERE state = 'closed' GROUP BY 1, 2, 3, 4"""

_INDEX = "CREATE INDEX ON watchdog_seen (organization, account)"
_DROP = "DROP TABLE IF EXISTS watchdog_seen, watchdog_closed"

UNIT = "s.circle, s.organization, s.account"
"""By which columns the visits of one team member in one circle are gathered."""


@contextmanager
def seen(on: date, window_days: int, *, actor: Actor) -> Iterator[None]:
    """Keep the visits of the window at hand until the end of the block."""
    rows = engine.visits_since(on - timedelta(window_days), actor=actor)
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        try:
            cursor.execute(f"CREATE TEMPORARY TABLE watchdog_seen AS {rows.sql}", rows.values)
            cursor.execute(_INDEX)
            cursor.execute(_CLOSED)
            cursor.execute("ANALYZE watchdog_seen")
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute(_DROP)


def fresh(detector: str) -> str:
    """The visits (s) that a detector has to look at, as a subquery."""
    return f"""(SELECT s.* FROM watchdog_seen s LEFT JOIN watchdog_closed c
        ON c.detector = '{detector}' AND c.circle = s.circle AND c.organization = s.organization
        AND c.account = s.account
        WHERE c.closed_at IS NULL OR s.entered_at > c.closed_at)"""


def found(sql: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or {})
        return list(cursor.fetchall())


def visits_where(
    condition: str, unit: Unit, detector: str, values: Mapping[str, object], *, most: int
) -> tuple[UUID, ...]:
    """The newest visits of a unit for which a condition over s holds."""
    rows = found(
        f"""SELECT s.visit FROM {fresh(detector)} s
            WHERE s.circle = %(circle)s AND s.organization = %(organization)s AND s.account = %(account)s
              AND {condition}
            ORDER BY s.visited_on DESC, s.visit DESC LIMIT %(most)s""",
        {
            **values,
            "circle": unit.circle,
            "organization": unit.organization,
            "account": unit.account,
            "most": most,
        },
    )
    return tuple(visit for (visit,) in rows)


def newest(visits: Sequence[UUID], most: int) -> tuple[UUID, ...]:
    """So many of some visits that stand in the order of their days."""
    return tuple(visits[-most:])
