"""Lists of the work: cards that wait, 协查, zero reports, the survey of missed reports."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.kernel.ids import AccountId, OrganizationId

T = TypeVar("T")


class AssistanceState(StrEnum):
    """How a request to the county of residence stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Show(StrEnum):
    """Which cards of a list."""

    DRAFTS = "drafts"
    TO_SUBMIT = "to_submit"
    """Diagnosed and not submitted, or returned."""
    TO_REVIEW = "to_review"
    TO_END = "to_end"
    """Reviewed by the county, not by the city."""
    TO_PLACE = "to_place"
    """School or workplace not yet matched."""
    ALL = "all"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """协查: the county of residence is asked to take a case on."""

    id: UUID
    card_id: UUID
    number: str
    disease: str
    from_code: str
    to_code: str
    state: AssistanceState
    asked_at: datetime.datetime
    decided_at: datetime.datetime | None
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[T, ...]
    next: str


class Missed(StrEnum):
    """How a case of the record stands against the cards."""

    ON_TIME = "on_time"
    LATE = "late"
    UNDECIDED = "undecided"
    """Drafted, and nobody has decided within the time of the task."""
    MISSED = "missed"
    """The record has the disease and there is no card."""
    DISMISSED = "dismissed"
    WAITING = "waiting"
    """Diagnosed, within its limit, no receipt yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLine:
    """One resident with one disease in the record, and the card of it."""

    standing: Missed
    disease: str
    code: str
    resource_id: str
    organization: int
    recorded_on: datetime.date
    card_id: UUID | None
    number: str
    hours_late: float | None


@dataclass(frozen=True, slots=True)
class Survey:
    """The comparison of a period."""

    period_from: datetime.date
    period_to: datetime.date
    looked_at: int
    is_cut: bool
    """More records fit than were looked at."""
    sums: Mapping[Missed, int]
    lines: tuple[SurveyLine, ...]


@dataclass(frozen=True, slots=True)
class ZeroReport:
    """An institution's statement that a day had no case."""

    organization: OrganizationId
    day: datetime.date
    stated_at: datetime.datetime
    account: AccountId


@dataclass(frozen=True, slots=True)
class ReportingDay:
    """What an institution reported for a day: cards, zero, or nothing."""

    organization: OrganizationId
    day: datetime.date
    cards: int
    is_zero: bool

    @property
    def is_silent(self) -> bool:
        """Whether nothing was said."""
        return not self.cards and not self.is_zero
