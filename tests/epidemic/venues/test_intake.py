"""Scans: each kept once or refused with a reason that is logged, whatever is sent, however often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.venues import actions, codes, models
from kangmai.epidemic.venues.actions import intake
from kangmai.epidemic.venues.types import Answer, Channel, Colour, Refusal, Scan, Taken
from tests.epidemic.orders.factories import AT, OFFICER
from tests.epidemic.venues.factories import KEEPER, number_of, person, scans, venue, woken

pytestmark = pytest.mark.usefixtures("database")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _fresh_throttle():
    intake.throttle.clear()
    yield
    intake.throttle.clear()


def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM venues_scan")
        return cursor.fetchone()[0]


def logged():
    rows = models.Refusal.objects.order_by("reason")
    return {row.reason: row.count for row in rows}


def take(batch, at=AT, **more):
    return actions.take_scans(scans=batch, at=at, **more)


def test_a_batch_is_kept_once_however_often_it_is_sent():
    woken()
    someone, door = number_of(person()), venue().entrances[0].code
    batch = scans([(n, someone, AT + n * MINUTE) for n in range(4)], door)
    assert take(batch, at=AT + 5 * MINUTE) == Taken(4, 0, ())
    assert take(batch, at=AT + 6 * MINUTE) == Taken(0, 4, ())
    longer = scans([(n, someone, AT + n * MINUTE) for n in range(5)], door)
    assert take(longer, at=AT + 7 * MINUTE) == Taken(1, 4, ())
    other_reader = replace(longer, sources=longer.sources + 1)
    assert take(other_reader, at=AT + 8 * MINUTE) == Taken(5, 0, ())
    assert kept() == 10


def test_two_senders_begin_a_day_at_once():
    """Whoever waits for the other's partition finds it, though there was none when they looked."""
    ensure = "SELECT venues_ensure_days('2031-05-01', '2031-05-01')"
    url = django_settings.DATABASE_URL
    with (
        psycopg.connect(url) as first,
        psycopg.connect(url) as second,
        psycopg.connect(url, autocommit=True) as watch,
        ThreadPoolExecutor(1) as pool,
    ):
        assert first.execute(ensure).fetchone() == (1,)
        waiting = pool.submit(second.execute, ensure)
        pid = second.info.backend_pid
        is_blocked = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
        while not watch.execute(is_blocked, [pid]).fetchone()[0]:
            assert not waiting.done()
        first.commit()
        waiting.result(timeout=60)
        second.rollback()
        there = "SELECT to_regclass('venues_scan_d20310501') IS NOT NULL"
        assert watch.execute(there).fetchone() == (True,)
        watch.execute("DROP TABLE venues_scan_d20310501")


def test_what_cannot_be_is_refused_with_a_reason_and_the_rest_is_kept():
    order = woken()
    someone, place = number_of(person()), venue()
    here, there = (each.code for each in place.entrances)
    forged = ("0" if here[-1] != "0" else "1").join([here[:-1], ""])
    actions.revoke_code(
        venue_id=place.id,
        entrance_id=place.entrances[1].id,
        expected_version=place.version,
        actor=KEEPER,
        at=AT,
    )
    closed = venue()
    actions.close_venue(venue_id=closed.id, expected_version=1, actor=KEEPER, at=AT)
    elsewhere = venue().entrances[0].code
    rows = [
        (1, someone, AT + MINUTE),
        (2, someone, AT + 16 * MINUTE),
        (3, someone, AT - MINUTE),
        (4, someone + 1, AT),
        (5, someone, AT),
        (6, someone, AT),
        (7, someone, AT),
        (8, someone, AT),
        (8, someone, AT + MINUTE),
    ]
    codes_shown = [here, here, here, here, forged, there, closed.entrances[0].code, here, elsewhere]
    found = take(scans(rows, codes_shown), at=AT + 10 * MINUTE)
    assert found.taken == 2
    assert dict(found.refused) == {
        1: Refusal.FROM_THE_FUTURE,
        2: Refusal.TOO_OLD,
        3: Refusal.UNKNOWN_PASS,
        4: Refusal.FORGED_CODE,
        5: Refusal.REVOKED_CODE,
        6: Refusal.VENUE_CLOSED,
        8: Refusal.CONFLICTING_ID,
    }
    assert kept() == 2
    assert logged() == {refusal.value: 1 for _, refusal in found.refused}
    conflicting = scans([(1, someone, AT + 2 * MINUTE)], here)
    assert take(conflicting, at=AT + 10 * MINUTE).refused == ((0, Refusal.CONFLICTING_ID),)
    assert kept() == 2
    assert order.serial in set(models.Refusal.objects.values_list("order_serial", flat=True))


def test_nobody_scans_under_an_order_for_somewhere_else_or_after_the_end():
    order = woken(area="441202")
    place = venue()
    inside = number_of(person())
    orders.end(
        order_id=order.id, reason="结束", expected_version=order.version, actor=OFFICER, at=AT + DAY
    )
    batch = scans([(1, inside, AT)], place.entrances[0].code)
    with pytest.raises(NoOrderInForce):
        take(batch, at=AT + DAY)
    woken(at=AT + DAY, area="441203", key="next")
    assert take(batch, at=AT + DAY).refused == ((0, Refusal.ASLEEP),)
    assert kept() == 0


def test_a_pass_of_an_order_that_is_over_no_longer_works_but_an_extended_one_does():
    first = woken(days=1)
    someone = number_of(person())
    second = woken(at=AT + MINUTE, days=20, key="second", extends=first.id)
    door = venue(at=first.ends_at).entrances[0].code
    later = scans([(1, someone, first.ends_at)], door)
    assert take(later, at=first.ends_at).taken == 1
    woken(at=second.ends_at - MINUTE, key="third")
    door = venue(at=second.ends_at).entrances[0].code
    latest = scans([(2, someone, second.ends_at)], door)
    assert take(latest, at=second.ends_at).refused == ((0, Refusal.PASS_ENDED),)


def test_ten_thousand_scans_a_minute_from_one_phone_are_refused_beyond_the_limit_and_counted():
    woken()
    someone, door = number_of(person()), venue().entrances[0].code
    flood = scans([(n, someone, AT) for n in range(10_000)], door, source=intake.OWN_PHONE)
    found = take(flood)
    assert (found.taken, len(found.refused)) == (30, 9_970)
    assert (kept(), logged()) == (30, {"too many": 9_970})
    again = take(scans([(n, someone, AT) for n in range(30)], door, source=intake.OWN_PHONE))
    assert again == Taken(0, 30, ())
    assert take(flood, at=AT + MINUTE).taken == 30


@pytest.mark.parametrize(
    ("kind", "colour", "answer", "reason"),
    [
        ("market", Colour.GREEN, Answer.PASS, "green"),
        ("market", Colour.YELLOW, Answer.STOP, "yellow"),
        ("market", Colour.RED, Answer.STOP, "red"),
        ("hospital", Colour.RED, Answer.WARN, "red_care"),
        ("hospital", Colour.YELLOW, Answer.WARN, "yellow_care"),
    ],
)
def test_the_door_answers_by_colour_and_never_refuses_care(kind, colour, answer, reason):
    woken()
    someone, door = person(), venue(kind=kind).entrances[0].code
    models.Person.objects.filter(id=someone.key).update(
        colour=colour.value, colour_until=AT + DAY if colour > Colour.GREEN else None
    )
    one = Scan("a", AT, door, number_of(someone), 7, Channel.PHONE)
    told = actions.scan(scan=one, at=AT)
    assert (told.answer, told.reason, told.colour, told.is_repeated) == (
        answer,
        reason,
        colour,
        False,
    )
    assert actions.scan(scan=one, at=AT).is_repeated
    tomorrow = replace(one, client="b", scanned_at=AT + DAY)
    assert actions.scan(scan=tomorrow, at=AT + DAY).reason == "green"
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, answer FROM venues_scan ORDER BY at")
        assert cursor.fetchall() == [(someone.key, answer), (someone.key, Answer.PASS)]


def test_days_are_made_when_needed_and_dropped_when_kept_for_long_enough():
    woken(days=30)
    someone, door = number_of(person()), venue().entrances[0].code
    assert take(scans([(1, someone, AT), (2, someone, AT + DAY)], door), at=AT + DAY).taken == 2
    assert actions.keep_days(at=AT + timedelta(days=29)) == 0
    assert actions.keep_days(at=AT + timedelta(days=31)) == 1
    assert kept() == 1


def test_a_large_batch_is_kept_as_a_small_one_is_and_a_day_that_was_dropped_is_made_again():
    woken()
    someone, door = number_of(person()), venue().entrances[0].code
    rows = [(n, someone, AT) for n in range(intake.COPY_FROM + 50)]
    large, longer = scans(rows, door), scans([*rows, (9_999, someone, AT)], door)
    assert take(large) == Taken(len(rows), 0, ())
    assert take(longer) == Taken(1, len(rows), ())
    assert take(longer, upload=UUID(int=1)) == Taken(0, len(rows) + 1, ())
    with connection.cursor() as cursor:
        cursor.execute("SELECT venues_drop_days('2100-01-01')")
    intake.throttle.clear()
    assert (take(large), kept()) == (Taken(len(rows), 0, ()), len(rows))


@pytest.fixture
def door():
    woken()
    return [number_of(person()) for _ in range(2)], venue().entrances[0].code


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.lists(
        st.lists(st.tuples(st.integers(1, 12), st.integers(0, 1), st.integers(0, 3)), min_size=1),
        min_size=1,
        max_size=6,
    ),
    copied=st.booleans(),
)
def test_no_scan_is_lost_or_doubled_however_batches_overlap(door, sent, copied):
    """Each id is kept once, as it first came; every row of every batch is taken, repeated or refused."""
    passes, code = door
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "COPY_FROM", 1 if copied else 10**6)
        intake.throttle.clear()
        known = {}
        for rows in sent:
            batch = [(client, passes[who], AT + when * MINUTE) for client, who, when in rows]
            found = take(scans(batch, code), at=AT + 5 * MINUTE)
            refused = dict(found.refused)
            new = 0
            for n, row in enumerate(rows):
                is_new = row[0] not in known
                first = known.setdefault(row[0], row)
                new += is_new
                assert (n in refused) == (first != row)
            assert (found.taken, found.repeated) == (new, len(rows) - new - len(refused))
        assert kept() == len(known)
        transaction.set_rollback(True)


@given(
    number=st.integers(1, 2**31 - 1), version=st.integers(1, 2**16 - 1), place=st.integers(0, 22)
)
def test_a_code_is_read_back_and_a_changed_letter_is_noticed(number, version, place):
    code = codes.entrance_code(number, version)
    assert codes.read_entrance_code(code.lower()) == (number, version)
    other = codes.ALPHABET[(codes.ALPHABET.index(code[place]) + 1) % 32]
    assert codes.read_entrance_code(code[:place] + other + code[place + 1 :]) is None
    assert codes.read_entrance_code(code[:-1]) is None


@settings(max_examples=40)
@given(number=st.integers(1, 2**60 - 1))
def test_a_pass_is_read_back_as_people_type_it(number):
    text = codes.pass_text(number)
    assert codes.pass_number(text.lower().replace("-", " ").replace("1", "l")) == number
