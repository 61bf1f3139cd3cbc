"""Signed page addresses: a cursor belongs to one address, one set of parameters and one account."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson

from kangmai.exchange.fhir_rest.types import Request
from kangmai.kernel import sealing
from kangmai.kernel.errors import Incorrect

Pairs = Sequence[tuple[str, str]]

CURSOR = "_cursor"
_FREE = frozenset({CURSOR, "_format", "_pretty"})


class BadCursor(Incorrect):
    """This page address was altered or belongs to another search. Begin again at the first page."""

    zh = "分页地址无效或不属于本次检索，请从第一页重新开始。"


def cursor(request: Request, content: list[Any], *, pairs: Pairs | None = None) -> str:
    """The cursor that brings `content` back with the request for the next page.

    Args:
        pairs: the parameters that the next page's address has; those of this request where absent.
    """
    raw = orjson.dumps(content)
    bound = _pairs(request) if pairs is None else pairs
    return base64.urlsafe_b64encode(_signature(request, raw, bound) + raw).decode().rstrip("=")


def content_of(request: Request) -> list[Any] | None:
    """What the cursor of a request carries; None for a first page.

    Raises:
        BadCursor
    """
    given = dict(parse_qsl(request.query)).get(CURSOR)
    if given is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        raise BadCursor() from None
    if not hmac.compare_digest(raw[:12], _signature(request, raw[12:], _pairs(request))):
        raise BadCursor()
    found: list[Any] = orjson.loads(raw[12:])
    return found


def _signature(request: Request, content: bytes, pairs: Pairs) -> bytes:
    bound = orjson.dumps([request.path, sorted(pairs), request.actor.account])
    return hmac.digest(sealing.derived_secret("search cursor"), content + bound, "sha256")[:12]


def _pairs(request: Request) -> Pairs:
    """Every parameter of an address but the cursor itself and the format."""
    pairs = parse_qsl(request.query, keep_blank_values=True)
    return [pair for pair in pairs if pair[0] not in _FREE]
