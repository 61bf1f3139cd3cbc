"""What capacity deals in: sites and rooms, facilities, beds as reported, ambulances, and the figures of an area."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import OrganizationId
from kangmai.kernel.words import Words


class RoomState(StrEnum):
    """What a room of a quarantine site is just now."""

    FREE = "free"
    RESERVED = "reserved"
    OCCUPIED = "occupied"
    CLEANING = "cleaning"
    CLOSED = "closed"


HELD = (RoomState.RESERVED, RoomState.OCCUPIED)
"""States in which somebody has a claim on a room."""


class AmbulanceState(StrEnum):
    """What an ambulance is just now; one that came back is not ready before it was disinfected."""

    READY = "ready"
    OUT = "out"
    DISINFECTING = "disinfecting"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A quarantine site as somebody opens it; the institution is the one that runs it."""

    name: str
    organization: int
    place_code: str
    address: str = ""
    phone: str = ""
    hospital_km: float | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A hotel, school or centre where people are in quarantine."""

    id: int
    name: str
    organization: OrganizationId
    place_code: str
    address: str
    phone: str
    hospital_km: float | None
    opened_on: date
    closed_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a site; `taken` counts the people who have a claim on it, `order_id` says under which order."""

    id: int
    site_id: int
    number: str
    kind: str
    beds: int
    state: RoomState
    taken: int
    order_id: UUID | None
    reason: str
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class RoomCounts:
    """Rooms by state."""

    free: int = 0
    reserved: int = 0
    occupied: int = 0
    cleaning: int = 0
    closed: int = 0

    @property
    def total(self) -> int:
        """All rooms."""
        return self.usable + self.closed

    @property
    def usable(self) -> int:
        """Rooms that are not closed."""
        return self.free + self.reserved + self.occupied + self.cleaning

    def __add__(self, other: "RoomCounts") -> "RoomCounts":
        return RoomCounts(
            self.free + other.free, self.reserved + other.reserved, self.occupied + other.occupied,
            self.cleaning + other.cleaning, self.closed + other.closed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site on the board; `guests` is how many people have a claim on its rooms."""

    site: Site
    rooms: RoomCounts
    guests: int


@dataclass(frozen=True, slots=True)
class Facility:
    """That an institution is a designated hospital, a fever clinic and so on, from a day on."""

    id: int
    organization: OrganizationId
    kind: str
    place_code: str
    since_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Beds:
    """The beds of a ward by status. Only staffed beds can be used; what is left of them is free."""

    set_up: int = 0
    staffed: int = 0
    occupied: int = 0
    reserved: int = 0
    disinfecting: int = 0
    blocked: int = 0

    @property
    def free(self) -> int:
        """Staffed beds into which somebody can be put now."""
        return self.staffed - self.occupied - self.reserved - self.disinfecting - self.blocked

    def __add__(self, other: "Beds") -> "Beds":
        return Beds(
            self.set_up + other.set_up, self.staffed + other.staffed, self.occupied + other.occupied,
            self.reserved + other.reserved, self.disinfecting + other.disinfecting, self.blocked + other.blocked,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BedReport:
    """What an institution said of the beds of one ward, and when; `is_stale` when that is too long ago."""

    id: UUID
    organization: OrganizationId
    place_code: str
    ward: str
    beds: Beds
    reported_at: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True)
class WardLine:
    """A kind of ward in an area. Stale reports are counted in and said; nothing is reported: beds unknown, not zero."""

    ward: str
    beds: Beds
    institutions: int
    stale: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class BedLine:
    """An institution on the bed board: its facilities and the latest report of each ward."""

    organization: OrganizationId
    place_code: str
    kinds: tuple[str, ...]
    reports: tuple[BedReport, ...]


@dataclass(frozen=True, slots=True)
class Ambulance:
    """A vehicle and where it stands."""

    id: int
    call_sign: str
    organization: OrganizationId
    place_code: str
    is_negative_pressure: bool
    state: AmbulanceState
    version: int


@dataclass(frozen=True, slots=True)
class CapacityFigures:
    """What an area can still take."""

    sites: int
    rooms: RoomCounts
    guests: int
    wards: tuple[WardLine, ...]
    facilities: Mapping[str, int]
    ambulances: Mapping[AmbulanceState, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """Kinds of wards, facilities and rooms, and when a report is too old."""

    wards: Mapping[str, Words]
    facilities: Mapping[str, Words]
    rooms: Mapping[str, Words]
    stale_hours: int
    rooms_per_10000: int
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class SiteLoadRow:
    """A site with its rooms for loading at once."""

    facts: SiteFacts
    numbers: tuple[str, ...]
