"""Every page, in both languages, on a desk and on a phone: sound, accessible, no wider than the window."""

import pytest

from tests.journeys.conftest import PHONE, is_sound_at_both_sizes

pytestmark = pytest.mark.browser

RESIDENT = "/residents/0000000000018/"
PAGES = {
    "admin": (
        "/", "/inbox/", "/institutions/", "/institutions/2/", "/accounts/", "/accounts/1/", "/accounts/new/",
        "/audit/", "/feed/", "/health/", "/password/", "/one-time-codes/", "/search/", f"{RESIDENT}ledger/",
    ),
    "village": ("/follow-ups/", "/kit/", "/my-work/", "/work-checks/", "/follow-ups/?show=suspected", f"{RESIDENT}enrol/", "/forms/", "/forms/hypertension_followup/2017-02-28/", "/", "/residents/", RESIDENT, f"{RESIDENT}?kind=medicines", f"{RESIDENT}?kind=plans"),
    "officer": ("/emergency/", "/service-points/", "/service-points/?kind=tcm_service", "/service-points/new/?kind=tcm_service", "/activities/"),
    "liang": ("/my-ledger/",),
}  # fmt: skip
LANGUAGES = {
    "zh-hans": ("zh-Hans", "演示数据：居民均为虚构"),
    "en": ("en", "Demo: all residents are invented"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("login", PAGES)
def test_pages_are_sound(visit, login, language):
    visitor = visit(language=language).log_in(login)
    tag, banner = LANGUAGES[language]
    for path in PAGES[login]:
        assert visitor.go(path) == 200, path
        assert visitor.page.get_attribute("html", "lang") == tag
        assert visitor.page.inner_text(".demo-banner") == banner
        assert visitor.page.inner_text("h1").strip()
        is_sound_at_both_sizes(visitor)
    assert visitor.complaints == []


@pytest.mark.parametrize("path", ["/", RESIDENT, "/institutions/"])
def test_dark_pages_are_readable(visit, path):
    visitor = visit(theme="dark").log_in("village")
    assert visitor.go(path) == 200
    assert visitor.page.get_attribute("html", "data-bs-theme") == "dark"
    assert visitor.faults() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_login_page_is_sound(visit, language):
    visitor = visit(language=language, size=PHONE)
    assert visitor.go("/login/") == 200
    assert visitor.faults() == []
    assert visitor.overflow() <= 0


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("admin", "/residents/", 403),
        ("village", "/accounts/", 403),
        ("village", "/nowhere/", 404),
        ("village", "/residents/0000000000034/", 404),
    ],
)
def test_error_pages_are_sound(visit, login, path, status):
    visitor = visit(language="en").log_in(login)
    assert visitor.go(path) == status
    assert visitor.faults() == []
    assert visitor.complaints == []


def test_pictures_for_the_readme(visit, picture):
    village = visit().log_in("village")
    village.go(f"{RESIDENT}?trend=http://loinc.org|85354-9")
    village.page.wait_for_selector("[data-chart][data-ready] canvas")
    picture(village, "record-zh")
    english = visit(language="en").log_in("admin")
    english.go("/institutions/")
    english.page.wait_for_selector("[data-chart=map][data-ready] canvas")
    picture(english, "institutions-en")
    english.go("/")
    picture(english, "start-en")
    phone = visit(size=PHONE).log_in("village")
    phone.go(RESIDENT)
    picture(phone, "record-phone-zh")
    resident = visit(size=PHONE).log_in("liang")
    resident.go("/my-ledger/")
    picture(resident, "ledger-phone-zh")
