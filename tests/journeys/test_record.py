"""A resident's record: read, filtered, followed over time; opened in an emergency; seen by the resident."""

import pytest

from kangmai.kernel import feed
from tests.factories.concurrency import at_once

pytestmark = pytest.mark.browser
RESIDENT = "/residents/0000000000018/"


def test_timeline_names_source_and_author(visit):
    page = (visitor := visit().log_in("village")).page
    visitor.go(RESIDENT)
    first = page.inner_text(".timeline li >> nth=0")
    assert "城东街道社区卫生服务站" in first
    assert "陈慧敏" in first
    assert page.inner_text(".timeline-day >> nth=0").startswith("2026-11-18")
    assert page.locator(".timeline .abnormal", has_text="152/94 mmHg").count() == 1


def test_markup_in_a_record_stays_text(visit):
    visitor = visit().log_in("village")
    visitor.go(f"{RESIDENT}?kind=reports")
    assert "<script>alert(1)</script>" in visitor.page.inner_text(".timeline")
    assert visitor.complaints == []


def test_timeline_is_filtered_by_kind(visit):
    page = (visitor := visit(language="en").log_in("village")).page
    visitor.go(RESIDENT)
    page.click(".kinds a:has-text('Medicines')")
    page.wait_for_url("**kind=medicines")
    assert page.locator(".timeline li").count() == 1
    assert "苯磺酸氨氯地平片 5 mg" in page.inner_text(".timeline li")


def test_course_of_a_measurement_is_drawn_and_tabled(visit):
    page = (visitor := visit(language="en").log_in("village")).page
    visitor.go(RESIDENT)
    page.select_option("#trend-choice", label="血压")
    page.wait_for_url("**trend=**")
    page.wait_for_selector("[data-chart=trend][data-ready] canvas")
    page.click("details.as-table summary")
    assert page.locator("details.as-table tbody tr").count() == 6
    assert page.inner_text("details.as-table tbody tr >> nth=0").split() == [
        "2026-11-18",
        "152",
        "94",
    ]


def test_emergency_opening_is_reasoned_seen_and_reviewed(visit):
    doctor = visit().log_in("clinician")
    assert doctor.go(RESIDENT) == 404
    doctor.page.click("[data-opens=emergency]")
    assert doctor.faults() == []
    doctor.page.fill("#reason", "昏迷送院，需了解过敏史和用药")
    doctor.page.click("#emergency button[type=submit]")
    doctor.page.wait_for_selector(".notice-danger")
    assert doctor.page.inner_text("h1") == "梁秀英"

    resident = visit().log_in("liang")
    resident.go("/my-ledger/")
    assert "昏迷送院，需了解过敏史和用药" in resident.page.inner_text("table")
    assert "黄志强" in resident.page.inner_text("table")

    officer = visit().log_in("officer")
    at_once(1, feed.drain)  # the browser's loop runs in this thread, where Django waits for nothing
    officer.go("/inbox/")
    officer.page.click("main .messages .btn-primary")
    officer.page.fill("[name=note]", "抢救需要")
    officer.page.click("button[value=justified]")
    officer.page.wait_for_selector(".toast-success")
    assert officer.page.locator("button[value=justified]").count() == 0

    doctor.go(RESIDENT)
    doctor.page.click(".notice-danger button")
    doctor.page.wait_for_selector(".toast-success")
    assert doctor.go(RESIDENT) == 404


def test_a_short_reason_opens_nothing(visit):
    doctor = visit(language="en").log_in("clinician")
    doctor.go(RESIDENT)
    doctor.page.click("[data-opens=emergency]")
    doctor.page.fill("#reason", "aaaaaaaa")
    doctor.page.click("#emergency button[type=submit]")
    doctor.page.wait_for_selector(".toast-error")
    assert doctor.go(RESIDENT) == 404


def test_map_and_filters_of_institutions(visit):
    page = (visitor := visit().log_in("village")).page
    visitor.go("/institutions/")
    page.wait_for_selector("[data-chart=map][data-ready] canvas")
    page.click(".columns-map aside a, .columns-map table.table-tight a >> nth=1")
    page.wait_for_url("**area=441203")
    assert page.locator(".table-cards tbody tr").count() == 1
    assert "鼎湖区社区卫生服务中心" in page.inner_text(".table-cards")


def test_pages_work_without_scripts(visit):
    visitor = visit(language="en", scripts=False).log_in("village")
    visitor.go("/")
    visitor.page.fill("#search-text", "梁秀英")
    visitor.page.press("#search-text", "Enter")
    visitor.page.click("main a:has-text('梁秀英')")
    assert visitor.page.inner_text("h1") == "梁秀英"
    visitor.page.click("header form[action='/language/'] button")
    assert visitor.page.get_attribute("html", "lang") == "zh-Hans"
