"""What if: the control rate of a year under two rule sets, on the same visits."""

from datetime import date
from typing import Any

from django.db import connection

from kangmai.kernel.actor import Actor, require
from kangmai.programmes.engine.definition.reading import kept_facts, programme
from kangmai.programmes.engine.definition.types import RuleSet
from kangmai.programmes.engine.definition.words import visit_columns
from kangmai.programmes.engine.errors import NoTarget
from kangmai.programmes.engine.given import named_rules
from kangmai.programmes.engine.seeing import below
from kangmai.programmes.engine.types import Comparison, RuleFigures

_COMPARED = """
SELECT count(*), count(visit),
       count(*) FILTER (WHERE first), count(*) FILTER (WHERE second),
       count(*) FILTER (WHERE first AND NOT second), count(*) FILTER (WHERE second AND NOT first)
FROM (
    SELECT v.id AS visit, {first} AS first, {second} AS second
    FROM programmes_enrolment e JOIN identity_resident r ON r.id = e.resident_id
    LEFT JOIN LATERAL (
        SELECT v.* FROM programmes_visit v
        WHERE v.enrolment_id = e.id AND v.standing = 'current' AND v.is_counted
          AND v.service = ANY(%(decided)s) AND v.visited_on BETWEEN %(begins)s AND %(ends)s
        ORDER BY v.visited_on DESC, v.id DESC LIMIT 1) v ON true
    WHERE e.programme = %(programme)s AND e.enrolled_on <= %(ends)s
      AND (e.closed_on IS NULL OR e.closed_on >= %(begins)s) AND {place}) AS seen"""


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
    require(actor, "programmes.compare", place)
    definition = programme(programme_id, on=date(year, 12, 31))
    first, second = (named_rules(programme_id, each) for each in rules)
    columns = {**visit_columns(kept_facts(programme_id)), "today": "v.visited_on"}
    a, b = _asked(first, columns, "a"), _asked(second, columns, "b")
    within = below(place) if place else None
    values = {
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
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED.format(first=a[0], second=b[0], place=where), values)
        managed, seen, met, met_second, lost, gained = cursor.fetchone()
    return Comparison(
        programme=programme_id,
        year=year,
        place=place,
        first=_figures(first, managed, seen, met),
        second=_figures(second, managed, seen, met_second),
        lost_target=lost,
        gained_target=gained,
    )


def _asked(rules: RuleSet, columns: Any, prefix: str) -> tuple[str, Any]:
    if rules.target is None:
        raise NoTarget(rules=rules.version)
    sql = rules.target.sql(columns, prefix=prefix)
    return sql.holds, sql.values


def _figures(rules: RuleSet, managed: int, seen: int, met: int) -> RuleFigures:
    return RuleFigures(rules.version, rules.is_verified, managed, met, seen - met, managed - seen)
