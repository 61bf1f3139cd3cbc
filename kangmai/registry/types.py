"""What the registry calls things, what people say about them (…Facts), and what is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from kangmai.kernel.actor import PlaceRange
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import OrganizationId
from kangmai.standards.types import Sex


class OrganizationKind(StrEnum):
    """What an institution is for; its WS 218 type code says it more finely."""

    BUREAU = "bureau"
    CDC = "cdc"
    HOSPITAL = "hospital"
    MATERNAL_CHILD = "maternal_child"
    TOWNSHIP_HOSPITAL = "township_hospital"
    COMMUNITY_CENTRE = "community_centre"
    COMMUNITY_STATION = "community_station"
    VILLAGE_CLINIC = "village_clinic"
    CLINIC = "clinic"
    LABORATORY = "laboratory"
    EMERGENCY_CENTRE = "emergency_centre"
    BLOOD_CENTRE = "blood_centre"
    SUPERVISION = "supervision"
    QUALITY_CENTRE = "quality_centre"
    OTHER = "other"


class PlaceKind(StrEnum):
    """A place where many people are together and which is no health institution."""

    SCHOOL = "school"
    KINDERGARTEN = "kindergarten"
    NURSERY = "nursery"
    CARE_HOME = "care_home"
    WORK_SITE = "work_site"
    MARKET = "market"
    OTHER = "other"


class PointKind(StrEnum):
    """How a point on the map was found; `synthetic` ones never mix with real ones in a report."""

    SURVEYED = "surveyed"
    SEAT = "seat"
    APPROXIMATE = "approximate"
    SYNTHETIC = "synthetic"


class ConsortiumKind(StrEnum):
    """How institutions bind themselves together."""

    COUNTY = "county"
    """紧密型县域医共体: one county, staff, money and goods as one."""
    CITY = "city"
    """城市医疗集团."""
    SPECIALTY = "specialty"
    """专科联盟."""
    REMOTE = "remote"
    """远程医疗协作网."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationFacts:
    """What people say about an institution: the content of its form, of a CSV row, of a bulk load."""

    code: str
    name: str
    kind: OrganizationKind
    division_code: str
    jurisdiction_code: str = ""
    name_en: str = ""
    type_code: str = ""
    level_code: str = ""
    ownership_code: str = ""
    parent_id: int | None = None
    credit_code: str = ""
    address: str = ""
    phone: str = ""
    longitude: float | None = None
    latitude: float | None = None
    point_kind: str = ""
    is_invented: bool = False
    opened_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An institution as kept."""

    id: OrganizationId
    code: str
    name: str
    name_en: str
    kind: str
    type_code: str
    level_code: str
    ownership_code: str
    division_code: str
    jurisdiction_code: str
    parent_id: OrganizationId | None
    credit_code: str
    fhir_id: str
    address: str
    phone: str
    longitude: float | None
    latitude: float | None
    point_kind: str
    is_invented: bool
    opened_on: date | None
    closed_on: date | None
    sort_key: str
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFacts:
    """What people say about a department."""

    code: str
    name: str
    name_en: str = ""
    subject_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department as kept."""

    id: int
    organization_id: OrganizationId
    code: str
    name: str
    name_en: str
    subject_code: str
    fhir_id: str
    closed_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFacts:
    """What people say about a member of staff; the last three are kept sealed."""

    name: str
    sex: Sex = Sex.UNKNOWN
    is_invented: bool = False
    identity_number: str = ""
    phone: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A member of staff as everyone in the house may see him."""

    id: int
    name: str
    sex: str
    sort_key: str
    fhir_id: str
    is_invented: bool
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StaffDetails:
    """What only a registrar of one of his institutions may see."""

    identity_number: str
    phone: str
    birth_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """A role in an institution, from a day on."""

    staff_id: int
    organization_id: int
    role_code: str
    from_on: date
    department_id: int | None = None
    title_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as kept."""

    id: int
    staff_id: int
    organization_id: OrganizationId
    department_id: int | None
    role_code: str
    title_code: str
    fhir_id: str
    from_on: date
    to_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationFacts:
    """A licence or certificate of a member of staff."""

    staff_id: int
    kind_code: str
    number: str
    scope: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """A licence or certificate as kept."""

    id: int
    staff_id: int
    kind_code: str
    number: str
    scope: str
    issued_on: date | None
    expires_on: date | None
    revoked_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentFacts:
    """One piece of equipment."""

    organization_id: int
    kind_code: str
    name: str
    department_id: int | None = None
    model: str = ""
    serial_number: str = ""
    acquired_on: date | None = None
    is_invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A piece of equipment as kept."""

    id: int
    organization_id: OrganizationId
    department_id: int | None
    kind_code: str
    name: str
    model: str
    serial_number: str
    acquired_on: date | None
    retired_on: date | None
    is_in_repair: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BedFacts:
    """How many beds of a kind an institution has from a day on."""

    organization_id: int
    kind_code: str
    from_on: date
    available: int
    authorized: int = 0
    department_id: int | None = None
    is_invented: bool = False


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


@dataclass(frozen=True, slots=True)
class ReportingArea:
    """An area counted apart: the divisions it is made of, without those it leaves out."""

    id: int
    code: str
    name: str
    name_en: str
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    ranges: tuple[PlaceRange, ...]
    """The same as ranges of division codes, ordered and apart."""


@dataclass(frozen=True, slots=True)
class Consortium:
    """A consortium with its members on a day, the lead among them."""

    id: int
    code: str
    name: str
    name_en: str
    kind: str
    lead_id: OrganizationId
    division_code: str
    member_ids: tuple[OrganizationId, ...]


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a long list, and where the next ones begin (empty: there are none)."""

    rows: tuple[Row, ...]
    next: str


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong in a file: the line as an editor counts it, the column, and the failure."""

    line: int
    column: str
    error: KangmaiError


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. With a single error nothing is written."""

    rows: int
    created: int
    updated: int
    unchanged: int
    errors: tuple[RowError, ...]
    is_written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationLoad:
    """An institution of a bulk load; the parent, by code, comes earlier in the load or is there already."""

    facts: OrganizationFacts
    fhir_id: str = ""
    parent_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentLoad:
    """A department of a bulk load."""

    organization_id: int
    facts: DepartmentFacts
    fhir_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLoad:
    """A member of staff of a bulk load; the `staff_id` of certificates is put in when it is known."""

    facts: StaffFacts
    fhir_id: str = ""
    certificates: tuple[QualificationFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLoad:
    """A post of a bulk load."""

    facts: PostFacts
    fhir_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLoad:
    """A place of a bulk load."""

    facts: PlaceFacts
    fhir_id: str = ""
