"""Pages of long lists, and reports of imports."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from kangmai.kernel.errors import KangmaiError

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a long list, and where the next ones begin (empty: there are none)."""

    rows: tuple[Row, ...]
    next: str


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong in a file: the line as an editor counts it, the column, and the failure."""

    line: int
    column: str
    error: KangmaiError


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. With a single error nothing is written."""

    rows: int
    created: int
    updated: int
    unchanged: int
    errors: tuple[RowError, ...]
    is_written: bool
