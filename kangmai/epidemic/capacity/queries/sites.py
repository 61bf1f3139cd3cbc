"""Quarantine sites with their rooms by state, and ambulances."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q, Sum

from kangmai.epidemic.capacity import models
from kangmai.epidemic.capacity.errors import AmbulanceUnknown, RoomUnknown
from kangmai.epidemic.capacity.reach import READ, area_of, near
from kangmai.epidemic.capacity.reach import get_site as site_seen
from kangmai.epidemic.capacity.reading import ambulance_of, room_of, site_of
from kangmai.epidemic.capacity.types import (
    Ambulance,
    AmbulanceState,
    Room,
    RoomCounts,
    RoomState,
    Site,
    SiteLine,
)
from kangmai.kernel.actor import Actor, require

MOST = 500


def site_lines(
    *, area: str = "", with_closed: bool = False, actor: Actor, at: datetime
) -> tuple[SiteLine, ...]:
    """The sites of an area that an actor sees, by place and name, with their rooms by state and how many are in them.

    Raises:
        NotPermitted, AreaUnknown.
    """
    require(actor, READ)
    rows = models.Site.objects.filter(near(actor, READ), area_of(area))
    if not with_closed:
        rows = rows.filter(closed_on=None)
    counts = {each.value: Count("rooms", filter=Q(rooms__state=each.value)) for each in RoomState}
    rows = rows.annotate(**counts, guests=Sum("rooms__taken", default=0))
    return tuple(
        SiteLine(
            site_of(row), RoomCounts(**{each.value: getattr(row, each.value) for each in RoomState}), row.guests
        )
        for row in rows.order_by("place_code", "name", "id")[:MOST]
    )  # fmt: skip


def get_site(site_id: int, *, actor: Actor, at: datetime) -> Site:
    """One site. Raises NotPermitted, SiteUnknown."""
    return site_of(site_seen(site_id, actor=actor))


def find_site(site_id: int) -> Site | None:
    """One site, for rooms of the house that have checked the right to see it."""
    row = models.Site.objects.filter(id=site_id).first()
    return None if row is None else site_of(row)


def runs_site(site_id: int, *, permission: str, actor: Actor) -> bool:
    """Whether an actor holds a permission at a site: in its place or in the institution that runs it."""
    return models.Site.objects.filter(near(actor, permission), id=site_id).exists()


def rooms(
    site_id: int, *, states: Collection[RoomState] = (), actor: Actor, at: datetime
) -> tuple[Room, ...]:
    """The rooms of a site by number, in some states if asked. Raises NotPermitted, SiteUnknown."""
    rows = site_seen(site_id, actor=actor).rooms.all()
    if states:
        rows = rows.filter(state__in=[each.value for each in states])
    return tuple(map(room_of, sorted(rows[: 4 * MOST], key=lambda row: (len(row.number), row.number))))  # fmt: skip


def get_room(room_id: int, *, actor: Actor, at: datetime) -> Room:
    """One room. Raises NotPermitted, RoomUnknown."""
    require(actor, READ)
    sites = models.Site.objects.filter(near(actor, READ)).values("id")
    row = models.Room.objects.filter(id=room_id, site_id__in=sites).first()
    if row is None:
        raise RoomUnknown()
    return room_of(row)


def room_by_id(ids: Collection[int]) -> dict[int, Room]:
    """Rooms by id, for rooms of the house that have checked the right to see them."""
    return {row.id: room_of(row) for row in models.Room.objects.filter(id__in=ids)}


def ambulances(
    *, area: str = "", state: AmbulanceState | None = None, actor: Actor, at: datetime
) -> tuple[Ambulance, ...]:
    """The ambulances of an area that an actor sees, by call sign. Raises NotPermitted, AreaUnknown."""
    require(actor, READ)
    rows = models.Ambulance.objects.filter(near(actor, READ), area_of(area))
    if state is not None:
        rows = rows.filter(state=state.value)
    return tuple(map(ambulance_of, rows.order_by("call_sign")[:MOST]))


def get_ambulance(ambulance_id: int, *, actor: Actor, at: datetime) -> Ambulance:
    """One ambulance. Raises NotPermitted, AmbulanceUnknown."""
    require(actor, READ)
    row = models.Ambulance.objects.filter(near(actor, READ), id=ambulance_id).first()
    if row is None:
        raise AmbulanceUnknown()
    return ambulance_of(row)


def ambulances_by_id(ids: Collection[int]) -> dict[int, Ambulance]:
    """Ambulances by id, for rooms of the house that have checked the right to see them."""
    return {row.id: ambulance_of(row) for row in models.Ambulance.objects.filter(id__in=ids)}
