"""A child's first two years on a phone: the newborn visit, growth and a warning sign, the doses at their ages with one
put off and some missed, and what the parent sees of it.

What lies back is done by the clinic's actions at its own time; the day of the journey is done on pages.
"""

import datetime
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from kangmai.identity.types import Resident
from kangmai.programmes.vaccination import actions, models, rules, standing
from kangmai.programmes.vaccination.types import PackageLine, Visit
from kangmai.registry import actions as registry_actions
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town, registry
from tests.factories.portal_town import VILLAGE
from tests.journeys.conftest import PHONE, Site, is_sound_at_both_sizes, meanwhile
from tests.journeys.doctor import Doctor
from tests.programmes.vaccination import factories

pytestmark = pytest.mark.browser
NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)
DAY = datetime.timedelta(1)
CODES = {each: 9900101 + n for n, each in enumerate(("HepB", "IPV", "bOPV", "DTaP", "MMR", "JE-L", "MPSV-A", "HepA-L"))}  # fmt: skip
PLAN = {
    1: ["HepB"],
    2: ["DTaP", "IPV"],
    3: ["IPV"],
    4: ["DTaP", "bOPV"],
    6: ["DTaP", "HepB", "MPSV-A"],
    8: ["JE-L", "MMR"],
    9: ["MPSV-A"],
}
"""Months of age → what the schedule plans for who comes in that day, up to the first birthday."""
MISSED = ["DTaP", "HepA-L", "MMR"]
"""Due at 18 months, when nobody came."""


def months(born: datetime.date, n: int) -> datetime.date:
    """The day a child is so many months old; the last of the month where there is no such day."""
    year, month = divmod(born.month - 1 + n, 12)
    first_of_next = datetime.date(born.year + year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(
        datetime.date(born.year + year, month + 1, min(born.day, 28)) + (born.day - min(born.day, 28)) * DAY,
        first_of_next - DAY,
    )  # fmt: skip


BORN = months(TODAY - 3 * DAY, -24)


def code(vaccine: str, number: int) -> str:
    return f"{CODES[vaccine]}{number:013d}"


@dataclass(frozen=True)
class Family:
    """A child with its mother, and what the clinic planned on each day it came."""

    child: Resident
    mother: Resident
    planned: dict[int, list[str]]


class Clinic:
    """The clinic of the town at a time of its own: a visit from the door to the door."""

    def __init__(self, site: Site) -> None:
        self.centre = site.town.centre.id
        self.nurse = factories.actor(self.centre, *factories.DESK, place="441202001")

    def stock(self, born: datetime.date) -> None:
        at = self.at(born)
        fridge = actions.add_fridge(name="1号冰箱", kind="refrigerator", actor=self.nurse, at=at).id
        lines = [
            PackageLine(
                code(each, n), each, f"{each} 示例产品", "示例生物", "A1", TODAY + 400 * DAY
            )
            for each in CODES
            for n in range(1, 6)
        ]
        actions.receive(fridge_id=fridge, lines=lines, key=uuid4(), actor=self.nurse, at=at)

    @staticmethod
    def at(day: datetime.date) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(2), datetime.UTC)

    def check_in(self, child: Resident, day: datetime.date) -> Visit:
        return actions.check_in(resident_id=child.id, key=uuid4(), actor=self.nurse, at=self.at(day))  # fmt: skip

    def put_off(self, child: Resident, day: datetime.date) -> None:
        """A fever: nothing today."""
        visit = self.check_in(child, day)
        chosen = [each.vaccine for each in visit.doses]
        actions.pre_check(visit_id=visit.id, temperature=38.2, chosen=chosen, expected_version=1, actor=self.nurse, at=self.at(day))  # fmt: skip

    def serve(self, child: Resident, day: datetime.date) -> list[str]:
        """Give all that is planned; what that was."""
        at, visit = self.at(day), self.check_in(child, day)
        chosen = sorted(each.vaccine for each in visit.doses)
        said = {"actor": self.nurse, "at": at}
        visit = actions.pre_check(visit_id=visit.id, temperature=36.6, chosen=chosen, expected_version=1, **said)  # fmt: skip
        actions.consent(visit_id=visit.id, by="parent", expected_version=2, **said)
        for each in chosen:
            number = models.Package.objects.filter(lot__vaccine=each, left=0).count() + 1
            site, route = rules.site_proposed(each, age_days=400)
            given = actions.inject(visit_id=visit.id, vaccine=each, code=code(each, number), site=site, route=route, confirmed=factories.CHECKS, key=uuid4(), **said)  # fmt: skip
        later = at + datetime.timedelta(minutes=31)
        actions.release(visit_id=visit.id, expected_version=given.visit.version, actor=self.nurse, at=later)  # fmt: skip
        return chosen


@pytest.fixture(scope="module")
def family(site: Site) -> Family:
    """The child comes for everything to nine months, is put off once with a fever, and misses 18 months."""
    portal_town.add_reviewer(site.town)
    station, clinic = site.town.station, Clinic(site)
    mother = portal_town.resident("郑晓燕", "2", datetime.date(1995, 3, 1), VILLAGE, station)
    portal_town._account("mother", "郑晓燕", "resident", None, resident=mother)
    child = portal_town.resident("郑安安", "1", BORN, VILLAGE, station)
    clinic.stock(BORN)
    nursery = registry.place_facts(code="Y-1", name="城东幼儿园", division_code="441202001")
    registry_actions.create_place(facts=nursery, actor=registry.ADMIN, at=NOW)
    factories.on_record(child, ("HepB", str(BORN)), ("BCG", str(BORN)))
    planned = {}
    for age in PLAN:
        day = months(BORN, age)
        if age == 8:
            clinic.put_off(child, day)
            day += 8 * DAY
        planned[age] = clinic.serve(child, day)
    standing.judge_due(on=TODAY)
    return Family(child, mother, planned)


def test_the_schedule_plans_each_dose_at_its_age(family):
    assert family.planned == PLAN


def grows_and_warns(doctor: Doctor, child: Resident) -> None:
    """The village doctor enrols the newborn, visits, weighs, and finds a warning sign at eight months."""
    page = doctor.page
    doctor.enrol(child, "child", on=str(BORN + 3 * DAY))
    page.wait_for_url("**/programmes/enrolments/*/")
    doctor.enrolment = page.url.removeprefix(doctor.visitor.site.address)
    doctor.open_form("newborn")
    doctor.fill(visited_on=str(BORN + 6 * DAY), feeding=("1",), risk=("0",), temperature="36.9", weight="3.4")  # fmt: skip
    doctor.fill(danger=("0",), advised=("0",))
    doctor.save_late()
    for age, weight, length, warns in ((3, "6.4", "61.5", "0"), (8, "8.6", "70.5", "1"), (12, "9.6", "75.8", "0")):  # fmt: skip
        doctor.open_form("check")
        doctor.fill(visited_on=str(months(BORN, age)), weight=weight, length=length, development=(warns,))  # fmt: skip
        expected = "有发育预警征象" if warns == "1" else "未见异常"
        doctor.save_late()
        assert expected in doctor.said
        if warns == "1":
            assert "转诊" in doctor.said
            assert page.request.get(f"{page.url}referral.pdf").body().startswith(b"%PDF")
    doctor.visitor.go(f"{doctor.enrolment}growth/")
    assert page.locator(".growth-chart").count() >= 2
    assert "75.8" in doctor.said
    doctor.is_sound()


def two_years_on_time(doctor: Doctor, child: Resident) -> None:
    """The check at 24 months is due, done today, and the list lets it go."""
    page = doctor.page
    doctor.visitor.go("/follow-ups/")
    row = page.locator(".work tbody tr", has_text="郑安安").first
    expect(row).to_contain_text("24 月龄检查")
    doctor.open_form("check")
    doctor.fill(visited_on=str(TODAY), weight="12.2", length="87.2", development=("0",))
    expect(page.locator("#decision .verdict-good, #decision .verdict")).to_contain_text("未见异常")
    doctor.save()
    assert "计入" in doctor.said
    doctor.visitor.go(doctor.enrolment)
    assert "30 月龄检查" in doctor.said
    doctor.is_sound()


def becomes_guardian(doctor: Doctor, family: Family) -> None:
    doctor.visitor.go(f"/residents/{family.child.index_number}/family/")
    page = doctor.page
    page.fill("#holder", family.mother.index_number)
    page.select_option("#evidence", "guardian:birth_certificate")
    doctor.is_sound()
    doctor.visitor.follow("main form[action$='/family/add/'] button")
    assert "郑晓燕" in doctor.said


def acts_for_the_child(visit) -> Doctor:
    mother = Doctor(visit(language="zh-hans", size=PHONE).log_in("mother"))
    mother.visitor.go("/family/")
    mother.visitor.follow(mother.page.locator("main form[action$='/family/act/'] button"))
    return mother


def is_given_what_it_missed(visit, child: Resident) -> None:
    """The nurse finds the child among the late, calls it in, and gives all of it on a phone."""
    nurse = visit(language="zh-hans", size=PHONE).log_in("township")
    page = nurse.page
    nurse.go("/vaccination/late/")
    row = page.locator("tbody tr", has_text="郑安安")
    for name in ("百白破", "麻", "甲型肝炎"):
        expect(row).to_contain_text(name)
    nurse.follow("main form[action$='/call-in/'] button")
    expect(page.locator("tbody tr", has_text="郑安安")).to_contain_text(str(TODAY))
    nurse.go(f"/vaccination/residents/{child.index_number}/")
    assert "发热" in page.inner_text("main")
    nurse.follow("main form[action$='/check-in/'] button")
    page.fill("#temperature", "36.5")
    chosen = [each.get_attribute("value") for each in page.locator("input[name=chosen]:checked").all()]  # fmt: skip
    assert sorted(chosen) == sorted([*MISSED, "JE-L"])
    nurse.follow("main button.btn-primary")
    nurse.follow("main button.btn-primary")  # informed and agreed
    for _each in chosen:
        vaccine = page.locator("[name=vaccine]").first.input_value()
        number = meanwhile(lambda of=vaccine: models.Package.objects.filter(lot__vaccine=of, left=0).count()) + 1  # fmt: skip
        page.fill("#code", code(vaccine, number))
        nurse.follow("main form:has(#code) button")
        for box in page.locator("input[name=confirmed]").all():
            box.check()
        nurse.follow("#inject")
    assert "剩 30 分钟" in page.inner_text("main")
    began = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=31)
    meanwhile(lambda: models.Visit.objects.filter(resident_id=child.id, on=TODAY).update(observed_from=began))  # fmt: skip
    nurse.go(page.url.removeprefix(nurse.site.address))
    nurse.follow("#release")
    assert nurse.overflow() <= 0 and nurse.faults() == [] and nurse.complaints == []


def enters_nursery(visit, child: Resident) -> None:
    """The nursery sends its list; the check finds nothing missing."""
    nurse = visit(language="zh-hans", size=PHONE).log_in("township")
    page = nurse.page
    nurse.go("/vaccination/entrants/")
    line = f"{child.index_number},Y-1,1,小一班".encode()
    page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": line})
    nurse.follow("main form[enctype] button")
    expect(page.locator("#entrants tbody tr")).to_contain_text("未查验")
    is_sound_at_both_sizes(nurse)
    nurse.follow("#check")
    expect(page.locator("#entrants tbody tr")).to_contain_text("已种齐")
    expect(page.locator("#rates tbody tr")).to_contain_text("1 · 100.0%")
    is_sound_at_both_sizes(nurse)
    assert nurse.complaints == []


def test_two_years_of_a_child(family, visit):
    doctor = Doctor(visit(language="zh-hans", size=PHONE).log_in("village"))
    grows_and_warns(doctor, family.child)
    two_years_on_time(doctor, family.child)
    becomes_guardian(doctor, family)

    mother = acts_for_the_child(visit)
    page = mother.page
    mother.visitor.go("/my-vaccinations/")
    assert "3 剂逾期" in mother.said
    assert str(months(BORN, 18)) in page.inner_text("[aria-labelledby=coming]")
    assert "发热" in page.inner_text("[aria-labelledby=off]")
    assert page.locator("[aria-labelledby=given] tbody tr").count() == 2 + sum(map(len, PLAN.values()))  # fmt: skip
    assert (
        page.locator(
            "main form:not([action='/family/stop/']), main a[href*='/vaccination/']"
        ).count()
        == 0
    )
    mother.is_sound()

    is_given_what_it_missed(visit, family.child)
    meanwhile(lambda: standing.judge_residents({family.child.id}, on=TODAY))
    enters_nursery(visit, family.child)

    mother.visitor.go("/my-vaccinations/")
    assert "逾期" not in mother.said
    assert page.locator("[aria-labelledby=given] tbody tr").count() == 2 + sum(map(len, PLAN.values())) + 4  # fmt: skip
    assert str(months(BORN, 36)) in page.inner_text("[aria-labelledby=coming]")
    paper = page.request.get(f"{mother.visitor.site.address}/my-vaccinations/certificate.pdf")
    assert paper.status == 200 and paper.body().startswith(b"%PDF")
    mother.visitor.go("/my-record/")
    mother.is_sound()
    assert doctor.visitor.complaints == mother.visitor.complaints == []
