"""Registering with a warning, deciding at the queue with the keyboard, merging and undoing, in a browser."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kangmai.kernel import feed
from tests.factories import portal_town
from tests.factories.people import patient_saying, send
from tests.journeys.conftest import DESKTOP, PHONE
from tests.portal.test_identity import filled, named, registered

pytestmark = pytest.mark.browser

LANGUAGES = ("zh-hans", "en")


@pytest.fixture(scope="module")
def people(site):
    """A reviewer, a resident, and a Patient from outside that resembles her but for name by ear and number."""
    portal_town.add_reviewer(site.town)
    resident = registered(replace(named("欧阳秀文"), phones=(), address=""))
    send(
        patient_saying(replace(named("欧阳秀文"), name="欧阳修文", address="东路3号")),
        organization=site.town.hospital.id,
    )
    other = registered(named("夏侯静"))
    feed.drain()
    return {"resident": resident, "other": other}


def _fill(visitor, known) -> None:
    for name, value in filled(known).items():
        if name in ("name", "phone", "birth_date", "address"):
            visitor.page.fill(f"#{name}", value)
    visitor.page.select_option("#sex", "2")
    visitor.page.select_option("#kind", "")


def _picture(visitor, name: str) -> None:
    """Keep a picture where KANGMAI_PICTURES names a folder, to be looked at."""
    if folder := os.environ.get("KANGMAI_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_warning_before_registration(people, visit, language, size):
    visitor = visit(language=language, size=size).log_in("village")
    assert visitor.go("/residents/new/") == 200
    _fill(visitor, named("夏侯静"))
    visitor.page.wait_for_selector(".alike")
    number = people["other"].index_number
    assert number in visitor.page.inner_text("#alike").replace(" ", "")
    assert visitor.overflow() <= 0
    assert visitor.faults() == []
    _picture(visitor, f"new-{language}-{size['width']}")
    visitor.page.click("form#registration button[type=submit]")
    visitor.page.wait_for_selector("#fault")
    assert number in visitor.page.inner_text("#fault")
    assert visitor.faults() == []
    assert visitor.complaints == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_matching_are_sound(people, visit, language, size):
    visitor = visit(language=language, size=size).log_in("township")
    merges = f"/residents/{people['resident'].index_number}/merges/"
    pages = (("/matching/", "queue"), (merges, "merges"), ("/matching/evaluation/", "evaluation"))
    for path, name in pages:
        assert visitor.go(path) == 200
        assert visitor.overflow() <= 0
        assert visitor.faults() == []
        _picture(visitor, f"{name}-{language}-{size['width']}")
    visitor.go("/matching/")
    visitor.page.click("tbody a")
    visitor.page.wait_for_selector(".comparison")
    assert visitor.overflow() <= 0
    assert visitor.faults() == []
    _picture(visitor, f"review-{language}-{size['width']}")
    assert visitor.complaints == []


def test_merge_and_undo_by_hand(people, visit):
    visitor = visit(language="en").log_in("township")
    visitor.go(f"/residents/{people['resident'].index_number}/merges/")
    visitor.page.fill("#other", people["other"].index_number)
    visitor.page.fill("#merge-reason", "seen both cards")
    visitor.page.click("form[action$='/merges/add/'] button")
    visitor.page.wait_for_selector("form[action$='/merges/undo/']")
    assert "seen both cards" in visitor.page.inner_text("table")
    visitor.page.fill("form[action$='/merges/undo/'] input[name=reason]", "a mistake")
    visitor.page.click("form[action$='/merges/undo/'] button")
    visitor.page.wait_for_selector("td .tag")
    assert "undone" in visitor.page.inner_text("table")


def test_case_is_decided_with_one_key(people, visit):
    visitor = visit(language="en").log_in("township")
    visitor.go("/matching/")
    visitor.page.click("tbody a")
    visitor.page.wait_for_selector(".comparison")
    visitor.page.keyboard.press("s")
    visitor.page.wait_for_url("**/matching/")
    assert "Nothing to decide" in visitor.page.inner_text("main")
