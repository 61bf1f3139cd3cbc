"""Plan a whole programme anew, set-based: the night's run, and what follows a changed rule.

The plan of every managed enrolment is computed in one statement without a lock (`plan_sql`), compared
with what stands, and only the difference is written, a portion at a time: each portion locks its
enrolments and leaves out those that somebody changed since, which were planned by that change.
"""

import time
from datetime import date, datetime

from django.db import connection, transaction

from kangmai.kernel.actor import Actor, require
from kangmai.programmes.engine.definition.reading import programme, programmes
from kangmai.programmes.engine.plan_sql import plan_sql
from kangmai.programmes.engine.types import Replanned
from kangmai.standards.calendars import legal_day

PORTION = 20_000

_COMPUTED = """
CREATE TEMPORARY TABLE programmes_computed ON COMMIT PRESERVE ROWS AS {plan}"""

_DIFFERENT = """
CREATE TEMPORARY TABLE programmes_different ON COMMIT PRESERVE ROWS AS
SELECT e.id, e.version, (row_number() OVER (ORDER BY e.id) - 1) / %(portion)s AS portion
FROM programmes_enrolment e
WHERE e.programme = %(programme)s AND e.state = 'managed' AND e.id IN (
    SELECT coalesce(c.enrolment_id, p.enrolment_id)
    FROM programmes_computed c
    FULL JOIN (SELECT p.* FROM programmes_plannedservice p JOIN programmes_enrolment e ON e.id = p.enrolment_id
               WHERE e.programme = %(programme)s) p
      ON p.enrolment_id = c.enrolment_id AND p.service = c.service
    WHERE (c.occasion, c.opens_on, c.due_on, c.late_on, c.reason)
          IS DISTINCT FROM (p.occasion, p.opens_on, p.due_on, p.late_on, p.reason))"""

_LOCK = """
SELECT e.id FROM programmes_enrolment e
JOIN programmes_different d ON d.id = e.id AND d.version = e.version AND d.portion = %(portion)s
WHERE e.state = 'managed' ORDER BY e.id FOR UPDATE OF e"""

_FORGET = """
DELETE FROM programmes_plannedservice p WHERE p.enrolment_id = ANY(%(ids)s::uuid[]) AND NOT EXISTS (
    SELECT 1 FROM programmes_computed c WHERE c.enrolment_id = p.enrolment_id AND c.service = p.service)"""

_PLAN = """
INSERT INTO programmes_plannedservice (enrolment_id, service, occasion, opens_on, due_on, late_on, reason)
SELECT enrolment_id, service, occasion, opens_on, due_on, late_on, reason
FROM programmes_computed WHERE enrolment_id = ANY(%(ids)s::uuid[])
ON CONFLICT (enrolment_id, service) DO UPDATE SET occasion = EXCLUDED.occasion, opens_on = EXCLUDED.opens_on,
    due_on = EXCLUDED.due_on, late_on = EXCLUDED.late_on, reason = EXCLUDED.reason"""

_NEXT = """
UPDATE programmes_enrolment e SET next_service = coalesce(n.service, ''), next_opens_on = n.opens_on,
    next_due_on = n.due_on, next_late_on = n.late_on
FROM unnest(%(ids)s::uuid[]) AS mine(id) LEFT JOIN (
    SELECT DISTINCT ON (enrolment_id) * FROM programmes_computed WHERE enrolment_id = ANY(%(ids)s::uuid[])
    ORDER BY enrolment_id, due_on, position) n ON n.enrolment_id = mine.id
WHERE e.id = mine.id"""


def replan(*, programme_id: str, on: date, actor: Actor, at: datetime) -> Replanned:
    """Plan every managed enrolment of a programme by the definition in force on a day, as seen from that day.

    Raises:
        NotPermitted, ProgrammeUnknown
    """
    require(actor, "programmes.replan")
    definition = programme(programme_id, on=on)
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS programmes_computed, programmes_different")
        cursor.execute("SELECT set_config('work_mem', '256MB', false)")
        plan, values = plan_sql(definition, on=on)
        try:
            cursor.execute(_COMPUTED.format(plan=plan), values)
            cursor.execute("CREATE INDEX ON programmes_computed (enrolment_id)")
            cursor.execute("ANALYZE programmes_computed")
            cursor.execute(_DIFFERENT, {"programme": programme_id, "portion": PORTION})
            changed = _write_portions(cursor)
            cursor.execute(
                "SELECT count(*) FROM programmes_enrolment WHERE programme = %s AND state = 'managed'",
                [programme_id],
            )
            (enrolments,) = cursor.fetchone()
        finally:
            if not connection.needs_rollback:
                cursor.execute("DROP TABLE IF EXISTS programmes_computed, programmes_different")
                cursor.execute("RESET work_mem")
    return Replanned(enrolments, changed, time.monotonic() - started)


def _write_portions(cursor) -> int:
    cursor.execute("CREATE INDEX ON programmes_different (portion)")
    cursor.execute("SELECT count(DISTINCT portion) FROM programmes_different")
    (portions,) = cursor.fetchone()
    changed = 0
    for portion in range(portions):
        with transaction.atomic():
            cursor.execute(_LOCK, {"portion": portion})
            ids = {"ids": [id for (id,) in cursor.fetchall()]}
            for sql in (_FORGET, _PLAN, _NEXT):
                cursor.execute(sql, ids)
            changed += len(ids["ids"])
    return changed


def replan_all(*, actor: Actor, at: datetime) -> dict[str, Replanned]:
    """Plan every programme in force today anew; the night's run.

    Raises:
        NotPermitted
    """
    today = legal_day(at)
    return {
        each.id: replan(programme_id=each.id, on=today, actor=actor, at=at)
        for each in programmes(on=today)
    }
