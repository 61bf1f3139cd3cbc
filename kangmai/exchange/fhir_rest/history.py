"""The `history` interaction of an instance, a type and the whole system. Source: https://hl7.org/fhir/R4/http.html#history"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlencode

import orjson

from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.kernel.errors import Incorrect
from kangmai.records import queries
from kangmai.records.fhir.times import instant
from kangmai.records.search.dates import LATEST, range_of
from kangmai.records.types import Stored

LARGEST_PAGE = 1000


class BadHistoryParameter(Incorrect):
    """The history parameter {name} cannot be '{value}'."""

    zh = "历史查询参数 {name} 不能是“{value}”。"


def _number(name: str, value: str) -> int:
    if not value.isdecimal():
        raise BadHistoryParameter(name=name, value=value)
    return int(value)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The parameters of a history: _count, _since, _at (as a range), and our own _before of the next link."""

    count: int
    since: datetime | None
    current: tuple[datetime, datetime] | None
    before: int | None


def _parameters(request: Request) -> _Asked:
    given = {name: values[-1] for name, values in parse_qs(request.query).items()}
    for name in given:
        if name not in ("_count", "_since", "_at", "_before", "_format", "_pretty"):
            raise BadHistoryParameter(name=name, value=given[name])
    since = _range("_since", given["_since"]) if "_since" in given else None
    return _Asked(
        count=min(_number("_count", given.get("_count", "50")), LARGEST_PAGE),
        since=since[0] if since else None,
        current=_range("_at", given["_at"]) if "_at" in given else None,
        before=_number("_before", given["_before"]) if "_before" in given else None,
    )


def _range(name: str, value: str) -> tuple[datetime, datetime]:
    try:
        return range_of(value.replace(" ", "+"))
    except ValueError:
        raise BadHistoryParameter(name=name, value=value) from None


def instance(request: Request) -> Response:
    """GET [type]/[id]/_history"""
    kind, id, _ = request.path
    asked = _parameters(request)
    limit = LARGEST_PAGE if asked.current else asked.count
    found = queries.search_versions(
        kind, id, before=asked.before, limit=limit, actor=request.actor, at=request.at
    )
    shown = [
        item
        for item, until in zip(found, (LATEST, *(item.updated_at for item in found)), strict=False)
        if (asked.since is None or item.updated_at >= asked.since)
        and (asked.current is None or _overlap(item.updated_at, until, asked.current))
    ]
    more = str(found[-1].version) if len(found) == limit and found[-1].version > 1 else None
    return _answer(request, [(_method(item), item) for item in shown], more)


def _overlap(since: datetime, until: datetime, wanted: tuple[datetime, datetime]) -> bool:
    """Whether a version that was the newest from `since` to `until` was so at some time wanted."""
    return since < wanted[1] and wanted[0] < until


def _method(item: Stored) -> str:
    return "DELETE" if item.is_deleted else "POST" if item.version == 1 else "PUT"


def changes(request: Request) -> Response:
    """GET [type]/_history and GET _history"""
    asked = _parameters(request)
    found = queries.search_history(
        types=request.path[:-1],
        since=asked.since,
        before=asked.before,
        current=asked.current,
        limit=asked.count,
        actor=request.actor,
        at=request.at,
    )
    more = str(found[-1].seq) if found and len(found) == asked.count else None
    return _answer(request, [(_method(item.version), item.version) for item in found], more)


def _answer(request: Request, found: list[tuple[str, Stored]], more: str | None) -> Response:
    links = [("self", f"{request.base}/{'/'.join(request.path)}")]
    if more:
        given = {name: values[-1] for name, values in parse_qs(request.query).items()}
        links.append(("next", f"{links[0][1]}?{urlencode({**given, '_before': more})}"))
    entries = [_entry(request, method, item) for method, item in found]
    return Response(200, bundle("history", entries, links=links), (("Content-Type", JSON),))


def _entry(request: Request, method: str, item: Stored) -> bytes:
    address = f"{item.type}/{item.id}"
    status = {"POST": "201", "PUT": "200", "DELETE": "204"}[method]
    extra = orjson.dumps(
        {
            "request": {"method": method, "url": item.type if method == "POST" else address},
            "response": {
                "status": status,
                "etag": f'W/"{item.version}"',
                "lastModified": instant(item.updated_at),
            },
        }
    )
    if item.is_deleted:
        return b'{"fullUrl":' + orjson.dumps(f"{request.base}/{address}") + b"," + extra[1:]
    return entry(f"{request.base}/{address}", item.body, b"," + extra[1:-1])
