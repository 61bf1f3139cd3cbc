"""The WSGI callable that takes scans: JSON in, the answer at the door out.

    POST /emergency-mode/api/scans        one scan: {"id", "at", "entrance", "pass" | "document" | "card", …}
    POST /emergency-mode/api/scans/batch  columns: {"upload", "entrance", "ids", "at", "passes", …}

What the fields mean stands in docs/rooms/emergency.md. Every scan that is answered is on the disk.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from django.db import OperationalError

from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries
from kangmai.epidemic.venues.errors import DeviceRefused, IntakeBusy, ScansUnreadable
from kangmai.epidemic.venues.types import Answer, Device, Refusal, Taken, Told
from kangmai.exchange.scans import reading
from kangmai.kernel.errors import Category, KangmaiError, Unavailable
from kangmai.kernel.ids import uuid7

BASE = "/emergency-mode/api/scans"
LARGEST_BODY = 8 * 2**20
STATUS = {
    Category.INCORRECT: "422 Unprocessable Content",
    Category.FORBIDDEN: "401 Unauthorized",
    Category.NOT_FOUND: "404 Not Found",
    Category.CONFLICT: "409 Conflict",
    Category.UNSUPPORTED: "405 Method Not Allowed",
    Category.BUSY: "429 Too Many Requests",
    Category.FAULT: "500 Internal Server Error",
    Category.UNAVAILABLE: "503 Service Unavailable",
    Category.INTERRUPTED: "504 Gateway Timeout",
}
ASKED_AGAIN = {Category.INCORRECT, Category.FORBIDDEN, Category.NOT_FOUND}
REFUSED = {Refusal.TOO_MANY.value: "429 Too Many Requests"}

logger = logging.getLogger(__name__)
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    status: str
    content: dict[str, Any]


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request below `/emergency-mode/api/scans`."""
    language = _language(environ)
    try:
        reply = _answered(environ, language)
    except (psycopg.OperationalError, OperationalError):
        logger.exception("the database does not answer")
        reply = _failure(Unavailable(), language)
    except Exception:
        instance = str(uuid7())
        logger.exception("%s failed", instance)
        reply = Reply(STATUS[Category.FAULT], {"error": "fault", "instance": instance})
    body = orjson.dumps(reply.content)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(reply.status, [*headers, ("Cache-Control", "no-store")])
    return [body]


def _answered(environ: dict[str, Any], language: str) -> Reply:
    try:
        return _answer(environ, language)
    except KangmaiError as error:
        return _refusal(error, language)


def _answer(environ: dict[str, Any], language: str) -> Reply:
    path = environ.get("PATH_INFO", "")[len(BASE) :].strip("/")
    if environ["REQUEST_METHOD"] != "POST" or path not in ("", "batch"):
        return Reply("404 Not Found", {"error": "POST one scan here, or columns to batch"})
    at = datetime.now(UTC)
    if path == "batch":
        with orders.reading_once(at):
            return _batch(environ, at, language)
    device = _device(environ, at)
    found = reading.one(_body(environ), device=device, at=at)
    return _told(actions.scan(scan=found, at=at), at, language)


def _batch(environ: dict[str, Any], at: datetime, language: str) -> Reply:
    device = _device(environ, at)
    if device is None:
        raise DeviceRefused()
    scans, upload = reading.batch(_body(environ), device=device)
    return _counted(actions.take_scans(scans=scans, upload=upload, at=at), at, language)


def _device(environ: dict[str, Any], at: datetime) -> Device | None:
    """The device that speaks, by its token; None for a phone, whose pass is all it has."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return queries.device_with(token=token.strip(), at=at)


def _body(environ: dict[str, Any]) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LARGEST_BODY:
        raise IntakeBusy()
    try:
        body = orjson.loads(environ["wsgi.input"].read(length))
    except orjson.JSONDecodeError as error:
        raise ScansUnreadable(reason=f"JSON: {error}") from None
    if not isinstance(body, dict):
        raise ScansUnreadable(reason="a JSON object is expected")
    return body


def _told(told: Told, at: datetime, language: str) -> Reply:
    """One scan's answer: 200 with what is said at the door, or the reason why it was not taken."""
    if told.reason in {each.value for each in Refusal}:
        status = REFUSED.get(told.reason, "422 Unprocessable Content")
        return Reply(
            status,
            {"refused": told.reason, "message": reading.refusal_words(told.reason, at, language)},
        )
    words = queries.current_rule(at=at).answers[told.reason].words
    return Reply(
        "200 OK",
        {
            "answer": Answer(told.answer).name.lower(),
            "reason": told.reason,
            "message": words.in_language(language),
            "colour": told.colour.name.lower() if told.colour else None,
            "repeated": told.is_repeated,
            "order": told.order,
        },
    )


def _counted(taken: Taken, at: datetime, language: str) -> Reply:
    """A batch's counts, with the place and reason of each scan that was refused."""
    refused = [[place, reason.value] for place, reason in taken.refused]
    words = {
        reason.value: reading.refusal_words(reason.value, at, language)
        for _, reason in taken.refused
    }
    counts = {"taken": taken.taken, "repeated": taken.repeated, "refused": refused}
    return Reply("200 OK", {**counts, "reasons": words} if words else counts)


def _refusal(error: KangmaiError, language: str) -> Reply:
    """What is wrong with a request; while the mode sleeps nothing else is said, whatever was sent.

    Who is let in asks the orders anyway: only the refused pay for being asked once more.
    """
    if error.category in ASKED_AGAIN:
        try:
            orders.require_awake(Purpose.SCANNING, at=datetime.now(UTC))
        except KangmaiError as asleep:
            error = asleep
    return _failure(error, language)


def _failure(error: KangmaiError, language: str) -> Reply:
    return Reply(STATUS[error.category], {"error": error.code, "message": error.message(language)})


def _language(environ: dict[str, Any]) -> str:
    given = environ.get("HTTP_ACCEPT_LANGUAGE", "zh")
    return "en" if given.lower().startswith("en") else "zh"
