"""Lines of children in, lines of forecasts out, in their order, on as many processors as there are.

One small file is worked through here; a big one in chunks by worker processes that run the same code.
"""

import gc
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import orjson

from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.programmes.immunization.rules import (
    FIELDS,
    Schedule,
    forecast_by,
    iso,
    read_child,
    say,
    schedule,
)
from kangmai.programmes.immunization.types import Reason, Row, Status

CHUNK_LINES = 2000
BOM = b"\xef\xbb\xbf"


class LineUnreadable(Incorrect):
    """The line is not JSON: {reason}."""

    zh = "该行不是有效的 JSON：{reason}。"


class LineNotObject(Incorrect):
    """The line is not a JSON object."""

    zh = "该行不是 JSON 对象。"


class IdMissing(Incorrect):
    """'id' must be a text or a whole number."""

    zh = "“id”应为文本或整数。"


class Task(NamedTuple):
    """What is the same for all lines."""

    programme: str
    on: date
    language: str


class Chunk(NamedTuple):
    """The forecasts of some lines, why others have none (line number, message), unknown fields by first line."""

    output: bytes
    lines: int
    errors: tuple[tuple[int, str], ...]
    ignored: Mapping[str, int]


Part = tuple[int, list[bytes]]
"""The number of the first line, and lines."""


def forecast_lines(
    lines: Iterable[bytes], task: Task, *, workers: int | None = None
) -> Iterator[Chunk]:
    """The forecasts of all lines, chunk by chunk. Raises UnknownDefinition."""
    schedule(task.programme, on=task.on)
    parts = _parts(lines)
    first = list(islice(parts, 2))
    count = workers or _processors()
    if len(first) < 2 or count == 1:
        yield from (_work(part, task) for part in _chain(first, parts))
    else:
        yield from _in_parallel(_chain(first, parts), task, count)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chain(first: list[Part], rest: Iterator[Part]) -> Iterator[Part]:
    yield from first
    yield from rest


def _parts(lines: Iterable[bytes]) -> Iterator[Part]:
    number, stream = 1, iter(lines)
    while part := list(islice(stream, CHUNK_LINES)):
        yield number, part
        number += len(part)


def _in_parallel(parts: Iterator[Part], task: Task, count: int) -> Iterator[Chunk]:
    """At most a few chunks wait at any time, so that memory does not grow with the file."""
    # A child makes no cycles of references; looking for them took a seventh of the time.
    with ProcessPoolExecutor(count, initializer=gc.disable) as pool:
        waiting: deque[Future[Chunk]] = deque()
        for part in parts:
            waiting.append(pool.submit(_work, part, task))
            if len(waiting) > 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _work(part: Part, task: Task) -> Chunk:
    first, lines = part
    rules = schedule(task.programme, on=task.on)
    output: list[bytes] = []
    errors: list[tuple[int, str]] = []
    ignored: dict[str, int] = {}
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        try:
            output.append(_forecast_line(line, rules, task, ignored, number))
        except KangmaiError as error:
            errors.append((number, f"{error.code}: {error.message(task.language)}"))
    return Chunk(b"".join(output), len(lines), tuple(errors), ignored)


def _forecast_line(
    line: bytes, rules: Schedule, task: Task, ignored: dict[str, int], number: int
) -> bytes:
    content = _read(line)
    id = content.get("id")
    if not isinstance(id, str | int) or isinstance(id, bool):
        raise IdMissing()
    if not content.keys() <= FIELDS:
        for name in content.keys() - FIELDS:
            ignored.setdefault(name, number)
    on = task.on.toordinal()
    child = read_child(content, on=on)
    answer = {
        "id": id,
        "on": task.on,
        "rule_version": rules.rule_version,
        "doses": [_plain(row, task.language) for row in forecast_by(rules, child, on)],
    }
    return orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)


def _read(line: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(line.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise LineUnreadable(reason=str(error)) from None
    if not isinstance(content, dict):
        raise LineNotObject()
    return content


WORDS = {status: status.value for status in Status}
"""Reading `.value` of an enum thirty times a child costs more than a table."""


def _plain(row: Row, language: str) -> dict[str, Any]:
    vaccine, dose, status, earliest, recommended, latest, given, reasons = row
    plain = {
        "vaccine": vaccine,
        "dose": dose,
        "status": WORDS[status],
        "earliest": earliest and iso(earliest),
        "recommended": recommended and iso(recommended),
        "latest": latest and iso(latest),
    }
    if given:
        plain["given"] = iso(given)
    plain["reason"] = _said(reasons, language)
    return plain


@lru_cache(maxsize=65536)
def _said(reasons: tuple[Reason, ...], language: str) -> str:
    return say(reasons, language)
