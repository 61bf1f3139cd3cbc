"""Report cards of what followed a vaccination."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Severity(StrEnum):
    """How grave a reaction is; all but the first must be reported within two hours."""

    ORDINARY = "ordinary"
    SEVERE = "severe"
    DISABILITY = "disability"
    DEATH = "death"
    CLUSTER = "cluster"
    CONCERN = "concern"


class AefiState(StrEnum):
    """Where a report card of a reaction is."""

    DRAFT = "draft"
    REPORTED = "reported"
    RETURNED = "returned"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Aefi:
    """A report card of what followed a vaccination."""

    id: UUID
    resident_id: int
    organization: int
    place_code: str
    vaccines: tuple[str, ...]
    vaccinated_on: date | None
    onset_at: datetime
    found_at: datetime
    reaction: str
    severity: Severity
    state: AefiState
    class_code: str
    narrative: str
    review_note: str
    reported_at: datetime | None
    reviewed_at: datetime | None
    version: int
