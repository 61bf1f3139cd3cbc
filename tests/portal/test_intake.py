"""Pages of tables: templates, trial, import, who may, and as whom it is written."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.kernel.actor import operator
from kangmai.records import queries
from tests.factories.portal_town import AT

TABLE = "outpatient_summary"


def template(enter, login="clinician"):
    answer = enter(login).get(f"/tables/{TABLE}.xlsx")
    assert answer.status_code == 200
    return answer.content


def changed(content: bytes, **cells: str) -> SimpleUploadedFile:
    """The template with other cells in its example row, by title."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    titles = {cell.value: cell.column for cell in sheet[1]}
    for title, text in cells.items():
        sheet.cell(2, titles[title], text)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("table.xlsx", file.getvalue())


def patients(number: str) -> list[dict]:
    page = queries.search("Patient", f"identifier={number}", actor=operator("test"), at=AT)
    return [json.loads(each.body) for each in page.matches]


def test_page_names_tables_and_the_institution_in_both_languages(enter):
    english = enter("clinician").get("/tables/").content.decode()
    assert "Front page of an inpatient record" in english
    assert "not yet compared with its source" in english
    chinese = enter("clinician", language="zh-hans").get("/tables/").content.decode()
    assert "住院病案首页" in chinese and "下载模板" in chinese


def test_trial_then_import_then_again(enter, town):
    content = template(enter)
    client = enter("clinician")

    def send(do):
        file = changed(content, 患者编号="PAGE-1", 门诊号="PAGE-1")
        return client.post(
            "/tables/take/", {"table": TABLE, "file": file, "do": do}
        ).content.decode()

    assert "Trial: nothing was stored" in send("try")
    assert patients("PAGE-1") == []
    assert "The file was imported" in send("import")
    (patient,) = patients("PAGE-1")
    assert patient["name"] == [{"text": "梁秀英"}]
    page = send("import")
    assert 'Known already</dt><dd class="number">1' in page


def test_faults_are_named_by_line_and_column(enter):
    file = changed(template(enter), 患者编号="PAGE-2", 性别="不详", 出生日期="明天")
    answer = enter("clinician").post(
        "/tables/take/", {"table": TABLE, "file": file, "do": "import"}
    )
    page = answer.content.decode()
    assert page.count('data-label="Line">2<') == 2
    assert "出生日期" in page and "性别" in page
    assert patients("PAGE-2") == []


@pytest.mark.parametrize("login", ["village", "liang", "officer"])
def test_others_are_refused(enter, login):
    client = enter(login)
    file = SimpleUploadedFile("t.csv", b"x")
    assert client.get("/tables/").status_code == 403
    assert client.get(f"/tables/{TABLE}.xlsx").status_code == 403
    assert (
        client.post("/tables/take/", {"table": TABLE, "file": file, "do": "import"}).status_code
        == 403
    )


def test_no_file_no_table_and_a_file_that_is_none(enter):
    client = enter("clinician")
    assert client.post("/tables/take/", {"table": TABLE, "do": "try"}).status_code == 302
    for table, file in ((TABLE, b"PK broken"), ("nothing", b"a,b")):
        sent = {"table": table, "file": SimpleUploadedFile("t.csv", file), "do": "import"}
        answer = client.post("/tables/take/", sent, follow=True)
        assert answer.status_code == 200
        assert answer.redirect_chain[0][0] == "/tables/"
    assert client.get("/tables/nothing.xlsx").status_code == 404
