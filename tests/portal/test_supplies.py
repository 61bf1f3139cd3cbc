"""The pages of supplies: who opens which, a keeper's day on a phone, a plan carried out by both ends, files."""

import datetime
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.epidemic.supplies import models
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town

ROOT = "/supplies/"
PAGES = ("", "{centre}/", "{centre}/entries/", "{centre}/posts/", "{centre}/book/", "expiring/", "stocks.csv", "import/", "plan/", "transfers/")  # fmt: skip
LATER = (legal_day(datetime.datetime.now(datetime.UTC)) + datetime.timedelta(400)).isoformat()


def stored(client, organization, kind, **said):
    form = {"kind": kind, "key": str(uuid4()), **said}
    return client.post(f"{ROOT}{organization}/book/", form)


def balance(organization, item="n95"):
    rows = models.Balance.objects.filter(store_id=organization, item=item)
    return sum(row.quantity for row in rows)


@pytest.fixture(scope="module")
def keepers(town):
    """Storekeepers of the hospital and of the neighbour, and the centre's public-health worker."""
    portal_town._account("store", "孙库管", "storekeeper", town.hospital)
    portal_town._account("store2", "钱库管", "storekeeper", town.elsewhere)
    portal_town.add_reviewer(town)
    return town


@pytest.fixture(scope="module")
def filled(keepers):
    """The centre is short of respirators, the hospital has many; both said who is at post."""
    from django.test import Client

    for login, organization, quantity in (("township", keepers.centre.id, 90), ("store", keepers.hospital.id, 9000)):  # fmt: skip
        client = Client(SERVER_NAME="localhost")
        client.cookies["django_language"] = "en"
        client.post("/login/", {"login": login, "password": portal_town.PASSWORD})
        saved = client.post(f"{ROOT}{organization}/posts/", {"version": "0", "amount-sampler": "5", "shifts-sampler": "2"})  # fmt: skip
        assert saved.status_code == 302, saved.content.decode()
        for item in ("n95", "suit", "face_shield", "gloves"):
            said = {"item": item, "lot": "A1", "expires_on": LATER, "partner": "某公司", "quantity": quantity * 2}  # fmt: skip
            assert stored(client, organization, "receipt", **said).status_code == 302
        stored(client, organization, "receipt", item="hand_rub", quantity=900_000)
    return keepers


def test_who_opens_which_page(enter, filled):
    expected = {
        "officer": (200, 200, 200, 403, 403, 200, 200, 403, 200, 200),
        "township": (302, 200, 200, 200, 200, 200, 200, 200, 403, 200),
        "store": (302, 404, 404, 404, 404, 200, 200, 200, 403, 200),
        "store2": (302, 404, 404, 404, 404, 200, 200, 200, 403, 200),
        "village": (302, 404, 404, 404, 404, 200, 200, 200, 403, 200),
        "clinician": (403,) * 10,
        "elsewhere": (403,) * 10,
        "liang": (403,) * 10,
        "admin": (403,) * 10,
    }
    ids = {"centre": filled.centre.id}
    found = {
        login: tuple(enter(login).get(f"{ROOT}{path.format(**ids)}").status_code for path in PAGES)
        for login in expected
    }
    assert found == expected
    assert enter().get(ROOT).status_code == 302
    for login in ("store", "store2", "village", "clinician"):
        before = balance(filled.centre.id)
        answer = stored(enter(login), filled.centre.id, "issue", item="n95", quantity="1")
        assert answer.status_code in (403, 404)
        assert balance(filled.centre.id) == before


def test_neither_list_nor_file_nor_board_shows_the_neighbour(enter, filled):
    neighbour = enter("store2")
    for path in ("expiring/?days=365&area=441200", "transfers/?state=all", "?area=441200"):
        text = neighbour.get(f"{ROOT}{path}").content.decode()
        assert "Chengdong" not in text and "First People" not in text, path
    assert neighbour.get(f"{ROOT}stocks.csv?area=441200").content.decode().count("\n") == 1
    own = enter("township").get(f"{ROOT}stocks.csv").content.decode()
    assert "SQ-441202001,端州区城东街道社区卫生服务中心,n95,N95 respirators,pieces,A1," in own
    assert "YY-441202-1" not in own


def test_the_board_leads_down_to_the_red_cell(enter, filled):
    officer = enter("officer")
    page = officer.get(ROOT).content.decode()
    assert "Duanzhou District" in page and "/supplies/?area=441202" in page
    inside = officer.get(f"{ROOT}?area=441202&only=short").content.decode()
    assert "Chengdong Community Health Centre" in inside and "First People" not in inside
    town = officer.get(f"{ROOT}?area=441202001").content.decode()
    assert re.search(r'tag-danger">\s*<span class="number">4 days</span>', town)
    assert officer.get(f"{ROOT}?area=999999").status_code == 400
    chinese = enter("officer", language="zh-hans").get(f"{ROOT}?area=441202001").content.decode()
    assert "4 天" in chinese and "红格" in chinese


def test_a_keeper_books_and_mends_a_mistake(enter, filled):
    keeper, id = enter("township"), filled.centre.id
    before = balance(id, "gloves")
    refused = stored(keeper, id, "issue", item="gloves", quantity=str(before + 1))
    assert refused.status_code == 400
    assert "There are only" in refused.content.decode()
    assert stored(keeper, id, "issue", item="gloves", quantity="7", partner="发热门诊").status_code == 302  # fmt: skip
    assert balance(id, "gloves") == before - 7
    ledger = keeper.get(f"{ROOT}{id}/entries/?item=gloves").content.decode()
    assert "发热门诊" in ledger and "-7" in ledger
    entry = re.search(r"/supplies/entries/([0-9a-f-]{36})/reverse/", ledger).group(1)
    keeper.post(f"{ROOT}entries/{entry}/reverse/", {"reason": "录错", "key": str(uuid4())})
    assert balance(id, "gloves") == before
    held = f"gloves|{LATER}|A1"
    assert stored(keeper, id, "count", held=held, quantity="5").status_code == 400  # says no reason
    assert balance(id, "gloves") == before
    assert stored(keeper, id, "receipt", item="cap", quantity="many").status_code == 400


def test_numbers_at_post_are_proposed_from_the_registry(enter, filled):
    keeper, id = enter("township"), filled.centre.id
    page = keeper.get(f"{ROOT}{id}/posts/?propose=1").content.decode()
    assert "This is a proposal" in page and "2 × 2" in page
    late = keeper.post(f"{ROOT}{id}/posts/", {"version": "0", "amount-sampler": "1"})
    assert late.status_code == 400 and "has changed this" in late.content.decode()


def test_a_plan_is_carried_out_by_both_ends(enter, filled):
    officer, donor, receiver = enter("officer"), enter("store"), enter("township")
    page = officer.get(f"{ROOT}plan/?make=1").content.decode()
    assert "no plan has fewer moves" in page and "9 days → 30 days" in page
    move = re.search(r'name="move" value="([^"]+)"', page).group(1)
    assert move.startswith(f"{filled.hospital.id}:{filled.centre.id}:")
    form = {"move": move, "reason": "补足储备", "key": str(uuid4())}
    for _ in range(2):
        assert officer.post(f"{ROOT}plan/", form).status_code == 302
    row = models.Transfer.objects.get()
    address = f"{ROOT}transfers/{row.id}/"
    assert enter("store2").get(address).status_code == 404
    assert "Send now" in donor.get(address).content.decode()
    donor.post(f"{address}change/", {"do": "send", "version": "1"})
    page = receiver.get(address).content.decode()
    sent = int(re.search(r'name="quantity-n95" value="(\d+)"', page).group(1))
    before = balance(filled.centre.id)
    receiver.post(f"{address}change/", {"do": "receive", "version": "2", "quantity-n95": str(sent - 3), "said": "少三只"})  # fmt: skip
    assert balance(filled.centre.id) == before + sent - 3
    assert "Sign the difference" not in receiver.get(address).content.decode()
    donor.post(f"{address}change/", {"do": "sign", "version": "3", "said": "已核实"})
    row.refresh_from_db()
    assert row.state == "received"
    assert ':n95=3"' in officer.get(f"{ROOT}plan/?make=1").content.decode()  # what broke is missing
    assert officer.post(f"{ROOT}plan/", {"move": "x", "key": str(uuid4())}).status_code == 302
    assert models.Transfer.objects.count() == 1


def test_an_officer_asks_for_goods_by_hand_and_sees_who_entered_nothing(enter, filled):
    officer = enter("officer")
    page = officer.get(f"{ROOT}transfers/").content.decode()
    form = {
        "key": re.search(r'name="key" value="([^"]+)"', page)[1], "donor": filled.hospital.id,
        "receiver": filled.centre.id, "item-1": "n95", "quantity-1": "7", "item-2": "suit", "quantity-2": "2", "reason": "演练",
    }  # fmt: skip
    first, again = (officer.post(f"{ROOT}transfers/ask/", form)["Location"] for _ in range(2))
    assert first == again
    transfer = models.Transfer.objects.get(reason="演练")
    assert {line.item: line.asked for line in transfer.lines.all()} == {"n95": 7, "suit": 2}
    wrong = officer.post(
        f"{ROOT}transfers/ask/", {**form, "key": "", "receiver": form["donor"]}, follow=True
    )
    assert "itself" in wrong.content.decode()
    assert enter("store").post(f"{ROOT}transfers/ask/", form).status_code in (302, 403)
    assert 'id="ask"' not in enter("store").get(f"{ROOT}transfers/").content.decode()
    assert models.Transfer.objects.filter(reason="演练").count() == 1
    board = officer.get(f"{ROOT}?area=441200").content.decode()
    assert "Nothing entered yet" in board and "Dinghu Community Health Centre" in board


def test_a_file_is_tried_then_taken(enter, filled):
    keeper = enter("township")
    good = "机构代码,物资,批号,有效期至,数量\nSQ-441202001,tent,,,4\n"
    for text, do, words, tents in (
        (good, "try", "Trial: nothing was changed", 0),
        (good + "YY-441202-1,tent,,,4\n", "take", "mend these lines", 0),
        (good, "take", "Counted", 4),
        ("什么\n", "take", "does not name the columns", 4),
    ):
        file = SimpleUploadedFile("counts.csv", text.encode())
        page = keeper.post(f"{ROOT}import/", {"file": file, "reason": "盘点", "do": do})
        assert words in page.content.decode()
        assert balance(filled.centre.id, "tent") == tents
