"""A day at the clinic: visits with their doses, and what keeps a dose from being given."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.words import Words


class Step(StrEnum):
    """Where somebody is in the clinic."""

    ARRIVED = "arrived"
    CLEARED = "cleared"
    AGREED = "agreed"
    OBSERVED = "observed"
    DONE = "done"
    DEFERRED = "deferred"
    LEFT = "left"


WAITING = (Step.ARRIVED, Step.CLEARED, Step.AGREED, Step.OBSERVED)
"""Steps at which somebody is still in the clinic."""


class DoseState(StrEnum):
    """What became of a dose that was planned for today."""

    PLANNED = "planned"
    GIVEN = "given"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Block:
    """Why a dose must not be given now, in both languages."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class Planned:
    """A dose of today's visit."""

    id: UUID
    vaccine: str
    dose: int | None
    state: DoseState
    drop_reason: str
    given_at: datetime | None
    immunization: str
    site: str
    lot: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One attendance at the clinic."""

    id: UUID
    organization: int
    resident_id: int
    on: date
    number: int
    step: Step
    arrived_at: datetime
    temperature: float | None
    consent_by: str
    consented_at: datetime | None
    observed_from: datetime | None
    observe_until: datetime | None
    released_at: datetime | None
    note: str
    next_on: date | None
    next_vaccines: tuple[str, ...]
    version: int
    doses: tuple[Planned, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Injected:
    """What an injection came to."""

    visit: Visit
    immunization: str
    is_repeated: bool = False
