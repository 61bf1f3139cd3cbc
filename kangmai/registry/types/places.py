"""Places and classes."""

from dataclasses import dataclass
from datetime import date, datetime

from kangmai.registry.types.kinds import PlaceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """What people say about a school, nursery, care home or work site."""

    code: str
    kind: PlaceKind
    name: str
    division_code: str
    credit_code: str = ""
    headcount: int | None = None
    capacity: int | None = None
    address: str = ""
    phone: str = ""
    longitude: float | None = None
    latitude: float | None = None
    point_kind: str = ""
    is_invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as kept."""

    id: int
    code: str
    kind: str
    name: str
    division_code: str
    credit_code: str
    headcount: int | None
    capacity: int | None
    address: str
    phone: str
    longitude: float | None
    latitude: float | None
    point_kind: str
    fhir_id: str
    is_invented: bool
    closed_on: date | None
    sort_key: str
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """A class of a school or a group of a care home, for one school year."""

    place_id: int
    name: str
    from_on: date
    grade: str = ""
    to_on: date | None = None
    headcount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClass:
    """A class as kept."""

    id: int
    place_id: int
    name: str
    grade: str
    from_on: date
    to_on: date | None
    headcount: int | None
