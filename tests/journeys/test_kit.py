"""The village kit on a phone with the network cut: prepared, opened, a visit filled in, sent once, conflicts, erased.

What the kit checks and decides by itself is held to the worked cases of the definitions and to what the server reads.
"""

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from kangmai.forms import queries as forms
from kangmai.forms.rules import enabled, portable, read_answers
from kangmai.forms.types import ItemKind, Subject
from kangmai.programmes.engine import queries as programmes
from kangmai.programmes.engine.growing import growth_facts
from kangmai.programmes.engine.rules import portable_cases, portable_growth, portable_rules
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town, programme_town
from tests.journeys.conftest import PHONE, Site, Visitor, served

pytestmark = pytest.mark.browser
NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)
PHRASE = "榕树下的青石板路 7"
GROWN = Subject(datetime.date(1956, 3, 1), "1", None)


@pytest.fixture(scope="module")
def site(built: None, shared_database: str) -> Iterator[Site]:
    """The town with people in a programme, and a server before it."""
    town = portal_town.build()
    programme_town.build(town, at=NOW)
    with served(shared_database) as address:
        yield Site(address, town)


@pytest.fixture
def doctor(visit) -> Visitor:
    return visit(language="zh-hans", size=PHONE).log_in("village")


def prepare(visitor: Visitor, name: str = "诊室手机") -> None:
    """Load the kit and wait until the phone can do without the server."""
    page = visitor.page
    visitor.go("/kit/app/")
    page.fill("#kit-name", name)
    page.fill("#kit-phrase", PHRASE)
    page.fill("#kit-again", PHRASE)
    page.click("main button[type=submit]")
    page.wait_for_selector("[data-screen=list]")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def unlock(visitor: Visitor, phrase: str = PHRASE) -> None:
    visitor.page.fill("#kit-open", phrase)
    visitor.page.click("main button[type=submit]")


def choose(visitor: Visitor, name: str, value: str) -> None:
    visitor.page.click(f"label:has(> input[name={name}][value='{value}'])")


def begin(visitor: Visitor, name: str) -> None:
    visitor.page.click(f"[data-people] li:has-text('{name}') [data-does=visit]")
    visitor.page.wait_for_selector("[data-screen=visit]")


def answer(visitor: Visitor, high: str, low: str) -> None:
    """A visit at home without complaints."""
    choose(visitor, "method", "2")
    visitor.page.fill("[name=systolic]", high)
    visitor.page.fill("[name=diastolic]", low)
    for question in ("symptoms", "adherence", "adverse_reaction"):
        choose(visitor, question, "1")


def keep(visitor: Visitor) -> None:
    visitor.page.click(".visit-buttons button")


def saved_visits(visitor: Visitor, name: str) -> int:
    """How many visits stand on the page of an enrolment, asked with the connection there is."""
    visitor.go("/follow-ups/?show=all")
    visitor.follow(f".work tbody th a:has-text('{name}')")
    return visitor.page.locator(".visits tbody tr").count()


def test_without_signal_a_visit_is_filled_in_and_sent_once(doctor, visit):
    page, context = doctor.page, doctor.page.context
    before = saved_visits(doctor, "何桂芳")
    prepare(doctor)
    assert doctor.faults() == []
    assert doctor.overflow() <= 0
    assert "何桂芳" in page.inner_text("[data-people]")
    assert "冯文静" not in page.inner_text("main")

    context.set_offline(True)
    page.reload()
    page.wait_for_selector("[data-screen=locked]")
    assert "何桂芳" not in page.content()
    unlock(doctor, "a guess that is wrong")
    expect(page.locator("[data-complaint]")).to_contain_text("9")
    unlock(doctor)
    begin(doctor, "何桂芳")
    assert "136/84" in page.inner_text("main")
    keep(doctor)
    faults = page.locator("[data-faults] li")
    assert faults.count() >= 4
    answer(doctor, "1300", "84")
    keep(doctor)
    expect(page.locator("[data-faults]")).to_contain_text("50–300 mmHg")
    page.fill("[name=systolic]", "182")
    expect(page.locator(".verdict-danger")).to_contain_text("182/84")
    expect(page.locator(".verdict-danger")).to_contain_text("立即转诊")
    page.fill("[name=systolic]", "134")
    expect(page.locator(".verdict-good")).to_contain_text("134/84")
    assert doctor.faults() == []
    assert doctor.overflow() <= 0
    keep(doctor)
    page.wait_for_selector("[data-screen=list] .kit-entry")
    expect(page.locator("[data-people] li:has-text('何桂芳')")).to_contain_text("已填")
    page.click("[data-send]")
    expect(page.locator("[data-report]")).to_be_visible()
    assert page.locator(".kit-entry").count() == 1

    kept = page.evaluate(
        """async () => {
          const names = await caches.keys();
          const texts = [];
          for (const name of names) for (const request of await (await caches.open(name)).keys())
            texts.push(await (await (await caches.open(name)).match(request)).text());
          const database = await new Promise((resolve) => {
            const request = indexedDB.open("kangmai-kit");
            request.onsuccess = () => resolve(request.result);
          });
          const all = (store) => new Promise((resolve) => {
            const request = database.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => resolve(request.result);
          });
          const sealed = (await all("sealed")).map((each) => new TextDecoder().decode(each.sealed));
          const meta = JSON.stringify(await all("meta"));
          database.close();
          return { texts, sealed, meta, local: JSON.stringify(localStorage) + JSON.stringify(sessionStorage) };
        }"""
    )
    assert len(kept["texts"]) >= 5 and len(kept["sealed"]) >= 2
    everything = json.dumps(kept, ensure_ascii=False)
    for name in ("何桂芳", "李少芬", "陈慧敏", 'systolic\\":'):
        assert name not in everything

    # the connection is back, but answers get lost: the visit arrives, and is sent again
    context.set_offline(False)
    lost = {"count": 0}

    def lose(route):
        lost["count"] += 1
        if lost["count"] > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    page.route("**/kit/send/", lose)
    with page.expect_event("requestfailed", lambda request: "/kit/send/" in request.url):
        page.dblclick("[data-send]")
    page.wait_for_timeout(500)
    page.click("[data-send]")
    expect(page.locator(".kit-entry")).to_have_count(0)
    assert lost["count"] == 2
    assert saved_visits(doctor, "何桂芳") == before + 1
    assert doctor.complaints == []


def test_what_somebody_saved_meanwhile_is_shown_and_solved(doctor, visit):
    prepare(doctor, "第二部手机")
    page, context = doctor.page, doctor.page.context
    context.set_offline(True)
    begin(doctor, "李少芬")
    answer(doctor, "148", "82")
    page.fill("[name=visited_on]", str(TODAY - datetime.timedelta(days=5)))
    expect(page.locator("[data-decision]")).to_contain_text("补录")
    keep(doctor)

    colleague = visit(language="zh-hans", size=PHONE).log_in("village")
    colleague.go("/follow-ups/")
    colleague.follow(".work-do a[aria-label$='李少芬']")
    answer(colleague, "144", "80")
    colleague.follow(".visit-buttons button[type=submit]:visible")

    context.set_offline(False)
    page.click("[data-send]")
    entry = page.locator(".kit-entry")
    expect(entry).to_contain_text("144/80")
    assert doctor.faults() == []
    page.click(".kit-entry [data-does=own]")
    expect(entry).to_have_count(0)
    assert saved_visits(doctor, "李少芬") >= 3
    assert "补录" in page.inner_text(".visits")


def note_attempt(visitor: Visitor, name: str, *, ago: int, method: str) -> None:
    """Note that somebody was not reached some days ago."""
    page = visitor.page
    page.click(f"[data-people] li:has-text('{name}') [data-does=attempt]")
    page.wait_for_selector("[data-screen=attempt]")
    choose(visitor, "method", method)
    page.fill("[name=on]", str(TODAY - datetime.timedelta(days=ago)))


def test_without_signal_the_third_attempt_says_that_the_resident_is_out_of_reach(doctor):
    doctor.go("/kit/")
    for _ in range(doctor.page.locator("main form button").count()):
        doctor.follow("main form button")
    prepare(doctor, "第四部手机")
    page, context = doctor.page, doctor.page.context
    context.set_offline(True)
    for ago, method in ((6, "phone"), (3, "phone")):
        note_attempt(doctor, "谭国权", ago=ago, method=method)
        expect(page.locator("[data-limit]")).to_contain_text("3")
        page.click("form button[type=submit]")
        page.wait_for_selector("[data-screen=list]")
    expect(page.locator("[data-people] li:has-text('谭国权')")).to_contain_text("2")
    note_attempt(doctor, "谭国权", ago=3, method="phone")
    page.click("form button[type=submit]")
    expect(page.locator("[data-complaint]")).to_be_visible()
    assert doctor.faults() == []
    assert doctor.overflow() <= 0
    page.fill("[name=on]", str(TODAY))
    expect(page.locator("[data-limit]")).not_to_contain_text("失访名单")
    choose(doctor, "method", "face_to_face")
    expect(page.locator("[data-limit]")).to_contain_text("失访名单")
    page.click("form button[type=submit]")
    page.wait_for_selector("[data-screen=list]")
    assert page.locator(".kit-entry").count() == 3

    context.set_offline(False)
    page.click("[data-send]")
    expect(page.locator(".kit-entry")).to_have_count(0)
    doctor.go("/follow-ups/?show=lost")
    assert "谭国权" in page.inner_text("main")
    assert doctor.complaints == []


def test_a_kit_over_its_time_forgets_whom_it_held_but_not_what_waits(doctor):
    prepare(doctor, "第三部手机")
    page, context = doctor.page, doctor.page.context
    context.set_offline(True)
    begin(doctor, "陈伟强")
    answer(doctor, "136", "82")
    keep(doctor)
    page.wait_for_selector(".kit-entry")
    let_time_pass(page)
    page.reload()
    page.wait_for_selector("[data-screen=locked] [data-if=empty]:not([hidden])")
    unlock(doctor)
    page.wait_for_selector(".kit-entry")
    assert page.locator("[data-people] li").count() == 0
    context.set_offline(False)
    page.click("[data-send]")
    expect(page.locator(".kit-entry")).to_have_count(0)


def test_a_card_reader_opens_the_person_at_the_worklist(doctor, site):
    number = site.town.liang.demographics.documents[0].number
    doctor.go("/follow-ups/")
    with doctor.page.expect_navigation(wait_until="load"):
        doctor.page.keyboard.type(number)
        doctor.page.keyboard.press("Enter")
    assert doctor.page.url.endswith("/visit/followup/")
    assert "梁秀英" in doctor.page.inner_text("main")


def let_time_pass(page) -> None:
    """Put the end of the kit an hour back."""
    page.evaluate(
        """() => new Promise((resolve) => {
          const request = indexedDB.open("kangmai-kit");
          request.onsuccess = () => {
            const store = request.result.transaction("meta", "readwrite").objectStore("meta");
            store.get("meta").onsuccess = (event) => {
              const done = store.put({ ...event.target.result, expires: Date.now() - 3600000 }, "meta");
              done.onsuccess = () => { request.result.close(); resolve(); };
            };
          };
        })"""
    )


def test_a_kit_is_erased_from_afar(doctor, visit):
    doctor.go("/kit/")
    for button in range(doctor.page.locator("main form button").count()):
        doctor.follow("main form button")
        assert button >= 0
    prepare(doctor, "丢失的手机")
    page, context = doctor.page, doctor.page.context
    begin(doctor, "周丽仪") if page.locator("[data-people] li:has-text('周丽仪')").count() else None
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("[data-screen=locked]")

    admin = visit(language="en").log_in("admin")
    assert admin.go("/kits/") == 200
    assert admin.faults() == []
    admin.follow("tr:has-text('丢失的手机') button")
    assert "erased at the next contact" in admin.page.inner_text("tr:has-text('丢失的手机')")

    context.set_offline(False)
    page.reload()
    page.wait_for_selector("[data-screen=erased]")
    left = page.evaluate("indexedDB.databases().then((all) => all.map((each) => each.name))")
    assert left == []
    # the phone is empty before it tells so
    for _ in range(40):
        admin.go("/kits/")
        if "erased at" not in admin.page.inner_text("tr:has-text('丢失的手机')"):
            break
        admin.page.wait_for_timeout(250)
    assert "erased at" not in admin.page.inner_text("tr:has-text('丢失的手机')")
    own = visit(language="en", size=PHONE).log_in("village")
    assert own.go("/kit/") == 200
    assert own.faults() == []
    assert own.overflow() <= 0


def test_what_the_kit_decides_is_what_the_definitions_say(doctor):
    doctor.go("/kit/app/")
    walked = 0
    for programme in programmes.programmes(on=TODAY):
        rules = portable_rules(programme.id, on=TODAY)
        cases = portable_cases(programmes.rule_set(programme.decision, on=TODAY))
        found = doctor.page.evaluate(
            """([rules, cases]) => cases.map((each) => document.getElementById("kit").walk.decide(
                 rules, { visited_on: each.day, today: each.day, ...each.given }))""",
            [rules, cases],
        )
        for case, decision in zip(cases, found, strict=True):
            said = decision | {"refer": decision["refer"] and decision["refer"]["urgency"]}
            assert {name: said[name] for name in case["expect"]} == case["expect"], case["name"]
            walked += 1
    assert walked >= 100


def test_what_the_kit_finds_wrong_is_what_the_server_finds(doctor):
    doctor.go("/kit/app/")
    compared = 0
    for form in forms.forms():
        checks = portable(form, language="zh")
        for case in forms.case_list(form):
            asked = _asked(form, case)
            if asked is None:
                continue
            given, on, sex, born, shown, expected = asked
            found = doctor.page.evaluate(
                """([checks, given, sexCode, birthDate, today, shown]) => document.getElementById("kit").walk.read(
                     checks, given, { sexCode, birthDate, today, isAsked: (place) => shown.includes(place) })
                     .faults.map((each) => [each.place, each.confirm !== null])""",
                [checks, given, sex, born, on, shown],
            )
            assert sorted(map(tuple, found)) == expected, (form.id, case["name"]["en"])
            compared += 1
    assert compared >= 100


def _asked(form, case) -> Any:
    """What a browser would send of a worked example, and the faults the server finds; None where a page cannot send it."""
    resident = case.get("resident", {})
    subject = Subject(
        resident.get("born", GROWN.birth_date), resident.get("sex", "1"), resident.get("died")
    )
    given = {
        place: [str(each) for each in value] if isinstance(value, tuple) else [str(value)]
        for place, value in case["given"].items()
        if str(value).strip()
    }
    reading = read_answers(
        form, {k: tuple(v) for k, v in given.items()}, subject=subject, on=case["day"]
    )
    if not all(_comes_from_a_page(form, fault) for fault in reading.faults):
        return None
    for place, texts in given.items():
        item = form.by_link_id.get(place)
        if item and item.kind is ItemKind.DATE and place in reading.answers.values:
            texts[:] = [str(reading.answers.values[place])]
        if item and item.kind is ItemKind.BOOLEAN and place in reading.answers.values:
            texts[:] = [str(reading.answers.values[place]).lower()]
    expected = sorted((fault.place, bool(fault.confirm_name)) for fault in reading.faults)
    return (
        given,
        str(case["day"]),
        subject.sex_code,
        subject.birth_date and str(subject.birth_date),
        sorted(enabled(form, reading.answers.values)),
        expected,
    )


def _comes_from_a_page(form, fault) -> bool:
    """Whether a fault is one that a page lets happen, and that is not about who it is: that the server says."""
    told = (
        "没有“",
        "只能填写一个",
        "从列出的选项",
        "不能再选其他",
        "条",
        "出生日期",
        "死亡日期",
        "年龄不符",
        "性别",
        "个字",
        "应填写日期",
    )
    item = form.by_link_id.get(fault.link_id)
    return (
        not any(each in fault.zh for each in told)
        and "." not in fault.place
        and not (item and item.calculate)
    )


def test_it_locks_itself_when_left_lying_and_ten_wrong_guesses_erase_it(doctor):
    doctor.go("/kit/")
    for _ in range(doctor.page.locator("main form button").count()):
        doctor.follow("main form button")
    doctor.page.clock.install()
    prepare(doctor, "放在桌上的手机")
    page, context = doctor.page, doctor.page.context
    context.set_offline(True)
    page.clock.run_for("14:00")
    assert page.locator("[data-screen=list]").count() == 1
    page.clock.run_for("02:00")
    page.wait_for_selector("[data-screen=locked]")
    assert "何桂芳" not in page.content() and "陈伟强" not in page.content()
    for left in range(9, 0, -1):
        unlock(doctor, f"a wrong guess {left}")
        expect(page.locator("[data-complaint]")).to_contain_text(f" {left} ")
    unlock(doctor, "the tenth")
    page.wait_for_selector("[data-screen=erased]")
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    context.set_offline(False)
    page.reload()
    page.wait_for_selector("[data-screen=first]")


def test_growth_is_scored_on_the_phone_as_on_the_server(doctor):
    """Ages, sexes and sizes over the whole of the tables, lying and standing, with earlier visits."""
    doctor.go("/kit/app/")
    service = programmes.programme("child", on=TODAY).services["check"]
    asked, expected = [], []
    for days in (0, 30, 64, 181, 365, 729, 731, 1200, 1856, 1857, 1900, 2400, 2556, 2600):
        for sex in ("1", "2", "9"):
            for size in (0.55, 0.8, 0.97, 1.0, 1.13, 1.4):
                for lying in (True, False, None):
                    age = min(days, 1856) / 365
                    values = {
                        "weight": round((3.4 + 2.9 * age) * size, 2),
                        "length": round((52 + 13 * age) * (0.8 + size / 5), 1),
                        "head": round(35 + 3 * age * size, 1) if days < 1000 else None,
                        "is_lying": lying,
                    }
                    earlier = [
                        {"day": str(TODAY - datetime.timedelta(days=ago)), "waz": waz, "haz": 0.4}
                        for ago, waz in ((90, 1.2), (200, 2.4), (400, 3.5))
                    ]
                    asked.append([sex, str(TODAY - datetime.timedelta(days=days)), values, earlier])
                    expected.append(_growth_on_the_server(service, sex, days, values, earlier))
    found = doctor.page.evaluate(
        """([standard, service, day, all]) => all.map(([sex_code, birth_date, values, earlier]) =>
             document.getElementById("kit").walk.growthFacts(standard, service, { sex_code, birth_date, earlier }, values, day))""",
        [portable_growth("child", on=TODAY), {"growth": dict(service.growth)}, str(TODAY), asked],
    )
    assert sum(len(each) > 5 for each in expected) >= 100
    for question, said, known in zip(asked, found, expected, strict=True):
        assert said == known, question


def _growth_on_the_server(service, sex, days, values, earlier) -> dict[str, Any]:
    found = growth_facts(
        service,
        values,
        birth_date=TODAY - datetime.timedelta(days=days),
        sex_code=sex,
        day=TODAY,
        earlier=[
            (datetime.date.fromisoformat(each["day"]), {"waz": each["waz"], "haz": each["haz"]})
            for each in earlier
        ],
    )
    return {
        name: value if isinstance(value, bool) else float(value) for name, value in found.items()
    }
