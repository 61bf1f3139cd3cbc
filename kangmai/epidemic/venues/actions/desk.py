"""The desk of a hotel or port: who stands there, who arrives, which room, who leaves."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.access import queries as access
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import desks, models
from kangmai.epidemic.venues.actions.register import enrol
from kangmai.epidemic.venues.desk_types import Arrival, ArrivalFacts, Clerk
from kangmai.epidemic.venues.errors import (
    AlreadyHere,
    AlreadyLeft,
    ArrivalTimeWrong,
    ArrivalUnknown,
    ClerkUnknown,
    FactsMissing,
    LoginUnknown,
    NoDeskThere,
    VenueUnknown,
)
from kangmai.epidemic.venues.reach import MANAGE, inside
from kangmai.epidemic.venues.types import Origin, PersonFacts
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down
from kangmai.kernel.ids import AccountId, uuid7
from kangmai.kernel.words import Words

LATE = timedelta(days=7)
"""So far back an arrival may be written down after it."""
EARLY = timedelta(minutes=5)
"""Clocks differ."""


@emergency_door(Purpose.REGISTRATION)
def appoint_clerk(*, venue_id: int, login: str, actor: Actor, at: datetime) -> Clerk:
    """Let an account stand at the desk of a venue; the same account again changes nothing.

    Raises:
        NoOrderInForce, NotPermitted, VenueUnknown, NoDeskThere, LoginUnknown.
    """
    with transaction.atomic():
        venue = _kept(venue_id, actor)
        if venue.kind not in desks.kinds(at) or venue.closed_at is not None:
            raise NoDeskThere()
        account = access.find_account_id(login=login) if login.strip() else None
        if account is None:
            raise LoginUnknown()
        order = in_force(Purpose.REGISTRATION, place=venue.place_code, at=at)
        row, is_new = models.Clerk.objects.get_or_create(
            venue=venue,
            account_id=account,
            until_at=None,
            defaults={
                "id": uuid7(),
                "order_id": order.id,
                "from_at": at,
                "appointed_by": actor.account,
            },
        )
        if is_new:
            write_down("venues.clerk_appointed", "Venue", venue.id, actor=actor, at=at)
    name = access.account_names(ids=[account]).get(account, "")
    return Clerk(row.id, venue.id, AccountId(account), name, row.from_at)


@emergency_door(Purpose.REGISTRATION)
def dismiss_clerk(*, clerk_id: UUID, actor: Actor, at: datetime) -> None:
    """End somebody's standing at a desk: he sees nothing of it any more.

    Raises:
        NoOrderInForce, NotPermitted, ClerkUnknown.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        venues = models.Venue.objects.filter(inside(actor, MANAGE)).values("id")
        rows = models.Clerk.objects.select_for_update().filter(venue_id__in=venues)
        row = rows.filter(id=clerk_id).first()
        if row is None:
            raise ClerkUnknown()
        if row.until_at is None:
            row.until_at = at
            row.save(update_fields=["until_at"])
            write_down("venues.clerk_dismissed", "Venue", row.venue_id, actor=actor, at=at)


@emergency_door(Purpose.REGISTRATION)
def check_in(
    *, venue_id: int, facts: ArrivalFacts, key: str, actor: Actor, at: datetime
) -> Arrival:
    """Write down who arrived, and register him under the order; the same key again returns the first.

    Raises:
        NoOrderInForce, NotPermitted, DeskUnknown, FactsMissing, DocumentUnfit, TelephoneIncorrect,
        ArrivalTimeWrong, DocumentOfAnother, AlreadyHere.
    """
    with transaction.atomic():
        venue = desks.own_desk(venue_id, actor=actor, at=at)
        first = _written(actor, key)
        if first is not None:
            return desks.arrival_of(first)
        origin = desks.kinds(at)[venue.kind].desk or Origin.HOTEL
        facts = _checked(facts, has_rooms=origin is Origin.HOTEL, at=at)
        person = enrol(facts=_person(facts, venue), origin=origin, actor=actor, at=at)
        here = models.Arrival.objects.filter(venue=venue, person_id=person.key, left_at=None)
        if here.exists():
            raise AlreadyHere()
        facts = replace(facts, document_number=person.facts.document_number)
        row = _row(venue, facts, key, person.key, person.order_id, actor)
        row.save(force_insert=True)
        write_down("venues.arrived", "VenueArrival", str(row.id), actor=actor, at=at)
    return desks.arrival_of(row)


@emergency_door(Purpose.REGISTRATION)
def change_room(
    *, arrival_id: UUID, room: str, expected_version: int, actor: Actor, at: datetime
) -> Arrival:
    """Write down that a guest has another room now.

    Raises:
        NoOrderInForce, NotPermitted, ArrivalUnknown, AlreadyLeft, FactsMissing, ChangedMeanwhile.
    """
    if not room.strip():
        raise FactsMissing(fields=Words("房间", "room"))
    with transaction.atomic():
        row = _here(arrival_id, expected_version, actor, at)
        known = desks.arrival_of(row)
        _write(row, replace(known.facts, room=room.strip()[:20]), "")
        write_down("venues.room_changed", "VenueArrival", str(row.id), actor=actor, at=at)
    return desks.arrival_of(row)


@emergency_door(Purpose.REGISTRATION)
def check_out(
    *,
    arrival_id: UUID,
    left_at: datetime,
    went_to: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Arrival:
    """Write down that somebody left, and where he goes on to.

    Raises:
        NoOrderInForce, NotPermitted, ArrivalUnknown, AlreadyLeft, ArrivalTimeWrong, ChangedMeanwhile.
    """
    with transaction.atomic():
        row = _here(arrival_id, expected_version, actor, at)
        if not row.arrived_at <= left_at <= at + EARLY:
            raise ArrivalTimeWrong()
        row.left_at = left_at
        _write(row, desks.arrival_of(row).facts, went_to.strip()[:60])
        write_down("venues.left", "VenueArrival", str(row.id), actor=actor, at=at)
    return desks.arrival_of(row)


def _kept(venue_id: int, actor: Actor) -> models.Venue:
    require(actor, MANAGE)
    rows = models.Venue.objects.select_for_update().filter(inside(actor, MANAGE))
    row = rows.filter(id=venue_id).first()
    if row is None:
        raise VenueUnknown()
    return row


def _written(actor: Actor, key: str) -> models.Arrival | None:
    rows = models.Arrival.objects.select_related("person")
    return rows.filter(written_by=actor.account, key=key).first()


def _checked(facts: ArrivalFacts, *, has_rooms: bool, at: datetime) -> ArrivalFacts:
    missing = [
        word
        for word, value in (
            ("姓名/name", facts.name),
            ("证件号码/document", facts.document_number),
            ("来自/from", facts.arrived_from),
            ("房间/room", facts.room if has_rooms else "-"),
        )
        if not value.strip()
    ]
    if missing:
        raise FactsMissing(fields="、".join(missing))
    if not at - LATE <= facts.arrived_at <= at + EARLY:
        raise ArrivalTimeWrong()
    return replace(
        facts,
        name=facts.name.strip()[:60],
        arrived_from=facts.arrived_from.strip()[:60],
        room=facts.room.strip()[:20] if has_rooms else "",
        vehicle=facts.vehicle.strip()[:30],
    )


def _person(facts: ArrivalFacts, venue: models.Venue) -> PersonFacts:
    """Who arrives is registered where he stays now, as far as the order is concerned."""
    return PersonFacts(
        name=facts.name,
        document_kind=facts.document_kind,
        document_number=facts.document_number,
        phone=facts.phone,
        place_code=venue.place_code,
        address=f"{venue.name} {facts.room}".strip(),
        arrived_from=facts.arrived_from,
    )


def _row(
    venue: models.Venue, facts: ArrivalFacts, key: str, person: int, order_id: UUID, actor: Actor
) -> models.Arrival:
    id = uuid7()
    content_key, content = desks.close(id, facts)
    return models.Arrival(
        id=id,
        order_id=order_id,
        venue=venue,
        person_id=person,
        content=content,
        content_key=content_key,
        arrived_at=facts.arrived_at,
        written_by=actor.account,
        key=key,
    )


def _here(arrival_id: UUID, expected_version: int, actor: Actor, at: datetime) -> models.Arrival:
    """An arrival of the actor's desk who has not left, its desk locked."""
    row = models.Arrival.objects.filter(id=arrival_id).first()
    if row is None:
        raise ArrivalUnknown()
    desks.own_desk(row.venue_id, actor=actor, at=at)
    row = models.Arrival.objects.select_related("person").get(id=arrival_id)
    require_version(row.version, expected_version)
    if row.left_at is not None:
        raise AlreadyLeft()
    return row


def _write(row: models.Arrival, facts: ArrivalFacts, went_to: str) -> None:
    row.content_key, row.content = desks.close(row.id, facts, went_to)
    row.version += 1
    row.save(update_fields=["content", "content_key", "left_at", "version"])
