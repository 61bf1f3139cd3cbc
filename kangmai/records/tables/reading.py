"""Definitions of tables, and files of them: what a definition asks, what a file says."""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache

from kangmai.kernel import definitions
from kangmai.records.tables.errors import (
    TableFileTooLarge,
    TableFileUnreadable,
    TableTitlesWrong,
    TableUnknown,
)
from kangmai.records.tables.types import Column, Table

LARGEST_FILE = 20 * 2**20
LARGEST_UNPACKED = 200 * 2**20
MOST_ROWS = 50_000


@cache
def tables() -> dict[str, Table]:
    """Every table that can be taken in, by id; of several editions the newest."""
    found = definitions.load("records", "intake_table")
    return {each.id: _table(each) for each in found if each.status == "active"}


def table(id: str) -> Table:
    """The table of this id. Raises TableUnknown."""
    if id not in tables():
        raise TableUnknown(table=id, known=", ".join(tables()))
    return tables()[id]


def _table(definition: definitions.Definition) -> Table:
    content = definition.content
    columns = tuple(
        Column(
            field=each["field"],
            title=each["title"],
            titles=(each["title"], *each.get("titles", ())),
            kind=each["kind"],
            is_required=each.get("required", False),
            repeat=each.get("repeat", 0),
            codes=each.get("codes", {}),
            example=each.get("example", ""),
            unit=each.get("unit", ""),
        )
        for each in content["columns"]
    )
    return Table(
        definition.id,
        definition.title,
        content["makes"],
        columns,
        tuple(content["checks"]),
        definition.verified,
    )


def titles_of(column: Column) -> Iterator[tuple[int, str]]:
    """The titles of a column: its place among the repeated ones (from 0) and the words."""
    for place in range(column.repeat or 1):
        for title in column.titles:
            yield place, title.replace("{n}", str(place + 1))


Cells = dict[tuple[str, int], tuple[str, str]]
"""Field and place → title of the column and text of the cell."""


def rows_of(content: bytes, of: Table, *, most: int = MOST_ROWS) -> Iterator[tuple[int, Cells]]:
    """The rows of a file with their lines; empty rows are passed over.

    Raises:
        TableFileUnreadable, TableFileTooLarge, TableTitlesWrong
    """
    if len(content) > LARGEST_FILE:
        raise _too_large(most)
    lines = _xlsx(content) if content[:2] == b"PK" else _csv(content)
    titles = next(lines, [])
    places = _places([title.strip() for title in titles], of)
    count = 0
    for number, line in enumerate(lines, 2):
        if not any(line):
            continue
        count += 1
        if count > most:
            raise _too_large(most)
        yield (
            number,
            {place: (titles[n], line[n] if n < len(line) else "") for n, place in places.items()},
        )


def _places(titles: Sequence[str], of: Table) -> dict[int, tuple[str, int]]:
    known = {
        title: (column.field, place) for column in of.columns for place, title in titles_of(column)
    }
    found = {n: known[title] for n, title in enumerate(titles) if title in known}
    wrong = [title for title in titles if title and title not in known]
    wrong += [titles[n] for n, place in found.items() if list(found.values()).count(place) > 1]
    fields = {field for field, _ in found.values()}
    missing = [c.title for c in of.columns if c.is_required and c.field not in fields]
    if missing or wrong:
        raise TableTitlesWrong(
            missing="、".join(missing) or "-", unknown="、".join(dict.fromkeys(wrong)) or "-"
        )
    return found


def _xlsx(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise _too_large(MOST_ROWS)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True):
            yield [_text(cell) for cell in row]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError):
        raise TableFileUnreadable() from None


def _text(cell: object) -> str:
    """A cell as text; days and moments in ISO form, whole numbers without a point."""
    match cell:
        case None:
            return ""
        case datetime.datetime():
            is_day = cell.time() == datetime.time()
            return (
                cell.date().isoformat() if is_day else cell.isoformat(sep=" ", timespec="seconds")
            )
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip()


def _csv(content: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableFileUnreadable()
    try:
        for line in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [cell.strip() for cell in line]
    except csv.Error:
        raise TableFileUnreadable() from None


def _too_large(most: int) -> TableFileTooLarge:
    return TableFileTooLarge(megabytes=LARGEST_FILE // 2**20, lines=most)
