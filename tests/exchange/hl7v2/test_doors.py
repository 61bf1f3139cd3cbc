"""HL7 v2 over real sockets and over HTTP, and the commands for operators."""

import io
import json
import socket
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from kangmai.exchange.hl7v2.errors import ListenerUnreadable
from kangmai.exchange.hl7v2.listener import END, START, Line, Listener, lines_of
from tests.exchange.hl7v2.conftest import PID, message


def post(raw: bytes, token: str | None, **environ: str) -> tuple[int, dict[str, str], bytes]:
    from kangmai.exchange.hl7v2.door import application

    given = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/hl7-v2", "CONTENT_LENGTH": str(len(raw)),
             "wsgi.input": io.BytesIO(raw)} | environ  # fmt: skip
    if token:
        given["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    started = []
    body = b"".join(
        application(given, lambda status, headers: started.append((status, dict(headers))))
    )
    return int(started[0][0].split()[0]), started[0][1], body


@pytest.fixture(scope="module")
def token(sender) -> str:
    from kangmai.access.actions import issue_operator_token
    from kangmai.kernel.actor import operator

    return issue_operator_token(
        scope="system/*.cruds",
        organization_id=sender.id,
        ttl_seconds=600,
        actor=operator("test"),
        at=datetime.now(UTC),
    ).token


@pytest.fixture
def line(sender):
    listener = Listener([Line("127.0.0.1", 0, sender.program)])
    listener.start()
    yield listener.ports[0]
    listener.stop()


def test_status_says_what_the_acknowledgement_says(sender, token):
    status, headers, body = post(message("ADT^A28", PID.format(number="D1")).encode(), token)
    assert (status, headers["Content-Type"]) == (200, "application/hl7-v2")
    assert b"MSA|AA|" in body
    refused = message("ADT^A28", "PID|1||D2||梁||19901350").encode()
    assert post(refused, token)[0] == 422
    assert post(message("MFN^M02").encode(), token)[0] == 400
    assert len(sender.search("Patient?identifier=D1")) == 1


def test_http_refuses_who_and_what_it_does_not_take(sender, token):
    from kangmai.access.actions import issue_operator_token
    from kangmai.kernel.actor import operator

    raw = message("ADT^A28", PID.format(number="D3")).encode()
    assert post(raw, None)[0] == 401
    assert post(raw, "wrong")[0] == 401
    city = issue_operator_token(
        scope="system/*.cruds",
        organization_id=None,
        ttl_seconds=600,
        actor=operator("test"),
        at=datetime.now(UTC),
    ).token
    assert post(raw, city)[0] == 403
    assert post(raw, token, REQUEST_METHOD="GET")[0] == 405
    assert post(raw, token, CONTENT_TYPE="application/json")[0] == 415
    assert post(b"", token, CONTENT_LENGTH=str(9 * 2**20))[0] == 413
    assert sender.search("Patient?identifier=D3") == []


def test_frames_may_come_in_pieces_and_several_at_once(sender, line):
    first, second = (message("ADT^A28", PID.format(number=n)).encode() for n in ("D4", "D5"))
    sent = START + first + END + START + second + END
    with socket.create_connection(("127.0.0.1", line), timeout=20) as stream:
        for n in range(0, len(sent), 97):
            stream.sendall(sent[n : n + 97])
        answers = b""
        while answers.count(END) < 2:
            answers += stream.recv(65536)
    assert answers.count(b"MSA|AA|") == 2
    assert answers.startswith(START)
    assert len(sender.search("Patient?identifier=D4,D5")) == 2


def test_a_line_whose_program_was_disabled_is_refused(sender):
    listener = Listener([Line("127.0.0.1", 0, "nobody")])
    listener.start()
    with socket.create_connection(("127.0.0.1", listener.ports[0]), timeout=20) as stream:
        stream.sendall(START + message("ADT^A28", PID.format(number="D6")).encode() + END)
        answer = stream.recv(65536)
    listener.stop()
    assert b"MSA|AR|" in answer
    assert sender.search("Patient?identifier=D6") == []


def test_lines_of_a_setting():
    assert lines_of("127.0.0.1:2575=his, [::1]:2576=lis") == (
        Line("127.0.0.1", 2575, "his"), Line("::1", 2576, "lis"))  # fmt: skip
    for wrong in ("2575=his", "127.0.0.1:2575", "127.0.0.1:x=his", "127.0.0.1:99999=his"):
        with pytest.raises(ListenerUnreadable):
            lines_of(wrong)


def test_the_command_sends_files_and_prints_acknowledgements(sender, line, tmp_path):
    from kangmai.commandline.hl7 import hl7

    file = tmp_path / "two.hl7"
    good = message("ADT^A28", PID.format(number="D7"), control="K1")
    bad = message("ADT^A28", "PID|1||D8||梁||19901350", control="K2")
    unknown = message("ADT^Z99", PID.format(number="D9"), control="K3")
    file.write_text((good + bad + unknown).replace("\r", "\n"), encoding="utf-8", newline="")
    done = CliRunner().invoke(hl7, ["send", str(file), "--port", str(line)])
    lines = [json.loads(each) for each in done.output.splitlines()]
    assert done.exit_code == 1
    assert [(each["control_id"], each["ack"]) for each in lines] == [
        ("K1", "AA"),
        ("K2", "AE"),
        ("K3", "AR"),
    ]
    assert lines[1]["errors"][0]["place"] == "PID^1^7^1"
    assert lines[1]["errors"][0]["code"] == "102"
    assert "ADT^A01, ADT^A02" in lines[2]["errors"][0]["message"]  # sent as ADT\\S\\A01
    empty = tmp_path / "empty.hl7"
    empty.write_text("nothing")
    assert CliRunner().invoke(hl7, ["send", str(empty), "--port", str(line)]).exception is not None


def test_helps_of_the_commands_name_the_contract():
    from kangmai.commandline.hl7 import hl7

    for name, word in (("send", '"ack"'), ("replay", '"before"'), ("listen", "PROGRAM")):
        done = CliRunner().invoke(hl7, [name, "--help"])
        assert done.exit_code == 0
        assert word in done.output
