"""The frame: headers, words of both languages, error pages, no bundle, search."""

import re

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from kangmai.portal.shell import bundle as bundles
from kangmai.portal.shell import places
from kangmai.portal.shell.errors import MENDS, STATUS, TITLES
from kangmai.portal.shell.security import POLICY

PAGES = (
    "/",
    "/institutions/",
    "/institutions/2/",
    "/accounts/",
    "/audit/",
    "/feed/",
    "/health/",
    "/nowhere/",
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son[a-z]+=", re.I)


@pytest.mark.parametrize("path", PAGES)
def test_pages_carry_a_strict_policy_and_nothing_inline(enter, path):
    answer = enter("admin").get(path)
    assert answer["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer["Cache-Control"] == "no-store"
    assert INLINE.findall(answer.content.decode()) == []


@pytest.mark.parametrize(
    ("language", "title"), [("zh-hans", "这里没有内容"), ("en", "Nothing found here")]
)
def test_unknown_address_is_told_in_the_language(enter, language, title):
    answer = enter("village", language=language).get("/nowhere/")
    assert answer.status_code == 404
    assert title in answer.content.decode()
    assert answer["Content-Language"] == language


def test_the_bar_of_a_phone_names_places_that_there_are_once_each():
    names = [place.name for place in places.PLACES]
    assert len(set(names)) == len(names)
    assert set(places.MAIN) <= set(names)
    assert len(set(places.MAIN)) == len(places.MAIN)


def test_every_category_has_a_status_with_words():
    assert set(STATUS.values()) == set(TITLES) == set(MENDS)


def test_refused_background_request_is_a_sentence(enter):
    answer = enter("village").get("/accounts/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert "Keep accounts and roles" in answer.content.decode()


def test_form_without_its_secret_is_refused(enter, town):
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    client.cookies["django_language"] = "en"
    answer = client.post("/login/", {"login": "village", "password": "x"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_a_silent_database_is_a_503_page(enter, monkeypatch):
    def silent(*args, **kwargs):
        raise OperationalError("connection refused")

    client = enter("village")
    monkeypatch.setattr("kangmai.registry.queries.search_organizations", silent)
    answer = client.get("/institutions/")
    assert answer.status_code == 503
    assert "The system is not available just now" in answer.content.decode()
    assert "connection refused" not in answer.content.decode()


def test_a_database_silent_before_the_view_is_a_503_page(enter, monkeypatch):
    def silent(request):
        raise OperationalError("connection refused")

    client = enter("village")
    client.raise_request_exception = False
    monkeypatch.setattr("kangmai.portal.shell.session.actor_of", silent)
    answer = client.get("/institutions/")
    assert answer.status_code == 503
    assert "The system is not available just now" in answer.content.decode()


def test_our_own_fault_is_a_500_page_without_details(enter, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("secret detail")

    client = enter("village", language="zh-hans")
    client.raise_request_exception = False
    monkeypatch.setattr("kangmai.registry.queries.search_organizations", broken)
    answer = client.get("/institutions/")
    assert answer.status_code == 500
    assert "系统内部出错" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()


@pytest.fixture
def no_bundle(tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "FOLDER", tmp_path)
    bundles.bundle.cache_clear()
    yield
    bundles.bundle.cache_clear()


def test_pages_stand_without_the_bundle_and_tell_the_administrator(enter, no_bundle):
    for login, is_told in (("admin", True), ("village", False)):
        page = enter(login).get("/institutions/").content.decode()
        assert "plain.css" in page
        assert "django_htmx/htmx-2.min.js" in page
        assert "bundle/" not in page.replace("front-end bundle", "")
        assert ("The front-end bundle is missing" in page) is is_told


@override_settings(DEMO=True)
def test_a_demo_says_so_on_every_page(enter):
    for client, path in (
        (enter(), "/login/"),
        (enter("admin"), "/"),
        (enter("admin"), "/nowhere/"),
    ):
        assert "Demo: all residents are invented" in client.get(path).content.decode()


def test_search_answers_with_both_kinds(enter):
    page = enter("village").post("/search/", {"text": "城东"}).content.decode()
    assert "Chengdong Community Health Centre" in page
    page = enter("village").post("/search/", {"text": "lxy"}).content.decode()
    assert "/residents/0000000000018/" in page


@pytest.mark.parametrize("text", ["' OR 1=1 --", "<b>x</b>", "%", "𠮷" * 200, " "])
def test_search_takes_anything(enter, text):
    answer = enter("village").post("/search/suggestions/", {"text": text})
    assert answer.status_code == 200
    assert "<b>x" not in answer.content.decode()


def test_a_null_character_is_refused_everywhere(enter):
    assert enter("village").post("/search/", {"text": "a\0b"}).status_code == 400
    assert enter("village").get("/institutions/?text=%00").status_code == 400
    assert enter().post("/login/", {"login": "a\0", "password": "x"}).status_code == 400


@pytest.mark.parametrize(
    "query", ["after=%ff", "after=zzz", "kind=nothing", "area=99", "area=x", "text=%27%22%3C"]
)
def test_odd_filters_are_a_page_not_a_crash(enter, query):
    assert enter("village").get(f"/institutions/?{query}").status_code in (200, 400)


def test_a_list_costs_the_same_however_long(enter, town, django_queries):
    client = enter("village")
    client.get("/institutions/")
    with django_queries() as few:
        client.get("/institutions/?kind=hospital")
    with django_queries() as many:
        client.get("/institutions/")
    assert len(many) == len(few) <= 8


@pytest.fixture
def django_queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)


def test_health_page_shows_what_the_doctor_finds_in_the_language(enter):
    assert "machine.disk" in enter("admin").get("/health/").content.decode()
    assert (
        "法定时间：Asia/Shanghai"
        in enter("admin", language="zh-hans").get("/health/").content.decode()
    )
