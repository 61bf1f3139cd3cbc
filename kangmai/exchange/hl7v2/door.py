"""HL7 v2 by HTTP POST at `/hl7v2`: the same messages as by MLLP, with a bearer token.

The answer is the acknowledgement; its status says the same: 200 accepted (AA), 422 refused (AE), 400 rejected
(AR).
Source: HL7 over HTTP (HAPI), https://hapifhir.github.io/hapi-hl7v2/hapi-hl7overhttp/specification.html
"""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection

from kangmai.access.actors import actor_for_token, source_for_token
from kangmai.exchange.hl7v2 import actions
from kangmai.exchange.hl7v2.types import State
from kangmai.kernel.errors import Forbidden, KangmaiError

PATH = "/hl7v2"
LARGEST_MESSAGE_MB = 8
MEDIA_TYPE = "application/hl7-v2"
STATUS = {
    State.ACCEPTED: "200 OK",
    State.REFUSED: "422 Unprocessable Content",
    State.REJECTED: "400 Bad Request",
}
TEXT = "text/plain; charset=utf-8"

logger = logging.getLogger(__name__)
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one HTTP request at `/hl7v2`."""
    try:
        status, media, body, more = _answer(environ)
    except (psycopg.OperationalError, OperationalError, InterfaceError):
        logger.exception("the database does not answer")
        status, media, more = "503 Service Unavailable", TEXT, [("Retry-After", "5")]
        body = b"nothing was stored; send it again"
    except Exception:
        logger.exception("HL7 v2 door failed")
        status, media, more = "500 Internal Server Error", TEXT, []
        body = b"nothing was stored; send it again"
    headers = [
        ("Content-Type", media),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, headers + more)
    return [body]


def _answer(environ: dict[str, Any]) -> tuple[str, str, bytes, list[tuple[str, str]]]:
    if environ["REQUEST_METHOD"] != "POST":
        return "405 Method Not Allowed", TEXT, b"POST one HL7 v2 message", [("Allow", "POST")]
    given = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if given and given not in (MEDIA_TYPE, "x-application/hl7-v2+er7", "text/plain"):
        return "415 Unsupported Media Type", TEXT, f"send {MEDIA_TYPE}".encode(), []
    limit = LARGEST_MESSAGE_MB * 2**20
    length = int(environ.get("CONTENT_LENGTH") or 0)
    raw = b"" if length > limit else environ["wsgi.input"].read(length if length else limit + 1)
    if length > limit or len(raw) > limit:
        return "413 Content Too Large", TEXT, f"at most {LARGEST_MESSAGE_MB} MB".encode(), []
    return _received(environ, raw)


def _received(environ: dict[str, Any], raw: bytes) -> tuple[str, str, bytes, list[tuple[str, str]]]:
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    at = datetime.now(UTC)
    if not connection.in_atomic_block:
        # outside Django's request cycle, which would drop a broken connection
        connection.close_if_unusable_or_obsolete()
    try:
        if scheme.lower() != "bearer":
            return _unauthorized(b"send the header Authorization: Bearer <token>")
        actor, source = (
            actor_for_token(token.strip(), at=at),
            source_for_token(token.strip(), at=at),
        )
    except Forbidden as error:
        return _unauthorized(str(error).encode())
    try:
        answer = actions.receive(raw, source=source, actor=actor, at=at)
    except KangmaiError as error:
        return "403 Forbidden", TEXT, error.message("en").encode(), []
    return STATUS[answer.state], MEDIA_TYPE, answer.text, []


def _unauthorized(reason: bytes) -> tuple[str, str, bytes, list[tuple[str, str]]]:
    return "401 Unauthorized", TEXT, reason, [("WWW-Authenticate", 'Bearer realm="kangmai"')]
