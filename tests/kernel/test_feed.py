"""The feed loses no event and hands none out twice, whatever the order in which transactions commit."""

import datetime
import threading
import time

import psycopg
import pytest
from django.db import connection

from kangmai.kernel import connections, feed
from kangmai.kernel.actor import operator

AT = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


@pytest.fixture
def heard(database, monkeypatch):
    """A subscriber to the outbox that writes down the keys it is given."""
    keys: list[str] = []
    monkeypatch.setattr(feed, "_subscriptions", {})
    feed.subscribe(
        feed.Subscription(
            "test.ear",
            feed.OUTBOX,
            lambda batch: keys.extend(e.data["key"] for e in batch),
            "kind = 'spoken'",
        )
    )
    return keys


def announce(database, key, kind="spoken"):
    feed.announce(database, kind=kind, key=key, at=AT)


def test_events_arrive_once_and_in_order(heard):
    with connections.unit_of_work() as own:
        for number in range(3):
            announce(own, str(number))
    assert feed.drain() == 1
    assert heard == ["0", "1", "2"]
    assert feed.drain() == 0


def test_filter_passes_over_other_kinds(heard):
    with connections.unit_of_work() as own:
        announce(own, "a", kind="other")
        announce(own, "b")
    feed.drain()
    assert heard == ["b"]
    assert feed.lags()[0].waiting == 0


def test_slow_transaction_is_waited_for(database, heard):
    """A transaction that took the lower numbers but commits later must not be passed over."""
    with psycopg.connect(database) as slow, psycopg.connect(database) as quick:
        announce(slow, "slow")
        announce(quick, "quick")
        quick.commit()
        feed.drain()
        assert heard == []  # nothing at or above the oldest running transaction is given out
        slow.commit()
        feed.drain()
    assert heard == ["slow", "quick"]


def test_rolled_back_event_is_never_heard(database, heard):
    with psycopg.connect(database) as own:
        announce(own, "never")
        own.rollback()
        announce(own, "kept")
        own.commit()
    feed.drain()
    assert heard == ["kept"]


def test_interleaved_writers_lose_nothing(database, heard):
    """Six writers with short and long transactions, and a reader all the while."""

    def write(writer: int) -> None:
        with psycopg.connect(database) as own:
            for number in range(20):
                announce(own, f"{writer}-{number}")
                time.sleep(0.004 * (writer % 3))
                if number % (writer + 1) == 0:
                    own.commit()

    writers = [threading.Thread(target=write, args=[n]) for n in range(6)]
    for thread in writers:
        thread.start()
    while any(thread.is_alive() for thread in writers):
        feed.drain()
    feed.drain()
    expected = sorted(f"{writer}-{number}" for writer in range(6) for number in range(20))
    assert sorted(heard) == expected


def test_failing_event_becomes_a_dead_letter_and_the_others_pass(heard, monkeypatch):
    def handler(batch):
        for event in batch:
            if event.data["key"] == "bad":
                raise ValueError("名字不应出现在错误中")
            heard.append(event.data["key"])

    feed.subscribe(feed.Subscription("test.ear", feed.OUTBOX, handler))
    with connections.unit_of_work() as own:
        for key in ("a", "bad", "c"):
            announce(own, key)
    feed.drain()
    assert heard == ["a", "a", "c"]  # the batch was tried first: handlers may see an event twice
    (letter,) = feed.dead_letters()
    assert (letter.subscriber, letter.error) == ("test.ear", "ValueError")

    feed.subscribe(feed.Subscription("test.ear", feed.OUTBOX, lambda b: heard.append("mended")))
    feed.repeat(letter.id, actor=operator("test"), at=AT)
    assert heard[-1] == "mended"
    assert feed.dead_letters() == []
    with pytest.raises(feed.UnknownDeadLetter):
        feed.dismiss(letter.id, actor=operator("test"), at=AT)


def test_partitions_are_made_ahead(database):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('kernel_event_seq', 19999999)")
        cursor.execute("SELECT kernel_ensure_partitions(1)")
    with connections.unit_of_work() as own:
        announce(own, "before")
        announce(own, "after")
        counts = own.execute(
            "SELECT tableoid::regclass::text FROM kernel_event ORDER BY seq"
        ).fetchall()
    assert [name for (name,) in counts] == ["kernel_event_p1", "kernel_event_p1"]
