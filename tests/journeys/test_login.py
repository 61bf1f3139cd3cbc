"""Log in, be refused, be slowed down, use one-time codes, log out."""

import pyotp
import pytest

from tests.factories.portal_town import PASSWORD

pytestmark = pytest.mark.browser


def test_login_leads_back_to_the_page_asked_for(visit):
    page = (visitor := visit()).page
    visitor.go("/institutions/?kind=hospital")
    assert "/login/" in page.url
    page.fill("#login", "village")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/institutions/?kind=hospital")


def test_login_does_not_lead_elsewhere(visit):
    page = (visitor := visit()).page
    visitor.go("/login/?next=https://example.org/")
    page.fill("#login", "village")
    page.fill("#password", PASSWORD)
    visitor.follow("main button[type=submit]")
    assert page.url == f"{visitor.site.address}/"


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "账号或密码不正确。"), ("en", "Account or password is not right.")],
)
def test_wrong_password_is_told_and_the_name_kept(visit, language, words):
    visitor = visit(language=language).log_in("officer", "wrong")
    assert words in visitor.page.inner_text("#fault")
    assert visitor.page.input_value("#login") == "officer"
    assert visitor.faults() == []


def test_guessing_is_slowed_down(visit):
    visitor = visit(language="en")
    for _ in range(5):
        visitor.log_in("elsewhere", "wrong")
    visitor.log_in("elsewhere", "wrong")
    assert "Too many wrong attempts" in visitor.page.inner_text("#fault")


def test_one_time_codes_and_password_of_ones_own(visit):
    visitor = visit(language="en").log_in("clinician")
    visitor.go("/one-time-codes/")
    secret = visitor.page.inner_text(".secret").replace(" ", "")
    visitor.page.fill("#code", pyotp.TOTP(secret).now())
    visitor.page.click("main button[type=submit]")
    visitor.page.wait_for_selector(".toast-success")

    again = visit(language="en").log_in("clinician")
    assert again.page.url.endswith("/login/code/")
    assert again.faults() == []
    again.page.fill("#code", "000000")
    again.follow("main button[type=submit]")
    assert again.page.is_visible("#fault")


def test_logout_ends_the_session(visit):
    visitor = visit().log_in("village")
    visitor.go("/")
    visitor.page.click("details.menu > summary")
    visitor.page.click("form[action='/logout/'] button")
    visitor.page.wait_for_url("**/login/")
    visitor.go("/residents/")
    assert "/login/" in visitor.page.url


def test_new_account_chooses_a_password_first(visit):
    admin = visit(language="en").log_in("admin")
    admin.go("/accounts/new/")
    admin.page.fill("#login", "newcomer")
    admin.page.fill("#name", "新人")
    admin.page.select_option("#role", "commission_officer")
    assert admin.page.input_value("#organization") == "WJ-4412"
    admin.follow("main button[type=submit]")
    password = admin.page.inner_text(".secret")
    newcomer = visit(language="en").log_in("newcomer", password)
    assert newcomer.page.url.endswith("/password/")
    newcomer.go("/institutions/")
    assert newcomer.page.url.endswith("/password/")
    for field, value in (
        ("current", password),
        ("new", "quiet-lamp-77-tree"),
        ("repeated", "quiet-lamp-77-tree"),
    ):
        newcomer.page.fill(f"#{field}", value)
    newcomer.page.click("main button[type=submit]")
    newcomer.page.wait_for_selector(".toast-success")
    assert newcomer.page.url == f"{newcomer.site.address}/"


def test_language_follows_the_account(visit):
    visitor = visit().log_in("officer")
    visitor.follow("form[action='/language/'] button")
    assert visitor.page.get_attribute("html", "lang") == "en"
    visitor.page.context.clear_cookies()
    visitor.log_in("officer")
    assert visitor.page.get_attribute("html", "lang") == "en"
