"""The command page, its cards and the daily bulletin through the pages; what the public reads; asleep before and after."""

import io
import re
from datetime import date, datetime, timedelta

import pytest
from docx import Document

from kangmai.epidemic.bulletin import models
from kangmai.epidemic.orders import models as orders
from kangmai.registry.types import OrganizationKind as K
from kangmai.standards.calendars import LEGAL_TIME
from tests.factories.portal_town import _account, _institution

ROOT = "/emergency-mode/"
PUBLIC = f"{ROOT}bulletins/public/"


@pytest.fixture(scope="module")
def people(town):
    """Disease control of the city, which drafts, and of a county next to the order's."""
    for code, name, division, login in (
        ("CDC-4412", "肇庆市疾控中心", "441200", "cdc"),
        ("CDC-441203", "鼎湖区疾控中心", "441203", "cdc2"),
    ):
        home = _institution(code, name, name, K.CDC, division, jurisdiction_code=division)
        _account(login, "吴敏", "cdc_epidemiologist", home)
    return town


def version(page):
    return re.search(r'name="version" value="(\d+)"', page.content.decode())[1]


def order(enter):
    """An order for one county, signed by two roles."""
    officer, now = enter("officer"), datetime.now(LEGAL_TIME)
    said = {
        "key": "one", "title": "端州处置", "disease": "covid_19", "edition": "v9", "basis": "市指挥部决定",
        "purpose": ["testing", "tracing", "bulletin"], "area": ["441202"],
        "starts": f"{now:%Y-%m-%dT%H:%M}", "ends": f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    address = officer.post(f"{ROOT}orders/new/", said)["Location"]
    for client in (officer, enter("cdc")):
        client.post(f"{address}change/", {"do": "sign", "version": version(client.get(address))})
    assert orders.Order.objects.get().state == "signed"
    return address


def test_from_the_command_page_to_what_the_public_reads(people, enter):
    visitor, officer, neighbour = (enter(e) for e in ("", "officer", "cdc2"))
    for address in (f"{ROOT}situation/", f"{ROOT}bulletins/", PUBLIC):
        assert officer.get(address).status_code == 409
    assert visitor.get(PUBLIC).status_code == 409
    end = order(enter)
    assert visitor.get(f"{ROOT}situation/").status_code == 302
    assert enter("village").get(f"{ROOT}situation/").status_code == 403
    page = officer.get(f"{ROOT}situation/", follow=True)
    assert officer.get(f"{ROOT}situation/?wall=1")["Location"].endswith("/?wall=1")
    here = page.request["PATH_INFO"]
    text = page.content.decode()
    assert "Under order" in text and "People sampled" in text and "not part of the order" in text
    wall = officer.get(f"{here}?wall=1").content.decode()
    assert 'hx-trigger="every 60s"' in wall and "Under order" in wall
    card = officer.get(f"{here}sampled/").content.decode()
    assert "People swabbed that day" in card and "Chengdong" in card and "Rows behind" in card
    assert officer.get(f"{here}happiness/").status_code == 404
    # the county next door: not its order
    assert neighbour.get(here).status_code == 404
    assert "No order reaches your places" in neighbour.get(f"{ROOT}situation/").content.decode()
    _sign(people, enter, here)
    end_page = officer.get(end)
    officer.post(f"{end}change/", {"do": "end", "reason": "结束", "version": version(end_page)})
    for client in (officer, visitor):
        assert client.get(PUBLIC).status_code == 409


def _sign(people, enter, here):
    visitor, officer, cdc, neighbour = (enter(e) for e in ("", "officer", "cdc", "cdc2"))
    order_id = here.rstrip("/").rpartition("/")[2]
    said = {"key": "01890000-0000-7000-8000-000000000009", "order": order_id, "remark": "继续筛查"}
    assert officer.post(f"{ROOT}bulletins/", said)["Location"] == f"{ROOT}bulletins/"
    assert models.Bulletin.objects.count() == 0
    address = cdc.post(f"{ROOT}bulletins/", said)["Location"]
    change = f"{address}change/"
    page = cdc.get(address)
    assert "Sign and issue" not in page.content.decode()
    cdc.post(change, {"do": "issue", "version": version(page)})
    assert models.Bulletin.objects.get().state == "draft"
    officer.post(change, {"do": "issue", "version": version(officer.get(address))})
    page = officer.get(address).content.decode()
    links = re.findall(r'<li><a href="([^"]+/figures/[^"]+)">', page)
    assert len(links) >= 18
    for link in links:  # every number leads to its card
        assert officer.get(link).status_code == 200, link
    assert neighbour.get(address).status_code == 404
    assert visitor.get(address).status_code == 302
    files = [officer.get(f"{address}bulletin.{form}") for form in ("html", "docx") * 2]
    assert files[0].content == files[2].content
    html = files[0].content.decode()
    targets = set(re.findall(r'href="#(card-[a-z_]+)"', html))
    assert targets == set(re.findall(r'id="(card-[a-z_]+)"', html)) and len(targets) == len(links)
    told = [[p.text for p in Document(io.BytesIO(f.content)).paragraphs] for f in (files[1], files[3])]  # fmt: skip
    assert told[0] == told[1] and any("继续筛查" in each for each in told[0])
    assert "No bulletin has been released" in visitor.get(PUBLIC).content.decode()
    release = {"do": "release", "version": version(officer.get(address)), "with_outbreak": "1"}
    officer.post(change, release)
    assert models.Bulletin.objects.get().released_at is None  # no authority, no outbreak figures
    officer.post(change, {**release, "with_outbreak": ""})
    public = visitor.get(PUBLIC).content.decode()
    assert "People sampled" in public and "Under order" in public
    assert "New cases" not in public and "Positive" not in public and "继续筛查" not in public


def test_every_figure_leads_to_a_page_that_is_there_and_late_tubes_to_the_late_ones():
    from django.urls import reverse

    from kangmai.access.queries import permissions
    from kangmai.epidemic.bulletin import rules
    from kangmai.kernel.actor import operator
    from kangmai.portal.bulletin.wording import rows_behind

    figures = rules.rule(on=date(2026, 11, 20)).figures
    known = permissions()
    for figure in figures.values():
        assert reverse(figure.opens), figure.id
        if figure.rows is not None:
            assert reverse(figure.rows.page) and set(figure.rows.permissions) <= set(known), (
                figure.id
            )
    reader = operator("reader", permissions=("testing.read",))
    stranger = operator("stranger", permissions=("bulletin.read",))
    assert rows_behind(figures["late"], reader) == "/emergency-mode/testing/late/?within=0"
    assert rows_behind(figures["late"], stranger) == "/emergency-mode/testing/"
    assert rows_behind(figures["tasks_late"], reader) == "/emergency-mode/grid/"
