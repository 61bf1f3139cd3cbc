"""Record a visit: answers, decision, plan, deadline, hand-over and event, in one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.analytics.facts.types import Value
from kangmai.forms import actions as forms
from kangmai.forms import queries as form_queries
from kangmai.forms.types import Answers, Given, Saved
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.afterwards import follow_up
from kangmai.programmes.engine.deciding import (
    answer_facts,
    decide,
    empty_facts,
    kept,
    rules_on,
)
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.definition.types import Programme, Service
from kangmai.programmes.engine.errors import (
    DayMissing,
    EnrolmentNotManaged,
    KeyUsedElsewhere,
    MethodUnknown,
    ServiceUnknown,
    VisitAfterDeath,
    VisitBeforeBirth,
    VisitBeforeEnrolment,
    VisitInFuture,
    VisitOnThisDay,
)
from kangmai.programmes.engine.history import Visits, decided_before, visits_of, with_visit
from kangmai.programmes.engine.occasions import occasion_of, occasion_on
from kangmai.programmes.engine.seeing import locked, serves
from kangmai.programmes.engine.types import (
    Decision,
    Method,
    NotCounted,
    Planned,
    Recorded,
    State,
)
from kangmai.programmes.engine.values import visit_of, whole_enrolment
from kangmai.programmes.engine.writing import (
    decided_columns,
    note_latest,
    own_organization,
    plan_anew,
    require_version,
    resident_of,
    save,
    write_down,
)
from kangmai.standards.calendars import legal_day

VISIT = "programmes.visit"


def record_visit(
    *,
    enrolment_id: UUID,
    service: str,
    given: Given,
    key: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Recorded:
    """Save a visit. The same key again changes nothing and returns what was saved.

    Args:
        given: the answers as a page sends them; day and method are among them.
        expected_version: of the enrolment, as the page showed it.

    Raises:
        NotPermitted: also while somebody else serves the resident.
        EnrolmentNotFound, EnrolmentChanged, EnrolmentNotManaged, ServiceUnknown
        AnswersRefused: with every fault; and what else `forms.save_answers` raises.
        VisitInFuture, VisitBeforeBirth, VisitBeforeEnrolment, VisitAfterDeath, VisitOnThisDay
        KeyUsedElsewhere
    """
    require(actor, VISIT)
    with transaction.atomic():
        row = locked(enrolment_id, actor=actor)
        if earlier := _earlier(key, row, actor):
            return Recorded(visit_of(earlier), None, whole_enrolment(row), is_repeated=True)
        require_version(row, expected_version)
        _require_served(row, actor)
        definition = programme(row.programme, on=legal_day(at))
        offered = service_of(definition, service)
        resident = resident_of(row, actor=actor, at=at)
        visits = visits_of(row)
        saved = forms.save_answers(
            form=form_queries.form(offered.form, on=legal_day(at)),
            resident_id=resident.id,
            given=given,
            resident=resident,
            occasion=occasion_of(row, service, visits),
            key=key,
            actor=actor,
            at=at,
        )
        visit = new_visit(row, offered, saved, entered_at=at, actor=actor)
        visit.key = key
        decision, planned = settle(
            row, definition, offered, visit, saved, resident, visits, actor=actor, at=at
        )
        write_down(
            row,
            events.VISITED,
            subjects=[resident.patient_rid],
            data={"visit": str(visit.id), "service": service, "class": visit.outcome},
            actor=actor,
            at=at,
        )
        return Recorded(visit_of(visit), decision, whole_enrolment(row, planned), is_repeated=False)


def service_of(definition: Programme, service: str) -> Service:
    """A service of a programme. Raises ServiceUnknown."""
    if service not in definition.services:
        known = ", ".join(definition.services)
        raise ServiceUnknown(programme=definition.id, service=service, known=known)
    return definition.services[service]


def _earlier(key: str, row: models.Enrolment, actor: Actor) -> models.Visit | None:
    earlier = models.Visit.objects.filter(account=actor.account, key=key).first() if key else None
    if earlier and earlier.enrolment_id != row.id:
        raise KeyUsedElsewhere()
    return earlier


def _require_served(row: models.Enrolment, actor: Actor) -> None:
    if row.state != State.MANAGED:
        raise EnrolmentNotManaged(state=row.state)
    if not serves(row, actor):
        raise NotPermitted(permission=VISIT)


def new_visit(
    row: models.Enrolment, service: Service, saved: Saved, *, entered_at: datetime, actor: Actor
) -> models.Visit:
    """A visit from saved answers, not yet judged.

    Raises:
        DayMissing, MethodUnknown: the form did not ask for them.
    """
    visited_on = saved.answers.day(service.day_item)
    if visited_on is None:
        raise DayMissing(item=service.day_item)
    visit = models.Visit(
        enrolment=row,
        service=service.id,
        visited_on=visited_on,
        measured_on=saved.effective_on,
        entered_at=entered_at,
        method=_method(service, saved.answers),
        response_id=saved.response_id,
        response_version=saved.version,
        observations=dict(saved.observations),
        organization=own_organization(actor),
        account=actor.account,
    )
    visit.first_id = visit.id
    return visit


def _method(service: Service, answers: Answers) -> Method:
    if not service.method_item:
        return Method.FACE_TO_FACE
    method = service.methods.get(answers.code(service.method_item) or "")
    if method is None:
        raise MethodUnknown(item=service.method_item)
    return method


def settle(
    row: models.Enrolment,
    definition: Programme,
    service: Service,
    visit: models.Visit,
    saved: Saved,
    resident: Resident,
    visits: Visits,
    *,
    actor: Actor,
    at: datetime,
) -> tuple[Decision | None, tuple[Planned, ...]]:
    """Check, judge and write a visit beside those there are, then plan and start what follows from it."""
    check_day(visit.visited_on, row, resident, today=legal_day(at))
    answered = answer_facts(service, saved.answers)
    decision = judge(row, definition, service, visit, answered, resident.demographics, visits)
    visit.occasion = occasion_on(row, definition, service, visit, resident, visits)
    _insert(visit)
    visits = with_visit(visits, visit)
    row.lost_on = None
    note_latest(row, definition, visits)
    born = resident.demographics.birth_date
    planned = plan_anew(row, definition, visits, birth_date=born, on=legal_day(at))
    save(row, at=at)
    follow_up(row, service, visit, decision, saved.answers, resident, visits, actor=actor, at=at)
    return decision, planned


def check_day(visited_on: date, row: models.Enrolment, resident: Resident, *, today: date) -> None:
    """Let pass a day on which this resident could have been visited.

    Raises:
        VisitInFuture, VisitBeforeBirth, VisitBeforeEnrolment, VisitAfterDeath
    """
    born, died = resident.demographics.birth_date, resident.deceased_on
    if visited_on > today:
        raise VisitInFuture(visited_on=visited_on, today=today)
    if died and visited_on > died:
        raise VisitAfterDeath(visited_on=visited_on, deceased_on=died)
    if born and visited_on < born:
        raise VisitBeforeBirth(visited_on=visited_on)
    if row.enrolled_on and visited_on < row.enrolled_on:
        raise VisitBeforeEnrolment(visited_on=visited_on, enrolled_on=row.enrolled_on)


def judge(
    row: models.Enrolment,
    definition: Programme,
    service: Service,
    visit: models.Visit,
    answered: Mapping[str, Value],
    person: Any,
    visits: Visits,
) -> Decision | None:
    """Fill in what the rules of the day say of a visit, and whether it counts."""
    previous = decided_before(visits, definition, before=visit.visited_on)
    facts = visit_facts(
        row,
        visit,
        answered,
        birth_date=person.birth_date,
        sex_code=person.sex_code,
        previous=previous,
    )
    visit.measures = {name: _json(value) for name, value in kept(service, facts).items()}
    visit.is_complete = service.complete is None or service.complete.holds(facts)
    visit.not_counted = why_not_counted(service, Method(visit.method), visit.is_complete)
    visit.is_counted = visit.not_counted == NotCounted.COUNTS
    late_days = (legal_day(visit.entered_at) - visit.visited_on).days
    visit.is_late_entry = late_days > definition.late.late_entry_after_days
    if not service.decides:
        return None
    rules = rules_on(definition, visit.visited_on)
    decision = decide(rules, facts, overdue_after_days=definition.late.overdue_after_days)
    for column, value in decided_columns(decision).items():
        setattr(visit, column, value)
    return decision


def why_not_counted(service: Service, method: Method, is_complete: bool) -> NotCounted:
    """Why a visit does not count towards the year: its method first, then what is missing."""
    if method not in service.counting_methods:
        return NotCounted.METHOD
    return NotCounted.COUNTS if is_complete else NotCounted.INCOMPLETE


def visit_facts(
    row: models.Enrolment,
    visit: models.Visit,
    answered: Mapping[str, Value],
    *,
    birth_date: date | None,
    sex_code: str,
    previous: models.Visit | None,
) -> dict[str, Value]:
    """Every fact that the rules may ask of a visit."""
    return {
        **empty_facts(row.programme),
        **answered,
        "age": age_on(birth_date, visit.visited_on),
        "sex": sex_code,
        "method": Method(visit.method).value,
        "visited_on": visit.visited_on,
        "today": visit.visited_on,
        "enrolled_on": row.enrolled_on,
        "previous_visit_on": previous.visited_on if previous else None,
        "previous_class": previous.outcome if previous else None,
        "previous_target_met": previous.target_met if previous else None,
    }


def age_on(birth_date: date | None, day: date) -> int | None:
    """Completed years."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _json(value: Value) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    is_number = not isinstance(value, bool | str | int | None)
    return float(value) if is_number else value  # type: ignore[arg-type]


def _insert(visit: models.Visit) -> None:
    # no savepoint: the error leaves the transaction of the deed
    try:
        visit.save(force_insert=True)
    except IntegrityError as error:
        if "visit_once_a_day" not in str(error):
            raise
        raise VisitOnThisDay(visited_on=visit.visited_on) from None
