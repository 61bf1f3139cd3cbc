"""The interface for scanners: what is sent, what is answered, and the refusal while asleep."""

import io
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest

from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.venues import actions, models
from kangmai.exchange.scans.door import BASE, application
from tests.epidemic.orders.factories import OFFICER
from tests.epidemic.venues.factories import KEEPER, number_of, person, venue, woken

pytestmark = pytest.mark.usefixtures("database")


def post(body, path="", *, token="", language="en"):
    raw = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    status = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": BASE + path,
        "CONTENT_LENGTH": str(len(raw)),
        "HTTP_AUTHORIZATION": f"Bearer {token}" if token else "",
        "HTTP_ACCEPT_LANGUAGE": language,
        "wsgi.input": io.BytesIO(raw),
    }
    (answer,) = application(environ, lambda given, headers: status.append(given))
    return int(status[0][:3]), orjson.loads(answer)


@pytest.fixture
def door(database):
    """A venue with a device; everything now, since the door reads the clock."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    order = woken(at=now)
    place, someone = venue(now), person(now)
    _, token = actions.add_device(name="闸机", venue_id=place.id, actor=KEEPER, at=now)
    return order, place.entrances[0].code, someone, token


def test_one_scan_is_answered_by_pass_document_and_companion(door):
    order, code, someone, token = door
    status, told = post({"id": "a", "entrance": code, "pass": someone.pass_code})
    assert (status, told["answer"], told["colour"], told["repeated"]) == (
        200,
        "pass",
        "green",
        False,
    )
    assert told["order"] == order.number
    document = {"kind": "01", "number": someone.facts.document_number}
    status, told = post({"id": "b", "entrance": code, "document": document}, token=token)
    assert (status, told["reason"], told["message"]) == (200, "green", "Green: please come in")
    by_companion = {
        "id": "c",
        "entrance": code,
        "pass": someone.pass_code,
        "companion": someone.pass_code,
    }
    assert post(by_companion, token=token)[0] == 200
    assert post({"id": "d", "entrance": code, "document": document})[0] == 422
    unknown = {"kind": "01", "number": "441202199001011238"}
    status, told = post({"id": "e", "entrance": code, "document": unknown}, token=token)
    assert (status, told["refused"]) == (422, "unknown pass")


def test_a_batch_is_counted_and_repeats_nothing(door):
    _, code, someone, token = door
    now = int(datetime.now(UTC).timestamp())
    body = {
        "upload": str(uuid4()),
        "entrance": code,
        "ids": [1, 2, 3],
        "at": [now - 30, now - 20, now + 3600],
        "passes": [number_of(someone)] * 3,
    }
    status, counts = post(body, "/batch", token=token)
    assert (status, counts["taken"], counts["refused"]) == (200, 2, [[2, "from the future"]])
    assert post(body, "/batch", token=token)[1]["repeated"] == 2
    receipt = models.Upload.objects.get()
    assert (receipt.rows, receipt.taken, receipt.refused) == (3, 2, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {"ids": [1], "at": [1, 2], "passes": [1]},
        {"ids": ["x"], "at": [1], "passes": [1], "entrance": "A"},
        {"ids": [2**70], "at": [1], "passes": [1], "entrance": "A"},
        {"ids": [1.5], "at": [1], "passes": [1], "entrance": "A"},
        {"ids": [1], "at": [1], "passes": [1], "entrance": ["A", "B"]},
        {"ids": [1], "at": [1], "passes": [1], "entrance": "A", "upload": "x"},
        {"ids": [1], "at": [1], "passes": [1], "entrance": "A", "channel": "drone"},
    ],
)
def test_a_batch_that_cannot_be_read_says_why_and_keeps_nothing(door, body):
    *_, token = door
    status, answer = post(body, "/batch", token=token)
    assert (status, answer["error"]) == (422, "ScansUnreadable")
    assert models.Upload.objects.count() == 0


def test_only_devices_send_batches_and_guessed_tokens_are_refused(door):
    _, code, someone, _ = door
    body = {"entrance": code, "ids": [1], "at": [1], "passes": [number_of(someone)]}
    assert post(body, "/batch")[0] == 401
    assert post(body, "/batch", token="guessed")[0] == 401


def test_when_the_order_ends_the_door_is_shut_at_once(door):
    order, code, someone, token = door
    one = {"id": "a", "entrance": code, "pass": someone.pass_code}
    assert post(one)[0] == 200
    orders.end(
        order_id=order.id,
        reason="结束",
        expected_version=order.version,
        actor=OFFICER,
        at=datetime.now(UTC),
    )
    for status, answer in (post(one), post(one, token=token), post({}, "/batch", token=token)):
        assert (status, answer["error"]) == (409, "NoOrderInForce")
