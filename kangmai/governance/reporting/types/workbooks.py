"""Spreadsheets of the level above, and what is filled into which of their cells."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.errors import KangmaiError


class Part(StrEnum):
    """Which number of a figure a cell takes."""

    VALUE = "value"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


class When(StrEnum):
    """Whose number a cell takes: of the period it is filled for, of the same a year before, or of the period before."""

    NOW = "now"
    YEAR_BEFORE = "year_before"
    PERIOD_BEFORE = "period_before"


@dataclass(frozen=True, slots=True)
class Binding:
    """A cell, and the figure that goes into it."""

    sheet: str
    cell: str
    indicator: str
    area: str
    part: Part = Part.VALUE
    when: When = When.NOW

    @property
    def place(self) -> str:
        """The cell as people write it: 表一!C5."""
        return f"{self.sheet}!{self.cell}"


@dataclass(frozen=True, slots=True)
class BindingFault:
    """Why a cell cannot be bound or filled."""

    place: str
    error: KangmaiError


@dataclass(frozen=True, slots=True)
class CellShown:
    """A cell of a sheet as a page shows it; `is_free` where a figure may go."""

    name: str
    text: str
    columns: int
    rows: int
    is_free: bool


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A sheet as a table of cells; cells under a merged one are left out."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[CellShown, ...]], ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """A spreadsheet of the level above as it came, with its bindings."""

    id: UUID
    name: str
    area: str
    sheets: tuple[str, ...]
    bindings: tuple[Binding, ...]
    digest: str
    uploaded_at: datetime
    uploaded_by_name: str
    is_invented: bool
    version: int
