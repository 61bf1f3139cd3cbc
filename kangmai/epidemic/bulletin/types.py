"""What bulletins deal in: figures as defined, as counted, compared and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import AccountId
from kangmai.kernel.words import Words


class State(StrEnum):
    """How far a bulletin is."""

    DRAFT = "draft"
    RETURNED = "returned"
    ISSUED = "issued"


class Why(StrEnum):
    """Why a figure has no number; a missing source is never zero."""

    KNOWN = ""
    NOT_ORDERED = "not_ordered"
    """No order in force wakes its source."""
    NOT_AVAILABLE = "not_available"
    """Its source has nothing, or cannot be counted for that instant."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A page with the filter that leaves the rows of a figure, and the permissions of which one opens it."""

    page: str
    filter: Mapping[str, str]
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as `bulletin_rule` defines it.

    Attributes:
        source, of: numerator and denominator by the names under which they are counted.
        is_flow: counted from the beginning of the day; else as it stood at the instant.
        is_live: only known as it stands now.
        opens: the page of the room that owns the rows behind it.
        rows: the page that shows just these rows, for who may open it.
        more_is: `better`, `worse` or nothing.
    """

    id: str
    section: str
    title: Words
    unit: Words
    source: str
    of: str
    counts: Words
    against: Words | None
    is_flow: bool
    is_live: bool
    is_outbreak: bool
    opens: str
    more_is: str
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What bulletins say and who signs them, as dated."""

    valid_from: date
    drafting_roles: tuple[str, ...]
    issuing_roles: tuple[str, ...]
    sections: Mapping[str, Words]
    figures: Mapping[str, Figure]
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Value:
    """A number with what it is counted against, or why there is none."""

    value: int | None
    of: int | None = None
    why: Why = Why.KNOWN


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a sheet, with what it was a day before."""

    figure: str
    now: Value
    before: Value


@dataclass(frozen=True, slots=True)
class Correction:
    """What the bulletin of the day before stated, where the same count comes to something else now."""

    figure: str
    stated: int
    now: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """All figures of an order at an instant: what a command page shows and a bulletin freezes.

    Attributes:
        begin: the beginning of the day, or of the order if that came later.
        areas: the parts of the order's area that were counted.
    """

    order: UUID
    number: str
    title: str
    is_drill: bool
    areas: tuple[str, ...]
    begin: datetime
    as_of: datetime
    rule_from: date
    lines: tuple[Line, ...]
    corrections: tuple[Correction, ...] = ()

    def line(self, figure: str) -> Line | None:
        """The line of a figure."""
        return next((each for each in self.lines if each.figure == figure), None)


@dataclass(frozen=True, slots=True)
class Card:
    """Everything there is to say of one figure of a sheet, with the parts that add up to it."""

    sheet: Sheet
    line: Line
    figure: Figure
    parts: tuple[tuple[str, Value], ...]
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Signer:
    """Who did something to a bulletin, in which role, when."""

    account: AccountId
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """Who let a bulletin be published: with outbreak figures only by an authority and its document."""

    authority: str
    document: str
    by: AccountId
    at: datetime

    @property
    def with_outbreak(self) -> bool:
        """Whether outbreak figures may be published."""
        return bool(self.authority and self.document)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin: a frozen sheet with its names.

    Attributes:
        serial: the number it was issued under, counted for each order.
        edition: 1, and one more for each bulletin that replaces an issued one of the same day.
        is_same: whether its text, made again now, is the text that was signed.
    """

    id: UUID
    order: UUID
    day: date
    edition: int
    serial: int | None
    state: State
    sheet: Sheet
    remark: str
    drafted: Signer
    issued: Signer | None
    release: Release | None
    reason: str
    is_same: bool
    version: int
