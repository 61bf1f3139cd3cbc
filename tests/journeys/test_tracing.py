"""A case, the contact whom the scans know, and his first day, in a browser: two epidemiologists at desks, a phone at the door."""

import datetime
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions as venues
from kangmai.epidemic.venues import rules
from kangmai.epidemic.venues.types import Origin, PersonFacts
from kangmai.registry.types import OrganizationKind
from tests.epidemic.orders.factories import order_in_force
from tests.epidemic.venues.factories import KEEPER, venue
from tests.epidemic.venues.test_presence import keep
from tests.factories import portal_town
from tests.journeys.conftest import PHONE, Site, Visitor
from tests.journeys.test_nucleic_acid import is_sound, meanwhile

pytestmark = pytest.mark.browser
ROOT = "/emergency-mode/tracing/"
MINUTE = datetime.timedelta(minutes=1)


def scene(site: Site) -> None:
    """An order, two residents who sat in one restaurant, and those who trace and follow."""
    town, now = site.town, datetime.datetime.now(datetime.UTC)
    assert town is not None
    began = now - datetime.timedelta(hours=4)
    order_in_force(Purpose.TRACING, Purpose.REGISTRATION, Purpose.SCANNING, at=began, days=10)
    place = venue(began, kind="restaurant", place=portal_town.VILLAGE[:9])
    rows = []
    for n, resident in enumerate((town.liang, town.chen)):
        facts = PersonFacts(
            name=resident.demographics.name, document_kind="01",
            document_number=resident.demographics.documents[0].number, phone=f"1380000000{n}",
            place_code=portal_town.VILLAGE,
        )  # fmt: skip
        someone = venues.register_person(facts=facts, origin=Origin.GRID, actor=KEEPER, at=began)
        rows.append((someone.key, place.id, rules.second_of(began + (20 + 5 * n) * MINUTE), 1))
    keep(rows)
    centre = portal_town._institution(
        "CDC-441202", "端州区疾控中心", "Duanzhou CDC", OrganizationKind.CDC, "441202", jurisdiction_code="441202"
    )  # fmt: skip
    portal_town._account("cdc", "吴敏", "cdc_epidemiologist", centre)
    portal_town._account("cdc2", "许强", "cdc_epidemiologist", centre)
    portal_town.add_reviewer(town)


def test_from_the_positive_to_the_contact_in_quarantine(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    meanwhile(scene, site)
    assert site.town is not None
    cdc, second = visit().log_in("cdc"), visit().log_in("cdc2")
    township = visit(size=PHONE).log_in("township")
    cdc.go(f"{ROOT}cases/new/")
    cdc.page.fill("#who", site.town.liang.index_number)
    cdc.page.select_option("#place", portal_town.VILLAGE[:9])
    cdc.follow("text=开始流调")
    is_sound(cdc)
    cdc.follow("text=已到现场")
    cdc.page.fill("#reason", "病例流调")
    cdc.follow("button[value='ask']")
    second.go("/emergency-mode/ways/")
    second.follow("th a.code")
    second.follow("button[value='approve']")
    cdc.page.reload()
    cdc.follow("text=读取接触者")
    expect(cdc.page.locator("#contacts")).to_contain_text("1")
    is_sound(cdc)
    cdc.follow("text=本页全部按建议判定")
    expect(cdc.page.locator("table")).to_contain_text("陈国华")
    township.go(f"{ROOT}contacts/?show=to%20tell")
    is_sound(township)
    township.follow("th a")
    is_sound(township)
    township.follow("button[value='reached']")
    township.page.fill("#place", "端州隔离点")
    township.page.fill("#room", "305")
    township.follow("text=保存去向")
    township.page.fill("#temperature", "36.6")
    township.follow("text=保存监测")
    expect(township.page.locator("body")).to_contain_text("36.6 °C")
    is_sound(township)
    cdc.page.reload()
    expect(cdc.page.locator("table")).to_contain_text("已隔离")
    for path in ("", "tree/", "lists/", "lists/new/", "speed/", "contacts/"):
        cdc.go(f"{ROOT}{path}")
        is_sound(cdc)
