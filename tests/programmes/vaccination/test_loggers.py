"""What loggers send, in whatever order: taken once, breaks as the readings by time say, the stock of that time put aside."""

import datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.programmes.vaccination import actions, queries
from kangmai.programmes.vaccination.errors import (
    BatchTooLarge,
    FridgeNotFound,
    InTheFuture,
    LoggerNotFound,
    LoggerRefused,
    SamePerson,
)
from kangmai.programmes.vaccination.types import LoggerReading, Verdict
from tests.programmes.vaccination.factories import (  # fmt: skip
    AT,
    cdc,
    desk,
    fridge,
    left,
    line,
    next_door,
)

HOUR = datetime.timedelta(hours=1)


def reading(hours_ago, celsius, id=None):
    return LoggerReading(id or f"r{hours_ago}", AT - hours_ago * HOUR, celsius)


def registered(town, place=None):
    place = place or fridge(town)
    return place, actions.register_logger(fridge_id=place, name="温度仪 07", actor=desk(town), at=AT - 100 * HOUR)  # fmt: skip


def send(new, *readings, at=AT):
    return actions.take_readings(token=new.token, readings=readings, at=at)


def breaks(town, place):
    found = queries.breaches(fridge=place, actor=desk(town))
    return sorted((each.began_at, each.ended_at, each.lowest, each.highest) for each in found)


def test_a_batch_is_taken_once_and_bad_readings_alone_refused(database, town):
    place, new = registered(town)
    batch = [reading(3, 4.1), reading(2, 4.24), reading(1, 99.0, "hot"), reading(-1, 4.0, "ahead"), reading(24 * 200, 4.0, "old")]  # fmt: skip
    found = send(new, *batch)
    assert (found.taken, found.repeated, found.breach) == (2, 0, None)
    assert dict(found.refused) == {"hot": "unlikely", "ahead": "future", "old": "too_old"}
    again = send(new, *batch)
    assert (again.taken, again.repeated) == (0, 2)
    assert dict(send(new, reading(3, 5.0)).refused) == {"r3": "id_reused"}
    assert send(new, reading(3, 5.0, "other id")).repeated == 1  # that instant is known
    shown = queries.readings(place, actor=desk(town), at=AT)
    assert [(each.celsius, each.source.value) for each in shown] == [(4.2, "device"), (4.1, "device")]  # fmt: skip
    (logger,) = queries.loggers(place, actor=desk(town))
    assert logger.seen_at == AT
    with pytest.raises(BatchTooLarge):
        send(new, *[reading(1, 4.0, str(n)) for n in range(2001)])


def test_a_break_lengthens_by_what_comes_late(database, town):
    place, new = registered(town)
    actions.receive(fridge_id=place, lines=[line("IPV", 1), line("IPV", 2)], key=uuid4(), actor=desk(town), at=AT - 50 * HOUR)  # fmt: skip
    send(new, reading(10, 4.0), reading(8, 9.5), reading(6, 4.0))
    assert left(town)["IPV"] == (0, 2)
    assert breaks(town, place) == [(AT - 8 * HOUR, AT - 6 * HOUR, 9.5, 9.5)]
    # an hour earlier it was warmer still, and at seven it was no better
    send(new, reading(9, 11.0), reading(7, 8.6))
    assert breaks(town, place) == [(AT - 9 * HOUR, AT - 6 * HOUR, 8.6, 11.0)]
    send(new, reading(2, 8.9))
    assert breaks(town, place)[-1] == (AT - 2 * HOUR, None, 8.9, 8.9)
    # a reading inside that comes late ends the open break where it belongs
    send(new, reading(1, 5.0))
    assert breaks(town, place)[-1] == (AT - 2 * HOUR, AT - HOUR, 8.9, 8.9)
    # one inside before the break says nothing of it
    send(new, reading(3, 5.0))
    assert len(breaks(town, place)) == 2


def test_a_reading_inside_that_comes_late_parts_a_break(database, town):
    place, new = registered(town)
    send(new, reading(5, 4.0), reading(4, 9.0), reading(2, 10.0))
    assert breaks(town, place) == [(AT - 4 * HOUR, None, 9.0, 10.0)]
    send(new, reading(3, 4.0))
    assert breaks(town, place) == [(AT - 4 * HOUR, AT - 3 * HOUR, 9.0, 9.0), (AT - 2 * HOUR, None, 10.0, 10.0)]  # fmt: skip


def test_a_break_that_was_over_puts_aside_what_stood_there_then(database, town):
    nurse = desk(town)
    place, new = registered(town)
    other = fridge(town, "2号冰箱")
    for code, hours in ((line("IPV", 1), 50), (line("DTaP", 1), 50), (line("BCG", 1), 3)):
        actions.receive(fridge_id=place, lines=[code], key=uuid4(), actor=nurse, at=AT - hours * HOUR)  # fmt: skip
    dtap = next(each for each in queries.held(organization=town.centre, actor=nurse) if each.lot.vaccine == "DTaP")  # fmt: skip
    actions.move(fridge_id=place, to_fridge_id=other, lot_id=dtap.lot.id, packages=1, key=uuid4(), actor=nurse, at=AT - 5 * HOUR)  # fmt: skip
    found = send(new, reading(12, 4.0), reading(10, 12.0), reading(8, 4.0))
    assert found.breach is not None
    assert left(town) == {"IPV": (0, 1), "DTaP": (0, 1), "BCG": (1, 0)}  # BCG came afterwards
    breach = queries.get_breach(found.breach, actor=nurse)
    said = {"breach_id": breach.id, "line_id": breach.lots[0].id, "verdict": Verdict.RELEASED, "reason": "稳定性数据", "key": uuid4(), "expected_version": 1, "at": AT}  # fmt: skip
    with pytest.raises(SamePerson):  # the logger speaks for whoever registered it
        actions.decide(actor=nurse, **said)
    assert actions.decide(actor=cdc(town), **said).lots[0].verdict is Verdict.RELEASED


def test_whose_logger_it_is(database, town):
    place, new = registered(town)
    stranger = next_door(town)
    with pytest.raises(FridgeNotFound):
        actions.register_logger(fridge_id=place, name="x", actor=stranger, at=AT)
    with pytest.raises(FridgeNotFound):
        queries.loggers(place, actor=stranger)
    with pytest.raises(LoggerNotFound):
        actions.stop_logger(logger_id=new.logger.id, actor=stranger, at=AT)
    assert new.token not in repr(new)
    with pytest.raises(LoggerRefused):
        actions.take_readings(token="x" * 43, readings=[reading(1, 4.0)], at=AT)
    actions.stop_logger(logger_id=new.logger.id, actor=desk(town), at=AT)
    with pytest.raises(LoggerRefused):
        send(new, reading(1, 4.0))
    with pytest.raises(InTheFuture):
        actions.write_temperatures(fridge_id=place, samples=[(AT + HOUR, 4.0)], actor=desk(town), at=AT)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    outside=st.lists(st.booleans(), min_size=3, max_size=9),
    order=st.randoms(use_true_random=False),
)
def test_breaks_do_not_depend_on_the_order_of_arrival(database, town, outside, order):
    """However the readings arrive, the breaks cover just the readings outside: by time, runs of them."""
    place, new = registered(town, fridge(town, f"{uuid4()}"))
    readings = [reading(len(outside) - n, 12.0 if warm else 4.0) for n, warm in enumerate(outside)]
    shuffled = list(readings)
    order.shuffle(shuffled)
    while shuffled:
        size = order.randint(1, len(shuffled))
        part, shuffled = shuffled[:size], shuffled[size:]
        send(new, *part)
    covered = [
        any(began <= each.at and (ended is None or each.at < ended) for began, ended, _, _ in breaks(town, place))
        for each in readings
    ]  # fmt: skip
    assert covered == outside
