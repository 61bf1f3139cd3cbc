"""An authority to act for a resident."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kangmai.kernel.ids import OrganizationId, ResidentId


class Kind(StrEnum):
    """By what right somebody acts for a resident; also the name of the role in which he does."""

    GUARDIAN = "guardian"
    AUTHORISED = "authorised"


class Power(StrEnum):
    """What an authority covers."""

    RECORD = "record"
    """Read the record and who looked at it."""
    CARD = "card"
    """Show and suspend the e-health card."""
    DECIDE = "decide"
    """Share the record, and object to sight."""


@dataclass(frozen=True, slots=True)
class Authority:
    """One resident may act for another."""

    id: int
    holder: ResidentId
    subject: ResidentId
    kind: Kind
    powers: frozenset[Power]
    evidence: str
    from_on: date
    to_on: date | None
    """The day from which it no longer holds."""
    ended_at: datetime | None
    organization: OrganizationId | None
    """Where it was recorded; None where the resident did it himself."""
    version: int

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return (
            self.ended_at is None and self.from_on <= on and (self.to_on is None or on < self.to_on)
        )


@dataclass(frozen=True, slots=True)
class Relative:
    """The other side of an authority, as a page names it."""

    authority: Authority
    resident_id: ResidentId
    index_number: str
    name: str
    birth_date: date | None
