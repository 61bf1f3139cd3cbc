"""Read and write tables as CSV and XLSX."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence

from kangmai.handover.errors import FileTooLarge, TableUnreadable
from kangmai.handover.types import Format

LARGEST_FILE = 20 * 2**20
LARGEST_UNPACKED = 200 * 2**20
MOST_LINES = 100_000
MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(
    titles: Sequence[str], rows: Iterable[Sequence[str]], *, format: Format, encoding: str = "utf-8"
) -> bytes:
    """A table as a file; all cells are text, so that no number loses its zeros."""
    if format is Format.XLSX:
        return _write_xlsx(titles, rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows(rows)
    # with a mark, spreadsheets read UTF-8 as such
    return text.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")


def read(content: bytes) -> list[dict[str, str]]:
    """The lines of a table by the titles of its first line; what it is, is told by its content.

    Raises:
        FileTooLarge
        TableUnreadable: neither CSV nor XLSX, or without a line of titles.
    """
    if len(content) > LARGEST_FILE:
        raise _too_large()
    lines = _read_xlsx(content) if content[:2] == b"PK" else _read_csv(content)
    if not lines or not any(lines[0]):
        raise TableUnreadable()
    if len(lines) > MOST_LINES:
        raise _too_large()
    titles = [title.strip() for title in lines[0]]
    return [dict(zip(titles, line, strict=False)) for line in lines[1:] if any(line)]


def _write_xlsx(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()

    def cell(text: str) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, text)
        made.data_type = "s"
        return made

    for row in (titles, *rows):
        sheet.append([cell(text) for text in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _read_xlsx(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise _too_large()
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
        rows = sheet.iter_rows(values_only=True, max_row=MOST_LINES + 1) if sheet else ()
        return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise TableUnreadable() from error


def _read_csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableUnreadable()
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise TableUnreadable() from error


def _too_large() -> FileTooLarge:
    return FileTooLarge(megabytes=LARGEST_FILE // 2**20, lines=MOST_LINES)
