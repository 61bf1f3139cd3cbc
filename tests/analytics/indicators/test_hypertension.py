"""From enrolments and visits as the programme stores them to both figures: equal to a query that knows nothing of us."""

import datetime
import random
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from kangmai.analytics import actions, queries
from kangmai.analytics.types import By
from kangmai.kernel.actor import operator
from kangmai.programmes.engine import actions as programmes
from kangmai.programmes.engine.types import EnrolmentDraft, Method, State, VisitDraft
from kangmai.standards.periods import parse_period

AT = datetime.datetime(2026, 1, 20, 2, tzinfo=datetime.UTC)
OPERATOR = operator("test")
PLACES = ("441202001002", "441202001003", "441203101001", "441223100")
RESIDENTS = 120

RESIDENT_ROWS = """
INSERT INTO identity_resident (id, index_number, birth_date, sex_code, place_code, patient_id, patient_rid,
                               initials, details, details_key, is_invented, version, updated_at)
SELECT n, n::text, date '1950-01-01' + n, '1', %s, 'p' || n, n, '', '', 1, true, 1, now()
FROM generate_series(1, %s) n"""

CONTROLLED = """
WITH managed AS (
    SELECT DISTINCT ON (coalesce(r.merged_into_id, r.id)) coalesce(r.merged_into_id, r.id) AS who, e.place_code
    FROM programmes_enrolment e JOIN identity_resident r ON r.id = e.resident_id
    WHERE e.programme = 'hypertension' AND e.enrolled_on < %(end)s
      AND (e.closed_on IS NULL OR e.closed_on >= %(start)s)
    ORDER BY 1, e.enrolled_on DESC, e.id DESC),
seen AS (
    SELECT coalesce(r.merged_into_id, r.id) AS who, v.*
    FROM programmes_visit v JOIN programmes_enrolment e ON e.id = v.enrolment_id
    JOIN identity_resident r ON r.id = e.resident_id
    WHERE e.programme = 'hypertension' AND v.standing = 'current'
      AND v.visited_on >= %(start)s AND v.visited_on < %(end)s)
SELECT left(m.place_code, 6), count(*),
       count(*) FILTER (WHERE (
           SELECT target_met FROM seen s WHERE s.who = m.who AND s.is_complete AND s.target_met IS NOT NULL
           ORDER BY visited_on DESC, entered_at DESC, id DESC LIMIT 1)),
       count(*) FILTER (WHERE (
           SELECT count(*) >= 4 FROM seen s WHERE s.who = m.who AND s.is_counted
           AND s.service = 'followup' AND s.method = 'face_to_face')
         AND EXISTS (SELECT FROM seen s WHERE s.who = m.who AND s.is_counted AND s.service = 'exam'))
FROM managed m GROUP BY 1 ORDER BY 1"""


@pytest.fixture(scope="module")
def city(shared_database, tmp_path_factory):
    """Residents with enrolments, visits by face and by phone, a merged one, and the lake of them."""
    from django.conf import settings

    before, settings.LAKE = settings.LAKE, tmp_path_factory.mktemp("city") / "lake"
    chance = random.Random(11)
    with psycopg.connect(shared_database, autocommit=True) as connection:
        connection.execute(RESIDENT_ROWS, [PLACES[0], RESIDENTS])
        ids = programmes.load_enrolments(
            [_enrolment(n, chance) for n in range(1, RESIDENTS + 1)], actor=OPERATOR, at=AT
        )
        visits = [visit for id in ids for visit in _visits(id, chance)]
        programmes.load_visits(visits, actor=OPERATOR, at=AT)
        connection.execute(
            "UPDATE programmes_visit SET standing = 'corrected' WHERE id IN (SELECT id FROM programmes_visit ORDER BY id LIMIT 25)"
        )
        connection.execute("UPDATE identity_resident SET merged_into_id = 2 WHERE id = 1")
        actions.sync(report=lambda progress: None, actor=OPERATOR, at=AT)
        yield connection
    settings.LAKE = before


def _enrolment(n: int, chance: random.Random) -> EnrolmentDraft:
    enrolled = datetime.date(2024, 1, 1) + datetime.timedelta(chance.randrange(760))
    closed = enrolled + datetime.timedelta(200) if n % 9 == 0 else None
    return EnrolmentDraft(
        resident_id=n,
        programme="hypertension",
        enrolled_on=enrolled,
        organization=7,
        place_code=PLACES[n % len(PLACES)],
        state=State.CLOSED if closed else State.MANAGED,
        closed_on=closed,
        closing_reason="moved_away" if closed else "",
    )


def _visits(enrolment_id, chance: random.Random) -> list[VisitDraft]:
    days = sorted(
        {
            datetime.date(2024, 10, 1) + datetime.timedelta(chance.randrange(470))
            for _ in range(chance.randrange(9))
        }
    )
    return [
        VisitDraft(
            enrolment_id=enrolment_id,
            service="exam" if n == 2 else "followup",
            visited_on=day,
            entered_at=datetime.datetime.combine(day, datetime.time(4), datetime.UTC),
            method=chance.choice([Method.FACE_TO_FACE] * 4 + [Method.PHONE]),
            facts={
                "systolic": Decimal(chance.randrange(118, 175)),
                "diastolic": Decimal(chance.randrange(68, 99)),
            },
            organization=7,
        )
        for n, day in enumerate(days)
    ]


@pytest.mark.parametrize("text", ["2025", "2024-11-01/2025-11-01"])
def test_both_figures_equal_an_independent_query(city, text):
    period = parse_period(text)
    expected = city.execute(CONTROLLED, {"start": period.start, "end": period.end}).fetchall()
    assert len(expected) == 3
    for indicator, column in (("ht_control_rate", 2), ("ht_std_rate", 3), ("ht_managed", 1)):
        found = queries.compute(
            indicator=indicator, period=period, area="441200", by=By.COUNTY, actor=OPERATOR
        )
        counted = {part.area: part.numerator for part in found.parts if part.numerator}
        assert counted == {row[0]: row[column] for row in expected if row[column]}, indicator
        if indicator != "ht_managed":
            managed = {part.area: part.denominator for part in found.parts if part.denominator}
            assert managed == {row[0]: row[1] for row in expected}


def test_the_figures_are_neither_nothing_nor_all(city):
    found = [
        queries.compute(
            indicator=each, period=parse_period("2025"), area="441200", actor=OPERATOR
        ).total
        for each in ("ht_control_rate", "ht_std_rate")
    ]
    assert all(0 < each.numerator < each.denominator for each in found)


def test_rows_behind_are_the_numerator(city):
    asked = {"indicator": "ht_control_rate", "period": parse_period("2025"), "area": "441202"}
    total = queries.compute(**asked, actor=OPERATOR).total
    inside = queries.rows_behind(**asked, in_part=True, limit=1000, actor=OPERATOR)
    outside = queries.rows_behind(**asked, in_part=False, limit=1000, actor=OPERATOR)
    assert (len(inside), len(inside) + len(outside)) == (total.numerator, total.denominator)


def test_a_late_visit_moves_the_figure_after_the_next_run(city):
    asked = {"indicator": "ht_control_rate", "period": parse_period("2025"), "area": "441200"}
    before = queries.compute(**asked, actor=OPERATOR)
    controlled = queries.rows_behind(**asked, in_part=True, limit=1, actor=OPERATOR)
    late = VisitDraft(
        enrolment_id=UUID(controlled[0]),
        service="followup",
        visited_on=datetime.date(2025, 12, 31),
        entered_at=AT,
        method=Method.FACE_TO_FACE,
        facts={"systolic": Decimal(190), "diastolic": Decimal(100)},
        organization=7,
    )
    programmes.load_visits([late], actor=OPERATOR, at=AT)
    filled = actions.sync(report=lambda progress: None, actor=OPERATOR, at=AT)
    assert {table.name: table.written_partitions for table in filled.tables}["visit"] == 1
    after = queries.compute(**asked, actor=OPERATOR)
    assert after.total.numerator == before.total.numerator - 1
    assert after.total.denominator == before.total.denominator
    again = queries.compute(**asked, manifest_id=before.manifest, actor=OPERATOR)
    assert again.total == before.total
