"""Desks of hotels and ports, who stands there, and who arrived; each reading of people is written down."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from kangmai.access import queries as access
from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import desks as standing
from kangmai.epidemic.venues import models
from kangmai.epidemic.venues.desk_types import Arrival, Clerk, Desk, Staying
from kangmai.epidemic.venues.reach import MANAGE, inside
from kangmai.epidemic.venues.types import Origin
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import AccountId
from kangmai.standards.calendars import legal_day, start_of_day


@emergency_door(Purpose.REGISTRATION)
def desks(*, after: int = 0, limit: int = 50, actor: Actor, at: datetime) -> tuple[Desk, ...]:
    """The desks that an actor stands at, and those of the places where he registers people, newest first.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    rows = standing.desks_of(actor, at).order_by("-id")
    if after:
        rows = rows.filter(id__lt=after)
    return _desks(list(rows[:limit]), actor, at)


@emergency_door(Purpose.REGISTRATION)
def get_desk(*, venue_id: int, actor: Actor, at: datetime) -> Desk:
    """One desk. Raises NoOrderInForce, NotPermitted, DeskUnknown."""
    return _desks([standing.desk_of(venue_id, actor=actor, at=at)], actor, at)[0]


def _desks(rows: list[models.Venue], actor: Actor, at: datetime) -> tuple[Desk, ...]:
    kinds, today = standing.kinds(at), start_of_day(legal_day(at))
    counted = (
        models.Arrival.objects.filter(venue__in=rows, order_id__in=living(at=at))
        .values("venue_id")
        .annotate(
            staying=Count("id", filter=Q(left_at=None)),
            today=Count("id", filter=Q(arrived_at__gte=today)),
        )
    )
    numbers = {each["venue_id"]: (each["staying"], each["today"]) for each in counted}
    own = models.Venue.objects.filter(standing.stands_at(actor), id__in=[row.id for row in rows])
    written = set(own.values_list("id", flat=True))
    return tuple(
        Desk(
            venue_id=row.id,
            name=row.name,
            kind=row.kind,
            place_code=row.place_code,
            has_rooms=kinds[row.kind].desk is Origin.HOTEL,
            staying=numbers.get(row.id, (0, 0))[0],
            arrived_today=numbers.get(row.id, (0, 0))[1],
            may_write=row.id in written,
        )
        for row in rows
    )


@emergency_door(Purpose.REGISTRATION)
def arrivals(
    *,
    venue_id: int,
    show: Staying = Staying.HERE,
    after: UUID | None = None,
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> tuple[Arrival, ...]:
    """Who arrived at a desk and is here or left, last arrival first, below `after`; audited.

    Raises:
        NoOrderInForce, NotPermitted, DeskUnknown.
    """
    venue = standing.desk_of(venue_id, actor=actor, at=at)
    rows = models.Arrival.objects.filter(
        venue=venue, order_id__in=living(at=at), left_at__isnull=show is Staying.HERE
    )
    last = rows.filter(id=after).first() if after is not None else None
    if last is not None:
        rows = rows.filter(
            Q(arrived_at__lt=last.arrived_at) | Q(arrived_at=last.arrived_at, id__lt=last.id)
        )
    found = list(rows.select_related("person").order_by("-arrived_at", "-id")[:limit])
    write_down("venues.arrivals_read", "Venue", venue.id, actor=actor, at=at)
    return standing.arrivals_of(found)


@emergency_door(Purpose.REGISTRATION)
def clerks(*, venue_id: int, actor: Actor, at: datetime) -> tuple[Clerk, ...]:
    """Who stands at the desk of a venue that the actor keeps, by name.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, MANAGE)
    venues = models.Venue.objects.filter(inside(actor, MANAGE), id=venue_id)
    rows = models.Clerk.objects.filter(venue__in=venues, until_at=None)
    names = access.account_names(ids=[row.account_id for row in rows])
    found = [
        Clerk(row.id, row.venue_id, AccountId(row.account_id), names.get(row.account_id, ""), row.from_at)
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.name, each.id)))


def desk_kinds(*, at: datetime) -> frozenset[str]:
    """The kinds of venues that have a desk. Raises UnknownDefinition."""
    return frozenset(standing.kinds(at))
