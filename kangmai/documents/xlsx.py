"""Write a document's tables as XLSX: every cell is text, so that no number loses its zeros."""

import io
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from kangmai.documents.types import (
    Bars,
    Block,
    Code,
    Document,
    Fields,
    Heading,
    Paragraphs,
    Prose,
    Signature,
    Table,
)

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write(document: Document) -> bytes:
    """The document as XLSX."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = document.title, ""
    sheet = book.create_sheet()
    for block in document.blocks:
        for row in _rows(block):
            sheet.append([_cell(sheet, text) for text in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(block: Block) -> Iterator[tuple[str, ...]]:
    match block:
        case Heading():
            yield (block.text,)
        case Fields() | Signature():
            yield from block.pairs
        case Paragraphs():
            yield from ((line,) for line in filter(None, (block.title, *block.lines)))
        case Code():
            yield block.caption, block.text
        case Prose():
            yield from (("".join(run.text for run in runs),) for runs in block.lines)
        case Bars():
            yield (block.title,)
            yield from ((bar.label, bar.printed) for bar in block.bars)
        case Table():
            if block.title:
                yield (block.title,)
            yield block.headers
            yield from block.rows


def _cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """A text cell; what a spreadsheet would take for a formula gets an apostrophe before it."""
    made = WriteOnlyCell(sheet, f"'{text}" if text.startswith(FORMULA_SIGNS) else text)
    made.data_type = "s"
    return made
