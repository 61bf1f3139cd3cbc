"""Who assigns rooms, runs a site, sends ambulances and drives them; the next county sees none of it.

The contact of a room lives anywhere: who runs the site reaches him as a guest, through a grant that is lent
for one call of tracing and stands nowhere else.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.capacity import queries as capacity
from kangmai.epidemic.orders.queries import living
from kangmai.epidemic.quarantine import models
from kangmai.epidemic.quarantine.errors import StayUnknown, TripUnknown
from kangmai.kernel.actor import EVERYWHERE, Actor, Grant, NotPermitted, is_permitted

ASSIGN = "quarantine.assign"
RUN = "quarantine.run"
COUNT = "quarantine.count"
DISPATCH = "quarantine.dispatch"
DRIVE = "quarantine.drive"
FOLLOW = "tracing.follow"


def lent(actor: Actor) -> Actor:
    """The same person with the right to follow the contact who is his guest: for one call of tracing."""
    return replace(actor, grants=(*actor.grants, Grant("quarantine", None, (EVERYWHERE,), frozenset({FOLLOW}))))  # fmt: skip


def require_any(actor: Actor, *permissions: str) -> None:
    """Let pass who holds one of some permissions anywhere. Raises NotPermitted."""
    if not any(is_permitted(actor, each) for each in permissions):
        raise NotPermitted(permission=permissions[0])


def may(site_id: int, permission: str, actor: Actor) -> bool:
    """Whether an actor holds a permission at a site."""
    return is_permitted(actor, permission) and capacity.runs_site(
        site_id, permission=permission, actor=actor
    )


def stay_locked(stay_id: UUID, *permissions: str, actor: Actor, at: datetime) -> models.Stay:
    """A stay at a site where the actor holds one of some permissions, locked. Raises NotPermitted, StayUnknown."""
    require_any(actor, *permissions)
    rows = models.Stay.objects.select_for_update().filter(order_id__in=living(at=at))
    row = rows.filter(id=stay_id).first()
    if row is None or not any(may(row.site_id, each, actor) for each in permissions):
        raise StayUnknown()
    return row


def trips_of(actor: Actor, at: datetime) -> Q:
    """The condition for trips that an actor sends or drives, under living orders."""
    found = Q(pk__in=[])
    for grant in actor.grants:
        if {DISPATCH, "*"} & grant.permissions:
            for place in grant.places:
                found |= Q(place_code__gte=place.low, place_code__lt=place.high)
        if {DRIVE, DISPATCH, "*"} & grant.permissions and grant.organization is not None:
            found |= Q(organization_id=grant.organization)
    return Q(order_id__in=living(at=at)) & found


def trip_locked(trip_id: UUID, *, actor: Actor, at: datetime) -> models.Trip:
    """A trip that an actor sends or drives, locked. Raises NotPermitted, TripUnknown."""
    require_any(actor, DRIVE, DISPATCH)
    rows = models.Trip.objects.select_for_update().filter(trips_of(actor, at))
    row = rows.filter(id=trip_id).first()
    if row is None:
        raise TripUnknown()
    return row
