"""Subscriptions: what is new and matches is posted at least once, inside the maker's sight, to allowed places only."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kangmai.kernel import feed
from tests.exchange.conftest import Client
from tests.factories.fhir import observation, patient


class Listener(ThreadingHTTPServer):
    """An endpoint on loopback that remembers what it was sent and answers what it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.calls = []
        self.status = 200

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.calls.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def listener():
    from django.conf import settings

    server = Listener()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    before, settings.SUBSCRIBERS = settings.SUBSCRIBERS, [server.url]
    yield server
    settings.SUBSCRIBERS = before
    server.shutdown()
    server.server_close()


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def subscription(url, criteria="Observation?code=http://loinc.org|8480-6", **channel):
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "test",
        "criteria": criteria,
        "channel": {
            "type": "rest-hook",
            "endpoint": f"{url}/hook?a=1",
            "payload": "application/fhir+json",
            **channel,
        },
    }


def work(later=0):
    """Let the log be read and everything due be sent, `later` seconds from now."""
    from kangmai.exchange.fhir_rest.subscriptions import send_due

    feed.drain()
    return send_due(now=lambda: datetime.now(UTC) + timedelta(seconds=later))


def state(fhir, id):
    found = fhir("GET", f"Subscription/{id}").json
    return found["status"], "error" in found


@pytest.fixture
def subscribed(fhir, listener):
    made = fhir(
        "POST",
        "Subscription",
        subscription(listener.url, header=["Authorization: Bearer x", "Host: evil"]),
    )
    assert (made.status, made.json["status"]) == (201, "requested")
    work()
    assert state(fhir, made.id) == ("active", False)
    yield made.id
    fhir("DELETE", f"Subscription/{made.id}")


def test_new_and_changed_resources_that_match_are_posted(fhir, listener, subscribed):
    other = {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}
    wanted = fhir("POST", "Observation", observation())
    unwanted = fhir("POST", "Observation", observation(code=other))
    fhir("POST", "Patient", patient())
    assert work() == 1
    path, headers, body = listener.calls[0]
    assert path == "/hook?a=1"
    assert headers["Authorization"] == "Bearer x"
    assert headers["Host"] == listener.url.removeprefix("http://")
    assert headers["Content-Type"].startswith("application/fhir+json")
    assert json.loads(body) == wanted.json
    assert work() == 0
    fhir("PUT", f"Observation/{unwanted.id}", {**observation(), "id": unwanted.id})
    assert work() == 1
    fhir("DELETE", f"Observation/{unwanted.id}")
    assert work() == 0


def test_empty_payload_sends_nothing_of_the_record(fhir, listener):
    sent = subscription(listener.url)
    del sent["channel"]["payload"]
    made = fhir("POST", "Subscription", sent).id
    work()
    fhir("POST", "Observation", observation())
    assert work() == 1
    assert listener.calls[0][2] == b""
    fhir("DELETE", f"Subscription/{made}")


def test_failures_are_repeated_later_and_end_in_error_then_off(fhir, listener, subscribed):
    from kangmai.records.actions import notify

    listener.status = 500
    fhir("POST", "Observation", observation())
    assert work() == 1
    assert work() == 0  # not before its time
    assert work(later=6) == 1
    assert state(fhir, subscribed) == ("active", False)
    assert work(later=60) == 1
    assert state(fhir, subscribed) == ("error", True)
    listener.status = 200
    assert work(later=600) == 1
    assert state(fhir, subscribed) == ("active", False)

    listener.status = 302  # no redirect is followed
    fhir("POST", "Observation", observation())
    tries = 0
    while state(fhir, subscribed)[0] != "off":
        tries += work(later=86_400 * (tries + 1))
        assert tries <= notify.TRIES_UNTIL_OFF
    assert tries == notify.TRIES_UNTIL_OFF
    assert {path for path, _, _ in listener.calls} == {"/hook?a=1"}
    fhir("POST", "Observation", observation())
    assert work(later=86_400) == 0


def test_one_who_takes_and_dies_loses_nothing(fhir, listener, subscribed):
    from kangmai.records.actions import take_notifications

    fhir("POST", "Observation", observation())
    feed.drain()
    assert len(take_notifications(limit=10, at=datetime.now(UTC))) == 1
    assert work() == 0
    assert work(later=61) == 1
    assert len(listener.calls) == 1


def test_switched_off_and_on_again_by_its_owner(fhir, listener, subscribed):
    now = fhir("GET", f"Subscription/{subscribed}").json
    fhir("PUT", f"Subscription/{subscribed}", {**now, "status": "off"})
    fhir("POST", "Observation", observation())
    assert work() == 0
    fhir("PUT", f"Subscription/{subscribed}", {**now, "status": "requested"})
    work()
    assert state(fhir, subscribed) == ("active", False)


def test_only_what_its_maker_may_see(fhir, listener, shared_database):
    import orjson

    from kangmai.records.actions import transact
    from kangmai.records.types import Operation, Source, Verb
    from tests.factories.actors import actor

    mine, others = actor(organizations=[5]), actor(organizations=[6])
    at = datetime.now(UTC)

    def send(who, resource):
        raw = orjson.dumps(resource)
        source = Source("test", who.grants[0].organization)
        return transact(
            [Operation(Verb.CREATE, resource["resourceType"], raw=raw)],
            source=source,
            actor=who,
            at=at,
        )[0]

    made = send(mine, subscription(listener.url))
    work()
    send(others, observation())
    assert work() == 0
    own = send(mine, observation())
    assert work() == 1
    assert json.loads(listener.calls[0][2])["id"] == own.id
    fhir("DELETE", f"Subscription/{made.id}")


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": "Observation?colour=red"},
        {"criteria": "Wizard?name=x"},
        {"criteria": "Observation?_sort=date"},
        {"criteria": "Subscription?status=active"},
        {"channel": {"type": "email"}},
        {"channel": {"endpoint": "http://127.0.0.1:1/hook"}},
        {"channel": {"endpoint": "http://169.254.169.254/latest"}},
        {"channel": {"endpoint": "http://[::1]/hook"}},
        {"channel": {"endpoint": "file:///etc/passwd"}},
        {"channel": {"endpoint": "{url}@evil.example/"}},
        {"channel": {"header": ["Authorization: x\r\nHost: y"]}},
        {"channel": {"header": ["nothing"]}},
        {"channel": {"payload": "application/fhir+xml"}},
    ],
)
def test_what_cannot_be_served_is_refused_at_once(fhir, listener, change):
    sent = subscription(listener.url)
    channel = {
        k: v.format(url=listener.url) if k == "endpoint" else v
        for k, v in change.get("channel", {}).items()
    }
    sent |= {k: v for k, v in change.items() if k != "channel"}
    sent["channel"] |= channel
    before = fhir("GET", "Subscription?_summary=count").json["total"]
    answer = fhir("POST", "Subscription", sent)
    assert answer.status in (400, 404), answer.body
    assert fhir("GET", "Subscription?_summary=count").json["total"] == before


def test_maker_needs_the_right_to_search(listener, shared_token):
    client = Client(shared_token("system/Subscription.cruds system/Patient.rs"))
    assert client("POST", "Subscription", subscription(listener.url)).status == 403
    made = client(
        "POST", "Subscription", subscription(listener.url, criteria="Patient?gender=male")
    )
    assert made.status == 201
    client("DELETE", f"Subscription/{made.id}")


def by_topic(
    url, content="full-resource", search="Observation?code=http://loinc.org|8480-6", **channel
):
    from kangmai.records.subscriptions.topics import CONTENT, FILTER, TOPIC

    made = subscription(url, criteria=f"{TOPIC}Observation", **channel)
    made["_criteria"] = {"extension": [{"url": FILTER, "valueString": search}]}
    made["channel"]["_payload"] = {"extension": [{"url": CONTENT, "valueCode": content}]}
    return made


def told(body):
    """The parameters of the state that a notification begins with, and its other entries."""
    bundle = json.loads(body)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "history")
    first, *rest = bundle["entry"]
    found = {}
    for each in first["resource"]["parameter"]:
        parts = {
            p["name"]: next(v for k, v in p.items() if k != "name") for p in each.get("part", ())
        }
        found[each["name"]] = parts or next(v for k, v in each.items() if k != "name")
    return found, rest


def test_by_topic_a_handshake_comes_first_and_events_are_numbered(fhir, listener):
    made = fhir("POST", "Subscription", by_topic(listener.url))
    assert made.status == 201, made.body
    before = fhir("POST", "Observation", observation()).id
    listener.status = 500
    work()
    assert state(fhir, made.id) == ("requested", False)
    listener.status = 200
    assert work(later=10) == 1
    assert state(fhir, made.id) == ("active", False)
    handshake, rest = told(listener.calls[-1][2])
    assert (handshake["type"], handshake["events-since-subscription-start"], rest) == (
        "handshake",
        "0",
        [],
    )

    listener.calls.clear()
    ids = []
    for _ in range(2):
        ids.append(fhir("POST", "Observation", observation()).id)
        work()
    fhir("POST", "Observation", observation(code={"text": "other"}))
    assert work() == 0
    assert [told(body)[0]["notification-event"]["event-number"] for *_, body in listener.calls] == [
        "1",
        "2",
    ]
    event, (focus,) = told(listener.calls[0][2])
    assert event["type"] == "event-notification"
    assert event["topic"] == "urn:kangmai:topic:Observation"
    assert event["notification-event"]["focus"] == {"reference": f"Observation/{ids[0]}"}
    assert (focus["resource"]["id"], focus["request"]["method"]) == (ids[0], "POST")
    assert before not in ids
    (asked,) = fhir("GET", f"Subscription/{made.id}/$status").json["entry"]
    parameters = {p["name"]: p for p in asked["resource"]["parameter"]}
    assert parameters["type"]["valueCode"] == "query-status"
    assert parameters["status"]["valueCode"] == "active"
    assert parameters["events-since-subscription-start"]["valueString"] == "2"
    fhir("DELETE", f"Subscription/{made.id}")


@pytest.mark.parametrize("content, entries, names", [("empty", 0, False), ("id-only", 1, True)])
def test_by_topic_no_more_is_said_than_was_asked_for(fhir, listener, content, entries, names):
    made = fhir("POST", "Subscription", by_topic(listener.url, content)).id
    work()
    id = fhir("POST", "Observation", observation()).id
    work()
    body = listener.calls[-1][2]
    event, rest = told(body)
    assert event["notification-event"]["event-number"] == "1"
    assert len(rest) == entries and not any("resource" in each for each in rest)
    assert (id.encode() in body) is names
    fhir("DELETE", f"Subscription/{made}")


@pytest.mark.parametrize(
    "change",
    [
        {"search": "Patient?name=x"},
        {"search": "Observation"},
        {"search": "Observation?nonsense=1"},
        {"content": "everything"},
        {"payload": ""},
        {"extension": [{"url": "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period",
                        "valueUnsignedInt": 60}]},
    ],
)  # fmt: skip
def test_topics_that_cannot_be_served_are_refused_at_once(fhir, listener, change):
    answer = fhir("POST", "Subscription", by_topic(listener.url, **change))
    assert answer.status == 400, answer.body
    other = by_topic(listener.url)
    other["criteria"] = "urn:kangmai:topic:Nothing"
    assert fhir("POST", "Subscription", other).status == 400
