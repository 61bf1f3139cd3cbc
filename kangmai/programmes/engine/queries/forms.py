"""What a page needs to ask for a visit, and what would be decided, before anything is saved."""

from datetime import datetime
from uuid import UUID

from kangmai.forms import queries as forms
from kangmai.forms.rules import read_answers, subject_of
from kangmai.forms.types import Answers, Given, Saved
from kangmai.kernel.actor import Actor
from kangmai.programmes.engine.actions.visiting import (
    check_day,
    judge,
    new_visit,
    service_of,
)
from kangmai.programmes.engine.deciding import answer_facts
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.history import decided_before, visits_of
from kangmai.programmes.engine.occasions import occasion_of
from kangmai.programmes.engine.queries.enrolments import row_of
from kangmai.programmes.engine.types import Trial, VisitForm
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
    """The decision that answers would lead to; None while the answers have faults. Nothing is saved.

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
    if not reading.is_sound:
        return Trial(reading, None)
    unsaved = _unsaved(reading.answers, at)
    visit = new_visit(row, offered, unsaved, entered_at=at, actor=actor)
    check_day(visit.visited_on, row, resident, today=today)
    facts = answer_facts(offered, reading.answers)
    person, visits = resident.demographics, visits_of(row)
    return Trial(reading, judge(row, definition, offered, visit, facts, person, visits))


def _unsaved(answers: Answers, at: datetime) -> Saved:
    return Saved(
        response_id="",
        version=0,
        observations={},
        answers=answers,
        effective_on=legal_day(at),
        is_repeated=False,
    )
