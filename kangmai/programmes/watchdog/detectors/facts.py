"""What cannot be: a visit after a death or during an admission, a change beyond nature, one telephone for many."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from kangmai.identity import queries as identity
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.watchdog.detectors.looking import Looked, Looking, unit_of
from kangmai.programmes.watchdog.seen import UNIT, found, fresh, newest
from kangmai.programmes.watchdog.types import Change, Suspect, Unit
from kangmai.records import queries as records

INPATIENT = ("IMP",)
"""HL7 v3 ActCode of an Encounter's class."""

_GATHERED = """count(*), min(s.visited_on), max(s.visited_on), count(DISTINCT s.resident),
       array_agg(s.visit ORDER BY s.visited_on, s.visit)"""

_AFTER_DEATH = f"""
SELECT {UNIT}, {_GATHERED} FROM {{fresh}} s WHERE s.visited_on >= s.deceased_on
GROUP BY {UNIT} HAVING count(*) >= %(least)s"""

_IN_HOSPITAL = f"""
SELECT {UNIT}, {_GATHERED} FROM {{fresh}} s
WHERE s.is_face_to_face AND EXISTS (
    SELECT 1 FROM watchdog_stays a WHERE a.resident_id = s.resident AND s.visited_on > a.first_on
      AND s.visited_on < a.last_on)
GROUP BY {UNIT} HAVING count(*) >= %(least)s"""

_STAYS = """
CREATE TEMPORARY TABLE watchdog_stays AS
SELECT coalesce(r.merged_into_id, r.id) AS resident_id, (p.lo AT TIME ZONE 'Asia/Shanghai')::date AS first_on,
       least((p.hi AT TIME ZONE 'Asia/Shanghai')::date,
             (p.lo AT TIME ZONE 'Asia/Shanghai')::date + %(longest)s::int) AS last_on
FROM ({periods}) p JOIN identity_resident r ON r.id = p.resident_id
WHERE p.hi >= (SELECT min(visited_on) FROM watchdog_seen)"""

_CHANGED = f"""
WITH valued AS (
    SELECT s.*, (s.measures->>%(measure)s)::numeric AS value FROM {{fresh}} s
    WHERE jsonb_typeof(s.measures->%(measure)s) = 'number'),
beside AS (
    SELECT s.*, lag(s.value) OVER running AS before, lag(s.visited_on) OVER running AS before_on,
           lag(s.visit) OVER running AS visit_before
    FROM valued s WINDOW running AS (PARTITION BY s.resident ORDER BY s.visited_on, s.visit))
SELECT {UNIT}, min(s.before_on), max(s.visited_on), array_agg(DISTINCT s.resident), array_agg(DISTINCT s.visit),
       array_agg(DISTINCT s.visit_before)
FROM beside s
WHERE s.visited_on - s.before_on <= %(days)s
  AND s.before_on >= s.birth_date + make_interval(years => %(from_age)s) AND ({{beyond}})
GROUP BY {UNIT} HAVING count(*) >= %(least)s"""

_BEYOND: Mapping[str, str] = {
    "up": "s.value > s.before + %(up)s",
    "down": "s.value < s.before - %(down)s",
    "up_percent": "s.value > s.before * (1 + %(up_percent)s / 100.0)",
    "down_percent": "s.value < s.before * (1 - %(down_percent)s / 100.0)",
}

_PEOPLE = """
SELECT s.circle, s.organization, array_agg(DISTINCT s.resident) FROM {fresh} s
GROUP BY s.circle, s.organization HAVING count(DISTINCT s.resident) >= %(least)s
ORDER BY 1, 2"""

_OF_PEOPLE = f"""
SELECT {_GATHERED} FROM {{fresh}} s
WHERE s.circle = %(circle)s AND s.organization = %(organization)s AND s.resident = ANY(%(residents)s::bigint[])"""


def after_death(looking: Looking) -> Looked:
    """Visits of residents on or after the day of their death."""
    rows = found(
        _AFTER_DEATH.format(fresh=fresh(looking.detector.id)), {"least": looking.limit("least")}
    )
    return Looked(tuple(_suspect(looking, row) for row in rows))


def in_hospital(looking: Looking) -> Looked:
    """Visits face to face on days on which the resident lay in a hospital."""
    periods = records.coded_periods(
        "Encounter", "class", INPATIENT, dated="date", actor=looking.actor
    )
    found_in = _IN_HOSPITAL.format(fresh=fresh(looking.detector.id))
    longest = int(looking.limit("longest_days"))
    _run("DROP TABLE IF EXISTS watchdog_stays")
    _run(_STAYS.format(periods=periods.sql), {**periods.values, "longest": longest})
    _run("CREATE INDEX ON watchdog_stays (resident_id)")
    try:
        rows = found(found_in, {"least": looking.limit("least")})
    finally:
        _run("DROP TABLE IF EXISTS watchdog_stays")
    return Looked(tuple(_suspect(looking, row) for row in rows))


def impossible_change(looking: Looking) -> Looked:
    """Values that changed between two visits by more than they can; both visits are named."""
    gathered: dict[tuple[Unit, str], list[tuple[Any, ...]]] = defaultdict(list)
    for each in looking.detector.changes:
        for row in found(*_changed(looking, each)):
            gathered[unit_of(row), each.measure].append(row[3:])
    return Looked(tuple(_of_changes(looking, *key, parts) for key, parts in gathered.items()))


def _of_changes(
    looking: Looking, unit: Unit, measure: str, parts: list[tuple[Any, ...]]
) -> Suspect:
    """What several limits say of one measure, each visit once."""
    firsts, lasts, residents, later, earlier = zip(*parts, strict=True)
    changed = sorted({visit for visits in later for visit in visits})
    rows = dict.fromkeys((*changed, *sorted({visit for visits in earlier for visit in visits})))
    figures = {
        "hits": len(changed),
        "people": len({each for some in residents for each in some}),
        "measure": measure,
    }
    return Suspect(
        looking.detector.id, unit, measure, min(firsts), max(lasts), tuple(rows)[: looking.most], figures
    )  # fmt: skip


def _changed(looking: Looking, change: Change) -> tuple[str, dict[str, object]]:
    amounts = {name: getattr(change, name) for name in _BEYOND}
    given = {name: amount for name, amount in amounts.items() if amount is not None}
    beyond = " OR ".join(_BEYOND[name] for name in given)
    values = {
        "measure": change.measure,
        "days": change.days,
        "from_age": change.from_age,
        "least": looking.limit("least"),
        **given,
    }
    return _CHANGED.format(fresh=fresh(looking.detector.id), beyond=beyond), values


def shared_phone(looking: Looking) -> Looked:
    """Institutions where many of the residents visited have one telephone number."""
    least = int(looking.limit("people"))
    rows = found(_PEOPLE.format(fresh=fresh(looking.detector.id)), {"least": least})
    groups = [[ResidentId(id) for id in people] for _, _, people in rows]
    shared = identity.sharing_a_phone(groups, least=least, actor=looking.actor, at=looking.at)
    suspects: dict[tuple[str, int], list[frozenset[ResidentId]]] = defaultdict(list)
    for (circle, organization, _), alike in zip(rows, shared, strict=True):
        if alike:
            suspects[circle, organization] += alike
    return Looked(
        tuple(
            _sharing(looking, circle, organization, some)
            for (circle, organization), some in suspects.items()
        )
    )


def _sharing(
    looking: Looking, circle: str, organization: int, alike: Iterable[frozenset[ResidentId]]
) -> Suspect:
    groups = list(alike)
    residents = sorted(frozenset().union(*groups))
    values = {"circle": circle, "organization": organization, "residents": residents}
    ((*row,),) = found(_OF_PEOPLE.format(fresh=fresh(looking.detector.id)), values)
    suspect = _suspect(looking, (circle, organization, 0, *row))
    figures = {**suspect.figures, "numbers": len(groups), "people": max(map(len, groups))}
    return Suspect(
        suspect.detector, suspect.unit, "", suspect.first_on, suspect.last_on, suspect.rows, figures
    )  # fmt: skip


def _suspect(looking: Looking, row: tuple[Any, ...]) -> Suspect:
    hits, first_on, last_on, people, visits = row[3:]
    return Suspect(
        detector=looking.detector.id,
        unit=unit_of(row),
        about="",
        first_on=first_on,
        last_on=last_on,
        rows=newest(visits, looking.most),
        figures={"hits": hits, "people": people},
    )


def _run(sql: str, values: Mapping[str, object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or {})
