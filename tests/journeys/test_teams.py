"""A team is called from a desk and answers on a phone; the command page stands on a wall; a bulletin is signed by two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from kangmai.access import actions as access
from kangmai.epidemic.orders.types import Purpose
from kangmai.registry.types import OrganizationKind as K
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town
from tests.factories import registry as people
from tests.journeys.conftest import PHONE, Site, is_sound_at_both_sizes

pytestmark = pytest.mark.browser
WALL = {"width": 1920, "height": 1080}


def fill() -> None:
    """Disease control with staff, one of whom has an account, and an order for everything that the page counts."""
    cdc = portal_town._institution("CDC-4412", "肇庆市疾控中心", "Zhaoqing CDC", K.CDC, "441200", jurisdiction_code="441200")  # fmt: skip
    portal_town._account("cdc", "吴敏", "cdc_epidemiologist", cdc)
    staff = [people.staff(cdc.id, name=name) for name in ("陈立", "何苗", "江帆", "林晓")]
    for each in staff:
        people.post(each.id, cdc.id, role_code="epidemiologist")
    access.add_account(login="leader", name="陈立", password=portal_town.PASSWORD, staff_id=staff[0].id, must_change_password=False, actor=portal_town.OPERATOR, at=portal_town.AT)  # fmt: skip
    purposes = (Purpose.TESTING, Purpose.TRACING, Purpose.QUARANTINE, Purpose.BULLETIN)
    order_in_force(*purposes, at=datetime.now(UTC), days=2, is_drill=True)


@pytest.fixture(scope="module")
def filled(site: Site) -> Site:
    def work() -> None:
        from django.db import connections

        try:
            fill()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:  # the browser's loop runs in this thread
        beside.submit(work).result()
    return site


def test_called_at_a_desk_answered_on_a_phone_seen_on_a_wall(filled, visit):
    cdc = visit(language="en").log_in("cdc")
    cdc.go("/teams/new/")
    is_sound_at_both_sizes(cdc)
    cdc.page.fill("#name", "流调一队")
    for select, function in zip(cdc.page.locator("select[name^='member-']").all(), ("leader", "field", "field", "information"), strict=True):  # fmt: skip
        select.select_option(function)
    cdc.follow("form[method=post] .btn-primary")
    is_sound_at_both_sizes(cdc)
    cdc.page.locator("[name=staff]").first.check()
    cdc.page.select_option("#shift", "whole")
    cdc.follow("button[value=roster]")

    officer = visit(language="zh-hans").log_in("officer")
    for path in ("/teams/", "/teams/experts/", "/teams/drills/", "/teams/missions/"):
        assert officer.go(path) == 200
        is_sound_at_both_sizes(officer)
    officer.go("/teams/call-outs/new/?place=441202")
    is_sound_at_both_sizes(officer)
    officer.page.fill("#title", "城东小学呕吐聚集")
    officer.page.fill("[name='wanted-team:investigation']", "1")
    officer.follow("button.btn-primary:has-text('立即召集')")
    is_sound_at_both_sizes(officer)
    board = officer.page.url

    phone = visit(language="en", size=PHONE).log_in("leader")
    phone.go("/teams/calls/")
    is_sound_at_both_sizes(phone)
    phone.follow("button[value=yes]")
    phone.follow("button[value=on_site]")
    officer.page.goto(board)
    assert "已到达" in officer.page.inner_text("main table")

    cdc.go("/teams/drills/new/")
    is_sound_at_both_sizes(cdc)
    cdc.page.locator("[name=team]").first.check()
    cdc.follow("form[method=post] .btn-primary")
    cdc.follow("button[value=start]")
    cdc.follow("button[value=step-verify]")
    is_sound_at_both_sizes(cdc)
    cdc.go("/teams/missions/new/")
    is_sound_at_both_sizes(cdc)

    officer.go("/emergency-mode/situation/")
    is_sound_at_both_sizes(officer)
    assert "出动队伍" in officer.page.inner_text("main")
    officer.go(f"{officer.page.url.removeprefix(filled.address)}?wall=1")
    assert officer.overflow(WALL) <= 0
    assert officer.page.evaluate("document.documentElement.scrollHeight") <= WALL["height"]
    assert officer.overflow(PHONE) <= 0 and officer.faults() == []
    cdc.go("/emergency-mode/situation/")
    cdc.follow("a[href$='/sampled/']")
    is_sound_at_both_sizes(cdc)
    cdc.go("/emergency-mode/bulletins/")
    is_sound_at_both_sizes(cdc)
    cdc.follow("form[method=post] .btn-primary")
    is_sound_at_both_sizes(cdc)
    officer.go("/emergency-mode/bulletins/")
    officer.follow("main table a")
    officer.follow("button[value=issue]")
    is_sound_at_both_sizes(officer)
    officer.follow("button[value=release]")
    visitor = visit(language="zh-hans", size=PHONE)
    visitor.go("/emergency-mode/bulletins/public/")
    is_sound_at_both_sizes(visitor)
    assert "【演练】" in visitor.page.inner_text("main") and "演练命令" in visitor.page.inner_text("main")  # fmt: skip
    for each in (cdc, officer, phone, visitor):
        assert each.complaints == []
