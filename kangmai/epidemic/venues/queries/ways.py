"""Who was where: only for an approved question, each reading of which is counted and written down."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import models, presence, rules
from kangmai.epidemic.venues.errors import LookupUnknown, NotApproved
from kangmai.epidemic.venues.presence import Place
from kangmai.epidemic.venues.reach import TRACE, inside
from kangmai.epidemic.venues.reading import lookup_of
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.types import (
    Carrying,
    Contact,
    Exposure,
    Lookup,
    LookupKind,
    LookupState,
    PersonKey,
    VenueRule,
)
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.standards.calendars import legal_day


@emergency_door(Purpose.TRACING)
def lookups(*, limit: int = 50, actor: Actor, at: datetime) -> list[Lookup]:
    """Questions of the actor's area, newest first.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, TRACE)
    rows = models.Lookup.objects.filter(inside(actor, TRACE)).order_by("-id")
    return list(map(lookup_of, rows[:limit]))


@emergency_door(Purpose.TRACING)
def get_lookup(*, lookup_id: UUID, actor: Actor, at: datetime) -> Lookup:
    """One question, without its answer.

    Raises:
        NoOrderInForce, NotPermitted, LookupUnknown.
    """
    require(actor, TRACE)
    return lookup_of(_row(lookup_id, actor))


@emergency_door(Purpose.TRACING)
@writes_refusals("venues.lookup_refused")
def answer_places(*, lookup_id: UUID, actor: Actor, at: datetime) -> dict[PersonKey, list[Place]]:
    """The stays of the people asked about.

    Raises:
        NoOrderInForce, NotPermitted, LookupUnknown, NotApproved.
    """
    lookup, rule = _opened(lookup_id, actor, at)
    first, past = rules.second_of(lookup.from_at), rules.second_of(lookup.until_at)
    return {person: presence.places(person, first, past, rule) for person in lookup.persons}


@emergency_door(Purpose.TRACING)
@writes_refusals("venues.lookup_refused")
def answer_contacts(*, lookup_id: UUID, actor: Actor, at: datetime) -> list[Contact]:
    """Who was somewhere together with the people asked about; over two generations if the question says so.

    Raises:
        NoOrderInForce, NotPermitted, LookupUnknown, NotApproved.
    """
    lookup, rule = _opened(lookup_id, actor, at)
    first, past = rules.second_of(lookup.from_at), rules.second_of(lookup.until_at)
    asked = [(person, first, past) for person in lookup.persons]
    if lookup.kind is LookupKind.GENERATIONS:
        return presence.generations(asked, rule)
    return presence.contacts(asked, rule)


@emergency_door(Purpose.TRACING)
@writes_refusals("venues.lookup_refused")
def answer_exposures(
    *, lookup_id: UUID, carrying: Carrying | None, actor: Actor, at: datetime
) -> list[Exposure]:
    """Who was exposed by the people asked about, by venue and day; of those who carry on the exposed, too.

    Raises:
        NoOrderInForce, NotPermitted, LookupUnknown, NotApproved.
    """
    lookup, rule = _opened(lookup_id, actor, at)
    first, past = rules.second_of(lookup.from_at), rules.second_of(lookup.until_at)
    asked = [(person, first, past) for person in lookup.persons]
    return presence.exposed_generations(asked, rule, carrying)


def _row(lookup_id: UUID, actor: Actor) -> models.Lookup:
    row = models.Lookup.objects.filter(inside(actor, TRACE), id=lookup_id).first()
    if row is None:
        raise LookupUnknown()
    return row


def _opened(lookup_id: UUID, actor: Actor, at: datetime) -> tuple[Lookup, VenueRule]:
    """An approved question, counted and written down before its answer is looked for."""
    require(actor, TRACE)
    lookup = lookup_of(_row(lookup_id, actor))
    rule = venue_rule(on=legal_day(at))
    is_fresh = lookup.decided_at is not None and at - lookup.decided_at < timedelta(
        hours=rule.lookup_hours
    )
    if lookup.state is not LookupState.APPROVED or not is_fresh:
        raise NotApproved(hours=rule.lookup_hours)
    with transaction.atomic():
        models.Lookup.objects.filter(id=lookup_id).update(opened=F("opened") + 1)
        write_down(
            "venues.ways_read",
            "WaysLookup",
            lookup_id,
            actor=actor,
            at=at,
            reason=f"case {lookup.case_number}",
            details={"persons": list(lookup.persons), "kind": lookup.kind.value},
        )
    return lookup, rule
