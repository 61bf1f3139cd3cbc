"""The pages of tracing: a case and its contact to the end by two roles, line lists, nothing for the neighbour, asleep."""

import datetime
import math
import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models, types
from kangmai.portal.surveillance.figures import event_map
from kangmai.portal.tracing import wording
from kangmai.registry.types import OrganizationKind
from kangmai.standards.divisions import Level, city
from kangmai.standards.geography import find_real_point
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town

ROOT = "/emergency-mode/tracing/"
NOW = datetime.datetime.now(datetime.UTC)
TODAY = (NOW + datetime.timedelta(hours=8)).date()
PAGES = ("", "cases/new/", "cases/{case}/", "contacts/", "contacts/{contact}/", "tree/", "lists/", "lists/new/", "speed/")  # fmt: skip


@pytest.fixture(scope="module")
def awake_town(town):
    """The town under an order, with an epidemiologist of its county; the pages slept before it."""
    order_in_force(
        Purpose.TRACING, Purpose.REGISTRATION, at=NOW - datetime.timedelta(minutes=5), days=20
    )
    K = OrganizationKind
    for login, name, code in (("cdc", "吴敏", "441202"), ("cdc_there", "吴岚", "441203")):
        centre = portal_town._institution(
            f"CDC-{code}", f"{code} 疾控中心", "CDC", K.CDC, code, jurisdiction_code=code
        )
        portal_town._account(login, name, "cdc_epidemiologist", centre)
    portal_town._account("there", "郑小红", "township_public_health", town.elsewhere)
    portal_town.add_reviewer(town)
    return town


@pytest.fixture(scope="module")
def made(awake_town):
    """A case that the epidemiologist opened on the pages, and a contact that the case named."""
    from django.test import Client

    cdc = Client(SERVER_NAME="localhost")
    cdc.cookies["django_language"] = "en"
    cdc.post("/login/", {"login": "cdc", "password": portal_town.PASSWORD})
    form = {
        "who": awake_town.liang.index_number,
        "place": portal_town.VILLAGE,
        "key": "k1",
        "onset": f"{TODAY}",
    }
    for _ in range(2):
        answer = cdc.post(f"{ROOT}cases/new/", form)
        assert answer.status_code == 302, answer.content.decode()
    case = models.Case.objects.get()
    contact = {
        "do": "add", "who": awake_town.chen.index_number, "relation": "same_table", "where": "大排档",
        "first": f"{TODAY}", "last": f"{TODAY}", "minutes": "45",
    }  # fmt: skip
    assert cdc.post(f"{ROOT}cases/{case.id}/change/", contact).status_code == 302
    return {"case": case.id, "contact": models.Contact.objects.get().id}


def test_every_page_sleeps_without_an_order(enter, town):
    if models.Case.objects.exists():
        pytest.skip("the order is in force already")
    for login in ("village", "officer"):
        assert enter(login).get(ROOT).status_code == 409


def test_who_opens_which_page(enter, made):
    expected = {
        "cdc": (200,) * 9,
        "township": (302, 403, 403, 200, 200, 403, 403, 403, 403),
        "officer": (302, 403, 403, 403, 403, 403, 403, 403, 200),
        "cdc_there": (200, 200, 404, 200, 404, 200, 200, 200, 200),
        "there": (302, 403, 403, 200, 404, 403, 403, 403, 403),
        "clinician": (403,) * 9,
        "liang": (403,) * 9,
    }
    found = {
        login: tuple(enter(login).get(f"{ROOT}{path.format(**made)}").status_code for path in PAGES)
        for login in expected
    }
    assert found == expected


def test_a_contact_from_the_call_to_quarantine_and_daily_checks(enter, made):
    cdc, township = enter("cdc"), enter("township")
    page = cdc.get(f"{ROOT}cases/{made['case']}/").content.decode()
    assert "梁秀英" in page and "close contact" in page and "45 min" in page and "大排档" in page
    path = f"{ROOT}contacts/{made['contact']}/"
    page = township.get(path).content.decode()
    assert "Daily check" in page and "梁秀英" not in page and "大排档" not in page
    change = f"{path}change/"
    township.post(change, {"do": "told", "answer": "reached", "key": "a"})
    township.post(change, {"do": "settle", "where": "place", "place": "端州隔离点", "room": "305", "key": "b"})  # fmt: skip
    check = {
        "do": "check",
        "half": "am",
        "day": f"{TODAY}",
        "temperature": "37,8",
        "symptom": ["cough"],
    }
    page = township.post(change, check, follow=True).content.decode()
    assert "端州隔离点" in page and "37.8 °C" in page and "Cough" in page and "305" in page
    page = township.post(change, {"do": "release", "version": _version(page)}, follow=True)
    assert "the last day of following has not passed" in page.content.decode()
    assert models.Contact.objects.get().state == "followed"
    page = township.post(change, {**check, "temperature": "3"}, follow=True).content.decode()
    assert "cannot be" in page and models.Check.objects.count() == 1
    listed = township.get(f"{ROOT}contacts/?show=unwell").content.decode()
    assert str(made["contact"]) in listed
    assert str(made["contact"]) not in enter("there").get(f"{ROOT}contacts/").content.decode()
    assert enter("there").post(change, check).status_code in (302, 404)
    assert models.Check.objects.get().symptoms == ["cough"]


def test_an_exposure_without_a_place_says_how_it_was_found():
    met = types.Exposure(1, None, "", TODAY, NOW, NOW, 24 * 60, types.Source.HOUSEHOLD)
    with translation.override("en"):
        assert (wording.met_at(met), wording.minutes(met.minutes)) == ("household", "the whole day")
        assert wording.met_at(replace(met, place="大排档")) == "大排档"
    with translation.override("zh-hans"):
        assert (wording.met_at(met), wording.minutes(met.minutes)) == ("同住", "整日")


def _version(page):
    found = re.search(r'name="version" value="(\d+)"', page)
    return found[1] if found else str(models.Contact.objects.get().version)


def test_a_contact_becomes_a_case_and_joins_the_tree(enter, made):
    cdc = enter("cdc")
    form = {"do": "case", "key": "c", "sampled_on": f"{TODAY}"}
    answer = cdc.post(f"{ROOT}contacts/{made['contact']}/change/", form)
    second = models.Case.objects.exclude(id=made["case"]).get()
    assert answer["Location"] == f"{ROOT}cases/{second.id}/"
    link = {
        "from": str(made["case"]),
        "to": str(second.id),
        "evidence": "interview",
        "note": "同桌",
    }
    page = cdc.post(f"{ROOT}tree/change/", link, follow=True).content.decode()
    assert 'role="img"' in page and "Interview" in page
    places = page[page.index('id="map"') : page.index('id="table"')]
    assert "<circle" in places and "Infected here" in places
    numbers = re.findall(r'text-end number" data-label="([^"]+)">(\d+)', places)
    assert dict(numbers) | {"Cases": "2", "Infected here": "1"} == dict(numbers)
    back = {**link, "from": link["to"], "to": link["from"]}
    page = cdc.post(f"{ROOT}tree/change/", back, follow=True).content.decode()
    assert "would close a circle" in page
    page = cdc.get(f"{ROOT}speed/").content.decode()
    assert "50.0%" in page


def test_infections_from_town_into_town_are_lines_that_end_before_the_circle():
    towns = city("441200").at_level(Level.TOWN)
    one, two = [each.code for each in towns if find_real_point(each.code)][:2]
    drawn = event_map(
        {one: 4, two: 1}, city_code="441200", infections={(one, two): 1, (two, two): 3}
    )
    (way,) = drawn.ways
    first, second = drawn.circles
    start, _, end = re.findall(r"(-?[\d.]+) (-?[\d.]+)", way.path)
    assert (first.code, second.code, way.cases) == (one, two, 1)
    assert tuple(map(float, start)) == (first.x, first.y)
    apart = math.dist((second.x, second.y), tuple(map(float, end)))
    assert apart == pytest.approx(second.r + 5, abs=0.2)
    assert event_map({one: 4}, city_code="441200").ways == ()


def test_a_line_list_is_tried_taken_and_answered(enter, made):
    cdc = enter("cdc")
    heading = (
        "姓名,证件号码,联系电话,现住区划代码,现住址,接触者类别,与病例关系,病例编号,末次暴露日期"
    )
    rows = f"{heading}\n李一,,13800000001,{portal_town.VILLAGE},一巷,密接,,GZ-7,{TODAY}\n李二,,,,,,,,\n"
    form = {"other": "440100", "reference": "穗协查12号", "key": "l"}
    tried = cdc.post(f"{ROOT}lists/new/", {**form, "do": "try", "file": SimpleUploadedFile("a.csv", rows.encode())})  # fmt: skip
    page = tried.content.decode()
    assert (
        "1 of 2 rows can be read" in page and "李一" in page and models.ListRow.objects.count() == 0
    )
    taken = cdc.post(f"{ROOT}lists/new/", {**form, "do": "take", "text": rows})
    row = models.ListRow.objects.get(number=1)
    page = cdc.get(taken["Location"]).content.decode()
    assert "李一" in page and page.count('value="accept"') == 1 and "could not be read" in page
    refusal = {"do": "refuse", "row": str(row.id), "version": "1", "reason": "查无此人"}
    page = cdc.post(f"{taken['Location']}change/", refusal, follow=True).content.decode()
    assert "查无此人" in page
    table = cdc.get(f"{taken['Location']}table.csv")
    answers = table.content.decode("utf-8-sig")
    assert "1,退回,查无此人" in answers and "2,退回,联系电话：" in answers
    assert enter("township").get(f"{taken['Location']}table.csv").status_code == 403
    bad = cdc.post(f"{ROOT}lists/new/", {**form, "do": "take"})
    assert bad.status_code == 400 and "choose a file" in bad.content.decode()


def test_the_desk_speaks_chinese_by_default(enter, made):
    page = enter("cdc", language="zh-hans").get(ROOT).content.decode()
    assert "流调溯源" in page and "待告知" in page
