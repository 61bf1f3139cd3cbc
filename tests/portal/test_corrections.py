"""A resident asks for a correction and a desk decides; numbers in full for a reason: at the pages."""

import re

import pytest

from kangmai.kernel import audit, feed

NUMBERS = "/residents/0000000000018/numbers/"
ASKED = {"field": "address", "value": "杏花社区88号", "reason": "我搬到后面一栋"}


def said(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_asked_decided_and_answered(enter, language):
    resident, desk = enter("liang", language=language), enter("village", language=language)
    elsewhere = enter("elsewhere", language=language)
    assert resident.post("/my-corrections/ask/", ASKED)["Location"] == "/my-corrections/"
    assert ASKED["value"] in said(resident.get("/my-corrections/"))
    queue = said(desk.get("/corrections/"))
    (address,) = re.findall(r'href="(/corrections/[0-9a-f-]{36}/)"', queue)
    assert ASKED["value"] in queue
    assert ASKED["reason"] in said(desk.get(address))
    assert ASKED["value"] not in said(elsewhere.get("/corrections/"))
    assert elsewhere.get(address).status_code == 404
    decline = {"do": "decline", "version": "1", "answer": ""}
    assert elsewhere.post(f"{address}decide/", decline).status_code == 302
    assert desk.post(f"{address}decide/", decline)["Location"] == address  # without an answer
    desk.post(f"{address}decide/", decline | {"answer": "请带房产证"})
    assert "请带房产证" in said(resident.get("/my-corrections/"))
    assert desk.get(address).status_code == 404
    assert ASKED["value"] not in said(desk.get("/corrections/"))


def test_desk_and_resident_are_told(enter):
    resident, desk, elsewhere = enter("liang"), enter("village"), enter("elsewhere")
    asks, answered = (
        "A resident asks for a correction",
        "Your request for a correction was answered",
    )
    resident.post("/my-corrections/ask/", ASKED | {"value": "杏花社区99号"})
    feed.drain()
    inbox = said(desk.get("/inbox/"))
    assert asks in inbox
    assert asks not in said(elsewhere.get("/inbox/"))
    (address,) = re.findall(r"/corrections/[0-9a-f-]{36}/", said(desk.get("/corrections/")))[:1]
    desk.post(f"{address}decide/", {"do": "decline", "version": "1", "answer": "请带房产证"})
    feed.drain()
    assert asks not in said(desk.get("/inbox/"))
    assert answered in said(resident.get("/inbox/"))
    assert answered not in said(desk.get("/inbox/"))
    assert feed.dead_letters() == []


def test_taken_back_by_the_resident(enter):
    resident = enter("liang", language="zh-hans")
    resident.post("/my-corrections/ask/", ASKED | {"field": "birth_date", "value": "1987年"})
    page = said(resident.get("/my-corrections/"))
    assert "出生日期写作" in page  # what was wrong, and how to write it
    resident.post("/my-corrections/ask/", ASKED | {"field": "phone", "value": "13822223333"})
    page = said(resident.get("/my-corrections/"))
    (address,) = re.findall(r'action="(/my-corrections/[0-9a-f-]{36}/withdraw/)"', page)
    resident.post(address, {"version": "1"})
    assert re.findall(r'action="(/my-corrections/.{36}/withdraw/)"', said(resident.get("/my-corrections/"))) == []  # fmt: skip


def test_numbers_are_shown_once_for_a_reason_which_the_resident_reads(enter):
    desk = enter("village", language="zh-hans")
    assert NUMBERS in said(desk.get("/residents/0000000000018/"))
    assert 'name="reason"' in said(desk.get(NUMBERS))
    refused = desk.post(NUMBERS, {"reason": "看"})
    assert refused.status_code == 422
    shown = desk.post(NUMBERS, {"reason": "电话通知明日随访"})
    assert "no-store" in shown["Cache-Control"]
    (phone,) = re.findall(r">(1[3-9]\d{9})<", said(shown))
    assert phone not in refused.content.decode()
    assert phone not in said(desk.get("/residents/0000000000018/"))
    audit.flush()
    ledger = said(enter("liang", language="zh-hans").get("/my-ledger/"))
    assert "查看了完整号码" in ledger
    assert "电话通知明日随访" in ledger
