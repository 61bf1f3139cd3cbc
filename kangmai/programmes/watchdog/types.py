"""What the watchdog speaks of: detectors with their limits, findings, answers, the rows behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from kangmai.kernel.ids import OrganizationId
from kangmai.kernel.words import Words


class State(StrEnum):
    """Where a finding stands."""

    TEAM = "team"
    """The team is asked; once its time is over quality control sees the finding, too."""
    ANSWERED = "answered"
    """The team has said how it came to this; quality control looks at the answer."""
    CLOSED = "closed"


class Show(StrEnum):
    """Which findings of a list."""

    WAITING = "waiting"
    """What waits for the reader: for a team its answer, for quality control a look."""
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


class Deed(StrEnum):
    """What was done with a finding."""

    FOUND = "found"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Compared:
    """Values of a programme's visits that seldom agree by chance: at most with this probability."""

    programme: str
    measures: tuple[str, ...]
    chance: Decimal


@dataclass(frozen=True, slots=True)
class Digits:
    """A measure whose last digit is counted, in steps of its device."""

    measure: str
    step: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """How far a measure can change between two visits at most so many days apart."""

    measure: str
    unit: str
    days: int
    from_age: int
    up_percent: Decimal | None
    down_percent: Decimal | None
    up: Decimal | None
    down: Decimal | None


@dataclass(frozen=True, slots=True)
class Detector:
    """One thing that is looked for. `limits` are numbers by name, as its page explains them."""

    id: str
    title: Words
    meaning: Words
    limits: Mapping[str, Decimal]
    digits: tuple[Digits, ...] = ()
    compared: tuple[Compared, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a team may answer, or for what reason quality control may close."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything the watchdog goes by on a day."""

    version: str
    window_days: int
    budget: Decimal
    """How many findings by chance a night may bring at most, expected over all its exact tests together."""
    most_rows: int
    deadline: str
    detectors: Mapping[str, Detector]
    answers: Mapping[str, Answer]
    closings: Mapping[str, Answer]
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """Whose visits are looked at together; `circle` is the programme where it has a label of its own."""

    circle: str
    organization: OrganizationId
    account: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """What a detector found of a unit.

    `figures` are numbers and codes for the sentence that says what was found. `chance` is an upper bound
    of the probability of as much with honest data; None for a detector that does not reckon with one.
    """

    detector: str
    unit: Unit
    about: str
    first_on: date
    last_on: date
    rows: tuple[UUID, ...]
    figures: Mapping[str, Any]
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What a night did."""

    tests: int
    """How many exact tests shared the budget."""
    found: int
    seen_again: int


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did with a finding."""

    deed: Deed
    code: str
    note: str
    account: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as a reader may see it."""

    id: UUID
    detector: str
    circle: str
    organization: OrganizationId
    account: int
    about: str
    place_code: str
    first_on: date
    last_on: date
    figures: Mapping[str, Any]
    chance: float | None
    row_count: int
    rule_version: str
    state: State
    found_at: datetime
    due_at: datetime
    last_seen_at: datetime
    answer: str
    closing: str
    version: int
    steps: tuple[Step, ...] = ()

    def is_with_quality(self, at: datetime) -> bool:
        """Whether it waits for quality control: answered, or the team's time is over."""
        is_late = self.state is State.TEAM and self.due_at < at
        return self.state is State.ANSWERED or is_late


@dataclass(frozen=True, slots=True)
class Evidence:
    """One visit behind a finding. `person` numbers the residents of the finding: who they are the page of
    the visit says to whom may know."""

    visit: UUID
    person: int
    programme: str
    service: str
    visited_on: date
    entered_at: datetime
    method: str
    measures: Mapping[str, Any] = field(repr=False)
    is_complete: bool = True
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of findings; `next` asks for the one behind, empty at the end."""

    rows: tuple[Finding, ...]
    next: str
