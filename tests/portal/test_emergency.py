"""Pages of emergency mode: shut while asleep, open by role and place while an order holds, shut again after it."""

import html
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.urls import get_resolver

from kangmai.epidemic.orders import models as orders
from kangmai.epidemic.venues import models
from kangmai.epidemic.venues.types import Channel
from kangmai.portal.orders.gate import OPEN
from kangmai.registry.types import OrganizationKind as K
from kangmai.standards.calendars import LEGAL_TIME
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.orders.test_asleep import ROOMS, imported
from tests.epidemic.tracing.factories import case
from tests.factories import portal_town
from tests.factories.portal_town import _account, _institution

ROOT = "emergency-mode/"
UUID = "01890000-0000-7000-8000-000000000001"
SAMPLE = {"uuid": UUID, "int": "1", "str": "AAAA"}


def addresses():
    """Every address of the mode with a sample in each of its gaps."""
    found = {}
    for pattern in _flat(get_resolver().url_patterns):
        route = str(pattern.pattern)
        if route.startswith(ROOT) and pattern.name not in OPEN:
            found[pattern.name] = "/" + re.sub(r"<(\w+):\w+>", lambda m: SAMPLE[m[1]], route)
    return found


def _flat(patterns):
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from _flat(each.url_patterns)
        else:
            yield each


@pytest.fixture(scope="module")
def people(town):
    """Beside the town: disease control, which signs as the second role."""
    disease_control = _institution(
        "CDC-4412",
        "肇庆市疾病预防控制中心",
        "Zhaoqing CDC",
        K.CDC,
        "441200",
        jurisdiction_code="441200",
    )
    _account("cdc", "吴敏", "cdc_epidemiologist", disease_control)
    _account("cdc2", "许强", "cdc_epidemiologist", disease_control)
    portal_town.add_reviewer(town)
    return town


def test_every_page_of_the_mode_refuses_while_it_sleeps(people, enter):
    found = addresses()
    assert len(found) >= 18
    for login in ("officer", "cdc", "township", ""):
        client = enter(login)
        for name, address in found.items():
            statuses = {client.get(address).status_code, client.post(address, {}).status_code}
            # a visitor is sent to the login first; who is logged in is told that the mode sleeps
            assert statuses <= {409, 405, 302 if not login else 409}, (login, name, statuses)
    assert "asleep" in enter("officer").get("/emergency-mode/").content.decode()


def test_no_page_outside_the_mode_reads_its_rooms():
    """What is answered below other addresses stands in modules that import nothing of the mode's actions and queries."""
    mode = tuple(apps.get_app_config(label).name for label in ROOMS)
    doors = {f"{room}.{kind}" for room in mode for kind in ("actions", "queries")}
    views = {
        each.callback.__module__
        for each in _flat(get_resolver().url_patterns)
        if not str(each.pattern).startswith(ROOT) and each.callback.__module__.startswith("kangmai")
    }
    assert len(views) > 40
    found = {
        view: opened
        for view in views
        if (opened := doors & set(imported(Path(sys.modules[view].__file__))))
    }
    assert found == {}


def form(**more):
    now = datetime.now(LEGAL_TIME)
    return {
        "key": "one",
        "title": "城东处置",
        "disease": "covid_19",
        "edition": "v9",
        "purpose": ["registration", "scanning", "colours", "tracing"],
        "area": ["441202"],
        "starts": f"{now:%Y-%m-%dT%H:%M}",
        "ends": f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}",
        "basis": "市指挥部决定",
        **more,
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"retention_days": "abc"}, "abc” is no number of days"),
        ({"retention_days": "²"}, "²” is no number of days"),
        ({"towns": "999999"}, "no division of this city"),
        ({"ends": ""}, "Give start and end"),
    ],
)
def test_a_refused_draft_keeps_what_was_typed_and_says_what_is_wrong(people, enter, given, said):
    answer = enter("officer").post("/emergency-mode/orders/new/", form(**given))
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 400 and said in page, page
    assert 'value="城东处置"' in page and "市指挥部决定" in page
    (name, value), *_more = given.items()
    assert re.search(rf'name="{name}"[^>]*value="{value}"', page), name


def test_a_whole_order_from_the_draft_to_the_proof(people, enter):
    officer, cdc, township, visitor = (enter(each) for each in ("officer", "cdc", "township", ""))
    assert township.get("/emergency-mode/orders/new/").status_code == 403
    assert (
        "at least one"
        in officer.post("/emergency-mode/orders/new/", form(area=[])).content.decode()
    )
    hour_ago = f"{datetime.now(LEGAL_TIME) - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    late = officer.post("/emergency-mode/orders/new/", form(starts=hour_ago)).content.decode()
    assert "at most 10 minutes back" in late and 'value="城东处置"' in late and hour_ago in late
    address = officer.post("/emergency-mode/orders/new/", form())["Location"]
    assert "asleep" in officer.get("/emergency-mode/").content.decode()

    def change(client, do, **more):
        version = re.search(r'name="version" value="(\d+)"', client.get(address).content.decode())
        given = {"do": do, "version": version[1] if version else "0", **more}
        return client.post(f"{address}change/", given, follow=True).content.decode()

    change(officer, "sign")
    assert officer.get("/emergency-mode/command/").status_code == 409
    change(cdc, "sign")
    assert officer.get("/emergency-mode/command/").status_code == 200
    signed = officer.get(address).content.decode()
    assert all(each in signed for each in ("李卫东", "吴敏", "Zhaoqing CDC")), signed
    assert "account" not in signed and "Contact tracing, " not in signed
    assert "Colour decisions, " in signed and "、" not in signed
    assert "、" in enter("officer", language="zh").get(address).content.decode()
    notice = visitor.get("/emergency-mode/notice/").content.decode()
    assert "城东处置" in notice and "市指挥部决定" in notice

    number = make_identity_number(region="441202", birth_on=date(1990, 5, 6), sequence=8)
    me = {
        "name": "周明",
        "document_kind": "01",
        "document_number": number,
        "phone": "13800138000",
        "place_code": "441202001",
    }
    wrong = visitor.post("/emergency-mode/register/", {**me, "phone": ""})
    assert (wrong.status_code, models.Person.objects.count()) == (400, 0)
    assert visitor.post("/emergency-mode/register/", me)["Location"] == "/emergency-mode/code/"
    code_page = visitor.get("/emergency-mode/code/").content.decode()
    assert "<svg" in code_page and "周*" in code_page
    shown = re.search(r'pass-text">([0-9A-Z-]{14})<', code_page)[1]

    place = {
        "name": "城东市场",
        "kind": "market",
        "place_code": "441202001",
        "entrances": "东门\n西门",
        "key": "v1",
    }
    venue = township.post("/emergency-mode/venues/", place)["Location"]
    poster = township.get(f"{venue}poster/").content.decode()
    hung = re.findall(r'<p class="code">([0-9A-Z]{23})</p>', poster)
    assert len(hung) == 2 and poster.count('class="poster-qr"') == 2
    scan = f"/emergency-mode/scan/{hung[0]}/"
    forged = hung[0][:-1] + ("0" if hung[0][-1] != "0" else "1")
    assert "I am here" in visitor.get(scan).content.decode()
    number = orders.Order.objects.get().number
    public = [visitor.get(each).content.decode() for each in (scan, "/emergency-mode/register/")]
    for page in (notice, code_page, poster, *public):
        assert number in page
    answer = visitor.post(scan, {"client": "c1"}).content.decode()
    assert number in answer
    assert 'id="answer"' in answer and "Green: please come in" in answer
    assert visitor.get(f"/emergency-mode/scan/{forged}/").status_code == 422
    grandmother = make_identity_number(region="441202", birth_on=date(1950, 5, 6), sequence=9)
    visitor.post(
        "/emergency-mode/code/",
        {**me, "name": "周奶奶", "document_number": grandmother, "phone": ""},
    )
    (along,) = re.findall(
        r'name="along" value="([0-9A-Z-]{14})"', visitor.get(scan).content.decode()
    )
    both = {"client": "c9", "along": [along, "AAAA-AAAA-AAAA"]}
    for _twice in range(2):
        assert visitor.post(scan, both).content.decode().count("Green: please come in") == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT channel, source, person FROM venues_scan ORDER BY channel")
        (_first, owner, _own), second, proxy = cursor.fetchall()
    assert owner < 0 and second == (Channel.PHONE, owner, -owner)
    assert proxy[:2] == (Channel.PROXY, owner) and proxy[2] != -owner

    propose = {
        "pass": shown,
        "reason": "contact_in_quarantine",
        "evidence_kind": "contact_record",
        "evidence": "JL-1",
        "key": "c1",
    }
    assert cdc.post("/emergency-mode/colours/", propose).status_code == 302
    decision = models.Decision.objects.get()
    cdc.post(f"/emergency-mode/colours/{decision.id}/", {"do": "approve", "version": "1"})
    assert models.Decision.objects.get().state == "proposed"
    enter("cdc2").post(f"/emergency-mode/colours/{decision.id}/", {"do": "approve", "version": "1"})
    assert "do not come in" in visitor.post(scan, {"client": "c2"}).content.decode()
    visitor.post("/emergency-mode/appeal/", {"text": "我不在场"})
    appeal = models.Appeal.objects.get()
    assert "我不在场" in officer.get("/emergency-mode/appeals/").content.decode()
    lift = {"do": "lift", "version": "1", "answer": "核实无误"}
    officer.post(f"/emergency-mode/appeals/{appeal.id}/", lift)
    assert "please come in" in visitor.post(scan, {"client": "c3"}).content.decode()
    assert officer.get("/emergency-mode/colours/report/?edition=ten_measures").status_code == 200

    question = {
        "kind": "places",
        "case_number": "C-1",
        "passes": shown,
        "reason": "流调",
        "key": "w",
        "first": "",
        "last": "",
    }
    assert cdc.post("/emergency-mode/ways/", question).status_code == 400
    today = datetime.now(LEGAL_TIME).date()
    question |= {"first": f"{today - timedelta(days=2)}", "last": f"{today + timedelta(days=1)}"}
    invented = cdc.post("/emergency-mode/ways/", question)
    assert "No case C-1 is investigated where you work" in invented.content.decode()
    question["case_number"] = case(at=datetime.now(UTC)).number
    way = cdc.post("/emergency-mode/ways/", question)["Location"]
    assert cdc.get(f"{way}?read=1").status_code == 409
    enter("cdc2").post(f"{way}decide/", {"do": "approve", "version": "1"})
    assert "城东市场" in cdc.get(f"{way}?read=1").content.decode()

    for login, allowed in {
        "elsewhere": set(),
        "clinician": set(),
        "township": {"venues", "people", "command"},
        "cdc": {"command", "colours", "appeals", "ways"},
        "officer": {"command", "appeals", "colours/report"},
    }.items():
        client = enter(login)
        pages = ("venues", "people", "command", "colours", "appeals", "ways", "colours/report")
        opened = {
            page for page in pages if client.get(f"/emergency-mode/{page}/").status_code == 200
        }
        assert opened - allowed <= ({"people"} if login == "elsewhere" else set()), (login, opened)
        assert allowed <= opened, (login, opened)
    assert "周明" not in enter("elsewhere").get("/emergency-mode/people/").content.decode()
    assert enter("elsewhere").get(venue).status_code == 403

    change(officer, "end", reason="疫情扑灭")
    for client, page in (
        (visitor, scan),
        (visitor, "/emergency-mode/code/"),
        (cdc, way),
        (township, venue),
    ):
        assert client.get(page).status_code == 409
    assert "data that name people" in officer.get(f"{address}?proof=1").content.decode()
    change(officer, "erase")
    assert "data that name people" in officer.get(f"{address}?proof=1").content.decode()
    shown = officer.get(address).content.decode()
    change(
        officer, "erase", number=re.search(r"number of the order, (D?\d{4}-\d{4})", shown).group(1)
    )
    assert (
        "nothing held under this order names anybody"
        in officer.get(f"{address}?proof=1").content.decode()
    )
    assert (models.Person.objects.count(), models.Decision.objects.get().person_id) == (0, None)
    assert "城东处置" not in visitor.get("/emergency-mode/notice/").content.decode()
