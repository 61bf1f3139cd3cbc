"""Values that are those of the visit before, of the same resident or of the one entered before.

Given what stands in the visit before, honest values agree with it with a probability of at most that of
the likeliest pair of values (`chance`), whatever was before. So the number of agreeing visits is at most
binomially distributed, and its upper tail with that chance bounds the probability of as many.
"""

from typing import Any

from kangmai.programmes.watchdog.binomial import upper_tail
from kangmai.programmes.watchdog.detectors.looking import Looked, Looking, unit_of
from kangmai.programmes.watchdog.seen import UNIT, found, fresh, newest
from kangmai.programmes.watchdog.types import Compared, Suspect

_COMPARED = """
WITH valued AS (
    SELECT s.*, jsonb_path_query_array(jsonb_build_array({values}), '$[*] ? (@ != null)') AS vector
    FROM {fresh} s WHERE s.programme = %(programme)s AND s.is_face_to_face),
beside AS (
    SELECT s.*, lag(s.vector) OVER following AS vector_before, lag(s.resident) OVER following AS resident_before
    FROM valued s WHERE jsonb_array_length(s.vector) = %(values)s
    WINDOW following AS (PARTITION BY {unit}, {partition} ORDER BY {order}))
SELECT {unit}, count(*), count(*) FILTER (WHERE s.vector = s.vector_before),
       min(s.visited_on), max(s.visited_on), count(DISTINCT s.resident) FILTER (WHERE s.vector = s.vector_before),
       array_agg(s.visit ORDER BY s.visited_on, s.visit) FILTER (WHERE s.vector = s.vector_before)
FROM beside s WHERE {is_pair} GROUP BY {unit} HAVING count(*) >= %(least)s"""


def same_again(looking: Looking) -> Looked:
    """Units where a resident's values are those of the visit before too often."""
    return _looked(
        looking,
        partition="s.resident, s.service",
        order="s.visited_on, s.visit",
        is_pair="s.vector_before IS NOT NULL",
    )


def same_as_next(looking: Looking) -> Looked:
    """Units where residents entered one after the other have the same values too often."""
    return _looked(
        looking,
        partition="s.service",
        order="s.entered_at, s.visited_on, s.visit",
        is_pair="s.vector_before IS NOT NULL AND s.resident <> s.resident_before",
    )


def _looked(looking: Looking, *, partition: str, order: str, is_pair: str) -> Looked:
    suspects: list[Suspect] = []
    tests = 0
    for each in looking.detector.compared:
        values = ", ".join(f"s.measures->'{name}'" for name in each.measures)
        sql = _COMPARED.format(
            values=values, fresh=fresh(looking.detector.id), unit=UNIT, partition=partition, order=order, is_pair=is_pair
        )  # fmt: skip
        rows = found(
            sql,
            {
                "programme": each.programme,
                "values": len(each.measures),
                "least": int(looking.limit("least")),
            },
        )
        tests += len(rows)
        suspects += [
            _suspect(looking, each, row)
            for row in rows
            if row[4] and row[4] >= looking.limit("least_share") * row[3]
        ]
    return Looked(tuple(suspects), tests)


def _suspect(looking: Looking, compared: Compared, row: tuple[Any, ...]) -> Suspect:
    tries, hits, first_on, last_on, people, visits = row[3:]
    return Suspect(
        detector=looking.detector.id,
        unit=unit_of(row),
        about=compared.programme,
        first_on=first_on,
        last_on=last_on,
        rows=newest(visits, looking.most),
        figures={
            "programme": compared.programme,
            "measures": list(compared.measures),
            "hits": hits,
            "total": tries,
            "people": people,
            "percent": round(100 * hits / tries),
            "expected_percent": float(compared.chance * 100),
        },
        chance=upper_tail(hits, tries, float(compared.chance)),
    )
