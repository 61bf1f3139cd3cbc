"""Reports of our own: what a template asks for, and what a report prints of it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.analytics.types import Figure
from kangmai.kernel.ids import AccountId
from kangmai.kernel.words import Words
from kangmai.standards.periods import Period


class State(StrEnum):
    """How far a report is: 拟稿, 复核, 签发."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What somebody did to a report, as its history tells."""

    DRAFTED = "drafted"
    TAKEN = "taken"
    """The latest frozen figures were taken in."""
    EDITED = "edited"
    SUBMITTED = "submitted"
    COMMENTED = "commented"
    RETURNED = "returned"
    CHECKED = "checked"
    AUTHORIZED = "authorized"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class Print(StrEnum):
    """Whether a figure may be printed, and if not, why."""

    PRINTED = "printed"
    SMALL = "small"
    """Frozen, and too small for those outside the area to see."""
    NOT_FROZEN = "not frozen"
    NOT_AVAILABLE = "not available"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a template: figures in order, those that must be there, and one that is drawn by area."""

    id: str
    title: Words
    figures: tuple[str, ...]
    required: frozenset[str]
    chart: str


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of report as dated."""

    id: str
    title: Words
    heading: Words
    period: str
    levels: tuple[str, ...]
    sections: tuple[Section, ...]
    valid_from: date
    source: str
    is_verified: bool

    @property
    def figures(self) -> tuple[str, ...]:
        """All indicators of it, in order."""
        return tuple(each for section in self.sections for each in section.figures)

    def is_required(self, figure: str) -> bool:
        """Whether a report cannot be issued without it."""
        return any(figure in section.required for section in self.sections)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a report with all that its card says; without numbers where none may be printed.

    Attributes:
        reason: why there is no number.
        now, before, just_before: the figure, and the frozen ones of a year before and of the period before.
        parts: those of the areas below, as frozen with it.
        freeze: what it was frozen as.
    """

    indicator: str
    rule_from: date
    print: Print
    reason: Words
    now: Figure
    before: Figure | None
    just_before: Figure | None
    parts: tuple[Figure, ...]
    target: Decimal | None
    freeze: UUID | None
    cutoff: datetime | None
    frozen_at: datetime | None
    frozen_by_name: str
    rule: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who did a step, when."""

    account: AccountId
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """By whose authority, and which of its documents, outbreak figures are published."""

    authority: str
    document: str


@dataclass(frozen=True, slots=True)
class Note:
    """A step in the history of a report, with what was said."""

    step: Step
    by: Signer
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes:
        number: year and serial under which it was issued.
        remarks: what its writer says in each section, without numbers.
        corrects, corrected_by: the issued report that this one corrects, and the one that corrects it.
        is_same: whether its text, made again of the frozen figures, is the text that was issued.
    """

    id: UUID
    template: str
    template_from: date
    area: str
    period: Period
    state: State
    number: tuple[int, int] | None
    lines: tuple[Line, ...]
    remarks: dict[str, str]
    release: Release | None
    drafted: Signer
    checked: Signer | None
    issued: Signer | None
    corrects: UUID | None
    corrects_number: tuple[int, int] | None
    corrected_by: UUID | None
    is_invented: bool
    is_same: bool
    version: int

    def line(self, indicator: str) -> Line | None:
        """The line of a figure."""
        return next((each for each in self.lines if each.indicator == indicator), None)
