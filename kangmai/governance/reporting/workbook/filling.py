"""Put numbers into cells and leave every other byte of a workbook as it came: layout, styles, pictures, charts.

The cell keeps its style; formulas of other cells are worked out anew when the file is opened.
Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.73 (row), 18.2.2 (calcPr).
"""

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal

from lxml import etree
from openpyxl.utils import get_column_letter

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
BOOK, BOOK_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
AFTER_CALC = ("oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "webPublishing", "fileRecoveryPr", "extLst")  # fmt: skip


def filled(content: bytes, numbers: Mapping[tuple[str, str], Decimal]) -> bytes:
    """The workbook with a number in each cell that is named by sheet and cell."""
    by_sheet: dict[str, dict[str, Decimal]] = {}
    for (sheet, cell), number in numbers.items():
        by_sheet.setdefault(sheet, {})[cell] = number
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w") as written:
        paths = {_path(given, sheet): cells for sheet, cells in by_sheet.items()}
        for info in given.infolist():
            data = given.read(info)
            if info.filename in paths:
                data = _with_numbers(data, paths[info.filename])
            elif info.filename == BOOK and numbers:
                data = _calculated_anew(data)
            written.writestr(info, data)
    return made.getvalue()


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(data, parser)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _path(packed: zipfile.ZipFile, sheet: str) -> str:
    """Where the XML of a sheet stands in the archive."""
    book = _parsed(packed.read(BOOK))
    (found,) = [each for each in book.iter(f"{MAIN}sheet") if each.get("name") == sheet]
    relations = _parsed(packed.read(BOOK_RELATIONS))
    (target,) = [
        each.get("Target")
        for each in relations.iter(RELATIONS)
        if each.get("Id") == found.get(RELATION)
    ]
    text = str(target)
    return text.lstrip("/") if text.startswith("/") else f"xl/{text}"


def _with_numbers(data: bytes, cells: Mapping[str, Decimal]) -> bytes:
    root = _parsed(data)
    table = root.find(f"{MAIN}sheetData")
    assert table is not None  # every sheet has one
    _number_places(table)
    for name, number in cells.items():
        cell = _cell(_row(table, _row_of(name)), name)
        for child in list(cell):
            cell.remove(child)
        if "t" in cell.attrib:
            del cell.attrib["t"]
        etree.SubElement(cell, f"{MAIN}v").text = format(number.normalize(), "f")
    return _bytes(root)


def _number_places(table: etree._Element) -> None:
    """Write down the place of rows and cells that leave it to their order, as the standard lets them."""
    row_number = 0
    for row in table.iter(f"{MAIN}row"):
        row_number = int(row.get("r") or row_number + 1)
        row.set("r", str(row_number))
        column = 0
        for cell in row.iter(f"{MAIN}c"):
            name = cell.get("r")
            column = _column_of(name) if name else column + 1
            cell.set("r", f"{get_column_letter(column)}{row_number}")


def _row_of(cell: str) -> int:
    return int(re.sub("[A-Z]", "", cell))


def _column_of(cell: str) -> int:
    number = 0
    for sign in re.sub("[0-9]", "", cell):
        number = number * 26 + ord(sign) - 64
    return number


def _row(table: etree._Element, number: int) -> etree._Element:
    """The row of a number, put in its place where it is not there."""
    for at, row in enumerate(table):
        found = int(row.get("r") or 0)
        if found == number:
            return row
        if found > number:
            new = etree.Element(f"{MAIN}row", r=str(number))
            table.insert(at, new)
            return new
    return etree.SubElement(table, f"{MAIN}row", r=str(number))


def _cell(row: etree._Element, name: str) -> etree._Element:
    """The cell of a name, put in its place where it is not there."""
    for at, cell in enumerate(row):
        found = str(cell.get("r"))
        if found == name:
            return cell
        if _column_of(found) > _column_of(name):
            new = etree.Element(f"{MAIN}c", r=name)
            row.insert(at, new)
            return new
    return etree.SubElement(row, f"{MAIN}c", r=name)


def _calculated_anew(data: bytes) -> bytes:
    """The workbook's part that says: work all formulas out when the file is opened."""
    root = _parsed(data)
    rule = root.find(f"{MAIN}calcPr")
    if rule is None:
        rule = etree.Element(f"{MAIN}calcPr")
        later = [each for each in root if etree.QName(each).localname in AFTER_CALC]
        if later:
            later[0].addprevious(rule)
        else:
            root.append(rule)
    rule.set("fullCalcOnLoad", "1")
    return _bytes(root)
