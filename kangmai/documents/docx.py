"""Write a document as DOCX, to be changed by hand before it goes out."""

import io
import zipfile

import segno
from docx import Document as new_document
from docx.document import Document as File
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from kangmai.documents.types import (
    Bars,
    Block,
    Code,
    Document,
    Fields,
    Heading,
    Paragraphs,
    Prose,
    Run,
    Signature,
    Table,
)

LINK_COLOUR = "0B5CAD"
CHART_MM = 180
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
MARGIN_MM = 14
CODE_MM = 46
FIELD_GAP_PT = 2
COLONS = {"zh": "：", "en": ": "}
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
        _write(file, block, COLONS[document.language])
    if document.dated is not None:
        file.core_properties.created = document.dated.replace(tzinfo=None)
        file.core_properties.modified = document.dated.replace(tzinfo=None)
    content = io.BytesIO()
    file.save(content)
    return _undated(content.getvalue()) if document.dated else content.getvalue()


def _undated(content: bytes) -> bytes:
    """The same archive without the hour it was packed."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            made.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), given.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _write(file: File, block: Block, colon: str) -> None:
    match block:
        case Heading():
            heading = file.add_heading(block.text, level=block.level)
            heading.paragraph_format.page_break_before = block.starts_page
            if block.anchor:
                _bookmark(heading, block.anchor)
        case Fields():
            for label, value in block.pairs:
                field = file.add_paragraph(f"{label}{colon}{value}")
                field.paragraph_format.space_after = Pt(FIELD_GAP_PT)
        case Paragraphs():
            if block.title:
                file.add_heading(block.title, level=2)
            for line in block.lines:
                file.add_paragraph(line)
        case Table():
            _table(file, block)
        case Signature():
            signed = (f"{label}{colon}{value or '________'}" for label, value in block.pairs)
            file.add_paragraph("　　".join(signed))
        case Code():
            picture = io.BytesIO()
            segno.make(block.text, error="m", micro=False).save(picture, kind="png", scale=10)
            picture.seek(0)
            file.add_picture(picture, width=Mm(CODE_MM))
            file.add_paragraph(block.caption)
        case Prose():
            for runs in block.lines:
                paragraph = file.add_paragraph()
                for run in runs:
                    _run(paragraph, run)
        case Bars():
            _chart(file, block)


def _bookmark(paragraph: Paragraph, name: str) -> None:
    for kind in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(kind)
        mark.set(qn("w:id"), str(sum(map(ord, name)) % 100_000))
        if kind == "w:bookmarkStart":
            mark.set(qn("w:name"), name)
        paragraph._p.append(mark)


def _run(paragraph: Paragraph, run: Run) -> None:
    if not run.link:
        paragraph.add_run(run.text)
        return
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), run.link)
    made, look, colour, text = (OxmlElement(each) for each in ("w:r", "w:rPr", "w:color", "w:t"))
    colour.set(qn("w:val"), LINK_COLOUR)
    text.text = run.text
    text.set(qn("xml:space"), "preserve")
    look.append(colour)
    made.extend((look, text))
    link.append(made)
    paragraph._p.append(link)


def _chart(file: File, block: Bars) -> None:
    """The chart as a picture, since Word draws no SVG in older releases; without a font only its title."""
    from kangmai.documents.charts import png

    file.add_paragraph(block.title).paragraph_format.keep_with_next = True
    picture = png(block)
    if picture is not None:
        file.add_picture(io.BytesIO(picture), width=Mm(CHART_MM))


def _table(file: File, block: Table) -> None:
    if block.title:
        title = file.add_paragraph(block.title)
        title.paragraph_format.keep_with_next = True
        title.runs[0].bold = True
    table = file.add_table(rows=0, cols=len(block.headers), style="Table Grid")
    for cells in (block.headers, *block.rows):
        row = table.add_row().cells
        for place, text in zip(row, cells, strict=False):
            place.text = text
