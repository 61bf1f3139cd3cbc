"""A subscriber of the record's log: what is new and meets a Subscription becomes a notification to send.

It commits together with the place in the log, so that nothing is forgotten in a crash. What is matched
is the newest version at that moment, inside the sight of the one who made the Subscription.
"""

from collections.abc import Sequence
from dataclasses import replace

import psycopg

from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.feed import Event, Subscription
from kangmai.records.actions.subscription_state import put_state
from kangmai.records.events import FEED
from kangmai.records.fhir.definitions import resource_type_names, resource_types
from kangmai.records.search.conditions import Ids
from kangmai.records.store.searching import read_query, run
from kangmai.records.subscriptions import registry
from kangmai.records.subscriptions.registry import Entry
from kangmai.records.terminology.library import Library


def handle(events: Sequence[Event]) -> None:
    """Activate new Subscriptions, and queue what the active ones want to hear of."""
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        ours = resource_types()["Subscription"]
        for event in events:
            if event.data["rt"] == ours:
                _activate(database, event)
        written = {
            (event.data["rt"], event.data["rid"]): event
            for event in events
            if event.data["op"] != "D" and event.data["rt"] != ours
        }
        types = sorted({resource_type_names()[rt] for rt, _ in written})
        for entry in registry.at_work(database, types) if types else ():
            rt = resource_types()[entry.type]
            _queue(database, entry, {rid: e for (kind, rid), e in written.items() if kind == rt})


def _activate(database: psycopg.Cursor, event: Event) -> None:
    entry = registry.find(database, event.data["rid"])
    if entry is None or entry.state != "requested":
        return
    if entry.topic is None:
        put_state(database, entry, "active", at=event.data["ts"])
        return
    database.execute(
        """INSERT INTO records_notification (subscription, rt, rid, ver, due_at)
           VALUES (%s, %s, %s, 0, now()) ON CONFLICT DO NOTHING""",
        [entry.rid, resource_types()["Subscription"], entry.rid],
    )


def _queue(database: psycopg.Cursor, entry: Entry, events: dict[int, Event]) -> None:
    """Queue those of the events whose resource meets the criteria now."""
    rows = database.execute(
        "SELECT fid FROM res WHERE rt = %s AND rid = ANY(%s::int8[]) AND flags & 1 = 0",
        [resource_types()[entry.type], sorted(events)],
    ).fetchall()
    if not rows:
        return
    at = max(event.data["ts"] for event in events.values())
    if entry.ends_at is not None and entry.ends_at <= at:
        put_state(database, entry, "off", error="Its end has come.", at=at)
        return
    try:
        query = read_query(
            entry.type,
            entry.criteria.partition("?")[2],
            at=at,
            terminology=Library(entry.actor.scope, at),
        )
    except (
        KangmaiError
    ) as error:  # a value set is gone, say: one Subscription must not stop the others
        put_state(database, entry, "off", error=str(error), at=at)
        return
    where = (Ids(tuple(fid for (fid,) in rows)), *query.where)
    found = run(database, replace(query, where=where, count=len(rows)), scope=entry.actor.scope)
    for item in found.matches:
        database.execute(
            """WITH one AS (
                   UPDATE records_subscription SET events = events + 1 WHERE rid = %s AND NOT EXISTS (
                       SELECT FROM records_notification WHERE subscription = %s AND rid = %s AND ver = %s)
                   RETURNING events)
               INSERT INTO records_notification (subscription, rt, rid, ver, event, due_at)
               SELECT %s, %s, %s, %s, events, now() FROM one ON CONFLICT DO NOTHING""",
            [
                entry.rid,
                entry.rid,
                item.rid,
                item.version,
                entry.rid,
                resource_types()[item.type],
                item.rid,
                item.version,
            ],
        )


SUBSCRIPTION = Subscription(name="records.subscriptions", feed=FEED, handler=handle)
