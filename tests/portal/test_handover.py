"""The ledger as pages: sums, rows, content for those who send, files, receipts with a trial."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.deadlines.types import Subject
from kangmai.handover import actions, models, sheets
from kangmai.handover.types import Format, Row
from tests.factories.portal_town import AT, OPERATOR, VILLAGE

SYSTEM = "basic_public_health_hypertension"
NUMBER = "441202195803121204"


@pytest.fixture
def prepared(town):
    models.Step.objects.all().delete()
    models.Entry.objects.all().delete()
    models.Batch.objects.all().delete()
    values = {
        "name": "梁秀英", "sex_code": "2", "birth_date": "1958-03-12", "document_number": NUMBER,
        "visited_on": "2026-11-20", "method": "home", "systolic": 138, "diastolic": 86,
        "class": "controlled", "doctor": "陈慧敏",
    }  # fmt: skip
    rows = [
        Row(
            subject=Subject("visit", str(n)),
            organization=town.station.id,
            place_code=VILLAGE,
            values=values
            | {"visited_on": f"2026-11-{18 + n}", "doctor": "" if n == 2 else "陈慧敏"},
            resident=town.liang.id,
        )
        for n in (1, 2)
    ]
    actions.prepare(system=SYSTEM, rows=rows, actor=OPERATOR, at=AT)
    return models.Entry.objects.get(subject_id="1")


def receipts(result="成功", number="R-77"):
    lines = [
        [NUMBER, "2026-11-19", result, number, "重复"],
        [NUMBER, "2026-12-01", "成功", "R-78", ""],
    ]
    titles = ["身份证号", "随访日期", "导入结果", "回执编号", "失败原因"]
    return SimpleUploadedFile("receipts.csv", sheets.write(titles, lines, format=Format.CSV))


def test_sums_rows_and_what_is_missing(enter, prepared):
    page = enter("village").get("/handover/").content.decode()
    assert page.count("/handover/01") >= 2
    assert "随访医生" in page
    assert "梁秀英" in page
    page = enter("village").get("/handover/?state=incomplete").content.decode()
    assert "随访医生" in page and str(prepared.id) not in page


def test_who_sees_the_ledger_and_who_its_content(enter, prepared):
    path = f"/handover/{prepared.id}/"
    found = {
        n: enter(n).get(path).status_code
        for n in ("village", "officer", "elsewhere", "clinician", "admin")
    }
    assert found == {
        "village": 200,
        "officer": 200,
        "elsewhere": 404,
        "clinician": 404,
        "admin": 403,
    }
    assert NUMBER in enter("village").get(path).content.decode()
    officer = enter("officer").get(path).content.decode()
    assert NUMBER not in officer and "梁秀英" not in officer
    assert str(prepared.id) not in enter("elsewhere").get("/handover/").content.decode()
    csv = enter("village").get("/handover/list.csv").content.decode()
    assert csv.count(SYSTEM) == 2 and "梁秀英" not in csv and NUMBER not in csv


def test_a_file_is_made_once_and_handed_out_to_its_own(enter, prepared):
    village = enter("village")
    for _ in range(2):
        village.post("/handover/send/", {"system": SYSTEM, "key": "abc"})
    batch = models.Batch.objects.get()
    assert "1 row is in the file." in village.get("/handover/files/").content.decode()
    answer = village.get(f"/handover/files/{batch.id}/")
    assert answer.content[:2] == b"PK"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert enter("elsewhere").get(f"/handover/files/{batch.id}/").status_code == 404
    village.post("/handover/send/", {"system": SYSTEM, "key": "abd"})
    assert "No complete row waits" in village.get("/handover/").content.decode()
    assert village.post("/handover/send/", {"system": "none", "key": "x"}).status_code == 404


def test_receipts_are_tried_then_read(enter, prepared):
    village = enter("village")
    village.post("/handover/send/", {"system": SYSTEM, "key": "abc"})
    form = {"system": SYSTEM, "do": "try"}
    page = village.post("/handover/receipts/", form | {"file": receipts()}).content.decode()
    assert "nothing was changed" in page and "no row that was sent" in page
    assert models.Entry.objects.get(id=prepared.id).state == "sent"
    page = village.post("/handover/receipts/", form | {"do": "read", "file": receipts()})
    assert "Receipts were read" in page.content.decode()
    assert models.Entry.objects.get(id=prepared.id).receipt_number == "R-77"
    village.post("/handover/receipts/", form)
    assert "Choose a file." in village.get("/handover/").content.decode()


def test_one_row_through_its_life_by_hand(enter, prepared):
    village = enter("village")
    path = f"/handover/{prepared.id}/change/"
    village.post("/handover/by-hand/", {"entry": [f"{prepared.id}:1"]})
    assert "1 row was marked." in village.get("/handover/").content.decode()
    village.post(path, {"do": "reject", "said": "日期重复", "version": "2"})
    village.post(path, {"do": "resend", "version": "3"})
    village.post(path, {"do": "typed", "version": "4"})
    village.post(path, {"do": "receipt", "said": "R-1", "version": "5"})
    row = models.Entry.objects.get(id=prepared.id)
    assert (row.state, row.receipt_number, row.way) == ("received", "R-1", "hand")
    village.post(path, {"do": "burn", "version": "6"})
    page = village.get(f"/handover/{prepared.id}/").content.decode()
    assert "is none of these" in page and "日期重复" in page
    village.post("/handover/by-hand/", {"entry": ["x:y"]})
    assert "The list was not read." in village.get("/handover/").content.decode()


def test_nobody_changes_a_neighbour_s(enter, prepared):
    form = {"do": "withdraw", "said": "x", "version": "1"}
    path = f"/handover/{prepared.id}/change/"
    found = {n: enter(n).post(path, form).status_code for n in ("elsewhere", "officer", "liang")}
    assert found == {"elsewhere": 404, "officer": 403, "liang": 403}
    assert models.Entry.objects.get(id=prepared.id).version == 1
