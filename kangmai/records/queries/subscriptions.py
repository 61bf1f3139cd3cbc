"""The state of a Subscription by topic."""

from datetime import datetime

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records.errors import ResourceNotFound
from kangmai.records.queries.resources import get
from kangmai.records.subscriptions import registry, topics
from kangmai.records.types import Resource


def subscription_status(id: str, *, actor: Actor, at: datetime) -> Resource:
    """The Parameters that tell the state of a Subscription and how many events it had.

    Raises:
        ResourceNotFound: it is not there, not for this actor, or was never entered.
        ResourceGone, NotPermitted
    """
    rid = get("Subscription", id, actor=actor, at=at).rid
    with reading() as connection, psycopg.Cursor(connection) as database:
        entry = registry.find(database, rid)
    if entry is None:
        raise ResourceNotFound(type="Subscription", id=id)
    topic = entry.topic or f"{topics.TOPIC}{entry.type}"
    return topics.status(id, topic, state=entry.state, kind="query-status", events=entry.events)


def subscription_topics() -> list[str]:
    """The topics that can be subscribed to."""
    return topics.topics()
