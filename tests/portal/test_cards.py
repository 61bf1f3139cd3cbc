"""E-health cards, family and sharing at the pages: who may, what is shown, what is refused."""

import io
import json
import re

import pytest
from pypdf import PdfReader

from kangmai.identity.cards import models
from kangmai.identity.family.models import Authority
from kangmai.identity.family.types import Kind
from tests.factories import portal_town
from tests.factories.cards import PIN
from tests.factories.portal_town import AT, OPERATOR

KEY = "0192f0c0-0000-7000-8000-00000000000"


@pytest.fixture(scope="module", autouse=True)
def child(town):
    """A daughter of six of the town's resident, and a second account in the city."""
    import datetime

    from kangmai.identity import actions
    from kangmai.identity.types import Demographics

    portal_town.add_reviewer(town)
    known = Demographics(
        "梁小苗", "2", datetime.date(2019, 5, 4), portal_town.VILLAGE, mother="梁秀英"
    )
    return actions.register_resident(known, managing_org=town.station.id, actor=OPERATOR, at=AT)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def code_of(town, resident) -> str:
    """A code as the resident's phone would show it now."""
    from datetime import UTC, datetime

    from kangmai.identity.cards.actions import show_code
    from tests.factories.cards import himself

    return show_code(resident.id, actor=himself(resident), at=datetime.now(UTC)).text


def desk_of(resident) -> str:
    return f"/residents/{resident.index_number}/card/"


def test_who_may_open_the_pages_of_cards(town, enter):
    pages = {
        "/my-card/": {"liang": 200},
        "/family/": {"liang": 200},
        "/my-sharing/": {"liang": 200},
        "/my-sharing/copy.json": {"liang": 200},
        "/cards/scan/": {"village": 200, "clinician": 200, "elsewhere": 200, "township": 200},
        "/cards/": {"officer": 200, "township": 200},
        desk_of(town.chen): {"village": 200, "township": 200, "clinician": 404, "elsewhere": 404},
        f"/residents/{town.chen.index_number}/family/": {
            "village": 200,
            "township": 200,
            "elsewhere": 404,
        },
    }
    for login in ("admin", "officer", "village", "clinician", "elsewhere", "liang", "township"):
        client = enter(login)
        found = {path: client.get(path).status_code for path in pages}
        assert found == {path: who.get(login, 403) for path, who in pages.items()}, login
    assert {enter().get(path).status_code for path in pages} == {302}


def test_desk_issues_prints_suspends_and_replaces(town, enter):
    village, page = enter("village"), desk_of(town.chen)
    answer = village.post(f"{page}issue/", {"key": f"{KEY}1", "pin": "111111"}, follow=True)
    assert "do not count up or down" in text_of(answer)
    village.post(f"{page}issue/", {"key": f"{KEY}1", "pin": PIN})
    village.post(f"{page}issue/", {"key": f"{KEY}1", "pin": PIN})
    (card,) = models.Card.objects.filter(resident_id=town.chen.id)
    paper = village.post(f"{page}print/")
    assert paper["Content-Type"] == "application/pdf"
    said = PdfReader(io.BytesIO(b"".join(paper.streaming_content))).pages[0].extract_text()
    said = said.replace("\x00", "")
    assert "陈国华" in said and card.number in said.replace(" ", "")
    for client in (enter("elsewhere"), enter("clinician")):
        for deed in ("issue", "suspend", "cancel", "pin", "replace"):
            refused = client.post(f"{page}{deed}/", {"reason": "x", "version": "1", "pin": PIN})
            assert refused.status_code in (403, 404)
    village.post(f"{page}suspend/", {"reason": "遗失", "version": "7"})
    assert models.Card.objects.get(id=card.id).state == "active"
    village.post(f"{page}suspend/", {"reason": "遗失", "version": "1"})
    assert "suspended" in text_of(village.get(page))
    assert "suspended" in text_of(village.post(f"{page}print/", follow=True))
    village.post(f"{page}replace/", {"reason": "补卡", "version": "2", "key": f"{KEY}2"})
    states = models.Card.objects.filter(resident_id=town.chen.id).order_by("id")
    assert list(states.values_list("state", flat=True)) == ["replaced", "active"]
    assert village.post(f"{page}burn/").status_code == 404


def test_resident_gets_shows_and_suspends_his_card_and_a_desk_reads_it(town, enter):
    liang, clinician = enter("liang"), enter("clinician")
    assert "no e-health card yet" in text_of(liang.get("/my-card/"))
    liang.post("/my-card/issue/", {"key": f"{KEY}3"})
    page = liang.get("/my-card/").content.decode()
    assert "data:image/svg+xml" in page and "梁秀英" in page
    assert "data:image/svg+xml" in liang.get("/my-card/code/").content.decode()
    text = code_of(town, town.liang)
    read = clinician.post("/cards/scan/read/", {"code": text, "scene": "pharmacy"})
    assert read["Permissions-Policy"].startswith("camera=(self)")
    assert "梁秀英" in text_of(read) and "Open the record" not in text_of(read)
    again = clinician.post(
        "/cards/scan/read/", {"code": text, "scene": "pharmacy"}, headers={"HX-Request": "true"}
    )
    assert 'data-outcome="replayed"' in again.content.decode()
    assert "<html" not in again.content.decode() and "梁秀英" not in text_of(again)
    village = enter("village")
    seen = village.post("/cards/scan/read/", {"code": code_of(town, town.liang)})
    assert "Open the record" in text_of(seen)
    assert "Zhaoqing First People" in text_of(liang.get("/my-card/"))
    liang.post("/my-card/suspend/")
    assert "suspended" in text_of(liang.get("/my-card/"))
    assert liang.get("/my-card/code/").status_code == 409


def test_printed_code_asks_for_a_second_factor(town, child, enter):
    from datetime import UTC, datetime

    from kangmai.identity.cards.actions import issue_card, print_code
    from kangmai.kernel.ids import uuid7

    now = datetime.now(UTC)
    card = issue_card(child.id, pin=PIN, key=uuid7(), actor=OPERATOR, at=now)
    text = print_code(card.id, actor=OPERATOR, at=now).text
    client = enter("clinician")
    asked = client.post("/cards/scan/read/", {"code": text})
    assert 'data-outcome="factor_missing"' in asked.content.decode()
    assert f'name="code" value="{text}"' in asked.content.decode()
    assert "梁小苗" in text_of(client.post("/cards/scan/read/", {"code": text, "pin": PIN}))
    assert client.post("/cards/scan/read/", {"code": text, "scene": "cinema"}).status_code == 400
    assert enter("liang").post("/cards/scan/read/", {"code": text}).status_code == 403


def test_counts_are_of_the_own_area(town, enter):
    mine = text_of(enter("township").get("/cards/?days=7"))
    assert "Chengdong Community Health Station" in mine
    assert "Chengdong Community Health Station" in text_of(enter("officer").get("/cards/"))


def test_guardian_is_written_down_and_acts(town, child, enter):
    village, liang = enter("village"), enter("liang")
    page = f"/residents/{child.index_number}/family/"
    form = {
        "holder": town.liang.index_number,
        "evidence": "guardian:birth_certificate",
        "power": ["record", "card"],
    }
    assert (
        enter("elsewhere").post(f"{page}add/", form).status_code == 404
        or not Authority.objects.exists()
    )
    village.post(f"{page}add/", form)
    made = Authority.objects.get()
    assert (made.kind, made.subject_id, made.holder_id) == (Kind.GUARDIAN, child.id, town.liang.id)
    assert "梁小苗" in text_of(liang.get("/family/"))
    assert liang.post("/family/act/", {"resident": str(town.chen.id)}).status_code == 403
    assert liang.post("/family/act/", {"resident": str(child.id)}).status_code == 302
    told = text_of(liang.get("/my-record/"))
    assert "You act for 梁小苗" in told
    assert "data:image/svg+xml" in liang.get("/my-card/").content.decode()
    assert liang.get("/my-sharing/").status_code == 403
    assert liang.get("/family/").status_code == 403
    assert liang.get(f"/residents/{town.liang.index_number}/").status_code in (403, 404)
    liang.post("/family/stop/")
    assert "You act for" not in text_of(liang.get("/my-record/"))
    assert enter("elsewhere").post(f"{page}{made.id}/end/", {"version": "1"}).status_code != 200
    village.post(f"{page}{made.id}/end/", {"version": "1"})
    assert Authority.objects.get().ended_at is not None


def test_resident_authorises_by_number_and_name_together(town, enter):
    liang = enter("liang")
    form = {
        "number": town.chen.index_number,
        "name": "陈某",
        "power": ["card"],
        "until": "2027-03-01",
    }
    assert "number and this name" in text_of(liang.post("/family/authorise/", form, follow=True))
    assert "Authorise" in text_of(
        liang.post("/family/authorise/", form | {"until": "x"}, follow=True)
    )
    before = Authority.objects.count()
    liang.post("/family/authorise/", form | {"name": "陈国华"})
    assert Authority.objects.count() == before + 1
    assert "陈国华" in text_of(liang.get("/family/"))


def test_sharing_objecting_and_taking_a_copy(town, enter):
    liang = enter("liang")
    liang.post("/my-sharing/give/", {"kind": "share", "organization": "YY-441202-1"})
    page = text_of(liang.get("/my-sharing/"))
    assert "Zhaoqing First People" in page and "may see my record" in page
    refused = liang.post("/my-sharing/give/", {"kind": "share", "organization": "NO"}, follow=True)
    assert "There is no institution “NO”" in text_of(refused)
    number = re.search(r"/my-sharing/(\d+)/withdraw/", liang.get("/my-sharing/").content.decode())[
        1
    ]
    assert enter("village").post(f"/my-sharing/{number}/withdraw/").status_code == 403
    assert "may see my record" in text_of(liang.get("/my-sharing/"))
    liang.post(f"/my-sharing/{number}/withdraw/")
    assert "You have decided nothing" in text_of(liang.get("/my-sharing/"))
    sent = liang.get("/my-sharing/copy.json")
    bundle = json.loads(b"".join(sent.streaming_content))
    kinds = {each["resource"]["resourceType"] for each in bundle["entry"]}
    assert {"Patient", "Observation", "Condition", "Encounter"} <= kinds
    assert town.chen.patient_id not in json.dumps(bundle)
