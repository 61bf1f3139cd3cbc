"""The inbox as pages: what waits, the counter, filters, channels; nobody sees another's."""

import pytest

from kangmai.messages import actions, models
from kangmai.messages.types import Draft, to_permission, to_role
from tests.factories.portal_town import AT, OPERATOR

FAILED = {"count": 2, "latest": AT.isoformat()}


@pytest.fixture
def written(town):
    models.Message.objects.all().delete()
    to = to_role("village_doctor", town.station.id)
    glass = {"place": "441202001", "expires": AT.isoformat()}
    drafts = [
        Draft("glass_on_our_resident", to, glass),
        Draft("failed_events", to_permission("feed.manage", ""), FAILED, "/feed/"),
    ]
    actions.notify(drafts, actor=OPERATOR, at=AT)


@pytest.mark.parametrize(
    ("login", "count"), [("village", 1), ("admin", 1), ("elsewhere", 0), ("liang", 0)]
)
def test_everybody_sees_his_own_and_the_counter_counts_it(enter, written, login, count):
    page = enter(login).get("/inbox/").content.decode()
    assert page.count('action="/inbox/') - page.count('action="/inbox/read/"') == count
    assert (f'<span class="count">{count}<' in page) == (count > 0)


def test_reading_takes_it_off_and_all_shows_it_again(enter, written):
    village = enter("village")
    message = models.Message.objects.get(template="glass_on_our_resident")
    assert village.post(f"/inbox/{message.id}/").status_code == 302
    assert "our residents" not in village.get("/inbox/").content.decode()
    assert "our residents" in village.get("/inbox/?show=all").content.decode()


def test_opening_leads_to_where_it_is_dealt_with(enter, written):
    message = models.Message.objects.get(template="failed_events")
    assert enter("admin").post(f"/inbox/{message.id}/")["Location"] == "/feed/"
    assert enter("village").post(f"/inbox/{message.id}/").status_code == 404


def test_taking_on_twice_says_so(enter, written):
    message = models.Message.objects.get(template="failed_events")
    admin = enter("admin")
    for _ in range(2):
        admin.post(f"/inbox/{message.id}/", {"do": "acknowledge"})
    page = admin.get("/inbox/?show=all").content.decode()
    assert "You have taken this on." in page
    assert "Somebody has taken this on already." in page


def test_filters_that_fit_nothing_say_so(enter, written):
    page = enter("village").get("/inbox/?urgency=emergency").content.decode()
    assert "No message fits" in page


def test_channels_are_chosen_on_a_page(enter, written):
    village = enter("village")
    village.post("/inbox/channels/sms/", {"do": "on", "address": "12", "version": "0"})
    assert "no address for the channel" in village.get("/inbox/channels/").content.decode()
    village.post("/inbox/channels/sms/", {"do": "on", "address": "13912345678", "version": "0"})
    page = village.get("/inbox/channels/").content.decode()
    assert "kept; enter another to change it" in page
    assert "13912345678" not in page


def test_the_queue_is_for_administrators(enter, written):
    assert enter("village").get("/outbound-messages/").status_code == 403
    assert (
        "Every message was delivered." in enter("admin").get("/outbound-messages/").content.decode()
    )
