"""What this room speaks of: causes in their lines, the underlying one, certificates and what was done with them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.kernel.words import Words


class Line(StrEnum):
    """A line of the medical certificate of cause of death: part I a to d, part II."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    OTHER = "other"


PART_ONE = (Line.A, Line.B, Line.C, Line.D)


class State(StrEnum):
    """Where a certificate stands."""

    ISSUED = "issued"
    CONFIRMED = "confirmed"
    VOID = "void"


class Deed(StrEnum):
    """What was done with a certificate."""

    ISSUED = "issued"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    VOIDED = "voided"


class Show(StrEnum):
    """Which certificates of a list."""

    WAITING = "waiting"
    """Issued or corrected, and not confirmed."""
    ALL = "all"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Cause:
    """A condition on a line: in words, its ICD-10 code, and the days from its onset to the death if known."""

    line: Line
    text: str
    code: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """The underlying cause that the published rules suggest, and by which of them."""

    line: Line
    code: str
    rule: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the causes that asks for a second look."""

    id: str
    line: Line | None
    words: Words


@dataclass(frozen=True, slots=True)
class Told:
    """What the certifier says. `underlying` is the line he takes the underlying cause from."""

    died_at: datetime.datetime
    place: str
    level: str
    basis: str
    causes: tuple[Cause, ...]
    underlying: Line
    informant: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deceased:
    """Whom a certificate names, as he stood in the index when it was written."""

    name: str
    sex_code: str
    born_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class Limit:
    """Codes that a sex or an age makes unlikely; ages in days, half-open."""

    id: str
    words: Words
    prefixes: tuple[str, ...]
    sex_codes: tuple[str, ...]
    from_days: int
    until_days: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds of certificates on a day."""

    version: str
    number_pattern: str
    deadline: str
    report_days: int
    ill_defined: tuple[str, ...]
    not_underlying: tuple[Limit, ...]
    unlikely: tuple[Limit, ...]
    places: Mapping[str, Words]
    levels: Mapping[str, Words]
    bases: Mapping[str, Words]
    suggestions: Mapping[str, Words]
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what with a certificate, when and why."""

    deed: Deed
    account: int
    at: datetime.datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as a reader may see it; `told` is what it says now."""

    id: UUID
    number: str
    resident: ResidentId
    organization: OrganizationId
    place_code: str
    died_on: datetime.date
    deceased: Deceased
    told: Told
    underlying: str
    rule: str
    is_suggested: bool
    """Whether the certifier took what the rules suggest."""
    is_late: bool
    state: State
    issued_at: datetime.datetime
    account: int
    steps: tuple[Step, ...]
    version: int


@dataclass(frozen=True, slots=True)
class LineOfList:
    """One death for statistics: nobody's name."""

    number: str
    died_on: datetime.date
    sex_code: str
    age_years: int | None
    place_code: str
    place: str
    underlying: str
    level: str
    state: State
