"""Figures of the register by county: points, places, mending; and which share of the institutions has one."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Substr

from kangmai.kernel.actor import Actor
from kangmai.programmes.points import reach
from kangmai.programmes.points.reach import READ
from kangmai.programmes.points.types import AreaFigures, Base, Covered, Holder, Kind, State

COUNTY_DIGITS = 6


def figures(kind: str, *, actor: Actor) -> tuple[AreaFigures, ...]:
    """The points of a kind that an actor sees, by county. Sizes are those of confirmed points. Raises NotPermitted."""
    confirmed = Q(state=State.CONFIRMED.value)
    rows = (
        reach.points(actor)
        .filter(~Q(state=State.CLOSED.value), kind=kind)
        .values(county=Substr("place_code", 1, COUNTY_DIGITS))
        .annotate(
            points=Count("id"),
            confirmed=Count("id", filter=confirmed),
            able=Count("id", filter=confirmed & Q(is_able=True)),
            places=Sum("size", filter=confirmed),
            taken=Sum("used", filter=confirmed),
            to_mend=Sum(F("open_findings")),
        )
        .order_by("county")
    )
    return tuple(
        AreaFigures(
            row["county"], row["points"], row["confirmed"], row["able"], row["places"] or 0,
            row["taken"] or 0, row["to_mend"] or 0,
        )
        for row in rows
    )  # fmt: skip


def covered(kind: Kind, *, on: date, actor: Actor) -> tuple[Covered, ...]:
    """For each base of a kind, by county of the actor's places: institutions, those with a confirmed point, the able.

    Raises:
        NotPermitted
    """
    reach.points(actor)
    places = reach.ranges(actor, READ)
    if not places:
        return ()
    asked = {"lows": [e.low for e in places], "highs": [e.high for e in places], "kind": kind.id}
    found = []
    with connection.cursor() as cursor:
        for base in kind.bases:
            cursor.execute(_sql(kind, base), {**asked, **_base(base, on)})
            found += [Covered(base.id, *row) for row in cursor.fetchall()]
    return tuple(found)


def _base(base: Base, on: date) -> dict[str, Any]:
    return {
        "kinds": list(base.kinds),
        "types": [f"{each}%" for each in base.types] or ["%"],
        "levels": list(base.levels),
        "on": on,
    }


def _sql(kind: Kind, base: Base) -> str:
    is_place = kind.holder is Holder.PLACE
    table, column = ("registry_place", "place") if is_place else ("registry_organization", "organization")  # fmt: skip
    finer = "" if is_place else " AND o.type_code LIKE ANY(%(types)s) AND (o.opened_on IS NULL OR o.opened_on <= %(on)s)"  # fmt: skip
    if base.levels:
        finer += " AND o.level_code = ANY(%(levels)s)"
    return f"""
        SELECT substr(o.division_code, 1, {COUNTY_DIGITS}), count(*),
               count(*) FILTER (WHERE p.n > 0), count(*) FILTER (WHERE p.able > 0)
        FROM {table} o
        LEFT JOIN LATERAL (
          SELECT count(*) AS n, count(*) FILTER (WHERE is_able) AS able FROM points_point
          WHERE kind = %(kind)s AND {column} = o.id AND state = 'confirmed'
        ) p ON true
        WHERE o.kind = ANY(%(kinds)s) AND (o.closed_on IS NULL OR o.closed_on > %(on)s){finer}
          AND EXISTS (SELECT 1 FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS r(low, high)
                      WHERE o.division_code >= r.low AND o.division_code < r.high)
        GROUP BY 1 ORDER BY 1"""
