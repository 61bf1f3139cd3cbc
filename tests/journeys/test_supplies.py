"""A red cell found on the board, mended by a plan, sent from a desk and received on a phone; the pages sound in both languages."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from kangmai.epidemic.supplies import actions
from kangmai.epidemic.supplies.types import EntryKind, Line, LoadLine
from kangmai.kernel.actor import operator
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town
from tests.journeys.conftest import PHONE, Site, is_sound_at_both_sizes

pytestmark = pytest.mark.browser
GOODS = {"n95": 20, "suit": 10, "face_shield": 10, "gloves": 40, "hand_rub": 1000}
"""What five samplers in two shifts use a day."""


def fill(site: Site) -> None:
    """The centre lasts 12 days, the hospital 90; each has a keeper."""
    town, at = site.town, datetime.datetime.now(datetime.UTC)
    keeper, today = operator("test"), legal_day(at)
    for organization, days in ((town.centre.id, 12), (town.hospital.id, 90)):
        actions.set_loads(
            organization=organization, loads=[LoadLine("sampler", 5, 2)], expected_version=0, actor=keeper, at=at
        )  # fmt: skip
        lines = [Line(item, a_day * days, "A1", today + datetime.timedelta(400)) for item, a_day in GOODS.items()]  # fmt: skip
        actions.book(
            organization=organization, kind=EntryKind.RECEIPT, lines=lines, booked_on=today, key=uuid4(),
            actor=keeper, at=at,
        )  # fmt: skip
    portal_town._account("store", "孙库管", "storekeeper", town.hospital)
    portal_town.add_reviewer(town)


@pytest.fixture(scope="module")
def filled(site: Site) -> Site:
    def work() -> None:
        from django.db import connections

        try:
            fill(site)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:  # the browser's loop runs in this thread
        beside.submit(work).result()
    return site


def test_a_red_cell_is_mended_by_three_people(filled, visit):
    centre, hospital = filled.town.centre.id, filled.town.hospital.id
    officer = visit(language="zh-hans").log_in("officer")
    assert officer.go("/supplies/") == 200
    is_sound_at_both_sizes(officer)
    officer.follow("table a[href*='area=441202']")
    officer.follow(f"table a[href='/supplies/{centre}/']")
    assert "12 天" in officer.page.inner_text("main")
    is_sound_at_both_sizes(officer)
    officer.go("/supplies/plan/")
    officer.follow("a[href*='make=1']")
    is_sound_at_both_sizes(officer)
    officer.page.fill("[name=reason]", "补足 30 天储备")
    officer.follow("form.card button")
    assert "待发出" in officer.page.inner_text("main table")

    store = visit(language="en").log_in("store")
    for path in ("entries/", "posts/", "book/?kind=count"):
        assert store.go(f"/supplies/{hospital}/{path}") == 200
        is_sound_at_both_sizes(store)
    store.go("/supplies/transfers/")
    store.follow("table a")
    is_sound_at_both_sizes(store)
    store.follow("button[value=send]")

    phone = visit(language="zh-hans", size=PHONE).log_in("township")
    phone.go("/supplies/transfers/")
    phone.follow("table a")
    phone.follow("button[value=receive]")
    expect(phone.page.locator("main .tag-good")).to_have_text("已签收")
    phone.go("/supplies/")  # one store: there at once
    assert "30 天" in phone.page.inner_text("main .lead")
    phone.follow(f"a[href='/supplies/{centre}/book/']")
    phone.follow("nav.kinds a[href*='issue']")
    phone.page.select_option("[name=item]", "n95")
    phone.page.fill("[name=quantity]", "21")
    phone.follow("form button.btn-primary")
    phone.go("/supplies/")
    assert "28 天" in phone.page.inner_text("main .lead")
    assert officer.complaints == store.complaints == phone.complaints == []
