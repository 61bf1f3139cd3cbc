"""What a page needs to ask for a visit, and what would be decided, before anything is saved."""

from datetime import datetime
from uuid import UUID

from kangmai.forms import queries as forms
from kangmai.forms.rules import read_answers, subject_of
from kangmai.forms.types import Given, Reading
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import models
from kangmai.programmes.engine.actions.visiting import (
    check_day,
    find_method,
    may_stay_open,
    service_of,
)
from kangmai.programmes.engine.deciding import answer_facts
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.definition.types import Service
from kangmai.programmes.engine.history import decided_before, visits_of
from kangmai.programmes.engine.judging import judge
from kangmai.programmes.engine.occasions import occasion_of
from kangmai.programmes.engine.queries.enrolments import row_of
from kangmai.programmes.engine.types import Method, Trial, VisitForm
from kangmai.programmes.engine.values import visit_of, whole_enrolment
from kangmai.programmes.engine.writing import resident_of
from kangmai.standards.calendars import legal_day


def visit_form(enrolment_id: UUID, *, service: str, actor: Actor, at: datetime) -> VisitForm:
    """The form of a service with what the record proposes for it.

    Raises:
        NotPermitted, EnrolmentNotFound, ServiceUnknown
    """
    today = legal_day(at)
    row = row_of(enrolment_id, actor=actor)
    definition = programme(row.programme, on=today)
    offered = service_of(definition, service)
    resident = resident_of(row, actor=actor, at=at)
    form = forms.form(offered.form, on=today)
    visits = visits_of(row)
    previous = decided_before(visits, definition, before=today)
    return VisitForm(
        form=form,
        proposals=forms.proposals(form, resident_id=resident.id, on=today, actor=actor, at=at),
        occasion=occasion_of(row, service, visits),
        enrolment=whole_enrolment(row),
        previous=visit_of(previous) if previous else None,
    )


def try_visit(
    enrolment_id: UUID, *, service: str, given: Given, actor: Actor, at: datetime
) -> Trial:
    """The decision that answers would lead to; while they have faults, an alarm only. Nothing is saved.

    Raises:
        NotPermitted, EnrolmentNotFound, ServiceUnknown
        VisitInFuture, VisitBeforeBirth, VisitBeforeEnrolment, VisitAfterDeath
    """
    today = legal_day(at)
    row = row_of(enrolment_id, actor=actor)
    definition = programme(row.programme, on=today)
    offered = service_of(definition, service)
    resident = resident_of(row, actor=actor, at=at)
    form = forms.form(offered.form, on=today)
    reading = read_answers(form, given, subject=subject_of(resident), on=today)
    visit = _unsaved(row, offered, reading, at)
    check_day(visit.visited_on, row, resident, today=today)
    facts = answer_facts(offered, reading.answers)
    person, visits = resident.demographics, visits_of(row)
    decision = judge(row, definition, offered, visit, facts, person, visits)
    if reading.is_sound:
        return Trial(reading, decision, may_save=True)
    if decision is None or not decision.is_alarm:
        return Trial(reading, None, may_save=False)
    asked = may_stay_open(row, definition, offered, resident, visits)
    return Trial(reading, decision, may_save=reading.is_only_incomplete and asked(reading.answers))


def _unsaved(
    row: models.Enrolment, service: Service, reading: Reading, at: datetime
) -> models.Visit:
    """A visit from what was answered so far: today and face to face until something else is said."""
    visited_on = reading.answers.day(service.day_item) or legal_day(at)
    return models.Visit(
        enrolment=row,
        service=service.id,
        visited_on=visited_on,
        entered_at=at,
        method=find_method(service, reading.answers) or Method.FACE_TO_FACE,
        is_open=not reading.is_sound,
    )
