"""Commitments: what was promised, by whom, until when, and how far it is."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.analytics.types import Figure
from kangmai.kernel.ids import OrganizationId
from kangmai.standards.periods import Period


class Kind(StrEnum):
    """By what progress is told."""

    INDICATOR = "indicator"
    MILESTONES = "milestones"


class Standing(StrEnum):
    """How a commitment stands."""

    REACHED = "reached"
    """The target is met, or every milestone is done; nobody has concluded it yet."""
    UNDER_WAY = "under way"
    BEHIND = "behind"
    """The last weeks have begun and the target is not met, or a milestone is late."""
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    """Its indicator has no value."""
    KEPT = "kept"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


CONCLUDED = (Standing.KEPT, Standing.MISSED, Standing.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of a commitment."""

    id: UUID
    title: str
    due_on: date
    done_on: date | None
    proof: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that something was done: words and the document they rest on."""

    text: str
    document: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a commitment is, as counted now.

    Attributes:
        figure: the indicator's figure, of commitments that have one.
        done, of: milestones.
        late: milestones whose day is over.
    """

    standing: Standing
    figure: Figure | None
    done: int
    of: int
    late: int
    days_left: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise with its owner and day.

    Attributes:
        period: what the indicator is counted for.
        conclusion: what was said when it was concluded; the frozen figure that it rests on.
    """

    id: UUID
    title: str
    area: str
    year: int
    kind: Kind
    indicator: str
    period: Period | None
    target: Decimal | None
    owner: OrganizationId
    due_on: date
    source: str
    standing: Standing | None
    conclusion: str
    freeze: UUID | None
    milestones: tuple[Milestone, ...]
    is_invented: bool
    version: int
