"""Book a place in a site's queue, for oneself or for somebody at the counter."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from kangmai.epidemic.nucleic_acid import models, people, rules
from kangmai.epidemic.nucleic_acid.errors import (
    AlreadyBooked,
    NotInThisState,
    SiteUnknown,
    SlotFull,
)
from kangmai.epidemic.nucleic_acid.reach import OWN, SAMPLE, covers
from kangmai.epidemic.nucleic_acid.types import PersonId, RoundState
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId

SLOT = timedelta(minutes=30)
BOOKABLE_SHARE = 0.5
"""Half of what a site can do is left to those who come without a booking: nobody is sent away for want of a phone."""


def slot_of(instant: datetime) -> datetime:
    """The half hour an instant lies in."""
    return instant.replace(minute=instant.minute // 30 * 30, second=0, microsecond=0)


def places_in_slot(site: models.Site) -> int:
    """How many may book a half hour at a site."""
    hourly = rules.edition(on=site.round.edition_from).capacity["people_an_hour"]
    return int(site.lanes * hourly[str(site.round.mode)] / 2 * BOOKABLE_SHARE)


@emergency_door(Purpose.TESTING)
def book(
    *, site_id: int, slot_at: datetime, number: str = "", actor: Actor, at: datetime
) -> models.Booking:
    """Book the half hour of an instant; the same booking again changes nothing.

    Args:
        number: of the resident index or an identity card, by a worker; else the resident himself.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, AlreadyBooked, SlotFull.
        NotInThisState: the round is over, or the half hour is past or outside the round.
    """
    site = models.Site.objects.select_related("round").filter(id=site_id).first()
    if site is None:
        raise SiteUnknown()
    in_force(Purpose.TESTING, place=site.place_code, at=at)
    person = _person(site, number, actor)
    slot = slot_of(slot_at)
    if site.round.state == RoundState.CLOSED.value or not (
        slot + SLOT > at and site.round.opens_at <= slot_at < site.round.closes_at
    ):
        raise NotInThisState(what=site.name, state="closed")
    with transaction.atomic():
        _lock(site.id, slot)
        same = identity.same_resident_ids(ResidentId(person))
        known = models.Booking.objects.filter(round=site.round, person_id__in=same).first()
        if known is not None:
            if (known.site_id, known.slot_at) == (site.id, slot):
                return known
            raise AlreadyBooked(slot=known.slot_at.isoformat(timespec="minutes"))
        if models.Booking.objects.filter(site=site, slot_at=slot).count() >= places_in_slot(site):
            raise SlotFull(slot=slot.isoformat(timespec="minutes"))
        return models.Booking.objects.create(
            round=site.round, site=site, slot_at=slot, person_id=person, created_at=at
        )


def _lock(site_id: int, slot: datetime) -> None:
    """Let one booking of a half hour pass at a time, so that the last place is given once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [site_id, int(slot.timestamp()) // 1800]
        )


def _person(site: models.Site, number: str, actor: Actor) -> PersonId:
    if not number:
        require(actor, OWN)
        return PersonId(own_resident(actor))
    require(actor, SAMPLE)
    known = people.residents({number})
    if number not in known or not covers(actor, SAMPLE, site.place_code, site.organization_id):
        raise SiteUnknown()
    return PersonId(known[number])


def own_resident(actor: Actor) -> ResidentId:
    """The resident whose account this is. Raises NotPermitted."""
    require(actor, OWN)
    return min(actor.scope.residents)


@emergency_door(Purpose.TESTING)
def cancel_booking(*, booking_id: int, actor: Actor, at: datetime) -> None:
    """Give a booked place back; one's own, under whichever number it was booked.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown.
    """
    same = identity.same_resident_ids(own_resident(actor))
    gone, _ = models.Booking.objects.filter(id=booking_id, person_id__in=same).delete()
    if not gone:
        raise SiteUnknown()
