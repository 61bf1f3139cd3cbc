"""The portal without a mouse."""

import pytest

pytestmark = pytest.mark.browser


def test_skip_link_leads_to_the_content(visit):
    visitor = visit().log_in("village")
    visitor.go("/institutions/")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.className") == "skip-link"
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"


def test_search_by_keys_opens_a_record(visit):
    page = (visitor := visit().log_in("village")).page
    visitor.go("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search-text"
    with page.expect_response("**/search/suggestions/") as answer:
        page.keyboard.type("梁秀")
    assert "梁" not in answer.value.url
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#search-text", "aria-activedescendant") == "hit-1-1"
    assert visitor.faults() == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/residents/0000000000018/")
    assert page.inner_text("h1") == "梁秀英"


def test_search_finds_by_initials_and_says_when_there_is_nothing(visit):
    page = (visitor := visit(language="en").log_in("village")).page
    visitor.go("/")
    page.fill("#search-text", "lxy")
    page.wait_for_selector("text=梁秀英")
    page.fill("#search-text", "zzzz")
    page.wait_for_selector("text=Nothing found in your area.")
    page.press("#search-text", "Escape")
    assert page.is_hidden("#search-results")


def test_search_keeps_to_the_area(visit):
    page = (visitor := visit(language="en").log_in("elsewhere")).page
    visitor.go("/")
    page.fill("#search-text", "梁秀英")
    page.wait_for_selector("text=Nothing found in your area.")


def test_menu_opens_and_closes_by_keys(visit):
    page = (visitor := visit().log_in("village")).page
    visitor.go("/")
    page.focus("details.menu > summary")
    page.keyboard.press("Enter")
    assert page.get_attribute("details.menu", "open") is not None
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.get_attribute("details.menu", "open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_drawer_of_a_phone_holds_every_place(visit):
    from tests.journeys.conftest import PHONE

    page = (visitor := visit(size=PHONE).log_in("admin")).page
    visitor.go("/")
    page.click(".bottom-bar button")
    assert page.is_visible("#drawer")
    assert visitor.faults() == []
    page.click("#drawer a[href='/health/']")
    page.wait_for_url("**/health/")
