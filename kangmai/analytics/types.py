"""What other rooms see of figures and of the lake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.analytics.lake.manifest import Manifest
from kangmai.kernel.actor import subtree
from kangmai.kernel.words import Words
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import Period


class Form(StrEnum):
    """How a figure is made: a part of those counted, one amount against another, or an amount alone.

    `outside` figures come from a source that this installation does not have.
    """

    SHARE = "share"
    RATIO = "ratio"
    COUNT = "count"
    OUTSIDE = "outside"


class Direction(StrEnum):
    """Whether more is better."""

    UP = "up"
    DOWN = "down"
    LEVEL = "level"


class By(StrEnum):
    """What a figure can be broken down by."""

    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    INSTITUTION = "institution"


class Engine(StrEnum):
    """What counts."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Status(StrEnum):
    """Whether there is a value, and if not, why."""

    OK = "ok"
    NO_DATA = "no data"
    NOT_AVAILABLE = "not available"
    SUPPRESSED = "suppressed"


NO_WORDS = Words("", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, of an area or an institution. `area` is "" for what lies in none of the parts.

    `known` is how many of the denominator the sources say something of.
    """

    area: str
    status: Status
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    known: int | None = None

    @property
    def completeness(self) -> Decimal | None:
        """The share of the denominator of which something is known, to four places."""
        if self.known is None or not self.denominator:
            return None
        return (Decimal(self.known) / self.denominator).quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class Result:
    """A figure with its breakdown. `reason` says why there is no value; `manifest` of what lake it was counted."""

    indicator: str
    rule_from: date
    rule: str
    period: Period
    by: By | None
    total: Figure
    parts: tuple[Figure, ...]
    cutoff: datetime | None
    manifest: str
    reason: Words = NO_WORDS

    @property
    def is_running(self) -> bool:
        """Whether the period was not over when the data were taken."""
        return self.cutoff is not None and legal_day(self.cutoff) < self.period.end


@dataclass(frozen=True, slots=True)
class Outside:
    """A figure that was counted elsewhere, with who gave it and in which document.

    numerator, denominator: where the supplier gave them; the value is then worked out by the rule.
    """

    indicator: str
    area: str
    period: Period
    value: Decimal
    numerator: int | None
    denominator: int | None
    supplier: str
    document: str
    received_on: date


@dataclass(frozen=True, slots=True)
class Received:
    """A figure from outside as it was written down."""

    id: UUID
    figure: Outside
    recorded_at: datetime
    recorded_by_name: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """A result kept as it was on a day, whatever is corrected later."""

    id: UUID
    result: Result
    note: str
    frozen_at: datetime
    frozen_by: int
    frozen_by_name: str


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached in periods that begin in these days; `area` is "" where it is set for everywhere."""

    indicator: str
    area: str
    value: Decimal
    start: date
    end: date | None
    source: str
    is_verified: bool

    def holds(self, period: Period, area: str) -> bool:
        """Whether it is a target of this area in this period."""
        begun = self.start <= period.start and (self.end is None or period.start < self.end)
        return begun and (not self.area or self.area == area or subtree(self.area).covers(area))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is counted in another area than it lies in, for a time; `organization` is "" for a division."""

    organization: str
    lies_in: str
    reports_to: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Former:
    """The figure by the rule that was in force a year before.

    rule_from: None where there was no rule then; the other fields are then empty.
    is_same: it counts as today's does, so that there is nothing to tell apart.
    result: this period's figure by that rule; earlier: the year before by today's rule. Both only where they differ.
    """

    rule_from: date | None
    is_same: bool
    numerator: Words = NO_WORDS
    denominator: Words | None = None
    result: Result | None = None
    earlier: Result | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything there is to say of one figure (口径卡)."""

    result: Result
    earlier: Result | None
    """The same a year before, by the rule of then; None where there was none."""
    freezes: tuple[Freeze, ...]
    goal: Goal | None
    """The target that holds for this area, with its document."""
    opens: str
    """What the rows behind it are: enrolment, resident, institution; "" where they cannot be opened."""
    former: Former | None
    """What last year's rule would say; None for those who do not see the figure as it is."""
    just_before: Result | None
    """The period before it (month on month); None where the period is not over, or has none."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """The reporting rules that were applied to the area or its parts."""
    received: tuple[Received, ...] = ()
    """Where a figure from outside is from, the latest first."""


@dataclass(frozen=True, slots=True)
class LakeState:
    """What an operator wants to know of the lake."""

    manifest: str
    cutoff: datetime
    rows: Mapping[str, int]
    bytes: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: partitions written of those to write, in the table it is at."""

    table: str
    done: int
    total: int


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a run did to a table."""

    name: str
    rows: int
    written: frozenset[str]
    """The files of the partitions that were written."""
    written_rows: int
    dropped_partitions: int
    mended_partitions: int
    """How many were written again because their file was lost or altered, though no row had changed."""
    is_same: bool
    """Whether the table says what it said before the run."""

    @property
    def written_partitions(self) -> int:
        """How many partitions were written."""
        return len(self.written)


@dataclass(frozen=True, slots=True)
class FillReport:
    """What a run did."""

    manifest: Manifest
    tables: tuple[TableReport, ...]

    @property
    def mended(self) -> int:
        """How many partitions were written again because their file was lost or altered."""
        return sum(each.mended_partitions for each in self.tables)
