"""How visits are entered: too many in too little time, at night, on the last days of a quarter, half empty.

Shares of a unit with enough visits against a limit of the definition; no probability is reckoned with, since
what honest teams do at night or before a quarter ends is their habit and not chance.
"""

from typing import Any

from kangmai.programmes.engine import queries as engine
from kangmai.programmes.watchdog.detectors.looking import Looked, Looking, unit_of
from kangmai.programmes.watchdog.seen import UNIT, found, fresh, newest
from kangmai.programmes.watchdog.types import Suspect

# people, not visits: one resident seen for two programmes is one; what came in a file has no account
_PACE = f"""
WITH person AS (
    SELECT {UNIT}, s.resident, s.visited_on, min(s.entered) AS entered, array_agg(s.visit ORDER BY s.visit) AS visits
    FROM {{fresh}} s
    WHERE s.is_face_to_face AND s.account <> 0 AND s.entered::date = s.visited_on
    GROUP BY {UNIT}, s.resident, s.visited_on),
running AS (
    SELECT s.*, count(*) OVER (PARTITION BY {UNIT} ORDER BY s.entered
                               RANGE BETWEEN %(hours)s * interval '1 hour' PRECEDING AND CURRENT ROW) AS burst,
           count(*) OVER (PARTITION BY {UNIT}, s.visited_on) AS that_day
    FROM person s),
days AS (
    SELECT {UNIT}, s.visited_on, max(s.burst) AS burst, max(s.that_day) AS that_day
    FROM running s GROUP BY {UNIT}, s.visited_on
    HAVING max(s.burst) >= %(people)s OR max(s.that_day) >= %(people_a_day)s)
SELECT {UNIT}, count(DISTINCT s.visited_on), min(s.visited_on), max(s.visited_on), max(s.burst), max(s.that_day),
       (SELECT array_agg(v ORDER BY p.visited_on, p.entered, v) FROM person p JOIN days d
          ON (d.circle, d.organization, d.account, d.visited_on) = (p.circle, p.organization, p.account, p.visited_on)
        CROSS JOIN unnest(p.visits) v
        WHERE (p.circle, p.organization, p.account) = ({UNIT}))
FROM days s GROUP BY {UNIT}"""

_SHARE = f"""
SELECT {UNIT}, count(*) FILTER (WHERE {{condition}}), count(*), min(s.visited_on) FILTER (WHERE {{condition}}),
       max(s.visited_on) FILTER (WHERE {{condition}}),
       array_agg(s.visit ORDER BY s.visited_on, s.visit) FILTER (WHERE {{condition}})
       {{also}}
FROM {{fresh}} s WHERE {{among}} GROUP BY {UNIT} {{by}}
HAVING count(*) >= %(least)s
   AND count(*) FILTER (WHERE {{condition}}) >= %(share)s * count(*)"""

_LATE = (
    "extract(hour FROM s.entered) >= %(from_hour)s OR extract(hour FROM s.entered) < %(until_hour)s"
)
_LAST = """s.entered >= date_trunc('quarter', s.entered) + interval '3 months' - %(days)s * interval '1 day'"""
_EMPTY = """NOT s.is_complete
    OR (s.measures = '{}'::jsonb AND s.programme || '/' || s.service = ANY(%(keeping)s::text[]))"""


def pace(looking: Looking) -> Looked:
    """Accounts that saw more people face to face in some hours, or in a day, than one person can."""
    limits = {name: looking.limit(name) for name in ("people", "hours", "people_a_day")}
    rows = found(_PACE.format(fresh=fresh(looking.detector.id)), limits)
    return Looked(
        tuple(
            Suspect(
                detector=looking.detector.id,
                unit=unit_of(row),
                about="",
                first_on=row[4],
                last_on=row[5],
                rows=newest(row[8], looking.most),
                figures={"days": row[3], "most": row[6], "that_day": row[7], **_whole(limits)},
            )
            for row in rows
        )
    )


def at_night(looking: Looking) -> Looked:
    """Units that enter a large share of their visits at night."""
    return _shares(looking, f"({_LATE})", limits=("from_hour", "until_hour"))


def incomplete(looking: Looking) -> Looked:
    """Units of whose visits a large share lacks required items or any measured value."""
    keeping = [
        f"{each.id}/{service.id}"
        for each in engine.programmes(on=looking.on)
        for service in each.services.values()
        if any(answer.is_kept for answer in service.answers.values())
    ]
    return _shares(looking, f"({_EMPTY})", values={"keeping": keeping})


def last_days(looking: Looking) -> Looked:
    """Units that enter most visits of a quarter on its last days; quarters that are over."""
    quarter = "to_char(s.entered, 'YYYY\"Q\"Q')"
    return _shares(
        looking,
        f"({_LAST})",
        limits=("days",),
        among="s.entered < date_trunc('quarter', %(on)s::timestamp)",
        values={"on": looking.on},
        by=quarter,
    )


def _shares(
    looking: Looking,
    condition: str,
    *,
    limits: tuple[str, ...] = (),
    among: str = "true",
    values: dict[str, Any] | None = None,
    by: str = "",
) -> Looked:
    numbers = {name: looking.limit(name) for name in ("least", "share", *limits)}
    sql = _SHARE.format(
        condition=condition, fresh=fresh(looking.detector.id), among=among,
        by=f", {by}" if by else "", also=f", {by}" if by else "",
    )  # fmt: skip
    rows = found(sql, {**numbers, **(values or {})})
    return Looked(tuple(_of(looking, row, numbers) for row in rows))


def _of(looking: Looking, row: tuple[Any, ...], limits: dict[str, float]) -> Suspect:
    hits, total, first_on, last_on, visits, *part = row[3:]
    return Suspect(
        detector=looking.detector.id,
        unit=unit_of(row),
        about=part[0] if part else "",
        first_on=first_on,
        last_on=last_on,
        rows=newest(visits, looking.most),
        figures={
            "hits": hits,
            "total": total,
            "percent": round(100 * hits / total),
            **({"quarter": part[0]} if part else {}),
            **_whole({name: limits[name] for name in limits if name not in ("least", "share")}),
        },
    )


def _whole(limits: dict[str, float]) -> dict[str, int]:
    return {f"limit_{name}": int(value) for name, value in limits.items()}
