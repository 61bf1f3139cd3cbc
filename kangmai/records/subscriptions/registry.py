"""The table of Subscriptions: entered with the resource, in its transaction, after every check.

Notifications go only to origins that the operator has listed: whoever may write a Subscription must
not be able to make this server call any address in its network.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg
from django.conf import settings

from kangmai.kernel.actor import Actor
from kangmai.records import actors, rules
from kangmai.records.fhir.definitions import resource_type_names, resource_types
from kangmai.records.store.searching import read_query
from kangmai.records.subscriptions import topics
from kangmai.records.subscriptions.errors import BadSubscription, EndpointNotAllowed
from kangmai.records.terminology.library import Library
from kangmai.records.types import Resource

CONTROLS = frozenset(
    {"_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude"}
)
PAYLOADS = ("", "application/fhir+json", "application/json")


@dataclass(frozen=True, slots=True)
class Entry:
    """A Subscription at work."""

    rid: int
    id: str
    type: str
    criteria: str
    actor: Actor
    state: str
    ends_at: datetime | None
    failures: int
    topic: str | None = None
    content: str = ""
    events: int = 0


def note(
    database: psycopg.Cursor, resource: Resource, *, id: str, rid: int, actor: Actor, at: datetime
) -> None:
    """Enter a Subscription that was created or changed by a client.

    Raises:
        BadSubscription, EndpointNotAllowed, NotPermitted, and the errors of `records.search.errors`
    """
    state = "off" if resource.get("status") == "off" else "requested"
    asked = topics.topical(resource)
    criteria = asked.criteria if asked else str(resource.get("criteria", ""))
    topic, content = (str(resource["criteria"]), asked.content.value) if asked else (None, "")
    kind = _check(resource, criteria, actor, at) if state == "requested" else "Subscription"
    database.execute(
        """INSERT INTO records_subscription (rid, fid, rt, criteria, actor, state, ends_at, topic, content)
           VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s)
           ON CONFLICT (rid) DO UPDATE SET rt = EXCLUDED.rt, criteria = EXCLUDED.criteria,
               actor = EXCLUDED.actor, state = EXCLUDED.state, ends_at = EXCLUDED.ends_at, failures = 0,
               topic = EXCLUDED.topic, content = EXCLUDED.content""",
        [
            rid, id, resource_types()[kind], criteria, orjson.dumps(actors.to_json(actor)).decode(), state,
            resource.get("end"), topic, content,
        ],
    )  # fmt: skip


def forget(database: psycopg.Cursor, rid: int) -> None:
    """Take a deleted Subscription out, with the notifications that wait for it."""
    database.execute("DELETE FROM records_subscription WHERE rid = %s", [rid])


def _check(resource: Resource, criteria: str, actor: Actor, at: datetime) -> str:
    """The type that a Subscription is about, if it can be served."""
    channel: dict[str, Any] = resource.get("channel", {})
    if channel.get("type") != "rest-hook":
        raise BadSubscription(reason="only channels of type rest-hook are served")
    if channel.get("payload", "") not in PAYLOADS:
        raise BadSubscription(reason="the payload can be application/fhir+json, or empty")
    if any("\r" in line or "\n" in line or ":" not in line for line in channel.get("header", [])):
        raise BadSubscription(reason="a header is written as Name: value")
    require_allowed(channel.get("endpoint", ""))
    kind, _, query = criteria.partition("?")
    if kind not in resource_types() or kind == "Subscription":
        raise BadSubscription(reason="criteria are a search such as Observation?code=…")
    rules.require(actor, rules.Interaction.SEARCH, kind)
    read = read_query(
        kind,
        query,
        at=at,
        terminology=Library(actor.scope, at),
        may_search=rules.searchable(actor),
    )
    if CONTROLS & {name for name, _ in read.used}:
        raise BadSubscription(reason="criteria have no result parameters")
    return kind


def require_allowed(endpoint: str) -> None:
    """Let pass an endpoint whose origin the operator has listed.

    Raises:
        EndpointNotAllowed
    """
    origin = origin_of(endpoint)
    if origin is None or origin not in {origin_of(each) for each in settings.SUBSCRIBERS}:
        raise EndpointNotAllowed(origin=origin or "an address that is not http(s)")


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an address; None for what is no plain http address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    if (
        port is None
        or not parts.hostname
        or parts.username
        or parts.scheme not in ("http", "https")
    ):
        return None
    return f"{parts.scheme}://{parts.hostname.lower()}:{port}"


_COLUMNS = "rid, fid, rt, criteria, actor::text, state, ends_at, failures, topic, content, events"


def _entry(row: tuple[Any, ...]) -> Entry:
    rid, fid, rt, criteria, actor, state, *rest = row
    sight = actors.from_json(orjson.loads(actor))
    return Entry(rid, fid, resource_type_names()[rt], criteria, sight, state, *rest)


def find(database: psycopg.Cursor, rid: int) -> Entry | None:
    """The Subscription of a row id."""
    row = database.execute(
        f"SELECT {_COLUMNS} FROM records_subscription WHERE rid = %s", [rid]
    ).fetchone()
    return _entry(row) if row else None


def at_work(database: psycopg.Cursor, types: list[str]) -> list[Entry]:
    """The Subscriptions that want to hear of resources of these types."""
    rows = database.execute(
        f"""SELECT {_COLUMNS} FROM records_subscription
            WHERE rt = ANY(%s::int2[]) AND state IN ('active', 'error') ORDER BY rid""",
        [sorted(resource_types()[name] for name in types)],
    ).fetchall()
    return [_entry(row) for row in rows]
