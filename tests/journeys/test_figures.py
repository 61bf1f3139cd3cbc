"""A commission officer's way from the cockpit to the rows' door: both languages, desk and phone, keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from kangmai.analytics import actions
from tests.factories import portal_town
from tests.journeys.conftest import is_sound_at_both_sizes

pytestmark = pytest.mark.browser

ASKED = "area=441200&period=2025-11-01%2F2026-11-01"
PAGES = (
    f"/figures/?{ASKED}&indicator=elderly_share",
    f"/indicators/?{ASKED}",
    f"/indicators/elderly_share/?{ASKED}",
    f"/indicators/elderly_share/?{ASKED}&by=village",
    "/indicators/county_inpatient_rate/?area=441200&period=2025",
    f"/indicators/elderly_share/card/?{ASKED}",
)


@pytest.fixture(scope="module")
def figures(site) -> Iterator[Path]:
    """The lake of the served town, where the server looks for it."""
    actions.sync(report=lambda progress: None, actor=portal_town.OPERATOR, at=portal_town.AT)
    actions.count_ahead(at=portal_town.AT)
    return settings.LAKE


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_figures_are_sound(figures, visit, language):
    visitor = visit(language=language).log_in("officer")
    for path in PAGES:
        assert visitor.go(path) == 200, path
        is_sound_at_both_sizes(visitor)
    assert visitor.complaints == []


def test_on_a_phone_the_figures_lead_and_tables_are_folded(figures, visit):
    visitor = visit(language="en").log_in("officer")
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.go(PAGES[0])
    assert page.locator("details[data-folds][open]").count() == 0
    first, second = (page.locator(".figure-tile").nth(n).bounding_box() for n in (0, 1))
    assert first["y"] == second["y"] and first["y"] < 844, (
        "two in a row, the first of them in sight"
    )
    folded = page.evaluate("document.body.scrollHeight")
    page.set_viewport_size({"width": 1920, "height": 1080})
    visitor.go(PAGES[0])
    folds = page.locator("details[data-folds]").count()
    assert page.locator("details[data-folds][open]").count() == folds > 0
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.body.scrollHeight") > folded
    assert visitor.complaints == []


def test_from_the_cockpit_down_to_a_village_and_the_card(figures, visit):
    visitor = visit(language="en").log_in("officer")
    visitor.go(PAGES[0])
    page = visitor.page
    page.wait_for_selector("[data-chart=map][data-ready] canvas")
    page.get_by_role("link", name="Duanzhou District").first.click()
    page.wait_for_url(re.compile("area=441202&"))
    page.get_by_role("link", name="Chengdong").first.click()
    page.wait_for_url(re.compile("area=441202001&"))
    card = page.get_by_role("link", name="Answer card")
    card.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/card/"))
    assert "50.00 % = 1 / 2" in page.inner_text("main")
    page.fill("#note", "Annual review")
    page.get_by_role("button", name="Freeze for a report").click()
    page.wait_for_selector("text=Annual review")
    assert "李卫东" in page.inner_text("main")
    assert visitor.complaints == []
