"""Quarantine in numbers, for the command page and the daily bulletin."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from kangmai.epidemic.capacity import queries as capacity
from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import models
from kangmai.epidemic.quarantine.reach import COUNT
from kangmai.epidemic.quarantine.types import QuarantineFigures, StayState
from kangmai.epidemic.tracing import queries as contacts
from kangmai.epidemic.tracing.types import ContactState
from kangmai.kernel.actor import Actor, PlaceRange, require, subtree
from kangmai.standards.calendars import LEGAL_TIME, legal_day


@emergency_door(Purpose.QUARANTINE)
def figures(*, area: str = "", actor: Actor, at: datetime) -> QuarantineFigures:
    """How many are in rooms, expected, came and went today, and trips under way, in the actor's part of an area.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, COUNT)
    rows = models.Stay.objects.filter(_seen(actor, area), order_id__in=living(at=at))
    today = legal_day(at)
    midnight = datetime(today.year, today.month, today.day, tzinfo=LEGAL_TIME)
    during = {"gte": midnight, "lt": midnight + timedelta(days=1)}
    counted = rows.aggregate(
        staying=Count("id", filter=Q(state=StayState.STAYING.value)),
        expected=Count("id", filter=Q(state=StayState.EXPECTED.value)),
        arrived_today=Count("id", filter=Q(**{f"arrived_at__{k}": v for k, v in during.items()})),
        left_today=Count("id", filter=Q(**{f"left_at__{k}": v for k, v in during.items()})),
    )
    staying = rows.filter(state=StayState.STAYING.value)
    by_site = staying.values_list("site_id").annotate(n=Count("id")).order_by("-n", "site_id")
    names = {id: site.name if (site := capacity.find_site(id)) else "" for id, _n in by_site}
    trips = models.Trip.objects.filter(_seen(actor, area), order_id__in=living(at=at), disinfected_at=None, cancelled_at=None)  # fmt: skip
    return QuarantineFigures(
        **counted,
        overdue_to_leave=_released(list(staying.values_list("contact_id", flat=True)), at),
        by_site=tuple((id, names[id], n) for id, n in by_site),
        trips_under_way=trips.count(),
        on=today,
    )


def _released(ids: list[object], at: datetime) -> int:
    states = contacts.states_of([id for id in ids if id is not None], at=at)  # type: ignore[misc]
    return sum(state is ContactState.RELEASED for state in states.values())


def _seen(actor: Actor, area: str) -> Q:
    found = Q(pk__in=[])
    for grant in actor.grants:
        if {COUNT, "*"} & grant.permissions:
            for place in grant.places:
                found |= _within(place)
    return found & _within(subtree(area)) if area else found


def _within(place: PlaceRange) -> Q:
    return Q(place_code__gte=place.low, place_code__lt=place.high)
