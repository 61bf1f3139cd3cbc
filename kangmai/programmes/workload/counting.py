"""Count what was done: the visits that stand, by institution, person and service, in one statement.

Of each resident in a programme only so many visits of a service count in a calendar year, the earliest first,
whoever made them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from kangmai.kernel.actor import subtree
from kangmai.programmes.workload.types import Item, Quarter, Rule

_VISITS = """
SELECT v.id, v.enrolment_id, e.programme, v.service, v.visited_on, v.is_counted, v.is_late_entry, v.account,
       coalesce(v.organization, e.organization) AS organization,
       count(*) FILTER (WHERE v.is_counted) OVER
         (PARTITION BY v.enrolment_id, v.service ORDER BY v.visited_on, v.id) AS nth, w.item, w.most
FROM programmes_visit v
JOIN programmes_enrolment e ON e.id = v.enrolment_id
JOIN unnest(%(items)s::text[], %(programmes)s::text[], %(services)s::text[], %(most)s::int[])
  AS w(item, programme, service, most) ON w.programme = e.programme AND w.service = v.service
WHERE v.standing = 'current' AND v.visited_on >= %(year)s AND v.visited_on < %(until)s
  AND e.place_code >= %(low)s AND e.place_code < %(high)s"""
COUNTS = "s.is_counted AND s.nth <= s.most"
TOWN_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Done:
    """What one person of one institution did of an item in a quarter."""

    organization: int
    account: int
    item: str
    done: int
    counted: int
    over: int
    late: int


def values(rule: Rule, quarter: Quarter, place: str) -> dict[str, Any]:
    """The parameters of the visits of a town up to the end of a quarter."""
    return {
        **_items(rule.items.values()),
        "year": date(quarter.year, 1, 1),
        "from": quarter.begins_on,
        "until": quarter.ends_before,
        **_town(place),
    }


def _town(place: str) -> dict[str, str]:
    """The division of a place's town and all below it."""
    within = subtree(place[:TOWN_DIGITS])
    return {"low": within.low, "high": within.high}


def _items(items: Collection[Item]) -> dict[str, list[Any]]:
    return {
        "items": [each.id for each in items],
        "programmes": [each.programme for each in items],
        "services": [each.service for each in items],
        "most": [each.most_per_year for each in items],
    }


def done_in(rule: Rule, quarter: Quarter, place: str) -> list[Done]:
    """What everybody did in the town of a place in a quarter."""
    sql = f"""SELECT s.organization, s.account, s.item, count(*), count(*) FILTER (WHERE {COUNTS}),
          count(*) FILTER (WHERE s.is_counted AND s.nth > s.most), count(*) FILTER (WHERE s.is_late_entry)
        FROM ({_VISITS}) s WHERE s.visited_on >= %(from)s GROUP BY 1, 2, 3"""
    return [Done(*row) for row in _rows(sql, values(rule, quarter, place))]


def visits_of_item(
    rule: Rule,
    quarter: Quarter,
    place: str,
    *,
    item: str,
    organization: int,
    account: int | None,
    after: UUID | None,
    limit: int,
) -> list[UUID]:
    """The visits behind a line, those that count not as well, by id."""
    sql = f"""SELECT s.id FROM ({_VISITS}) s
        WHERE s.visited_on >= %(from)s AND s.item = %(item)s AND s.organization = %(organization)s
          AND (%(account)s::bigint IS NULL OR s.account = %(account)s)
          AND (%(after)s::uuid IS NULL OR s.id > %(after)s)
        ORDER BY s.id LIMIT %(limit)s"""
    asked = {
        "item": item,
        "organization": organization,
        "account": account,
        "after": after,
        "limit": limit,
    }
    return [row[0] for row in _rows(sql, values(rule, quarter, place) | asked)]


def residents_of(place: str) -> int:
    """How many residents live in the town of a place now."""
    sql = """SELECT count(*) FROM identity_resident r
        WHERE r.place_code >= %(low)s AND r.place_code < %(high)s AND r.merged_into_id IS NULL
          AND r.deceased_on IS NULL AND r.moved_out_on IS NULL"""
    return int(_rows(sql, _town(place))[0][0])


def frames(
    rule: Rule,
    year: int,
    ranges: Sequence[tuple[str, str]],
    *,
    without: Collection[str],
    limit: int,
) -> list[tuple[int, str, int]]:
    """Institutions with counted visits of a year in some ranges of places: id, place of most, how many."""
    sql = f"""SELECT s.organization, mode() WITHIN GROUP (ORDER BY s.place_code), count(*)
        FROM ({_YEAR}) s WHERE s.is_counted AND s.nth <= s.most GROUP BY 1 ORDER BY 3 DESC LIMIT %(limit)s"""
    return _rows(sql, _year(rule, year, ranges, without) | {"limit": limit})


def frame(
    rule: Rule,
    year: int,
    ranges: Sequence[tuple[str, str]],
    *,
    organization: int,
    without: Collection[str],
) -> list[UUID]:
    """The counted visits of an institution's year, of which a sample is drawn."""
    sql = f"""SELECT s.id FROM ({_YEAR}) s
        WHERE s.is_counted AND s.nth <= s.most AND s.organization = %(organization)s ORDER BY s.id"""
    asked = _year(rule, year, ranges, without) | {"organization": organization}
    return [row[0] for row in _rows(sql, asked)]


_YEAR = _VISITS.replace("SELECT v.id,", "SELECT e.place_code, v.id,", 1).replace(
    "e.place_code >= %(low)s AND e.place_code < %(high)s",
    """EXISTS (SELECT 1 FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS p(low, high)
       WHERE e.place_code >= p.low AND e.place_code < p.high)""",
)


def _year(
    rule: Rule, year: int, ranges: Sequence[tuple[str, str]], without: Collection[str]
) -> dict[str, Any]:
    shown = [each for each in rule.items.values() if each.programme not in without]
    return {
        **_items(shown),
        "year": date(year, 1, 1),
        "until": date(year + 1, 1, 1),
        "lows": [low for low, _ in ranges],
        "highs": [high for _, high in ranges],
    }


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
