"""Values of health records: which lie dead and why, how many are used, what one was used for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import HealthRecordNumber, OrganizationId, ResidentId


class Show(StrEnum):
    """Which dead records a list holds."""

    ALL = "all"
    UNUSED = "unused"
    """No service within the period."""
    BLANK = "blank"
    """A number was given, basic information was never written."""
    STALE = "stale"
    """Basic information was not looked through within the period."""


@dataclass(frozen=True, slots=True)
class RecordRule:
    """When a record counts as used, and when it lies dead (definitions/programmes/record_rule)."""

    unused_after_months: int
    stale_after_months: int
    programme: str
    service: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class DeadRecord:
    """A record that lies dead on a day."""

    resident: ResidentId
    number: HealthRecordNumber
    place_code: str
    written_on: date | None
    """When basic information was written first."""
    updated_on: date | None
    """When it was looked through latest."""
    used_on: date | None
    """The latest service that the reader may know of."""
    reasons: tuple[Show, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One service that used a record; a programme is empty for a vaccination."""

    on: date
    programme: str
    service: str
    organization: OrganizationId | None
    visit: UUID | None
    is_writing: bool
    """Basic information was written or looked through."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some dead records, and where the next page begins."""

    rows: tuple[DeadRecord, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The records of a division: how many there are, were used, lie dead."""

    place_code: str
    records: int
    used: int
    blank: int
    stale: int

    @property
    def use_percent(self) -> float | None:
        """Records with a service within the period, of a hundred."""
        return round(100 * self.used / self.records, 1) if self.records else None
