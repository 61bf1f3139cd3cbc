"""The interface for scanners: what is sent, what is answered, and the refusal while asleep."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from django.db import connection

from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.venues import actions, models
from kangmai.epidemic.venues.actions import doorstep, intake
from kangmai.epidemic.venues.types import Answer, Channel, Scan
from kangmai.exchange.scans.door import BASE, application
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel.actor import operator
from kangmai.kernel.ids import OrganizationId
from tests.epidemic.orders.factories import OFFICER
from tests.epidemic.venues.factories import KEEPER, facts, number_of, person, venue, woken

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


@pytest.fixture(autouse=True)
def _fresh_throttle():
    intake.throttle.clear()
    yield
    intake.throttle.clear()


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


def test_a_reader_of_one_venue_sends_nothing_for_another(door):
    _order, code, someone, token = door
    now = datetime.now(UTC) - timedelta(minutes=1)
    elsewhere = venue(now)
    foreign, mine = elsewhere.entrances[0].code, int(now.timestamp())
    status, told = post({"id": "a", "entrance": foreign, "pass": someone.pass_code}, token=token)
    assert (status, told["refused"]) == (422, "other venue")
    assert (
        told["message"] == "This reader belongs to another venue; use one that is registered here"
    )
    mixed = {
        "entrance": [code, foreign], "ids": [1, 2], "at": [mine, mine],
        "passes": [number_of(someone)] * 2,
    }  # fmt: skip
    status, counts = post(mixed, "/batch", token=token, language="zh")
    assert (status, counts["taken"], counts["refused"]) == (200, 1, [[1, "other venue"]])
    assert counts["reasons"] == {"other venue": "此设备不是本场所的，请使用本场所登记的设备"}
    assert len(kept()) == 1
    logged = models.Refusal.objects.filter(reason="other venue").values_list("venue_id", "count")
    assert list(logged) == [(elsewhere.id, 2)]
    assert post({"id": "a", "entrance": foreign, "pass": someone.pass_code})[0] == 200


def kept():
    """Whom the table has, by which channel and sender, in the order of arrival."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, channel, source FROM venues_scan ORDER BY at, client")
        return cursor.fetchall()


def resident(known, now):
    """Somebody of the index with the same name and document."""
    number = known.document_number
    demographics = Demographics(
        name=known.name,
        sex_code="1" if int(number[16]) % 2 else "2",
        birth_date=date.fromisoformat(number[6:14]),
        place_code="441202001002",
        documents=(IdentityDocument("01", number),),
    )
    return identity.register_resident(
        demographics, managing_org=OrganizationId(1), actor=operator("scenario"), at=now
    )


def test_a_card_is_read_by_a_device_also_after_its_holder_was_merged(door):
    _, code, _, token = door
    now = datetime.now(UTC) - timedelta(minutes=1)
    known = facts()
    first = resident(known, now)
    someone = person(now, **{name: getattr(known, name) for name in ("name", "document_number")})
    assert someone.resident == first.id
    card = {"entrance": code, "card": first.index_number}
    status, told = post({"id": "a", **card}, token=token)
    assert (status, told["answer"], told["colour"]) == (200, "pass", "green")
    assert post({"id": "b", **card})[0] == 422  # a phone shows its pass and nothing else
    other = resident(facts(), now)
    identity.merge_residents(
        other.id, first.id, reason="同一人", actor=operator("scenario"), at=now
    )
    for n, number in enumerate((first.index_number, other.index_number)):
        assert post({"id": f"m{n}", "entrance": code, "card": number}, token=token)[0] == 200
    status, told = post({"id": "c", "entrance": code, "card": "9" * 13}, token=token)
    assert (status, told["refused"]) == (422, "unknown pass")
    device = models.Device.objects.get().id
    assert kept() == [(someone.key, Channel.CARD, device)] * 3


def test_a_companions_phone_scans_for_somebody_without_one_and_is_the_sender(door):
    _, code, someone, _ = door
    companion = person(datetime.now(UTC) - timedelta(minutes=1))
    told = {"entrance": code, "pass": someone.pass_code, "companion": companion.pass_code}
    assert [post({"id": "a", **told})[1]["repeated"] for _ in range(2)] == [False, True]
    assert kept() == [(someone.key, Channel.PROXY, -companion.key)]
    unknown = {**told, "companion": "AAAA-AAAA-AAAA"}
    assert post({"id": "b", **unknown})[0] in (404, 422)
    intake.throttle.clear()
    answers = [post({"id": str(n), **told})[0] for n in range(35)]
    assert (answers.count(200), answers.count(429)) == (30, 5)  # the limit of one phone
    assert len(kept()) == 31


def test_a_phone_cannot_pretend_to_be_a_reader(door):
    _, code, someone, token = door
    pretended = {"entrance": code, "pass": someone.pass_code, "channel": "document_reader"}
    assert post({"id": "a", **pretended})[0] == 200
    assert kept() == [(someone.key, Channel.PHONE, -someone.key)]
    assert post({"id": "b", **pretended, "channel": "drone"}, token=token)[0] == 422


@pytest.mark.parametrize(
    "more",
    [
        {"pass": 2**63}, {"pass": 2**64 - 1}, {"pass": 2**70}, {"pass": -1}, {"pass": True}, {"pass": None},
        {"pass": ["A"]}, {"pass": "\x00"}, {"id": "\x00"}, {"id": None}, {"id": "x" * 201}, {"entrance": "\x00"},
        {"entrance": "口"}, {"entrance": 3}, {"companion": 2**63}, {"companion": {"pass": 1}}, {"channel": ["phone"]},
        {"at": "soon"}, {"at": 1e20}, {"at": -1e20}, {"at": "9999-12-31T23:59:59-12:00"}, {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "2026-11-20T10:00:00"}, {"at": True}, {"pass": "", "card": "\x00"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_device", [True, False])
def test_one_scan_that_cannot_be_is_refused_in_words_and_never_a_fault(door, more, is_device):
    _, code, someone, token = door
    body = {"id": "a", "entrance": code, "pass": someone.pass_code, **more}
    body = {k: v for k, v in body.items() if v != ""}
    status, told = post(body, token=token if is_device else "")
    if more == {"channel": ["phone"]} and not is_device:
        assert status == 200  # a phone has one channel, whatever it says
        return
    assert status in (404, 422) and told["message"], (status, told)
    assert kept() == []


def test_one_scan_that_cannot_be_written_fails_nobody_who_stands_beside_it(door):
    """Those who arrive together share a transaction; what is wrong with one must not be the others' refusal."""
    _, code, someone, _ = door
    now = datetime.now(UTC)
    good = doorstep._Waiting(Scan("good", now, code, number_of(someone), 0, Channel.PHONE), now)
    bad = doorstep._Waiting(Scan("bad", now, code, 2**63, 0, Channel.PHONE), now)
    doorstep._write([good, bad])
    assert good.error is None and good.told.answer is Answer.PASS
    assert bad.error is not None
    assert len(kept()) == 1


def test_an_offline_batch_comes_late_in_parts_and_again_and_each_scan_is_kept_once(door):
    """A reader without a network for hours: what it sends overlaps what it sent, under other uploads, days before the order refused."""
    _, code, someone, token = door
    now = int(datetime.now(UTC).timestamp())
    number = number_of(someone)

    def send(ids, *, late=0):
        body = {
            "upload": str(uuid4()), "entrance": code, "channel": "offline", "ids": list(ids),
            "at": [now - 40 + n - late for n in ids], "passes": [number] * len(ids),
        }  # fmt: skip
        status, counts = post(body, "/batch", token=token)
        assert status == 200
        return counts["taken"], counts["repeated"], [reason for _, reason in counts["refused"]]

    assert send(range(20)) == (20, 0, [])
    assert send(range(10, 30)) == (10, 10, [])
    assert send(range(29, -1, -1)) == (0, 30, [])
    assert send(range(30, 32), late=86_400) == (0, 0, ["too old"] * 2)
    device = models.Device.objects.get().id
    assert kept() == [(someone.key, Channel.OFFLINE, device)] * 30
    assert sum(each.taken for each in models.Upload.objects.all()) == 30


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
