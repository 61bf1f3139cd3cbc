"""What follows from a decision outside this room: deadlines, the row for the system above, messages."""

from collections.abc import Iterable
from datetime import date, datetime

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.forms.types import Answers
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_role
from kangmai.programmes.engine import models
from kangmai.programmes.engine.anchoring import days_of
from kangmai.programmes.engine.definition.types import Programme, Service
from kangmai.programmes.engine.handing_over import prepare_handover
from kangmai.programmes.engine.history import Visits
from kangmai.programmes.engine.types import Decision, Method, Standing
from kangmai.standards.calendars import legal_day, start_of_day

VISIT, ENROLMENT = "visit", "enrolment"


def follow_up(
    row: models.Enrolment,
    service: Service,
    visit: models.Visit,
    decision: Decision | None,
    answers: Answers,
    resident: Resident,
    visits: Visits,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Meet the deadlines that this visit meets, start its own, prepare the hand-over, tell who must know."""
    if visit.method == Method.FACE_TO_FACE:
        _meet_earlier(visits, visit, actor=actor, at=at)
    if decision and decision.deadline:
        _start(row, visit, decision.deadline, visits, actor=actor, at=at)
    if decision and decision.message:
        draft = Draft(
            template=decision.message,
            to=to_role("family_doctor_team", row.organization),
            parameters={"visited_on": visit.visited_on.isoformat(), "programme": row.programme},
            link=f"/programmes/enrolments/{row.id}/",
            subject=("enrolment", str(row.id)),
            key=f"visit:{visit.first_id}",
        )
        messages.notify([draft], actor=actor, at=at)
    if service.handover_system:
        prepare_handover(row, service, visit, answers, resident, actor=actor, at=at)


def _subject(visit: models.Visit) -> Subject:
    return Subject(VISIT, str(visit.id))


def _meet_earlier(visits: Visits, visit: models.Visit, *, actor: Actor, at: datetime) -> None:
    """A visit face to face meets what earlier visits started."""
    earlier = [
        each
        for each in reversed(visits)
        if each.deadline
        and each.standing == Standing.CURRENT
        and each.visited_on < visit.visited_on
    ]
    met = [
        Met(each.deadline, _subject(each), met_at=_instant(visit.visited_on, at), proof_kind=VISIT, proof_id=str(visit.id))
        for each in earlier[:10]
    ]  # fmt: skip
    if met:
        deadlines.meet(met, actor=actor, at=at)


def follow_rejudgement(
    row: models.Enrolment,
    service: Service,
    visit: models.Visit,
    deadline_before: str,
    answers: Answers | None,
    resident: Resident,
    visits: Visits,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Start or end what another judgement of a visit starts or no longer does; tell the system above."""
    if deadline_before != visit.deadline:
        if deadline_before:
            deadlines.cancel_of(
                [_subject(visit)],
                definition=deadline_before,
                reason="judged anew",
                actor=actor,
                at=at,
            )
        if visit.deadline:
            _start(row, visit, visit.deadline, visits, actor=actor, at=at)
    if service.handover_system and answers is not None:
        prepare_handover(row, service, visit, answers, resident, actor=actor, at=at)


def _start(
    row: models.Enrolment,
    visit: models.Visit,
    definition: str,
    visits: Visits,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Start a deadline; a visit that was made since has met it already."""
    start = Start(
        definition=definition,
        subject=_subject(visit),
        started_at=_instant(visit.visited_on, at),
        owner_org=row.organization,
        place_code=row.place_code,
        resident=row.resident_id,
    )
    deadlines.start([start], actor=actor, at=at)
    since = [
        each
        for each in visits
        if each.standing == Standing.CURRENT
        and each.method == Method.FACE_TO_FACE
        and each.visited_on > visit.visited_on
    ]
    if since:
        met_at = _instant(since[0].visited_on, at)
        proof = str(since[0].id)
        met = Met(definition, _subject(visit), met_at=met_at, proof_kind=VISIT, proof_id=proof)
        deadlines.meet([met], actor=actor, at=at)


def _instant(day: date, at: datetime) -> datetime:
    """When something of a day happened, as far as is known: now if it was today, else when the day began."""
    return at if day == legal_day(at) else start_of_day(day)


def start_deadlines(
    row: models.Enrolment, definition: Programme, *, actor: Actor, at: datetime
) -> None:
    """Start the time limits of a programme whose days are known; one that runs already is left alone."""
    days = days_of(row, {each.since for each in definition.deadlines})
    starts = [
        Start(
            definition=each.definition,
            subject=Subject(ENROLMENT, str(row.id)),
            started_at=_instant(days[each.since], at),
            owner_org=row.organization,
            place_code=row.place_code,
            resident=row.resident_id,
        )
        for each in definition.deadlines
        if each.since in days
    ]
    if starts:
        deadlines.start(starts, actor=actor, at=at)


def meet_deadlines(
    row: models.Enrolment,
    definition: Programme,
    visit: models.Visit,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """A visit face to face meets the time limits of its programme that wait for its service."""
    if visit.method != Method.FACE_TO_FACE:
        return
    met_at, subject = _instant(visit.visited_on, at), Subject(ENROLMENT, str(row.id))
    met = [
        Met(each.definition, subject, met_at=met_at, proof_kind=VISIT, proof_id=str(visit.id))
        for each in definition.deadlines
        if each.met_by == visit.service
    ]
    if met:
        deadlines.meet(met, actor=actor, at=at)


def cancel_deadlines_since(
    row: models.Enrolment,
    definition: Programme,
    anchors: Iterable[str],
    *,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Cancel the unsettled time limits that count from some days."""
    since, subject = set(anchors), Subject(ENROLMENT, str(row.id))
    for each in definition.deadlines:
        if each.since in since:
            deadlines.cancel_of(
                [subject], definition=each.definition, reason=reason, actor=actor, at=at
            )


def cancel_deadlines(row: models.Enrolment, *, reason: str, actor: Actor, at: datetime) -> None:
    """Nothing is awaited any more of an enrolment."""
    deadlines.cancel_of([Subject(ENROLMENT, str(row.id))], reason=reason, actor=actor, at=at)
    for each in row.visits.exclude(deadline="").order_by("id"):
        cancel_deadline_of(each, reason=reason, actor=actor, at=at)


def cancel_deadline_of(visit: models.Visit, *, reason: str, actor: Actor, at: datetime) -> None:
    """What a visit started is not awaited, since the visit was entered wrongly."""
    if visit.deadline:
        deadlines.cancel_of(
            [_subject(visit)], definition=visit.deadline, reason=reason, actor=actor, at=at
        )
