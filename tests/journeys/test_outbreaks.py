"""Three outbreaks in the demo city, each found, explained, verified, investigated and closed by two roles: norovirus in
a school, dengue over three towns, one imported cholera.

They are played by the code of `kangmai demo outbreak`. What the worker does meanwhile is done beside the browser,
whose loop keeps Django from the database.
"""

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from playwright.sync_api import expect

from kangmai.deadlines.models import Deadline
from kangmai.epidemic.cases.models import Card
from kangmai.epidemic.surveillance.models import Outbreak, Signal
from kangmai.handover import actions as handover
from kangmai.handover.models import Entry
from kangmai.kernel import feed
from kangmai.standards.calendars import legal_day
from tests.factories import outbreak_city
from tests.factories.portal_town import OPERATOR
from tests.journeys.conftest import PHONE, Site, Visitor, served

pytestmark = pytest.mark.browser
TODAY = legal_day(datetime.datetime.now(datetime.UTC))
Answer = TypeVar("Answer")


@pytest.fixture(scope="module")
def site(built: None, shared_database: str) -> Iterator[Site]:
    """The demo city of today with a server before it."""
    outbreak_city.build(on=TODAY)
    with served(shared_database) as address:
        yield Site(address)


def meanwhile(work: Callable[..., Answer], *given: Any) -> Answer:
    """Do what the worker does, beside the browser."""

    def done() -> Answer:
        from django.db import connections

        try:
            return work(*given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(done).result()


def come(visit, login: str, **how: Any) -> Visitor:
    return visit(**how).log_in(login, outbreak_city.PASSWORD)


def press(visitor: Visitor, selector: str) -> None:
    visitor.follow(selector)
    assert visitor.complaints == []


def calm(visitor: Visitor) -> None:
    """The page is no wider than the window, and axe finds nothing."""
    assert visitor.overflow() <= 0, visitor.page.url
    assert visitor.faults() == [], visitor.page.url


def shows(visitor: Visitor, *texts: str) -> None:
    for text in texts:
        expect(visitor.page.locator("main")).to_contain_text(text)


def path_of(visitor: Visitor) -> str:
    return visitor.page.url.removeprefix(visitor.site.address).split("#")[0]


def fill_in(visitor: Visitor, fields: dict[str, str]) -> None:
    """Fill in a form, opened where it is folded, and send it."""
    first = next(iter(fields))
    visitor.page.evaluate(
        "id => { const d = document.querySelector(id).closest('details'); if (d) d.open = true }",
        first,
    )
    for selector, value in fields.items():
        if visitor.page.locator(selector).evaluate("e => e.tagName") == "SELECT":
            visitor.page.select_option(selector, value)
        else:
            visitor.page.fill(selector, value)
    press(visitor, f"form:has({first}) button.btn-primary")


def verify(duty: Visitor, title: str, note: str) -> str:
    """From a new signal to an event with its first report; returns the event's address."""
    press(duty, "button[value=acknowledge]")
    press(duty, "button[value=verify]")
    fill_in(duty, {"#title": title, "#suspect-note": note})
    event = path_of(duty)
    assert event.startswith("/events/")
    fill_in(duty, {"#report-note": "已派员现场调查"})
    shows(duty, "按时")
    press(duty, "button[value=investigate]")
    return event


def confirm_and_close(duty: Visitor, bureau: Visitor, event: str, grade: str, lessons: str) -> None:
    """The bureau confirms, the CDC ends it with report and lessons, the bureau closes."""
    fill_in(duty, {"#d-definition": "发病日期在范围内，有相应症状者"})
    assert duty.page.locator("button[value=close]").count() == 0
    bureau.go(event)
    fill_in(bureau, {"#grade": grade})
    duty.go(event)
    press(duty, "button[value=over]")
    press(duty, "form:has(#kind) button.btn-primary")
    fill_in(duty, {"#d-lessons": lessons})
    bureau.go(event)
    press(bureau, "button[value=close]")
    shows(bureau, lessons)


def clocks(kind: str, id: Any) -> dict[str, tuple[str, bool]]:
    """Each deadline of a thing: its state, and whether it was met in time."""
    rows = Deadline.objects.filter(subject_kind=kind, subject_id=str(id))
    return {
        row.definition: (row.state, row.met_at is not None and row.met_at <= row.due_at)
        for row in rows
    }


def all_kept(group: str) -> None:
    """The signal of a group and its event are closed, and every clock of both was kept."""
    signal = Signal.objects.get(group=group)
    event = Outbreak.objects.get(id=signal.outbreak_id)
    assert (signal.state, event.state) == ("closed", "closed")
    verification = f"signal_verification_{'2h' if signal.level == 'immediate' else '24h'}"
    assert clocks("signal", signal.id) == {verification: ("met", True)}
    assert clocks("outbreak", event.id) == {
        "event_first_report": ("met", True),
        "event_progress_report": ("cancelled", False),
        "event_final_report": ("met", True),
    }


def nobody_else_sees(visit, *addresses: str) -> None:
    other = visit().log_in("dutyelse")
    assert {other.go(address) for address in addresses} == {404}


def test_norovirus_in_a_school(site, visit):
    duty = come(visit, "cdc")
    for path in ("/signals/", "/signals/counts/", "/signals/unusual/", "/signals/method/"):
        assert duty.go(path) == 200
        calm(duty)
    school = meanwhile(outbreak_city.happen, "norovirus").place

    # found, on a phone, with its clock
    phone = come(visit, "cdc", size=PHONE)
    phone.go("/signals/")
    shows(phone, school, "小时")
    calm(phone)
    press(phone, f"tbody tr:has-text('{school}') th a")
    shows(phone, "诺如病毒聚集", "阈值 5 例", "因病缺课")
    calm(phone)
    signal = path_of(phone)

    duty.go(signal)
    event = verify(duty, f"{school}诺如病毒聚集性疫情", "电话核实，三年级集中发病")
    for n, back in enumerate((2, 1, 1)):
        onset = (TODAY - datetime.timedelta(days=back)).isoformat()
        line = {"#l-name": f"学生{n + 1}", "#l-age": "8", "#l-unit": "三年二班"}
        fill_in(duty, {**line, "#l-onset": onset, "#l-class": "confirmed" if n else "probable"})
    expect(duty.page.locator("svg.chart-bars rect")).to_have_count(2)
    fill_in(duty, {"#m-what": "终末消毒，病例居家", "#m-who": "区疾控与学校"})
    press(duty, "form:has(input[name=measure]) button")
    calm(duty)
    nobody_else_sees(visit, signal, event)
    bureau = come(visit, "officer")
    assert bureau.go(event) == 200
    expect(bureau.page.locator("main")).not_to_contain_text("学生1")
    confirm_and_close(duty, bureau, event, "U", "晨检应登记呕吐")
    meanwhile(all_kept, "gastroenteritis")
    duty.go("/signals/?show=closed")
    shows(duty, school)


def test_dengue_over_three_towns(site, visit):
    towns = meanwhile(outbreak_city.happen, "dengue").towns
    assert len(towns) == 3

    # one signal with what the rule says of the county and the exact test of each town
    duty = come(visit, "cdc")
    duty.go("/signals/?group=1300")
    expect(duty.page.locator("tbody th a[href^='/signals/']")).to_have_count(1)
    press(duty, "tbody th a")
    shows(duty, "登革热", "阈值 5 例", "剩余", *towns)
    expect(duty.page.locator("section:has(#cards) tbody tr")).to_have_count(12)
    calm(duty)
    signal = path_of(duty)

    event = verify(duty, "登革热聚集性疫情", "病例间无共同外出史")
    press(duty, "form[action$='/cards/'] button")
    expect(duty.page.locator("section:has(#lines) tbody tr")).to_have_count(12)
    for town in towns:
        expect(duty.page.locator("section:has(#places)")).to_contain_text(town)
    fill_in(duty, {"#m-what": "清除孳生地，成蚊密度监测", "#m-who": "街道与区疾控"})
    calm(duty)
    english = come(visit, "cdc", size=PHONE, language="en")
    english.go(signal)
    shows(english, "Dengue", "threshold to be verified")
    calm(english)
    nobody_else_sees(visit, signal, event)
    bureau = come(visit, "officer")
    confirm_and_close(duty, bureau, event, "IV", "入夏前清除积水")
    meanwhile(all_kept, "1300")


def test_one_imported_cholera(site, visit):
    meanwhile(outbreak_city.happen, "cholera")

    # a code is no diagnosis: no signal and no legal clock until the doctor decides
    assert not meanwhile(lambda: Signal.objects.filter(group="0200").exists())
    doctor = come(visit, "hospital", size=PHONE)
    doctor.go("/cases/")
    press(doctor, "a:has-text('霍乱')")
    press(doctor, "main a[href$='/form/']")
    for selector, value in (
        ("#f-case_class", "2"),
        ("#f-occupation", "11"),
        ("#f-origin", "imported"),
    ):
        doctor.page.select_option(selector, value)
    doctor.page.fill("#f-origin_place", "孟加拉国")
    if not doctor.page.input_value("#f-phone"):
        doctor.page.fill("#f-phone", "15412345678")
    doctor.follow(doctor.page.get_by_role("button", name="诊断并提交"))
    if doctor.page.locator("input[name=confirm]").count():
        for box in doctor.page.locator("input[name=confirm]").all():
            box.check()
        doctor.follow(doctor.page.get_by_role("button", name="诊断并提交"))
    shows(doctor, "已提交", "2 小时")
    calm(doctor)
    meanwhile(feed.drain)

    duty = come(visit, "cdc", size=PHONE)
    duty.go("/signals/?group=0200")
    shows(duty, "霍乱", "1 小时")
    press(duty, "tbody th a")
    shows(duty, "霍乱", "输入")
    calm(duty)
    signal = path_of(duty)
    event = verify(duty, "输入性霍乱", "患者已隔离治疗，同行者待查")
    press(duty, "form[action$='/cards/'] button")
    expect(duty.page.locator("section:has(#lines) tbody tr")).to_have_count(1)
    until = (TODAY + datetime.timedelta(days=5)).isoformat()
    fill_in(duty, {"#c-name": "同行者", "#c-line": "1", "#c-until": until})
    calm(duty)
    nobody_else_sees(visit, signal, event)
    meanwhile(_receive)
    assert meanwhile(lambda: clocks("case_card", _card())["report_2h"]) == ("met", True)
    bureau = come(visit, "officer")
    confirm_and_close(duty, bureau, event, "IV", "入境旅客腹泻应即采样")
    meanwhile(all_kept, "0200")


def _card() -> Any:
    return Card.objects.get(disease="0200").id


def _receive() -> None:
    """The national network takes the card, and its receipt is recorded."""
    at = datetime.datetime.now(datetime.UTC)
    entry = Entry.objects.get(subject_kind="case_card", subject_id=str(_card()))
    handover.mark_sent_by_hand(entries=[(entry.id, entry.version)], actor=OPERATOR, at=at)
    handover.record_receipt(
        entry_id=entry.id,
        receipt_number="2026440203000001",
        expected_version=entry.version + 1,
        actor=OPERATOR,
        at=at,
    )
