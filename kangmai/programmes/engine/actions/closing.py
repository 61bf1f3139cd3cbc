"""End an enrolment with its reason, and open it again where the reason allows."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.afterwards import cancel_deadlines
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.errors import (
    CannotReopen,
    ClosingBeforeEnrolment,
    ClosingReasonUnknown,
    EnrolmentAfterDeath,
    EnrolmentInFuture,
    EnrolmentNotClosed,
    EnrolmentNotManaged,
)
from kangmai.programmes.engine.history import visits_of
from kangmai.programmes.engine.kinds import state_words
from kangmai.programmes.engine.seeing import locked
from kangmai.programmes.engine.types import Enrolment, State
from kangmai.programmes.engine.values import whole_enrolment
from kangmai.programmes.engine.writing import (
    already_enrolled,
    plan_anew,
    require_version,
    resident_of,
    save,
    write_down,
)
from kangmai.standards.calendars import legal_day

MANAGE = "programmes.manage"
DIED = "died"


def close_enrolment(
    *,
    enrolment_id: UUID,
    reason: str,
    on: date,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """End an enrolment on a day, for one of the programme's closing reasons.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentChanged
        EnrolmentNotManaged: it is closed already.
        ClosingReasonUnknown, ClosingBeforeEnrolment, EnrolmentInFuture
    """
    require(actor, MANAGE)
    if on > legal_day(at):
        raise EnrolmentInFuture(on=on, today=legal_day(at))
    with transaction.atomic():
        row = locked(enrolment_id, actor=actor)
        require_version(row, expected_version)
        if row.state == State.CLOSED:
            raise EnrolmentNotManaged(**state_words(row.state))
        close(row, reason=reason, on=on, actor=actor, at=at)
        return whole_enrolment(row)


def close(row: models.Enrolment, *, reason: str, on: date, actor: Actor, at: datetime) -> None:
    """End a locked enrolment: nothing is planned any more, its open deadlines are cancelled."""
    definition = programme(row.programme, on=legal_day(at))
    if reason not in definition.closing_reasons:
        known = ", ".join(definition.closing_reasons)
        raise ClosingReasonUnknown(programme=row.programme, reason=reason, known=known)
    if row.enrolled_on and on < row.enrolled_on:
        raise ClosingBeforeEnrolment(enrolled_on=row.enrolled_on, on=on)
    row.state, row.closed_on, row.closing_reason = State.CLOSED, on, reason
    plan_anew(row, definition, (), birth_date=None, on=on)
    row.transfers.filter(decided_at=None).update(
        decided_at=at, decided_by=actor.account, is_accepted=False
    )
    cancel_deadlines(row, reason=reason, actor=actor, at=at)
    save(row, at=at)
    write_down(row, events.CLOSED, reason=reason, data={"reason": reason}, actor=actor, at=at)


def reopen_enrolment(
    *, enrolment_id: UUID, on: date, expected_version: int, actor: Actor, at: datetime
) -> Enrolment:
    """Go on with a closed enrolment; it is managed since its first day, as if it had not been closed.

    Args:
        on: the day from which it goes on.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentChanged, EnrolmentNotClosed, EnrolmentInFuture
        CannotReopen: the closing reason is final.
        AlreadyEnrolled: another enrolment has been opened meanwhile.
    """
    require(actor, MANAGE)
    if on > legal_day(at):
        raise EnrolmentInFuture(on=on, today=legal_day(at))
    with transaction.atomic():
        row = locked(enrolment_id, actor=actor)
        require_version(row, expected_version)
        if row.state != State.CLOSED:
            raise EnrolmentNotClosed(**state_words(row.state))
        definition = programme(row.programme, on=on)
        known = definition.closing_reasons.get(row.closing_reason)
        if known is None or not known.may_reopen:
            raise CannotReopen(reason=row.closing_reason)
        _require_alone(row)
        resident = resident_of(row, actor=actor, at=at)
        _go_on(row, resident, actor=actor, at=at)
        return whole_enrolment(row)


def revive_enrolments(
    *, resident_id: ResidentId, actor: Actor, at: datetime
) -> tuple[Enrolment, ...]:
    """Go on with what a death closed that turned out to be none: as if it had not been closed.

    One whose programme the resident has entered anew meanwhile stays closed.

    Raises:
        NotPermitted, ResidentNotFound
        EnrolmentAfterDeath: the index says that he has died.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        resident = identity.get_resident(resident_id, actor=actor, at=at)
        if resident.deceased_on:
            raise EnrolmentAfterDeath(deceased_on=resident.deceased_on, on=legal_day(at))
        rows = models.Enrolment.objects.select_for_update().filter(
            resident_id__in=identity.same_resident_ids(resident.id)
        )
        found = list(rows.order_by("id"))
        standing = {row.programme for row in found if row.state != State.CLOSED}
        revived = []
        for row in found:
            if row.closing_reason == DIED and row.programme not in standing:
                standing.add(row.programme)
                _go_on(row, resident, actor=actor, at=at)
                revived.append(whole_enrolment(row))
        return tuple(revived)


def _go_on(row: models.Enrolment, resident: Resident, *, actor: Actor, at: datetime) -> None:
    definition = programme(row.programme, on=legal_day(at))
    row.state = State.MANAGED if row.enrolled_on else State.SUSPECTED
    row.closed_on, row.closing_reason = None, ""
    row.place_code = resident.demographics.place_code
    born = resident.demographics.birth_date
    plan_anew(row, definition, visits_of(row), birth_date=born, on=legal_day(at))
    save(row, at=at)
    write_down(row, events.REOPENED, subjects=[resident.patient_rid], actor=actor, at=at)


def _require_alone(row: models.Enrolment) -> None:
    others = models.Enrolment.objects.filter(
        resident_id=row.resident_id, programme=row.programme
    ).exclude(state=State.CLOSED)
    for other in others[:1]:
        raise already_enrolled(other)
