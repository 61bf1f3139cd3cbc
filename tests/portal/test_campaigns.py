"""Pages of a campaign: opened, a school's list, answers of a class, a session, the clinic, the file; the neighbour sees nothing."""

import datetime
import io
import re
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.commandline.city.loading.campaign import load_campaign
from kangmai.programmes.campaigns import models
from kangmai.programmes.vaccination import actions as clinic_actions
from kangmai.programmes.vaccination import models as clinic
from kangmai.programmes.vaccination.types import PackageLine
from kangmai.registry import actions as registry_actions
from kangmai.registry.types import OrganizationKind
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town, registry
from tests.programmes.vaccination import factories

ROOT = "/vaccination/campaigns/"


def today():
    return legal_day(datetime.datetime.now(datetime.UTC))


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(scope="module")
def girls(town):
    """A clinic and its neighbour, a CDC, a school, and three girls of thirteen."""
    portal_town.add_reviewer(town)
    portal_town._account("next_door", "何护士", "township_public_health", town.elsewhere)
    cdc = portal_town._institution("CDC-441202", "端州区疾病预防控制中心", "Duanzhou CDC", OrganizationKind.CDC, "441202", jurisdiction_code="441202")  # fmt: skip
    portal_town._account("cdc", "郑医师", "cdc_epidemiologist", cdc)
    at = datetime.datetime.now(datetime.UTC)
    registry_actions.create_place(facts=registry.place_facts(code="S-7", name="城东中学", division_code=portal_town.VILLAGE[:9]), actor=registry.ADMIN, at=at)  # fmt: skip
    born = today() - datetime.timedelta(13 * 366)
    return [
        portal_town.resident(f"女生{name}", "2", born - n * datetime.timedelta(1), portal_town.VILLAGE, town.station)
        for n, name in enumerate("甲乙丙")
    ]  # fmt: skip


def opened(nurse, **changes):
    until = today() + datetime.timedelta(60)
    said = {"rule": "hpv_girls", "title": "秋季HPV", "place": portal_town.VILLAGE[:9], "starts_on": today().isoformat(), "ends_on": until.isoformat(), "source": "residents", "key": uuid4()}  # fmt: skip
    return nurse.post(f"{ROOT}new/", {**said, **changes})


@pytest.fixture(scope="module")
def campaign(girls):
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.post("/login/", {"login": "township", "password": portal_town.PASSWORD})
    answer = opened(client)
    assert answer.status_code == 302, text(answer)
    return models.Campaign.objects.get()


def test_who_opens_which_page(enter, campaign):
    pages = ("", "new/", f"{campaign.id}/", f"{campaign.id}/people/", f"{campaign.id}/people.csv", f"{campaign.id}/sessions/new/")  # fmt: skip
    expected = {
        "township": (200,) * 6,
        "next_door": (200, 200, 404, 404, 404, 404),
        "village": (200, 403, 200, 200, 200, 403),
        "cdc": (200, 200, 200, 200, 200, 403),
        "clinician": (403,) * 6,
        "liang": (403,) * 6,
    }
    found = {login: tuple(enter(login).get(f"{ROOT}{page}").status_code for page in pages) for login in expected}  # fmt: skip
    assert found == expected
    assert "秋季HPV" not in text(enter("next_door").get(ROOT))
    assert enter().get(ROOT).status_code == 302


def test_a_campaign_through_forms(enter, campaign, girls):
    nurse = enter("township")
    wrong = opened(nurse, born_from="2010-01-01")
    assert wrong.status_code == 422 and "the rule of this campaign is for" in text(wrong)
    path = f"{ROOT}{campaign.id}/"
    lines = "\n".join(f"{each.index_number},S-7,7,3" for each in girls) + "\n441202201303059999,S-7,7,3"  # fmt: skip
    file = SimpleUploadedFile("list.csv", f"number,school,grade,class\n{lines}".encode())
    answer = nurse.post(path, {"do": "list", "file": file}, follow=True)
    assert "4 lines: 0 added, 3 with a new class." in text(answer) and "lines: 5" in text(answer)
    by_school = text(nurse.get(f"{path}?by=school"))
    assert "城东中学" in by_school
    page = text(nurse.get(f"{path}people/?show=ask"))
    assert all(each.demographics.name in page for each in girls)
    ids = dict(campaign.targets.values_list("resident_id", "id"))
    agree, refuse = [ids[each.id] for each in girls[:2]], ids[girls[2].id]
    said = {"by": "parent", "on": today().isoformat(), "query": "show=ask"}
    assert "Choose at least one" in text(nurse.post(f"{path}people/answers/", {**said, "do": "agreed"}, follow=True))  # fmt: skip
    assert "2 answers were" in text(nurse.post(f"{path}people/answers/", {**said, "do": "agreed", "target": agree}, follow=True))  # fmt: skip
    assert "why it was refused" in text(nurse.post(f"{path}people/answers/", {**said, "do": "refused", "target": refuse}, follow=True))  # fmt: skip
    nurse.post(f"{path}people/answers/", {**said, "do": "refused", "target": refuse, "refusal": "safety"})  # fmt: skip
    assert "worried about safety" in text(nurse.get(path))

    plan = text(nurse.get(f"{path}sessions/new/"))
    school = re.search(r'value="(school:\d+)"', plan).group(1)
    assert "城东中学 (2 people)" in plan and "0 in stock, 2 wanted" in plan
    hours = {"where": school, "on": today().isoformat(), "begins": "08:30", "ends": "11:30", "stations": "1", "key": uuid4()}  # fmt: skip
    many = nurse.post(f"{path}sessions/new/", {**hours, "doses": "61"})
    assert many.status_code == 422 and "at most 60 doses" in text(many)
    session = nurse.post(f"{path}sessions/new/", {**hours, "doses": "40"})["Location"]
    assert "女生甲" in text(nurse.get(session)) and "女生丙" not in text(nurse.get(session))
    into = nurse.post(f"{session}check-in/", {"target": agree[0], "key": uuid4()})
    visit = clinic.Visit.objects.get()
    assert into["Location"] == f"/vaccination/visits/{visit.id}/"
    assert "Bivalent HPV" in text(nurse.get(into["Location"]))
    assert "waits for the pre-check" in text(nurse.get(session))
    nurse.post(into["Location"], {"do": "pre_check", "version": 1, "temperature": "36.5", "chosen": ["HPV2"]})  # fmt: skip
    assert "was agreed to beforehand" in text(nurse.get(into["Location"]))
    again = nurse.post(f"{session}check-in/", {"target": agree[0], "key": uuid4()}, follow=True)
    assert "in the clinic already" in text(again)
    assert nurse.post(session, {"do": "end", "version": 9}).status_code == 422
    assert nurse.post(session, {"do": "end", "version": 1}).status_code == 302
    assert "女生乙" in text(nurse.get(f"{path}people/?show=catch_up"))

    sheet = nurse.get(f"{path}people.xlsx?show=refused")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content)))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert "女生丙" in cells and "worried about safety" in cells and "女生甲" not in cells
    stranger = enter("next_door")
    assert stranger.get(session).status_code == 404
    assert stranger.post(f"{session}check-in/", {"target": agree[1], "key": uuid4()}, follow=True).status_code == 404  # fmt: skip
    assert stranger.post(f"{path}people/answers/", {**said, "do": "agreed", "target": refuse}, follow=True).status_code == 404  # fmt: skip
    assert models.Target.objects.get(pk=refuse).consent == "refused"
    assert nurse.post(path, {"do": "close", "version": 1}).status_code == 302
    assert "closed on" in text(nurse.get(path))


def test_in_chinese(enter, campaign):
    page = text(enter("cdc", language="zh-hans").get(f"{ROOT}{campaign.id}/?by=age"))
    assert "进度" in page and "待补种" in page and "规则待核" in page


def test_the_invented_campaign_has_sessions_before_today_and_to_come(campaign, girls, town):
    """What `kangmai demo` plays in a town, played here: most were vaccinated last week, some refused, some missed it."""
    from django.db import transaction

    at = datetime.datetime.now(datetime.UTC)
    place = portal_town.VILLAGE[:9]
    nurse = factories.actor(town.centre.id, *factories.DESK, place=place)
    born = today() - datetime.timedelta(13 * 366 + 40)
    with transaction.atomic():
        for n in range(12):
            portal_town.resident(f"虚构{n}", "2", born - n * datetime.timedelta(1), portal_town.VILLAGE, town.station)  # fmt: skip
        since = at - datetime.timedelta(10)
        codes = [f"9900011{n:013d}" for n in range(9)]
        fridge = clinic_actions.add_fridge(
            name="9号", kind="refrigerator", actor=nurse, at=since
        ).id
        lines = [PackageLine(each, "HPV2", "示例", "示例", "H1", today() + datetime.timedelta(99)) for each in codes]  # fmt: skip
        clinic_actions.receive(fridge_id=fridge, lines=lines, key=uuid4(), actor=nurse, at=since)
        load_campaign(nurse, place, {"HPV2": codes}, at=at)
        made = models.Campaign.objects.exclude(pk=campaign.pk).get()
        past, now, later = made.sessions.order_by("on")
        assert (past.state, past.on) == ("ended", today() - datetime.timedelta(6))
        assert past.given == 3 and now.on == today() and later.on > today()
        assert made.targets.filter(given=1, need="waiting").count() == past.given
        assert made.targets.filter(missed=1).exists() and made.targets.filter(consent="refused").exists()  # fmt: skip
        transaction.set_rollback(True)
