"""Readings of a logger: `{"readings": [{"id", "at", "celsius"}]}`, with the token that was told when it was registered.

The same batch sent again changes nothing. A reading that cannot be right is named in the answer, the others are
taken; a body that cannot be read is 400 and nothing is taken.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse

from kangmai.exchange.cold_chain.errors import ReadingsUnreadable
from kangmai.exchange.programs import for_devices
from kangmai.programmes.vaccination import actions
from kangmai.programmes.vaccination.types import LoggerReading

LARGEST_BYTES = 500_000
LONGEST_ID = 40
REASONS = {
    "future": ("时间在未来，请校准设备时钟", "lies in the future; set the clock of the logger"),
    "too_old": ("时间过早", "lies too far back"),
    "unlikely": ("温度不合理", "is no temperature that a cold place can have"),
    "id_reused": ("该编号已用于另一条记录", "its id stands for another reading"),
}


@for_devices
def readings(request: HttpRequest, token: str, at: datetime) -> JsonResponse:
    """POST /api/cold-chain/readings"""
    taken = actions.take_readings(token=token, readings=_readings(request), at=at)
    return JsonResponse(
        {
            "taken": taken.taken,
            "repeated": taken.repeated,
            "refused": [_refused(id, reason) for id, reason in taken.refused],
            "break": str(taken.breach) if taken.breach else None,
        }
    )


def _refused(id: str, reason: str) -> dict[str, Any]:
    zh, en = REASONS[reason]
    return {"id": id, "reason": reason, "message": {"zh": zh, "en": en}}


def _readings(request: HttpRequest) -> list[LoggerReading]:
    """What was sent. Raises ReadingsUnreadable."""
    if request.method != "POST":
        raise ReadingsUnreadable(reason="use POST")
    raw = request.read(LARGEST_BYTES + 1)
    if len(raw) > LARGEST_BYTES:
        raise ReadingsUnreadable(reason=f"more than {LARGEST_BYTES} bytes")
    try:
        body = json.loads(raw)
    except ValueError:
        raise ReadingsUnreadable(reason="no JSON") from None
    given = body.get("readings") if isinstance(body, dict) else None
    if not isinstance(given, list):
        raise ReadingsUnreadable(reason='send {"readings": [...]}')
    return [_reading(each, place) for place, each in enumerate(given)]


def _reading(given: object, place: int) -> LoggerReading:
    if not isinstance(given, Mapping):
        raise ReadingsUnreadable(reason=f"readings[{place}] must be an object")
    id, celsius = given.get("id"), given.get("celsius")
    if not isinstance(id, str) or not id.isprintable() or not 0 < len(id) <= LONGEST_ID:
        raise ReadingsUnreadable(reason=f"readings[{place}].id: 1 to {LONGEST_ID} characters")
    if isinstance(celsius, bool) or not isinstance(celsius, int | float) or celsius != celsius:
        raise ReadingsUnreadable(reason=f"readings[{place}].celsius must be a number")
    return LoggerReading(id, _instant(given.get("at"), place), float(celsius))


def _instant(given: object, place: int) -> datetime:
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ReadingsUnreadable(
            reason=f"readings[{place}].at must be an instant such as 2026-03-01T10:00:00+08:00"
        )
    return found
