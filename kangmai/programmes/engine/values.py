"""Rows of tables as the values that the rest of the house sees."""

from datetime import date

from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.types import (
    Enrolment,
    Method,
    NotCounted,
    Planned,
    PlanReason,
    Priority,
    Reason,
    Standing,
    State,
    Visit,
    Way,
)


def planned_of(row: models.PlannedService) -> Planned:
    """A planned service."""
    return Planned(
        row.service, row.occasion, row.opens_on, row.due_on, row.late_on, PlanReason(row.reason)
    )


def enrolment_of(
    row: models.Enrolment,
    planned: tuple[Planned, ...] = (),
    transfer_to: OrganizationId | None = None,
) -> Enrolment:
    """An enrolment."""
    return Enrolment(
        id=row.id,
        resident_id=ResidentId(row.resident_id),
        programme=row.programme,
        state=State(row.state),
        way=Way(row.way),
        suspected_on=row.suspected_on,
        confirmed_on=row.confirmed_on,
        enrolled_on=row.enrolled_on,
        closed_on=row.closed_on,
        closing_reason=row.closing_reason,
        anchors={name: date.fromisoformat(day) for name, day in row.anchors.items()},
        organization=OrganizationId(row.organization),
        staff=row.staff,
        place_code=row.place_code,
        priority=Priority(row.priority),
        next_service=row.next_service,
        next_opens_on=row.next_opens_on,
        next_due_on=row.next_due_on,
        next_late_on=row.next_late_on,
        latest_visit=row.latest_visit,
        latest_visit_on=row.latest_visit_on,
        latest_class=row.latest_class,
        latest_target_met=row.latest_target_met,
        lost_on=row.lost_on,
        evidence_days=row.evidence_days,
        version=row.version,
        updated_at=row.updated_at,
        planned=planned,
        transfer_to=transfer_to,
    )


def whole_enrolment(row: models.Enrolment, planned: tuple[Planned, ...] | None = None) -> Enrolment:
    """An enrolment with what is planned, if that is not at hand, and where it is being handed over to."""
    if planned is None:
        planned = tuple(planned_of(each) for each in row.planned.order_by("due_on", "id"))
    waiting = row.transfers.filter(decided_at=None).values_list("to_organization", flat=True)
    return enrolment_of(row, planned, waiting.first())


def visit_of(row: models.Visit) -> Visit:
    """A visit; `row.enrolment` is at hand."""
    return Visit(
        id=row.id,
        enrolment_id=row.enrolment_id,
        programme=row.enrolment.programme,
        resident_id=ResidentId(row.enrolment.resident_id),
        service=row.service,
        occasion=row.occasion,
        visited_on=row.visited_on,
        measured_on=row.measured_on,
        entered_at=row.entered_at,
        method=Method(row.method),
        response_id=row.response_id,
        response_version=row.response_version,
        observations=row.observations,
        measures=row.measures,
        outcome=row.outcome,
        target_met=row.target_met,
        reasons=tuple(Reason(**each) for each in row.reasons),
        rule_version=row.rule_version,
        next_on=row.next_on,
        is_complete=row.is_complete,
        is_counted=row.is_counted,
        not_counted=NotCounted(row.not_counted),
        is_late_entry=row.is_late_entry,
        is_open=row.is_open,
        rejudged_at=row.rejudged_at,
        standing=Standing(row.standing),
        corrects=row.corrects_id,
        first_id=row.first_id,
        organization=OrganizationId(row.organization) if row.organization else None,
        account=row.account,
        version=row.version,
    )
