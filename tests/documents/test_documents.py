"""Documents read back: what was put in stands there, in both languages and every format."""

import datetime
import io
import re
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import override_settings
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from kangmai.documents import fonts, queries
from kangmai.documents import types as t
from kangmai.documents.errors import DataMissing, FontMissing, FormatNotMade
from kangmai.documents.queries import has_chinese_font, write
from kangmai.documents.types import Bar, Bars, Fields, Format, Heading, Paper, Prose, Run
from kangmai.kernel.definitions import UnknownDefinition

ON = date(2026, 11, 20)
SUMMARY = {
    "institution": "端州区城东街道社区卫生服务站",
    "resident_name": "梁秀英",
    "sex": "女",
    "age": "68岁",
    "record_number": "44120200100200015",
    "programme": "高血压患者健康管理",
    "visited_on": date(2026, 11, 20),
    "method": "家庭",
    "class": "控制满意",
    "measurements": [
        {"name": "收缩压", "value": 138, "unit": "mmHg", "target": "<150"},
        {"name": "舒张压", "value": 86, "unit": "mmHg", "target": "<90"},
    ],
    "advice": ["血压已达标，请继续按时服药。", "每日食盐不超过 5 克。"],
    "medicines": [{"name": "苯磺酸氨氯地平片 5 mg", "dose": "每日一次，每次一片"}],
    "next_visit_on": "2027-02-18",
    "doctor": "陈慧敏",
}
SLIP = {
    "institution": "城东街道社区卫生服务站",
    "to_institution": "肇庆市第一人民医院",
    "resident_name": "梁秀英",
    "reason": "收缩压 192 mmHg，伴剧烈头痛",
    "referred_on": "2026-11-20",
    "due_on": "2026-12-04",
    "doctor": "陈慧敏",
}
LIST = {
    "title": "待随访名单",
    "institution": "城东街道社区卫生服务站",
    "printed_on": ON,
    "columns": ["姓名", "性别", "电话", "应随访"],
    "rows": [["梁秀英", "女", "013912345678", "2026-11-20"], ["=1+1", "男", "", "—"]],
}
needs_font = pytest.mark.skipif(not queries.has_chinese_font(), reason="no Chinese font here")


def render(template, data, format=Format.PDF, language="zh"):
    return queries.render(template, data, format=format, language=language, on=ON)


def pages(content):
    return PdfReader(io.BytesIO(content)).pages


def text_of(content):
    """The text of a PDF without spaces, which readers put between Chinese characters as they like."""
    return "".join(map(page_text, pages(content)))


def page_text(page):
    # pypdf gives the upper byte of each glyph's number as a character of its own
    return "".join(page.extract_text().replace("\x00", "").split())


@needs_font
def test_a_summary_is_one_sheet_of_a5_with_everything_on_it():
    content = render("visit_summary", SUMMARY)
    (page,) = pages(content)
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [148, 210]
    text = text_of(content)
    for words in (
        "随访小结", "梁秀英", "2026-11-20", "控制满意", "收缩压138mmHg<150", "每日食盐不超过5克。",
        "苯磺酸氨氯地平片5mg", "下次随访2027-02-18", "随访医生：陈慧敏", "1/1",
    ):  # fmt: skip
        assert words in text, words


@needs_font
def test_the_words_of_a_template_follow_the_language():
    text = text_of(render("visit_summary", SUMMARY, language="en"))
    assert "Visitsummary" in text and "Nextvisit" in text and "梁秀英" in text
    assert "随访小结" not in text


@needs_font
def test_what_is_empty_leaves_no_trace():
    text = text_of(
        render("visit_summary", SUMMARY | {"medicines": [], "phone": None, "advice": ""})
    )
    assert "用药" not in text and "联系电话" not in text and "说明与建议" not in text


@needs_font
def test_a_referral_slip():
    text = text_of(render("referral_slip", SLIP))
    assert "双向转诊（转出）单" in text
    assert "收缩压192mmHg，伴剧烈头痛" in text
    assert "回访截止2026-12-04" in text
    assert "接诊医生：____" in text


@needs_font
def test_lines_that_mix_chinese_and_latin_are_not_spread():
    reason = (
        "收缩压 192 mmHg，舒张压 118 mmHg，伴剧烈头痛，口服 amlodipine 5 mg 后半小时复测 188/114 mmHg，"
        * 4
    )
    content = render("referral_slip", SLIP | {"reason": reason})
    drawn = b"".join(page.get_contents().get_data() for page in pages(content))
    # a justified line moves its parts apart by numbers between them
    assert b" TJ" not in drawn
    assert drawn.count(b" Tj") > 5


@needs_font
def test_a_font_is_embedded_with_what_it_uses_only():
    content = render("visit_summary", SUMMARY)
    assert len(content) < 100_000
    resources = pages(content)[0]["/Resources"]["/Font"]
    descriptors = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for font in resources.values()
    ]
    assert descriptors
    assert all({"/FontFile2", "/FontFile3"} & set(each) for each in descriptors)


@needs_font
def test_a_long_list_goes_over_pages_with_its_headers():
    rows = [[f"居民{n}", "女", f"1390000{n:04}", "2026-11-20"] for n in range(300)]
    started = time.monotonic()
    content = render("list", LIST | {"rows": rows})
    assert time.monotonic() - started < 20
    found = pages(content)
    assert len(found) > 5
    assert all("应随访" in page_text(page) for page in found)
    assert "居民0女" in text_of(content) and "居民299女" in text_of(content)


def test_a_list_as_a_spreadsheet_keeps_zeros_and_runs_no_formula():
    lines = [
        list(r) for r in load_workbook(io.BytesIO(render("list", LIST, Format.XLSX))).active.values
    ]
    assert lines[0][0] == "待随访名单"
    assert lines[3] == ["姓名", "性别", "电话", "应随访"]
    assert lines[4] == ["梁秀英", "女", "013912345678", "2026-11-20"]
    assert lines[5][0] == "'=1+1"


@pytest.mark.parametrize(
    ("template", "data"), [("visit_summary", SUMMARY), ("referral_slip", SLIP)]
)
def test_as_a_text_document(template, data):
    file = Document(io.BytesIO(render(template, data, Format.DOCX)))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(each.text for each in file.paragraphs), *cells])
    assert "梁秀英" in text and "陈慧敏" in text
    assert (round(file.sections[0].page_width.mm), file.core_properties.author) == (148, "")


@pytest.mark.parametrize(
    ("template", "data", "format", "error"),
    [
        ("visit_summary", SUMMARY | {"resident_name": ""}, Format.DOCX, DataMissing),
        ("visit_summary", SUMMARY, Format.XLSX, FormatNotMade),
        ("no_such_thing", SUMMARY, Format.DOCX, UnknownDefinition),
    ],
)
def test_wrong_orders_are_refused(template, data, format, error):
    with pytest.raises(error):
        render(template, data, format)


def test_as_a_page_that_stands_alone_and_escapes_what_it_says():
    data = {
        "title": "城东<小学>事件",
        "reference": "E1",
        "written_at": ON,
        "towns": [{"area": "城东", "cases": "3"}],
        "lessons": ["晨检\n登记呕吐"],
    }
    page = render("situation_report", data, Format.HTML).decode()
    assert page.startswith('<!doctype html>\n<html lang="zh-Hans">')
    assert "<h1>城东&lt;小学&gt;事件</h1>" in page and "size:210mm 297mm" in page
    assert '<caption>现住址分布（乡镇街道）</caption><thead><tr><th scope="col">地区</th>' in page
    assert "<p>晨检<br>登记呕吐</p>" in page and "防控措施" not in page
    assert "<script" not in page and "http" not in page
    with pytest.raises(FormatNotMade):
        render("visit_summary", SUMMARY, Format.HTML)


def test_control_characters_are_left_out():
    odd = {"resident_name": "梁\x00秀\u202e英"}
    file = Document(io.BytesIO(render("visit_summary", SUMMARY | odd, Format.DOCX)))
    assert "梁秀英" in "\n".join(each.text for each in file.paragraphs)


def test_without_a_font_it_says_what_to_install(monkeypatch):
    fonts.chinese_font.cache_clear()
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_package")
    monkeypatch.setattr(fonts, "SYSTEM", ())
    try:
        assert not queries.has_chinese_font()
        with pytest.raises(FontMissing, match="pylopdf-fonts-zh-cn"):
            render("visit_summary", SUMMARY)
        with override_settings(FONT="nowhere.otf"):
            assert not queries.has_chinese_font()
    finally:
        fonts.chinese_font.cache_clear()


def test_a_font_that_the_operator_names_comes_first(tmp_path):
    named = Path(tmp_path) / "own.ttc"
    named.touch()
    fonts.chinese_font.cache_clear()
    try:
        with override_settings(FONT=str(named)):
            assert fonts.chinese_font() == fonts.Font(named, fonts.SIMPLIFIED)
    finally:
        fonts.chinese_font.cache_clear()


def test_every_template_is_listed():
    found = {each.id: each.formats for each in queries.template_list(on=ON)}
    assert found["list"] == (Format.PDF, Format.DOCX, Format.XLSX)
    assert {"visit_summary", "referral_slip"} <= set(found)


def report(**more):
    """A document with links, a chart and a card, as rooms compose them."""
    blocks = (
        Heading("报告", 1),
        Prose(((Run("控制率为"), Run("66.67%", "card-a"), Run("。")),)),
        Bars("按县", (Bar("端州区", Decimal(60), "60%"), Bar("四会市", None, "—"), Bar("德庆县", Decimal(30), "30%")), Decimal(80), "目标 80%"),
        Heading("口径", 2, "card-a"),
        Fields((("数值", "66.67%"),), 1),
    )  # fmt: skip
    return t.Document("报告", "zh", Paper(210, 297), blocks, "", **more)


def test_a_chart_is_drawn_to_its_longest_and_stands_in_every_format():
    page = write(report(), format=Format.HTML).decode()
    # the target takes the whole width, 60 takes three quarters of it
    assert re.findall(r'class="bar" style="width:([\d.]+)%"', page) == ["75.0", "0.0", "37.5"]
    assert page.count('class="target" style="left:100.0%"') == 3
    assert '<a href="#card-a">66.67%</a>' in page and '<h2 id="card-a">口径</h2>' in page
    file = Document(io.BytesIO(write(report(), format=Format.DOCX)))
    (link,) = [each for paragraph in file.paragraphs for each in paragraph.hyperlinks]
    assert (link.text, link.fragment) == ("66.67%", "card-a")


@needs_font
def test_a_heading_is_never_the_last_line_of_a_page_and_may_begin_one():
    blocks = [b for n in range(60) for b in (Heading(f"标题{n}", 2), Prose(((Run(f"句{n}"),),)))]
    of = t.Document("报告", "zh", Paper(210, 297), (*blocks, Heading("附件", 1, starts_page=True)), "")  # fmt: skip
    *body, last = (
        each.extract_text().replace("\x00", "").split()
        for each in pages(write(of, format=Format.PDF))
    )
    assert len(body) > 2 and "附件" in last and "句59" not in last
    for page in body:
        heads, lines = ([w[2:] if w.startswith("标题") else w[1:] for w in page if w.startswith(k)] for k in ("标题", "句"))  # fmt: skip
        assert heads == lines


@needs_font
def test_a_chart_colours_nothing_but_its_bars():
    (page,) = pages(write(report(), format=Format.PDF))
    drawn = page.get_contents().get_data()
    assert len(re.findall(rb" re f\b", drawn)) == 2
    assert page["/Annots"]
    assert "66.67%" in text_of(write(report(), format=Format.PDF))


def test_files_of_a_dated_document_are_always_the_same_bytes(monkeypatch):
    dated = report(dated=datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
    formats = [Format.HTML, Format.DOCX, *([Format.PDF] if has_chinese_font() else [])]
    before = [write(dated, format=each) for each in formats]
    later = time.gmtime(2_000_000_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    assert [write(dated, format=each) for each in formats] == before
