"""Give a contact a room, take him in, check him daily, move him, let him go.

Locks are taken in one order: the stay, then its rooms by number, then (in tracing) the contact.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.capacity import queries as places
from kangmai.epidemic.capacity.errors import SiteUnknown
from kangmai.epidemic.capacity.types import Room, Site
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import events, models, rules
from kangmai.epidemic.quarantine.errors import (
    AlreadyHoused,
    ExposuresDiffer,
    NotFollowed,
    NotInThisState,
    NotReleased,
    ReasonMissing,
    StageNotOver,
    StayUnknown,
    StepUnknown,
)
from kangmai.epidemic.quarantine.reach import (
    ASSIGN,
    RUN,
    lent,
    may,
    require_any,
    stay_locked,
)
from kangmai.epidemic.quarantine.reading import occupant_of, stay_of
from kangmai.epidemic.quarantine.types import BY_HAND, OPEN, Leaving, Occupant, Stay, StayState
from kangmai.epidemic.tracing import actions as tracing
from kangmai.epidemic.tracing import queries as contacts
from kangmai.epidemic.tracing import rules as following
from kangmai.epidemic.tracing.types import Contact, ContactState, Half, Plan, Where
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day

EARLIEST = timedelta(days=7)
"""How long ago an arrival may have been that is entered now."""


@emergency_door(Purpose.QUARANTINE)
def assign(
    *,
    contact_id: UUID,
    room_id: int,
    caregiver_for: UUID | None = None,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Stay:
    """Give a contact whom the actor follows a claim on a room; the same key again returns the first.

    Args:
        caregiver_for: the stay of somebody in that room for whom the contact cares.

    Raises:
        NoOrderInForce, NotPermitted, ContactUnknown, RoomUnknown, SiteIsClosed, RoomFull.
        NotFollowed: judged none, released, or a case by now.
        AlreadyHoused: has a room.
        ExposuresDiffer: somebody there was exposed elsewhere, and neither cares for the other.
    """
    require_any(actor, ASSIGN)
    first = models.Stay.objects.filter(assigned_by=actor.account, key=key).first()
    if first is not None:
        return stay_of(first)
    contact = _followed(contacts.get_contact(contact_id, actor=actor, at=at).contact)
    site = _site_of_room(room_id, ASSIGN, actor)
    try:
        with transaction.atomic():
            order = in_force(Purpose.QUARANTINE, place=site.place_code, at=at)
            room, site = capacity.claim_room(room_id=room_id, order_id=order.id, at=at)
            row = _entered(contact.id, room, site, order.id, caregiver_for, key, actor, at)
            _tell("quarantine.assigned", events.ASSIGNED, row, actor, at)
    except IntegrityError as error:
        raise _housed(error) from None
    return stay_of(row)


def _followed(contact: Contact) -> Contact:
    if contact.state is not ContactState.FOLLOWED:
        raise NotFollowed(state=contact.state.value)
    return contact


def _site_of_room(room_id: int, permission: str, actor: Actor) -> Site:
    """The site of a room where the actor holds a permission. Raises SiteUnknown."""
    room = places.room_by_id([room_id]).get(room_id)
    site = None if room is None else places.find_site(room.site_id)
    if site is None or not may(site.id, permission, actor):
        raise SiteUnknown()
    return site


def _housed(error: IntegrityError) -> Exception:
    return AlreadyHoused() if "quarantine_stay_one_room_each" in str(error) else error


def _entered(
    contact_id: UUID,
    room: Room,
    site: Site,
    order_id: UUID,
    cares_for: UUID | None,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> models.Stay:
    id = uuid7()
    mark = rules.cohort(contact_id, contacts.cases_met([contact_id], at=at).get(contact_id, ()))
    _require_fit(Occupant(id, mark, cares_for), room)
    return models.Stay.objects.create(
        id=id, order_id=order_id, contact_id=contact_id, site_id=site.id, room_id=room.id,
        place_code=site.place_code, cohort=mark, cares_for_id=cares_for, state=StayState.EXPECTED.value,
        assigned_at=at, assigned_by=actor.account, key=key,
    )  # fmt: skip


def _require_fit(newcomer: Occupant, room: Room) -> None:
    """Let pass whom the people of a room, which is locked, may share it with. Raises StayUnknown, ExposuresDiffer."""
    rows = models.Stay.objects.filter(room_id=room.id, state__in=[each.value for each in OPEN])
    people = [occupant_of(row) for row in rows]
    if newcomer.cares_for is not None and newcomer.cares_for not in {each.stay for each in people}:
        raise StayUnknown()
    if not rules.may_share([*people, newcomer]):
        raise ExposuresDiffer(room=room.number)


@emergency_door(Purpose.QUARANTINE)
def arrive(
    *, stay_id: UUID, arrived_at: datetime, expected_version: int, actor: Actor, at: datetime
) -> Stay:
    """Take in somebody who is expected. Tracing hears that he is in quarantine, and its clock of the transfer stops.

    Raises:
        NoOrderInForce, NotPermitted, StayUnknown, ChangedMeanwhile, NotInThisState, TimesOutOfOrder.
    """
    with transaction.atomic():
        row = stay_locked(stay_id, RUN, actor=actor, at=at)
        require_version(row.version, expected_version)
        _arrive(row, arrived_at, actor, at)
    return stay_of(row)


def _arrive(row: models.Stay, arrived_at: datetime, actor: Actor, at: datetime) -> None:
    if row.state != StayState.EXPECTED.value:
        raise NotInThisState(state=row.state)
    rules.check_time(arrived_at, after=[row.assigned_at - EARLIEST], now=at)
    room, site = capacity.occupy(room_id=row.room_id, at=at)
    row.state, row.arrived_at = StayState.STAYING.value, arrived_at
    _save(row, "state", "arrived_at")
    _settle(row, site.name, room.number, arrived_at, actor, at)
    _tell("quarantine.arrived", events.ARRIVED, row, actor, at)


def _settle(
    row: models.Stay, place: str, room: str, since: datetime, actor: Actor, at: datetime
) -> None:
    assert row.contact_id is not None
    tracing.settle(
        contact_id=row.contact_id, where=Where.PLACE, place=place, room=room, from_at=since, key=f"stay:{row.id}",
        actor=lent(actor), at=at,
    )  # fmt: skip


@emergency_door(Purpose.QUARANTINE)
def admit(
    *,
    contact_id: UUID,
    room_id: int,
    arrived_at: datetime,
    caregiver_for: UUID | None = None,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Stay:
    """Give a contact a room and take him in at once; for who both follows contacts and runs the site.

    Raises:
        What `assign` and `arrive` raise.
    """
    with transaction.atomic():
        stay = assign(contact_id=contact_id, room_id=room_id, caregiver_for=caregiver_for, key=key, actor=actor, at=at)  # fmt: skip
        if stay.state is not StayState.EXPECTED:
            return stay
        return arrive(stay_id=stay.id, arrived_at=arrived_at, expected_version=stay.version, actor=actor, at=at)  # fmt: skip


@emergency_door(Purpose.QUARANTINE)
def check(
    *,
    stay_id: UUID,
    half: Half,
    temperature_c: float | None,
    symptoms: Collection[str],
    actor: Actor,
    at: datetime,
) -> None:
    """Write down the daily check of a guest, in tracing, where all his checks stand.

    Raises:
        NoOrderInForce, NotPermitted, StayUnknown, NotInThisState, WordUnknown, CheckUnreadable.
    """
    with transaction.atomic():
        row = stay_locked(stay_id, RUN, actor=actor, at=at)
        if row.state != StayState.STAYING.value or row.contact_id is None:
            raise NotInThisState(state=row.state)
        tracing.check(
            contact_id=row.contact_id, day=legal_day(at), half=half, temperature_c=temperature_c, symptoms=symptoms,
            actor=lent(actor), at=at,
        )  # fmt: skip


@emergency_door(Purpose.QUARANTINE)
def move(
    *,
    stay_id: UUID,
    room_id: int,
    reason: str,
    expected_version: int,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Stay:
    """Move a guest to another room, of this site or of another that the actor runs; his stay ends and the next goes on.

    Raises:
        NoOrderInForce, NotPermitted, StayUnknown, ReasonMissing, ChangedMeanwhile, NotInThisState, SiteUnknown,
        RoomUnknown, SiteIsClosed, RoomFull, ExposuresDiffer.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = stay_locked(stay_id, RUN, actor=actor, at=at)
        again = models.Stay.objects.filter(assigned_by=actor.account, key=key).first()
        if again is not None:
            return stay_of(again)
        require_version(row.version, expected_version)
        if row.state != StayState.STAYING.value or row.contact_id is None or room_id == row.room_id:
            raise NotInThisState(state=row.state)
        site = _site_of_room(room_id, RUN, actor)
        order = in_force(Purpose.QUARANTINE, place=site.place_code, at=at)
        if room_id > row.room_id:
            capacity.let_go(room_id=row.room_id, at=at)
        room, site = capacity.claim_room(room_id=room_id, order_id=order.id, at=at)
        if room_id < row.room_id:
            capacity.let_go(room_id=row.room_id, at=at)
        _end(row, Leaving.MOVED, at, "", reason)
        following_stay = _entered(row.contact_id, room, site, order.id, None, key, actor, at)
        _arrive(following_stay, at, actor, at)
        _tell("quarantine.moved", events.LEFT, row, actor, at)
    return stay_of(following_stay)


@emergency_door(Purpose.QUARANTINE)
def leave(
    *,
    stay_id: UUID,
    how: Leaving,
    handed_to: str,
    left_at: datetime,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Stay:
    """Let a guest go; his room is cleaned before the next.

    Args:
        handed_to: the community, hospital or other who takes him over.

    Raises:
        NoOrderInForce, NotPermitted, StayUnknown, ReasonMissing, ChangedMeanwhile, NotInThisState, TimesOutOfOrder.
        NotReleased: he goes home, and tracing follows him still.
        StageNotOver: his days in a site are not over.
    """
    if how not in BY_HAND:
        raise StepUnknown()
    if not handed_to.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = stay_locked(stay_id, RUN, actor=actor, at=at)
        require_version(row.version, expected_version)
        if row.state != StayState.STAYING.value:
            raise NotInThisState(state=row.state)
        rules.check_time(left_at, after=[row.arrived_at], now=at)
        contact, plan = _standing(row, actor, at)
        _require_may_leave(how, contact, plan, at)
        capacity.let_go(room_id=row.room_id, at=at)
        _end(row, how, left_at, handed_to, "")
        if how is Leaving.HOME_QUARANTINE and contact is not None:
            tracing.settle(
                contact_id=contact.id, where=Where.HOME, place="", from_at=left_at, key=f"home:{row.id}",
                actor=lent(actor), at=at,
            )  # fmt: skip
        _tell("quarantine.left", events.LEFT, row, actor, at)
    return stay_of(row)


def _standing(row: models.Stay, actor: Actor, at: datetime) -> tuple[Contact | None, Plan | None]:
    """The contact of a stay as tracing knows him now, and what following asks of him."""
    if row.contact_id is None:
        return None, None
    found = contacts.contacts_by_id([row.contact_id], purpose="guest_leaves", actor=actor, at=at)
    if row.contact_id not in found:
        return None, None
    contact = found[row.contact_id][0]
    plan = following.plan(
        following.edition(contact.edition), contact.kind, last_exposure_on=contact.last_exposure_on,
        determined_on=legal_day(contact.judged_at or at),
    )  # fmt: skip
    return contact, plan


def _require_may_leave(
    how: Leaving, contact: Contact | None, plan: Plan | None, at: datetime
) -> None:
    followed = contact is not None and contact.state is ContactState.FOLLOWED
    if how is Leaving.HOME and followed:
        raise NotReleased()
    last = rules.site_stage_ends(plan)
    if how is Leaving.HOME_QUARANTINE and followed and last is not None and legal_day(at) <= last:
        raise StageNotOver(until=last.isoformat())


@emergency_door(Purpose.QUARANTINE)
def cancel(*, stay_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime) -> Stay:  # fmt: skip
    """Take back the room of somebody who never came.

    Raises:
        NoOrderInForce, NotPermitted, StayUnknown, ReasonMissing, ChangedMeanwhile, NotInThisState.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = stay_locked(stay_id, RUN, ASSIGN, actor=actor, at=at)
        require_version(row.version, expected_version)
        if row.state != StayState.EXPECTED.value:
            raise NotInThisState(state=row.state)
        capacity.let_go(room_id=row.room_id, at=at)
        row.state, row.reason = StayState.CANCELLED.value, reason.strip()[:200]
        _save(row, "state", "reason")
        _tell("quarantine.cancelled", events.LEFT, row, actor, at)
    return stay_of(row)


def _end(row: models.Stay, how: Leaving, left_at: datetime, handed_to: str, reason: str) -> None:
    row.state, row.leaving, row.left_at = StayState.LEFT.value, how.value, left_at
    row.handed_to, row.reason = handed_to.strip()[:120], reason.strip()[:200]
    _save(row, "state", "leaving", "left_at", "handed_to", "reason")


def _save(row: models.Stay, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def _tell(action: str, event: str, row: models.Stay, actor: Actor, at: datetime) -> None:
    write_down(action, "QuarantineStay", row.id, reason=row.leaving or "", actor=actor, at=at)
    data = {
        "order": str(row.order_id), "site": row.site_id, "place": row.place_code, "contact": str(row.contact_id),
        "how": row.leaving or "",
    }  # fmt: skip
    announce(event, row.id, data, at=at)
