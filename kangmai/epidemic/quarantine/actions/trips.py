"""Call an ambulance for a contact, and write down each step until it is disinfected and ready again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.capacity import queries as places
from kangmai.epidemic.capacity.errors import SiteUnknown
from kangmai.epidemic.orders.queries import emergency_door, find_in_force, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import events, models, rules
from kangmai.epidemic.quarantine.errors import AlreadyOnTheWay, NotInThisState, ReasonMissing
from kangmai.epidemic.quarantine.reach import DISPATCH, require_any, trip_locked
from kangmai.epidemic.quarantine.reading import trip_of
from kangmai.epidemic.quarantine.types import Step, Trip
from kangmai.epidemic.tracing import queries as contacts
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.kernel.ids import uuid7
from kangmai.registry import queries as registry

COLUMNS = {
    Step.LEFT: "left_at",
    Step.ARRIVED: "arrived_at",
    Step.HANDED_OVER: "handed_over_at",
    Step.DISINFECTED: "disinfected_at",
}


@emergency_door(Purpose.QUARANTINE)
def call_ambulance(
    *,
    ambulance_id: int,
    contact_id: UUID,
    to_site: int | None = None,
    to_organization: int | None = None,
    crew: str,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Trip:
    """Send an ambulance that is ready for a contact; the same key again returns the first trip.

    Args:
        to_site, to_organization: where to: a quarantine site, or a hospital; one of them.
        crew: who drives and cares, as the crew signs.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, AmbulanceUnknown, SiteUnknown, OrganizationUnknown,
        ReasonMissing (no crew), NotInThisState (the ambulance is not ready).
        AlreadyOnTheWay: another one is under way for this contact.
    """
    require_any(actor, DISPATCH)
    first = models.Trip.objects.filter(called_by=actor.account, key=key).first()
    if first is not None:
        return trip_of(first)
    if not crew.strip():
        raise ReasonMissing()
    ambulance = places.get_ambulance(ambulance_id, actor=actor, at=at)
    require(actor, DISPATCH, ambulance.place_code)
    contact = contacts.get_contact(contact_id, actor=actor, at=at).contact
    _check_goal(to_site, to_organization, actor)
    with transaction.atomic():
        order = find_in_force(Purpose.QUARANTINE, place=contact.place_code, at=at)
        order = order or in_force(Purpose.QUARANTINE, place=ambulance.place_code, at=at)
        capacity.send_out(ambulance_id=ambulance_id, at=at)
        row = _insert(
            id=uuid7(), order_id=order.id, ambulance_id=ambulance_id, organization_id=ambulance.organization,
            place_code=ambulance.place_code, contact_id=contact.id, to_site=to_site,
            to_organization=None if to_site is not None else to_organization, crew=crew.strip()[:120],
            called_at=at, called_by=actor.account, key=key,
        )  # fmt: skip
        _tell("quarantine.trip_called", events.TRIP_CALLED, row, actor, at)
    return trip_of(row)


def _insert(**columns: Any) -> models.Trip:
    try:
        with transaction.atomic():
            return models.Trip.objects.create(**columns)
    except IntegrityError as error:
        if "quarantine_trip_one_a_person" not in str(error):
            raise
        raise AlreadyOnTheWay() from None


def _check_goal(to_site: int | None, to_organization: int | None, actor: Actor) -> None:
    if to_site is not None:
        if places.find_site(to_site) is None:
            raise SiteUnknown()
    elif to_organization is None:
        raise ReasonMissing()
    else:
        registry.get_organization(organization_id=to_organization, actor=actor)


@emergency_door(Purpose.QUARANTINE)
def take_step(
    *, trip_id: UUID, step: Step, said_at: datetime, expected_version: int, actor: Actor, at: datetime
) -> Trip:  # fmt: skip
    """Write down the next step of a trip and when it was.

    Raises:
        NoOrderInForce, NotPermitted, TripUnknown, ChangedMeanwhile, TimesOutOfOrder.
        NotInThisState: another step comes first, or the trip is over.
    """
    with transaction.atomic():
        row = trip_locked(trip_id, actor=actor, at=at)
        require_version(row.version, expected_version)
        awaited = trip_of(row).next
        if step is not awaited:
            raise NotInThisState(state=awaited.value if awaited else "over")
        done = [row.called_at, *(getattr(row, column) for column in COLUMNS.values())]
        rules.check_time(said_at, after=done, now=at)
        setattr(row, COLUMNS[step], said_at)
        row.version += 1
        row.save(update_fields=[COLUMNS[step], "version"])
        if step is Step.HANDED_OVER:
            capacity.to_disinfect(ambulance_id=row.ambulance_id, at=at)
        if step is Step.DISINFECTED:
            capacity.disinfected(ambulance_id=row.ambulance_id, at=at)
        event = events.TRIP_ENDED if step is Step.DISINFECTED else events.TRIP_CALLED
        _tell(f"quarantine.trip_{step.name.lower()}", event, row, actor, at)
    return trip_of(row)


@emergency_door(Purpose.QUARANTINE)
def call_off(*, trip_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime) -> Trip:  # fmt: skip
    """Call back an ambulance that has nobody on board yet.

    Raises:
        NoOrderInForce, NotPermitted, TripUnknown, ReasonMissing, ChangedMeanwhile, NotInThisState.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = trip_locked(trip_id, actor=actor, at=at)
        require_version(row.version, expected_version)
        awaited = trip_of(row).next
        if awaited not in (Step.LEFT, Step.ARRIVED):
            raise NotInThisState(state=awaited.value if awaited else "over")
        row.cancelled_at, row.reason, row.version = at, reason.strip()[:200], row.version + 1
        row.save(update_fields=["cancelled_at", "reason", "version"])
        capacity.disinfected(ambulance_id=row.ambulance_id, at=at)
        _tell("quarantine.trip_called_off", events.TRIP_ENDED, row, actor, at)
    return trip_of(row)


def _tell(action: str, event: str, row: models.Trip, actor: Actor, at: datetime) -> None:
    write_down(action, "AmbulanceTrip", row.id, actor=actor, at=at)
    announce(event, row.id, {"order": str(row.order_id), "place": row.place_code}, at=at)
