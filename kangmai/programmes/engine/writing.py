"""The steps every action shares: versions, writing down, announcing, planning anew."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import connection

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel import audit, feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.definition.reading import programme as programme_of
from kangmai.programmes.engine.definition.types import Programme
from kangmai.programmes.engine.errors import AlreadyEnrolled, EnrolmentChanged
from kangmai.programmes.engine.history import Visits, decided_before, done_until
from kangmai.programmes.engine.kinds import state_words
from kangmai.programmes.engine.planning import Anchors, plan
from kangmai.programmes.engine.types import Decision, Planned, Priority, State
from kangmai.programmes.engine.values import planned_of
from kangmai.standards.calendars import legal_day


def require_version(row: models.Enrolment, expected: int) -> None:
    """Let pass who saw the present state. Raises EnrolmentChanged."""
    if row.version != expected:
        raise EnrolmentChanged(current=row.version, expected=expected)


def own_organization(actor: Actor) -> OrganizationId | None:
    """The institution for which the actor works."""
    return next((grant.organization for grant in actor.grants if grant.organization), None)


def resident_of(row: models.Enrolment, *, actor: Actor, at: datetime) -> Resident:
    """The resident as he is now. Raises ResidentNotFound, NotPermitted."""
    return identity.get_resident(row.resident_id, actor=actor, at=at)


def save(row: models.Enrolment, *, at: datetime) -> None:
    """Write an enrolment that was there, as its next version."""
    row.version, row.updated_at = row.version + 1, at
    row.save()


def already_enrolled(there: models.Enrolment) -> AlreadyEnrolled:
    """The error that names the programme and the state of an enrolment that is open."""
    title = programme_of(there.programme, on=legal_day(there.updated_at)).title
    words = state_words(there.state)
    return AlreadyEnrolled(programme=title["en"], zh_programme=title["zh"], **words)


def write_down(
    row: models.Enrolment,
    kind: str,
    *,
    subjects: Sequence[int] = (),
    reason: str = "",
    data: dict[str, Any] | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Audit a deed and announce it; `data` are ids and codes."""
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=kind,
        object_type="Enrolment",
        object_id=str(row.id),
        subjects=subjects,
        reason=reason,
        details=data,
    )
    known = {"resident": row.resident_id, "programme": row.programme, "state": row.state}
    feed.announce(
        connection.connection, kind=kind, key=str(row.id), data=known | (data or {}), at=at
    )


def write_down_many(
    rows: Sequence[models.Enrolment], kind: str, *, actor: Actor, at: datetime
) -> None:
    """One row of the audit trail for the deed, one event for each enrolment."""
    if not rows:
        return
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action=kind,
        object_type="Enrolment",
        object_id=str(rows[0].id) if len(rows) == 1 else "",
        details={"count": len(rows)},
    )
    told = [
        (str(row.id), {"resident": row.resident_id, "programme": row.programme, "state": row.state})
        for row in rows
    ]
    feed.announce_many(connection.connection, kind=kind, events=told, at=at)


def named_anchors(row: models.Enrolment) -> dict[str, date]:
    """The days from which services of this enrolment count, by the programme's names."""
    return {name: date.fromisoformat(day) for name, day in row.anchors.items()}


def plan_anew(
    row: models.Enrolment,
    programme: Programme,
    visits: Visits,
    *,
    birth_date: date | None,
    on: date,
) -> tuple[Planned, ...]:
    """Plan what is due next, from the visits that stand; the caller saves the enrolment."""
    found: tuple[Planned, ...] = ()
    if row.state == State.MANAGED and row.enrolled_on is not None:
        anchors = Anchors(row.enrolled_on, birth_date, named_anchors(row))
        done = done_until(visits, on=on)
        found = plan(programme.services, programme.late, on=on, anchors=anchors, done=done)
    standing = {planned_of(each) for each in row.planned.all()}
    if standing != set(found):
        _write_plan(row, standing, found)
    first = found[0] if found else None
    row.next_service = first.service if first else ""
    row.next_opens_on = first.opens_on if first else None
    row.next_due_on = first.due_on if first else None
    row.next_late_on = first.late_on if first else None
    return found


def _write_plan(
    row: models.Enrolment, standing: Collection[Planned], found: Collection[Planned]
) -> None:
    """Write what is planned otherwise than it stands; what is planned no more goes."""
    gone = {each.service for each in standing} - {each.service for each in found}
    if gone:
        row.planned.filter(service__in=gone).delete()
    models.PlannedService.objects.bulk_create(
        (
            models.PlannedService(enrolment=row, **asdict(each))
            for each in found
            if each not in standing
        ),
        update_conflicts=True,
        unique_fields=["enrolment", "service"],
        update_fields=["occasion", "opens_on", "due_on", "late_on", "reason"],
    )


def note_latest(row: models.Enrolment, programme: Programme, visits: Visits) -> None:
    """Take class, target and urgency from the latest visit that was decided."""
    latest = decided_before(visits, programme)
    row.latest_visit = latest.id if latest else None
    row.latest_visit_on = latest.visited_on if latest else None
    row.latest_class = latest.outcome if latest else ""
    row.latest_target_met = latest.target_met if latest else None
    row.priority = latest.priority if latest else Priority.ROUTINE


def decided_columns(decision: Decision) -> dict[str, Any]:
    """The columns of a visit that its decision fills."""
    return {
        "rule": decision.rule,
        "outcome": decision.outcome,
        "target_met": decision.target_met,
        "reasons": [asdict(reason) for reason in decision.reasons],
        "rule_version": decision.rule_version,
        "priority": decision.priority,
        "next_on": decision.next_on,
        "overdue_after_days": decision.overdue_after_days,
        "deadline": decision.deadline,
    }
