"""Service points on their pages: entered by the town, confirmed and inspected by the bureau, mended; neighbours see nothing."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook

from kangmai.programmes.points import models
from kangmai.registry import actions as registry
from kangmai.registry.types import OrganizationKind, PlaceFacts, PlaceKind
from tests.factories.portal_town import AT, OPERATOR, _account, _institution

ROOT = "/service-points/"
NONE = "01890000-0000-7000-8000-000000000001"
GIVEN = {
    "type": "nursery", "nature": "private", "places": "60", "inclusive_places": "40", "infants": "6", "toddlers": "10",
    "older": "21", "staff": "12", "caregivers": "7", "qualified": "7", "health_staff": "1",
    "fire_check_on": "2025-05-01", "health_check_on": "2025-05-01", "from_on": "2026-01-01",
}  # fmt: skip


@pytest.fixture(scope="module")
def served(town):
    """The town's worker, a supervisor of its county, a bureau next door, and a nursery of the registry."""
    _account("township", "刘芳", "township_public_health", town.centre)
    under = {"jurisdiction_code": "441202"}
    county = _institution("JD-441202", "端州区卫生监督所", "Duanzhou Supervision", OrganizationKind.SUPERVISION, "441202", **under)  # fmt: skip
    _account("supervisor", "何勇", "supervisor", county)
    other = _institution("WJ-441203", "鼎湖区卫生健康局", "Dinghu Bureau", OrganizationKind.BUREAU, "441203", jurisdiction_code="441203")  # fmt: skip
    _account("officer2", "许强", "commission_officer", other)
    facts = PlaceFacts(code="N1", kind=PlaceKind.NURSERY, name="城东托育园", division_code="441202001")  # fmt: skip
    return registry.create_place(facts=facts, actor=OPERATOR, at=AT)


def text_of(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def version(client, address):
    return re.search(r'name="version" value="(\d+)"', text_of(client, address))[1]


@pytest.fixture
def nursery(served, enter):
    """The nursery as the town entered it."""
    found = models.Point.objects.filter(kind="nursery").first()
    if found is None:
        sent = GIVEN | {"place": str(served.id), "key": NONE}
        answer = enter("township").post(f"{ROOT}new/?kind=nursery", sent)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        found = models.Point.objects.get(kind="nursery")
    return found


def test_from_the_town_to_the_settled_finding(nursery, served, enter):
    town, officer, supervisor = enter("township"), enter("officer"), enter("supervisor")
    page = f"{ROOT}{nursery.id}/"
    assert "to be confirmed" in text_of(town, page) and 'value="confirm"' not in text_of(town, page)
    sent = {"do": "confirm", "on": "2026-01-08", "version": version(officer, page)}
    assert "It was written down" in officer.post(f"{page}change/", sent, follow=True).content.decode()  # fmt: skip
    assert ">filed<" in text_of(town, page) and "37 / 60" in text_of(town, f"{ROOT}?kind=nursery")
    again = officer.post(f"{page}change/", sent, follow=True).content.decode()
    assert "Someone else has changed this" in again
    form = f"{page}inspection/"
    sent = {"key": NONE, "version": version(supervisor, form), "on": "2026-01-09", "inspectors": "何勇", "found-fire": "1"}  # fmt: skip
    assert supervisor.post(form, sent).status_code == 400  # nothing said of the fire exit
    assert supervisor.post(form, sent | {"note-fire": "通道堆物"}).status_code == 302
    assert "通道堆物" in text_of(town, page) and "1 finding" in text_of(town, f"{ROOT}?kind=nursery&show=to_mend")  # fmt: skip
    finding = models.Finding.objects.get()
    assert town.get(f"{ROOT}findings/{finding.id}/")["Location"] == f"{page}#finding-{finding.id}"
    address = f"{page}findings/{finding.id}/"
    town.post(address, {"do": "settle", "note": "自己销号"})  # the town does not settle its own
    finding.refresh_from_db()
    assert finding.state == "open"
    assert "mended, to be looked at" in town.post(address, {"do": "mend", "note": "已清理"}, follow=True).content.decode()  # fmt: skip
    assert ">settled<" in supervisor.post(address, {"do": "settle", "note": "已到位"}, follow=True).content.decode()  # fmt: skip


def test_a_form_that_is_refused_keeps_what_was_typed(served, enter):
    town = enter("township")
    sent = GIVEN | {"name": "新园", "division": "441202001", "places": "abc", "key": NONE.replace("0001", "0009")}  # fmt: skip
    answer = town.post(f"{ROOT}new/?kind=nursery", sent)
    page = answer.content.decode()
    assert answer.status_code == 400 and 'value="abc"' in page and "whole number" in page
    assert not models.Point.objects.filter(name="新园").exists()
    assert "待核" in text_of(enter("township", language="zh-hans"), f"{ROOT}new/?kind=tcm_service")


def test_what_holds_is_said_anew(nursery, enter):
    town = enter("township")
    form = f"{ROOT}{nursery.id}/facts/"
    sent = GIVEN | {
        "places": "30",
        "inclusive_places": "30",
        "from_on": "2026-02-01",
        "version": version(town, form),
    }
    assert town.post(form, sent).status_code == 302
    page = text_of(town, f"{ROOT}{nursery.id}/")
    assert "60 places → 30 places" in page and "no more children than places" in page
    assert town.post(form, sent).status_code == 400  # of an older version
    assert "lacks 1" in text_of(town, f"{ROOT}?kind=nursery&show=lacking")


@pytest.mark.parametrize("kind", ["nursery", "tcm_service", "combined_care", "confinement_centre"])
def test_lists_and_forms_of_each_sort_of_kind(served, enter, kind):
    for language in ("en", "zh-hans"):
        officer = enter("officer", language=language)
        for each in ("", "?show=expiring&area=441202&text=x", "new/"):
            text_of(officer, f"{ROOT}{each}{'&' if '?' in each else '?'}kind={kind}")
    assert "Take away a filter" in text_of(enter("officer"), f"{ROOT}?kind={kind}&text=nobody")


def test_the_list_as_files(nursery, enter):
    town = enter("township")
    lines = b"".join(town.get(f"{ROOT}list.csv?kind=nursery").streaming_content).decode("utf-8-sig").splitlines()  # fmt: skip
    assert len(lines) == 2 and lines[1].startswith("城东托育园,") and "Inclusive" not in lines[0]
    book = load_workbook(BytesIO(b"".join(town.get(f"{ROOT}list.xlsx?kind=nursery").streaming_content)))  # fmt: skip
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert "城东托育园" in cells
    assert town.get(f"{ROOT}list.pdf?kind=nursery").status_code == 404


def test_the_neighbour_sees_nothing(nursery, enter):
    officer = enter("officer2")
    assert "None entered yet" in text_of(officer, f"{ROOT}?kind=nursery")
    csv = b"".join(officer.get(f"{ROOT}list.csv?kind=nursery").streaming_content).decode()
    assert len(csv.splitlines()) == 1
    before = models.Point.objects.get(pk=nursery.id).version
    for each in ("", "facts/", "inspection/"):
        text_of(officer, f"{ROOT}{nursery.id}/{each}", 404)
    for each in ("facts/", "inspection/", "change/", f"findings/{NONE}/"):
        sent = GIVEN | {"do": "close", "on": "2026-03-01", "note": "关闭", "version": str(before)}
        assert officer.post(f"{ROOT}{nursery.id}/{each}", sent).status_code in (404, 302)
    assert officer.get(f"{ROOT}findings/{NONE}/").status_code == 404
    assert models.Point.objects.get(pk=nursery.id).version == before
    assert models.Point.objects.get(pk=nursery.id).closed_on is None


@pytest.mark.parametrize(
    ("login", "list_", "new", "inspect"),
    [
        ("township", 200, 200, 403), ("village", 200, 200, 403), ("officer", 200, 200, 200), ("supervisor", 200, 403, 200),
        ("clinician", 403, 403, 403), ("admin", 403, 403, 403), ("liang", 403, 403, 403), ("", 302, 302, 302),
    ],
)  # fmt: skip
def test_who_opens_what(nursery, enter, login, list_, new, inspect):
    client = enter(login)
    found = [client.get(ROOT + each).status_code for each in ("", "new/", f"{nursery.id}/inspection/")]  # fmt: skip
    assert found == [list_, new, inspect]
