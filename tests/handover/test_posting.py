"""Rows go to the interface of a system by themselves: posted once, tried again, answered with receipts."""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Subject
from kangmai.handover import actions, models
from kangmai.handover.errors import InterfaceIncorrect
from kangmai.handover.types import Deed, State, Way
from tests.factories.access import AT, acting
from tests.handover.test_ledger import NUMBER, SUBJECT, SYSTEM, deeds, entry, prepare, row

pytestmark = pytest.mark.usefixtures("database")


class Above:
    """A system above on this machine: what it was sent, and what it answers next."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.answers: list[tuple[int, bytes]] = []
        above = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                above.requests.append((dict(self.headers), json.loads(content)))
                status, reply = above.answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/records?area=4412"

    def will_say(self, status: int, *lines: dict[str, str]) -> None:
        self.answers.append((status, json.dumps({"results": lines}).encode() if lines else b""))


@pytest.fixture
def above(tmp_path, monkeypatch) -> Iterator[Above]:
    made = Above()
    serving = threading.Thread(target=made.server.serve_forever, daemon=True)
    serving.start()
    token, addresses = tmp_path / "token", tmp_path / "above.json"
    token.write_text("secret-token\n")
    addresses.write_text(json.dumps({SYSTEM: {"url": made.url, "token_file": str(token)}}))
    monkeypatch.setattr(settings, "HANDOVER", addresses)
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()


@pytest.fixture
def doctor(place):
    return acting("village_doctor", place.organizations["village"])


def receipt(day: str, number: str = "", reason: str = "") -> dict[str, str]:
    """A line of the reply for the record of a day."""
    return {
        "身份证号": NUMBER,
        "随访日期": day,
        "回执编号": number,
        "导入结果": "成功" if number else "失败",
        "失败原因": reason,
    }


def test_rows_are_posted_and_their_receipts_stop_the_clock(place, doctor, above):
    second = Subject("visit", "2")
    prepare(row(place), row(place, second, visited_on="2026-02-28"))
    taken, wrong = receipt("2026-02-27", "R-1"), receipt("2026-02-28", reason="日期重复")
    above.will_say(200, taken, wrong)
    assert actions.post_due(at=AT) == 1
    ((headers, sent),) = above.requests
    assert headers["Authorization"] == "Bearer secret-token"
    assert headers["Idempotency-Key"] == sent["batch"]
    assert [(each["随访日期"], each["收缩压"]) for each in sent["records"]] == [
        ("2026-02-27", "138"),
        ("2026-02-28", "138"),
    ]
    first, refused = entry(doctor), entry(doctor, second)
    assert (first.state, first.way, first.receipt_number) == (State.RECEIVED, Way.API, "R-1")
    assert (refused.state, refused.reason) == (State.REJECTED, "日期重复")
    (limit,) = deadlines.of_subject(SUBJECT, actor=doctor)
    assert (limit.state, limit.proof_kind) == ("met", "handover")
    assert deeds(doctor) == [Deed.PREPARED, Deed.SENT, Deed.RECEIVED]
    assert actions.post_due(at=AT) == 0


def test_what_does_not_answer_is_tried_again_under_the_same_number(place, doctor, above):
    prepare(row(place))
    above.will_say(503)
    assert actions.post_due(at=AT) == 1
    assert entry(doctor).state is State.SENT
    assert actions.post_due(at=AT + timedelta(seconds=59)) == 0
    above.will_say(202)  # taken; its receipts come as a file
    assert actions.post_due(at=AT + timedelta(seconds=60)) == 1
    assert len({sent["batch"] for _, sent in above.requests}) == 1
    posting = models.Posting.objects.get()
    assert (posting.attempts, posting.fault, posting.next_at) == (2, "", None)
    assert entry(doctor).state is State.SENT


def test_what_is_refused_or_never_arrives_stands_as_rejected_and_goes_again(place, doctor, above):
    prepare(row(place))
    above.will_say(401)
    assert actions.post_due(at=AT) == 1
    refused = entry(doctor)
    assert (refused.state, refused.reason) == (State.REJECTED, "HTTP 401")
    actions.resend(entry_id=refused.id, expected_version=refused.version, actor=doctor, at=AT)
    at = AT
    for pause in (0, 60, 300, 1800, 7200, 21600, 43200):
        at += timedelta(seconds=pause)
        above.will_say(500)
        assert actions.post_due(at=at) == 1
    assert (entry(doctor).state, entry(doctor).reason) == (State.REJECTED, "HTTP 500")
    assert actions.post_due(at=at + timedelta(days=1)) == 0


def test_what_is_incomplete_or_corrected_meanwhile_is_not_lost(place, doctor, above):
    prepare(row(place, systolic=None))
    assert actions.post_due(at=AT) == 0
    prepare(row(place))
    above.will_say(500)
    actions.post_due(at=AT)
    prepare(row(place, systolic=128))  # corrected while it is on its way
    above.will_say(422)
    above.will_say(200, receipt("2026-02-27", "R-2"))
    assert actions.post_due(at=AT + timedelta(seconds=60)) == 2
    assert [sent["records"][0]["收缩压"] for _, sent in above.requests] == ["138", "138", "128"]
    assert (entry(doctor).state, entry(doctor).receipt_number) == (State.RECEIVED, "R-2")


@pytest.mark.parametrize(
    "text",
    ['{"a": {"url": "http://example.org/"}}', '{"a": {}}', "[1]", "no json", '{"a": {"url": ""}}'],
)
def test_an_address_that_is_not_safe_or_not_there_is_refused(tmp_path, monkeypatch, text):
    file = tmp_path / "above.json"
    file.write_text(text)
    monkeypatch.setattr(settings, "HANDOVER", file)
    with pytest.raises(InterfaceIncorrect):
        actions.post_due(at=AT)


def test_without_an_address_nothing_is_queued(place, doctor):
    prepare(row(place))
    assert actions.post_due(at=AT) == 0
    assert entry(doctor).state is State.PREPARED
