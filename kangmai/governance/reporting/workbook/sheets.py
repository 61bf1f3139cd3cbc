"""Read a workbook: its sheets as tables for a page, and whether a figure may go into a cell."""

import io
import re
import zipfile
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string, range_boundaries
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException
from openpyxl.workbook import Workbook as Book
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
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
LARGEST_SHEETS = 10 * 2**20  # unpacked; some 250,000 cells, five seconds to read
MOST_ROWS, MOST_COLUMNS = 80, 30
NO_WORKBOOK = Words("不是 .xlsx 工作簿", "it is no .xlsx workbook")
TOO_LARGE = Words(
    f"超过 {LARGEST_BYTES // 2**20} MB", f"it is larger than {LARGEST_BYTES // 2**20} MB"
)
LITERAL = re.compile(
    r'"[^"]*"|\\.'
)  # in a number format: text as it stands (ECMA-376 part 1, 18.8.31)
TOO_MANY_CELLS = Words("单元格过多", "it has too many cells")


@lru_cache(maxsize=4)
def opened(content: bytes, name: str) -> Book:
    """A workbook. Raises WorkbookUnreadable."""
    if len(content) > LARGEST_BYTES:
        raise WorkbookUnreadable(name=name, reason=TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
            if unpacked > LARGEST_UNPACKED or "xl/workbook.xml" not in packed.namelist():
                raise WorkbookUnreadable(name=name, reason=NO_WORKBOOK)
            if sum(_sheet_sizes(packed)) > LARGEST_SHEETS:
                raise WorkbookUnreadable(name=name, reason=TOO_MANY_CELLS)
            if "xl/vbaProject.bin" in packed.namelist():
                raise WorkbookUnreadable(name=name, reason=Words("含有宏", "it holds macros"))
        book = load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError) as error:
        raise WorkbookUnreadable(name=name, reason=NO_WORKBOOK) from error
    if not book.worksheets:
        raise WorkbookUnreadable(name=name, reason=Words("没有工作表", "it has no sheet"))
    return book


def _sheet_sizes(packed: zipfile.ZipFile) -> list[int]:
    return [
        each.file_size for each in packed.infolist() if each.filename.startswith("xl/worksheets/")
    ]


def names(content: bytes, name: str) -> tuple[str, ...]:
    """The sheets of a workbook. Raises WorkbookUnreadable, also where its name says another kind of file."""
    if not name.strip().lower().endswith(".xlsx"):
        raise WorkbookUnreadable(
            name=name, reason=Words("文件名不以 .xlsx 结尾", "its name does not end in .xlsx")
        )
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
    is_free = _taken(found, row, column) is None
    return CellShown(f"{get_column_letter(column)}{row}", _text(value)[:80], columns, rows, is_free)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case ArrayFormula():
            return f"{{{value.text}}}"
        case DataTableFormula():
            return "{=TABLE}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
    return str(value)


def _taken(found: Worksheet, row: int, column: int) -> Words | None:
    """Why no figure goes into a cell; placeholders such as — and 0 are free."""
    value = found.cell(row, column).value
    if (isinstance(value, str) and value.startswith("=")) or _is_spread_over(found, row, column):
        return Words("含公式", "holds a formula")
    if isinstance(value, bool) or (isinstance(value, str) and any(map(str.isalpha, value))):
        return Words("含文字", "holds words")
    if isinstance(value, date | time):
        return Words("含日期", "holds a date")
    return None


def _is_spread_over(found: Worksheet, row: int, column: int) -> bool:
    """Whether one formula fills a cell together with its neighbours: an array, a table of data."""
    return any(
        left <= column <= right and top <= row <= bottom
        for left, top, right, bottom in _spread(found)
    )


@lru_cache(maxsize=8)
def _spread(found: Worksheet) -> tuple[tuple[int, int, int, int], ...]:
    """The ranges of a sheet that one formula fills."""
    return tuple(
        range_boundaries(cell.value.ref)
        for row in found.iter_rows()
        for cell in row
        if isinstance(cell.value, ArrayFormula | DataTableFormula)
    )


def _sheet(book: Book, sheet: str) -> Worksheet:
    found = next((each for each in book.worksheets if each.title == sheet), None)
    if found is None:
        raise BindingCellUnknown(place=sheet[:40])
    return found


def require_free(content: bytes, name: str, sheet: str, cell: str) -> None:
    """Let pass a cell into which a figure may go.

    Raises:
        BindingCellUnknown: there is no such sheet or cell, or it lies outside the table.
        BindingCellTaken: it holds a formula, words or a date, or is covered by a merged cell.
    """
    place = f"{sheet}!{cell}"[:60]
    found = _sheet(opened(content, name), sheet)
    try:
        letters, row = coordinate_from_string(cell)
        # not asked of the sheet, which would grow to hold the cell
        column = column_index_from_string(letters)
    except (CellCoordinatesException, ValueError):
        raise BindingCellUnknown(place=place) from None
    if row > found.max_row or column > found.max_column:
        raise BindingCellUnknown(place=place)
    covered, _anchors = _merged(found)
    if (row, column) in covered:
        raise BindingCellTaken(
            place=place, reason=Words("在合并单元格内", "is under a merged cell")
        )
    if reason := _taken(found, row, column):
        raise BindingCellTaken(place=place, reason=reason)


def is_percent(content: bytes, name: str, sheet: str, cell: str) -> bool:
    """Whether a cell shows its number times a hundred, so that 73.2 % is kept as 0.732."""
    return "%" in LITERAL.sub("", _format(content, name, sheet, cell))


def sign_shown(content: bytes, name: str, sheet: str, cell: str) -> str:
    """The % or ‰ that a cell writes after its number, whatever the number is; empty if none."""
    return next((sign for sign in "%‰" if sign in _format(content, name, sheet, cell)), "")


def _format(content: bytes, name: str, sheet: str, cell: str) -> str:
    return str(_sheet(opened(content, name), sheet)[cell].number_format)
