"""One service end to end on the demo city: a hospital's reading becomes a counted visit and a figure; an emergency
its deadline.

The browser's loop runs in the test's thread, where Django refuses the database: what the worker would do
meanwhile (`feed.drain`, the lake, the clock of deadlines) is done in a thread of its own.
"""

import datetime
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from playwright.sync_api import expect

from kangmai.access.actions import issue_operator_token
from kangmai.analytics import actions as analytics
from kangmai.deadlines import actions as deadlines
from kangmai.identity.types import Resident
from kangmai.kernel import feed
from kangmai.standards.calendars import legal_day
from tests.factories import demo_city, programme_town
from tests.factories.demo_city import Demo
from tests.factories.portal_town import OPERATOR
from tests.journeys.conftest import PHONE, Site, Visitor, is_sound_at_both_sizes, served

pytestmark = pytest.mark.browser
NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)
Answer = TypeVar("Answer")
ROUTINE_TAPS, ROUTINE_SECONDS = 8, 60


@dataclass(frozen=True)
class People:
    """The demo city with a server before it, and the token of its hospital's system."""

    site: Site
    demo: Demo
    token: str


@pytest.fixture(scope="module")
def demo(built: None, shared_database: str) -> Demo:
    return demo_city.build(on=TODAY)


@pytest.fixture(scope="module")
def site(demo: Demo, shared_database: str) -> Iterator[Site]:
    with served(shared_database) as address:
        yield Site(address)


@pytest.fixture(scope="module")
def people(site: Site, demo: Demo) -> People:
    token = issue_operator_token(
        scope="system/*.cruds",
        organization_id=demo.hospital,
        ttl_seconds=3600,
        actor=OPERATOR,
        at=NOW,
    ).token
    return People(site, demo, token)


def meanwhile(work: Callable[..., Answer], **given: Any) -> Answer:
    """Do what the worker does, beside the browser."""

    def done() -> Answer:
        from django.db import connections

        try:
            return work(**given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(done).result()


class Thumb:
    """Taps and keystrokes on a phone, counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.taps = self.keys = 0

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.taps += 1

    def choose(self, name: str, value: str) -> None:
        self.tap(f"label:has(> input[name={name}][value='{value}'])")

    def type(self, name: str, text: str) -> None:
        self.page.fill(f"input[name={name}]", text)
        self.taps += 1
        self.keys += len(text)


def is_sound(visitor: Visitor) -> None:
    assert visitor.overflow() <= 0, visitor.page.url
    assert visitor.faults() == [], visitor.page.url


def hospital_sends(people: People, resident: Resident, high: int, low: int) -> None:
    """The hospital's own Patient and a reading of yesterday, through the FHIR door."""
    known = resident.demographics
    patient = _post(
        people,
        {
            "resourceType": "Patient",
            "name": [{"text": known.name}],
            "gender": "female" if known.sex_code == "2" else "male",
            "birthDate": str(known.birth_date),
            "identifier": [
                {"system": "http://www.mps.gov.cn/id", "value": known.documents[0].number}
            ],
        },
    )
    yesterday = TODAY - datetime.timedelta(days=1)
    _post(people, programme_town.reading(patient["id"], yesterday, high, low))
    meanwhile(feed.drain)


def _post(people: People, resource: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{people.site.address}/fhir/R4/{resource['resourceType']}",
        json.dumps(resource).encode(),
        {
            "Content-Type": "application/fhir+json",
            "Authorization": f"Bearer {people.token}",
            "Prefer": "return=representation",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201
        return json.loads(answer.read())


WORDS = {
    "zh-hans": {"controlled": "控制满意", "counts": "计入年度次数"},
    "en": {"controlled": "controlled", "counts": "counts towards the year"},
}


@pytest.mark.parametrize(
    ("language", "size", "turn"),
    [("zh-hans", PHONE, 0), ("en", PHONE, 1)],
    ids=["zh-phone", "en-phone"],
)
def test_a_reading_of_the_hospital_becomes_a_counted_visit(
    people, visit, language, size, turn, capsys
):
    words = WORDS[language]
    resident = people.demo.due[turn]
    name = resident.demographics.name
    hospital_sends(people, resident, 134, 82)

    doctor = visit(language=language, size=size).log_in(people.demo.doctor)
    page, thumb = doctor.page, Thumb(doctor)
    doctor.go("/follow-ups/")
    is_sound(doctor)
    waiting = page.locator(".work tbody tr").count()

    began = time.monotonic()
    thumb.tap(f".work-do a[aria-label$='{name}']")
    page.wait_for_url("**/visit/followup/")
    proposal = page.locator("[data-question=blood_pressure] .proposal")
    assert people.demo.hospital_names[language] in proposal.inner_text()
    assert "134/82" in proposal.inner_text()
    thumb.choose("method", "1")
    thumb.tap("[data-question=blood_pressure] [data-takes]")
    for question in ("symptoms", "adherence", "adverse_reaction"):
        thumb.choose(question, "1")
    expect(page.locator("#decision .verdict-good")).to_contain_text("134/82")
    assert words["controlled"] in page.inner_text("#decision")
    next_on = TODAY + datetime.timedelta(days=90)
    assert str(next_on) in page.inner_text("#decision")
    thumb.tap(".visit-buttons button[type=submit]:visible")
    page.wait_for_url("**/programmes/visits/*/")
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{language}: {thumb.taps} taps, {thumb.keys} keystrokes, {seconds:.1f} s")
    assert thumb.taps <= ROUTINE_TAPS
    assert thumb.keys == 0
    assert seconds < ROUTINE_SECONDS

    assert words["counts"] in page.inner_text("main")
    assert str(next_on) in page.inner_text("main")
    is_sound(doctor)
    saved = page.url
    printed = page.request.get(f"{saved}summary.pdf")
    assert printed.status == 200
    assert printed.body().startswith(b"%PDF")

    doctor.follow("a[href$='/correct/']")
    is_sound(doctor)
    page.fill("#correction-reason", "误将 132 录为 134")
    page.fill("[name=systolic]", "132")
    expect(page.locator("#decision .verdict-good")).to_contain_text("132/82")
    page.click(".visit-buttons button[type=submit]:visible")
    page.wait_for_url(lambda url: url.endswith("/") and "correct" not in url and url != saved)
    assert page.inner_text(".versions ins") == "132 mmHg"
    assert page.inner_text(".versions del") == "134 mmHg"
    is_sound(doctor)

    doctor.go("/follow-ups/")
    assert page.locator(".work tbody tr").count() == waiting - 1
    assert name not in page.inner_text(".work")

    own = visit(language=language, size=size).log_in(resident.index_number)
    own.go("/my-record/")
    assert "132/82 mmHg" in own.page.inner_text("main")
    is_sound(own)
    own.go("/my-ledger/")
    assert people.demo.doctor_name in own.page.inner_text("main")
    assert doctor.complaints == own.complaints == []


def test_a_tap_is_kept_while_the_decision_comes_and_covers_its_place(people, visit):
    """The foot of the form grows with an answer of the server, just when the finger is down beside it."""
    doctor = visit(language="en", size={"width": 390, "height": 730}).log_in(people.demo.doctor)
    page, held = doctor.page, []
    doctor.go(f"/programmes/enrolments/{people.demo.others[0][1]}/visit/followup/")
    page.wait_for_load_state("networkidle")
    page.route("**/try/", lambda route: held.append(route))
    page.fill("input[name=systolic]", "1350")
    page.locator("input[name=systolic]").blur()
    # until both the keys and the field that was left have been told to the server
    page.wait_for_timeout(1500)
    foot, chip = page.locator(".visit-foot"), page.locator("label:has(> input[name=method])").first
    box = chip.bounding_box()
    page.evaluate("y => scrollBy(0, y)", box["y"] + box["height"] - foot.bounding_box()["y"] + 4)
    box, low = chip.bounding_box(), foot.bounding_box()["y"]
    assert box["y"] + box["height"] <= low
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    with page.expect_response("**/try/"):
        held[-1].continue_()
    page.unroute("**/try/")
    expect(page.locator("#decision.htmx-request")).to_have_count(0)
    page.mouse.up()
    expect(chip.locator("input")).to_be_checked()
    expect(page.locator("#decision [data-wrong='input-systolic']")).to_be_visible()
    assert foot.bounding_box()["y"] < low
    assert doctor.complaints == []
    # a failure that comes meanwhile is no decision
    page.route("**/try/", lambda route: route.fulfill(status=500, body="out of order"))
    page.mouse.move(5, 5)
    page.mouse.down()
    with page.expect_response("**/try/"):
        page.locator("input[name=diastolic]").evaluate(
            "each => { each.value = 82; each.dispatchEvent(new Event('change', { bubbles: true })); }"
        )
    page.mouse.up()
    page.wait_for_timeout(500)
    expect(page.locator("#decision [data-wrong='input-systolic']")).to_be_visible()
    assert "out of order" not in page.inner_text("#decision")


@pytest.fixture(scope="module")
def figures(people) -> Iterator[None]:
    """The lake as the night leaves it."""
    meanwhile(analytics.sync, report=lambda progress: None, actor=OPERATOR, at=NOW)
    return None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_officer_reads_the_figures_and_the_team_the_rows(people, figures, visit, language):
    asked = f"area={demo_city.CITY}&period={TODAY.year}"
    officer = visit(language=language).log_in("officer", demo_city.PASSWORD)
    for indicator in ("ht_std_rate", "ht_control_rate"):
        assert officer.go(f"/figures/?{asked}&indicator={indicator}") == 200
        is_sound_at_both_sizes(officer)
        assert officer.go(f"/indicators/{indicator}/card/?{asked}") == 200
        is_sound_at_both_sizes(officer)
        assert "/" in officer.page.inner_text("main")
    doctor = visit(language=language).log_in(people.demo.doctor)
    village = f"area={people.demo.village}&period={TODAY.year}"
    assert doctor.go(f"/indicators/ht_control_rate/rows/?{village}") == 200
    assert people.demo.due[0].demographics.name in doctor.page.inner_text("main")
    assert people.demo.stranger not in doctor.page.inner_text("main")
    is_sound_at_both_sizes(doctor)


EMERGENCY = {
    "zh-hans": ("危急情况", "立即转诊"),
    "en": ("emergency", "refer now"),
}


@pytest.mark.parametrize(
    ("language", "size", "turn"),
    [("zh-hans", PHONE, 0), ("en", PHONE, 1)],
    ids=["zh-phone", "en-phone"],
)
def test_an_emergency_starts_a_deadline_that_escalates_and_is_met(
    people, visit, language, size, turn
):
    resident, enrolment = people.demo.others[turn]
    name = resident.demographics.name
    title, refer = EMERGENCY[language]
    seen_on = TODAY - datetime.timedelta(days=10)
    due_on = seen_on + datetime.timedelta(days=14)
    doctor = visit(language=language, size=size).log_in(people.demo.doctor)
    page = doctor.page
    start = f"/programmes/enrolments/{enrolment}/"
    doctor.go(f"{start}visit/followup/")
    thumb = Thumb(doctor)
    page.fill("[name=visited_on]", str(seen_on))
    thumb.choose("method", "2")
    thumb.type("systolic", "186")
    thumb.type("diastolic", "112")
    for question in ("symptoms", "adherence", "adverse_reaction"):
        thumb.choose(question, "1")
    decision = page.locator("#decision")
    expect(decision.locator(".verdict-danger")).to_contain_text("186/112")
    assert title in decision.inner_text()
    assert refer in decision.inner_text()
    is_sound(doctor)
    page.click(".visit-buttons button[type=submit]:visible")
    page.wait_for_url("**/programmes/visits/*/")
    assert str(due_on) in page.inner_text(".clocks")
    slip = page.request.get(f"{page.url}referral.pdf")
    assert slip.body().startswith(b"%PDF")
    is_sound(doctor)

    doctor.go("/follow-ups/")
    assert name in page.inner_text(".work tbody tr:first-child")
    assert title in page.inner_text(".work tbody tr:first-child")
    doctor.go("/")
    assert str(due_on) in page.inner_text("main")
    is_sound(doctor)

    later = NOW + datetime.timedelta(days=7)
    meanwhile(deadlines.escalate_due, at=later)
    township = visit(language=language, size=size).log_in("centre")
    township.go("/inbox/")
    assert township.page.locator(".messages li").count() >= 1
    is_sound(township)
    township.page.click(".messages button[value=acknowledge]")
    township.page.wait_for_selector(".toast-success")

    doctor.go(f"{start}visit/followup/")
    assert str(due_on) in page.inner_text("main")
    thumb.choose("method", "1")
    thumb.type("systolic", "138")
    thumb.type("diastolic", "84")
    for question in ("symptoms", "adherence", "adverse_reaction"):
        thumb.choose(question, "1")
    expect(decision.locator(".verdict-good, .verdict-warning")).to_contain_text("138/84")
    page.click(".visit-buttons button[type=submit]:visible")
    page.wait_for_url("**/programmes/visits/*/")
    doctor.go(start)
    assert page.locator(".clocks .tag-good").count() == 1
    is_sound(doctor)
    assert doctor.complaints == township.complaints == []
