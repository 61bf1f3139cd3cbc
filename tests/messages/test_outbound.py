"""What leaves the house: a sentence and a link, tried again with growing pauses, never silently lost."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.test import override_settings

from kangmai.kernel.actor import NotPermitted
from kangmai.messages import actions, models, queries
from kangmai.messages.errors import (
    AddressIncorrect,
    ChannelUnknown,
    ChoiceChanged,
    DeliveryUnknown,
)
from kangmai.messages.types import Draft, Urgency, to_account, to_permission, to_role
from tests.factories.access import ADMIN, AT, acting, later

pytestmark = pytest.mark.usefixtures("database")
PHONE = "13912345678"


@pytest.fixture
def doctor(place):
    return acting("village_doctor", place.organizations["village"])


class Gateway:
    """A gateway that keeps what it was sent and answers with the statuses given, then 200."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict, dict]] = []
        self.statuses: list[int] = []
        gateway = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.calls.append((body, dict(self.headers)))
                self.send_response(gateway.statuses.pop(0) if gateway.statuses else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send?from=kangmai"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    channels = {
        "sms": {"url": made.url, "token": "secret-1"},
        "webhook": {"url": made.url, "token": "secret-2"},
        "email": {
            "url": "smtp://127.0.0.1:1",
            "from": "kangmai@example.org",
            "backend": "django.core.mail.backends.locmem.EmailBackend",
        },
    }
    with override_settings(CHANNELS=channels, PUBLIC_URL="https://kangmai.example.org"):
        yield made
    made.server.shutdown()
    made.server.server_close()


def turn_on(actor, channel, address="", **more):
    actions.choose_channel(
        channel_id=channel,
        is_on=True,
        address=address,
        expected_version=more.pop("version", 0),
        actor=actor,
        at=AT,
        **more,
    )


def write(to, template="failed_events"):
    values = {"count": 3, "latest": AT.isoformat()}
    if template == "glass_on_our_resident":
        values = {"place": "441202001", "expires": AT.isoformat()}
    actions.notify([Draft(template, to, values, "/feed/")], actor=ADMIN, at=AT)


def test_nothing_goes_out_unasked(doctor, gateway):
    write(to_account(doctor.account))
    assert actions.send_due(at=AT) == 0


def test_a_text_message_says_that_something_waits_and_nothing_more(doctor, gateway):
    turn_on(doctor, "sms", PHONE)
    write(to_account(doctor.account))
    assert actions.send_due(at=AT) == 1
    assert actions.send_due(at=later(days=1)) == 0
    ((body, headers),) = gateway.calls
    delivery = models.Delivery.objects.get()
    assert body == {
        "phone": PHONE,
        "content": "有事件处理失败，请查看。 https://kangmai.example.org/inbox/",
        "reference": str(delivery.id),
    }
    assert headers["Authorization"] == "Bearer secret-1"
    assert (delivery.state, delivery.attempts) == ("sent", 1)


def test_mail_and_webhook(doctor, gateway):
    turn_on(doctor, "email", "doctor@example.org")
    turn_on(doctor, "webhook")
    write(to_account(doctor.account))
    assert actions.send_due(at=AT) == 2
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["doctor@example.org"], "有事件处理失败，请查看。")
    assert sent.body.endswith("https://kangmai.example.org/inbox/\n")
    assert gateway.calls[0][0]["urgency"] == "urgent"


def test_addresses_are_sealed_and_never_logged(doctor, gateway, caplog):
    turn_on(doctor, "sms", PHONE)
    kept = bytes(models.ChannelChoice.objects.get().address)
    assert PHONE.encode() not in kept
    gateway.statuses = [500]
    write(to_account(doctor.account))
    with caplog.at_level(logging.DEBUG):
        actions.send_due(at=AT)
    assert PHONE not in caplog.text
    assert models.Delivery.objects.get().fault == "HTTP 500"


def test_the_console_writes_ids_only(doctor, caplog):
    turn_on(doctor, "console")
    write(to_account(doctor.account))
    actions.send_due(at=AT)
    assert f"message failed_events for account {doctor.account}" in caplog.text


def test_a_gateway_that_fails_is_asked_again_with_growing_pauses_then_given_up(
    place, doctor, gateway
):
    admin = acting("administrator", place.organizations["bureau"])
    turn_on(doctor, "sms", PHONE)
    write(to_account(doctor.account))
    gateway.statuses = [503] * 5
    tried = [
        actions.send_due(at=later(seconds=s))
        for s in (0, 59, 60, 359, 360, 2160, 9359, 9360, 99_999)
    ]
    assert tried == [1, 0, 1, 0, 1, 1, 0, 1, 0]
    (dead,) = queries.dead_deliveries(actor=admin)
    assert (dead.attempts, dead.fault) == (5, "HTTP 503")
    actions.tell_of_failures(at=later(days=2))
    assert [m.title for m in queries.inbox(language="en", actor=admin).rows] == [
        "Undelivered messages: 1"
    ]
    actions.repeat_delivery(delivery_id=dead.id, actor=admin, at=later(days=3))
    assert actions.send_due(at=later(days=3)) == 1
    assert models.Delivery.objects.get().state == "sent"
    with pytest.raises(DeliveryUnknown):
        actions.dismiss_delivery(delivery_id=dead.id, actor=admin, at=AT)


def test_only_administrators_see_and_decide(doctor):
    with pytest.raises(NotPermitted):
        queries.dead_deliveries(actor=doctor)
    with pytest.raises(NotPermitted):
        actions.repeat_delivery(
            delivery_id="018f0000-0000-7000-8000-000000000000", actor=doctor, at=AT
        )


def test_who_opts_out_gets_nothing_more_not_even_what_is_queued(doctor, gateway):
    turn_on(doctor, "sms", PHONE)
    write(to_account(doctor.account))
    actions.choose_channel(channel_id="sms", is_on=False, expected_version=1, actor=doctor, at=AT)
    write(to_account(doctor.account))
    assert actions.send_due(at=AT) == 0
    assert gateway.calls == []


def test_urgency_decides_what_goes_out(doctor, gateway):
    turn_on(doctor, "sms", PHONE)
    write(to_account(doctor.account), "glass_on_our_resident")
    assert actions.send_due(at=AT) == 0
    turn_on(doctor, "sms", least_urgency=Urgency.ROUTINE, version=1)
    write(to_account(doctor.account), "glass_on_our_resident")
    assert actions.send_due(at=AT) == 1
    assert gateway.calls[0][0]["phone"] == PHONE


def test_roles_and_rights_are_resolved_to_their_holders(place, doctor, gateway):
    sibling = acting("village_doctor", place.organizations["sibling"])
    officer = acting("commission_officer", place.organizations["bureau"])
    elsewhere = acting("commission_officer", place.organizations["other_bureau"])
    for actor in (doctor, sibling, officer, elsewhere):
        turn_on(actor, "webhook")
    write(to_role("village_doctor", place.organizations["village"]))
    write(to_permission("glass.review", "441202001"))
    actions.send_due(at=AT)
    asked = sorted(call[0]["account"] for call in gateway.calls)
    logins = [f"commission_officer.{place.organizations['bureau']}"]
    assert asked == [*logins, f"village_doctor.{place.organizations['village']}"]


@pytest.mark.parametrize(
    ("channel", "address", "error"),
    [
        ("pigeon", "", ChannelUnknown),
        ("sms", "0758-2100120", AddressIncorrect),
        ("email", "", AddressIncorrect),
    ],
)
def test_wrong_choices_are_refused(doctor, channel, address, error):
    with pytest.raises(error):
        turn_on(doctor, channel, address)
    assert not models.ChannelChoice.objects.exists()


def test_a_choice_changed_meanwhile_is_refused(doctor):
    turn_on(doctor, "sms", PHONE)
    with pytest.raises(ChoiceChanged):
        turn_on(doctor, "sms", PHONE)


def test_a_lost_sender_s_deliveries_are_taken_over(doctor, gateway):
    turn_on(doctor, "sms", PHONE)
    write(to_account(doctor.account))
    from kangmai.messages.actions import outbound

    assert len(outbound._take(AT)) == 1
    assert actions.send_due(at=later(minutes=4)) == 0
    assert actions.send_due(at=later(minutes=5)) == 1
