"""Trips of ambulances, for who sends them and for their crews."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.capacity import queries as capacity
from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import models
from kangmai.epidemic.quarantine.errors import TripUnknown
from kangmai.epidemic.quarantine.queries.guests import NOBODY
from kangmai.epidemic.quarantine.reach import DISPATCH, DRIVE, require_any, trips_of
from kangmai.epidemic.quarantine.reading import trip_of
from kangmai.epidemic.quarantine.types import Ride, Trip
from kangmai.epidemic.tracing import queries as contacts
from kangmai.kernel.actor import Actor

MOST = 100


@emergency_door(Purpose.QUARANTINE)
def rides(*, with_ended: bool = False, actor: Actor, at: datetime) -> tuple[Ride, ...]:
    """Trips that an actor sends or drives, the newest call first, with whom each is for while it lasts; written down.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require_any(actor, DRIVE, DISPATCH)
    rows = models.Trip.objects.filter(trips_of(actor, at))
    if not with_ended:
        rows = rows.filter(disinfected_at=None, cancelled_at=None)
    return _rides([trip_of(row) for row in rows.order_by("-called_at", "-id")[:MOST]], actor, at)


@emergency_door(Purpose.QUARANTINE)
@writes_refusals("quarantine.trip_refused")
def get_ride(trip_id: UUID, *, actor: Actor, at: datetime) -> Ride:
    """One trip; written down. Raises NoOrderInForce, NotPermitted, TripUnknown."""
    require_any(actor, DRIVE, DISPATCH)
    row = models.Trip.objects.filter(trips_of(actor, at), id=trip_id).first()
    if row is None:
        raise TripUnknown()
    return _rides([trip_of(row)], actor, at)[0]


def _rides(trips: Sequence[Trip], actor: Actor, at: datetime) -> tuple[Ride, ...]:
    ids = {each.contact_id for each in trips if each.contact_id is not None and each.next is not None}  # fmt: skip
    known = contacts.contacts_by_id(ids, purpose="trips_listed", actor=actor, at=at) if ids else {}
    vehicles = capacity.ambulances_by_id({each.ambulance_id for each in trips})
    sites = {each.to_site: capacity.find_site(each.to_site) for each in trips if each.to_site is not None}  # fmt: skip
    return tuple(
        Ride(
            each, vehicles.get(each.ambulance_id), sites.get(each.to_site or 0),
            known[each.contact_id][1] if each.contact_id in known else NOBODY,
        )
        for each in trips
    )  # fmt: skip
