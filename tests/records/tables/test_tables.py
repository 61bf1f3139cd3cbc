"""Tables of institutions: templates, rows with faults, trial and import, the same rows again."""

import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.kernel.actor import NotPermitted, operator
from kangmai.kernel.ids import OrganizationId
from kangmai.records import actions, queries
from kangmai.records.tables.errors import (
    NotAnInstitutionsTable,
    TableFileTooLarge,
    TableFileUnreadable,
    TableTitlesWrong,
    TableUnknown,
)
from tests.factories.actors import actor as an_actor

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
FRONT, VISIT, RESULT = "inpatient_front_page", "outpatient_summary", "test_results"


@pytest.fixture(scope="module")
def hospital(shared_database: str) -> OrganizationId:
    from tests.factories import registry

    return OrganizationId(registry.organization(code="T1", name="无接口医院").id)


def sheet(table: str, *rows: dict[str, str]) -> bytes:
    """A CSV whose rows are the template's example with changes by title."""
    import csv

    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(queries.intake_template(table, language="zh")[1]))
    titles, example = (
        [str(c.value or "") for c in row] for row in book.worksheets[0].iter_rows(max_row=2)
    )
    extra = [title for row in rows for title in row if title not in titles]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(all_titles := [*titles, *dict.fromkeys(extra)])
    for row in rows:
        whole = {**dict(zip(titles, example, strict=True)), **row}
        writer.writerow([whole.get(title, "") for title in all_titles])
    return text.getvalue().encode()


def take(table: str, content: bytes, hospital: OrganizationId, *, is_trial: bool = False):
    return actions.import_table(
        table, content, organization=hospital, is_trial=is_trial, actor=operator("test"), at=AT
    )


def found(query: str) -> list[dict]:
    kind, _, parameters = query.partition("?")
    page = queries.search(kind, parameters, actor=operator("test"), at=AT)
    return [json.loads(each.body) for each in page.matches]


@pytest.mark.parametrize("table", [FRONT, VISIT, RESULT])
def test_the_template_of_a_table_can_be_taken_in(hospital, table):
    _, content = queries.intake_template(table, language="zh")
    report = take(table, content, hospital, is_trial=True)
    assert (report.rows, report.rejected, report.created) == (1, 0, 1), report.faults


def test_a_front_page_becomes_stay_diagnoses_procedures_and_fees(hospital):
    row = {
        "病案号": "B1", "患者编号": "F1", "其他诊断编码1": "E11.900", "其他诊断1": "2型糖尿病", "手术操作编码1": "36.0601",
        "手术操作名称1": "冠状动脉支架置入", "手术操作日期1": "2026-11-03 10:00", "手术操作术者1": "黄志强",
    }  # fmt: skip
    report = take(FRONT, sheet(FRONT, row), hospital)
    assert (report.rows, report.created, report.faults) == (1, 1, ())
    (patient,) = found("Patient?identifier=F1")
    assert patient["identifier"][1] == {
        "system": "urn:oid:2.16.156.10011.1.3",
        "value": "441202199001011025",
    }
    (stay,) = found(f"Encounter?subject=Patient/{patient['id']}")
    assert (stay["status"], stay["class"]["code"], stay["length"]["value"]) == (
        "finished",
        "IMP",
        7,
    )
    assert stay["period"] == {
        "start": "2026-11-01T09:30:00+08:00",
        "end": "2026-11-08T10:00:00+08:00",
    }
    assert stay["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "home"
    diagnoses = {each["id"]: each for each in found(f"Condition?encounter=Encounter/{stay['id']}")}
    ranked = [
        diagnoses[each["condition"]["reference"].partition("/")[2]] for each in stay["diagnosis"]
    ]
    assert [each["code"]["coding"][0]["code"] for each in ranked] == ["I10.x00x002", "E11.900"]
    assert [each["use"]["coding"][0]["code"] for each in stay["diagnosis"]] == ["DD", "CM"]
    (procedure,) = found(f"Procedure?encounter=Encounter/{stay['id']}")
    assert procedure["code"]["coding"][0]["code"] == "36.0601"
    assert procedure["performer"][0]["actor"]["display"] == "黄志强"
    (invoice,) = found(f"Invoice?subject=Patient/{patient['id']}")
    assert invoice["totalGross"] == {"value": 5320.5, "currency": "CNY"}
    assert len(invoice["lineItem"]) == 5


WRONG = {
    "stay_days": ({"实际住院天数": "8"}, "实际住院天数"),
    "order of dates": ({"入院时间": "2026-11-09 09:30", "实际住院天数": ""}, "实际住院天数"),
    "fees": ({"总费用": "5000"}, "总费用"),
    "own share": ({"自付金额": "6000"}, "自付金额"),
    "male and pregnant": ({"性别": "男", "身份证号": "", "主要诊断编码": "O80.900"}, "主要诊断编码"),
    "external cause": ({"主要诊断编码": "W19.900"}, "主要诊断编码"),
    "injury without cause": ({"主要诊断编码": "S72.000"}, "损伤中毒外部原因编码"),
    "transfer without receiver": ({"离院方式": "2"}, "拟接收医疗机构名称"),
    "allergy without name": ({"药物过敏": "有"}, "过敏药物"),
    "procedure outside": (
        {"手术操作编码1": "36.0601", "手术操作名称1": "支架", "手术操作日期1": "2026-11-20"}, "手术操作日期"),
    "procedure without name": ({"手术操作编码1": "36.0601", "手术操作日期1": "2026-11-03"}, "手术操作名称"),
    "no such day": ({"出生日期": "1990-02-31"}, "出生日期"),
    "a day to come": ({"出生日期": "2027-01-01"}, "出生日期"),
    "no such code": ({"离院方式": "回家"}, "离院方式"),
    "no diagnosis code": ({"主要诊断编码": "高血压"}, "主要诊断编码"),
    "no procedure code": ({"手术操作编码1": "ABC"}, "手术操作编码1"),
    "a slip in the number": ({"身份证号": "441202199001011024"}, "身份证号"),
    "a number cut off by the sheet": ({"身份证号": "4.41202E+17"}, "身份证号"),
    "no name": ({"姓名": ""}, "姓名"),
    "no amount": ({"总费用": "五千"}, "总费用"),
}  # fmt: skip


def test_every_fault_is_told_with_its_line_and_column_and_good_rows_go_in(hospital):
    rows = [
        {"病案号": f"W{n}", "患者编号": f"W{n}", **change}
        for n, (change, _) in enumerate(WRONG.values())
    ]
    good = {"病案号": "GOOD", "患者编号": "GOOD"}
    report = take(FRONT, sheet(FRONT, *rows, good), hospital)
    assert (report.rows, report.rejected, report.created) == (len(WRONG) + 1, len(WRONG), 1)
    told = {}
    for fault in report.faults:
        told.setdefault(fault.line, fault)
        assert fault.english and fault.chinese
    assert {name: told[n].column for n, name in enumerate(WRONG, 2)} == {
        name: w[1] for name, w in WRONG.items()
    }
    assert found("Patient?identifier=W0") == []
    assert len(found("Patient?identifier=GOOD")) == 1


def test_a_warning_lets_the_row_in(hospital):
    row = {"病案号": "B9", "患者编号": "F9", "主要诊断编码": "C34.900", "主要诊断": "肺恶性肿瘤"}
    report = take(FRONT, sheet(FRONT, row), hospital)
    assert (report.rejected, report.created) == (0, 1)
    assert [(f.column, f.is_warning) for f in report.faults] == [("病理诊断编码", True)]


def test_a_trial_stores_nothing(hospital):
    report = take(
        VISIT, sheet(VISIT, {"门诊号": "M-T", "患者编号": "TRIAL"}), hospital, is_trial=True
    )
    assert (report.created, report.is_trial) == (1, True)
    assert found("Patient?identifier=TRIAL") == []


def test_a_trial_counts_rows_as_the_import_would(hospital):
    one, other = {"门诊号": "M-D1", "患者编号": "D1"}, {"门诊号": "M-D2", "患者编号": "D1"}
    content = sheet(VISIT, one, one, {**one, "主诉": "头晕4天"}, other)
    trial = take(VISIT, content, hospital, is_trial=True)
    real = take(VISIT, content, hospital)
    counts = [(each.created, each.updated, each.unchanged) for each in (trial, real)]
    assert counts == [(2, 1, 1), (2, 1, 1)]


def test_the_same_rows_again_change_nothing_and_a_mended_one_makes_a_version(hospital):
    content = sheet(VISIT, {"门诊号": "M1", "患者编号": "V1"}, {"门诊号": "M2", "患者编号": "V1"})
    first, again = take(VISIT, content, hospital), take(VISIT, content, hospital)
    assert (first.created, again.created, again.unchanged) == (2, 0, 2)
    mended = take(
        VISIT, sheet(VISIT, {"门诊号": "M2", "患者编号": "V1", "主诉": "头晕4天"}), hospital
    )
    assert mended.updated == 1
    assert len(found("Patient?identifier=V1")) == 1
    visits = found("Encounter?subject:Patient.identifier=V1")
    assert sorted(each["meta"]["versionId"] for each in visits) == ["1", "2"]


def test_results_keep_their_digits(hospital):
    rows = [{"报告单号": "J1", "患者编号": "R1", "项目编码": c, "结果": r} for c, r in
            (("A", "5.60"), ("B", "<0.01"), ("C", "阴性"), ("D", "007"))]  # fmt: skip
    assert take(RESULT, sheet(RESULT, *rows), hospital).created == 4
    page = queries.search(
        "Observation", "subject:Patient.identifier=R1", actor=operator("test"), at=AT
    )
    bodies = {json.loads(e.body)["code"]["coding"][1]["code"]: e.body for e in page.matches}
    assert b'"value":5.60' in bodies["A"]
    assert b'"comparator":"<"' in bodies["B"]
    assert json.loads(bodies["C"])["valueString"] == "阴性 mmol/L"
    assert json.loads(bodies["D"])["valueQuantity"]["value"] == 7


def test_files_that_are_none_and_titles_that_do_not_fit(hospital):
    with pytest.raises(TableUnknown):
        take("nothing", b"", hospital)
    with pytest.raises(TableFileUnreadable):
        take(VISIT, b"PK\x03\x04broken", hospital)
    with pytest.raises(TableTitlesWrong) as wrong:
        take(VISIT, "门诊号,姓名,星座\n1,2,3".encode(), hospital)
    assert "星座" in str(wrong.value) and "性别" in str(wrong.value)
    with pytest.raises(TableFileTooLarge):
        actions.import_table(VISIT, sheet(VISIT, *[{"门诊号": str(n)} for n in range(3)]), organization=hospital,
                             is_trial=True, most_rows=2, actor=operator("test"), at=AT)  # fmt: skip


def test_an_institution_writes_as_itself_only_and_needs_the_right(hospital):
    content = sheet(VISIT, {"门诊号": "M9", "患者编号": "S9"})
    other = an_actor(organizations=[hospital + 1], permissions=["records.intake"])
    with pytest.raises(NotAnInstitutionsTable):
        actions.import_table(
            VISIT, content, organization=hospital, is_trial=False, actor=other, at=AT
        )
    without = an_actor(organizations=[hospital])
    with pytest.raises(NotPermitted):
        actions.import_table(
            VISIT, content, organization=hospital, is_trial=False, actor=without, at=AT
        )
    assert found("Patient?identifier=S9") == []
    own = an_actor(organizations=[hospital], permissions=["records.intake"])
    done = actions.import_table(
        VISIT, content, organization=hospital, is_trial=False, actor=own, at=AT
    )
    assert done.created == 1


def test_gb18030_and_spreadsheet_dates(hospital):
    from openpyxl import Workbook

    text = sheet(VISIT, {"门诊号": "M7", "患者编号": "G7", "姓名": "镕䶮"}).decode()
    assert take(VISIT, text.encode("gb18030"), hospital).created == 1
    book = Workbook()
    book.active.append(
        ["门诊号", "患者编号", "姓名", "性别", "出生日期", "就诊时间", "科室", "诊断编码", "诊断"]
    )
    book.active.append(
        [
            "M8",
            8,
            "梁",
            "女",
            datetime(1990, 1, 1),
            datetime(2026, 11, 20, 9, 5),
            "全科",
            "I10.x00",
            "高血压",
        ]
    )
    file = io.BytesIO()
    book.save(file)
    assert take(VISIT, file.getvalue(), hospital).created == 1
    (visit,) = found("Encounter?subject:Patient.identifier=8")
    assert visit["period"]["start"] == "2026-11-20T09:05:00+08:00"


@given(st.lists(st.lists(st.text(max_size=12), max_size=8), max_size=4))
def test_whatever_a_file_holds_is_read_or_refused_by_name(rows):
    import csv

    from kangmai.kernel.errors import Incorrect
    from kangmai.records.tables.reading import rows_of, table

    text = io.StringIO()
    csv.writer(text).writerows(rows)
    try:
        list(rows_of(text.getvalue().encode(errors="replace"), table(RESULT)))
    except Incorrect as error:
        assert error.message("zh")


def test_the_command_prints_its_contract(hospital, tmp_path):
    from click.testing import CliRunner

    from kangmai.commandline.imports import table

    done = CliRunner().invoke(table, ["--help"])
    assert done.exit_code == 0
    assert '"rejected"' in done.output
