"""The WSGI callable of the FHIR interface: from an HTTP request to the interaction that `routes` names.

It stands before Django in the same process: no middleware, no ORM, one PostgreSQL connection a thread.
"""

import gzip
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import django.db
import psycopg

from kangmai.access.actors import actor_for_token, source_for_token
from kangmai.exchange.fhir_rest import capabilities, formats, outcome, routes
from kangmai.exchange.fhir_rest.errors import (
    NotAcceptable,
    NotAuthenticated,
    TooLarge,
    WrongMediaType,
)
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.kernel import audit, metrics
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import give_back
from kangmai.kernel.errors import Fault, Forbidden, Interrupted, KangmaiError, Unavailable
from kangmai.kernel.ids import uuid7
from kangmai.records.errors import NotUtf8, Overloaded
from kangmai.records.fhir import xml
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.types import Source

BASE = "/fhir/R4"
LARGEST_BODY_MB = 32
LARGEST_UPLOAD_MB = 4096
PIECE_BYTES = 2**20
DISCARDED_MB = 256
"""Of a body that is refused; a client that sends more finds the line closed."""
FORM = "application/x-www-form-urlencoded"
WRITERS = 4
"""Transactions of bundles at once: more only wait for each other on two cores."""
WRITER_PATIENCE_SECONDS = 20

UNAVAILABLE = (psycopg.OperationalError, psycopg.InterfaceError, django.db.InterfaceError)
"""No connection is left, or it was lost, or two transactions stood in each other's way: repeating it may help."""

SECONDS = "kangmai_fhir_request_seconds"

logger = logging.getLogger(__name__)
_writers = threading.BoundedSemaphore(WRITERS)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 409: "Conflict",
    410: "Gone", 412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type",
    422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error",
    503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip


class InternalError(Fault):
    """Something went wrong on our side; tell your operator the number {instance}."""

    zh = "系统内部错误，请将编号 {instance} 告知管理员。"


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one HTTP request below `/fhir/R4`."""
    language, started = _language(environ), time.perf_counter()
    try:
        response = _formatted(environ, _answer(environ, language))
    except Exception as error:
        _discard_rest(environ)
        response = _failure(error, language)
        with suppress(NotAcceptable):
            response = _formatted(environ, response)
    finally:
        give_back()
    _count(environ, response.status, time.perf_counter() - started)
    return _send(environ, start_response, response)


def _count(environ: dict[str, Any], status: int, seconds: float) -> None:
    """One more answer of a route, for `/metrics`; what is no route of ours counts as one."""
    path = environ.get("PATH_INFO", "").removeprefix(BASE)
    form = routes.shape(tuple(filter(None, path.split("/"))))
    metrics.observe(SECONDS, _labels(environ["REQUEST_METHOD"], form, status), seconds)


@lru_cache(maxsize=1024)
def _labels(method: str, form: str, status: int) -> str:
    route = f"{method} {form or '/'}" if routes.is_known(method, form) else "other"
    return f'route="{route}",status="{status}"'


def _failure(error: Exception, language: str) -> Response:
    """The answer to an error, under a number by which the log tells more."""
    instance = str(uuid7())
    match error:
        case KangmaiError():
            if outcome.status_of(error)[0] >= 500:
                logger.error("%s %s", instance, error.code)
            told: KangmaiError = error
        case _ if isinstance(_database_error(error), psycopg.errors.QueryCanceled):
            told = Interrupted()
        case _ if isinstance(_database_error(error), UNAVAILABLE):
            logger.error("%s database", instance, exc_info=error)
            told = Unavailable()
        case _:
            logger.error("%s failed", instance, exc_info=error)
            told = InternalError(instance=instance)
    return outcome.failure(told, language, instance=instance)


def _database_error(error: BaseException) -> BaseException:
    """What the driver said, where Django wraps it."""
    return error.__cause__ or error if isinstance(error, django.db.Error) else error


def _formatted(environ: dict[str, Any], response: Response) -> Response:
    """The same answer in the format that was asked for."""
    query = environ.get("QUERY_STRING", "")
    wanted = formats.wanted_format({"accept": environ.get("HTTP_ACCEPT", "")}, query)
    return formats.formatted(response, wanted, indented="_pretty=true" in query.split("&"))


def _send(
    environ: dict[str, Any], start_response: StartResponse, response: Response
) -> Iterable[bytes]:
    body, headers = response.body, list(response.headers)
    if response.pieces is not None:
        start_response(f"{response.status} {REASONS[response.status]}", headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" else response.pieces
    if len(body) > 2000 and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = gzip.compress(body, 1)
        headers.append(("Content-Encoding", "gzip"))
    headers += [
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept, Accept-Encoding"),
    ]
    start_response(f"{response.status} {REASONS[response.status]}", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _answer(environ: dict[str, Any], language: str) -> Response:
    method = "GET" if environ["REQUEST_METHOD"] == "HEAD" else environ["REQUEST_METHOD"]
    path = tuple(
        unquote(part)
        for part in environ.get("PATH_INFO", "")
        .encode("latin-1")
        .decode(errors="replace")
        .removeprefix(BASE)
        .split("/")
        if part
    )
    if method == "GET" and path == ("metadata",):
        return capabilities.metadata(_base(environ))
    if method == "GET" and path == (".well-known", "smart-configuration"):
        return capabilities.smart(_base(environ).removesuffix(BASE))
    route = routes.find(method, path)
    at = datetime.now(UTC)
    actor, source = _sender(environ, at)
    headers = {
        name[5:].lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    query = environ.get("QUERY_STRING", "")
    formats.wanted_format(headers, query)
    body = b"" if route.takes_upload else _body(environ)
    if method == "POST" and path[-1:] == ("_search",):
        query, path, body = _form(environ, query, body), path[:-1], b""
    elif body and formats.is_xml(headers["content-type"]):
        body, headers["content-type"] = xml.to_json(body), JSON
    elif route.is_write and method != "DELETE":
        _check_media_type(headers["content-type"])
    request = Request(
        method, path, query, headers, body, _base(environ), actor, source, at, language,
        uploaded(environ) if route.takes_upload else iter(()),
    )  # fmt: skip
    try:
        return _in_place(route, request)
    except Forbidden as error:
        _note_refusal(request, error)
        raise


def _in_place(route: routes.Route, request: Request) -> Response:
    """The answer, for which the writers of bundles wait for one of the few places."""
    if not route.needs_place:
        return route.interaction(request)
    if not _writers.acquire(timeout=WRITER_PATIENCE_SECONDS):
        raise Overloaded()
    try:
        return route.interaction(request)
    finally:
        _writers.release()


def _note_refusal(request: Request, error: Forbidden) -> None:
    """Who asked for what he may not see or do stands in the audit trail, too."""
    kind, id = (*request.path, "", "")[:2]
    audit.record_later(
        audit.Entry(
            request.actor,
            request.at,
            "records.refused",
            kind if kind in resource_types() else "",
            id[:64],
            outcome=error.code,
        )
    )


def _sender(environ: dict[str, Any], at: datetime) -> tuple[Actor, Source]:
    """Who asks, and as which source it writes."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated(reason="send the header Authorization: Bearer <token>")
    try:
        return actor_for_token(token.strip(), at=at), source_for_token(token.strip(), at=at)
    except Forbidden as error:
        raise NotAuthenticated(reason=str(error)) from None


def _body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    limit = LARGEST_BODY_MB * 2**20
    if length > limit:
        raise TooLarge(limit_mb=LARGEST_BODY_MB)
    stream = environ["wsgi.input"]
    body = stream.read(length) if length else stream.read(limit + 1)
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
        body = _unpacked(body, limit)
    if len(body) > limit:
        raise TooLarge(limit_mb=LARGEST_BODY_MB)
    return body


def _discard_rest(environ: dict[str, Any]) -> None:
    """Take what is left of a refused body: most clients read no answer before they have sent all."""
    stream, left = environ["wsgi.input"], DISCARDED_MB * 2**20
    with suppress(OSError, ValueError):
        while left > 0 and (part := stream.read(PIECE_BYTES)):
            left -= len(part)


def _unpacked(body: bytes, limit: int) -> bytes:
    """A gzip body, unpacked no further than one byte over the limit."""
    try:
        return zlib.decompressobj(31).decompress(body, limit + 1)
    except zlib.error:
        raise WrongMediaType(format="gzip (damaged)", wanted="gzip") from None


def uploaded(environ: dict[str, Any]) -> Iterator[bytes]:
    """A body of any length, piece by piece, unpacked where it came packed.

    Raises:
        TooLarge: once it is longer than what may be uploaded.
    """
    stream, left = environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or -1)
    packed = zlib.decompressobj(31) if environ.get("HTTP_CONTENT_ENCODING") == "gzip" else None
    total = 0
    while left and (part := stream.read(PIECE_BYTES if left < 0 else min(left, PIECE_BYTES))):
        left = left - len(part) if left > 0 else left
        while part:
            plain = packed.decompress(part, PIECE_BYTES) if packed else part
            part = packed.unconsumed_tail if packed else b""
            total += len(plain)
            if total > LARGEST_UPLOAD_MB * 2**20:
                raise TooLarge(limit_mb=LARGEST_UPLOAD_MB)
            yield plain


def _form(environ: dict[str, Any], query: str, body: bytes) -> str:
    """The parameters of a search that was posted.

    Raises:
        WrongMediaType, NotUtf8
    """
    given = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if body and given not in ("", FORM):
        raise WrongMediaType(format=given, wanted=FORM)
    try:
        return "&".join(filter(None, (query, body.decode())))
    except UnicodeDecodeError as error:
        raise NotUtf8(position=error.start) from None


def _check_media_type(given: str) -> None:
    if given and "json" not in given:
        raise WrongMediaType(format=given, wanted="application/fhir+json, application/fhir+xml")


def _base(environ: dict[str, Any]) -> str:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ.get("wsgi.url_scheme", "http")
    return f"{scheme}://{environ.get('HTTP_HOST') or 'localhost'}{BASE}"


def _language(environ: dict[str, Any]) -> str:
    given = environ.get("HTTP_ACCEPT_LANGUAGE", "zh")
    return "en" if given.lower().startswith("en") else "zh"


__all__ = ["BASE", "JSON", "application"]
