"""Equipment and beds."""

from dataclasses import dataclass
from datetime import date

from kangmai.kernel.ids import OrganizationId


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
