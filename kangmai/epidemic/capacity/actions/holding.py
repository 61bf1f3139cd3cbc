"""What quarantine does to rooms and ambulances, inside its own transaction and after its own check of rights.

A room knows how many have a claim on it and under which order, never who. When an order is over its rooms
are let go even if the stays themselves were erased already.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.capacity import models, rules
from kangmai.epidemic.capacity.errors import (
    AmbulanceUnknown,
    NotInThisState,
    RoomFull,
    RoomUnknown,
    SiteIsClosed,
)
from kangmai.epidemic.capacity.reading import ambulance_of, room_of, site_of
from kangmai.epidemic.capacity.types import Ambulance, AmbulanceState, Room, RoomState, Site

CLAIMABLE = (RoomState.FREE, RoomState.RESERVED, RoomState.OCCUPIED)


def claim_room(*, room_id: int, order_id: UUID, at: datetime) -> tuple[Room, Site]:
    """Lock a room and give one more person a claim on it.

    Raises:
        RoomUnknown, SiteIsClosed, RoomFull.
        NotInThisState: it is being cleaned, closed, or held under another order.
    """
    row = _room(room_id)
    site = models.Site.objects.get(id=row.site_id)
    if site.closed_on is not None:
        raise SiteIsClosed()
    if RoomState(row.state) not in CLAIMABLE or row.order_id not in (None, order_id):
        raise NotInThisState(state=row.state)
    if row.taken >= row.beds:
        raise RoomFull(number=row.number, beds=row.beds)
    row.taken, row.order_id = row.taken + 1, order_id
    if row.state == RoomState.FREE.value:
        row.state = RoomState.RESERVED.value
    return _saved(row, at), site_of(site)


def occupy(*, room_id: int, at: datetime) -> tuple[Room, Site]:
    """Somebody who has a claim on a room is in it now. Raises RoomUnknown."""
    row = _room(room_id)
    row.state = RoomState.OCCUPIED.value
    return _saved(row, at), site_of(models.Site.objects.get(id=row.site_id))


def let_go(*, room_id: int, at: datetime) -> Room:
    """One claim on a room ends; the last one of a room that was slept in leaves it to be cleaned."""
    row = _room(room_id)
    row.state = rules.after_leaving(RoomState(row.state), row.taken).value
    row.taken = max(0, row.taken - 1)
    if not row.taken:
        row.order_id = None
    return _saved(row, at)


def free_rooms_except(*, orders: Collection[UUID], at: datetime) -> int:
    """Let go of every room that is held under no order of these; those that were slept in are to be cleaned."""
    held = models.Room.objects.select_for_update().filter(order_id__isnull=False)
    rows = list(held.exclude(order_id__in=orders).order_by("id"))
    for row in rows:
        row.state = rules.after_leaving(RoomState(row.state), 1).value
        row.taken, row.order_id, row.changed_at, row.version = 0, None, at, row.version + 1
    models.Room.objects.bulk_update(rows, ["state", "taken", "order_id", "changed_at", "version"])
    return len(rows)


def send_out(*, ambulance_id: int, at: datetime) -> Ambulance:
    """An ambulance that is ready is called. Raises AmbulanceUnknown, NotInThisState."""
    return _drive(ambulance_id, AmbulanceState.READY, AmbulanceState.OUT, at)


def to_disinfect(*, ambulance_id: int, at: datetime) -> Ambulance:
    """An ambulance handed over its patient. Raises AmbulanceUnknown, NotInThisState."""
    return _drive(ambulance_id, AmbulanceState.OUT, AmbulanceState.DISINFECTING, at)


def disinfected(*, ambulance_id: int, at: datetime) -> Ambulance:
    """An ambulance is ready again; one that was called back without a patient, too. Raises AmbulanceUnknown."""
    row = _ambulance(ambulance_id)
    return _set(row, AmbulanceState.READY, at)


def _drive(id: int, current: AmbulanceState, into: AmbulanceState, at: datetime) -> Ambulance:
    row = _ambulance(id)
    if row.state != current.value:
        raise NotInThisState(state=row.state)
    return _set(row, into, at)


def _set(row: models.Ambulance, into: AmbulanceState, at: datetime) -> Ambulance:
    row.state, row.changed_at, row.version = into.value, at, row.version + 1
    row.save(update_fields=["state", "changed_at", "version"])
    return ambulance_of(row)


def _ambulance(id: int) -> models.Ambulance:
    row = models.Ambulance.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise AmbulanceUnknown()
    return row


def _room(id: int) -> models.Room:
    row = models.Room.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise RoomUnknown()
    return row


def _saved(row: models.Room, at: datetime) -> Room:
    row.changed_at, row.version = at, row.version + 1
    row.save(update_fields=["state", "taken", "order_id", "changed_at", "version"])
    return room_of(row)
