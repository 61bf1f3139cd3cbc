"""A form in a browser: asked only what other answers call for, faults found by the keyboard, at phone size."""

import pytest

from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.browser

FORM = "/forms/hypertension_followup/2017-02-28/"


@pytest.fixture
def form(visit):
    visitor = visit(language="zh-hans", size=PHONE).log_in("village")
    assert visitor.go(FORM) == 200
    return visitor


def test_questions_come_and_go_with_the_answers_before_them(form):
    page = form.page
    other, reaction = (
        page.locator("#question-symptoms_other"),
        page.locator("#question-adverse_reaction_text"),
    )
    assert not other.is_visible()
    page.check('input[name="symptoms"][value="10"]')
    assert other.is_visible()
    page.check('input[name="symptoms"][value="1"]')
    assert not other.is_visible()
    assert not page.is_checked('input[name="symptoms"][value="10"]')
    assert not reaction.is_visible()
    page.check('input[name="adverse_reaction"][value="2"]')
    assert reaction.is_visible()
    assert form.complaints == []


def test_rows_open_one_by_one(form):
    page = form.page
    rows = page.locator("#question-drugs [data-row]:not([hidden])")
    assert rows.count() == 1
    page.fill('input[name="drugs.0.name"]', "氨氯地平")
    page.click("[data-adds-row]")
    assert rows.count() == 2


def test_faults_are_told_and_lead_to_their_field(form):
    page = form.page
    page.fill('input[name="systolic"]', "１３００")
    page.fill('input[name="diastolic"]', "84")
    page.check('input[name="method"][value="1"]')
    page.click(".form-foot button")
    page.wait_for_selector("#faults")
    assert page.evaluate("document.activeElement.id") == "faults"
    page.click('#faults a[href="#input-systolic"]')
    assert page.evaluate("document.activeElement.id") == "input-systolic"
    assert page.input_value('input[name="systolic"]') == "１３００"
    assert form.overflow() <= 0
    assert form.faults() == []
