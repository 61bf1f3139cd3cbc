"""Read a workbook: its sheets as tables for a page, and whether a figure may go into a cell."""

import io
import zipfile
from functools import lru_cache
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string, range_boundaries
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException
from openpyxl.workbook import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from kangmai.governance.reporting.errors import (
    BindingCellTaken,
    BindingCellUnknown,
    WorkbookUnreadable,
)
from kangmai.governance.reporting.types import CellShown, SheetShown
from kangmai.kernel.words import Words

LARGEST_BYTES = 5 * 2**20
LARGEST_UNPACKED = 60 * 2**20
MOST_ROWS, MOST_COLUMNS = 80, 30


@lru_cache(maxsize=8)
def opened(content: bytes, name: str) -> Book:
    """A workbook. Raises WorkbookUnreadable."""
    if len(content) > LARGEST_BYTES:
        raise WorkbookUnreadable(name=name, reason=f"> {LARGEST_BYTES // 2**20} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
            if unpacked > LARGEST_UNPACKED or "xl/workbook.xml" not in packed.namelist():
                raise WorkbookUnreadable(
                    name=name, reason=Words("不是 .xlsx 工作簿", "it is no .xlsx workbook")
                )
            if "xl/vbaProject.bin" in packed.namelist():
                raise WorkbookUnreadable(name=name, reason=Words("含有宏", "it holds macros"))
        book = load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError) as error:
        raise WorkbookUnreadable(
            name=name, reason=Words("不是 .xlsx 工作簿", "it is no .xlsx workbook")
        ) from error
    if not book.worksheets:
        raise WorkbookUnreadable(name=name, reason=Words("没有工作表", "it has no sheet"))
    return book


def names(content: bytes, name: str) -> tuple[str, ...]:
    """The sheets of a workbook. Raises WorkbookUnreadable."""
    return tuple(each.title for each in opened(content, name).worksheets)


def shown(content: bytes, name: str, sheet: str) -> SheetShown:
    """A sheet as a table, cut at its first rows and columns. Raises BindingCellUnknown."""
    found = _sheet(opened(content, name), sheet)
    last_row = min(found.max_row, MOST_ROWS)
    last_column = min(found.max_column, MOST_COLUMNS)
    covered, anchors = _merged(found)
    rows = tuple(
        (
            row,
            tuple(
                _cell(found, row, column, anchors)
                for column in range(1, last_column + 1)
                if (row, column) not in covered
            ),
        )
        for row in range(1, last_row + 1)
    )
    letters = tuple(get_column_letter(each) for each in range(1, last_column + 1))
    is_cut = found.max_row > last_row or found.max_column > last_column
    return SheetShown(sheet, letters, rows, is_cut)


def _merged(
    found: Worksheet,
) -> tuple[set[tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """The cells under merged ones, and how many rows and columns each merged one takes."""
    covered: set[tuple[int, int]] = set()
    anchors = {}
    for each in found.merged_cells.ranges:
        left, top, right, bottom = range_boundaries(str(each))
        anchors[top, left] = (bottom - top + 1, right - left + 1)
        covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    return covered - set(anchors), anchors


def _cell(
    found: Worksheet, row: int, column: int, anchors: dict[tuple[int, int], tuple[int, int]]
) -> CellShown:
    value = found.cell(row, column).value
    rows, columns = anchors.get((row, column), (1, 1))
    text = "" if value is None else str(value)[:80]
    return CellShown(f"{get_column_letter(column)}{row}", text, columns, rows, not _taken(value))


def _taken(value: Any) -> Words | None:
    """Why no figure goes over a value; placeholders such as — and 0 are free."""
    if isinstance(value, str) and value.startswith("="):
        return Words("含公式", "holds a formula")
    if isinstance(value, str) and any(sign.isalpha() for sign in value):
        return Words("含文字", "holds words")
    return None


def _sheet(book: Book, sheet: str) -> Worksheet:
    found = next((each for each in book.worksheets if each.title == sheet), None)
    if found is None:
        raise BindingCellUnknown(place=sheet[:40])
    return found


def require_free(content: bytes, name: str, sheet: str, cell: str) -> None:
    """Let pass a cell into which a figure may go.

    Raises:
        BindingCellUnknown: there is no such sheet or cell, or it lies outside the table.
        BindingCellTaken: it holds a formula or words, or is covered by a merged cell.
    """
    place = f"{sheet}!{cell}"[:60]
    found = _sheet(opened(content, name), sheet)
    try:
        letters, row = coordinate_from_string(cell)
        column = found[f"{letters}1"].column
    except (CellCoordinatesException, ValueError):
        raise BindingCellUnknown(place=place) from None
    if row > found.max_row or column > found.max_column:
        raise BindingCellUnknown(place=place)
    covered, _anchors = _merged(found)
    if (row, column) in covered:
        raise BindingCellTaken(
            place=place, reason=Words("在合并单元格内", "is under a merged cell")
        )
    if reason := _taken(found.cell(row, column).value):
        raise BindingCellTaken(place=place, reason=reason)


def is_percent(content: bytes, name: str, sheet: str, cell: str) -> bool:
    """Whether a cell shows its number as a percentage, so that 73.2 % is kept as 0.732."""
    return "%" in str(_sheet(opened(content, name), sheet)[cell].number_format)
