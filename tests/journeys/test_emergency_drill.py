"""A drill from the order to the proof that nobody is left in it: five roles and three residents, at desks and on phones.

Order → registration → scans → a 10-in-1 tube → positive → single tubes → case → contacts over two generations →
quarantine → release → end of the order → erasure, looked for in every table and in the lake.
"""

import datetime
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import expect

from kangmai.analytics import actions as analytics
from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.capacity.types import SiteFacts
from kangmai.epidemic.venues.rules import pass_number
from kangmai.kernel import feed
from kangmai.kernel.actor import operator
from kangmai.registry.types import OrganizationKind
from kangmai.standards.calendars import LEGAL_TIME
from kangmai.standards.identity_numbers import make_identity_number
from tests.epidemic.nucleic_acid.factories import NEGATIVE, POSITIVE
from tests.factories import portal_town
from tests.factories.traces import lake_says, mentions, places_that_say, sealed_places_that_say
from tests.journeys.conftest import PHONE, Visitor, is_sound_at_both_sizes
from tests.journeys.test_nucleic_acid import deliver, meanwhile, run, scan

pytestmark = pytest.mark.browser
MODE, TESTING, TRACING = "/emergency-mode/", "/emergency-mode/testing/", "/emergency-mode/tracing/"
MINUTE = datetime.timedelta(minutes=1)
TOWN = portal_town.VILLAGE[:9]
GUEST = (
    "韦演练",
    make_identity_number(region="450102", birth_on=datetime.date(1991, 2, 3), sequence=77),
    "13877001122",
)
POOL = "T00000009001"


def people_of_the_drill(town: portal_town.Town) -> None:
    """Two epidemiologists, two of the laboratory, the township's public health."""
    centre = portal_town._institution(
        "CDC-441202", "端州区疾控中心", "Duanzhou CDC", OrganizationKind.CDC, "441202", jurisdiction_code="441202"
    )  # fmt: skip
    for login, name, role, where in (
        ("cdc", "吴敏", "cdc_epidemiologist", centre), ("cdc2", "许强", "cdc_epidemiologist", centre),
        ("lab", "赵检验", "laboratory", town.hospital), ("lab2", "钱审核", "laboratory", town.hospital),
    ):  # fmt: skip
        portal_town._account(login, name, role, where)
    portal_town.add_reviewer(town)
    owner, now = operator("drill"), datetime.datetime.now(datetime.UTC)
    facts = SiteFacts(name="城东隔离点", organization=town.centre.id, place_code=TOWN)
    place = capacity.open_site(facts=facts, key=UUID(int=9), actor=owner, at=now)
    capacity.add_rooms(site_id=place.id, numbers=["201", "202"], actor=owner, at=now)


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Iterator[Path]:
    from django.conf import settings

    before, settings.LAKE = settings.LAKE, tmp_path_factory.mktemp("lake")
    yield settings.LAKE
    settings.LAKE = before


def order(officer: Visitor, cdc: Visitor) -> str:
    """A drill is proposed and signed by the two roles; its address."""
    officer.go(MODE)
    officer.follow("a[href$='/orders/new/']")
    page, now = officer.page, datetime.datetime.now(LEGAL_TIME)
    page.fill("#title", "城东应急演练")
    page.select_option("#edition", "drill")
    for purpose in page.locator("input[name=purpose]").all():
        purpose.check()
    page.check("input[name=area][value='441202']")
    page.fill("#starts", f"{now - 5 * MINUTE:%Y-%m-%dT%H:%M}")
    page.fill("#ends", f"{now + 1440 * MINUTE:%Y-%m-%dT%H:%M}")
    page.fill("#basis", "年度演练计划")
    page.check("input[name=drill]")
    is_sound_at_both_sizes(officer)
    officer.follow("main button[type=submit]")
    address = page.url.removeprefix(officer.site.address)
    officer.follow("button[value=sign]")
    cdc.go(MODE)
    cdc.follow(f"a[href='{address}']")
    cdc.follow("button[value=sign]")
    expect(cdc.page.locator("main")).to_contain_text("演练")
    return address


def register(phone: Visitor, who: tuple[str, str, str]) -> str:
    """Somebody registers on his phone; his pass."""
    phone.go(f"{MODE}register/")
    for field, value in zip(("name", "document_number", "phone"), who, strict=True):
        phone.page.fill(f"#{field}", value)
    phone.page.select_option("#place_code", TOWN)
    phone.follow("main button[type=submit]")
    assert phone.page.inner_text(".pass-colour") == "绿码"
    return phone.page.inner_text(".pass-text")


def open_venue(township: Visitor, name: str) -> tuple[str, str, str]:
    """A restaurant with one entrance and a reader: the code at the door, the token, its address."""
    township.go(f"{MODE}venues/")
    township.page.fill("#venue-name", name)
    township.page.select_option("#venue-kind", "restaurant")
    township.page.select_option("#place_code", TOWN)
    township.page.fill("#entrances", "东门")
    township.follow("section.narrow button[type=submit]")
    township.page.fill("#device-name", "闸机")
    township.follow("button[value=device]")
    token = township.page.inner_text("#token")
    return township.page.inner_text("td.code"), token, township.page.url


def scans(
    phones: dict[str, Visitor], passes: dict[str, str], doors: list[tuple[str, str, str]]
) -> None:
    """One scan on a phone, one of an identity card, and what two readers kept while they had no network."""
    (first, token, _), (second, other, _) = doors
    liang = phones["liang"]
    liang.go(f"{MODE}scan/{first}/")
    liang.follow("main button[type=submit]")
    expect(liang.page.locator("#answer")).to_contain_text("绿码，请通行")
    now = int(datetime.datetime.now(datetime.UTC).timestamp())
    card = {
        "id": "card-1",
        "at": now - 60,
        "entrance": second,
        "document": {"kind": "01", "number": GUEST[1]},
    }
    assert post(liang, "", card, other)["answer"] == "pass"
    late = (
        (first, token, (("liang", 280), ("chen", 270))),
        (second, other, (("chen", 100), ("guest", 90))),
    )
    for door, reader, seen in late:
        batch = {
            "upload": f"01890000-0000-7000-8000-{len(door):012}", "entrance": door, "ids": [1, 2],
            "at": [now - ago for _, ago in seen], "passes": [pass_number(passes[who]) for who, _ in seen],
        }  # fmt: skip
        assert post(liang, "/batch", batch, reader)["taken"] == 2
        again = post(liang, "/batch", batch, reader)
        assert (again["taken"], again["repeated"]) == (0, 2)


def post(visitor: Visitor, path: str, body: dict, token: str) -> dict:
    answer = visitor.page.request.post(
        f"{visitor.site.address}{MODE}api/scans{path}", data=body, headers={"Authorization": f"Bearer {token}"}
    )  # fmt: skip
    assert answer.status == 200, answer.text()
    return answer.json()


def plan(officer: Visitor) -> int:
    """A 10-in-1 round with the village's site is planned and opened; the number of the site."""
    officer.go(TESTING)
    officer.follow("a[href$='/rounds/new/']")
    officer.page.fill("#name", "第一轮")
    officer.page.fill("#target", "1200")
    is_sound_at_both_sizes(officer)
    officer.follow("main button.btn-primary")
    officer.page.fill("#code", "A1")
    officer.page.fill("#site-name", "城东广场")
    town = officer.site.town
    officer.page.select_option("#organization", str(town.station.id))
    officer.page.select_option("#laboratory", str(town.hospital.id))
    is_sound_at_both_sizes(officer)
    officer.follow("#one-site button")
    officer.follow("button[value=open]")
    return int(officer.page.locator("th[scope=row] a").first.get_attribute("href").split("/")[-2])


def staff(officer: Visitor) -> None:
    """Somebody of the village is put into the first lane; whoever is missing beside him is named."""
    officer.follow("a[href$='/shifts/']")
    officer.page.select_option("#staff", index=0)
    name = officer.page.locator("#staff option").first.inner_text()
    officer.follow("#staff-lane button.btn-primary")
    expect(officer.page.locator("section[aria-labelledby=lanes]")).to_contain_text(name)
    expect(officer.page.locator("main")).to_contain_text("缺岗时段")
    is_sound_at_both_sizes(officer)


def report_antigen(phone: Visitor) -> None:
    """A test at home, told from the page of the pass."""
    phone.go(f"{MODE}code/")
    phone.page.click("summary:has-text('抗原')")
    phone.page.select_option("#result", "negative")
    phone.follow("form[action$='/antigen/'] button[type=submit]")
    expect(phone.page.locator("main")).to_contain_text("阴性")


def shows(phones: dict[str, Visitor], **colours: str) -> None:
    """Which colours phones show now."""
    for name, colour in colours.items():
        phones[name].go(f"{MODE}code/")
        assert phones[name].page.inner_text(".pass-colour") == colour, name


def follow_pool(township: Visitor, passes: dict[str, str]) -> tuple[str, dict[str, tuple]]:
    """Where everybody of the pool is, and two single tubes of each at his door; its address, and what the tubes will say."""
    township.go(f"{TESTING}pools/")
    township.follow(f"text={POOL}")
    pool = township.page.url.removeprefix(township.site.address)
    expect(township.page.locator("main")).to_contain_text(GUEST[0])
    for field in township.page.locator("input[name^='where-']").all():
        field.fill("在家")
    township.follow("text=保存去向")
    township.follow("text=上门单采")
    said = {}
    for n, (who, code) in enumerate(passes.items()):
        for twin in range(2):
            single = f"S000000090{n}{twin}"
            scan(township, single, "请扫描人员。")
            scan(township, code, "已封管，共 1 人。")
            said[single] = POSITIVE if (who, twin) == ("liang", 0) else NEGATIVE
    return pool, said


def trace(cdc: Visitor, second: Visitor) -> str:
    """The case that testing found: on site, its scans asked for and approved, its contacts judged; its address."""
    cdc.go(TRACING)
    cdc.follow("th a.code")
    case = cdc.page.url.removeprefix(cdc.site.address)
    cdc.follow("button[value='on-site']")
    cdc.page.fill("#summary", "城东居民，演练首例")
    cdc.follow("button[value=core]")
    cdc.page.fill("#reason", "病例流调")
    cdc.follow("button[value=ask]")
    second.go(f"{MODE}ways/")
    second.follow("th a.code")
    second.follow("button[value=approve]")
    cdc.go(case)
    cdc.follow("button[value=take]")
    is_sound_at_both_sizes(cdc)
    cdc.follow("button[value='as-suggested']")
    rows = cdc.page.locator("#contacts ~ * table, section[aria-labelledby=contacts] table").first
    expect(rows).to_contain_text("密切接触者")
    expect(rows).to_contain_text("次密接")
    for path in ("", "cases/new/", "tree/", "lists/", "lists/new/", "speed/", "contacts/"):
        cdc.go(f"{TRACING}{path}")
        is_sound_at_both_sizes(cdc)
    return case


def settle(township: Visitor, name: str) -> str:
    """A contact is told, quarantined at home, and checked; the address of his page."""
    address = tell(township, name)
    township.page.select_option("#where", "home")
    township.follow("button[value=settle]")
    township.page.fill("#temperature", "36.5")
    township.follow("button[value=check]")
    expect(township.page.locator("main")).to_contain_text("36.5 °C")
    return address


def house(township: Visitor, name: str) -> tuple[str, str]:
    """A contact is told, gets a room of the quarantine site and arrives; the addresses of his page and his stay."""
    address = tell(township, name)
    township.follow("a[href*='quarantine/assign']")
    is_sound_at_both_sizes(township)
    township.follow("#admit button")
    township.follow("button[value=arrive]")
    stay = township.page.url.removeprefix(township.site.address)
    township.page.fill("#temperature", "36.6")
    township.follow("button[value=check]")
    return address, stay


def tell(township: Visitor, name: str) -> str:
    township.go(f"{TRACING}contacts/?show=to%20tell")
    township.follow(f"th a:has-text('{name}')")
    township.follow("button[value=reached]")
    return township.page.url.removeprefix(township.site.address)


def release(township: Visitor, address: str) -> None:
    township.go(address)
    is_sound_at_both_sizes(township)
    township.follow("button[value=release]")
    expect(township.page.locator(".lead").first).to_contain_text("解除")


def send_home(township: Visitor, stay: str) -> None:
    township.go(stay)
    township.page.select_option("#how", "home")
    township.page.fill("#handed", "村医陈慧敏")
    township.follow("button[value=leave]")
    expect(township.page.locator("main")).to_contain_text("村医陈慧敏")


def sync_lake() -> None:
    analytics.sync(
        report=lambda *_: None,
        actor=operator("lake", permissions=("lake.manage",)),
        at=datetime.datetime.now(datetime.UTC),
    )


def test_a_drill_by_five_roles_leaves_nobody_behind(site, visit, lake, tmp_path):
    town = site.town
    meanwhile(people_of_the_drill, town)
    residents = [town.liang.id, town.chen.id]
    meanwhile(feed.drain)  # what other rooms make of the town is not of the drill
    known = meanwhile(mentions, residents)
    officer, cdc, second = (visit().log_in(login) for login in ("officer", "cdc", "cdc2"))
    lab, lab2 = (visit().log_in(login) for login in ("lab", "lab2"))
    village, township = (visit(size=PHONE).log_in(login) for login in ("village", "township"))
    address = order(officer, cdc)
    who = {
        name: (one.demographics.name, one.demographics.documents[0].number, f"1387700220{n}")
        for n, (name, one) in enumerate((("liang", town.liang), ("chen", town.chen)))
    } | {"guest": GUEST}
    phones = {name: visit(size=PHONE) for name in who}
    passes = {name: register(phones[name], facts) for name, facts in who.items()}
    doors = [open_venue(township, name) for name in ("老街饭店", "星湖茶楼")]
    scans(phones, passes, doors)

    table = plan(officer)
    staff(officer)
    report_antigen(phones["guest"])
    village.go(f"{TESTING}sites/{table}/")
    scan(village, POOL, "请扫描人员。")
    for n, code in enumerate(passes.values(), 1):
        scan(village, code, f"管内 {n} 人。")
    scan(village, POOL, "已封管，共 3 人。")
    for phone in phones.values():
        phone.go(f"{MODE}code/")
        expect(phone.page.locator(".pass")).to_contain_text("等待结果")
    deliver(village, lab, table, "BOX-901")
    run(lab, lab2, "P901", {POOL: POSITIVE}, tmp_path)
    shows(phones, liang="黄码", chen="黄码", guest="黄码")
    expect(phones["guest"].page.locator(".pass")).to_contain_text("请原地等候")
    is_sound_at_both_sizes(phones["guest"])
    pool, singles = follow_pool(township, passes)
    deliver(village, lab, table, "BOX-902")
    run(lab, lab2, "P902", {POOL: POSITIVE} | singles, tmp_path)
    township.go(pool)
    township.page.fill("input[name=reference]", "演练-直报-1")
    township.follow("main button[value=report]")
    township.follow("main button[value=release]")
    expect(township.page.locator("main")).to_contain_text("办结")

    shows(phones, liang="红码", chen="绿码", guest="绿码")
    meanwhile(feed.drain)
    case = trace(cdc, second)
    shows(phones, liang="红码", chen="红码", guest="黄码")
    housed, stay = house(township, who["chen"][0])
    at_home = settle(township, GUEST[0])
    cdc.go(case)
    expect(cdc.page.locator("main")).to_contain_text("已隔离")
    village.go(f"{TESTING}sites/{table}/?group=contact&mode=1")
    last = {}
    for n, name in enumerate(("chen", "guest")):
        scan(village, f"K000000090{n}", "请扫描人员。")
        scan(village, passes[name], "已封管，共 1 人。")
        last[f"K000000090{n}"] = NEGATIVE
    deliver(village, lab, table, "BOX-903")
    run(lab, lab2, "P903", last, tmp_path)
    release(township, at_home)
    release(township, housed)
    send_home(township, stay)
    shows(phones, chen="绿码", guest="绿码")
    cdc.go(case)
    cdc.follow("button[value=conclude]")

    words = [GUEST[0], GUEST[1], GUEST[2], passes["guest"], *(facts[2] for facts in who.values())]
    held = meanwhile(sealed_places_that_say, words)
    assert {("venues_person", "content"), ("nucleic_acid_attendee", "content")} <= held
    meanwhile(sync_lake)
    officer.go(address)
    officer.page.fill("#reason", "演练结束")
    officer.follow("button[value=end]")
    phones["liang"].go(f"{MODE}scan/{doors[0][0]}/")
    expect(phones["liang"].page.locator("body")).to_contain_text("休眠")
    officer.follow("a[href='?proof=1']")
    expect(officer.page.locator("main")).to_contain_text("可识别个人")
    officer.go(address)
    officer.page.fill("#number", officer.page.inner_text("h1").split()[0])
    officer.follow("button[value=erase]")
    officer.follow("a[href='?proof=1']")
    is_sound_at_both_sizes(officer)
    expect(
        officer.page.locator("#proof ~ *, section[aria-labelledby=proof]").first
    ).to_contain_text("已无可识别")
    assert meanwhile(places_that_say, words) == set()
    assert meanwhile(sealed_places_that_say, words) == set()
    assert meanwhile(mentions, residents) == known
    meanwhile(sync_lake)
    assert not lake_says(lake, words)
    for visitor in (officer, cdc, second, lab, lab2, village, township, *phones.values()):
        assert visitor.complaints == []
