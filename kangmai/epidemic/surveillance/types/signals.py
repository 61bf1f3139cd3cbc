"""A signal with its evidence, where it stands, and what keeps it silent."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kangmai.kernel.actor import Label
from kangmai.kernel.ids import OrganizationId


class State(StrEnum):
    """Where a signal stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    VERIFYING = "verifying"
    EXCLUDED = "excluded"
    SUSPECTED = "suspected"
    """Held to be a suspected event; the clock of its first report runs."""
    INVESTIGATING = "investigating"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    MERGED = "merged"


class Step(StrEnum):
    """What somebody does with a signal."""

    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    EXCLUDE = "exclude"
    SUSPECT = "suspect"
    INVESTIGATE = "investigate"
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"


class Reason(StrEnum):
    """Why a signal was no event."""

    DATA_ERROR = "data_error"
    DUPLICATE = "duplicate"
    LATE_BATCH = "late_batch"
    KNOWN_CAUSE = "known_cause"
    SEASONAL = "seasonal"
    CHANCE = "chance"


class Level(StrEnum):
    """How urgent a signal is."""

    WATCH = "watch"
    HIGH = "high"
    IMMEDIATE = "immediate"
    """One case is enough: to be verified within two hours."""


class Show(StrEnum):
    """Which signals a list holds."""

    OPEN = "open"
    NEW = "new"
    OVERDUE = "overdue"
    EVENTS = "events"
    EXCLUDED = "excluded"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One alert about one condition, place and time."""

    id: UUID
    reference: str
    group: str
    condition: str
    area_code: str
    place_id: int | None
    label: Label
    level: Level
    state: State
    priority: float
    first_day: datetime.date
    latest_day: datetime.date
    observed: float
    expected: float | None
    p: float | None
    has_rule: bool
    sources: tuple[str, ...]
    reason: Reason | None
    note: str
    raised_at: datetime.datetime
    acknowledged_at: datetime.datetime | None
    verified_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    owner_org: OrganizationId | None
    officer: int | None
    outbreak_id: UUID | None
    merged_into: UUID | None
    is_shaken: bool
    """Some of the reports it rests on were withdrawn since."""
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece of what speaks for a signal, as kept."""

    id: UUID
    layer: str
    method: str
    source: str
    condition: str
    area_code: str
    place_id: int | None
    day: datetime.date
    observed: float
    expected: float | None
    threshold: float | None
    p: float | None
    cases: tuple[str, ...]
    detail: Mapping[str, Any]
    found_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Raised:
    """What evidence did: signals raised, signals that grew, evidence kept silent."""

    new: tuple[UUID, ...] = ()
    grown: tuple[UUID, ...] = ()
    muted: int = 0


@dataclass(frozen=True, slots=True)
class NightReport:
    """What a run of the detectors did."""

    id: UUID
    on: datetime.date
    series: int
    tests: int
    alarms: int
    new: int
    grown: int
    muted: int
    seconds: float
    elsewhere: int
    """Cases of the judged week in areas that no series holds: unknown, or outside the city."""
    future: int
    """Cases dated after the day of the run: not judged before their day has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A promise not to raise signals of something somewhere until a day, by a name, for a reason."""

    id: UUID
    group: str
    area_code: str
    from_on: datetime.date
    until_on: datetime.date
    reason: str
    account: int
    silenced: int
    is_over: bool
    version: int
