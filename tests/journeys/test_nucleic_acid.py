"""A 10-in-1 round with one positive pool to its end, in a browser by six people: phones at the table, desks in the laboratory."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from kangmai.epidemic.nucleic_acid import actions
from kangmai.epidemic.nucleic_acid.types import RoundFacts, RoundKind, RoundState, SiteFacts
from kangmai.epidemic.orders.types import Purpose
from kangmai.standards.calendars import LEGAL_TIME
from tests.epidemic.nucleic_acid.factories import NEGATIVE, POSITIVE, person, run_file
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town
from tests.journeys.conftest import PHONE, Site, Visitor

pytestmark = pytest.mark.browser
ROOT = "/emergency-mode/testing/"
MINUTE = datetime.timedelta(minutes=1)
TUBE = "T00000000701"


def meanwhile(work: Callable[..., Any], *given: Any) -> Any:
    """Do something with the database beside the browser, whose loop runs in this thread."""

    def done() -> Any:
        from django.db import connections

        try:
            return work(*given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(done).result()


def open_round(site: Site) -> int:
    """An order, an open round, its one site; accounts of the laboratory and the centre. Returns the site."""
    town, now = site.town, datetime.datetime.now(datetime.UTC)
    order_in_force(Purpose.TESTING, at=now - 5 * MINUTE, days=2)
    planner = person(11, "testing.plan testing.read", places=["4412"])
    facts = RoundFacts(
        name="第一轮", kind=RoundKind.SCREENING, areas=("441202",), mode=10, opens_at=now - 4 * MINUTE,
        closes_at=now + 1440 * MINUTE, target_people=1200, organization=town.bureau.id,
    )  # fmt: skip
    row = actions.plan_round(facts=facts, key=UUID(int=5), actor=planner, at=now)
    where = SiteFacts(
        code="A1", name="城东广场", organization=town.station.id, place_code=portal_town.VILLAGE, lanes=2,
        laboratory=town.hospital.id,
    )  # fmt: skip
    (made,) = actions.set_sites(round_id=row.id, sites=[where], actor=planner, at=now)
    actions.move_round(round_id=row.id, to=RoundState.OPEN, expected_version=1, actor=planner, at=now)  # fmt: skip
    portal_town._account("lab", "赵检验", "laboratory", town.hospital)
    portal_town._account("lab2", "钱审核", "laboratory", town.hospital)
    portal_town.add_reviewer(town)
    return made.id


@pytest.fixture(scope="module")
def table(site: Site) -> int:
    return meanwhile(open_round, site)


def scan(visitor: Visitor, code: str, said: str) -> None:
    """What a hand scanner types, and what the page answers."""
    visitor.page.fill("#code", code)
    visitor.page.press("#code", "Enter")
    expect(visitor.page.locator("#scan-said")).to_contain_text(said)


def is_sound(visitor: Visitor) -> None:
    assert visitor.overflow() <= 0, visitor.page.url
    assert visitor.faults() == [], visitor.page.url


def deliver(village: Visitor, lab: Visitor, table: int, label: str) -> None:
    """Pack all that waits, hand it to the courier, receive it with everything counted."""
    village.go(f"{ROOT}sites/{table}/boxes/")
    village.page.fill("#code", label)
    village.follow("form:has(#tubes) button")
    village.page.check(f"input[value='{label}']")
    village.page.fill("#carrier", "王师傅")
    village.follow("text=交接所选转运箱")
    is_sound(village)
    lab.go(f"{ROOT}bench/")
    lab.page.fill("#box-code", label)
    lab.follow("form:has(#box-code) button")


def run(lab: Visitor, lab2: Visitor, plate: str, cycles: dict, folder: Path) -> None:
    """Import the instrument's file; a colleague publishes it."""
    now = datetime.datetime.now(LEGAL_TIME)
    file = folder / f"{plate}.csv"
    file.write_bytes(run_file(cycles))
    lab.go(f"{ROOT}bench/")
    for field, value in (("plate", plate), ("instrument", "SLAN-96P"), ("kit", "A"), ("lot", "1")):
        lab.page.fill(f"#{field}", value)
    for field, minutes in (("started", 1), ("ended", 2)):
        lab.page.fill(f"#{field}", (now + minutes * MINUTE).strftime("%Y-%m-%dT%H:%M"))
    lab.page.set_input_files("#file", file)
    lab.follow("form:has(#file) button")
    expect(lab.page.locator("main")).to_contain_text("本板由您检测，须由同事审核。")
    is_sound(lab)
    lab2.page.goto(lab.page.url)
    lab2.follow("text=审核发布")


def test_one_positive_pool_by_six_people(table, visit, tmp_path, picture):
    village, township, liang = (
        visit(size=PHONE).log_in(login) for login in ("village", "township", "liang")
    )
    lab, lab2, officer = (visit().log_in(login) for login in ("lab", "lab2", "officer"))
    town = village.site.town
    village.go(f"{ROOT}sites/{table}/")
    scan(village, TUBE, "请扫描人员。")
    for n, each in enumerate((town.liang, town.chen), 1):
        scan(village, each.index_number, f"管内 {n} 人。")
    scan(village, town.liang.index_number, "管内 2 人。")
    is_sound(village)
    picture(village, "testing-table")
    scan(village, TUBE, "已封管，共 2 人。")
    liang.go(f"{ROOT}mine/")
    expect(liang.page.locator("main")).to_contain_text("等待结果")
    is_sound(liang)
    deliver(village, lab, table, "BOX-701")
    run(lab, lab2, "P701", {TUBE: POSITIVE}, tmp_path)
    officer.go(ROOT)
    is_sound(officer)
    picture(officer, "testing-board")
    liang.go(f"{ROOT}mine/")
    expect(liang.page.locator("main")).to_contain_text("请原地等候")
    township.go(f"{ROOT}pools/")
    township.follow(f"text={TUBE}")
    pool = township.page.url
    is_sound(township)
    for field in township.page.locator("input[name^='where-']").all():
        field.fill("在家")
    township.follow("text=保存去向")
    township.follow("text=上门单采")
    singles = {}
    for n, each in enumerate((town.liang, town.liang, town.chen, town.chen)):
        single = f"S0000000070{n}"
        scan(township, single, "请扫描人员。")
        scan(township, each.index_number, "已封管，共 1 人。")
        singles[single] = POSITIVE if n == 0 else NEGATIVE
    deliver(village, lab, table, "BOX-702")
    run(lab, lab2, "P702", {TUBE: POSITIVE} | singles, tmp_path)
    township.page.goto(pool)
    township.page.fill("input[name=reference]", "直报-0701")
    township.follow("main button[value=report]")
    township.follow("main button[value=release]")
    expect(township.page.locator("main")).to_contain_text("办结")
    liang.go(f"{ROOT}mine/")
    expect(liang.page.locator("main")).not_to_contain_text("请原地等候")
    for who in (village, township, liang, lab, lab2, officer):
        assert who.complaints == []
