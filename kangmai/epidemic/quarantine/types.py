"""What quarantine deals in: stays in rooms, guests as the site's staff sees them, trips of ambulances, figures."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.epidemic.capacity.types import Ambulance, Room, Site
from kangmai.epidemic.tracing.types import Contact, Facts, Plan


class StayState(StrEnum):
    """How far a stay is."""

    EXPECTED = "expected"
    STAYING = "staying"
    LEFT = "left"
    CANCELLED = "cancelled"


OPEN = (StayState.EXPECTED, StayState.STAYING)


class Leaving(StrEnum):
    """How somebody left a room."""

    HOME = "home"
    """Released from following."""
    HOME_QUARANTINE = "home quarantine"
    """The days in a site are over, those at home begin."""
    HOSPITAL = "hospital"
    OTHER = "other"
    MOVED = "moved"
    """To another room: the next stay goes on."""
    ENDED = "ended"
    """The order was over."""


BY_HAND = (Leaving.HOME, Leaving.HOME_QUARANTINE, Leaving.HOSPITAL, Leaving.OTHER)


class Step(StrEnum):
    """The steps of a trip after the call, in their order."""

    LEFT = "left"
    ARRIVED = "arrived"
    HANDED_OVER = "handed over"
    DISINFECTED = "disinfected"


@dataclass(frozen=True, slots=True)
class Occupant:
    """Somebody in a room, as far as the rule of sharing asks: where he was exposed, and for whom he cares."""

    stay: UUID
    cohort: str
    cares_for: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A contact's claim on a room, from the assignment to the day he left."""

    id: UUID
    order_id: UUID
    contact_id: UUID | None
    site_id: int
    room_id: int
    place_code: str
    cohort: str
    cares_for: UUID | None
    state: StayState
    assigned_at: datetime
    arrived_at: datetime | None
    left_at: datetime | None
    leaving: Leaving | None
    handed_to: str
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in a room of a site, or on the way there, with who he is and how he is followed."""

    stay: Stay
    room: Room
    contact: Contact | None
    facts: Facts
    plan: Plan | None
    differs: bool
    """He shares the room with somebody who was exposed elsewhere, as tracing knows it now."""


@dataclass(frozen=True, slots=True)
class Trip:
    """An ambulance brings a contact to a site or a hospital."""

    id: UUID
    order_id: UUID
    ambulance_id: int
    contact_id: UUID | None
    to_site: int | None
    to_organization: int | None
    place_code: str
    crew: str
    called_at: datetime
    left_at: datetime | None
    arrived_at: datetime | None
    handed_over_at: datetime | None
    disinfected_at: datetime | None
    cancelled_at: datetime | None
    reason: str
    version: int

    @property
    def next(self) -> Step | None:
        """The step that is awaited; None when the trip is over."""
        if self.cancelled_at is not None:
            return None
        done = (self.left_at, self.arrived_at, self.handed_over_at, self.disinfected_at)
        return next((step for step, at in zip(Step, done, strict=True) if at is None), None)


@dataclass(frozen=True, slots=True)
class Ride:
    """A trip with its ambulance and whom it is for."""

    trip: Trip
    ambulance: Ambulance | None
    site: Site | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class QuarantineFigures:
    """Quarantine in sites of an area, in numbers."""

    staying: int
    expected: int
    arrived_today: int
    left_today: int
    overdue_to_leave: int
    """Released by tracing, and still in the room."""
    by_site: tuple[tuple[int, str, int], ...]
    """Site, its name, people staying there."""
    trips_under_way: int
    on: date
