"""A pregnancy on a phone: booking, a rising risk, the delivery, the certificate and errands of the birth, the first
visits to mother and child."""

import datetime
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from kangmai.identity.types import Resident
from kangmai.programmes.births import actions as births
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town
from tests.factories.portal_town import VILLAGE
from tests.journeys.conftest import PHONE, Site
from tests.journeys.doctor import Doctor

pytestmark = pytest.mark.browser
NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)


def ago(days: int) -> str:
    return str(TODAY - datetime.timedelta(days))


@dataclass(frozen=True)
class Family:
    """Mother and father; the child is born on the way."""

    mother: Resident
    father: Resident


@dataclass(frozen=True)
class Child:
    """A child as the ward's page names it."""

    index_number: str


@pytest.fixture(scope="module")
def family(site: Site) -> Family:
    station, hospital = site.town.station, site.town.hospital
    born = datetime.date(1995, 3, 1)
    mother = portal_town.resident("林晓燕", "2", born, VILLAGE, station)
    portal_town._account("mother", "林晓燕", "resident", None, resident=mother)
    births.receive_blanks(organization=hospital.id, first="U440012345", count=2, key=uuid4(), actor=portal_town.OPERATOR, at=NOW)  # fmt: skip
    return Family(mother, portal_town.resident("郑国栋", "1", born, VILLAGE, station))


def born_and_certified(family: Family, visit) -> Child:
    """The ward registers the birth and issues the certificate, on a phone."""
    ward = visit(language="zh-hans", size=PHONE).log_in("clinician")
    page = ward.page
    ward.go(f"/births/new/?number={family.mother.index_number}&name=林晓燕")
    page.fill("#born_at", f"{ago(3)}T06:20")
    page.locator("label:has(> input[name=sex][value='1'])").click()
    for name, value in (("weeks", "38"), ("weight", "3250"), ("length", "50")):
        page.fill(f"#{name}", value)
    ward.follow("main form button.btn-primary")
    assert "林晓燕之子" in page.inner_text("main")
    assert ward.overflow() <= 0
    page.fill("[name=child]", "郑安安")
    ward.follow("main form:has(input[name=do][value=issue]) button.btn-primary")
    assert "U440012345" in page.inner_text("main")
    assert ward.faults() == [] and ward.complaints == []
    record = page.get_attribute("a.btn[href^='/residents/']", "href")
    return Child(record.strip("/").split("/")[-1])


def hands_in_an_errand(visit) -> None:
    """The mother sees the errands of the birth and notes what she has handed in."""
    mother = visit(language="zh-hans", size=PHONE).log_in("mother")
    mother.go("/my-births/")
    page = mother.page
    assert "郑安安" in page.inner_text("main")
    row = page.locator("tr", has=page.locator("input[name=item][value=household]"))
    row.locator("summary").click()
    row.locator("input[name=receipt]").fill("HK-0017")
    assert mother.overflow() <= 0
    assert mother.faults() == []
    mother.follow(row.locator("button"))
    told = page.locator("tr", has_text="HK-0017").inner_text()
    assert "家长自行登记" in told
    assert mother.complaints == []


def test_a_rising_risk_to_delivery_and_both_first_visits(family, visit):
    doctor = Doctor(visit(language="zh-hans", size=PHONE).log_in("village"))
    page = doctor.page

    # a man is not offered it; the day of the last period is asked for once the programme is chosen
    doctor.visitor.go(f"/residents/{family.father.index_number}/enrol/")
    assert page.locator(
        "#programme option[value=hypertension], #programme option[value=resident_record]"
    ).count()
    assert page.locator("#programme option[value=maternal]").count() == 0
    doctor.enrol(family.mother, "maternal", **{"anchor__last_period": ago(273), "on": ago(10)})
    page.wait_for_url("**/programmes/enrolments/*/")
    doctor.enrolment = page.url.removeprefix(doctor.visitor.site.address)
    assert "周 +" in doctor.said
    doctor.is_sound()
    doctor.enrol(family.mother, "maternal", **{"anchor__last_period": ago(273), "on": ago(10)})
    page.wait_for_selector("#fault")
    assert "不要重复纳入" in doctor.said

    doctor.open_form("antenatal")
    doctor.fill(visited_on=ago(8), place=("1",), systolic="118", diastolic="74", weight="66")
    expect(page.locator("#decision .verdict-good, #decision .verdict")).not_to_have_count(0)
    doctor.save()
    doctor.open_form("antenatal")
    doctor.fill(visited_on=ago(5), place=("1",), systolic="148", diastolic="94", weight="67.5")
    doctor.fill(urine_protein=("2",), fetal_heart="146")
    expect(page.locator("#decision .verdict")).to_contain_text("橙色")
    assert "转诊" in page.inner_text("#decision")
    doctor.is_sound()
    doctor.save()
    slip = page.request.get(f"{page.url}referral.pdf")
    assert slip.body().startswith(b"%PDF")
    doctor.visitor.go("/follow-ups/")
    assert "橙色" in page.inner_text(".work")

    doctor.open_form("delivery")
    doctor.fill(delivered_on=ago(3), discharged_on=ago(1), hospital="市妇幼保健院")
    doctor.fill(delivery_mode=("4",), live_births="1")
    doctor.save()
    doctor.visitor.go(doctor.enrolment)
    # the plan after birth, and seven days for the visit
    assert page.locator(".clocks").count() >= 2
    doctor.is_sound()

    child = born_and_certified(family, visit)
    hands_in_an_errand(visit)

    doctor.open_form("postpartum")
    doctor.fill(place=("2",), temperature="36.7", systolic="122", diastolic="78")
    doctor.fill(abnormal=("false",))
    expect(page.locator("#decision .verdict")).to_contain_text("产后恢复良好")
    doctor.save()
    assert page.request.get(f"{page.url}summary.pdf").status == 200

    doctor.enrol(child, "child", on=ago(1))
    page.wait_for_url("**/programmes/enrolments/*/")
    doctor.enrolment = page.url.removeprefix(doctor.visitor.site.address)
    assert "新生儿家庭访视" in doctor.said
    doctor.open_form("newborn")
    doctor.fill(feeding=("1",), risk=("0",), temperature="36.9", weight="3.3")
    doctor.fill(danger=("0",), advised=("0",))
    doctor.save()
    assert doctor.visitor.complaints == []
