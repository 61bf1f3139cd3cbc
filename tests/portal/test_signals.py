"""Pages of early warning: who sees what, each page in both languages, the neighbour county nothing."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kangmai.epidemic.surveillance import actions, models
from kangmai.standards.calendars import legal_day
from tests.factories import signal_town
from tests.factories.portal_town import OPERATOR

NOW = datetime.datetime.now(datetime.UTC)
TODAY = legal_day(NOW)
LOGINS = ("duty", "dutyelse", "officer", "clinician", "village", "admin", "liang")


@pytest.fixture(scope="module")
def warned(town):
    return signal_town.build(NOW)


@pytest.fixture
def signal(warned):
    """One new cholera signal; what earlier tests left is over."""
    models.Outbreak.objects.update(state="closed")
    models.Signal.objects.update(state="closed")
    found = signal_town.occurrence(f"c{models.Occurrence.objects.count()}", "0200", TODAY)
    (id,) = actions.take_occurrences([found], actor=OPERATOR, at=NOW).new
    return models.Signal.objects.get(id=id)


@pytest.fixture
def event(signal, enter):
    """An event under investigation."""
    duty = enter("duty")
    for do in ("acknowledge", "verify", "suspect"):
        version = models.Signal.objects.get(id=signal.id).version
        duty.post(
            f"/signals/{signal.id}/step/", {"do": do, "version": version, "title": "城东霍乱"}
        )
    return models.Outbreak.objects.get(signals=signal)


def status(enter, path: str) -> dict[str, int]:
    return {login: enter(login).get(path).status_code for login in LOGINS}


def test_who_opens_which_page(enter, event):
    of_area = {
        "duty": 200,
        "dutyelse": 200,
        "officer": 200,
        "clinician": 403,
        "village": 403,
        "admin": 403,
        "liang": 403,
    }
    for path in (
        "/signals/",
        "/signals/list.csv",
        "/signals/city/",
        "/signals/method/",
        "/events/",
    ):
        assert status(enter, path) == of_area, path
    of_signal = of_area | {"dutyelse": 404}
    signal = event.signals.get()
    for path in (
        f"/signals/{signal.id}/",
        f"/events/{event.id}/",
        f"/events/{event.id}/situation.docx",
    ):
        assert status(enter, path) == of_signal, path
    assert status(enter, f"/events/{event.id}/lines.csv") == of_signal | {"officer": 403}
    told = {
        "duty": 200,
        "dutyelse": 200,
        "officer": 403,
        "clinician": 200,
        "village": 200,
        "admin": 403,
        "liang": 403,
    }
    assert status(enter, "/signals/unusual/") == told
    entered = told | {"clinician": 403, "village": 403}
    assert status(enter, "/signals/counts/") == entered
    for path in ("/signals/", "/events/", f"/signals/{signal.id}/"):
        assert enter().get(path)["Location"].startswith("/login/")


def test_the_neighbour_county_sees_and_does_nothing(enter, event):
    signal = event.signals.get()
    other = enter("dutyelse")
    for path in (
        "/signals/",
        "/signals/list.csv",
        "/events/",
        "/signals/city/",
        "/signals/method/",
    ):
        page = other.get(path).content.decode()
        assert (
            str(signal.id) not in page
            and str(event.id) not in page
            and "S" + signal.id.hex[-10:].upper()[:5] not in page
        )
    before = models.Signal.objects.values().get(id=signal.id)
    for login, refused in (("dutyelse", 404), ("clinician", 403), ("village", 403)):
        posted = {"do": "reopen", "version": before["version"], "note": "x"}
        answer = enter(login).post(f"/signals/{signal.id}/step/", posted)
        assert answer.status_code == refused, login
        answer = enter(login).post(f"/events/{event.id}/person/", {"name": "x"})
        assert answer.status_code in (302, 403, 404)
    assert models.Signal.objects.values().get(id=signal.id) == before
    assert event.lines.count() == 0


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_speak_both_languages(enter, event, language):
    client = enter("duty", language=language)
    signal = event.signals.get()
    pages = {
        "/signals/": ("Early warning", "监测预警"),
        f"/signals/{signal.id}/": ("Evidence", "证据"),
        f"/events/{event.id}/": ("Epidemic curve", "流行曲线"),
        "/signals/city/": ("Where and when", "时空分布"),
        "/signals/method/": ("How early warning works here", "预警如何运行"),
        "/signals/counts/": ("Daily counts", "日计数录入"),
        "/signals/unusual/": ("Report something unusual", "异常健康事件报告"),
    }
    for path, (english, chinese) in pages.items():
        page = client.get(path).content.decode()
        assert (english if language == "en" else chinese) in page, path
        if language != "en":
            left = re.findall(r">([A-Z][a-z]+(?: [a-z]+){2,})<", page)
            assert left == [], (path, left)


def test_signals_that_wait_are_named_as_such_in_chinese(enter, event):
    page = enter("duty", language="zh-hans").get("/signals/").content.decode()
    assert "未办结" in page
    assert "打开" not in page


def test_an_illegal_step_is_refused_in_words(enter, event):
    signal = event.signals.get()
    duty = enter("duty")
    duty.post(f"/signals/{signal.id}/step/", {"do": "close", "version": signal.version})
    assert "cannot be taken to" in duty.get(f"/signals/{signal.id}/").content.decode()
    duty.post(f"/signals/{signal.id}/step/", {"do": "explode", "version": signal.version})
    assert "nothing that can be done" in duty.get(f"/signals/{signal.id}/").content.decode()
    duty.post(f"/signals/{signal.id}/step/", {"do": "exclude", "version": signal.version})
    assert "Say why" in duty.get(f"/signals/{signal.id}/").content.decode()


def test_a_line_list_a_contact_and_a_measure_by_page(enter, event):
    duty = enter("duty")
    add = {
        "name": "=王小明",
        "age": "8",
        "sex": "1",
        "unit": "三年二班",
        "onset": TODAY.isoformat(),
        "class": "probable",
    }
    duty.post(f"/events/{event.id}/person/", add)
    duty.post(f"/events/{event.id}/person/", {"name": "x", "age": "old"})
    duty.post(
        f"/events/{event.id}/contact/",
        {"name": "李母", "exposed": TODAY.isoformat(), "until": TODAY.isoformat(), "line": "1"},
    )
    duty.post(
        f"/events/{event.id}/contact/", {"number": "1", "day": TODAY.isoformat(), "state": "well"}
    )
    duty.post(
        f"/events/{event.id}/measure/", {"what": "消毒", "who": "学校", "due": TODAY.isoformat()}
    )
    page = duty.get(f"/events/{event.id}/").content.decode()
    assert "王小明" in page and "三年二班" in page and "<rect" in page and "消毒" in page
    assert event.lines.count() == 1 and event.contacts.get().visits.count() == 1
    csv = duty.get(f"/events/{event.id}/lines.csv").content.decode()
    assert "'=王小明" in csv
    assert "王小明" not in enter("officer").get(f"/events/{event.id}/").content.decode()
    document = duty.get(f"/events/{event.id}/situation.docx")
    assert document.content[:2] == b"PK" and "王小明".encode() not in document.content


def test_a_file_of_counts_names_its_faults(enter, warned):
    text = f"day,condition,place_code,count\n{TODAY},vomiting_diarrhoea,{signal_town.SCHOOL_CODE},1\n2999-01-01,other_illness,,x\n"
    posted = {
        "source": "school_absence",
        "do": "take",
        "file": SimpleUploadedFile("c.csv", text.encode()),
    }
    page = enter("duty").post("/signals/counts/", posted).content.decode()
    assert "2 rows: 1 taken, 0 unchanged, 1 refused." in page and "the day is in the future" in page


def test_something_unusual_reaches_the_desk(enter, warned):
    form = enter("clinician").get("/signals/unusual/").content.decode()
    key = re.search(r'name="key" value="(\w+)"', form).group(1)
    told = {
        "condition": "unusual_event", "count": "4", "first_day": TODAY.isoformat(), "note": "多人发热",
        "place_code": signal_town.SCHOOL_CODE, "key": key,
    }  # fmt: skip
    clinician = enter("clinician")
    assert clinician.post("/signals/unusual/told/", told).headers["Location"] == "/"
    assert "城东小学" in enter("duty").get("/signals/").content.decode()


def test_the_parts_of_an_investigation_by_page(enter, event):
    """Lines corrected on their own page, links and their figure, a contact day by day, a resource by two roles."""
    duty, officer = enter("duty", language="en"), enter("officer", language="en")
    home = f"/events/{event.id}/"
    for n, back in enumerate((5, 2, 1)):
        onset = (TODAY - datetime.timedelta(days=back)).isoformat()
        line = {"name": f"病人{n + 1}", "onset": onset, "home": "441202001", "class": "confirmed"}
        duty.post(f"{home}person/", line)
    form = duty.get(f"{home}lines/2/").content.decode()
    assert 'value="病人2"' in form and 'value="441202001" selected' in form
    corrected = {"number": "2", "version": "1", "name": "病人二", "home": "441203101", "age": "9"}
    duty.post(f"{home}person/", corrected)
    stale = duty.post(f"{home}person/", corrected | {"name": "别人"}, follow=True)
    assert "Someone else has changed this" in stale.content.decode()
    assert [each.area_code for each in event.lines.order_by("number")] == [
        "441202001",
        "441203101",
        "441202001",
    ]

    link = {"infected": "2", "infector": "1", "basis": "meal", "certainty": "probable"}
    duty.post(f"{home}link/", link | {"note": "同桌"})
    duty.post(f"{home}link/", link | {"infected": "3", "infector": "2"})
    refused = duty.post(f"{home}link/", link | {"infected": "1", "infector": "3"}, follow=True)
    assert "This would make a circle, which no infection can be: 1 ← 3 ← 2 ← 1." in (
        refused.content.decode()
    )
    page = duty.get(f"{home}spread/").content.decode()
    assert page.count("<circle") == 3 and "ate together · probable" in page and "同桌" in page
    read_only = officer.get(f"{home}spread/").content.decode()
    assert "病人" not in read_only and "Assert the link" not in read_only
    duty.post(f"{home}link/", {"infected": "3", "do": "unlink"})
    assert event.lines.get(number=3).infected_by is None

    exposed = (TODAY - datetime.timedelta(days=2)).isoformat()
    contact = {
        "name": "李母", "exposed": exposed, "until": TODAY.isoformat(), "line": "1", "exposure": "household",
        "where": "同住", "protected": "no",
    }  # fmt: skip
    duty.post(f"{home}contact/", contact)
    said = {
        "number": "1",
        "day": TODAY.isoformat(),
        "state": "ill",
        "note": "38.1",
        "back": "contact",
    }
    assert duty.post(f"{home}contact/", said).headers["Location"].endswith("/contacts/1/")
    days = duty.get(f"{home}contacts/1/").content.decode()
    assert "38.1" in days and "same household" in days and days.count("not asked") == 1
    duty.post(f"{home}contact/", {"number": "1", "do": "case", "class": "suspected"})
    assert event.lines.get(number=4).link_basis == "household"

    ask = {
        "kind": "staff", "what": "流调队员", "amount": "6", "unit": "人", "asked_of": "区卫健局",
        "needed_by": TODAY.isoformat(),
    }  # fmt: skip
    duty.post(f"{home}resource/", ask)
    resource = event.resources.get()
    answer = {"resource": str(resource.id), "version": "1", "do": "grant", "granted": "4"}
    assert duty.post(f"{home}resource/", answer).status_code == 403
    assert "Grant" in officer.get(home).content.decode()
    officer.post(f"{home}resource/", answer)
    duty.post(f"{home}resource/", answer | {"do": "arrived", "version": "2"})
    assert event.resources.get().state == "arrived"

    page = duty.get(home).content.decode()
    assert "chart-places" in page and "4 / 6 人" in page
    report = duty.get(f"{home}situation/")
    assert "style-src 'unsafe-inline'" in report["Content-Security-Policy"]
    text = report.content.decode()
    assert "<caption>Who infected whom, as asserted</caption>" in text and "Resources asked" in text
    assert "病人" not in text and "李母" not in text


def test_other_numbers_are_replayed_and_decided_by_somebody_else(enter, warned):
    duty, officer = enter("duty", language="en"), enter("officer", language="en")
    asked = {"high_alpha": "0.002", "watch_alpha": "0.01", "least_cases": "4", "reason": "太多"}
    duty.post("/signals/method/propose/", asked | {"high_alpha": "often"})
    assert models.Tuning.objects.count() == 0
    duty.post("/signals/method/propose/", asked)
    made = models.Tuning.objects.get()
    year = {
        "alarms": 40,
        "high": 9,
        "events": 2,
        "met": 2,
        "by_condition": {"3100": 30, "1300": 10},
    }
    made.replay |= {"standing": year, "proposed": year | {"alarms": 7, "by_condition": {"1300": 7}}}
    made.save()
    page = duty.get("/signals/method/").content.decode()
    cells = r"Alarms by condition.*?>30</td><td[^>]*>0</td>.*?>10</td><td[^>]*>7</td>"
    assert re.search(cells, page, re.DOTALL) and "太多" in page
    decide = {"do": "accept", "version": "1"}
    assert duty.post(f"/signals/method/{made.id}/decide/", decide).status_code == 403
    officer.post(f"/signals/method/{made.id}/decide/", decide)
    assert models.Tuning.objects.get().state == "in_force"


def test_others_reach_no_part_of_an_event(enter, event):
    duty = enter("duty")
    home = f"/events/{event.id}/"
    duty.post(f"{home}person/", {"name": "病人"})
    duty.post(
        f"{home}contact/", {"name": "某", "exposed": TODAY.isoformat(), "until": TODAY.isoformat()}
    )
    refused = {"dutyelse": 404, "clinician": 403, "village": 403, "admin": 403, "liang": 403}
    for path in ("lines/1/", "spread/", "contacts/1/", "situation/"):
        found = status(enter, home + path)
        assert found == {"duty": 200, "officer": 200} | refused, path
        assert "病人" not in enter("officer").get(home + path).content.decode()
    assert duty.get(f"{home}lines/9/").status_code == 404
    assert duty.get(f"{home}contacts/9/").status_code == 404
    before = (event.lines.count(), event.resources.count())
    for login in refused:
        for path in ("cards/", "link/", "resource/"):
            answer = enter(login).post(
                home + path, {"infected": "1", "infector": "1", "needed_by": ""}
            )
            assert answer.status_code in (302, 403, 404)
    assert (event.lines.count(), event.resources.count()) == before
