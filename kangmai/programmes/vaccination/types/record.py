"""The vaccinations of a resident, judged, with what is to come and what puts it off."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.words import Words
from kangmai.programmes.immunization.types import Child


class Evidence(StrEnum):
    """On what a dose that was given elsewhere is entered."""

    CERTIFICATE = "certificate"
    OTHER_SYSTEM = "other_system"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A dose on record, whoever wrote it. `vaccine` is empty where its code is not one of ours."""

    id: str
    version: int
    vaccine: str
    text: str
    day: date | None
    product: str = ""
    maker: str = ""
    lot: str = ""
    expires_on: date | None = None
    site: str = ""
    route: str = ""
    place: str = ""
    vaccinator: str = ""
    trace_code: str = ""
    is_primary: bool = True
    author: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedDose:
    """A dose on record with what the schedule says of it; `is_valid` None where it says nothing."""

    recorded: Recorded
    dose: int | None
    is_valid: bool | None
    reason: Words
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One dose of the schedule that is not given, as the forecast has it."""

    series: str
    vaccine: str
    dose: int
    status: str
    earliest: date | None
    recommended: date | None
    latest: date | None
    reason: Words


@dataclass(frozen=True, slots=True)
class Deferral:
    """Vaccines that somebody must not have for now (`until`) or ever (None); no vaccine means all."""

    id: UUID
    question: str
    vaccines: tuple[str, ...]
    since: date
    until: date | None
    ended_on: date | None
    end_reason: str
    version: int

    def holds(self, vaccine: str, on: date) -> bool:
        """Whether it keeps a vaccine from being given on a day."""
        return self.is_open(on) and (not self.vaccines or vaccine in self.vaccines)

    def is_open(self, on: date) -> bool:
        """Whether it stands on a day."""
        ended = self.ended_on is not None and self.ended_on <= on
        return not ended and self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What of a child's beginnings the schedule asks for."""

    birth_weight_g: int | None = None
    gestation_weeks: int | None = None
    mother_hbsag: str = ""
    immunoglobulin: tuple[date, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """The vaccinations of one resident as of a day."""

    on: date
    doses: tuple[JudgedDose, ...]
    lines: tuple[Line, ...]
    deferrals: tuple[Deferral, ...]
    particulars: Particulars
    is_verified: bool
    voluntary: tuple[Line, ...] = ()
    """Doses of series that are given to whoever wants them, where none was begun."""
    born: date | None = None
    """Not known of some."""
    child: Child | None = None
    """The resident as the schedule sees one, to ask it about doses of other products."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of entering a dose given elsewhere."""

    immunization: str
    dose: JudgedDose | None
    is_repeated: bool = False
