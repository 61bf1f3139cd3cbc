"""A baby's visit to the clinic on a phone: the door, the pre-check, consent, a wrong and a right package, the watch, release."""

import datetime
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from kangmai.programmes.vaccination import actions, models
from kangmai.programmes.vaccination.types import PackageLine
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town
from tests.journeys.conftest import PHONE, Site, is_sound_at_both_sizes, meanwhile
from tests.programmes.vaccination import factories

pytestmark = pytest.mark.browser
ROOT = "/vaccination/"
WARM, RIGHT = "99000010000000000001", "99000010000000000002"
OTHER = "99000020000000000001"


def fill(site: Site) -> str:
    """A clinic with hepatitis B in two refrigerators, of which one is too warm, BCG, and a baby of two months."""
    town, at = site.town, datetime.datetime.now(datetime.UTC)
    portal_town.add_reviewer(town)
    nurse = factories.actor(town.centre.id, *factories.DESK, place="441202001")
    cold = actions.add_fridge(name="1号冰箱", kind="refrigerator", actor=nurse, at=at).id
    warm = actions.add_fridge(name="2号冰箱", kind="refrigerator", actor=nurse, at=at).id
    later = legal_day(at) + datetime.timedelta(400)
    for place, lines in (
        (cold, [PackageLine(RIGHT, "HepB", "示例乙肝", "示例", "A1", later), PackageLine(OTHER, "BCG", "示例卡介", "示例", "B1", later)]),
        (warm, [PackageLine(WARM, "HepB", "示例乙肝", "示例", "A2", later)]),
    ):  # fmt: skip
        actions.receive(fridge_id=place, lines=lines, key=uuid4(), actor=nurse, at=at)
    actions.write_temperatures(fridge_id=warm, samples=[(at, 11.0)], actor=nurse, at=at)
    born = legal_day(at) - datetime.timedelta(61)
    return portal_town.resident("李小满", "1", born, portal_town.VILLAGE, town.station).index_number


@pytest.fixture(scope="module")
def baby(site: Site) -> str:
    return meanwhile(lambda: fill(site))


def pass_half_an_hour() -> None:
    started = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=31)
    models.Visit.objects.update(observed_from=started)


def test_a_baby_is_vaccinated_on_a_phone(baby, visit):
    nurse = visit(language="zh-hans", size=PHONE).log_in("township")
    page = nurse.page
    assert nurse.go(ROOT) == 200
    page.fill("#q", "李小满")
    nurse.follow("main form[method=get] button")
    nurse.follow(f"main form[action='{ROOT}check-in/'] button")
    page.fill("#temperature", "36.5")
    is_sound_at_both_sizes(nurse)
    page.set_viewport_size(PHONE)
    page.fill("#temperature", "36.5")
    for box in page.locator("input[name=chosen]").all():
        box.set_checked(box.get_attribute("value") == "HepB")
    nurse.follow("main button.btn-primary")
    nurse.follow("main button.btn-primary")  # informed and agreed

    for scanned, reason in ((OTHER, "卡介苗"), (WARM, "冷链异常"), ("99000010000000000009", "本单位没有")):  # fmt: skip
        page.fill("#code", scanned)
        nurse.follow("main form:has(#code) button")
        assert reason in page.inner_text("#blocked")
        assert page.locator("#inject").count() == 0
    page.fill("#code", RIGHT)
    nurse.follow("main form:has(#code) button")
    assert "A1" in page.inner_text("main dl.facts")
    for each in page.locator("input[name=confirmed]").all():
        each.check()
    is_sound_at_both_sizes(nurse)
    page.set_viewport_size(PHONE)
    for each in page.locator("input[name=confirmed]").all():
        each.check()
    nurse.follow("#inject")
    assert "剩 30 分钟" in page.inner_text("main")
    nurse.follow("#release")
    assert "提前离开须填写原因" in page.inner_text("#fault")
    meanwhile(pass_half_an_hour)
    nurse.go(page.url.removeprefix(nurse.site.address))
    expect(page.locator("main section .tag-good").first).to_have_text("可离开")
    nurse.follow("#release")
    assert "下次预约" in page.inner_text("main")

    for path in (f"residents/{baby}/", "stock/", "breaches/", "late/", "coverage/", "reactions/", ""):  # fmt: skip
        assert nurse.go(f"{ROOT}{path}") == 200
        is_sound_at_both_sizes(nurse)
    assert nurse.complaints == []
