"""Write a document as DOCX, to be changed by hand before it goes out."""

import io

import segno
from docx import Document as new_document
from docx.document import Document as File
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from kangmai.documents.types import (
    Block,
    Code,
    Document,
    Fields,
    Heading,
    Paragraphs,
    Signature,
    Table,
)

MARGIN_MM = 14
CODE_MM = 46
CHINESE = "宋体"
"""By name only: the program that opens the file has the font, or one in its place."""


def write(document: Document) -> bytes:
    """The document as DOCX."""
    file = new_document()
    section = file.sections[0]
    section.page_width, section.page_height = (
        Mm(document.paper.width_mm),
        Mm(document.paper.height_mm),
    )
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    style = file.styles["Normal"]
    style.font.size = Pt(10.5)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)
    file.core_properties.title = document.title
    file.core_properties.author = ""
    section.footer.paragraphs[0].text = document.footer
    for block in document.blocks:
        _write(file, block)
    content = io.BytesIO()
    file.save(content)
    return content.getvalue()


def _write(file: File, block: Block) -> None:
    match block:
        case Heading():
            file.add_heading(block.text, level=block.level)
        case Fields():
            for label, value in block.pairs:
                file.add_paragraph(f"{label}：{value}")
        case Paragraphs():
            if block.title:
                file.add_heading(block.title, level=2)
            for line in block.lines:
                file.add_paragraph(line)
        case Table():
            _table(file, block)
        case Signature():
            line = "　　".join(f"{label}：{value or '________'}" for label, value in block.pairs)
            file.add_paragraph(line)
        case Code():
            picture = io.BytesIO()
            segno.make(block.text, error="m", micro=False).save(picture, kind="png", scale=10)
            picture.seek(0)
            file.add_picture(picture, width=Mm(CODE_MM))
            file.add_paragraph(block.caption)


def _table(file: File, block: Table) -> None:
    if block.title:
        file.add_heading(block.title, level=2)
    table = file.add_table(rows=0, cols=len(block.headers), style="Table Grid")
    for cells in (block.headers, *block.rows):
        row = table.add_row().cells
        for place, text in zip(row, cells, strict=False):
            place.text = text
