"""Subscriptions by topic: what the Subscriptions R5 Backport guide adds to those of R4.

There is one topic a resource type, `urn:kangmai:topic:<Type>`: a resource of it was created or changed. A
Subscription names it as its criteria and narrows it by the extension `backport-filter-criteria`, a search. What
is sent is a Bundle that begins with the state of the Subscription; the first, a handshake, must be answered before
the Subscription goes to work, and every event has a number by which a gap is noticed.

Source: HL7 Subscriptions R5 Backport 1.1.0, https://hl7.org/fhir/uv/subscriptions-backport/
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.fhir.times import instant
from kangmai.records.subscriptions.errors import BadSubscription
from kangmai.records.types import Resource, Stored

GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
FILTER = f"{GUIDE}backport-filter-criteria"
CONTENT = f"{GUIDE}backport-payload-content"
HEARTBEAT = f"{GUIDE}backport-heartbeat-period"
STATUS = f"{GUIDE}backport-subscription-status-r4"
TOPIC = "urn:kangmai:topic:"


class Content(StrEnum):
    """How much of what happened a notification says."""

    EMPTY = "empty"
    ID_ONLY = "id-only"
    FULL = "full-resource"


@dataclass(frozen=True, slots=True)
class Topical:
    """What a Subscription by topic asks for: a search, and how much is sent."""

    criteria: str
    content: Content


def topics() -> list[str]:
    """The canonical address of every topic."""
    return [f"{TOPIC}{name}" for name in resource_types() if name != "Subscription"]


def topical(resource: Resource) -> Topical | None:
    """What a Subscription by topic asks for; None for one whose criteria are a search.

    Raises:
        BadSubscription
    """
    criteria, channel = str(resource.get("criteria", "")), resource.get("channel", {})
    if not criteria.startswith(TOPIC):
        return None
    kind = criteria.removeprefix(TOPIC)
    searches = []
    for text in _values(resource.get("_criteria", {}), FILTER):
        name, mark, search = str(text).partition("?")
        if name != kind or not mark:
            raise BadSubscription(reason=f"a filter is a search such as {kind}?…")
        searches.append(search)
    if _values(channel, HEARTBEAT):
        raise BadSubscription(reason="heartbeats are not sent; $status tells the number of events")
    if not channel.get("payload"):
        raise BadSubscription(reason="a Subscription by topic needs a payload")
    content = next(iter(_values(channel.get("_payload", {}), CONTENT)), Content.EMPTY)
    try:
        return Topical(f"{kind}?{'&'.join(searches)}", Content(content))
    except ValueError:
        raise BadSubscription(reason="the content is empty, id-only or full-resource") from None


def _values(element: dict[str, Any], url: str) -> list[Any]:
    found = [each for each in element.get("extension", ()) if each.get("url") == url]
    return [value for each in found for key, value in each.items() if key.startswith("value")]


def status(
    id: str, topic: str, *, state: str, kind: str, events: int, event: Resource | None = None
) -> Resource:
    """The state of a Subscription by topic, as a notification or `$status` begins with it.

    Args:
        kind: handshake, event-notification or query-status.
        events: since the Subscription began.
        event: the part `notification-event`.
    """
    parameters: list[dict[str, Any]] = [
        {"name": "subscription", "valueReference": {"reference": f"Subscription/{id}"}},
        {"name": "topic", "valueCanonical": topic},
        {"name": "status", "valueCode": state},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(events)},
        *([event] if event else []),
    ]
    return {"resourceType": "Parameters", "meta": {"profile": [STATUS]}, "parameter": parameters}


def notification(
    id: str, topic: str, *, state: str, number: int, events: int, about: Stored | None, content: Content,
    at: datetime,
) -> bytes:  # fmt: skip
    """The Bundle of one notification; without `about` the handshake."""
    event = _event(number, about, content) if about else None
    kind = "event-notification" if about else "handshake"
    told = status(id, topic, state=state, kind=kind, events=events, event=event)
    request = {"method": "GET", "url": f"Subscription/{id}/$status"}
    entries = [orjson.dumps({"resource": told, "request": request, "response": {"status": "200"}})]
    if about and content is not Content.EMPTY:
        entries.append(_entry(about, content))
    head = {"resourceType": "Bundle", "type": "history", "timestamp": instant(at)}
    return _joined(orjson.dumps(head), entries)


def _event(number: int, about: Stored, content: Content) -> Resource:
    part: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(number)},
        {"name": "timestamp", "valueInstant": instant(about.updated_at)},
    ]
    if content is not Content.EMPTY:
        part.append({"name": "focus", "valueReference": {"reference": f"{about.type}/{about.id}"}})
    return {"name": "notification-event", "part": part}


def _entry(about: Stored, content: Content) -> bytes:
    is_new = about.version == 1
    address = f"{about.type}/{about.id}"
    request = {"method": "POST" if is_new else "PUT", "url": about.type if is_new else address}
    response = {"status": "201" if is_new else "200"}
    entry = orjson.dumps({"fullUrl": address, "request": request, "response": response})
    if content is Content.ID_ONLY:
        return entry
    return b'{"resource":' + about.body + b"," + entry[1:]


def _joined(head: bytes, entries: Iterable[bytes]) -> bytes:
    return head[:-1] + b',"entry":[' + b",".join(entries) + b"]}"
