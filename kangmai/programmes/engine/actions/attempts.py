"""Write down an attempt to reach somebody; after enough of them he counts as lost.

Source: our programme reference, section 20: three attempts on different days by at least two methods.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.programmes.engine import events, models
from kangmai.programmes.engine.actions.visiting import VISIT, service_of
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.definition.types import Late
from kangmai.programmes.engine.errors import (
    AttemptRepeated,
    EnrolmentNotManaged,
    VisitInFuture,
)
from kangmai.programmes.engine.kinds import state_words
from kangmai.programmes.engine.seeing import locked, serves
from kangmai.programmes.engine.types import Enrolment, Method, Reached, State
from kangmai.programmes.engine.values import whole_enrolment
from kangmai.programmes.engine.writing import save, write_down
from kangmai.standards.calendars import legal_day


def record_attempt(
    *,
    enrolment_id: UUID,
    service: str,
    method: Method,
    outcome: Reached,
    on: date,
    key: str,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """Write down that somebody was not reached on a day. The same key again changes nothing.

    Raises:
        NotPermitted, EnrolmentNotFound, EnrolmentNotManaged, ServiceUnknown, VisitInFuture
        AttemptRepeated: one by this method on this day stands already.
    """
    require(actor, VISIT)
    if on > legal_day(at):
        raise VisitInFuture(visited_on=on, today=legal_day(at))
    with transaction.atomic():
        row = locked(enrolment_id, actor=actor)
        if key and row.attempts.filter(account=actor.account, key=key).exists():
            return whole_enrolment(row)
        if row.state != State.MANAGED:
            raise EnrolmentNotManaged(**state_words(row.state))
        if not serves(row, actor):
            raise NotPermitted(permission=VISIT)
        definition = programme(row.programme, on=on)
        service_of(definition, service)
        if row.attempts.filter(method=method, attempted_on=on).exists():
            raise AttemptRepeated(method=method, on=on)
        row.attempts.create(
            service=service,
            method=method,
            outcome=outcome,
            attempted_on=on,
            entered_at=at,
            account=actor.account,
            key=key,
        )
        if row.lost_on is None and _is_lost(row, definition.late):
            row.lost_on = on
            write_down(row, events.LOST, actor=actor, at=at)
        save(row, at=at)
        return whole_enrolment(row)


def _is_lost(row: models.Enrolment, late: Late) -> bool:
    """Whether the attempts since the latest visit suffice."""
    attempts = row.attempts.all()
    if row.latest_visit_on:
        attempts = attempts.filter(attempted_on__gt=row.latest_visit_on)
    made = list(attempts.values_list("attempted_on", "method"))
    days, methods = {day for day, _ in made}, {method for _, method in made}
    return len(days) >= late.lost_attempts and len(methods) >= late.lost_methods
