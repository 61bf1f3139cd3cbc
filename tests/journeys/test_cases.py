"""A case of dengue from the hospital's record to the receipt above and the county's review, by two roles.

What the worker does meanwhile is done beside the browser, whose loop keeps Django from the database.
"""

import datetime
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from playwright.sync_api import expect

from kangmai.deadlines import models as deadlines
from kangmai.epidemic.cases import models
from kangmai.handover import actions as handover
from kangmai.handover import models as ledger
from kangmai.kernel import feed
from tests.factories import cases_town, portal_town
from tests.factories.portal_town import OPERATOR, VILLAGE
from tests.journeys.conftest import DESKTOP, PHONE, Site, Visitor

pytestmark = pytest.mark.browser
Answer = TypeVar("Answer")


def meanwhile(work: Callable[..., Answer], **given: Any) -> Answer:
    """Do what the worker does, beside the browser."""

    def done() -> Answer:
        from django.db import connections

        try:
            return work(**given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(done).result()


@pytest.fixture(scope="module")
def cases(site: Site) -> cases_town.CasesTown:
    made = cases_town.build(site.town)
    feed.drain()
    now = datetime.datetime.now(datetime.UTC)
    code = cases_town.condition(site.town.chen.patient_id, "A90", now)
    portal_town.write([code], site.town.hospital)
    feed.drain()
    return made


def receive() -> str:
    """The national network takes the card, and its receipt is recorded."""
    at = datetime.datetime.now(datetime.UTC)
    entry = ledger.Entry.objects.get(subject_kind="case_card")
    handover.mark_sent_by_hand(entries=[(entry.id, entry.version)], actor=OPERATOR, at=at)
    handover.record_receipt(
        entry_id=entry.id,
        receipt_number="2026441202000001",
        expected_version=entry.version + 1,
        actor=OPERATOR,
        at=at,
    )
    clock = deadlines.Deadline.objects.get(definition="report_24h")
    return f"{clock.state} {clock.proof_kind}"


def sound(visitor: Visitor) -> None:
    """The page has no fault of access, does not run over, and its scripts did not complain."""
    assert visitor.faults() == []
    assert visitor.overflow() <= 0
    assert visitor.complaints == []


def test_a_case_by_two_roles(cases, visit, picture):
    doctor = visit(size=PHONE).log_in("doctor")
    page = doctor.page
    doctor.go("/cases/")
    expect(page.get_by_role("link", name="登革热")).to_be_visible()
    picture(doctor, "cases-inbox-phone")
    sound(doctor)
    page.get_by_role("link", name="登革热").click()
    expect(page.get_by_text("传染病报告卡草稿待判断")).to_be_visible()
    doctor.follow(page.get_by_role("link", name="填写"))
    picture(doctor, "cases-form-phone")
    sound(doctor)
    page.select_option("#f-case_class", "2")
    page.select_option("#f-occupation", "11")
    page.fill("#f-phone", "")
    doctor.follow(page.get_by_role("button", name="诊断并提交"))
    expect(page.locator("#fault")).to_contain_text("请填写联系电话")
    picture(doctor, "cases-faults-phone")
    sound(doctor)
    page.fill("#f-phone", "13800138066")
    for box in page.locator("input[name=confirm]").all():
        box.check()
    doctor.follow(page.get_by_role("button", name="诊断并提交"))
    expect(page.locator("main")).to_contain_text("已提交")
    expect(page.locator("main")).to_contain_text("剩余")
    picture(doctor, "cases-card-phone")
    sound(doctor)
    assert meanwhile(lambda: models.Card.objects.get().home_code) == VILLAGE
    assert meanwhile(receive) == "met handover"

    county = visit(size=DESKTOP, language="en").log_in("cdc")
    desk = county.page
    county.go("/cases/")
    expect(desk.locator("main")).to_contain_text("Dengue")
    picture(county, "cases-review")
    sound(county)
    desk.get_by_role("link", name="Dengue").click()
    expect(desk.locator("main")).to_contain_text("2026441202000001")
    expect(desk.locator("main")).to_contain_text(re.compile("on time, "))
    picture(county, "cases-card")
    sound(county)
    desk.get_by_role("button", name="Reviewed: it is sound").click()
    expect(desk.locator("main")).to_contain_text("reviewed by the county")
    for name in ("counts", "missed", "zero", "assistance"):
        assert county.go(f"/cases/{name}/") == 200
        picture(county, f"cases-{name}")
        sound(county)


@pytest.mark.parametrize(
    ("login", "status"), [("cdc_there", 404), ("officer", 403), ("liang", 403)]
)
def test_the_neighbour_and_the_wrong_role_see_nothing(cases, visit, login, status):
    somebody = visit(language="en").log_in(login)
    card = meanwhile(lambda: str(models.Card.objects.get().id))
    assert somebody.go(f"/cases/{card}/") == 404
    if status == 403:
        assert somebody.go("/cases/new/") == 403
    else:
        somebody.go("/cases/?show=all")
        expect(somebody.page.get_by_role("link", name="Dengue")).to_have_count(0)
