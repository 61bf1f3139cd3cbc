"""A family-doctor contract on phones: the team is founded, the village doctor signs at the door, a visit is counted
as what was promised, the year is renewed, and the resident answers how it was."""

import datetime

import pytest
from playwright.sync_api import expect

from kangmai.standards.calendars import legal_day
from tests.factories import portal_town, programme_town, registry
from tests.journeys.conftest import PHONE, Site
from tests.journeys.doctor import Doctor

pytestmark = pytest.mark.browser
NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)
BEGINS = TODAY - datetime.timedelta(330)
NAME = "梁秀英"


@pytest.fixture(scope="module")
def served(site: Site) -> programme_town.Served:
    """The town, with 梁秀英 in the programme of hypertension, and a doctor of the centre who may lead a team."""
    found = programme_town.build(site.town, at=NOW)
    leader = registry.staff(site.town.centre.id, name="欧阳医生")
    registry.post(leader.id, site.town.centre.id)
    portal_town.add_reviewer(site.town)
    return found


def founds_a_team(visit) -> None:
    """The township's public-health worker names the team and its leader."""
    township = visit(language="zh-hans", size=PHONE).log_in("township")
    page = township.page
    township.go("/contracts/teams/new/")
    page.fill("[name=name]", "城东健康团队")
    page.select_option("[name=leader]", label="欧阳医生")
    page.fill("[name=phone]", "0758-2100120")
    leader = page.input_value("[name=leader]")
    page.select_option(f"select[name=duty-{leader}]", "general_practitioner")
    assert township.overflow() <= 0
    assert township.faults() == []
    township.follow("main form button.btn-primary")
    assert "城东健康团队" in page.inner_text("main")


def test_a_contract_from_the_door_to_its_next_year(served, visit):
    founds_a_team(visit)
    doctor = Doctor(visit(language="zh-hans", size=PHONE).log_in("village"))
    page, patient = doctor.page, served.residents[NAME]

    doctor.visitor.go(f"/contracts/new/?number={patient.index_number}")
    # what suits her is chosen already
    assert page.is_checked("[name=packages][value=hypertension]")
    page.fill("[name=begins_on]", str(BEGINS))
    page.locator("label:has(> input[name=signature][value=electronic])").click()
    doctor.is_sound()
    doctor.visitor.follow("main form button.btn-large")
    contract = page.url.removeprefix(doctor.visitor.site.address)
    promised = page.locator("[aria-labelledby=done] tbody tr", has_text="面对面随访").first
    before = int(promised.inner_text().split("/")[0].split()[-1])
    doctor.is_sound()
    doctor.visitor.go(f"/contracts/new/?number={patient.index_number}")
    doctor.visitor.follow("main form button.btn-large")
    # while one holds another is refused
    expect(page.locator("#fault")).to_contain_text("城东健康团队")

    doctor.enrolment = f"/programmes/enrolments/{served.enrolments[NAME]}/"
    doctor.open_form("followup")
    doctor.fill(method=("2",), systolic="134", diastolic="82", symptoms=("1",), adherence=("1",))
    doctor.fill(adverse_reaction=("1",))
    doctor.save()
    doctor.visitor.go(contract)
    assert int(promised.inner_text().split("/")[0].split()[-1]) == before + 1
    expect(page.locator("section[aria-labelledby=services]")).to_contain_text(str(TODAY))

    page.click("[aria-labelledby=renew] summary")
    doctor.is_sound()
    doctor.visitor.follow("[aria-labelledby=renew] button.btn-primary")
    assert page.url.removeprefix(doctor.visitor.site.address) != contract
    assert "上一份合同" in doctor.said or page.locator(f"a[href='{contract}']").count() == 1
    doctor.is_sound()

    own = visit(language="zh-hans", size=PHONE).log_in("liang")
    own.go("/my-doctor/")
    shown = own.page.inner_text("main")
    assert "城东健康团队" in shown and "下一期自" in shown
    assert own.overflow() <= 0
    assert own.faults() == []
    own.page.locator("fieldset label:has(> input[name=score][value='5'])").first.click()
    own.follow("[aria-labelledby=how] button.btn-sm >> nth=0")
    assert own.complaints == []
