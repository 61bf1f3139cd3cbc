"""Pages of figures: each sees the own area, every number opens to how it was made, in both languages."""

import datetime
import io
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.conf import settings
from openpyxl import load_workbook

from kangmai.access import actions as access
from kangmai.access.actors import actor_for_account
from kangmai.access.queries import find_account_id
from kangmai.analytics import actions, queries
from kangmai.analytics.indicators.behind import Behind
from kangmai.analytics.types import By, Goal
from kangmai.portal.indicators import comparing
from kangmai.portal.indicators.asking import Asked
from kangmai.registry import actions as registry
from kangmai.registry.types import OrganizationFacts, OrganizationKind
from kangmai.standards.periods import Period
from tests.factories import portal_town

PERIOD = "period=2025-11-01%2F2026-11-01"
CARD = f"/indicators/elderly_share/card/?area=441200&{PERIOD}"


@pytest.fixture(scope="module")
def figures(town, tmp_path_factory):
    """The town's lake, and an officer of one county beside those of the town."""
    before = settings.LAKE
    settings.LAKE = tmp_path_factory.mktemp("figures") / "lake"
    bureau = registry.create_organization(
        facts=OrganizationFacts(
            code="WJ-441203",
            name="鼎湖区卫生健康局",
            kind=OrganizationKind.BUREAU,
            division_code="441203",
            jurisdiction_code="441203",
            is_invented=True,
        ),
        actor=portal_town.OPERATOR,
        at=portal_town.AT,
    )
    account = access.add_account(
        login="county",
        name="吴晓东",
        password=portal_town.PASSWORD,
        resident_id=None,
        must_change_password=False,
        actor=portal_town.OPERATOR,
        at=portal_town.AT,
    )
    access.grant_role(
        account_id=account.id,
        role="commission_officer",
        organization_id=bureau.id,
        actor=portal_town.OPERATOR,
        at=portal_town.AT,
    )
    actions.sync(report=lambda progress: None, actor=portal_town.OPERATOR, at=portal_town.AT)
    yield town
    settings.LAKE = before


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


PAGES = {
    "/figures/": (200, 200, 200, 403, 403),
    "/figures/?area=441200": (200, 403, 403, 403, 403),
    "/figures/?area=441202": (200, 403, 403, 403, 403),
    "/figures/?area=441203": (200, 200, 403, 403, 403),
    "/figures/?area=441203101": (200, 200, 403, 403, 403),
    "/figures/?area=441202001002": (200, 403, 200, 403, 403),
    "/figures/?area=441202001003": (200, 403, 403, 403, 403),
    "/figures/?area=12": (400, 400, 400, 400, 400),
    "/indicators/": (200, 200, 200, 403, 403),
    "/indicators/elderly_share/": (200, 200, 200, 403, 403),
    "/indicators/elderly_share/?area=441203": (200, 200, 403, 403, 403),
    "/indicators/elderly_share/?period=1999": (404, 404, 404, 404, 404),
    "/indicators/elderly_share/?period=soon": (400, 400, 400, 400, 400),
    "/indicators/nothing/": (404, 404, 404, 404, 404),
    "/indicators/elderly_share/card/?area=441203": (200, 200, 403, 403, 403),
    "/indicators/elderly_share/rows/?area=441203": (403, 403, 403, 403, 403),
    "/indicators/elderly_share/rows/?area=441202001002": (403, 403, 200, 403, 403),
    "/indicators/elderly_share/export/?area=441203&kind=csv": (200, 200, 403, 403, 403),
    "/indicators/elderly_share/export/?area=441203&kind=csv&chart=areas": (200, 200, 403, 403, 403),
    "/indicators/elderly_share/export/?area=441203&kind=csv&chart=pie": (404, 404, 404, 404, 404),
    "/indicators/elderly_share/why/?area=441203": (200, 200, 403, 403, 403),
    "/indicators/elderly_share/why/?area=441200&against=week": (200, 403, 403, 403, 403),
    "/figures/export/?what=behind&area=441203": (200, 200, 403, 403, 403),
    "/figures/export/?what=moved&area=441200": (200, 403, 403, 403, 403),
    "/figures/export/?what=everything": (404, 404, 404, 404, 404),
    "/indicators/county_inpatient_rate/?period=2025": (200, 200, 200, 403, 403),
}
LOGINS = ("officer", "county", "village", "clinician", "liang")


@pytest.mark.parametrize("login", LOGINS)
def test_everybody_sees_the_figures_of_the_own_area_and_no_other(figures, enter, login):
    client = enter(login)
    found = {path: client.get(path).status_code for path in PAGES}
    assert found == {path: statuses[LOGINS.index(login)] for path, statuses in PAGES.items()}


def test_the_start_page_leads_with_the_figures_of_the_own_county_or_city(figures, enter):
    city, county = (text_of(enter(login).get("/")) for login in ("officer", "county"))
    assert "Figures · Zhaoqing" in city and "Share of residents aged 65 and over" in city
    assert "Figures · Dinghu District" in county and "Zhaoqing 12 months" not in county
    for login in ("village", "clinician", "liang"):
        assert "All figures" not in text_of(enter(login).get("/"))


def test_missed_targets_are_told_by_indicator_with_the_part_furthest_behind(figures):
    officer = actor_for_account(find_account_id(login="officer"), at=portal_town.AT)
    asked = Asked("441200", Period(datetime.date(2025, 11, 1), datetime.date(2026, 11, 1)), None)
    found = []
    for id, skipped in (("elderly_share", 0), ("child_share", 1)):
        rule = next(
            each for each in queries.indicators(on=asked.period.latest_day) if each.id == id
        )
        goal = Goal(id, "", Decimal(90), datetime.date(2020, 1, 1), None, "", is_verified=True)
        result = queries.compute(indicator=id, period=asked.period, area=asked.area, by=By.COUNTY, actor=officer)  # fmt: skip
        known = [
            each for each in (result.total, *result.parts) if each.value is not None and each.area
        ]
        found += [Behind(rule, goal, each, None) for each in known[skipped:]]
    first, second = comparing.behind_by_indicator(found, asked)
    assert first.own is not None and first.own.area == "肇庆市" and second.own is None
    assert len(first.parts) == len(second.parts) > 1 and first.others == len(first.parts) - 1
    assert [each.area for each in second.parts] == [each.area for each in first.parts]
    assert second.first is second.parts[0]


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_sent_to_the_login(figures, enter, path):
    assert enter().get(path)["Location"].startswith("/login/?next=")


def test_cockpit_shows_figures_map_and_what_is_not_available(figures, enter):
    client = enter("officer")
    text = text_of(client.get(f"/figures/?{PERIOD}&indicator=elderly_share"))
    assert "Share of residents aged 65 and over 33.33 % 1 / 3" in text
    listed = text_of(client.get(f"/indicators/?{PERIOD}&group=insurance"))
    assert "insurer settlement data are needed" in listed
    assert "Map of the counties" in text and "© OpenStreetMap contributors" in text
    assert "Duanzhou District 50.00 1 2" in text


def test_pages_speak_chinese(figures, enter):
    client = enter("officer", language="zh-hans")
    assert "65岁及以上人口占比 33.33 % 1 / 3" in text_of(client.get(f"/figures/?{PERIOD}"))
    text = text_of(client.get(CARD))
    for each in ("口径卡", "分子", "分母", "期末满 65 周岁的居民", "四舍五入", "待核", "端州区"):
        assert each in text


def test_the_card_says_how_the_figure_was_made_and_its_parts_add_up(figures, enter):
    text = text_of(enter("officer").get(CARD))
    for each in (
        "33.33 % = 1 / 3",
        "Residents who have completed 65 years at the end of the period",
        "2 decimals, half up",
        "elderly_share, in force from 2017-02-28",
        "Duanzhou District 50.00 1 2",
        "Dinghu District 0.00 0 1",
        "Whole area 33.33 1 3",
    ):
        assert each in text


def test_freezing_keeps_the_figure_with_name_and_reason(figures, enter):
    client = enter("officer")
    asked = {"area": "441200", "period": "2025", "by": "county", "note": "年报 <b>"}
    answer = client.post("/indicators/elderly_share/freeze/", asked, follow=True)
    assert "50.00 % 1 / 2" not in text_of(answer)
    assert "李卫东 · 年报 &lt;b&gt;" in text_of(answer)
    asked["area"] = "441202001002"
    assert enter("village").post("/indicators/elderly_share/freeze/", asked).status_code == 403


def test_a_frozen_figure_opens_to_itself_counted_again_and_to_what_moved(figures, enter):
    client = enter("officer")
    asked = {"area": "441200", "period": "2024", "note": "年报"}
    card = client.post("/indicators/elderly_share/freeze/", asked, follow=True)
    address = re.search(r'href="(/indicators/frozen/[^"]+)"', card.content.decode())[1]
    text = text_of(client.get(address))
    assert "it is the same: each file was held against its hash" in text
    assert "No area has other numbers today than when it was frozen." in text
    assert "李卫东" in text and "年报" in text
    statuses = [enter(each).get(address).status_code for each in ("county", "village", "clinician")]
    assert statuses == [403, 403, 403]
    assert client.get(f"/indicators/frozen/{uuid4()}/").status_code == 404

    whole = queries.lake()
    (file, *_) = [each.file for each in whole.get_manifest().tables["resident"].partitions]
    data = whole.storage.find(file)
    whole.storage.put(file, data[:-5] + bytes([data[-5] ^ 1]) + data[-4:])
    try:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "is missing or altered" in text_of(answer)
        assert "it is the same" not in text_of(answer)
    finally:
        whole.storage.put(file, data)


def test_rows_behind_are_shown_by_the_room_that_owns_them(figures, enter):
    text = text_of(
        enter("village").get(f"/indicators/elderly_share/rows/?area=441202001002&{PERIOD}")
    )
    assert "梁秀英" in text and "陈国华" in text and "何文静" not in text
    inside = f"/indicators/elderly_share/rows/?area=441202001002&{PERIOD}&which=in"
    text = text_of(enter("village").get(inside))
    assert "梁秀英" in text and "陈国华" not in text


def test_files_hold_the_figure_and_how_it_was_made(figures, enter):
    client = enter("officer")
    address = f"/indicators/elderly_share/export/?area=441200&{PERIOD}"
    csv = client.get(f"{address}&kind=csv").content.decode("utf-8-sig")
    assert "441202,Duanzhou District,available,50.0,1,2," in csv
    assert "Residents who have completed 65 years" in csv
    book = load_workbook(io.BytesIO(client.get(f"{address}&kind=xlsx").content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert ["441200", "Zhaoqing", "available", 33.33, 1, 3] in [row[:6] for row in rows]
    assert client.get(f"{address}&kind=exe").status_code == 404


def test_why_a_figure_moved_is_told_by_areas_and_as_a_file(figures, enter):
    client = enter("officer")
    address = f"/indicators/residents/why/?area=441200&{PERIOD}&against=year"
    text = text_of(client.get(address))
    assert "Why it moved: Registered residents" in text and "since a year before" in text
    lines = client.get(f"{address}&kind=csv").content.decode("utf-8-sig")
    assert "Area,Before,Now,Own change" in lines
    assert client.get(f"{address}&kind=xlsx").content[:2] == b"PK"


def test_the_cockpit_tells_what_moved_who_is_behind_and_how_good_the_data_are(figures, enter):
    client = enter("officer")
    text = text_of(client.get(f"/figures/?{PERIOD}&indicator=elderly_share"))
    for each in ("What moved this week, and why", "Behind target", "Side by side, on one scale", "Level, and when it changed", "Quality of the data", "Age of the data"):  # fmt: skip
        assert each in text
    page = client.get(f"/figures/?{PERIOD}").content.decode()
    jumps = re.findall(r'<a href="#([\w-]+)"', page.split('class="jumps"')[1].split("</nav>")[0])
    assert len(jumps) > 4 and all(f'id="{each}"' in page for each in jumps)
    quality = client.get(f"/figures/export/?what=quality&area=441200&{PERIOD}").content.decode("utf-8-sig")  # fmt: skip
    assert "Share of residents aged 65 and over,available,," in quality
    assert "not available,no rows of" in quality
    areas = client.get(f"/indicators/elderly_share/export/?area=441200&{PERIOD}&chart=areas").content.decode("utf-8-sig")  # fmt: skip
    assert "Duanzhou District" in areas and areas.count("12 months to") >= 13


def test_the_card_compares_and_names_the_rule_of_last_year(figures, enter):
    text = text_of(enter("officer").get(CARD))
    assert "The rule is the same as a year ago; it holds since 2017-02-28." in text
    assert "A year before 12 months to 2025-10" in text
    assert "The period before 12 months to 2026-09" in text
    assert "each row counted carries what the rule asks for" in text


def test_from_a_village_to_its_institutions_and_their_rows(figures, enter):
    client = enter("village")
    page = client.get(f"/indicators/elderly_share/?area=441202001002&{PERIOD}").content.decode()
    found = re.search(r'href="(/indicators/elderly_share/rows/[^"]*institution=\d+[^"]*)"', page)
    assert found, "institutions of a village lead to their rows"
    address = found[1].replace("&amp;", "&")
    assert "梁秀英" in text_of(client.get(address))
    assert enter("county").get(address).status_code == 403
    empty = re.sub(r"institution=\d+", "institution=999", address)
    assert "梁秀英" not in text_of(client.get(empty))


def test_fresh_data_are_asked_for_by_those_who_may(figures, enter):
    assert enter("village").post("/figures/refresh/").status_code == 403
    answer = enter("officer").post("/figures/refresh/", follow=True)
    assert "will be brought up to date in a moment" in text_of(answer)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)
    assert actions.is_due(at=later)
    assert actions.fill_if_due(now=lambda: later)
    assert not actions.is_asked_for()
    assert actions.progress()["ended_at"]


def test_a_damaged_file_is_said_and_written_again(figures, enter):
    whole = queries.lake()
    (file, *_) = [each.file for each in whole.get_manifest().tables["resident"].partitions]
    data = whole.storage.find(file)
    whole.storage.put(file, data[:-1])
    asked = "/indicators/elderly_share/?area=441200&period=2023"
    answer = enter("officer").get(asked)
    assert answer.status_code == 500
    assert f"{len(data) - 1} bytes instead of {len(data)}" in text_of(answer)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=2)
    actions.request_sync(actor=portal_town.OPERATOR, at=later)
    assert actions.fill_if_due(now=lambda: later + datetime.timedelta(minutes=1))
    assert whole.storage.find(file) == data
    assert enter("officer").get(asked).status_code == 200
    assert "The latest run found 1 lost or altered file" in text_of(enter("officer").get("/figures/"))  # fmt: skip


def test_without_a_lake_the_cockpit_says_so(figures, enter, tmp_path):
    filled, settings.LAKE = settings.LAKE, tmp_path / "none"
    try:
        text = text_of(enter("officer").get("/figures/"))
    finally:
        settings.LAKE = filled
    assert "No figures yet" in text
    assert "not available" in text
