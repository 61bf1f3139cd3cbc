"""Areas counted apart, what is counted elsewhere, and consortia."""

from dataclasses import dataclass
from datetime import date

from kangmai.kernel.actor import PlaceRange
from kangmai.kernel.ids import OrganizationId


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
class ReportingPlace:
    """What is counted in another area than it lies in: an institution by its id, or a division."""

    id: int
    organization_id: OrganizationId | None
    division_code: str
    lies_in: str
    reports_to: str
    from_on: date
    to_on: date | None
    document: str
    version: int


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
