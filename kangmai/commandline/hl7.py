"""`kangmai hl7`: send HL7 v2 messages, map kept messages again."""

import re
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import click

from kangmai.commandline.opening import with_database
from kangmai.kernel.errors import Incorrect, Unavailable

TIMEOUT_SECONDS = 60
SEPARATORS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}
ESCAPE = re.compile(r"\\([FSTRE])\\")


class NoMessages(Incorrect):
    """{file} holds no HL7 v2 message: none of its lines begins with MSH."""

    zh = "{file} 中没有 HL7 v2 消息：没有以 MSH 开头的行。"


class NobodyAnswers(Unavailable):
    """Nobody answers at {address}: {reason}."""

    zh = "{address} 没有应答：{reason}。"


@click.group()
def hl7() -> None:
    """Send HL7 v2 messages; map kept messages again."""


@hl7.command(
    epilog="""\b
Examples:
  kangmai hl7 send admission.hl7 --port 2575
  kangmai hl7 send results/*.hl7 --url http://127.0.0.1:8000/hl7v2 --token TOKEN
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…",
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to send by MLLP.")
@click.option("--port", default=2575, show_default=True, help="Port of the MLLP line.")
@click.option("--url", help="Send by HTTP POST to this address instead.")
@click.option("--token", help="Bearer token for --url.")
def send(files: tuple[Path, ...], host: str, port: int, url: str | None, token: str | None) -> None:
    """Send the messages in FILE…, one after another, and print each acknowledgement.

    A file holds one message or several, each beginning with an MSH segment; segments end with CR, LF or
    both. Bytes are sent as they are: MSH-18 says in which encoding. Prints a line of JSON for each message:
    {"file","message","control_id","ack","errors":[{"place","code","message"}]}, where ack is AA (accepted),
    AE (refused) or AR (rejected). Exit code 0: all accepted, 1: some were not, 2: nobody answered.
    """
    import json

    way = _by_http(url, token) if url else _by_mllp(host, port)
    next(way)
    all_accepted = True
    for file in files:
        for number, raw in enumerate(_messages(file), 1):
            answer = _read(way.send(raw))
            all_accepted = all_accepted and answer["ack"] == "AA"
            line = {"file": str(file), "message": number, "control_id": _control_id(raw), **answer}
            click.echo(json.dumps(line, ensure_ascii=False))
    way.close()
    sys.exit(0 if all_accepted else 1)


def _messages(file: Path) -> Iterator[bytes]:
    lines = file.read_bytes().replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r")
    starts = [n for n, line in enumerate(lines) if line.startswith(b"MSH")]
    if not starts:
        raise NoMessages(file=file)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield b"\r".join(line for line in lines[start:end] if line) + b"\r"


def _control_id(raw: bytes) -> str:
    fields = raw.split(b"\r")[0].split(raw[3:4])
    return fields[9].decode("ascii", "replace") if len(fields) > 9 else ""


def _by_mllp(host: str, port: int) -> Generator[bytes, bytes, None]:
    """A generator that is sent messages and yields their acknowledgements, over one connection."""
    import socket

    address = f"{host}:{port}"
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as line:
            answer = b""
            while True:
                raw = yield answer
                line.sendall(b"\x0b" + raw + b"\x1c\r")
                answer = b""
                while not answer.endswith(b"\x1c\r"):
                    part = line.recv(65536)
                    if not part:
                        raise NobodyAnswers(address=address, reason="the line was closed")
                    answer += part
                answer = answer.strip(b"\x0b\x1c\r") + b"\r"
    except OSError as error:
        raise NobodyAnswers(
            address=address, reason=error.strerror or type(error).__name__
        ) from None


def _by_http(url: str, token: str | None) -> Generator[bytes, bytes, None]:
    """A generator as `_by_mllp`, by POST."""
    import urllib.error
    import urllib.request

    headers = {"Content-Type": "application/hl7-v2"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    answer = b""
    while True:
        raw = yield answer
        request = urllib.request.Request(url, data=raw, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                answer = response.read()
        except urllib.error.HTTPError as error:
            answer = error.read()
            if error.code not in (400, 422):
                reason = answer.decode("utf-8", "replace")[:200]
                raise NobodyAnswers(address=url, reason=f"{error.code} {reason}") from None
        except urllib.error.URLError as error:
            raise NobodyAnswers(address=url, reason=str(error.reason)) from None


def _read(raw: bytes) -> dict[str, object]:
    """What an acknowledgement says."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    segments = [line.split("|") for line in text.split("\r") if line]
    ack = next((fields[1] for fields in segments if fields[0] == "MSA"), "")
    errors = [
        {"place": fields[2], "code": fields[3].partition("^")[0], "message": _unescaped(fields[7])}
        for fields in segments
        if fields[0] == "ERR" and len(fields) > 7
    ]
    return {"ack": ack, "errors": errors}


def _unescaped(text: str) -> str:
    """The words of a field: a sender writes its own separators as escapes."""
    return ESCAPE.sub(lambda found: SEPARATORS[found[1]], text)


@hl7.command(
    epilog="""\b
Examples:
  kangmai hl7 replay --data ./data
  kangmai hl7 replay --data ./data --since 2026-11-01 --organization H1
"""
)
@click.option(
    "--since",
    help="All messages received from this day (or instant) on; without it those not accepted.",
)
@click.option(
    "--organization", metavar="ID", help="Only those of one institution (code, FHIR id or number)."
)
@with_database
def replay(since: str | None, organization: str | None) -> None:
    """Map kept messages again, after a table or a definition was mended.

    Without --since: every message that was refused or rejected. With it: all messages received since then,
    in their order. What was written after a message stays: it only fills what is missing there. Prints a
    line of JSON for each: {"id","sender","control_id","event","before","after","errors"}; numbers of
    messages on stderr. Exit code 0: all are accepted now, 1: some are not.
    """
    import json
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from kangmai.commandline.naming import organization_id
    from kangmai.exchange.hl7v2 import actions
    from kangmai.kernel.actor import operator
    from kangmai.kernel.ids import OrganizationId

    begin = None
    if since is not None:
        try:
            begin = datetime.fromisoformat(since)
        except ValueError:
            raise click.BadParameter(
                "write a day such as 2026-11-01", param_hint="--since"
            ) from None
        begin = begin if begin.tzinfo else begin.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    actor = operator("kangmai hl7 replay")
    number = organization_id(organization, actor=actor)
    sender = None if number is None else OrganizationId(number)
    total = failed = 0
    for each in actions.replay(
        since=begin,
        organization=sender,
        actor=actor,
        at=datetime.now(UTC),
    ):
        total += 1
        failed += each.after != "AA"
        errors = [{"place": p.place, "code": p.code, "message": p.english} for p in each.problems]
        line = {"id": each.id, "sender": each.sender, "control_id": each.control_id, "event": each.event,
                "before": each.before, "after": each.after, "errors": errors}  # fmt: skip
        click.echo(json.dumps(line, ensure_ascii=False))
    click.echo(f"{total} messages, {failed} not accepted", err=True)
    sys.exit(1 if failed else 0)


@hl7.command("listen", epilog="Example:  kangmai hl7 listen --data ./data 127.0.0.1:2575=his-of-h1")
@click.argument("lines", nargs=-1, required=True, metavar="HOST:PORT=PROGRAM…")
@with_database
def listen_(lines: tuple[str, ...]) -> None:
    """Take messages by MLLP until SIGINT or SIGTERM; `kangmai up` does the same on the lines of KANGMAI_MLLP.

    PROGRAM is the client id of a registered program: what comes on the line is written as its institution's.
    MLLP knows no secrets: listen on the loopback, behind a tunnel that only the sender can enter. Prints
    `listening` once the ports are open.
    """
    from kangmai.config.mllp import listen
    from kangmai.kernel.stopping import stop_on_signals

    def announce() -> None:
        click.echo("listening")
        sys.stdout.flush()

    listen(",".join(lines), stop_on_signals(), announce=announce)
