"""What the record holds about some Patients, in the order in which it happened.

The moment of an entry is the first of its type's date parameters that has a value (an onset before the
date of recording), and the time of arrival where it has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import psycopg

from kangmai.kernel.actor import DataScope
from kangmai.kernel.errors import Incorrect
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.scope import condition
from kangmai.records.search.parameters import find_parameter
from kangmai.records.store.rows import COLUMNS, stored
from kangmai.records.store.write import COMPARTMENT
from kangmai.records.types import Stored

MOMENTS = (
    "onset-date", "occurrence", "collected", "whenhandedover", "whenprepared", "effective", "effective-time",
    "started", "start-date", "date", "recorded-date", "authored", "authoredon", "authored-on", "created", "sent",
    "recorded", "period",
)  # fmt: skip
"""Date parameters that say when something happened, the most telling first."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BadPlace(Incorrect):
    """This place in the timeline is not one that was given out. Begin again at the newest entry."""

    zh = "时间轴的位置无效，请从最新记录重新开始。"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry with the moment by which it is ordered."""

    happened_at: datetime
    resource: Stored

    @property
    def place(self) -> str:
        """Where the timeline goes on after this entry."""
        return f"{(self.happened_at - _EPOCH) // _MICROSECOND}.{self.resource.rid}"


@cache
def _moments() -> tuple[list[int], list[int], list[int]]:
    """(type, parameter, rank) of every date parameter that says when, as three columns."""
    rows = [
        (rt, parameter.p, rank)
        for name, rt in resource_types().items()
        for rank, wanted in enumerate(MOMENTS)
        if (parameter := find_parameter(name, wanted)) is not None
        and parameter.kind.value == "date"
    ]
    types, parameters, ranks = zip(*rows, strict=True)
    return list(types), list(parameters), list(ranks)


def _before(place: str | None) -> tuple[datetime, int]:
    if place is None:
        return datetime(9999, 12, 31, tzinfo=UTC), 2**62
    moment, _, rid = place.partition(".")
    try:
        return _EPOCH + int(moment) * _MICROSECOND, int(rid)
    except (ValueError, OverflowError):
        raise BadPlace() from None


def entries(
    database: psycopg.Cursor,
    targets: Sequence[int],
    types: Sequence[str],
    *,
    authors: Sequence[int] | None = None,
    scope: DataScope,
    before: str | None,
    limit: int,
) -> list[TimelineEntry]:
    """Entries of the compartments with these hashes, newest first, after the place `before`.

    Args:
        authors: only what these institutions wrote; all where absent.

    Raises:
        BadPlace
    """
    inside = condition(scope)
    moment, rid = _before(before)
    rows = database.execute(
        f"""WITH mine AS (
                SELECT DISTINCT rid FROM ref WHERE tgt = ANY(%s::int8[]) AND p = {COMPARTMENT}),
            dated AS (
                SELECT r.rid, coalesce((
                    SELECT d.lo FROM unnest(%s::int2[], %s::int4[], %s::int4[]) m(rt, p, rank)
                    JOIN dat d ON d.rid = r.rid AND d.p = ANY(ARRAY[m.p, -m.p])
                    WHERE m.rt = r.rt ORDER BY m.rank, d.lo LIMIT 1), r.ts) AS moment
                FROM mine JOIN res r ON r.rid = mine.rid
                WHERE r.rt = ANY(%s::int2[]) AND r.flags & 1 = 0 AND {inside.sql}
                  AND (%s::int8[] IS NULL OR r.author_org = ANY(%s::int8[]))),
            page AS (
                SELECT * FROM dated WHERE (moment, rid) < (%s, %s)
                ORDER BY moment DESC, rid DESC LIMIT %s)
            SELECT page.moment, {COLUMNS} FROM page JOIN res r ON r.rid = page.rid
            ORDER BY page.moment DESC, page.rid DESC""",
        [
            list(targets),
            *_moments(),
            sorted(resource_types()[name] for name in types),
            *inside.values,
            authors,
            authors,
            moment,
            rid,
            limit,
        ],
    ).fetchall()
    return [TimelineEntry(row[0], stored(row[1:])) for row in rows]


def authors(
    database: psycopg.Cursor, targets: Sequence[int], types: Sequence[str], *, scope: DataScope
) -> list[int]:
    """The institutions that wrote what is in the compartments with these hashes, by their ids."""
    inside = condition(scope)
    rows = database.execute(
        f"""SELECT DISTINCT r.author_org FROM ref f JOIN res r ON r.rid = f.rid
            WHERE f.tgt = ANY(%s::int8[]) AND f.p = {COMPARTMENT} AND r.author_org IS NOT NULL
              AND r.rt = ANY(%s::int2[]) AND r.flags & 1 = 0 AND {inside.sql} ORDER BY 1""",
        [list(targets), sorted(resource_types()[name] for name in types), *inside.values],
    ).fetchall()
    return [author for (author,) in rows]
