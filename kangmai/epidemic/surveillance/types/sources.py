"""What counts, and where it comes from."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from kangmai.kernel.actor import Label
from kangmai.kernel.words import Words


class SourceKind(StrEnum):
    """How a source comes into the house."""

    CASES = "cases"
    RECORD = "record"
    COUNTS = "counts"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A stream of data, as defined."""

    id: str
    title: Words
    kind: SourceKind
    layers: frozenset[str]
    conditions: tuple[str, ...]
    reporters: Words
    least_completeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that counts: one case, one visit, or a number that somebody reports.

    Args:
        key: what the source calls it; the same key again replaces what was said before.
        reporter: who says so, for completeness: an institution or a place.
        base: of how many (pupils, visits), where the source says so.
        is_counted: False where only rules on single cases may look at it: suspected, or withdrawn.
    """

    source: str
    key: str
    condition: str
    area_code: str
    day: datetime.date
    reported_on: datetime.date
    reporter: str = ""
    place_id: int | None = None
    count: int = 1
    deaths: int = 0
    base: int | None = None
    is_imported: bool = False
    is_counted: bool = True
    is_withdrawn: bool = False
    label: Label = Label.NORMAL


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row of counts that was refused."""

    line: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What reading a table of counts did."""

    lines: int
    taken: int
    same: int
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """A number that somebody reports by hand or by file; values as text where they come from a file."""

    day: str
    condition: str
    place_code: str
    """Code of a school, care home or work site of the registry; else the area's code stands in `area`."""
    area: str
    count: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How whole a source is on a day: who reported, of those who did in the four weeks before."""

    source: str
    reported: int
    expected: int
    latest: datetime.date | None

    @property
    def share(self) -> float | None:
        """Reported of expected; None where nobody is expected."""
        return self.reported / self.expected if self.expected else None
