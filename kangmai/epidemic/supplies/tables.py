"""Read a CSV file of counted stocks row by row: every fault with its line and column, none hidden by another."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from kangmai.epidemic.supplies.errors import (
    ExpiryMissing,
    FileHeaderWrong,
    ItemUnknown,
    QuantityWrong,
    RowUnreadable,
)
from kangmai.epidemic.supplies.types import Line, RowError, Rule
from kangmai.epidemic.supplies.writing import MOST
from kangmai.kernel.errors import Incorrect

COLUMNS = {
    "institution": ("机构代码", "Institution code"),
    "item": ("物资", "Item"),
    "lot": ("批号", "Lot"),
    "expires_on": ("有效期至", "Expires on"),
    "quantity": ("数量", "Quantity"),
}
"""Headings of a file of stocks, in Chinese and English; the exported file has them too, and may have more."""
IGNORED = frozenset({"机构", "Institution", "物资名称", "Name of the item", "单位", "Unit"})


@dataclass(frozen=True, slots=True)
class CountRow:
    """One line of the file."""

    line: int
    institution: str
    counted: Line


def read_counts(text: str, found: Rule) -> tuple[list[CountRow], list[RowError]]:
    """The rows that are right, and what is wrong with the others.

    Raises:
        FileHeaderWrong: the first line does not name the columns.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = _header(next(reader, []))
    names = {
        name: each.id
        for each in found.items.values()
        for name in (each.id, each.title.zh, each.title.en)
    }
    rows: list[CountRow] = []
    errors: list[RowError] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        values = {field: cell.strip() for field, cell in zip(header, cells, strict=False) if field}
        try:
            rows.append(_row(reader.line_num, values, names))
        except Incorrect as error:
            column = str(error.details.get("column", ""))
            errors.append(RowError(reader.line_num, column, error))
    return rows, errors


def _header(cells: list[str]) -> list[str]:
    """The field of each column, empty for those that are only read by people. Raises FileHeaderWrong."""
    names = {name: field for field, both in COLUMNS.items() for name in (field, *both)}
    said = [cell.strip() for cell in cells]
    unknown = [cell for cell in said if cell not in names and cell not in IGNORED]
    fields = [names.get(cell, "") for cell in said]
    missing = [COLUMNS[field][0] for field in COLUMNS if field not in fields]
    named = [field for field in fields if field]
    if unknown or missing or len(set(named)) != len(named):
        raise FileHeaderWrong(missing="、".join(missing) or "—", unknown="、".join(unknown) or "—")
    return fields


def _row(line: int, values: dict[str, str], names: dict[str, str]) -> CountRow:
    institution = values.get("institution", "")
    if not institution:
        raise RowUnreadable(value="", expected="机构代码", column="institution")
    item = values.get("item", "")
    if item not in names:
        raise ItemUnknown(item=item[:32], column="item")
    counted = Line(
        names[item],
        _quantity(values.get("quantity", "")),
        values.get("lot", "").removeprefix("'")[:40],
        _day(values.get("expires_on", "")),
    )
    return CountRow(line, institution, counted)


def _quantity(cell: str) -> int:
    cell = cell.replace(",", "")
    if not (cell.isascii() and cell.isdecimal() and int(cell[:12]) <= MOST):
        raise QuantityWrong(least=0, column="quantity")
    return int(cell)


def _day(cell: str) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell.replace("/", "-"))
    except ValueError:
        raise ExpiryMissing(value=cell[:12], column="expires_on") from None
