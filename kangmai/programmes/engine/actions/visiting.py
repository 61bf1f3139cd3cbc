"""Record a visit: answers, decision, plan, deadline, hand-over and event, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.forms import actions as forms
from kangmai.forms import queries as form_queries
from kangmai.forms.types import Answers, Given, Saved
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.afterwards import follow_up, meet_deadlines, start_deadlines
from kangmai.programmes.engine.anchoring import set_anchors
from kangmai.programmes.engine.deciding import answer_facts
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
from kangmai.programmes.engine.history import Visits, visits_of, with_visit
from kangmai.programmes.engine.judging import is_alarming, judge
from kangmai.programmes.engine.kinds import state_words
from kangmai.programmes.engine.occasions import occasion_of, occasion_on
from kangmai.programmes.engine.opening import open_further
from kangmai.programmes.engine.rejudging import rejudge_later
from kangmai.programmes.engine.seeing import locked, serves
from kangmai.programmes.engine.types import Decision, Method, Planned, Recorded, State
from kangmai.programmes.engine.values import visit_of, whole_enrolment
from kangmai.programmes.engine.writing import (
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

    What alarms is saved before every required answer is given; it counts once a correction completes it.

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
        _require_served(row, actor)
        require_version(row, expected_version)
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
            may_stay_open=may_stay_open(row, definition, offered, resident, visits),
            key=key,
            actor=actor,
            at=at,
        )
        visit = new_visit(row, offered, saved, entered_at=at, actor=actor)
        visit.key = key
        settled = settle(
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
        return settled.recorded(row, visit)


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
        raise EnrolmentNotManaged(**state_words(row.state))
    if not serves(row, actor):
        raise NotPermitted(permission=VISIT)


def may_stay_open(
    row: models.Enrolment,
    definition: Programme,
    service: Service,
    resident: Resident,
    visits: Visits,
) -> Callable[[Answers], bool]:
    """Whether answers may be saved before all required are given: day and way are, and they alarm."""

    def ask(answers: Answers) -> bool:
        visited_on = answers.day(service.day_item)
        if visited_on is None or find_method(service, answers) is None:
            return False
        return is_alarming(row, definition, service, answers, visited_on, resident, visits)

    return ask


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
        is_open=saved.is_open,
        response_id=saved.response_id,
        response_version=saved.version,
        observations=dict(saved.observations),
        organization=own_organization(actor),
        account=actor.account,
    )
    visit.first_id = visit.id
    return visit


def _method(service: Service, answers: Answers) -> Method:
    method = find_method(service, answers)
    if method is None:
        raise MethodUnknown(item=service.method_item)
    return method


def find_method(service: Service, answers: Answers) -> Method | None:
    """How a visit was made; face to face where its form does not ask."""
    if not service.method_item:
        return Method.FACE_TO_FACE
    return service.methods.get(answers.code(service.method_item) or "")


@dataclass(frozen=True, slots=True)
class Settled:
    """What writing a visit led to."""

    decision: Decision | None
    planned: tuple[Planned, ...]
    rejudged: int

    def recorded(self, row: models.Enrolment, visit: models.Visit) -> Recorded:
        """The same for those outside."""
        return Recorded(
            visit_of(visit),
            self.decision,
            whole_enrolment(row, self.planned),
            is_repeated=False,
            rejudged=self.rejudged,
        )


def settle(
    row: models.Enrolment,
    definition: Programme,
    service: Service,
    visit: models.Visit,
    saved: Saved,
    resident: Resident,
    visits: Visits,
    *,
    since: date | None = None,
    actor: Actor,
    at: datetime,
) -> Settled:
    """Check, judge and write a visit beside those there are, then plan and start what follows from it.

    Args:
        since: from which day on later visits may be judged otherwise now, if not from its own.
    """
    check_day(visit.visited_on, row, resident, today=legal_day(at))
    told = set_anchors(row, service, saved.answers)
    answered = answer_facts(service, saved.answers)
    decision = judge(row, definition, service, visit, answered, resident.demographics, visits)
    visit.occasion = occasion_on(row, definition, service, visit, resident, visits)
    _insert(visit)
    visits = with_visit(visits, visit)
    row.lost_on = None
    rejudged = 0
    if service.decides:
        first = min(since or visit.visited_on, visit.visited_on)
        rejudged = rejudge_later(
            row, definition, visit, resident, visits, since=first, actor=actor, at=at
        )
    note_latest(row, definition, visits)
    born = resident.demographics.birth_date
    planned = plan_anew(row, definition, visits, birth_date=born, on=legal_day(at))
    save(row, at=at)
    if told:
        start_deadlines(row, definition, actor=actor, at=at)
    meet_deadlines(row, definition, visit, actor=actor, at=at)
    follow_up(row, service, visit, decision, saved.answers, resident, visits, actor=actor, at=at)
    open_further(row, definition, visit, decision, resident, actor=actor, at=at)
    return Settled(decision, planned, rejudged)


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


def _insert(visit: models.Visit) -> None:
    # no savepoint: the error leaves the transaction of the deed
    try:
        visit.save(force_insert=True)
    except IntegrityError as error:
        if "visit_once_a_day" not in str(error):
            raise
        raise VisitOnThisDay(visited_on=visit.visited_on) from None
