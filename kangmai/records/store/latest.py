"""The latest Observations of some Patients by code, all codes in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import psycopg

from kangmai.kernel.actor import DataScope
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.scope import condition
from kangmai.records.search.hashing import hash32, token_hash
from kangmai.records.search.parameters import parameter
from kangmai.records.store.rows import COLUMNS, stored
from kangmai.records.store.write import COMPARTMENT
from kangmai.records.types import Stored


@dataclass(frozen=True, slots=True)
class WantedCode:
    """A code of an Observation or of a component, measured from `since` on, perhaps only by the reader's own."""

    system: str
    code: str
    since: datetime
    is_own_only: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """An Observation with the number of the wanted code it answers and when it was measured."""

    wanted: int
    measured_at: datetime
    resource: Stored


@cache
def _date_parameters() -> list[int]:
    numbers = [source.p for source in parameter("Observation", "date").sources]
    return [*numbers, *(-number for number in numbers)]


def latest(
    database: psycopg.Cursor,
    targets: Sequence[int],
    wanted: Sequence[WantedCode],
    *,
    before: datetime,
    limit: int,
    scope: DataScope,
) -> list[Measured]:
    """For each wanted code its `limit` latest Observations measured before an instant, newest first.

    Args:
        targets: hashes of the Patients.
    """
    inside = condition(scope)
    names = [source.name for source in parameter("Observation", "combo-code").sources]
    keys = [
        (number, token_hash("Observation", name, each.code), hash32(each.system), each.since,
         each.is_own_only)
        for number, each in enumerate(wanted)
        for name in names
    ]  # fmt: skip
    columns = [list(column) for column in zip(*keys, strict=True)]
    # OFFSET 0 keeps the planner from reading every Observation of a code in the city: the rows of
    # one resident are few, so each is looked up in the index of codes.
    rows = database.execute(
        f"""WITH mine AS MATERIALIZED (
                SELECT r.rid, r.author_org = ANY(%s) AS is_own, (
                    SELECT min(d.lo) FROM dat d WHERE d.rid = r.rid AND d.p = ANY(%s::int4[])) AS moment
                FROM (SELECT DISTINCT rid FROM ref WHERE tgt = ANY(%s::int8[]) AND p = {COMPARTMENT}) c
                JOIN res r ON r.rt = %s AND r.rid = c.rid
                WHERE r.flags & 1 = 0 AND {inside.sql}),
            coded AS (
                SELECT w.n, m.rid, m.moment,
                       row_number() OVER (PARTITION BY w.n ORDER BY m.moment DESC, m.rid DESC) AS place
                FROM mine m CROSS JOIN
                    unnest(%s::int4[], %s::int8[], %s::int4[], %s::timestamptz[], %s::bool[])
                        w(n, h, sys, since, own)
                CROSS JOIN LATERAL (
                    SELECT 1 FROM tok t WHERE t.h = w.h AND t.rid = m.rid AND t.sys = w.sys
                    LIMIT 1 OFFSET 0) t
                WHERE m.moment >= w.since AND m.moment < %s AND (m.is_own OR NOT w.own))
            SELECT coded.n, coded.moment, {COLUMNS} FROM coded JOIN res r ON r.rid = coded.rid
            WHERE coded.place <= %s ORDER BY coded.n, coded.place""",
        [
            sorted(scope.organizations),
            _date_parameters(),
            list(targets),
            resource_types()["Observation"],
            *inside.values,
            *columns,
            before,
            limit,
        ],
    ).fetchall()
    return [Measured(row[0], row[1], stored(row[2:])) for row in rows]
