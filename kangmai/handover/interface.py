"""Post rows to a system above that takes them by HTTP: the operator says where, the definition in which form.

`KANGMAI_HANDOVER` names a JSON file: system → `url` and, where it wants one, `token_file`. Rows go over TLS
only, except to this machine. No redirect is followed, no proxy asked; a failure is kept as a name, never as
what the other server said.
"""

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from kangmai.handover.errors import InterfaceIncorrect
from kangmai.handover.types import Interface, System
from kangmai.kernel.addresses import is_safe

LARGEST_REPLY = 20 * 2**20
RETRIED = frozenset((408, 425, 429, *range(500, 600)))


@dataclass(frozen=True, slots=True)
class Address:
    """Where a system takes rows, and the file that holds the token for it."""

    url: SplitResult
    token_file: Path | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: the lines of the reply by the titles of receipts, or the name of a fault."""

    lines: tuple[dict[str, str], ...] = ()
    fault: str = ""
    may_repeat: bool = False


def addresses() -> dict[str, Address]:
    """Where each system takes rows; nothing where the operator has named no file.

    Raises:
        InterfaceIncorrect: the file cannot be read, or names an address that is not safe.
    """
    if settings.HANDOVER is None:
        return {}
    try:
        given = json.loads(settings.HANDOVER.read_text(encoding="utf-8"))
        return {system: _address(each) for system, each in given.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InterfaceIncorrect(file=settings.HANDOVER.name, reason=str(error)) from None


def _address(given: Mapping[str, str]) -> Address:
    url = urlsplit(given["url"])
    if not is_safe(url):
        raise ValueError(f"{url.scheme}://{url.hostname} is no https address")
    return Address(url, Path(given["token_file"]) if given.get("token_file") else None)


def body(system: System, rows: Sequence[tuple[str, ...]], *, batch: str) -> bytes:
    """A request: the number of the batch, and each row with the names that the system gives its columns."""
    form = _form(system)
    names = [form.keys.get(column.title, column.title) for column in system.columns]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    told = {form.batch: batch, form.rows: records}
    return json.dumps(told, ensure_ascii=False).encode()


def post(system: System, address: Address, content: bytes, *, batch: str) -> Answer:
    """Send one request and read the reply; nothing is raised."""
    form = _form(system)
    try:
        token = address.token_file.read_text("utf-8").strip() if address.token_file else ""
        status, reply = _exchange(form, address.url, content, {"token": token, "batch": batch})
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(fault=type(error).__name__, may_repeat=True)
    if not 200 <= status < 300:
        return Answer(fault=f"HTTP {status}", may_repeat=status in RETRIED)
    try:
        return Answer(_lines(form, json.loads(reply)) if reply.strip() else ())
    except (ValueError, KeyError, TypeError, AttributeError):
        # taken, but nobody can say what became of which row: receipts may come as a file
        return Answer(fault="ReplyUnreadable")


def _form(system: System) -> Interface:
    if system.interface is None:
        raise ValueError(f"{system.id} has no interface")
    return system.interface


def _exchange(
    form: Interface, url: SplitResult, content: bytes, values: Mapping[str, str]
) -> tuple[int, bytes]:
    seconds = form.timeout_seconds
    connection = (
        http.client.HTTPSConnection(
            url.hostname or "", url.port, timeout=seconds, context=ssl.create_default_context()
        )
        if url.scheme == "https"
        else http.client.HTTPConnection(url.hostname or "", url.port, timeout=seconds)
    )
    headers = {name: text.format_map(values) for name, text in form.headers.items()}
    headers["Content-Type"] = "application/json; charset=utf-8"
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        connection.request("POST", path, content, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(LARGEST_REPLY)
    finally:
        connection.close()


def _lines(form: Interface, reply: Any) -> tuple[dict[str, str], ...]:
    """The rows of a reply under the titles that the system's receipts have."""
    titles = {name: title for title, name in form.reply_keys.items()}
    return tuple(
        {
            titles.get(name, name): "" if value is None else str(value).strip()
            for name, value in each.items()
        }
        for each in reply.get(form.reply_rows, ())
    )
