"""Write a document as PDF: one font, embedded with the characters it uses."""

import segno
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from kangmai.documents.fonts import chinese_font
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

BLUE, RED = (47, 111, 179), (179, 38, 30)
LABEL_MM, NUMBER_MM, BAR_MM = 46.0, 24.0, 6.6
MARGIN_MM = 12
FONT = "house"
CODE_MM = 46.0
"""Side of a QR picture: about a millimetre a module, which every scanner reads."""
SIZES_PT = {1: 15.0, 2: 11.5}
TEXT_PT, SMALL_PT = 10.0, 8.0
LINE_MM, SMALL_LINE_MM = 5.6, 4.2
HEADING_MM, KEPT_LINES = 7.0, 2
"""A heading stands on one page with at least so many lines of what it heads."""
WIDE_COLUMNS = 8
"""From so many columns on, a table is set small."""
GREY = (90, 98, 106)
STRIPE = FontFace(fill_color=(232, 237, 241))


class _Sheet(FPDF):
    """A page with the document's footer and page numbers."""

    footer_text = ""
    anchors: dict[str, int]

    def place_of(self, anchor: str) -> int:
        """The link to a heading, whether it is already written or comes later."""
        if anchor not in self.anchors:
            self.anchors[anchor] = int(self.add_link(page=1))
        return self.anchors[anchor]

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self.set_font(FONT, size=SMALL_PT)
        self.set_text_color(*GREY)
        width = self.epw / 2
        self.cell(width, 4, self.footer_text)
        self.cell(width, 4, f"{self.page_no()} / {{nb}}", align="R")
        self.set_text_color(0)


def write(document: Document) -> bytes:
    """The document as PDF. Raises FontMissing."""
    font = chinese_font()
    sheet = _Sheet(format=(document.paper.width_mm, document.paper.height_mm))
    sheet.footer_text, sheet.anchors = document.footer, {}
    if document.dated is not None:
        sheet.set_creation_date(document.dated)
    sheet.add_font(FONT, fname=font.path, collection_font_number=font.number)
    sheet.set_margin(MARGIN_MM)
    sheet.set_auto_page_break(True, margin=MARGIN_MM + 4)
    sheet.set_title(document.title)
    sheet.set_lang("zh-Hans" if document.language == "zh" else "en")
    sheet.add_page()
    for block in document.blocks:
        _write(sheet, block)
    return bytes(sheet.output())


def _write(sheet: _Sheet, block: Block) -> None:
    match block:
        case Heading():
            _heading(sheet, block)
        case Fields():
            _fields(sheet, block)
        case Paragraphs():
            _titled(sheet, block.title)
            for line in block.lines:
                _line(sheet, line)
            sheet.ln(1.5)
        case Table():
            _table(sheet, block)
        case Signature():
            _signature(sheet, block)
        case Code():
            _code(sheet, block)
        case Prose():
            for runs in block.lines:
                anchor = next((run.link for run in runs if run.link), "")
                _line(sheet, "".join(run.text for run in runs), anchor=anchor)
            sheet.ln(1.5)
        case Bars():
            _bars(sheet, block)


def _heading(sheet: _Sheet, block: Heading) -> None:
    """A heading, never as the last line of a page."""
    if block.starts_page or sheet.will_page_break(HEADING_MM + KEPT_LINES * LINE_MM):
        sheet.add_page()
    if block.anchor:
        sheet.set_link(sheet.place_of(block.anchor), y=sheet.get_y(), page=sheet.page_no())
    sheet.set_font(FONT, size=SIZES_PT[block.level])
    align = "C" if block.level == 1 else "L"
    sheet.multi_cell(0, HEADING_MM, block.text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(1)


def _titled(sheet: _Sheet, title: str) -> None:
    if title:
        sheet.ln(1)
        sheet.set_text_color(*GREY)
        _line(sheet, title)
        sheet.set_text_color(0)


def _line(sheet: _Sheet, text: str, *, anchor: str = "") -> None:
    """A line of text; with an anchor all of it leads to the heading of that name."""
    sheet.set_font(FONT, size=TEXT_PT)
    link: int | str = sheet.place_of(anchor) if anchor else ""
    # never justified: the few spaces of a line that mixes Chinese and Latin would take all that is left
    sheet.multi_cell(0, LINE_MM, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT, link=link)


def _bars(sheet: _Sheet, block: Bars) -> None:
    """Bars as filled rectangles, their names to the left and their numbers behind them, on one page with the title."""
    height = BAR_MM * (len(block.bars) + (block.target is not None))
    if sheet.will_page_break(height + 2 * LINE_MM):
        sheet.add_page()
    _titled(sheet, block.title)
    left, top, room = sheet.l_margin + LABEL_MM, sheet.get_y(), sheet.epw - LABEL_MM - NUMBER_MM
    sheet.set_font(FONT, size=SMALL_PT)
    for n, bar in enumerate(block.bars):
        y, width = top + n * BAR_MM, room * block.share(bar.value)
        sheet.set_xy(sheet.l_margin, y)
        sheet.cell(LABEL_MM - 2, BAR_MM, bar.label, align="R")
        if width:
            with sheet.local_context(fill_color=BLUE):
                sheet.rect(left, y + 1, width, BAR_MM - 2, style="F")
        sheet.set_xy(left + width + 1, y)
        sheet.cell(NUMBER_MM, BAR_MM, bar.printed)
    if block.target is not None:
        x, foot = left + room * block.share(block.target), top + BAR_MM * len(block.bars)
        with sheet.local_context(draw_color=RED, text_color=RED):
            sheet.line(x, top, x, foot)
            sheet.set_xy(x - NUMBER_MM, foot)
            sheet.cell(2 * NUMBER_MM, BAR_MM, block.target_label, align="C")
    sheet.set_xy(sheet.l_margin, top + height)
    sheet.ln(1.5)


def _fields(sheet: _Sheet, block: Fields) -> None:
    """Label and value side by side, in one or more columns."""
    sheet.set_font(FONT, size=TEXT_PT)
    widest = max(sheet.get_string_width(label) for label, _ in block.pairs) + 3
    share = sheet.epw / block.columns
    widths = [each for _ in range(block.columns) for each in (widest, max(share - widest, widest))]
    with sheet.table(
        borders_layout=TableBordersLayout.NONE,
        col_widths=widths,
        first_row_as_headings=False,
        line_height=LINE_MM,
        text_align="LEFT",
        padding=0.2,
    ) as table:
        for start in range(0, len(block.pairs), block.columns):
            row = table.row()
            pairs = block.pairs[start : start + block.columns]
            for label, value in pairs:
                row.cell(label, style=FontFace(color=GREY))
                row.cell(value)
            for _ in range(2 * (block.columns - len(pairs))):
                row.cell("")
    sheet.ln(1.5)


def _table(sheet: _Sheet, block: Table) -> None:
    _titled(sheet, block.title)
    is_wide = len(block.headers) >= WIDE_COLUMNS
    sheet.set_font(FONT, size=SMALL_PT if is_wide else TEXT_PT)
    with sheet.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=_widths(block),
        headings_style=STRIPE,
        line_height=SMALL_LINE_MM if is_wide else LINE_MM,
        text_align="LEFT",
        padding=0.5,
    ) as table:
        for cells in (block.headers, *block.rows):
            row = table.row()
            for text in cells:
                row.cell(text)
    sheet.ln(1.5)


def _widths(block: Table) -> tuple[int, ...]:
    """Shares of the width by the longest texts: neither a sliver nor half the page."""
    lengths = [
        max((_length(row[n]) for row in (block.headers, *block.rows) if n < len(row)), default=1)
        for n in range(len(block.headers))
    ]
    return tuple(min(max(length, 4), 24) for length in lengths)


def _length(text: str) -> int:
    """The width of a text in halves of a Chinese character."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _signature(sheet: _Sheet, block: Signature) -> None:
    sheet.ln(4)
    sheet.set_font(FONT, size=TEXT_PT)
    width = sheet.epw / len(block.pairs)
    for label, value in block.pairs:
        sheet.cell(width, LINE_MM, f"{label}：{value or '____________'}")
    sheet.ln(LINE_MM)


def _code(sheet: _Sheet, block: Code) -> None:
    """A QR picture as filled squares, in the middle, with its line under it."""
    rows = [list(row) for row in segno.make(block.text, error="m", micro=False).matrix]
    side = CODE_MM / len(rows)
    sheet.ln(2)
    if sheet.will_page_break(CODE_MM + LINE_MM):
        sheet.add_page()
    left, top = (sheet.w - CODE_MM) / 2, sheet.get_y()
    for down, row in enumerate(rows):
        for across, is_dark in enumerate(row):
            if is_dark:
                sheet.rect(left + across * side, top + down * side, side, side, style="F")
    sheet.set_y(top + CODE_MM + 2)
    if block.caption:
        sheet.set_font(FONT, size=TEXT_PT)
        sheet.multi_cell(0, LINE_MM, block.caption, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(1.5)
