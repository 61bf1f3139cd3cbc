"""Cold places, their temperatures and loggers, and breaks of the cold chain."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kangmai.programmes.vaccination.types.stock import Lot


class Verdict(StrEnum):
    """What was decided on doses that a broken cold chain put aside."""

    OPEN = "open"
    RELEASED = "released"
    DISCARDED = "discarded"


class ReadingSource(StrEnum):
    """Who says how cold it was."""

    HAND = "hand"
    FILE = "file"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Fridge:
    """A cold place of an institution, with how it stands."""

    id: UUID
    organization: int
    name: str
    kind: str
    low: float
    high: float
    latest_at: datetime | None = None
    latest: float | None = None
    readings_today: int = 0
    is_broken: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A temperature."""

    at: datetime
    celsius: float
    source: ReadingSource
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Logger:
    """A device that sends the temperatures of a cold place."""

    id: UUID
    fridge: UUID
    name: str
    registered_at: datetime
    seen_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewLogger:
    """A logger that was just registered, with the token that is told this once."""

    logger: Logger
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoggerReading:
    """A temperature as a logger sends it, with its own id of it."""

    id: str
    at: datetime
    celsius: float


@dataclass(frozen=True, slots=True)
class ReadingsTaken:
    """What came of a batch: new ones, those known, and which were refused for what."""

    taken: int
    repeated: int
    refused: tuple[tuple[str, str], ...]
    """Id of the reading and `future`, `too_old`, `unlikely` or `id_reused`."""
    breach: UUID | None


@dataclass(frozen=True, slots=True)
class BreachLot:
    """A lot put aside, with the decision on it."""

    id: UUID
    lot: Lot
    doses: int
    verdict: Verdict
    reason: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Breach:
    """A time in which a cold place was not as cold as it must be."""

    id: UUID
    fridge: UUID
    fridge_name: str
    organization: int
    began_at: datetime
    ended_at: datetime | None
    lowest: float
    highest: float
    version: int
    lots: tuple[BreachLot, ...]
