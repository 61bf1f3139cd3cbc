"""Health records that lie dead, how many of a division are used, and what stands of one.

A record is a resident with a record number who lives here: the dead, those who moved away and merged rows have
none that could be used. A use is a current visit of a programme, an attendance at the immunization clinic or a
dose given to a child, wherever that was; of the resident or of whoever was merged into him.
"""

from datetime import date
from typing import Any

from django.db import connection

from kangmai.analytics.facts.to_python import add_months
from kangmai.kernel.actor import Actor, require, subtree
from kangmai.kernel.ids import HealthRecordNumber, ResidentId
from kangmai.programmes.engine.queries import hidden
from kangmai.programmes.health_records.errors import RecordCursorUnreadable
from kangmai.programmes.health_records.reach import reach
from kangmai.programmes.health_records.rulebook import record_rule
from kangmai.programmes.health_records.types import DeadRecord, Page, Show, Tally, Use

__all__ = ["dead_records", "record_rule", "standing_of", "tallies", "uses_of"]

READ = "programmes.read"

# of each record: when basic information was written and looked through, when it was used, what the reader may know
_STANDING = """
SELECT r.id, r.record_number, r.place_code, w.written_on, w.updated_on, u.used_on, u.known_on
FROM identity_resident r
CROSS JOIN LATERAL (
  SELECT array_agg(p.id) AS ids FROM identity_resident p WHERE p.id = r.id OR p.merged_into_id = r.id) person
CROSS JOIN LATERAL (
  SELECT min(v.visited_on) AS written_on, max(v.visited_on) AS updated_on
  FROM programmes_enrolment e JOIN programmes_visit v ON v.enrolment_id = e.id
  WHERE e.resident_id = ANY(person.ids) AND e.programme = %(programme)s AND v.service = %(service)s
    AND v.standing = 'current') w
CROSS JOIN LATERAL (
  SELECT max(x.day) AS used_on, max(x.day) FILTER (WHERE x.programme <> ALL(%(unseen)s::text[])) AS known_on
  FROM (
    SELECT e.programme, v.visited_on AS day
    FROM programmes_enrolment e JOIN programmes_visit v ON v.enrolment_id = e.id
    WHERE e.resident_id = ANY(person.ids) AND v.standing = 'current'
    UNION ALL
    SELECT '', c."on" FROM vaccination_visit c
    WHERE c.resident_id = ANY(person.ids) AND c.released_at IS NOT NULL
    UNION ALL
    SELECT '', s.given_on FROM vaccination_standing s WHERE s.child_id = ANY(person.ids)) x) u
WHERE r.merged_into_id IS NULL AND r.deceased_on IS NULL AND r.moved_out_on IS NULL
  AND r.record_number IS NOT NULL AND {inside}"""
_UNUSED = "(s.used_on IS NULL OR s.used_on <= %(unused_since)s)"
_BLANK = "s.written_on IS NULL"
_STALE = "s.updated_on <= %(stale_since)s"
_DEAD = {
    Show.ALL: f"({_UNUSED} OR {_BLANK} OR {_STALE})",
    Show.UNUSED: _UNUSED,
    Show.BLANK: _BLANK,
    Show.STALE: _STALE,
}
_PAGE = """
SELECT s.id, s.record_number, s.place_code, s.written_on, s.updated_on, s.known_on,
       {unused} AS is_unused, {blank} AS is_blank, coalesce({stale}, false) AS is_stale
FROM ({standing}) s WHERE {dead} AND (s.place_code, s.id) > (%(after_place)s, %(after_id)s)
ORDER BY s.place_code, s.id LIMIT %(limit)s"""
_TALLY = """
SELECT substr(s.place_code, 1, %(digits)s), count(*), count(*) FILTER (WHERE NOT {unused}),
       count(*) FILTER (WHERE {blank}), count(*) FILTER (WHERE {stale})
FROM ({standing}) s GROUP BY 1 ORDER BY 1"""
_USES = """
SELECT x.day, x.programme, x.service, x.organization, x.visit, x.programme = %(programme)s AND x.service = %(service)s
FROM identity_resident r
CROSS JOIN LATERAL (
  SELECT array_agg(p.id) AS ids FROM identity_resident p WHERE p.id = r.id OR p.merged_into_id = r.id) person
CROSS JOIN LATERAL (
  SELECT v.visited_on AS day, e.programme, v.service, v.organization, v.id AS visit
  FROM programmes_enrolment e JOIN programmes_visit v ON v.enrolment_id = e.id
  WHERE e.resident_id = ANY(person.ids) AND v.standing = 'current' AND e.programme <> ALL(%(unseen)s::text[])
  UNION ALL
  SELECT c."on", '', '', c.organization, NULL FROM vaccination_visit c
  WHERE c.resident_id = ANY(person.ids) AND c.released_at IS NOT NULL
  UNION
  SELECT s.given_on, '', '', NULL, NULL FROM vaccination_standing s
  WHERE s.child_id = ANY(person.ids) AND NOT EXISTS (
    SELECT FROM vaccination_visit c WHERE c.resident_id = s.child_id AND c."on" = s.given_on)) x
WHERE r.id = %(one)s AND r.merged_into_id IS NULL AND {inside} AND x.day <= %(on)s
ORDER BY x.day DESC, x.visit LIMIT %(limit)s"""
VILLAGE_DIGITS = 12


def dead_records(
    *,
    show: Show = Show.ALL,
    place: str = "",
    after: str = "",
    limit: int = 50,
    on: date,
    actor: Actor,
) -> Page:
    """A page of the dead records within the actor's reach, by division and resident.

    Args:
        place: only at and below this division.
        after: what the page before gave.

    Raises:
        NotPermitted, RecordCursorUnreadable
    """
    require(actor, READ)
    asked = _asked(place, on=on, actor=actor)
    after_place, after_id = _cursor(after)
    sql = _PAGE.format(
        standing=_standing(asked),
        unused=_UNUSED,
        blank=_BLANK,
        stale=_STALE,
        dead=_DEAD[show],
    )
    values = {**asked, "after_place": after_place, "after_id": after_id, "limit": limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = [_dead(*row) for row in cursor.fetchall()]
    rest = f"{rows[limit - 1].place_code}~{rows[limit - 1].resident}" if len(rows) > limit else ""
    return Page(tuple(rows[:limit]), rest)


def tallies(*, place: str, on: date, actor: Actor) -> list[Tally]:
    """How many records each village of a town has, and how many of them are used; in order of village.

    Every record of the town is looked at, so nothing above a town is counted here: the yearly figure is.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    asked = _asked(place, on=on, actor=actor) | {"digits": VILLAGE_DIGITS}
    sql = _TALLY.format(standing=_standing(asked), unused=_UNUSED, blank=_BLANK, stale=_STALE)
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [Tally(*row) for row in cursor.fetchall()]


def standing_of(resident_id: ResidentId, *, on: date, actor: Actor) -> DeadRecord | None:
    """How one record within the actor's reach stands on a day, dead or not; None where there is none.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    asked = _asked("", on=on, actor=actor) | {
        "one": resident_id, "after_place": "", "after_id": 0, "limit": 1,
    }  # fmt: skip
    standing = f"{_standing(asked)} AND r.id = %(one)s"
    sql = _PAGE.format(standing=standing, unused=_UNUSED, blank=_BLANK, stale=_STALE, dead="true")
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        row = cursor.fetchone()
    return _dead(*row) if row else None


def uses_of(resident_id: ResidentId, *, limit: int = 50, on: date, actor: Actor) -> list[Use]:
    """What the record of a resident within the actor's reach was used for, as far as the actor may know; latest first.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    asked = _asked("", on=on, actor=actor) | {"one": resident_id, "on": on, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_USES.format(inside=asked["inside"]), asked)
        return [Use(*row) for row in cursor.fetchall()]


def _asked(place: str, *, on: date, actor: Actor) -> dict[str, Any]:
    rule = record_rule(on=on)
    inside = reach(actor.scope)
    narrowed = subtree(place) if place else None
    return {
        **inside.values,
        "inside": inside.sql,
        "narrow_low": narrowed.low if narrowed else "",
        "narrow_high": narrowed.high if narrowed else "~",
        "programme": rule.programme,
        "service": rule.service,
        "unseen": list(hidden(actor.scope)),
        "unused_since": add_months(on, -rule.unused_after_months),
        "stale_since": add_months(on, -rule.stale_after_months),
    }


def _standing(asked: dict[str, Any]) -> str:
    narrowed = "r.place_code >= %(narrow_low)s AND r.place_code < %(narrow_high)s"
    return _STANDING.format(inside=f"{asked['inside']} AND {narrowed}")


def _cursor(after: str) -> tuple[str, int]:
    if not after:
        return "", 0
    place, _, id = after.partition("~")
    if not (place.isascii() and place.isdigit() and id.isascii() and id.isdigit() and len(id) < 19):
        raise RecordCursorUnreadable()
    return place, int(id)


def _dead(
    id: int, number: str, place: str, written: date | None, updated: date | None, known: date | None,
    *is_dead: bool,
) -> DeadRecord:  # fmt: skip
    reasons = zip((Show.UNUSED, Show.BLANK, Show.STALE), is_dead, strict=True)
    return DeadRecord(
        ResidentId(id),
        HealthRecordNumber(number),
        place,
        written,
        updated,
        known,
        tuple(reason for reason, holds in reasons if holds),
    )
