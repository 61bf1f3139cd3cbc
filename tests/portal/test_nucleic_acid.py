"""The pages of testing: a 10-in-1 round by five roles, refusals in words, nothing for the neighbour, asleep without an order."""

import datetime
import json
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.orders.models import Order
from kangmai.epidemic.orders.types import Purpose
from tests.epidemic.nucleic_acid.factories import NEGATIVE, POSITIVE, run_file
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town

ROOT = "/emergency-mode/testing/"
NOW = datetime.datetime.now(datetime.UTC)
PAGES = (
    "", "late/", "unsampled/", "planner/", "rounds/new/", "rounds/{round}/", "sites/{site}/", "sites/{site}/boxes/",
    "bench/", "pools/", "incidents/", "mine/", "flow/", "trips/", "rounds/{round}/plan/", "rounds/{round}/plans/",
    "rounds/{round}/shifts/",
)  # fmt: skip


def lab_accounts(town):
    portal_town._account("lab", "赵检验", "laboratory", town.hospital)
    portal_town._account("lab2", "钱审核", "laboratory", town.hospital)
    portal_town.add_reviewer(town)
    return town


@pytest.fixture(scope="module")
def awake_town(town):
    """The town under an order; the pages slept before it."""
    order_in_force(Purpose.TESTING, at=NOW - datetime.timedelta(minutes=5), days=2)
    portal_town._account("chen", "陈国华", "resident", None, resident=town.chen)
    return lab_accounts(town)


def local(moment):
    return (moment + datetime.timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture(scope="module")
def made(awake_town):
    """A round that the officer planned on his pages, with the station's site."""
    from django.test import Client

    officer = Client(SERVER_NAME="localhost")
    officer.cookies["django_language"] = "en"
    officer.post("/login/", {"login": "officer", "password": portal_town.PASSWORD})
    form = {
        "name": "第一轮", "kind": "screening", "areas": "441202", "mode": "10", "target": "1200", "key": str(uuid4()),
        "opens": local(NOW - datetime.timedelta(minutes=4)), "closes": local(NOW + datetime.timedelta(hours=24)),
    }  # fmt: skip
    for _ in range(2):
        answer = officer.post(f"{ROOT}rounds/new/", form)
        assert answer.status_code == 302, answer.content.decode()
    row = models.Round.objects.get()
    site = {
        "code": "A1", "name": "城东广场", "place": portal_town.VILLAGE, "lanes": "2",
        "organization": awake_town.station.id, "laboratory": awake_town.hospital.id,
    }  # fmt: skip
    officer.post(f"{ROOT}rounds/{row.id}/sites/", site)
    officer.post(f"{ROOT}rounds/{row.id}/", {"do": "open", "version": "1"})
    page = officer.get(f"{ROOT}rounds/{row.id}/").content.decode()
    assert "城东广场" in page and "Close the round" in page
    return {"round": row.id, "site": models.Site.objects.get().id}


def test_every_page_sleeps_without_an_order(enter, town):
    if models.Round.objects.exists():
        pytest.skip("the order is in force already")
    for login, path in (("village", ""), ("officer", "planner/"), ("liang", "mine/")):
        client = enter(login)
        assert client.get(f"{ROOT}{path}").status_code == 409, path
        assert f'href="{ROOT}' not in client.get("/").content.decode()


def test_the_menu_leads_here_while_an_order_is_in_force(enter, awake_town):
    for login, path in (("officer", ROOT), ("liang", f"{ROOT}mine/")):
        assert f'href="{path}"' in enter(login).get("/").content.decode()


def test_who_opens_which_page(enter, made):
    expected = {
        "officer": (200, 200, 200, 200, 200, 200, 403, 200, 403, 200, 200, 403, 200, 200, 200, 200, 200),
        "village": (200, 200, 200, 403, 403, 200, 200, 200, 403, 403, 200, 403, 200, 200, 403, 403, 200),
        "lab": (200, 200, 200, 403, 403, 200, 403, 200, 200, 403, 200, 403, 200, 403, 403, 403, 200),
        "elsewhere": (200, 200, 200, 403, 403, 404, 404, 404, 403, 403, 200, 403, 200, 200, 403, 404, 404),
        "clinician": (403,) * 17,
        "liang": (403,) * 11 + (200,) + (403,) * 5,
        "admin": (403,) * 17,
    }  # fmt: skip
    for login, statuses in expected.items():
        client = enter(login)
        found = tuple(client.get(f"{ROOT}{path.format(**made)}").status_code for path in PAGES)
        assert found == statuses, login
    assert enter().get(ROOT).status_code == 302


def scanned(client, made, code, **more):
    return client.post(f"{ROOT}sites/{made['site']}/scan/", {"code": code, "lane": "1", **more}).content.decode()  # fmt: skip


def deliver(village, lab, made, label, *codes):
    village.post(f"{ROOT}sites/{made['site']}/boxes/pack/", {"code": label, "tubes": "\n".join(codes), "key": str(uuid4())})  # fmt: skip
    village.post(f"{ROOT}sites/{made['site']}/boxes/send/", {"box": label, "carrier": "王师傅"})
    laboratory = str(models.Site.objects.get().laboratory_id)
    form = {"code": label, "laboratory": laboratory, "tubes": " ".join(codes), "temperature": "4.5"}
    assert lab.post(f"{ROOT}bench/receive/", form).status_code == 302


def run(lab, lab2, plate, cycles):
    # a whole minute that lies behind the tube: the 59th second of this one may lie before its closing
    began = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)
    form = {
        "code": plate, "laboratory": str(models.Site.objects.get().laboratory_id), "instrument": "SLAN", "kit": "K",
        "lot": "L", "started": local(began), "ended": local(began),
        "file": SimpleUploadedFile("run.csv", run_file(cycles)),
    }  # fmt: skip
    answer = lab.post(f"{ROOT}bench/import/", form)
    assert answer.status_code == 302
    page = lab.get(answer["Location"]).content.decode()
    assert "a colleague reviews it" in page
    assert (
        page.count("as it should be") == 2 and "not as it should be" not in page
    )  # both controls hold
    lab2.post(f"{answer['Location']}review/", {"version": "1"})
    return answer["Location"]


def certified(client):
    """The tubes for which somebody is offered a certificate, the newest first."""
    return re.findall(
        rf"{ROOT}mine/(\w+)/certificate/", client.get(f"{ROOT}mine/").content.decode()
    )


def has_no_certificate(client, tube):
    return certified(client) == [] and client.get(f"{ROOT}mine/{tube}/certificate/").status_code == 404  # fmt: skip


def test_a_round_with_one_positive_pool_to_its_end(enter, awake_town, made):
    village, lab, lab2, township = map(enter, ("village", "lab", "lab2", "township"))
    tube = "T00000000901"
    assert "Now scan the people." in scanned(village, made, tube)
    liang, chen = awake_town.liang.index_number, awake_town.chen.index_number
    page = scanned(village, made, liang, tube=tube, mode="10")
    assert "1 person in the tube." in page and "梁秀英" not in page
    scanned(village, made, chen, tube=tube, mode="10")
    page = scanned(village, made, "440111199003074515", tube=tube, mode="10", name="王小二")
    assert "3 / 10" in page
    assert "closed with 3 people" in scanned(village, made, tube, tube=tube, mode="10")
    assert "was used before" in scanned(village, made, liang, tube=tube, mode="10")
    assert "sampled in this round already" in scanned(village, made, liang, tube="T00000000902", mode="10")  # fmt: skip
    mine = enter("liang").get(f"{ROOT}mine/").content.decode()
    assert tube in mine and "result awaited" in mine and "城东应急处置" in mine
    assert has_no_certificate(enter("liang"), tube)
    deliver(village, lab, made, "BOX-901", tube)
    run(lab, lab2, "P901", {tube: POSITIVE})
    pool = models.Pool.objects.get()
    assert "Please stay where you are" in enter("liang").get(f"{ROOT}mine/").content.decode()
    assert has_no_certificate(enter("liang"), tube)
    page = township.get(f"{ROOT}pools/{pool.id}/").content.decode()
    assert "梁秀英" in page and "王小二" in page and "Take single samples" in page
    assert "梁秀英" not in enter("officer").get(f"{ROOT}pools/{pool.id}/").content.decode()
    change = f"{ROOT}pools/{pool.id}/change/"
    where = {f"where-{hold.id}": "在家" for hold in pool.holds.all()}
    township.post(change, {"do": "found", "version": "1", **where})
    singles = {}
    for n, number in enumerate((liang, liang, chen, chen, *["440111199003074515"] * 2)):
        single = f"S0000000090{n}"
        scanned(township, made, single, pool=str(pool.id))
        page = scanned(township, made, number, tube=single, mode="1", pool=str(pool.id), group="pool_follow_up", name="王小二")  # fmt: skip
        assert "closed with 1 person" in page, page
        singles[single] = POSITIVE if n == 0 else NEGATIVE
    door = f"{ROOT}sites/{made['site']}/?pool="
    assert f"{ROOT}pools/{pool.id}/" in township.get(f"{door}{pool.id}").content.decode()
    assert township.get(f"{door}x").status_code == 200
    assert "cannot be read" in scanned(township, made, liang, tube="S00000000910", mode="1", pool="x")  # fmt: skip
    deliver(village, lab, made, "BOX-902", *singles)
    run(lab, lab2, "P902", singles | {tube: POSITIVE})
    pool.refresh_from_db()
    assert certified(enter("liang")) == ["S00000000900"]  # positive; her negative one frees nobody
    assert all(has_no_certificate(enter("chen"), each) for each in ("S00000000902", "S00000000903"))
    positive = pool.holds.get(state="positive")
    township.post(change, {"do": "report", "version": str(pool.version), "hold": str(positive.id), "reference": "直报-1"})  # fmt: skip
    pool.refresh_from_db()
    township.post(change, {"do": "release", "version": str(pool.version)})
    pool.refresh_from_db()
    assert (pool.state, pool.retest_judgement) == ("concluded", "positive")
    page = township.get(f"{ROOT}pools/?show=concluded").content.decode()
    assert tube in page and "released" in page
    assert "Please stay" not in enter("liang").get(f"{ROOT}mine/").content.decode()
    for path in ("pools/", "pools/?show=concluded", "", "late/?within=24", "incidents/"):
        page = enter("elsewhere").get(f"{ROOT}{path}").content.decode()
        assert tube not in page and "城东广场" not in page
    for path in (f"pools/{pool.id}/", f"sites/{made['site']}/boxes/"):
        assert enter("elsewhere").get(f"{ROOT}{path}").status_code in (403, 404)
    assert enter("elsewhere").post(change, {"do": "release", "version": "9"}).status_code == 302
    pool.refresh_from_db()
    assert pool.holds.filter(state="released").count() == 2


def test_a_plan_from_the_question_to_the_courier(enter, awake_town, made):
    """The officer reckons, keeps and releases; the station's courier sees a trip; the neighbour none of it."""
    officer, village = enter("officer"), enter("village")
    path = f"{ROOT}rounds/{made['round']}/plan/"
    laboratory, site = awake_town.hospital.id, made["site"]
    page = officer.get(path).content.decode()
    assert f'name="people-{site}"' in page and f'name="tubes-{laboratory}"' in page
    form = {
        "mode": "10", "hours": "8", "prevalence": "0.05", "every": "2", "run": "3", "road": "4", "key": str(uuid4()),
        f"people-{site}": "900", f"tubes-{laboratory}": "",
    }  # fmt: skip
    assert "cannot be read" in officer.post(path, form).content.decode()
    form[f"tubes-{laboratory}"] = "480"
    page = officer.post(path, {**form, "do": "reckon"}).content.decode()
    assert "20 in 1" in page and "one more laboratory of 480 tubes a day" in page
    assert "Last result after" in page and "Keep this plan" in page
    for _ in range(2):  # sent twice, kept once
        answer = officer.post(path, {**form, "do": "save", "note": "演练方案"})
        assert answer.status_code == 302
    (kept,) = models.SavedPlan.objects.all()
    address = answer["Location"]
    assert "No trip yet" in village.get(f"{ROOT}trips/").content.decode()
    page = officer.get(address).content.decode()
    assert "Release to the couriers" in page and "演练方案" in page
    officer.post(address, {"version": "1"})
    kept.refresh_from_db()
    assert kept.state == "released"
    page = village.get(f"{ROOT}trips/").content.decode()
    trip = models.PlannedTrip.objects.first()
    assert "I drive it" in page and "城东广场" in page
    village.post(f"{ROOT}trips/{trip.id}/", {"do": "take", "version": "1"})
    assert "Give it back" in village.get(f"{ROOT}trips/").content.decode()
    for login in ("elsewhere", "village", "lab"):
        assert enter(login).get(address).status_code in (403, 404), login
    page = enter("elsewhere").get(f"{ROOT}trips/").content.decode()
    assert "城东广场" not in page
    shifts = f"{ROOT}rounds/{made['round']}/shifts/"
    assert "Lane 2" in officer.get(shifts).content.decode()
    answer = officer.post(shifts, {"site": site, "lane": "1", "duty": "sampler", "from": "x", "to": "y"})  # fmt: skip
    assert answer.status_code == 302
    assert "cannot be read" in officer.get(answer["Location"]).content.decode()


def test_a_certificate_says_what_a_published_result_says_and_only_to_its_owner(
    enter, awake_town, made
):
    """After the round above: the pool and the singles of its residents have their results."""
    liang = enter("liang")
    found = re.findall(
        rf"{ROOT}mine/(\w+)/certificate/", liang.get(f"{ROOT}mine/").content.decode()
    )
    assert found
    page = liang.get(f"{ROOT}mine/{found[0]}/certificate/").content.decode()
    assert "梁秀英" in page and found[0] in page and "441202********" in page
    assert liang.get(f"{ROOT}mine/T00000000999/certificate/").status_code == 404
    for other in ("village", "officer"):
        assert enter(other).get(f"{ROOT}mine/{found[0]}/certificate/").status_code == 403
    shown = set(found)
    own = models.Sample.objects.filter(person_id=awake_town.liang.id).values_list(
        "tube_id", flat=True
    )
    tubes = {each.code: each for each in models.Tube.objects.filter(id__in=list(own))}
    assert shown < set(tubes)  # the positive pool stands for nobody alone
    assert all((t.state, t.mode) == ("positive", 1) or t.state == "negative" for t in tubes.values() if t.code in shown)  # fmt: skip
    for code in set(tubes) - shown:
        assert liang.get(f"{ROOT}mine/{code}/certificate/").status_code == 404, code
    others = (
        models.Tube.objects.filter(mode=1).exclude(code__in=tubes).values_list("code", flat=True)
    )
    assert others
    for code in others:
        assert liang.get(f"{ROOT}mine/{code}/certificate/").status_code == 404, code
    address = f"{ROOT}mine/{found[0]}/certificate/"
    assert enter().get(address).status_code == 302
    for language, word in (("zh-hans", "核酸检测证明"), ("en", "Certificate of a test")):
        page = enter("liang", language=language).get(address).content.decode()
        assert word in page and "城东应急处置" in page
    tube = tubes[found[0]]
    for state in ("suspect", "void", "retest"):
        models.Tube.objects.filter(id=tube.id).update(state=state)
        assert liang.get(address).status_code == 404, state
        assert address not in liang.get(f"{ROOT}mine/").content.decode()
    models.Tube.objects.filter(id=tube.id).update(state=tube.state, published_at=None)
    assert liang.get(address).status_code == 404
    models.Tube.objects.filter(id=tube.id).update(published_at=tube.published_at)
    assert liang.get(address).status_code == 200


def test_a_certificate_names_its_order_and_opens_to_no_other_resident_or_role(enter, made):
    """After the round above: its people were released, one was reported."""
    liang, chen = enter("liang"), enter("chen")
    assert certified(chen) == ["S00000000903", "S00000000902"]
    page = chen.get(f"{ROOT}mine/s00000000903/certificate/").content.decode()
    number = Order.objects.get().number
    for said in (
        "陈国华",
        "S00000000903",
        "441202********",
        "negative",
        "1 in 1",
        "城东广场",
        number,
    ):
        assert said in page, said
    page = liang.get(f"{ROOT}mine/S00000000900/certificate/").content.decode()
    assert "梁秀英" in page and "positive" in page and "negative" not in page.split("</dl>")[0]
    page = enter("chen", language="zh-hans").get(f"{ROOT}mine/S00000000903/certificate/")
    assert "阴性" in page.content.decode() and "演练" not in page.content.decode()
    assert liang.get(f"{ROOT}mine/T00000000999/certificate/").status_code == 404
    assert liang.get(f"{ROOT}mine/T00000000901/certificate/").status_code == 404  # the pool's
    assert liang.get(f"{ROOT}mine/S00000000903/certificate/").status_code == 404  # another's
    assert chen.get(f"{ROOT}mine/S00000000900/certificate/").status_code == 404
    for other in ("village", "officer", "township", "lab", "elsewhere"):
        assert enter(other).get(f"{ROOT}mine/S00000000903/certificate/").status_code == 403, other
    assert enter().get(f"{ROOT}mine/S00000000903/certificate/").status_code == 302


def test_an_upload_of_a_scanner_and_its_incident(enter, awake_town, made):
    village = enter("village")
    path = f"{ROOT}sites/{made['site']}/upload/"
    swab = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)).isoformat()
    tubes = [
        {
            "client_id": str(uuid4()), "code": "T00000000911", "mode": 1, "closed_at": swab,
            "people": [{"number": f"guest-{n}", "name": "客", "at": swab}],
        }
        for n in range(2)
    ]  # fmt: skip
    box = {"client_id": str(uuid4()), "code": "BOX-911", "tubes": ["T00000000911"], "packed_at": swab}  # fmt: skip
    sent = json.dumps({"tubes": tubes, "boxes": [box]})
    first = village.post(path, sent, content_type="application/json").json()
    assert [t["outcome"] for t in first["tubes"]] == ["taken", "refused"]
    again = village.post(path, sent, content_type="application/json").json()
    assert [t["outcome"] for t in again["tubes"] + again["boxes"]] == ["again", "refused", "again"]
    for wrong in ("", "[]", '{"tubes": [{}]}', '{"tubes": [3]}'):
        assert village.post(path, wrong, content_type="application/json").status_code == 400, wrong
    assert enter("elsewhere").post(path, sent, content_type="application/json").status_code in (403, 404)  # fmt: skip
    page = village.get(f"{ROOT}incidents/").content.decode()
    address = re.search(rf"{ROOT}incidents/[0-9a-f-]{{36}}/", page)[0]
    twice = {**tubes[0], "client_id": str(uuid4()), "code": "T00000000913"}
    village.post(path, json.dumps({"tubes": [twice]}), content_type="application/json")
    noted = village.get(f"{ROOT}incidents/").content.decode()
    assert "place in the tube: 1<" in noted and "place in the tube: 0" not in noted
    assert "made for: 1" in page and "People: 1" in page
    form = {"how": "relabel", "note": "补贴新码", "code": "T00000000912", "version": "1"}
    village.post(address, form)
    assert models.Tube.objects.get(code="T00000000912").people == 1
    page = village.get(f"{ROOT}incidents/?show=settled").content.decode()
    assert "补贴新码" in page
    village.post(address, {**form, "how": "burn"})
    assert "cannot be read: burn" in village.get(f"{ROOT}incidents/").content.decode()


def test_wrong_forms_are_told_in_words(enter, made):
    lab, village, officer, liang = map(enter, ("lab", "village", "officer", "liang"))
    lab.post(f"{ROOT}bench/import/", {})
    assert "Choose a file." in lab.get(f"{ROOT}bench/").content.decode()
    lab.post(f"{ROOT}bench/receive/", {"code": "NOPE", "laboratory": str(models.Site.objects.get().laboratory_id)})  # fmt: skip
    assert "There is no box NOPE" in lab.get(f"{ROOT}bench/").content.decode()
    village.post(f"{ROOT}sites/{made['site']}/queue/", {"waiting": "many"})
    assert "waiting" in village.get(f"{ROOT}sites/{made['site']}/").content.decode()
    village.post(f"{ROOT}sites/{made['site']}/queue/", {"waiting": "35"})
    assert models.Site.objects.get().queue_people == 35
    page = officer.get(f"{ROOT}planner/?people=x").content.decode()
    assert "Give whole numbers" in page
    page = officer.get(f"{ROOT}planner/?people=4113594&hours=24&prevalence=0.01&tubes=172300").content.decode()  # fmt: skip
    assert "423,701" in page and "211,851" in page
    page = officer.get(f"{ROOT}unsampled/?area=441202001").content.decode()
    assert "area=441202001002" in page and "梁秀英" not in page
    page = officer.get(f"{ROOT}unsampled/?area=441203101").content.decode()
    assert "is not the code" in page or "lies outside" in page
    page = enter("elsewhere").get(f"{ROOT}unsampled/?area=441202001").content.decode()
    assert "441202001002" not in page and "城东" not in page
    liang.post(f"{ROOT}mine/antigen/", {"result": "positive", "taken": local(NOW), "key": str(uuid4())})  # fmt: skip
    assert models.AntigenTest.objects.get().result == "positive"
    liang.post(f"{ROOT}mine/book/", {"slot": "x@y"})
    page = liang.get(f"{ROOT}mine/").content.decode()
    assert "cannot be read" in page
    slot = re.search(r'value="(\d+@[^"]+)"', page)[1].replace("&amp;", "&")
    liang.post(f"{ROOT}mine/book/", {"slot": slot})
    assert models.Booking.objects.count() == 1
    assert "Give it back" in liang.get(f"{ROOT}mine/").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_both_languages(enter, made, language):
    word = {"zh-hans": "核酸检测", "en": "Testing"}[language]
    assert word in enter("officer", language=language).get(ROOT).content.decode()


def test_sites_are_chosen_by_name_people_are_listed_and_a_broken_tube_is_voided(
    enter, made, awake_town
):
    officer, village = enter("officer"), enter("village")
    form = {
        "name": "应检轮", "kind": "listed", "area": "441202", "mode": "5", "target": "10", "key": str(uuid4()),
        "opens": local(NOW - datetime.timedelta(minutes=4)), "closes": local(NOW + datetime.timedelta(hours=24)),
    }  # fmt: skip
    address = officer.post(f"{ROOT}rounds/new/", form)["Location"]
    assert "Chengdong Community Health Station" in officer.get(address).content.decode()
    officer.post(f"{address}sites/", {"do": "centres", "lanes": "3", "laboratory": str(awake_town.hospital.id)})  # fmt: skip
    site = models.Site.objects.get(round__name="应检轮")
    assert (site.organization_id, site.place_code, site.lanes) == (awake_town.centre.id, "441202001", 3)  # fmt: skip
    said = {"group": "must_test", "numbers": f"{awake_town.liang.index_number}\n1234567890123"}
    page = officer.post(f"{address}listed/", said, follow=True).content.decode()
    assert (
        "1 person was put on the list." in page and "1234567890123" not in page and "0123" in page
    )
    assert [row.person_id for row in models.Listed.objects.all()] == [awake_town.liang.id]
    assert enter("village").post(f"{address}listed/", said).status_code in (302, 403)
    broken = "T00000000955"
    for code in (broken, awake_town.chen.index_number, broken):
        answer = village.post(f"{ROOT}sites/{made['site']}/scan/", {"code": code, "tube": broken if code != broken else "", "lane": "2", "group": "contact", "mode": "1"})  # fmt: skip
        assert answer.status_code == 200
    assert "T00000000955" in village.get(f"{ROOT}sites/{made['site']}/boxes/").content.decode()
    gone = {"code": broken, "reason": "管体破裂", "site": str(made["site"])}
    page = village.post(f"{ROOT}bench/void/", gone, follow=True).content.decode()
    assert "1 person is called back." in page
    assert models.Tube.objects.get(code=broken).state == "void"
    assert "is called back" not in enter("elsewhere").post(f"{ROOT}bench/void/", gone, follow=True).content.decode()  # fmt: skip


def test_a_table_refuses_what_cannot_be_before_the_swab(awake_town, enter, made):
    """A label that is none, a used one, and a number nobody has: each said at once, and nothing is kept."""
    village = enter("village")
    assert "not the code of a tube" in scanned(village, made, "ABC")
    label = "T00000000966"
    assert "Now scan the people" in scanned(village, made, label)
    assert "Nobody is known by this number" in scanned(village, made, "ZZZZ-ZZZZ-ZZZZ", tube=label)
    assert not models.Tube.objects.filter(code=label).exists()
    scanned(village, made, awake_town.chen.index_number, tube=label, reason="管体破裂")
    scanned(village, made, label, tube=label)
    assert "was used before" in scanned(village, made, label)
