"""The level above's own table: refused bindings are named by cell, and the file comes back as it was sent but for its numbers."""

import io
import re
import zipfile
from datetime import date
from uuid import uuid4

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.worksheet.formula import ArrayFormula

from kangmai.analytics import actions as analytics
from kangmai.governance.reporting import actions, queries
from kangmai.governance.reporting.errors import (
    BindingLineUnreadable,
    CellsEmpty,
    WorkbookUnknown,
    WorkbookUnreadable,
)
from kangmai.governance.reporting.rules import read_bindings
from kangmai.standards.periods import parse_period
from tests.governance.factories import AT, CITY, COUNTY, READER, SIDEWAYS, WRITER, YEAR


def sent() -> bytes:
    """A table as bureaus send them: merged titles, words, a formula, a percentage, a chart, a second sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "表 一"
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "统计表"
    sheet["A1"].font = Font(bold=True, color="FF0000")
    for row, cells in enumerate((("地区", "管理", "达标", "率"), ("端州", None, "—", None), ("全市", 0, None, None), ("计", "=B4+1", None, "合格")), start=3):  # fmt: skip
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, value)
    sheet["D4"].number_format = "0.00%"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=5), titles_from_data=True)
    sheet.add_chart(chart, "F2")
    book.create_sheet("说明")["A1"] = "填表说明"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def changed(content, change):
    """A workbook whose first sheet's XML was changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w") as written:
        for info in given.infolist():
            data = given.read(info)
            is_first = info.filename == "xl/worksheets/sheet1.xml"
            written.writestr(
                info.filename, change(data) if is_first else data, zipfile.ZIP_DEFLATED
            )
    return made.getvalue()


def upload(content=None, **more):
    asked = {"name": "表.xlsx", "area": CITY, "key": uuid4(), "actor": WRITER, "at": AT, **more}
    return actions.upload(content=sent() if content is None else content, **asked)


def bind(of, text, by=WRITER):
    found, faults = actions.bind(
        workbook_id=of.id, bindings=read_bindings(text), expected_version=of.version, actor=by, at=AT
    )  # fmt: skip
    return found, [(each.place, each.error.code) for each in faults]


def test_refused_bindings_are_named_by_cell_and_none_is_kept(city):
    of, faults = bind(
        upload(),
        "表 一!B4, ht_control_rate, 441202, denominator\n表 一!B6, ht_control_rate, 441200\n"
        "表 一!B1, ht_control_rate, 441200\n表 一!A3, ht_control_rate, 441200\n表 一!D6, ht_control_rate, 441200\n"
        "表 一!Z99, ht_control_rate, 441200\n表 一!Z4, ht_control_rate, 441200\n"
        "表 一!XFE4, ht_control_rate, 441200\n表二!B4, ht_control_rate, 441200\n"
        "表 一!C4, no_such, 441200\n表 一!C5, ht_control_rate, 999999",
    )
    assert faults == [
        ("表 一!B6", "BindingCellTaken"), ("表 一!B1", "BindingCellTaken"),
        ("表 一!A3", "BindingCellTaken"), ("表 一!D6", "BindingCellTaken"),
        ("表 一!Z99", "BindingCellUnknown"), ("表 一!Z4", "BindingCellUnknown"), ("表 一!XFE4", "BindingCellUnknown"), ("表二!B4", "BindingCellUnknown"),
        ("表 一!C4", "IndicatorUnknown"), ("表 一!C5", "AreaUnknown"),
    ]  # fmt: skip
    assert of.bindings == ()
    with pytest.raises(BindingLineUnreadable, match="Line 2"):
        read_bindings("表 一!B4, ht_control_rate, 441202\nB4 ht_control_rate")


def test_a_refusal_keeps_to_one_language(city):
    _, faults = actions.bind(
        workbook_id=upload().id, bindings=read_bindings("表 一!A3, ht_control_rate, 441200"), expected_version=1, actor=WRITER, at=AT
    )  # fmt: skip
    assert faults[0].error.message("zh") == "表 一!A3：该单元格不能填数（含文字）。"
    assert faults[0].error.message("en") == "表 一!A3: the cell holds words; no figure goes there."
    with pytest.raises(WorkbookUnreadable) as refused:
        upload(b"no workbook")
    assert (
        refused.value.message("zh")
        == "表.xlsx 无法使用：不是 .xlsx 工作簿。请上传不超过 5 MB、不含宏的 .xlsx 工作簿。"
    )


def test_the_file_comes_back_as_it_was_sent_but_for_its_numbers(city):
    of, faults = bind(
        upload(),
        "表 一!B4, ht_control_rate, 441202, denominator\n表 一!C4, ht_control_rate, 441202, numerator\n"
        "表 一!D4, ht_control_rate, 441202, value\n表 一!B5, ht_control_rate, 441200, numerator, now\n"
        "表 一!D5，ht_control_rate，441200，value，year_before",
    )
    assert faults == []
    fill = {"workbook_id": of.id, "period": YEAR, "actor": WRITER, "at": AT}
    with pytest.raises(
        CellsEmpty, match=r"表 一!B4 Blood pressure .* Duanzhou District 2025; .*表 一!D5"
    ) as caught:
        actions.fill(**fill)
    assert "表 一!B4 管理人群血压控制率 端州区 2025年；" in caught.value.message("zh")
    for area, year in ((COUNTY, "2025"), (CITY, "2025"), (CITY, "2024")):
        analytics.freeze(indicator="ht_control_rate", period=parse_period(year), area=area, actor=WRITER, at=AT)  # fmt: skip
    name, content = actions.fill(**fill)
    assert (name, content) == ("表.xlsx", actions.fill(**fill)[1])
    found = load_workbook(io.BytesIO(content))["表 一"]
    assert [found[each].value for each in ("B4", "C4", "D4", "B5", "D5")] == [30, 20, 0.6667, 30, 44.44]  # fmt: skip
    assert (found["B6"].value, found["A1"].font.bold, found["D4"].number_format) == ("=B4+1", True, "0.00%")  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(sent())) as before, zipfile.ZipFile(io.BytesIO(content)) as after:  # fmt: skip
        assert before.namelist() == after.namelist()
        changed = {each for each in after.namelist() if before.read(each) != after.read(each)}
        # properties carry the second in which the test made the file
        assert changed - {"docProps/core.xml"} == {"xl/workbook.xml", "xl/worksheets/sheet1.xml"}
        assert b'fullCalcOnLoad="1"' in after.read("xl/workbook.xml")


def test_a_cell_takes_the_number_of_the_period_before(city):
    """Twelve months to March beside those to February: in between everybody came again."""
    of, faults = bind(
        upload(),
        "表 一!B4, ht_control_rate, 441200, numerator, now\n"
        "表 一!C4, ht_control_rate, 441200, numerator, period_before",
    )
    assert faults == []
    fill = {"workbook_id": of.id, "period": parse_period("2024-04-01/2025-04-01"), "actor": WRITER, "at": AT}  # fmt: skip
    freeze = {"indicator": "ht_control_rate", "area": CITY, "actor": WRITER, "at": AT}
    analytics.freeze(period=fill["period"], **freeze)
    with pytest.raises(CellsEmpty, match=r"表 一!C4 .* Zhaoqing March 2024 to February 2025"):
        actions.fill(**fill)
    analytics.freeze(period=parse_period("2024-03-01/2025-03-01"), **freeze)
    found = load_workbook(io.BytesIO(actions.fill(**fill)[1]))["表 一"]
    assert [found[each].value for each in ("B4", "C4")] == [30, 20]
    # nothing stands just before a span that is no month, quarter or year
    with pytest.raises(CellsEmpty, match=r"表 一!C4 .* Zhaoqing —"):
        actions.fill(**{**fill, "period": parse_period("2025-01-10/2025-03-20")})


def test_what_is_no_spreadsheet_is_refused(city):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("xl/workbook.xml", "<nothing/>")
    for content in (b"", b"PK\x03\x04", b"a,b\n1,2", packed.getvalue()):
        with pytest.raises(WorkbookUnreadable):
            upload(content)


def test_a_small_file_that_unpacks_to_a_huge_sheet_is_refused(city):
    comment = b"<!--" + b" " * (10 * 2**20) + b"-->"
    huge = changed(sent(), lambda data: data.replace(b"<sheetData>", comment + b"<sheetData>"))
    assert len(huge) < 100_000
    with pytest.raises(WorkbookUnreadable, match="too many cells"):
        upload(huge)


def test_a_file_that_is_named_otherwise_is_refused(city):
    with pytest.raises(WorkbookUnreadable, match=r"does not end in \.xlsx"):
        upload(name="表.xlsm")
    assert queries.workbooks(actor=WRITER) == ((), "")


def test_an_array_a_date_and_a_truth_are_not_written_over(city):
    book = load_workbook(io.BytesIO(sent()))
    sheet = book["表 一"]
    sheet["G4"] = ArrayFormula("G4:G6", "=B4:B6*2")
    sheet["H4"], sheet["H5"], sheet["H6"] = date(2025, 12, 31), True, 12
    made = io.BytesIO()
    book.save(made)
    of = upload(made.getvalue())
    cells = ("G4", "G5", "G6", "H4", "H5", "H6")
    of, faults = bind(of, "\n".join(f"表 一!{each}, ht_control_rate, 441200" for each in cells))
    assert [place for place, _ in faults] == [f"表 一!{each}" for each in cells[:-1]]
    assert {code for _, code in faults} == {"BindingCellTaken"}
    shown = queries.sheet(workbook_id=of.id, name="表 一", actor=WRITER)
    texts = {cell.name: cell.text for _, row in shown.rows for cell in row}
    assert (texts["G4"], texts["H4"]) == ("{=B4:B6*2}", "2025-12-31")


def test_a_cell_that_writes_a_sign_takes_only_what_is_counted_in_it(city):
    book = load_workbook(io.BytesIO(sent()))
    for cell, shown in {"G4": '0.0"‰"', "G5": '0.00"%"', "G6": "0.0%", "G7": "0.00"}.items():
        book["表 一"][cell].number_format = shown
    book["表 一"]["G7"] = 0
    made = io.BytesIO()
    book.save(made)
    of = upload(made.getvalue())
    of, faults = bind(
        of,
        "表 一!G4, ht_control_rate, 441200\n表 一!G5, ht_control_rate, 441200, numerator\n"
        "表 一!G6, ht_control_rate, 441200, numerator\n表 一!G7, ht_control_rate, 441200, numerator",
    )
    assert [place for place, _ in faults] == ["表 一!G4", "表 一!G5", "表 一!G6"]
    of, faults = bind(of, "\n".join(f"表 一!G{n}, ht_control_rate, 441200" for n in (5, 6, 7)))
    assert faults == []
    analytics.freeze(indicator="ht_control_rate", period=YEAR, area=CITY, actor=WRITER, at=AT)
    found = load_workbook(io.BytesIO(actions.fill(workbook_id=of.id, period=YEAR, actor=WRITER, at=AT)[1]))["表 一"]  # fmt: skip
    # the sign that stands in quotation marks does not multiply by a hundred
    assert [found[f"G{n}"].value for n in (5, 6, 7)] == [66.67, 0.6667, 66.67]


def test_rows_and_cells_that_leave_their_place_to_their_order_are_filled_in_place(city):
    bare = changed(sent(), lambda data: re.sub(rb'(<(?:row|c)) r="[A-Z]*[0-9]+"', rb"\1", data))
    table = load_workbook(io.BytesIO(bare))["表 一"]
    places = {cell.value: cell.coordinate for row in table.iter_rows() for cell in row}
    city_row = places["全市"].removeprefix("A")
    of, faults = bind(upload(bare), f"表 一!B{city_row}, ht_control_rate, 441200, numerator")
    assert faults == []
    analytics.freeze(indicator="ht_control_rate", period=YEAR, area=CITY, actor=WRITER, at=AT)
    found = load_workbook(io.BytesIO(actions.fill(workbook_id=of.id, period=YEAR, actor=WRITER, at=AT)[1]))["表 一"]  # fmt: skip
    assert (found[f"A{city_row}"].value, found[f"B{city_row}"].value) == ("全市", 30)
    assert found.max_row == table.max_row


def test_nobody_sees_or_binds_sideways(city):
    of = upload()
    with pytest.raises(WorkbookUnknown):
        bind(of, "表 一!B4, ht_control_rate, 441202", by=SIDEWAYS)
    with pytest.raises(WorkbookUnknown):
        queries.get_workbook(workbook_id=of.id, actor=SIDEWAYS)
    from kangmai.kernel.actor import NotPermitted

    with pytest.raises(NotPermitted):
        queries.workbooks(actor=READER)
    assert queries.workbooks(actor=SIDEWAYS) == ((), "")
