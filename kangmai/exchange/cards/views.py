"""Read a card, send in what was read without a line, fetch the public keys; JSON, with a bearer token.

A refused card is an answer, not an error: status 200 with its `outcome` and a sentence in both languages.
Wrong requests are `{"error", "message"}` with 400, 401, 403 or 413.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from kangmai.exchange.cards.errors import BodyMalformed
from kangmai.exchange.programs import for_programs
from kangmai.identity.cards import actions, queries, rules
from kangmai.identity.cards.types import OfflineUse, Used
from kangmai.kernel.actor import Actor

LARGEST_BYTES = 1_000_000
KEYS_FOR_SECONDS = 3600

Body = Mapping[str, Any]


def _body(request: HttpRequest) -> Body:
    if request.method != "POST":
        raise BodyMalformed(reason="use POST")
    raw = request.read(LARGEST_BYTES + 1)
    if len(raw) > LARGEST_BYTES:
        raise BodyMalformed(reason=f"more than {LARGEST_BYTES} bytes")
    try:
        found = json.loads(raw)
    except ValueError:
        raise BodyMalformed(reason="no JSON") from None
    if not isinstance(found, dict):
        raise BodyMalformed(reason="send an object")
    return found


def _text(body: Body, name: str, *, is_needed: bool = False) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or "\0" in value or (is_needed and not value.strip()):
        raise BodyMalformed(reason=f"{name} must be a text")
    return value


def _instant(body: Body, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(_text(body, name, is_needed=True))
    except ValueError:
        raise BodyMalformed(
            reason=f"{name} must be an instant such as 2026-03-01T10:00:00+08:00"
        ) from None
    if found.tzinfo is None:
        raise BodyMalformed(reason=f"{name} needs an offset such as +08:00")
    return found


@for_programs
def verify(request: HttpRequest, actor: Actor, at: datetime) -> JsonResponse:
    """POST /api/cards/verify: `{"code", "scene"?, "pin"?, "document"?, "terminal"?}`"""
    body = _body(request)
    used = actions.use_card(
        _text(body, "code", is_needed=True),
        scene=rules.scene_of(_text(body, "scene")),
        pin=_text(body, "pin"),
        document=_text(body, "document"),
        terminal=_text(body, "terminal"),
        actor=actor,
        at=at,
    )
    return JsonResponse(_told(used))


@for_programs
def uses(request: HttpRequest, actor: Actor, at: datetime) -> JsonResponse:
    """POST /api/cards/uses: `{"terminal"?, "uses": [{"code", "read_at", "scene"?}]}`, in the order of reading."""
    body = _body(request)
    given = body.get("uses")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise BodyMalformed(reason="uses must be a list of objects")
    sent = [
        OfflineUse(
            _text(each, "code", is_needed=True),
            _instant(each, "read_at"),
            rules.scene_of(_text(each, "scene")),
        )
        for each in given
    ]
    taken = actions.record_offline_uses(sent, terminal=_text(body, "terminal"), actor=actor, at=at)
    return JsonResponse({"uses": [_told(each) for each in taken]})


def keys(request: HttpRequest) -> HttpResponse:
    """GET /api/cards/keys: the public keys of this city's cards, for anybody."""
    response = HttpResponse(rules.key_list(queries.public_keys()), content_type="application/json")
    response["Cache-Control"] = f"public, max-age={KEYS_FOR_SECONDS}"
    return response


def _told(used: Used) -> dict[str, Any]:
    holder = used.holder
    born = holder.birth_date if holder else None
    return {
        "use": used.id,
        "outcome": used.outcome,
        "answer": {
            each: rules.answer(used.outcome, each, number=used.number) for each in ("zh", "en")
        },
        "carrier": used.carrier,
        "number": used.number,
        "bearer": used.bearer.name.lower(),
        "used_at": used.used_at.isoformat(),
        "name_differs": used.is_name_different,
        "holder": holder
        and {
            "index_number": holder.index_number,
            "name": holder.name,
            "sex": holder.sex_code,
            "birth_date": born.isoformat() if born else None,
        },
    }
