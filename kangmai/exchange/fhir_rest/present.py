"""Stored resources as HTTP answers."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

import orjson

from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.records.fhirpath.reading import fragment, read_json
from kangmai.records.types import Effect, Outcome, Stored


def http_date(at: datetime) -> str:
    """An instant as HTTP headers write it."""
    return _whole_second(at.astimezone(UTC).replace(microsecond=0))


@lru_cache(maxsize=1024)
def _whole_second(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


def _versioned(version: int, updated_at: datetime) -> list[tuple[str, str]]:
    return [("ETag", f'W/"{version}"'), ("Last-Modified", http_date(updated_at))]


def resource(request: Request, stored: Stored) -> Response:
    """One version of a resource, or 304 where the client has it already."""
    headers = [("Content-Type", JSON), *_versioned(stored.version, stored.updated_at)]
    if is_unchanged(request, stored):
        return Response(304, b"", tuple(headers[1:]))
    return Response(200, stored.body, tuple(headers))


def is_unchanged(request: Request, stored: Stored) -> bool:
    """Whether the client has this version already, by its ETag or its date."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return "*" in tags or f'W/"{stored.version}"' in [tag.strip() for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and stored.updated_at.replace(microsecond=0) <= since


def pretty(body: bytes) -> bytes:
    """JSON for people to read, every number with its digits."""
    return orjson.dumps(read_json(body), default=fragment, option=orjson.OPT_INDENT_2)


def location(request: Request, outcome: Outcome) -> str:
    """The address of the version that an operation made."""
    return f"{request.base}/{outcome.type}/{outcome.id}/_history/{outcome.version}"


def written(request: Request, outcome: Outcome) -> Response:
    """The answer to a create, update or delete, as far as the client prefers."""
    headers = _versioned(outcome.version, outcome.updated_at)
    if outcome.is_gone:
        return Response(204, b"", tuple(headers))
    status = 201 if outcome.effect is Effect.CREATED else 200
    headers.append(("Location", location(request, outcome)))
    match request.preference("return"):
        case "minimal":
            return Response(status, b"", tuple(headers))
        case "OperationOutcome":
            issue = {
                "severity": "information",
                "code": "informational",
                "diagnostics": outcome.effect.value,
            }
            body = orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
            return Response(status, body, (*headers, ("Content-Type", JSON)))
        case _:
            return Response(status, outcome.body, (*headers, ("Content-Type", JSON)))


def bundle(
    kind: str, entries: list[bytes], *, links: list[tuple[str, str]], total: int | None = None
) -> bytes:
    """A Bundle put together from bytes; entries are JSON objects already."""
    parts = [b'{"resourceType":"Bundle","type":"', kind.encode(), b'"']
    if total is not None:
        parts.append(b',"total":%d' % total)
    if links:
        parts += [
            b',"link":',
            orjson.dumps([{"relation": name, "url": url} for name, url in links]),
        ]
    if entries:
        parts += [b',"entry":[', b",".join(entries), b"]"]
    parts.append(b"}")
    return b"".join(parts)


def entry(full_url: str, body: bytes, extra: bytes = b"") -> bytes:
    """One entry of a Bundle; `extra` are further members, each beginning with a comma."""
    return b'{"fullUrl":' + orjson.dumps(full_url) + b',"resource":' + body + extra + b"}"
