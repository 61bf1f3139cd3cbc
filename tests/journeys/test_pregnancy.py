"""A pregnancy on a phone: booking, a rising risk, the delivery, the first visits to mother and child."""

import datetime
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from kangmai.identity.types import Resident
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
    """Mother, father and child."""

    mother: Resident
    father: Resident
    child: Resident


@pytest.fixture(scope="module")
def family(site: Site) -> Family:
    station = site.town.station
    born, newborn = datetime.date(1995, 3, 1), TODAY - datetime.timedelta(3)
    return Family(
        portal_town.resident("林晓燕", "2", born, VILLAGE, station),
        portal_town.resident("郑国栋", "1", born, VILLAGE, station),
        portal_town.resident("郑安安", "1", newborn, VILLAGE, station),
    )


def test_a_rising_risk_to_delivery_and_both_first_visits(family, visit):
    doctor = Doctor(visit(language="zh-hans", size=PHONE).log_in("village"))
    page = doctor.page

    # a man is refused; the day of the last period is asked for once the programme is chosen
    doctor.enrol(family.father, "maternal", **{"anchor__last_period": ago(273), "on": ago(10)})
    page.wait_for_selector("#fault")
    assert "不属于“孕产妇健康管理”的服务对象" in doctor.said
    doctor.enrol(family.mother, "maternal", **{"anchor__last_period": ago(273), "on": ago(10)})
    page.wait_for_url("**/programmes/enrolments/*/")
    doctor.enrolment = page.url.removeprefix(doctor.visitor.site.address)
    assert "周 +" in doctor.said
    doctor.is_sound()
    doctor.enrol(family.mother, "maternal", **{"anchor__last_period": ago(273), "on": ago(10)})
    page.wait_for_selector("#fault")
    assert "已在项目" in doctor.said

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

    doctor.open_form("postpartum")
    doctor.fill(place=("2",), temperature="36.7", systolic="122", diastolic="78")
    doctor.fill(abnormal=("false",))
    expect(page.locator("#decision .verdict")).to_contain_text("产后恢复良好")
    doctor.save()
    assert page.request.get(f"{page.url}summary.pdf").status == 200

    doctor.enrol(family.child, "child", on=ago(1))
    page.wait_for_url("**/programmes/enrolments/*/")
    doctor.enrolment = page.url.removeprefix(doctor.visitor.site.address)
    assert "新生儿家庭访视" in doctor.said
    doctor.open_form("newborn")
    doctor.fill(feeding=("1",), risk=("0",), temperature="36.9", weight="3.3")
    doctor.fill(danger=("0",), advised=("0",))
    doctor.save()
    assert doctor.visitor.complaints == []
