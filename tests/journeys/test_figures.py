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
