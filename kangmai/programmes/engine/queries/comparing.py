"""What if: the control rate of a year under two rule sets, on the same visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kangmai.kernel.actor import Actor, require
from kangmai.programmes.engine.definition.reading import kept_facts, programme
from kangmai.programmes.engine.definition.types import RuleSet
from kangmai.programmes.engine.definition.words import visit_columns
from kangmai.programmes.engine.errors import EnrolmentNotFound, NoTarget
from kangmai.programmes.engine.given import named_rules
from kangmai.programmes.engine.queries.enrolments import enrolments_by_id
from kangmai.programmes.engine.seeing import below, reach, require_label
from kangmai.programmes.engine.types import Changed, ChangedPage, Comparison, RuleFigures

_COUNTED = """
SELECT count(*), count(visit),
       count(*) FILTER (WHERE first), count(*) FILTER (WHERE second),
       count(*) FILTER (WHERE first AND NOT second), count(*) FILTER (WHERE second AND NOT first)
FROM ({seen}) AS seen"""

_CHANGED = """
SELECT enrolment, visited_on, measures, service, first
FROM ({seen}) AS seen
WHERE first <> second AND enrolment > %(after)s::uuid AND enrolment IN (SELECT id FROM ({reached}) AS reached)
ORDER BY enrolment LIMIT %(limit)s"""

_SEEN = """
    SELECT e.id AS enrolment, v.id AS visit, v.visited_on, v.measures, v.service, {first} AS first, {second} AS second
    FROM programmes_enrolment e JOIN identity_resident r ON r.id = e.resident_id
    LEFT JOIN LATERAL (
        SELECT v.* FROM programmes_visit v
        WHERE v.enrolment_id = e.id AND v.standing = 'current' AND v.is_counted
          AND v.service = ANY(%(decided)s) AND v.visited_on BETWEEN %(begins)s AND %(ends)s
        ORDER BY v.visited_on DESC, v.id DESC LIMIT 1) v ON true
    WHERE e.programme = %(programme)s AND e.enrolled_on <= %(ends)s
      AND (e.closed_on IS NULL OR e.closed_on >= %(begins)s) AND {place}"""
NOBODY = "00000000-0000-0000-0000-000000000000"


def compare(
    *, programme_id: str, rules: tuple[str, str], year: int, place: str = "", actor: Actor
) -> Comparison:
    """How many of those managed in a year were at target at their latest counted visit, under either rule set.

    Who was not seen counts as not at target under both.

    Args:
        rules: two rule sets as `id@day`, or `id` for the latest of it.
        place: a division; empty for everything, which needs the permission everywhere.

    Raises:
        NotPermitted, ProgrammeUnknown, RulesNotOfProgramme, NoTarget, PlaceUnreadable
    """
    asked = _Asked.of(programme_id, rules, year, place, actor=actor)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(seen=asked.sql), asked.values)
        managed, seen, met, met_second, lost, gained = cursor.fetchone()
    return Comparison(
        programme=programme_id,
        year=year,
        place=place,
        first=_figures(asked.first, managed, seen, met),
        second=_figures(asked.second, managed, seen, met_second),
        lost_target=lost,
        gained_target=gained,
    )


def changed(
    *,
    programme_id: str,
    rules: tuple[str, str],
    year: int,
    place: str = "",
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> ChangedPage:
    """Who is at target under one of two rule sets and not under the other, as far as the actor sees whom.

    Raises:
        NotPermitted: also for those who may know figures only.
        ProgrammeUnknown, RulesNotOfProgramme, NoTarget, PlaceUnreadable, EnrolmentNotFound
    """
    require(actor, "programmes.read")
    asked = _Asked.of(programme_id, rules, year, place, actor=actor)
    within = reach(actor.scope)
    values = {
        **asked.values,
        **within.values,
        "after": _cursor(after),
        "limit": limit + 1,
    }
    reached = f"SELECT e.id FROM programmes_enrolment e WHERE {within.sql}"
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED.format(seen=asked.sql, reached=reached), values)
        found = cursor.fetchall()
    shown = found[:limit]
    people = {
        each.id: each
        for each in enrolments_by_id([str(row[0]) for row in shown], actor=actor, at=at)
    }
    rows = tuple(
        Changed(people[id], visited_on, orjson.loads(measures) if isinstance(measures, str) else measures, service, loses)
        for id, visited_on, measures, service, loses in shown
        if id in people
    )  # fmt: skip
    return ChangedPage(rows, str(shown[-1][0]) if len(found) > limit else "")


def _cursor(after: str) -> str:
    try:
        return str(UUID(after)) if after else NOBODY
    except ValueError:
        raise EnrolmentNotFound() from None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Two rule sets on the latest counted visits of a year, as SQL."""

    first: RuleSet
    second: RuleSet
    sql: str
    values: Mapping[str, object]

    @staticmethod
    def of(
        programme_id: str, rules: tuple[str, str], year: int, place: str, *, actor: Actor
    ) -> "_Asked":
        """What is asked. Raises NotPermitted, ProgrammeUnknown, RulesNotOfProgramme, NoTarget, PlaceUnreadable."""
        require(actor, "programmes.compare", place)
        definition = programme(programme_id, on=date(year, 12, 31))
        require_label(definition, actor)
        first, second = (named_rules(programme_id, each) for each in rules)
        columns = {**visit_columns(kept_facts(programme_id)), "today": "v.visited_on"}
        a, b = _condition(first, columns, "a"), _condition(second, columns, "b")
        within = below(place) if place else None
        values: dict[str, object] = {
            "programme": programme_id,
            "begins": date(year, 1, 1),
            "ends": date(year, 12, 31),
            "decided": [each.id for each in definition.services.values() if each.decides],
            **a[1],
            **b[1],
        }
        where = "true"
        if within:
            where = "e.place_code >= %(low)s AND e.place_code < %(high)s"
            values |= {"low": within.low, "high": within.high}
        return _Asked(first, second, _SEEN.format(first=a[0], second=b[0], place=where), values)


def _condition(rules: RuleSet, columns: Any, prefix: str) -> tuple[str, Any]:
    if rules.target is None:
        raise NoTarget(rules=rules.version)
    sql = rules.target.sql(columns, prefix=prefix)
    return sql.holds, sql.values


def _figures(rules: RuleSet, managed: int, seen: int, met: int) -> RuleFigures:
    return RuleFigures(rules.version, rules.is_verified, managed, met, seen - met, managed - seen)
