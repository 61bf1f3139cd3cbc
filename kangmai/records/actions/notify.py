"""Notifications that wait to be sent: taken under a lease, settled by what became of them.

A notification is sent at least once: who takes it and dies leaves it to be taken again.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import operator
from kangmai.kernel.connections import unit_of_work
from kangmai.records.actions.subscription_state import put_state
from kangmai.records.errors import ResourceGone, ResourceNotFound
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.queries.resources import by_row_ids, get
from kangmai.records.subscriptions import registry, topics
from kangmai.records.subscriptions.errors import EndpointNotAllowed
from kangmai.records.subscriptions.registry import Entry
from kangmai.records.types import Stored

LEASE = timedelta(seconds=60)
OF_ONE = 8
"""Notifications of one Subscription taken at once: a slow endpoint must not hold up the others."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
TRIES_UNTIL_ERROR = 3
TRIES_UNTIL_OFF = 12
"""Five seconds, doubled each time up to an hour: about six hours until a Subscription is switched off."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One call to make: an empty body where the Subscription has no payload."""

    id: int
    subscription: int
    endpoint: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    attempts: int = 1


def take_notifications(*, limit: int, at: datetime) -> list[Notification]:
    """Up to `limit` notifications that are due, ours for a minute."""
    with unit_of_work() as database:
        rows = database.execute(
            """UPDATE records_notification SET due_at = %s, attempts = attempts + 1 WHERE id IN (
                   SELECT n.id FROM records_notification n JOIN (
                       SELECT id, row_number() OVER (PARTITION BY subscription ORDER BY due_at, id) AS place
                       FROM (SELECT id, subscription, due_at FROM records_notification
                             WHERE due_at <= %s ORDER BY due_at, id LIMIT 1000) due) ranked ON ranked.id = n.id
                   WHERE ranked.place <= %s ORDER BY n.due_at, n.id LIMIT %s FOR UPDATE OF n SKIP LOCKED)
               RETURNING id, subscription, rt, rid, attempts, event""",
            [at + LEASE, at, OF_ONE, limit],
        ).fetchall()
    found = [_notification(*row, at=at) for row in sorted(rows)]
    return [each for each in found if each is not None]


def _notification(
    id: int, subscription: int, rt: int, rid: int, attempts: int, event: int, *, at: datetime
) -> Notification | None:
    """The call to make, or None where nothing is to be said any more."""
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        entry = registry.find(database, subscription)
        is_handshake = rt == resource_types()["Subscription"]
        resource = by_row_ids([(rt, rid)], actor=entry.actor) if entry and not is_handshake else []
        if entry is None or not (resource or is_handshake):
            database.execute("DELETE FROM records_notification WHERE id = %s", [id])
            return None
        try:
            told = orjson.loads(
                get("Subscription", entry.id, actor=operator("subscriptions"), at=at).body
            )
            registry.require_allowed(told["channel"]["endpoint"])
        except (ResourceGone, ResourceNotFound, EndpointNotAllowed) as error:
            put_state(database, entry, "off", error=str(error), at=at)
            return None
        for each in resource:
            audit.record(
                connection,
                actor=entry.actor,
                at=at,
                action="records.notify",
                object_type=each.type,
                object_id=each.id,
                subjects=[s for s in (each.subject,) if s is not None],
            )
    channel = told["channel"]
    lines = [line.partition(":") for line in channel.get("header", [])]
    headers = tuple((name.strip(), value.strip()) for name, _, value in lines)
    body = _body(entry, event, resource[0] if resource else None, channel, at)
    return Notification(id, subscription, channel["endpoint"], headers, body, attempts)


def _body(entry: Entry, event: int, about: Stored | None, channel: dict, at: datetime) -> bytes:
    """What is posted: by topic a Bundle, else the resource where a payload is wanted."""
    if entry.topic is not None:
        content, state = topics.Content(entry.content), entry.state
        return topics.notification(
            entry.id, entry.topic, state=state, number=event, events=entry.events, about=about, content=content,
            at=at,
        )  # fmt: skip
    return about.body if about and channel.get("payload") else b""


def settle_notification(notification: Notification, *, failure: str = "", at: datetime) -> None:
    """Write down what became of a call.

    Args:
        failure: why it failed, without anything of its content; empty for success.
    """
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        entry = registry.find(database, notification.subscription)
        if entry is None:
            return
        if not failure:
            database.execute("DELETE FROM records_notification WHERE id = %s", [notification.id])
            if entry.state in ("error", "requested"):
                put_state(database, entry, "active", at=at)
            return
        wait = min(FIRST_WAIT * 2 ** (notification.attempts - 1), LONGEST_WAIT)
        database.execute(
            "UPDATE records_notification SET due_at = %s WHERE id = %s",
            [at + wait, notification.id],
        )
        if notification.attempts >= TRIES_UNTIL_OFF:
            put_state(database, entry, "off", error=failure, at=at)
        elif notification.attempts >= TRIES_UNTIL_ERROR and entry.state in ("active", "requested"):
            put_state(database, entry, "error", error=failure, at=at)
