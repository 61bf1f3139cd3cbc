"""Three years on a phone: a hypertensive's with an emergency, a missed long-acting injection, a screening recall."""

import datetime

import pytest
from playwright.sync_api import expect

from kangmai.identity.types import Resident
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town, programme_town
from tests.factories.portal_town import VILLAGE
from tests.journeys.conftest import PHONE, Site
from tests.journeys.doctor import Doctor

pytestmark = pytest.mark.browser
NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)


def ago(days: int) -> str:
    return str(TODAY - datetime.timedelta(days))


@pytest.fixture(scope="module")
def served(site: Site) -> programme_town.Served:
    """The town, with 梁秀英 seen three times this year, a mental-health worker, and two women more."""
    found = programme_town.build(site.town, at=NOW)
    portal_town._account("carer", "吴敏", "mental_health_worker", site.town.station)
    for name, year in (("林晓燕", 1990), ("周小燕", TODAY.year - 42)):
        born = datetime.date(year, 3, 1)
        found.residents[name] = portal_town.resident(name, "2", born, VILLAGE, site.town.station)
    return found


def at_enrolment(doctor: Doctor, resident: Resident, programme: str, **days: str) -> None:
    doctor.enrol(resident, programme, **days)
    doctor.page.wait_for_url("**/programmes/enrolments/*/")
    doctor.enrolment = doctor.page.url.removeprefix(doctor.visitor.site.address)


def test_a_hypertensives_year_with_an_emergency(served, visit):
    doctor = Doctor(visit(size=PHONE).log_in("village"))
    page = doctor.page
    doctor.enrolment = f"/programmes/enrolments/{served.enrolments['梁秀英']}/"
    doctor.visitor.go(doctor.enrolment)
    assert page.locator(".visits tbody tr").count() == 3
    doctor.is_sound()

    # ten days ago: 186/112 stands as an emergency before anything else is answered, and is saved so
    doctor.open_form("followup")
    doctor.fill(visited_on=ago(10), method=("1",), systolic="186", diastolic="112")
    expect(page.locator("#decision .verdict-danger")).to_contain_text("属危急情况")
    doctor.save()
    assert page.request.get(f"{page.url}referral.pdf").body().startswith(b"%PDF")
    doctor.visitor.go("/follow-ups/")
    first = page.locator(".work tbody tr").first
    expect(first).to_contain_text("梁秀英")
    doctor.visitor.go(doctor.enrolment)
    # fourteen days from the day she was seen, not from that of the entry
    expect(page.locator("[aria-labelledby=clocks]")).to_contain_text(ago(-4))
    assert page.locator(".visits tbody tr").first.locator(".tag-danger").count() >= 1
    doctor.is_sound()

    # today she is back from the hospital: the follow-up meets the deadline and ends the emergency
    doctor.open_form("followup")
    doctor.fill(method=("2",), systolic="134", diastolic="82", symptoms=("1",), adherence=("1",))
    doctor.fill(adverse_reaction=("1",))
    expect(page.locator("#decision .verdict")).to_contain_text("控制满意")
    doctor.save()
    doctor.visitor.go(doctor.enrolment)
    assert page.locator(".visits tbody tr").count() == 5
    assert page.locator(".notice-danger").count() == 0
    assert "已完成" in page.inner_text("[aria-labelledby=clocks]")
    doctor.is_sound()
    assert doctor.visitor.complaints == []


def test_a_missed_long_acting_injection_is_seen_by_its_own_role_and_due_to_the_team(served, visit):
    carer = Doctor(visit(size=PHONE).log_in("carer"))
    page = carer.page
    at_enrolment(carer, served.residents["林晓燕"], "smd", on=ago(60))
    carer.open_form("followup")
    carer.fill(visited_on=ago(20), method=("2",), risk=("0",), symptoms=("0",), insight=("1",))
    carer.fill(social=("1",), adherence=("1",), reaction=("1",))
    carer.save()
    carer.open_form("injection")
    carer.fill(given_on=ago(20), drug=("ris",), dose_mg="25", observed=("true",), reaction=("1",))
    carer.save()
    assert "14 天后再次注射" in carer.said
    carer.visitor.go("/follow-ups/?show=overdue")
    row = page.locator(".work tbody tr", has_text="林**")
    expect(row).to_contain_text("长效针剂")
    carer.is_sound()

    # the village doctor hears that somebody visits and since when it is due, and no word of why
    village = Doctor(visit(size=PHONE).log_in("village"))
    village.visitor.go("/follow-ups/")
    expect(village.page.locator("[aria-labelledby=veiled]")).to_contain_text("林晓燕")
    assert not any(word in village.said for word in ("精神", "针剂", "注射", "smd"))
    village.is_sound()
    number = served.residents["林晓燕"].index_number
    village.visitor.go(f"/residents/{number}/")
    assert "同事负责上门" in village.said and "精神障碍" not in village.said
    assert village.visitor.go(carer.enrolment) == 404

    carer.open_form("injection")
    carer.fill(drug=("ris",), dose_mg="25", observed=("true",), reaction=("1",))
    carer.save()
    carer.visitor.go("/follow-ups/?show=overdue")
    assert page.locator(".work tbody tr", has_text="长效针剂").count() == 0
    assert carer.visitor.complaints == []


def test_a_screening_recall_until_the_result(served, visit):
    doctor = Doctor(visit(size=PHONE).log_in("village"))
    page = doctor.page
    at_enrolment(doctor, served.residents["周小燕"], "two_cancer", on=ago(85))
    doctor.open_form("cervical")
    doctor.fill(screened_on=ago(80), hpv=("t16_18",), cytology=("nilm",))
    expect(page.locator("#decision .verdict")).to_contain_text("需进一步检查")
    doctor.save()
    # ten days are left of ninety: she stands on the list and the deadline on her page
    doctor.visitor.go("/follow-ups/")
    expect(page.locator(".work tbody tr", has_text="周小燕")).to_contain_text("需进一步检查")
    doctor.visitor.go(doctor.enrolment)
    assert page.locator("[aria-labelledby=clocks]").count() == 1
    doctor.is_sound()

    doctor.open_form("cervical")
    doctor.fill(
        hpv=("t16_18",), cytology=("nilm",), colposcopy=("suspicious",), pathology=("cin23",)
    )
    expect(page.locator("#decision .verdict")).to_contain_text("癌或癌前病变")
    doctor.save()
    doctor.visitor.go(doctor.enrolment)
    assert "已完成" in page.inner_text("[aria-labelledby=clocks]")
    doctor.is_sound()
    assert doctor.visitor.complaints == []
