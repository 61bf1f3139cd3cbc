"""How far the institutions of an actor's places are with the least of a year: two statements, whatever their number."""

from datetime import date
from typing import Any

from django.db import connection

from kangmai.kernel.actor import Actor, require, subtree
from kangmai.programmes.activities import reach, rules
from kangmai.programmes.activities.reach import READ
from kangmai.programmes.activities.types import ActivityRule, Show, Standing

_INSTITUTIONS = """
SELECT o.id, o.name, o.kind, o.division_code FROM registry_organization o
WHERE o.kind = ANY(%(kinds)s) AND o.closed_on IS NULL
  AND (o.id = ANY(%(own)s) OR EXISTS (
    SELECT 1 FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS r(low, high)
    WHERE o.division_code >= r.low AND o.division_code < r.high))
  AND o.division_code >= %(low)s AND o.division_code < %(high)s
ORDER BY o.division_code, o.id"""
_GROUPS = """
SELECT a.organization, a.kind, CASE WHEN a.kind = ANY(%(titles)s) THEN a.title ELSE a.venue END,
       count(*), coalesce(sum(a.people), 0)
FROM activities_activity a
WHERE a.rule = %(rule)s AND a.withdrawn_reason = '' AND a."on" >= %(from)s AND a."on" < %(until)s
  AND a.organization = ANY(%(ids)s)
GROUP BY 1, 2, 3"""


def standings(
    rule: ActivityRule,
    *,
    year: int,
    area: str = "",
    show: Show = Show.ALL,
    on: date,
    actor: Actor,
) -> tuple[Standing, ...]:
    """Every institution that is asked, by division. Raises NotPermitted."""
    require(actor, READ)
    seen, within = reach.places(actor, READ), subtree(area) if area else None
    asked = {
        "kinds": list(rule.asked_of),
        "own": list(reach.own(actor, READ)),
        "lows": [each.low for each in seen],
        "highs": [each.high for each in seen],
        "low": within.low if within else "",
        "high": within.high if within else "~",
    }
    institutions = _rows(_INSTITUTIONS, asked)
    groups = _grouped(rule, year, [id for id, *_ in institutions])
    found = (_standing(rule, row, groups, year, on) for row in institutions)
    return tuple(each for each in found if _is_shown(each, show))


def _standing(
    rule: ActivityRule, row: tuple[Any, ...], groups: dict[int, rules.Groups], year: int, on: date
) -> Standing:
    id, name, kind, division = row
    done = rules.done_of(rule, kind, groups.get(id, {}))
    return Standing(id, name, kind, division, done, rules.is_behind(done, year=year, on=on))


def _is_shown(each: Standing, show: Show) -> bool:
    return show is Show.ALL or (each.is_behind if show is Show.BEHIND else each.is_complete)


def _grouped(rule: ActivityRule, year: int, ids: list[int]) -> dict[int, Any]:
    asked = {
        "rule": rule.id,
        "titles": [k.id for k in rule.kinds.values() if rules.group_of(k) == "title"],
        "from": date(year, 1, 1),
        "until": date(year + 1, 1, 1),
        "ids": ids,
    }
    found: dict[int, dict[str, dict[str, tuple[int, int]]]] = {}
    for organization, kind, name, count, people in _rows(_GROUPS, asked):
        found.setdefault(organization, {}).setdefault(kind, {})[name] = (count, people)
    return found


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
