"""The pages of teams: who opens which, a team called out on a phone, a mission with both sides, a drill to its report."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from kangmai.access import actions as access
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.teams import models
from kangmai.registry.types import OrganizationKind as K
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town
from tests.factories import registry as people
from tests.factories.portal_town import OPERATOR, _account, _institution

ROOT = "/teams/"
UUID = "01890000-0000-7000-8000-000000000001"
LISTS = ("", "experts/", "call-outs/", "drills/", "missions/")


@pytest.fixture(scope="module")
def staffed(town):
    """Disease control with staff, beside the town's health centre; a neighbour with none of it."""
    cdc = _institution("CDC-441202", "端州区疾控中心", "Duanzhou CDC", K.CDC, "441202", jurisdiction_code="441202")  # fmt: skip
    _account("cdc", "吴敏", "cdc_epidemiologist", cdc)
    other = _institution("CDC-441203", "鼎湖区疾控中心", "Dinghu CDC", K.CDC, "441203", jurisdiction_code="441203")  # fmt: skip
    _account("cdc2", "许强", "cdc_epidemiologist", other)
    portal_town.add_reviewer(town)
    staff = [people.staff(cdc.id, name=f"流调{n}") for n in range(5)]
    for each in staff:
        people.post(each.id, cdc.id, role_code="epidemiologist")
    account = access.add_account(login="leader", name="流调0", password=portal_town.PASSWORD, staff_id=staff[0].id, must_change_password=False, actor=OPERATOR, at=portal_town.AT)  # fmt: skip
    assert account
    return cdc, staff


def form(client, address, **said):
    return client.post(address, {"key": str(uuid4()), **said})


def version(page):
    return re.search(r'name="version" value="(\d+)"', page.content.decode())[1]


@pytest.fixture
def team(staffed, enter):
    cdc, staff = staffed
    found = models.Team.objects.filter(name="端州一队").first()
    if found is None:
        functions = ("leader", "field", "field", "information")
        members = {f"member-{s.id}": f for s, f in zip(staff, functions, strict=False)}
        form(enter("cdc"), f"{ROOT}new/", organization=cdc.id, kind="investigation", name="端州一队", **members)  # fmt: skip
        found = models.Team.objects.get(name="端州一队")
    return found


def test_who_opens_which_page(staffed, team, enter):
    cdc = enter("cdc")
    for each in (*LISTS, "new/", "calls/", "call-outs/new/", "drills/new/", "missions/new/", "missions/new/?direction=received", f"{team.id}/", f"{team.id}/?do=members"):  # fmt: skip
        page = cdc.get(ROOT + each)
        assert page.status_code == 200, each
    assert "端州一队" in cdc.get(ROOT).content.decode()
    assert "too few" not in cdc.get(f"{ROOT}{team.id}/").content.decode()
    neighbour, village, visitor = enter("cdc2"), enter("village"), enter()
    assert "端州一队" not in neighbour.get(ROOT).content.decode()
    assert neighbour.get(f"{ROOT}{team.id}/").status_code == 404
    for each in LISTS:
        assert village.get(ROOT + each).status_code == 403, each
        assert visitor.get(ROOT + each).status_code == 302, each
    assert village.get(f"{ROOT}calls/").status_code == 200  # whoever is called may be anybody
    officer = enter("officer")
    assert officer.get(f"{ROOT}call-outs/new/").status_code == 200
    assert officer.get(f"{ROOT}new/").status_code == 403
    for each in (f"call-outs/{UUID}/", f"drills/{UUID}/", f"missions/{UUID}/", f"drills/{UUID}/report.html"):  # fmt: skip
        assert officer.get(ROOT + each).status_code == 404, each


def test_a_team_is_called_and_answers_on_its_phone(staffed, team, enter):
    officer, leader, neighbour = enter("officer"), enter("leader"), enter("cdc2")
    page = officer.get(f"{ROOT}call-outs/new/?place=441202").content.decode()
    assert "answer within 15 minutes" in page
    wrong = form(officer, f"{ROOT}call-outs/new/", place="441202", title="")
    assert wrong.status_code == 400 and models.CallOut.objects.count() == 0
    address = form(officer, f"{ROOT}call-outs/new/", place="441202", title="小学呕吐聚集", **{"wanted-team:investigation": "1", "of-team:investigation": str(team.id)})["Location"]  # fmt: skip
    call = models.Call.objects.get()
    assert "called, no answer yet" in officer.get(address).content.decode()
    assert neighbour.get(address).status_code == 404
    page = leader.get(f"{ROOT}calls/")
    assert "小学呕吐聚集" in page.content.decode()
    answer = f"{ROOT}calls/{call.id}/answer/"
    enter("village").post(answer, {"version": version(page), "do": "yes"})
    call.refresh_from_db()
    assert call.state == "waiting"
    leader.post(answer, {"version": version(page), "do": "yes"})
    leader.post(answer, {"version": version(leader.get(f"{ROOT}calls/")), "do": "on_site"})
    board = officer.get(address)
    assert "on site" in board.content.decode() and "complete" in board.content.decode()
    officer.post(f"{address}close/", {"version": version(board), "note": "处置完毕"})
    leader.post(answer, {"version": version(leader.get(f"{ROOT}calls/")), "do": "back"})
    assert "Nobody calls you" in leader.get(f"{ROOT}calls/").content.decode()
    assert enter("officer", language="zh-hans").get(address).content.decode().count("已返回") == 1


def test_a_mission_by_its_sender_with_the_letter_of_the_other_side(staffed, enter):
    cdc, (_one, *_rest, last) = staffed
    keeper = enter("cdc")
    said = {"organization": cdc.id, "task": "支援采样", "partner": "青岛市", "destination": "青岛", "starts_on": "2099-01-01", "until_on": "2099-01-09", "staff": str(last.id), "item-0": "N95", "quantity-0": "20"}  # fmt: skip
    wrong = form(keeper, f"{ROOT}missions/new/", **{**said, "until_on": "2098-01-01"})
    page = wrong.content.decode()
    assert wrong.status_code == 400 and "2098-01-01 is not one of them" in page
    assert re.search(r'name="item-0"[^>]*value="N95"', page), page
    assert re.search(r'name="quantity-0"[^>]*value="20"', page)
    for slip, words in (
        ({"item-0": ""}, "of what 20 go"),
        ({"quantity-0": ""}, "must be a whole number from 1 to"),
        ({"partner": ""}, "who receives them"),
    ):
        refused = form(keeper, f"{ROOT}missions/new/", **{**said, **slip})
        assert refused.status_code == 400 and words in refused.content.decode()
    address = form(keeper, f"{ROOT}missions/new/", **said)["Location"]
    assert enter("cdc2").get(address).status_code == 404
    for do, more in (
        ("leave", {}),
        ("acknowledge", {"people": "1", "letter": "青卫函1号"}),
        ("return", {"letter": "", "item-0": "N95", "returned-0": "5"}),
    ):
        keeper.post(f"{address}change/", {"do": do, "version": version(keeper.get(address)), **more})  # fmt: skip
    page = keeper.get(address).content.decode()
    assert "青卫函1号" in page and "returned" in page
    assert models.MissionGoods.objects.get().returned == 5


def test_a_drill_from_its_order_to_its_report(staffed, team, enter):
    cdc, _staff = staffed
    order = order_in_force(Purpose.TESTING, at=datetime.now(UTC), days=1, is_drill=True)
    runner, assessor = enter("cdc"), enter("officer")
    said = {"organization": cdc.id, "order": str(order.id), "script": "positive_pool", "place": "441202", "team": str(team.id)}  # fmt: skip
    assert "positive pool" in runner.get(f"{ROOT}drills/new/").content.decode()
    assert form(runner, f"{ROOT}drills/new/", **{**said, "order": ""}).status_code == 400
    address = form(runner, f"{ROOT}drills/new/", **said)["Location"]
    assert enter("cdc2").get(address).status_code == 404

    def do(client, what, **more):
        page = client.get(address)
        return client.post(f"{address}change/", {"do": what, "version": version(page), **more}, follow=True).content.decode()  # fmt: skip

    steps = ("report", "call_out", "list", "stay", "single", "investigate", "disinfect")
    page = do(runner, "start")
    assert "Done now" in page and 'name="mark-report"' not in page  # who takes part gives no marks
    page = assessor.get(address).content.decode()
    assert 'name="mark-report"' in page
    # Enter in a field of marks presses the first button of its form
    steps_form = page[page.index('aria-labelledby="steps"') :]
    assert re.search(r'<button[^>]* name="do" value="(\S+)"', steps_form)[1] == "assess"
    for step in steps:
        do(runner, f"step-{step}")
    do(runner, "end")
    assert "cannot assess" in do(runner, "assess", **{"mark-report": "5"})
    do(assessor, "assess", **{f"mark-{step}": "10" for step in steps}, **{"remark-list": "有遗漏"})
    do(runner, "lesson", problem="名单遗漏", mend="核对", organization=str(cdc.id), due_on="2099-01-01")  # fmt: skip
    page = do(runner, "report", summary="总体合格")
    # time in full 40, marks 10 of 10, 15, 15, 15, 20, 15, 10 points: 60 % of 70
    assert "82.0" in page and "名单遗漏" in page and "passed" in page
    for each in ("html", "docx"):
        assert runner.get(f"{address}report.{each}").status_code == 200
    answer = assessor.get(f"{address}report.html")
    assert "style-src 'unsafe-inline'" in answer["Content-Security-Policy"], (
        "else its own style is refused"
    )
    report = answer.content.decode()
    assert "有遗漏" in report and order.number in report
    assert "no drill lately" not in runner.get(f"{ROOT}{team.id}/").content.decode()
    do(runner, "mend", lesson=re.search(r'name="lesson" value="(\d+)"', page)[1])
    assert models.DrillLesson.objects.get().mended_on is not None
