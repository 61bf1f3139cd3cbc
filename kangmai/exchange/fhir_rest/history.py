"""The `history` interaction of an instance, a type and the whole system. Source: https://hl7.org/fhir/R4/http.html#history"""

from datetime import datetime
from urllib.parse import parse_qs, urlencode

import orjson

from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.kernel.errors import Incorrect
from kangmai.records import queries
from kangmai.records.fhir.times import instant
from kangmai.records.types import Stored

LARGEST_PAGE = 1000


class BadHistoryParameter(Incorrect):
    """The history parameter {name} cannot be '{value}'."""

    zh = "历史查询参数 {name} 不能是“{value}”。"


def _number(name: str, value: str) -> int:
    if not value.isdecimal():
        raise BadHistoryParameter(name=name, value=value)
    return int(value)


def _parameters(request: Request) -> tuple[int, datetime | None, int | None]:
    """_count, _since and our own _before of the next link."""
    given = {name: values[-1] for name, values in parse_qs(request.query).items()}
    for name in given:
        if name not in ("_count", "_since", "_before", "_format", "_pretty"):
            raise BadHistoryParameter(name=name, value=given[name])
    count = min(_number("_count", given.get("_count", "50")), LARGEST_PAGE)
    before = _number("_before", given["_before"]) if "_before" in given else None
    try:
        since = (
            datetime.fromisoformat(given["_since"].replace(" ", "+")) if "_since" in given else None
        )
    except ValueError:
        raise BadHistoryParameter(name="_since", value=given["_since"]) from None
    return count, since.astimezone() if since else None, before


def instance(request: Request) -> Response:
    """GET [type]/[id]/_history"""
    kind, id, _ = request.path
    count, since, before = _parameters(request)
    found = queries.search_versions(
        kind, id, before=before, limit=count, actor=request.actor, at=request.at
    )
    shown = [item for item in found if since is None or item.updated_at >= since]
    more = str(found[-1].version) if len(found) == count and found[-1].version > 1 else None
    return _answer(request, [(_method(item), item) for item in shown], more)


def _method(item: Stored) -> str:
    return "DELETE" if item.is_deleted else "POST" if item.version == 1 else "PUT"


def changes(request: Request) -> Response:
    """GET [type]/_history and GET _history"""
    count, since, before = _parameters(request)
    types = request.path[:-1]
    found = queries.search_history(
        types=types, since=since, before=before, limit=count, actor=request.actor, at=request.at
    )
    more = str(found[-1].seq) if len(found) == count else None
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
