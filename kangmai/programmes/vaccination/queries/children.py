"""Children who are late, and how many of those due have each dose."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from kangmai.kernel.actor import Actor, require, subtree
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.vaccination import models
from kangmai.programmes.vaccination.reach import READ, late_children, near, within
from kangmai.programmes.vaccination.types import Coverage, LateChild, LateDose


def late(
    *,
    place: str = "",
    series: str = "",
    is_older_too: bool = False,
    after: tuple[date, int] | None = None,
    limit: int = 20,
    on: date,
    actor: Actor,
) -> list[LateChild]:
    """Children with overdue doses, the longest late first; from behind (late since, resident) on.

    Args:
        is_older_too: those of seven years and more as well, of whom old certificates are often not entered.

    Raises:
        NotPermitted
    """
    rows = late_children(actor, place=place, is_older_too=is_older_too, on=on)
    if series:
        lacking = models.Standing.objects.filter(series=series, status="overdue")
        rows = rows.filter(pk__in=lacking.values("child"))
    if after is not None:
        day, resident = after
        rows = rows.filter(Q(late_since__gt=day) | Q(late_since=day, resident_id__gt=resident))
    found = list(rows.order_by("late_since", "resident_id")[:limit])
    doses = _doses([each.pk for each in found])
    off = _put_off([each.pk for each in found], on)
    return [
        LateChild(
            row.resident_id,
            row.birth_on,
            row.place_code,
            tuple(doses.get(row.pk, ())),
            off.get(row.pk),
            row.called_on,
        )
        for row in found
    ]


def due(*, place: str, limit: int, on: date, actor: Actor) -> list[tuple[ResidentId, date]]:
    """Children of an area with a dose that is due or overdue, the youngest first, with their birthdays.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    wanted = models.Standing.objects.filter(status__in=("due", "overdue"), due_on__lte=on)
    rows = models.Child.objects.filter(near(actor), within(subtree(place)))
    rows = rows.filter(pk__in=wanted.values("child")).order_by("-birth_on", "resident_id")
    found = rows.values_list("resident_id", "birth_on")[:limit]
    return [(ResidentId(id), born) for id, born in found]


def _doses(ids: Sequence[int]) -> dict[int, list[LateDose]]:
    found: dict[int, list[LateDose]] = {}
    rows = models.Standing.objects.filter(child__in=ids, status__in=("overdue", "due"))
    for row in rows.order_by("due_on", "series", "dose"):
        line = LateDose(row.series, row.vaccine, row.dose, row.due_on, row.status == "overdue")
        found.setdefault(row.child_id, []).append(line)
    return found


def _put_off(ids: Sequence[int], on: date) -> dict[int, date]:
    rows = models.Deferral.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=on), resident_id__in=ids, until__gte=on
    )
    found: dict[int, date] = {}
    for who, until in rows.values_list("resident_id", "until"):
        found[who] = max(until, found.get(who, until))
    return found


def lacking(ids: Collection[ResidentId]) -> dict[ResidentId, int]:
    """Doses overdue of those of some residents who are under the age of the schedule; for lists of other rooms."""
    rows = models.Child.objects.filter(pk__in=ids).values_list("pk", "late")
    return {ResidentId(id): late for id, late in rows}


def count_late(*, place: str = "", is_older_too: bool = False, on: date, actor: Actor) -> int:
    """How many children are late in an area. Raises NotPermitted."""
    return late_children(actor, place=place, is_older_too=is_older_too, on=on).count()


_COVERED = """
SELECT s.series, s.dose, count(*),
       count(*) FILTER (WHERE s.given_on IS NOT NULL),
       count(*) FILTER (WHERE s.given_on <= s.timely_until)
FROM vaccination_standing s JOIN vaccination_child c ON c.resident_id = s.child_id
WHERE s.due_on <= %(on)s AND s.status <> 'not_needed' AND s.series NOT LIKE '%%\\_catch\\_up'
  AND c.birth_on >= %(born_from)s AND c.birth_on < %(born_to)s AND {area}
GROUP BY s.series, s.dose ORDER BY s.series, s.dose"""


def coverage(
    *, born_from: date, born_to: date, place: str = "", on: date, actor: Actor
) -> list[Coverage]:
    """Of the children born in [from, to) in an area: how many were due for each dose, have it, had it in time.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    area, values = _area(actor, place)
    with connection.cursor() as cursor:
        cursor.execute(
            _COVERED.format(area=area),
            {**values, "on": on, "born_from": born_from, "born_to": born_to},
        )
        return [Coverage(*row) for row in cursor.fetchall()]


def _area(actor: Actor, place: str) -> tuple[str, dict[str, Any]]:
    """SQL over c for the children that an actor may count, of one area if asked."""
    parts: list[str] = ["false"]
    values: dict[str, Any] = {}
    for n, each in enumerate(range_ for grant in actor.grants if {READ, "*"} & grant.permissions for range_ in grant.places):  # fmt: skip
        parts.append(f"(c.place_code >= %(low{n})s AND c.place_code < %(high{n})s)")
        values |= {f"low{n}": each.low, f"high{n}": each.high}
    own = [g.organization for g in actor.grants if {READ, "*"} & g.permissions and g.organization]
    parts.append("c.organization = ANY(%(own)s::bigint[])")
    values["own"] = own
    sql = f"({' OR '.join(parts)})"
    if place:
        asked = subtree(place)
        sql += " AND c.place_code >= %(asked_low)s AND c.place_code < %(asked_high)s"
        values |= {"asked_low": asked.low, "asked_high": asked.high}
    return sql, values
