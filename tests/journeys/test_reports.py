"""A report from draft to issue by three people: every number opens its card, both languages, phone, desk and wall."""

import re

import pytest

from kangmai.analytics import actions
from tests.factories import portal_town, reporting
from tests.journeys.conftest import Visitor, is_sound_at_both_sizes

pytestmark = pytest.mark.browser

PERIOD = "2025-11-01/2026-11-01"
WALL = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def bureau(site):
    """Three people of the bureau, and figures to write about."""
    reporting.people(site.town)
    reporting.managed(site.town)
    actions.sync(report=lambda progress: None, actor=portal_town.OPERATOR, at=portal_town.AT)


def test_a_report_by_three_people_whose_every_number_opens_its_card(bureau, visit, picture):
    writer = visit().log_in("statistics")
    writer.go("/reports/")
    is_sound_at_both_sizes(writer)
    writer.page.select_option("#template", "annual_review")
    writer.page.select_option("#new-period", PERIOD)
    writer.follow("main form button.btn-primary")
    here = writer.page.url.removeprefix(writer.site.address)
    assert "未冻结，不能印出" in writer.page.inner_text("article")
    writer.follow("button[value=submit]")
    assert "以下数据不能印出" in writer.page.inner_text("body")
    writer.follow("button[value=freeze]")
    writer.page.fill("#remark-people", "资源配置稳步改善。")
    writer.follow("button[value=edit]")
    is_sound_at_both_sizes(writer)
    writer.follow("button[value=submit]")

    officer = visit(language="en").log_in("officer")
    officer.go(here)
    officer.page.fill("#text", "Please look at the base once more.")
    officer.follow("button[value=comment]")
    officer.follow("button[value=check]")
    leader = visit(language="en").log_in("leader")
    leader.go(here)
    leader.follow("button[value=issue]")
    assert "No. 1 of 2026" in leader.page.inner_text("main")
    is_sound_at_both_sizes(leader)
    assert leader.overflow(WALL) <= 0
    picture(leader, "report")

    numbers = leader.page.eval_on_selector_all("article a", "all => all.map(a => [a.getAttribute('href'), a.innerText])")  # fmt: skip
    assert len(numbers) > 1
    cards = {address: card_text(leader, address) for address, _said in numbers}
    for address, said in numbers:
        number = said.replace("of", " ").split()[0]
        assert number in cards[address], (said, cards[address])
    leader.go(numbers[-1][0])
    assert numbers[-1][1].replace("of", " ").split()[0] in leader.page.inner_text("main")
    is_sound_at_both_sizes(leader)
    assert [each.complaints for each in (writer, officer, leader)] == [[], [], []]


def card_text(visitor: Visitor, address: str) -> str:
    """What the card at an address says, asked for as the same person but not drawn."""
    answer = visitor.page.request.get(f"{visitor.site.address}{address}")
    assert answer.status == 200, address
    return re.sub(r"<[^>]+>", "", answer.text().partition("<main")[2])


OTHERS = {
    "zh-hans": ("/reports/tables/", "/reports/outside/", "/commitments/new/"),
    "en": ("/reports/cities/", "/reports/open-data/", "/commitments/"),
}


@pytest.mark.parametrize("language", OTHERS)
def test_the_other_pages_of_the_bureau_are_sound(bureau, visit, language):
    visitor = visit(language=language).log_in("statistics")
    for path in OTHERS[language]:
        assert visitor.go(path) == 200, path
        is_sound_at_both_sizes(visitor)
    assert visitor.complaints == []
