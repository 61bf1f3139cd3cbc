"""One mechanism by which rooms hear what happened: ordered feeds, subscribers with cursors, dead letters.

A feed is an append-only table with the columns `seq` (from a sequence) and `xid` (the transaction that
wrote the row). Sequence order is not commit order: a transaction that took number 7 may commit after
the one that took 8. A reader therefore goes by (xid, seq), and only up to the oldest transaction still
running, below which nothing new can appear. No event is lost, and none is seen before its commit.

Handlers are given batches, at least once, in the order of the cursor; each batch and the move of its
cursor commit together. When a batch fails, its events are tried one by one, and those that fail alone
become dead letters that an administrator sees, repeats or dismisses.
"""

import datetime
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from django.db import connection, transaction

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import NotFound

WINDOW = 20_000
"""Rows of a feed looked at in one step, of which a subscriber's filter may pass few."""

ENDLESS = 2**62
"""A transaction number that never comes."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Feed:
    """A table that others follow; `columns` are what an event carries besides its place."""

    name: str
    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a feed."""

    xid: int
    seq: int
    data: dict[str, Any]


Handler = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A named reader of one feed. `condition` is SQL over the feed's columns, without parameters."""

    name: str
    feed: Feed
    handler: Handler
    condition: str = "true"
    batch: int = 500


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a subscriber is behind its feed."""

    subscriber: str
    feed: str
    handled: int
    waiting: int
    moved_at: datetime.datetime | None
    dead_letters: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a subscriber could not handle."""

    id: int
    subscriber: str
    feed: str
    seq: int
    error: str
    attempts: int
    failed_at: datetime.datetime


class UnknownDeadLetter(NotFound):
    """There is no open dead letter {id}."""

    zh = "没有编号为 {id} 的待处理事件。"


OUTBOX = Feed("outbox", "kernel_event", ("kind", "key", "data", "at"))
_subscriptions: dict[str, Subscription] = {}


def subscribe(subscription: Subscription) -> None:
    """Register a subscriber; called from a room's `apps.ready`. Its name must never change."""
    _subscriptions[subscription.name] = subscription


def subscriptions() -> tuple[Subscription, ...]:
    """Every registered subscriber, by name."""
    return tuple(_subscriptions[name] for name in sorted(_subscriptions))


def announce(
    database: psycopg.Connection,
    *,
    kind: str,
    key: str,
    data: dict[str, Any] | None = None,
    at: datetime.datetime,
) -> None:
    """Write an event to the outbox within the caller's transaction; ids only, never personal data."""
    database.execute(
        "INSERT INTO kernel_event (at, kind, key, data) VALUES (%s, %s, %s, %s::jsonb)",
        [at, kind, key, orjson.dumps(data or {}).decode()],
    )


def announce_many(
    database: psycopg.Connection,
    *,
    kind: str,
    events: Sequence[tuple[str, dict[str, Any]]],
    at: datetime.datetime,
) -> None:
    """Write events of one kind, each with key and data, as `announce` does, in one statement."""
    database.execute(
        """INSERT INTO kernel_event (at, kind, key, data)
           SELECT %s, %s, key, data::jsonb FROM unnest(%s::text[], %s::text[]) AS e (key, data)""",
        [
            at,
            kind,
            [key for key, _ in events],
            [orjson.dumps(data).decode() for _, data in events],
        ],
    )


def raise_epoch(database: psycopg.Connection) -> int:
    """Begin a new epoch after a restore, and return it.

    Places in the feed that were handed out after the backup belong to events that no longer exist;
    who followed the feed from outside sees by the epoch that he must begin anew. Our own cursors were
    restored together with the feed and go on.
    """
    database.execute("UPDATE kernel_epoch SET epoch = epoch + 1")
    database.execute("UPDATE kernel_cursor SET epoch = (SELECT epoch FROM kernel_epoch)")
    row = database.execute("SELECT epoch FROM kernel_epoch").fetchone()
    return row[0] if row else 0


def _window_sql(subscription: Subscription, columns: str) -> str:
    """The next rows of a feed after a place and below a transaction, of which a filter may pass few."""
    return f"""
        SELECT {columns} FROM (
            SELECT * FROM {subscription.feed.table}
            WHERE (xid, seq) > (%s::text::xid8, %s) AND xid < %s::text::xid8
            ORDER BY xid, seq LIMIT {WINDOW}) AS seen"""


def _lock_cursor(
    cursor: Any, subscription: Subscription, before: int = ENDLESS
) -> tuple[int, int, int] | None:
    """The place a subscriber has come to, and the transaction below which nothing new can appear; None
    where another process holds it."""
    cursor.execute(
        """INSERT INTO kernel_cursor (subscriber, feed, epoch) SELECT %s, %s, epoch FROM kernel_epoch
           ON CONFLICT DO NOTHING""",
        [subscription.name, subscription.feed.name],
    )
    cursor.execute(
        """SELECT xid::text::bigint, seq,
                  least(pg_snapshot_xmin(pg_current_snapshot()), %s::text::xid8)::text::bigint
           FROM kernel_cursor WHERE subscriber = %s FOR UPDATE SKIP LOCKED""",
        [str(before), subscription.name],
    )
    return cursor.fetchone()


def _move(cursor: Any, subscription: Subscription, place: tuple[int, int], handled: int) -> None:
    cursor.execute(
        """UPDATE kernel_cursor SET xid = %s::text::xid8, seq = %s, handled = handled + %s, moved_at = now()
           WHERE subscriber = %s""",
        [place[0], place[1], handled, subscription.name],
    )


def _next_window(
    cursor: Any, subscription: Subscription, xid: int, seq: int, horizon: int
) -> tuple[list[Event], tuple[int, int]]:
    """The next events that pass the filter, at most a batch, and the place up to which was looked.

    Both statements see the same rows: below the horizon nothing appears or goes.
    """
    window = [str(xid), seq, str(horizon)]
    columns = ", ".join(("xid::text::bigint", "seq", *subscription.feed.columns))
    passing = f"{_window_sql(subscription, columns)} WHERE {subscription.condition} ORDER BY seen.xid, seen.seq LIMIT %s"
    cursor.execute(passing, [*window, subscription.batch])
    events = [_event(subscription.feed, row) for row in cursor.fetchall()]
    if len(events) == subscription.batch:
        return events, (events[-1].xid, events[-1].seq)
    last = _window_sql(subscription, "xid::text::bigint, seq")
    cursor.execute(f"{last} ORDER BY seen.xid DESC, seen.seq DESC LIMIT 1", window)
    return events, cursor.fetchone() or (xid, seq)


def _event(feed: Feed, row: tuple[Any, ...]) -> Event:
    said = dict(zip(feed.columns, row[2:], strict=True))
    # Django's connection leaves jsonb as text
    return Event(row[0], row[1], {k: _opened(k, v) for k, v in said.items()})


def _opened(column: str, value: Any) -> Any:
    return orjson.loads(value) if column == "data" and isinstance(value, str) else value


def step(subscription: Subscription, *, before: int = ENDLESS) -> int:
    """Handle one batch; returns the number of feed rows passed, 0 when there is nothing new.

    A subscriber whose cursor is held by another process is left to that process.

    Args:
        before: the transaction from which on everything is left for later.
    """
    try:
        return _step(subscription, before)
    except Exception:
        logger.exception("batch of %s failed; its events are tried one by one", subscription.name)
        return _step_singly(subscription, before)


def _step(subscription: Subscription, limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        before = _lock_cursor(cursor, subscription, limit)
        if before is None:
            return 0
        events, after = _next_window(cursor, subscription, *before)
        if events:
            subscription.handler(events)
        if after != before[:2]:
            _move(cursor, subscription, after, len(events))
        return int(after != before[:2]) and max(len(events), 1)


def _step_singly(subscription: Subscription, limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        before = _lock_cursor(cursor, subscription, limit)
        if before is None:
            return 0
        events, after = _next_window(cursor, subscription, *before)
        for event in events:
            try:
                with transaction.atomic():
                    subscription.handler([event])
            except Exception as error:
                _bury(cursor, subscription, event, error)
        _move(cursor, subscription, after, len(events))
        return max(len(events), 1)


def _bury(cursor: Any, subscription: Subscription, event: Event, error: Exception) -> None:
    # the kind of failure and not its text, which might quote what is in the record
    cursor.execute(
        """INSERT INTO kernel_dead_letter (subscriber, feed, xid, seq, error, failed_at)
           VALUES (%s, %s, %s::text::xid8, %s, %s, now())
           ON CONFLICT (subscriber, feed, seq) DO UPDATE
           SET attempts = kernel_dead_letter.attempts + 1, error = EXCLUDED.error, settled_at = NULL""",
        [
            subscription.name,
            subscription.feed.name,
            str(event.xid),
            event.seq,
            type(error).__name__,
        ],
    )


def drain() -> int:
    """Let every subscriber catch up with what is committed now; returns the number of steps that did work.

    What is written meanwhile waits for the next call, so that steady writing holds up no subscriber.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (limit,) = cursor.fetchone()
    steps = 0
    for subscription in subscriptions():
        while step(subscription, before=limit):
            steps += 1
    return steps


def begin_here() -> None:
    """Let every subscriber begin after what is committed or written now, within the caller's transaction.

    For an installation filled by a load that did itself what the handlers would have done.
    """
    with connection.cursor() as cursor:
        for subscription in subscriptions():
            _lock_cursor(cursor, subscription)
            cursor.execute(
                f"""SELECT xid::text::bigint, seq FROM {subscription.feed.table}
                    ORDER BY xid DESC, seq DESC LIMIT 1"""
            )
            if (end := cursor.fetchone()) is not None:
                _move(cursor, subscription, end, 0)


def lags() -> list[Lag]:
    """How far every subscriber is behind, by name; `waiting` is counted up to 10,000."""
    return [_lag(subscription) for subscription in subscriptions()]


def _lag(subscription: Subscription) -> Lag:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT coalesce(c.handled, 0), c.moved_at,
                   (SELECT count(*) FROM (SELECT 1 FROM {subscription.feed.table} f
                    WHERE (f.xid, f.seq) > (coalesce(c.xid, '0'::xid8), coalesce(c.seq, 0)) LIMIT 10000) w),
                   (SELECT count(*) FROM kernel_dead_letter d WHERE d.subscriber = %s AND d.settled_at IS NULL)
            FROM (SELECT 1) one LEFT JOIN kernel_cursor c ON c.subscriber = %s""",
            [subscription.name, subscription.name],
        )
        handled, moved_at, waiting, dead = cursor.fetchone()
    return Lag(subscription.name, subscription.feed.name, handled, waiting, moved_at, dead)


def dead_letters(*, limit: int = 100) -> list[DeadLetter]:
    """Events that wait for a decision, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, subscriber, feed, seq, error, attempts, failed_at FROM kernel_dead_letter
               WHERE settled_at IS NULL ORDER BY failed_at DESC, id DESC LIMIT %s""",
            [limit],
        )
        return [DeadLetter(*row) for row in cursor.fetchall()]


def repeat(letter_id: int, *, actor: Actor, at: datetime.datetime) -> None:
    """Give a dead letter to its subscriber once more; it is settled if that succeeds.

    Raises:
        UnknownDeadLetter: there is no open one of this id.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT subscriber, seq FROM kernel_dead_letter WHERE id = %s AND settled_at IS NULL FOR UPDATE",
            [letter_id],
        )
        row = cursor.fetchone()
        if row is None or row[0] not in _subscriptions:
            raise UnknownDeadLetter(id=letter_id)
        subscription = _subscriptions[row[0]]
        columns = ", ".join(("xid::text::bigint", "seq", *subscription.feed.columns))
        cursor.execute(f"SELECT {columns} FROM {subscription.feed.table} WHERE seq = %s", [row[1]])
        xid, seq, *values = cursor.fetchone()
        event = Event(xid, seq, dict(zip(subscription.feed.columns, values, strict=True)))
        subscription.handler([event])
        cursor.execute(
            "UPDATE kernel_dead_letter SET settled_at = now() WHERE id = %s", [letter_id]
        )
        _write_down("feed.repeated", letter_id, actor, at)


def _write_down(action: str, letter_id: int, actor: Actor, at: datetime.datetime) -> None:
    audit.record(
        actor=actor, at=at, action=action, object_type="DeadLetter", object_id=str(letter_id)
    )


def dismiss(letter_id: int, *, actor: Actor, at: datetime.datetime) -> None:
    """Close a dead letter without repeating it.

    Raises:
        UnknownDeadLetter: there is no open one of this id.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_dead_letter SET settled_at = now() WHERE id = %s AND settled_at IS NULL",
            [letter_id],
        )
        if cursor.rowcount == 0:
            raise UnknownDeadLetter(id=letter_id)
        _write_down("feed.dismissed", letter_id, actor, at)
