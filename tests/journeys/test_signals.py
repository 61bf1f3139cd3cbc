"""A school norovirus outbreak through the browser: found, explained, verified, investigated, closed by two roles."""

import datetime
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from kangmai.standards.calendars import legal_day
from tests.factories import signal_town
from tests.journeys.conftest import PHONE, Site, Visitor

pytestmark = pytest.mark.browser
NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)
COUNTS = ((2, 1), (1, 3), (0, 9))
"""Days back and newly ill: the outbreak."""


@pytest.fixture(scope="module")
def school(site: Site) -> Iterator[signal_town.Warned]:
    """Officers, a school, and forty quiet days of it."""
    warned = signal_town.build(NOW)
    signal_town.quiet_school(warned, NOW)
    yield warned


def press(visitor: Visitor, selector: str) -> None:
    visitor.follow(selector)
    assert visitor.complaints == []


def calm(visitor: Visitor) -> None:
    """The page is no wider than the window, and axe finds nothing."""
    assert visitor.overflow() <= 0
    assert visitor.faults() == []


def enter_counts(visitor: Visitor) -> None:
    for back, count in COUNTS:
        visitor.go("/signals/counts/")
        page = visitor.page
        page.select_option("#source", "school_absence")
        page.select_option("#condition", "vomiting_diarrhoea")
        page.fill("#day", (TODAY - datetime.timedelta(days=back)).isoformat())
        page.fill("#place_code", signal_town.SCHOOL_CODE)
        page.fill("#count", str(count))
        page.fill("#base", "900")
        press(visitor, "form:has(#count) button.btn-primary")


def test_a_school_outbreak_from_count_to_lessons(school, visit):
    duty = visit().log_in("duty")
    calm_pages = ["/signals/", "/signals/counts/", "/signals/unusual/", "/signals/method/"]
    for path in calm_pages:
        assert duty.go(path) == 200
        calm(duty)
    enter_counts(duty)

    # found, on a phone, with its clock
    phone = visit(size=PHONE).log_in("duty")
    phone.go("/signals/")
    expect(phone.page.locator("main")).to_contain_text("城东小学")
    expect(phone.page.locator("main")).to_contain_text("小时")
    calm(phone)
    press(phone, "tbody th a")
    expect(phone.page.locator("#evidence").locator("xpath=ancestor::section")).to_contain_text(
        "阈值 5 例"
    )
    calm(phone)
    address = phone.page.url.removeprefix(duty.site.address)

    # explained, acknowledged, verified
    duty.go(address)
    expect(duty.page.locator("main")).to_contain_text("诺如病毒聚集")
    press(duty, "button[value=acknowledge]")
    press(duty, "button[value=verify]")
    duty.page.fill("#title", "城东小学诺如病毒聚集性疫情")
    duty.page.fill("#suspect-note", "电话核实，三年级集中发病")
    press(duty, "form:has(#title) button.btn-primary")
    event = duty.page.url.removeprefix(duty.site.address).split("#")[0]
    assert event.startswith("/events/")

    # the first report, the investigation
    duty.page.fill("#report-note", "已派员现场调查")
    press(duty, "form:has(#kind) button.btn-primary")
    expect(duty.page.locator("main")).to_contain_text("按时")
    press(duty, "button[value=investigate]")
    for n, back in enumerate((2, 1, 1, 0, 0)):
        duty.page.locator("details:has(#l-name)").evaluate("e => e.open = true")
        duty.page.fill("#l-name", f"学生{n + 1}")
        duty.page.fill("#l-age", str(8 + n % 2))
        duty.page.fill("#l-unit", "三年二班")
        duty.page.fill("#l-onset", (TODAY - datetime.timedelta(days=back)).isoformat())
        duty.page.select_option("#l-class", "confirmed" if n < 2 else "probable")
        press(duty, "form:has(#l-name) button.btn-primary")
    expect(duty.page.locator("svg.chart-bars rect")).to_have_count(3)
    duty.page.locator("details:has(#m-what)").evaluate("e => e.open = true")
    duty.page.fill("#m-what", "终末消毒，病例居家")
    duty.page.fill("#m-who", "区疾控与学校")
    press(duty, "form:has(#m-what) button.btn-primary")
    press(duty, "form:has(input[name=measure]) button")
    duty.page.fill("#d-definition", "24 小时内呕吐或腹泻 3 次及以上")
    press(duty, "form:has(#d-definition) button.btn-primary")
    assert duty.page.locator("button[value=close]").count() == 0
    calm(duty)

    # another county sees nothing
    other = visit().log_in("dutyelse")
    assert (other.go(address), other.go(event)) == (404, 404)

    # the bureau confirms, the CDC ends it, the bureau closes
    bureau = visit().log_in("officer")
    assert bureau.go(event) == 200
    expect(bureau.page.locator("main")).not_to_contain_text("学生1")
    bureau.page.select_option("#grade", "U")
    press(bureau, "form:has(#grade) button.btn-primary")
    duty.go(event)
    press(duty, "button[value=over]")
    press(duty, "form:has(#kind) button.btn-primary")
    duty.page.fill("#d-lessons", "晨检应登记呕吐")
    press(duty, "form:has(#d-lessons) button.btn-primary")
    bureau.go(event)
    press(bureau, "button[value=close]")
    expect(bureau.page.locator("main")).to_contain_text("晨检应登记呕吐")
    duty.go("/signals/?show=closed")
    expect(duty.page.locator("main")).to_contain_text("城东小学")
    duty.go("/signals/city/")
    calm(duty)
