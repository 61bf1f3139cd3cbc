"""`planning.plan` for every managed enrolment of a programme at once: one SELECT, written from its definition.

Its twin in Python is the reading copy; `tests/programmes/engine/test_planning.py` compares the two.
"""

from datetime import date
from typing import Any

from kangmai.programmes.engine.definition.types import (
    Floor,
    Occasion,
    Offset,
    Programme,
    Schedule,
    Service,
)

_ENROLMENTS = """
e AS MATERIALIZED (
    SELECT e.id, e.enrolled_on, r.birth_date, e.anchors
    FROM programmes_enrolment e JOIN identity_resident r ON r.id = e.resident_id
    WHERE e.programme = %(programme)s AND e.state = 'managed'),
done AS MATERIALIZED (
    SELECT v.enrolment_id, v.service, max(v.visited_on) AS latest_on,
           max(v.visited_on) FILTER (WHERE v.is_counted) AS counted_on,
           max(v.visited_on) FILTER (WHERE v.next_on IS NOT NULL) AS decided_on,
           count(*) FILTER (WHERE v.is_counted AND v.visited_on >= %(year_begins)s::date) AS counted
    FROM programmes_visit v
    WHERE v.enrolment_id IN (SELECT id FROM e) AND v.standing = 'current' AND v.visited_on <= %(on)s::date
    GROUP BY v.enrolment_id, v.service)"""

_TIMED = """
SELECT e.id AS enrolment_id, {service}::text AS service, ''::text AS occasion,
       chosen.due_on - {soon}::int AS opens_on, chosen.due_on, chosen.due_on + chosen.grace AS late_on,
       chosen.reason, {position}::int AS position
FROM e
LEFT JOIN done d ON d.enrolment_id = e.id AND d.service = {service}
{decided}
CROSS JOIN LATERAL (SELECT {start} AS start_on) s
CROSS JOIN LATERAL (SELECT {base} AS due_on, {grace} AS grace, {reason} AS reason) base
CROSS JOIN LATERAL (SELECT {floor} AS due_on) floor
CROSS JOIN LATERAL (
    SELECT CASE WHEN floor.due_on < base.due_on THEN floor.due_on ELSE base.due_on END AS due_on,
           CASE WHEN floor.due_on < base.due_on THEN {overdue}::int ELSE base.grace END AS grace,
           CASE WHEN floor.due_on < base.due_on THEN 'floor' ELSE base.reason END AS reason) chosen
WHERE s.start_on IS NOT NULL AND {goes_on}"""

_OCCASIONS = """
SELECT e.id AS enrolment_id, {service}::text AS service,
       CASE WHEN again.comes THEN '' ELSE o.occasion END AS occasion,
       CASE WHEN again.comes THEN v.next_on - {soon}::int ELSE o.due_on - o.early END AS opens_on,
       CASE WHEN again.comes THEN v.next_on ELSE o.due_on END AS due_on,
       CASE WHEN again.comes THEN v.next_on + coalesce(v.overdue_after_days, {overdue}::int) ELSE o.late_on END
           AS late_on,
       CASE WHEN again.comes THEN 'decision' ELSE 'occasion' END AS reason, {position}::int AS position
FROM e
CROSS JOIN LATERAL (SELECT {start} AS start_on) s
LEFT JOIN LATERAL (
    SELECT o.occasion, o.early, {after} AS due_on, coalesce({until}, {after} + {overdue}::int) AS late_on
    FROM (VALUES {rows}) AS o (number, occasion, early, after_months, after_days, until_months, until_days,
                               given_up_months, given_up_days)
    WHERE NOT EXISTS (
        SELECT 1 FROM programmes_visit v
        WHERE v.enrolment_id = e.id AND v.service = {service} AND v.occasion = o.occasion
          AND v.is_counted AND v.standing = 'current' AND v.visited_on <= %(on)s::date)
      AND coalesce(%(on)s::date <= {given_up}, true)
    ORDER BY o.number LIMIT 1) o ON true
LEFT JOIN done d ON d.enrolment_id = e.id AND d.service = {service}
LEFT JOIN programmes_visit v ON v.enrolment_id = e.id AND v.service = {service} AND v.standing = 'current'
     AND v.visited_on = d.latest_on AND v.next_on IS NOT NULL
CROSS JOIN LATERAL (SELECT v.next_on IS NOT NULL AND (o.due_on IS NULL OR v.next_on <= o.due_on)
                           AND {lasts} AS comes) again
WHERE s.start_on IS NOT NULL AND {goes_on} AND (o.due_on IS NOT NULL OR again.comes)"""


class _Writer:
    """Values of the definition become parameters, never text."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def value(self, value: object) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def moved(self, day: str, offset: Offset) -> str:
        months, days = self.value(offset.months), self.value(offset.days)
        return f"({day} + make_interval(months => {months}::int, days => {days}::int))::date"

    def anchor(self, name: str) -> str:
        own = {"enrolment": "e.enrolled_on", "birth": "e.birth_date"}
        return own.get(name) or f"(e.anchors->>{self.value(name)}::text)::date"

    def goes_on(self, schedule: Schedule) -> str:
        """Whether the day from which nothing more is due has not come."""
        if not schedule.ends_at:
            return "true"
        return f"coalesce({self.anchor(schedule.ends_at)} > %(on)s::date, true)"


def plan_sql(programme: Programme, *, on: date) -> tuple[str, dict[str, Any]]:
    """The SELECT of what is due next of every service of every managed enrolment, and its parameters.

    Columns: enrolment_id, service, occasion, opens_on, due_on, late_on, reason, position (of the service).
    """
    writer = _Writer()
    parts = [
        _occasions(writer, programme, service, position)
        if service.schedule.kind == "occasions"
        else _timed(writer, programme, service, position)
        for position, service in enumerate(programme.services.values())
    ]
    values = {
        **writer.values,
        "programme": programme.id,
        "on": on,
        "year": on.year,
        "year_begins": date(on.year, 1, 1),
        "year_ends": date(on.year, 12, 31),
    }
    return f"WITH {_ENROLMENTS} {' UNION ALL '.join(parts)}", values


def _timed(writer: _Writer, programme: Programme, service: Service, position: int) -> str:
    schedule = service.schedule
    name = writer.value(service.id)
    overdue = writer.value(programme.late.overdue_after_days)
    first = writer.moved("s.start_on", schedule.first or Offset())
    if schedule.kind == "by_decision":
        decided = f"""LEFT JOIN programmes_visit v ON v.enrolment_id = e.id AND v.service = {name}
            AND v.visited_on = d.decided_on AND v.standing = 'current'"""
        base = f"coalesce(v.next_on, {first})"
        grace = f"""CASE WHEN v.next_on IS NULL THEN {overdue}::int
                    ELSE coalesce(v.overdue_after_days, {overdue}::int) END"""
        reason = "CASE WHEN v.next_on IS NULL THEN 'first' ELSE 'decision' END"
    else:
        decided = ""
        base = f"coalesce({writer.moved('d.counted_on', schedule.every or Offset())}, {first})"
        grace = f"{overdue}::int"
        reason = "CASE WHEN d.counted_on IS NULL THEN 'first' ELSE 'repeat' END"
    return _TIMED.format(
        service=name,
        soon=writer.value(programme.late.due_soon_days),
        position=writer.value(position),
        decided=decided,
        start=writer.anchor(schedule.anchor),
        goes_on=writer.goes_on(schedule),
        base=base,
        grace=grace,
        reason=reason,
        floor=_floor(writer, schedule.floor) if schedule.floor else "NULL::date",
        overdue=overdue,
    )


def _floor(writer: _Writer, floor: Floor) -> str:
    """SQL of `planning._floor`; GREATEST leaves out a missing latest visit."""
    quarters = """CASE WHEN extract(year FROM e.enrolled_on) > %(year)s THEN 0
        WHEN extract(year FROM e.enrolled_on) < %(year)s THEN 4
        ELSE 4 - (extract(month FROM e.enrolled_on)::int - 1) / 3 END"""
    per_year, spacing = writer.value(floor.per_year), writer.value(floor.spacing_days)
    missing = f"(({per_year}::int * ({quarters}) + 3) / 4 - coalesce(d.counted, 0)::int)"
    latest = f"%(year_ends)s::date - ({missing} - 1) * {spacing}::int"
    return f"""CASE WHEN {missing} > 0
        THEN greatest({latest}, d.latest_on + {spacing}::int) END"""


def _occasions(writer: _Writer, programme: Programme, service: Service, position: int) -> str:
    rows = ", ".join(
        _occasion(writer, number, each, programme.late.due_soon_days)
        for number, each in enumerate(service.schedule.occasions)
    )
    return _OCCASIONS.format(
        service=writer.value(service.id),
        soon=writer.value(programme.late.due_soon_days),
        position=writer.value(position),
        start=writer.anchor(service.schedule.anchor),
        goes_on=writer.goes_on(service.schedule),
        after=_moved("after"),
        until=_moved("until"),
        given_up=_moved("given_up"),
        overdue=writer.value(programme.late.overdue_after_days),
        rows=rows,
        lasts=_lasts(writer, service.schedule.occasions[-1]),
    )


def _lasts(writer: _Writer, last: Occasion) -> str:
    """Whether the last occasion is not given up; what it asked for lapses with it."""
    if last.catch_up_until is None:
        return "true"
    return f"%(on)s::date <= {writer.moved('s.start_on', last.catch_up_until)}"


def _moved(name: str) -> str:
    return f"(s.start_on + make_interval(months => o.{name}_months, days => o.{name}_days))::date"


def _occasion(writer: _Writer, number: int, occasion: Occasion, due_soon_days: int) -> str:
    early = due_soon_days if occasion.early_days is None else occasion.early_days
    columns = [f"{number}", f"{writer.value(occasion.id)}::text", f"{writer.value(early)}::int"]
    for offset in (occasion.after, occasion.until, occasion.catch_up_until):
        columns += [
            f"{writer.value(offset.months if offset else None)}::int",
            f"{writer.value(offset.days if offset else None)}::int",
        ]
    return f"({', '.join(columns)})"
