"""Make a city's enrolments and a year of visits in a database of its own, for the benchmarks of programmes."""

import datetime
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VILLAGES = 1_400
PEOPLE_OF_A_VILLAGE = 430
AT = datetime.datetime(2026, 11, 16, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 16)

_ENROLMENTS = """
INSERT INTO programmes_enrolment (id, resident_id, programme, state, way, enrolled_on, confirmed_on, closing_reason,
    anchors, organization, place_code, priority, next_service, latest_class, evidence_days, key, account, version,
    updated_at)
SELECT gen_random_uuid(), r.id, 'hypertension', 'managed', 'hand', d, d, '', '{}', r.managing_org, r.place_code, 5,
       '', '', 0, '', 0, 1, now()
FROM identity_resident r, LATERAL (SELECT date '2019-01-01' + (r.id * 37 % 2700)::int AS d) e"""

_VISITS = """
INSERT INTO programmes_visit (id, enrolment_id, service, occasion, visited_on, measured_on, entered_at, method,
    response_id, response_version, observations, measures, rule, outcome, target_met, reasons, rule_version, priority,
    next_on, overdue_after_days, is_complete, is_counted, not_counted, is_late_entry, standing, first_id, deadline,
    organization, account, key, version)
SELECT id, enrolment_id, 'followup', '', visited_on, visited_on, visited_on, 'face_to_face', '', 1, '{}',
       jsonb_build_object('systolic', s, 'diastolic', 60 + s % 31),
       CASE WHEN s < 140 THEN 'controlled' ELSE 'uncontrolled' END,
       CASE WHEN s < 140 THEN 'controlled' ELSE 'uncontrolled' END, s < 140, '[]', 'hypertension@2017-02-28',
       CASE WHEN s >= 180 THEN 0 WHEN s >= 140 THEN 3 ELSE 5 END,
       visited_on + CASE WHEN s < 140 THEN 90 ELSE 14 END, 14, true, true, '', false, 'current', id, '',
       organization, 0, '', 1
FROM (SELECT gen_random_uuid() AS id, e.id AS enrolment_id, e.organization,
             date '2026-01-04' + n * 85 + (e.resident_id * 13 % 61)::int AS visited_on,
             (110 + (e.resident_id * 7 + n * 29) % 75)::int AS s
      FROM programmes_enrolment e CROSS JOIN generate_series(0, 3) n) v"""

_LATEST = """
UPDATE programmes_enrolment e SET latest_visit = v.id, latest_visit_on = v.visited_on, latest_class = v.outcome,
    latest_target_met = v.target_met, priority = v.priority
FROM (SELECT DISTINCT ON (enrolment_id) * FROM programmes_visit WHERE visited_on <= %s
      ORDER BY enrolment_id, visited_on DESC) v WHERE v.enrolment_id = e.id"""


def place(village: int) -> str:
    """The division code of a village: 8 counties, towns of 18 villages."""
    county, rest = village % 8, village // 8
    return f"4412{county + 2:02d}{rest // 18 + 1:03d}{rest % 18 + 1:03d}"


@contextmanager
def city(people: int) -> Iterator[None]:
    """A database with so many managed residents, four visits each in 2026."""
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data"):
        from django.db import connection

        _residents(people)
        with connection.cursor() as cursor:
            cursor.execute("SET work_mem = '256MB'")
            cursor.execute(_ENROLMENTS)
            cursor.execute(_VISITS)
            cursor.execute("DELETE FROM programmes_visit WHERE visited_on > %s", [TODAY])
            cursor.execute(_LATEST, [TODAY])
            cursor.execute(
                "VACUUM ANALYZE programmes_enrolment, programmes_visit, identity_resident"
            )
        yield


def _residents(people: int) -> None:
    """Residents with sealed names, written straight into their table: registering them is measured elsewhere."""
    import psycopg
    from django.db import connection

    from kangmai.identity.details import seal_details
    from kangmai.identity.types import Demographics

    columns = (
        "id, index_number, birth_date, sex_code, place_code, managing_org, patient_id, patient_rid, initials, details,"
        " details_key, is_invented, version, updated_at"
    )
    connection.ensure_connection()
    with (
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(f"COPY identity_resident ({columns}) FROM STDIN") as copy,
    ):
        for id in range(1, people + 1):
            village = id * VILLAGES // (people + 1)
            birth = datetime.date(1936 + id % 50, 1 + id % 12, 1 + id % 28)
            version, sealed = seal_details(id, Demographics("李丽", "2", birth, place(village)))
            copy.write_row(
                (id, f"{id:013d}", birth, "2", place(village), village + 1, f"p{id}", id, "LL", sealed, version, True, 1, AT)
            )  # fmt: skip
