"""Pages of the clinic: a morning's work through forms, what is refused and why, and what the neighbour town does not see."""

import datetime
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.programmes.vaccination import models, rules, standing
from kangmai.registry.types import OrganizationKind
from kangmai.standards.calendars import LEGAL_TIME, legal_day
from tests.factories import portal_town

ROOT = "/vaccination/"
CHECKS = sorted(rules.checks_of(rules.rule(on=datetime.date(2026, 11, 22))))


def now():
    return datetime.datetime.now(datetime.UTC)


def code(number, product="9900001"):
    return f"{product}{number:013d}"


@pytest.fixture(scope="module")
def clinic(town):
    """The centre's clinic and its neighbour's, a CDC, a baby of fourteen weeks here and one there."""
    portal_town.add_reviewer(town)
    portal_town._account("next_door", "何护士", "township_public_health", town.elsewhere)
    cdc = portal_town._institution("CDC-441202", "端州区疾病预防控制中心", "Duanzhou CDC", OrganizationKind.CDC, "441202", jurisdiction_code="441202")  # fmt: skip
    portal_town._account("cdc", "郑医师", "cdc_epidemiologist", cdc)
    born = legal_day(now()) - datetime.timedelta(98)
    baby = portal_town.resident("李小满", "1", born, portal_town.VILLAGE, town.station)
    standing.judge_due(on=legal_day(now()))
    return town, baby


@pytest.fixture(scope="module")
def baby(clinic):
    return clinic[1]


def post(client, path, **said):
    return client.post(f"{ROOT}{path}", said)


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(scope="module")
def stocked(clinic):
    """A refrigerator with five packages of HepB and one of BCG, received through the page."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.cookies["django_language"] = "en"
    client.post("/login/", {"login": "township", "password": portal_town.PASSWORD})
    assert post(client, "stock/", do="add", name="1号冰箱", kind="refrigerator").status_code == 302
    fridge = models.Fridge.objects.get().id
    expires = (legal_day(now()) + datetime.timedelta(400)).isoformat()
    usual = {"fridge": fridge, "maker": "示例", "lot": "A1", "expires_on": expires, "doses": "1"}
    codes = "\n".join(code(n) for n in range(5))
    assert post(client, "stock/receive/", **usual, vaccine="HepB", product="乙肝", codes=codes, key=uuid4()).status_code == 302  # fmt: skip
    rows = f"code,vaccine,product,maker,lot,expires,doses\n{code(1, '9900002')},BCG,卡介苗,示例,B1,{expires},1\n"  # fmt: skip
    file = SimpleUploadedFile("d.csv", rows.encode())
    assert post(client, "stock/receive/", fridge=fridge, key=uuid4(), file=file).status_code == 302
    return fridge


PAGES = ("", "stock/", "stock/receive/", "stock/ledger/", "breaches/", "reactions/", "late/", "late.csv", "coverage/")  # fmt: skip


def test_who_opens_which_page(enter, clinic):
    expected = {
        "township": (200,) * 9,
        "next_door": (200,) * 9,
        "village": (302, 200, 403, 200, 200, 200, 200, 200, 200),
        "cdc": (302, 200, 200, 200, 200, 200, 200, 200, 200),
        "clinician": (403,) * 9,
        "officer": (403,) * 9,
        "admin": (403,) * 9,
        "liang": (403,) * 9,
    }
    found = {login: tuple(enter(login).get(f"{ROOT}{path}").status_code for path in PAGES) for login in expected}  # fmt: skip
    assert found == expected
    assert enter().get(ROOT).status_code == 302


def test_a_morning_through_forms(enter, stocked, baby):
    nurse = enter("township")
    page = text(nurse.get(f"{ROOT}?q=李小满"))
    assert baby.index_number in page and "Check in" in page
    key = str(uuid4())
    answer = post(nurse, "check-in/", number=baby.index_number, key=key)
    visit = answer["Location"]
    assert post(nurse, "check-in/", number=baby.index_number, key=key)["Location"] == visit
    path = visit.removeprefix(ROOT)
    assert "Hepatitis B" in text(nurse.get(visit))
    early = post(nurse, path, do="pre_check", version=1, temperature="36.5", chosen=["MMR"])
    assert early.status_code == 422 and "too early" in text(early)
    bought = {"chosen": ["HepB"], "more": "HPV9"}
    young = post(nurse, path, do="pre_check", version=1, temperature="36.5", **bought)
    assert young.status_code == 422 and "from 9 years on" in text(young)
    kept = text(young)
    assert re.findall(r'name="chosen" value="([^"]+)" checked', kept) == ["HepB"]
    listed = re.findall(r'<option value="([^"]+)"', kept)
    assert "Hib" in listed and not {"HPV9", "MMR", "JE-I", "HepB"} & set(listed)
    hot = post(nurse, path, do="pre_check", version=1, temperature="", chosen=["HepB"], more="Hib")
    assert re.findall(r'<option value="([^"]+)" selected>', text(hot)) == ["Hib"]
    said = {"do": "pre_check", "version": 1, "temperature": "36.5", "chosen": ["HepB", "BCG"]}
    assert post(nurse, path, **said).status_code == 302
    assert post(nurse, path, **said).status_code == 422
    assert post(nurse, path, do="consent", version=2, by="parent", refused=["BCG"]).status_code == 302  # fmt: skip
    wrong = text(post(nurse, path, do="look", vaccine="HepB", code=code(1, "9900002")))
    assert "what was scanned is BCG" in wrong and 'name="confirmed"' not in wrong
    assert "no package with this code is here" in text(post(nurse, path, do="look", vaccine="HepB", code=code(99)))  # fmt: skip
    right = text(post(nurse, path, do="look", vaccine="HepB", code=code(0)))
    assert "A1" in right and all(f'value="{each}"' in right for each in CHECKS)
    give = {"do": "inject", "vaccine": "HepB", "code": code(0), "site": "LVL", "route": "IM", "key": str(uuid4())}  # fmt: skip
    assert post(nurse, path, **give, confirmed=CHECKS[:3]).status_code == 422
    assert post(nurse, path, **give, confirmed=CHECKS).status_code == 302
    assert post(nurse, path, **give, confirmed=CHECKS).status_code == 302
    assert "30 minutes left" in text(nurse.get(visit))
    assert "30 minutes left" in text(nurse.get(f"{ROOT}queue/"))
    assert post(nurse, path, do="release", version=4, reason="").status_code == 422
    assert post(nurse, path, do="release", version=4, reason="家长坚持离开").status_code == 302
    assert "Next appointment" in text(nurse.get(visit))
    assert "valid" in text(nurse.get(f"{ROOT}residents/{baby.index_number}/"))
    assert models.Package.objects.filter(left=0).count() == 1


def test_a_dose_given_elsewhere_and_its_correction(enter, clinic):
    town, _baby = clinic
    nurse = enter("township")
    born = legal_day(now()) - datetime.timedelta(60)
    other = portal_town.resident("王小雨", "2", born, portal_town.VILLAGE, town.station)
    path = f"residents/{other.index_number}/"
    usual = {"do": "earlier", "vaccine": "HepB", "evidence": "certificate", "lot": "Z1"}
    before = post(nurse, path, **usual, day=(born - datetime.timedelta(1)).isoformat(), key=uuid4())
    assert before.status_code == 422 and "before the birth" in text(before)
    assert post(nurse, path, **usual, day=born.isoformat(), key=uuid4()).status_code == 302
    soon = (born + datetime.timedelta(20)).isoformat()
    post(nurse, path, **usual, day=soon, key=uuid4())
    page = text(nurse.get(f"{ROOT}{path}"))
    assert ">does not count<" in page and "28 days" in page
    dose = re.search(rf"{ROOT}{path}doses/([\w-]+)/", page).group(1)
    right = (born + datetime.timedelta(30)).isoformat()
    fix = {"do": "correct", "vaccine": "HepB", "day": right, "lot": "Z2", "version": 1}
    assert post(nurse, f"{path}doses/{dose}/", **fix, reason="").status_code == 422
    assert post(nurse, f"{path}doses/{dose}/", **fix, reason="看错日期").status_code == 302
    assert ">does not count<" not in text(nurse.get(f"{ROOT}{path}"))
    assert post(nurse, f"{path}doses/{dose}/", do="withdraw", version=2, reason="误录").status_code == 302  # fmt: skip
    assert nurse.get(f"{ROOT}{path}doses/{dose}/").status_code == 404
    paper = nurse.get(f"{ROOT}{path}certificate.pdf")
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    assert post(nurse, path, do="defer", question="doctor_decides", vaccine=["BCG"], key=uuid4()).status_code == 302  # fmt: skip
    assert post(nurse, path, do="beginnings", version=0, birth_weight_g="1800", gestation_weeks="34", mother_hbsag="negative", immunoglobulin="").status_code == 302  # fmt: skip
    assert "Put off by the doctor" in text(nurse.get(f"{ROOT}{path}"))


def test_too_warm_and_decided_by_another(enter, stocked):
    nurse, officer = enter("township"), enter("cdc", language="zh-hans")
    at = now().astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M")
    path = f"fridges/{stocked}/"
    assert post(nurse, path, celsius="warm", at=at).status_code == 422
    breach = post(nurse, path, celsius="12,5", at=at)["Location"].removeprefix(ROOT)
    lines = models.BreachLot.objects.order_by("id")
    assert lines.count() == 2
    said = {"line": lines[0].id, "verdict": "released", "version": 1, "key": uuid4()}
    same = post(nurse, breach, **said, reason="x")
    assert same.status_code == 422 and "Another person must decide" in text(same)
    assert post(officer, breach, **said, reason="稳定性数据允许").status_code == 302
    page = text(officer.get(f"{ROOT}{breach}"))
    assert "放行使用" in page and "待处置" in page
    later = (now() - datetime.timedelta(days=1)).astimezone(LEGAL_TIME).strftime("%Y-%m-%d %H:%M")
    file = SimpleUploadedFile("log.csv", f"time,celsius\n{later},5.1\n".encode())
    assert post(nurse, path, file=file).status_code == 302
    assert "5.1" in text(nurse.get(f"{ROOT}{path}"))


def test_a_logger_sends_by_itself(enter, stocked):
    nurse, program = enter("township"), enter()
    path = f"fridges/{stocked}/"
    page = text(post(nurse, path, do="logger", name="温度仪 07"))
    token = re.search(r'id="token".*?class="code">([\w-]{43})<', page).group(1)
    assert token not in text(nurse.get(f"{ROOT}{path}"))

    def send(body, sent_with=token):
        return program.post(
            "/api/cold-chain/readings", body, content_type="application/json", headers={"Authorization": f"Bearer {sent_with}"}
        )  # fmt: skip

    at = (now() - datetime.timedelta(hours=30)).isoformat()
    ahead = (now() + datetime.timedelta(hours=1)).isoformat()
    body = {"readings": [{"id": "a", "at": at, "celsius": 4.5}, {"id": "b", "at": ahead, "celsius": 4.5}]}  # fmt: skip
    found = send(body).json()
    assert (found["taken"], found["repeated"], found["break"]) == (1, 0, None)
    assert found["refused"][0]["id"] == "b" and "clock" in found["refused"][0]["message"]["en"]
    assert send(body).json()["repeated"] == 1
    for wrong in ("[]", {"readings": [{"id": "c", "at": "2026-03-01", "celsius": 4}]}, {"readings": [{"id": "c", "at": at, "celsius": "4"}]}):  # fmt: skip
        assert send(wrong).status_code == 400
    assert send(body, "x" * 43).status_code == 403
    assert program.get("/api/cold-chain/readings").status_code == 401
    assert "device" in text(nurse.get(f"{ROOT}{path}"))
    logger = re.search(r'name="logger" value="([\w-]+)"', text(nurse.get(f"{ROOT}{path}"))).group(1)
    assert post(enter("next_door"), path, do="stop", logger=logger).status_code == 404
    assert post(nurse, path, do="stop", logger=logger).status_code == 302
    assert send(body).status_code == 403


def test_recall_finds_the_people(enter, stocked):
    lot = models.Lot.objects.get(number="B1")
    nurse, officer = enter("township"), enter("cdc")
    assert post(nurse, f"lots/{lot.id}/", reason="x", version=1).status_code == 422
    assert post(officer, f"lots/{lot.id}/", reason="企业召回", version=1).status_code == 302
    assert "recalled" in text(nurse.get(f"{ROOT}lots/{lot.id}/"))
    row = re.search(r">B1<.*?</tr>", text(nurse.get(f"{ROOT}stock/")), re.DOTALL).group()
    assert re.search(r'data-label="Usable doses">0<', row) and 'tag-danger">recalled' in row


def test_a_reaction_from_finding_to_class(enter, baby):
    nurse, officer = enter("township"), enter("cdc")
    at = now().astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M")
    told = {"reaction": "fever", "severity": "ordinary", "onset_at": at, "found_at": at, "vaccines": ["HepB"], "vaccinated_on": "", "narrative": ""}  # fmt: skip
    card = post(nurse, f"residents/{baby.index_number}/reaction/", **told, key=uuid4())["Location"].removeprefix(ROOT)  # fmt: skip
    assert "To be reported by" in text(nurse.get(f"{ROOT}{card}"))
    assert post(nurse, card, do="report", version=1, **told).status_code == 422
    assert post(nurse, card, do="report", version=1, **{**told, "narrative": "发热 38.8 ℃"}).status_code == 302  # fmt: skip
    assert post(officer, card, do="return", version=2, reason="补充体温单").status_code == 302
    assert post(nurse, card, do="report", version=3, **{**told, "narrative": "发热 38.8 ℃，两日退"}).status_code == 302  # fmt: skip
    assert post(officer, card, do="review", version=4, **{"class": "1", "note": "一般反应"}).status_code == 302  # fmt: skip
    assert "Normal reaction" in text(nurse.get(f"{ROOT}{card}"))
    assert "李小满" in text(nurse.get(f"{ROOT}reactions/?state=reviewed"))


def test_the_late_are_listed_and_called_in(enter, baby):
    nurse, village = enter("township"), enter("village")
    assert "李小满" in text(nurse.get(f"{ROOT}late/"))
    assert "李小满" not in text(nurse.get(f"{ROOT}late/?series=hpv"))
    assert "李小满" in nurse.get(f"{ROOT}late.csv").content.decode()
    assert post(nurse, "late/call-in/", place=portal_town.VILLAGE).status_code == 302
    assert "call them in" in text(village.get("/inbox/"))
    assert "called in" in text(village.get(f"{ROOT}late/?place={portal_town.VILLAGE}"))
    year = (legal_day(now()) - datetime.timedelta(98)).year
    assert "hepatitis B" in text(nurse.get(f"{ROOT}coverage/?year={year}"))


def test_the_neighbour_town_sees_nothing(enter, stocked, baby):
    stranger = enter("next_door")
    visit, breach, card = (model.objects.order_by("id").first().id for model in (models.Visit, models.Breach, models.Aefi))  # fmt: skip
    for path in (
        f"visits/{visit}/",
        f"residents/{baby.index_number}/",
        f"residents/{baby.index_number}/certificate.pdf",
        f"residents/{baby.index_number}/reaction/",
        f"fridges/{stocked}/",
        f"breaches/{breach}/",
        f"reactions/{card}/",
    ):
        assert stranger.get(f"{ROOT}{path}").status_code == 404, path
    for path in ("", "stock/", "stock/ledger/", "breaches/?only=all", "reactions/", "late/", "late.csv", "coverage/"):  # fmt: skip
        page = stranger.get(f"{ROOT}{path}").content.decode()
        assert "李小满" not in page and "1号冰箱" not in page, path
    assert "李小满" not in text(stranger.get(f"{ROOT}lots/{models.Lot.objects.get(number='A1').id}/"))  # fmt: skip
    assert post(stranger, f"visits/{visit}/", do="leave", version=1, reason="x").status_code == 404
    assert baby.index_number not in text(stranger.get(f"{ROOT}?q=李小满"))
