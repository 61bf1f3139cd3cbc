"""Ask who was where, and let a second person decide whether that may be answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.queries import emergency_door, in_force, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import events, models, sealed
from kangmai.epidemic.venues.case_books import is_case
from kangmai.epidemic.venues.errors import (
    AlreadyAnswered,
    CaseNumberMissing,
    CaseNumberUnknown,
    LookupUnknown,
    PersonsTooMany,
    PersonUnknown,
    ReasonMissing,
    SecondPersonNeeded,
    WindowTooLong,
)
from kangmai.epidemic.venues.reach import TRACE, inside
from kangmai.epidemic.venues.reading import lookup_of
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.types import Lookup, LookupKind, LookupState, PersonKey
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

MOST_PERSONS = 100


@emergency_door(Purpose.TRACING)
@writes_refusals("venues.lookup_refused")
def ask_lookup(
    *,
    kind: LookupKind,
    case_number: str,
    persons: Sequence[PersonKey],
    from_at: datetime,
    until_at: datetime,
    reason: str,
    key: str,
    actor: Actor,
    at: datetime,
) -> Lookup:
    """Ask for people's ways for a case; nothing is shown before another person approved it.

    Raises:
        NoOrderInForce, NotPermitted, CaseNumberMissing, ReasonMissing, PersonUnknown, PersonsTooMany,
        WindowTooLong, CaseNumberUnknown.
    """
    require(actor, TRACE)
    number = case_number.strip()
    _check(number, reason, persons, from_at, until_at, at)
    if not is_case(number, actor=actor, at=at):
        raise CaseNumberUnknown(number=number[:40])
    rows = {
        row.id: row for row in models.Person.objects.filter(inside(actor, TRACE), id__in=persons)
    }
    if len(rows) != len(set(persons)):
        raise PersonUnknown()
    place = rows[persons[0]].place_code
    order = in_force(Purpose.TRACING, place=place, at=at)
    with transaction.atomic():
        first = models.Lookup.objects.filter(asked_by=actor.account, key=key).first()
        if first is not None:
            return lookup_of(first)
        id = uuid7()
        content_key, content = sealed.close("lookup", id, {"reason": reason.strip()[:300]})
        row = models.Lookup.objects.create(
            id=id,
            order_id=order.id,
            kind=kind.value,
            case_number=number,
            persons=sorted(set(persons)),
            content=content,
            content_key=content_key,
            from_at=from_at,
            until_at=until_at,
            place_code=place,
            state=LookupState.ASKED.value,
            asked_by=actor.account,
            asked_at=at,
            key=key,
        )
        _write(row, events.LOOKUP_ASKED, actor, at)
    return lookup_of(row)


@emergency_door(Purpose.TRACING)
@writes_refusals("venues.lookup_refused")
def decide_lookup(
    *, lookup_id: UUID, approves: bool, expected_version: int, actor: Actor, at: datetime
) -> Lookup:
    """Approve or refuse a question that somebody else asked.

    Raises:
        NoOrderInForce, NotPermitted, LookupUnknown, ChangedMeanwhile, AlreadyAnswered, SecondPersonNeeded.
    """
    require(actor, TRACE)
    with transaction.atomic():
        rows = models.Lookup.objects.select_for_update().filter(inside(actor, TRACE))
        row = rows.filter(id=lookup_id).first()
        if row is None:
            raise LookupUnknown()
        require_version(row.version, expected_version)
        if row.state != LookupState.ASKED.value:
            raise AlreadyAnswered()
        if row.asked_by == actor.account:
            raise SecondPersonNeeded()
        row.state = (LookupState.APPROVED if approves else LookupState.REFUSED).value
        row.decided_by, row.decided_at, row.version = actor.account, at, row.version + 1
        row.save(update_fields=["state", "decided_by", "decided_at", "version"])
        _write(row, events.LOOKUP_DECIDED, actor, at)
    return lookup_of(row)


def _check(
    case_number: str,
    reason: str,
    persons: Sequence[PersonKey],
    from_at: datetime,
    until_at: datetime,
    at: datetime,
) -> None:
    if not case_number:
        raise CaseNumberMissing()
    if not reason.strip():
        raise ReasonMissing()
    if not persons:
        raise PersonUnknown()
    if len(persons) > MOST_PERSONS:
        raise PersonsTooMany(most=MOST_PERSONS)
    days = venue_rule(on=legal_day(at)).trace_days
    if not timedelta(0) < until_at - from_at <= timedelta(days=days):
        raise WindowTooLong(days=days)


def _write(row: models.Lookup, event: str, actor: Actor, at: datetime) -> None:
    write_down(
        event,
        "WaysLookup",
        row.id,
        actor=actor,
        at=at,
        reason=f"case {row.case_number}: {row.state}",
    )
    announce(event, row.id, {"kind": row.kind, "state": row.state}, at=at)
