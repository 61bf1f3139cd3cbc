"""The village kit on the server: what a phone is given, what it may send, and how it is told to erase."""

import dataclasses
import datetime
import json
import uuid

import pytest

from kangmai.access import actions as access
from kangmai.access import queries as accounts
from kangmai.kernel.actor import operator
from kangmai.programmes.engine import actions as engine
from kangmai.programmes.engine import models, queries
from kangmai.programmes.engine.types import EnrolmentDraft
from kangmai.programmes.kit import actions as kit_actions
from kangmai.programmes.kit.reading import limits
from tests.factories import portal_town
from tests.portal.programmes.conftest import NOW, TODAY

OPERATOR = operator("kit")


def post(client, path, **body):
    answer = client.post(f"/kit/{path}/", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


@pytest.fixture
def phone(enter, served):
    """A kit of the village doctor: the client, and what names the kit."""
    client = enter("village")
    status, made = post(client, "register", name="诊室手机")
    assert status == 200
    yield client, {"kit": made["kit"], "token": made["token"]}
    kit_actions.make_contact(
        kit_id=uuid.UUID(made["kit"]), token=made["token"], has_erased=True, at=NOW
    )


def loaded(client, named, *, ahead=28, **more):
    status, body = post(client, "pack", ahead=ahead, after="", forms=[], rules=[], **named, **more)
    assert status == 200, body
    return body


def person(body, name):
    return next(each for each in body["people"] if each["name"] == name)


def filled(found, **different):
    """A controlled visit of today as the script sends it."""
    answers = {
        "visited_on": TODAY.isoformat(),
        "method": "1",
        "systolic": "136",
        "diastolic": "84",
        "symptoms": "1",
        "adherence": "1",
        "adverse_reaction": "1",
        "doctor": "陈慧敏",
        **different,
    }
    return {
        "enrolment": found["enrolment"],
        "service": found["service"],
        "given": {name: [text] for name, text in answers.items() if text},
        "key": uuid.uuid4().hex,
        "filled_at": NOW.isoformat(),
        "version": found["version"],
    }


def test_a_kit_holds_its_doctors_own_village_with_what_the_visit_needs(phone, served):
    client, named = phone
    body = loaded(client, named)
    names = {each["name"] for each in body["people"]}
    assert {"何桂芳", "李少芬", "陈伟强"} <= names
    assert "冯文静" not in names and "何文静" not in names
    assert {each["form"] for each in body["people"]} <= set(body["forms"])
    followup = body["forms"]["hypertension_followup"]
    assert 'name="systolic"' in followup["html"]
    assert "何桂芳" not in json.dumps(followup)
    assert followup["checks"]["left_out"] == 0
    he = person(body, "何桂芳")
    assert he["previous"]["class"] == "controlled"
    assert he["previous"]["target_met"] is True
    assert he["given"]["visited_on"] == TODAY.isoformat()
    assert body["rules"]["hypertension"]["version"].startswith("hypertension@")
    known = {"forms": list(body["forms"]), "rules": ["hypertension"]}
    further = post(client, "pack", ahead=56, after="", **known, **named)[1]
    assert set(further["forms"]) == {"annual_exam_core"} and further["rules"] == {}
    assert {each["name"] for each in further["people"]} - names == {"周丽仪"}


def test_another_doctors_token_gets_nothing(phone, enter):
    client, named = phone
    other = enter("elsewhere")
    assert post(other, "pack", ahead=28, after="", forms=[], rules=[], **named)[0] == 404
    body = filled(person(loaded(client, named), "何桂芳"))
    status, told = post(other, "send", **named, **body)
    assert (status, told["kind"]) == (404, "stranger")
    assert post(client, "contact", kit=named["kit"], token="guessed")[0] == 404
    wrong = {**named, "token": named["token"][:-1]}
    assert post(client, "pack", ahead=28, after="", forms=[], rules=[], **wrong)[0] == 404
    assert client.get("/kits/").status_code == 403
    assert other.post(f"/kit/{named['kit']}/erase/").status_code == 404


def test_a_programme_with_a_label_is_in_the_kits_of_its_holders_only(phone, enter, town):
    portal_town._account("mental", "苏明", "mental_health_worker", town.centre)
    resident = portal_town.resident(
        "江一帆", "1", datetime.date(1980, 4, 2), portal_town.VILLAGE, town.station
    )
    draft = EnrolmentDraft(
        resident_id=resident.id,
        programme="smd",
        enrolled_on=TODAY - datetime.timedelta(days=40),
        organization=town.centre.id,
        place_code=portal_town.VILLAGE,
    )
    engine.load_enrolments([draft], actor=OPERATOR, at=NOW)
    engine.replan(programme_id="smd", on=TODAY, actor=OPERATOR, at=NOW)
    client, named = phone
    assert "江一帆" not in json.dumps(loaded(client, named), ensure_ascii=False)
    holder = enter("mental")
    made = post(holder, "register", name="x")[1]
    theirs = loaded(holder, {"kit": made["kit"], "token": made["token"]})
    assert {each["programme"] for each in theirs["people"]} >= {"smd"}
    assert person(theirs, "江一帆")["shown_name"] == "江**"


def test_who_visits_nobody_gets_no_kit(enter, served):
    assert post(enter("clinician"), "register", name="x")[0] == 403
    assert post(enter(), "register", name="x")[0] == 401
    standing = enter("clinician").get("/kit/standing/").json()
    assert standing["may_prepare"] is False
    assert enter().get("/kit/standing/").json()["account"] is None


def test_a_kit_is_cut_at_its_limit(phone, monkeypatch):
    client, named = phone
    most = dataclasses.replace(limits(on=TODAY), visits=2)
    monkeypatch.setattr(kit_actions, "limits", lambda on: most)
    body = loaded(client, named)
    assert len(body["people"]) == 2
    assert body["is_cut"] and body["after"] == ""
    assert post(client, "pack", ahead=3, after="", forms=[], rules=[], **named)[0] == 400
    monkeypatch.setattr(kit_actions, "limits", lambda on: dataclasses.replace(most, devices=1))
    assert post(client, "register", name="second")[0] == 409
    assert post(client, "register", name=" ")[0] == 400


def test_a_visit_is_saved_once_and_late_ones_are_flagged(phone):
    client, named = phone
    found = person(loaded(client, named), "李少芬")
    day = TODAY - datetime.timedelta(days=6)
    body = filled(found, visited_on=day.isoformat())
    first = post(client, "send", **named, **body)
    again = post(client, "send", **named, **body)
    assert first[0] == again[0] == 200
    assert (first[1]["is_repeated"], again[1]["is_repeated"]) == (False, True)
    assert first[1]["visit"] == again[1]["visit"]
    assert first[1]["is_late"] is True
    visits = models.Visit.objects.filter(enrolment=found["enrolment"], visited_on=day)
    assert visits.count() == 1
    assert "诊室手机" in client.get(first[1]["visit"]).content.decode()
    shown = client.get("/kit/").content.decode()
    assert "诊室手机" in shown
    assert found["name"] not in shown


def test_what_changed_meanwhile_is_told_and_the_doctor_decides(phone):
    client, named = phone
    found = person(loaded(client, named), "黄炳坤")
    colleague = filled(found, systolic="152", diastolic="92")
    assert post(client, "send", **named, **colleague)[0] == 200
    day = (TODAY - datetime.timedelta(days=1)).isoformat()
    mine = filled(found, visited_on=day)
    status, told = post(client, "send", **named, **mine)
    assert (status, told["kind"]) == (409, "conflict")
    assert "152/92" in told["visit"]["text"]
    same_day = filled(found) | {"version": told["version"]}
    assert post(client, "send", **named, **same_day)[1]["kind"] == "refused"
    assert post(client, "send", **named, **(mine | {"version": told["version"]}))[0] == 200
    wrong = filled(found, systolic="400") | {"version": told["version"] + 1}
    status, refused = post(client, "send", **named, **wrong)
    assert (status, refused["kind"]) == (400, "refused")
    assert [each["place"] for each in refused["faults"]] == ["systolic"]


def test_a_closed_enrolment_takes_no_visit(phone, served):
    client, named = phone
    found = person(loaded(client, named), "谭国权")
    row = queries.get_enrolment(uuid.UUID(found["enrolment"]), actor=OPERATOR, at=NOW)
    engine.close_enrolment(
        enrolment_id=row.id,
        reason="moved",
        on=TODAY,
        expected_version=row.version,
        actor=OPERATOR,
        at=NOW,
    )
    status, told = post(client, "send", **named, **filled(found))
    assert (status, told["kind"]) == (409, "gone")
    assert str(row.id) in told["address"]
    assert not models.Visit.objects.filter(enrolment=row.id).exists()


@pytest.mark.parametrize("body", ["", "[]", "{", '{"kit": 1}', '{"kit": "x", "token": 5}'])
def test_what_cannot_be_read_is_refused(enter, served, body):
    client = enter("village")
    for path in ("pack", "send", "contact"):
        answer = client.post(f"/kit/{path}/", body, content_type="application/json")
        assert answer.status_code in (400, 404)


def test_an_erased_kit_is_told_so_and_does_nothing_more(phone, enter):
    client, named = phone
    found = person(loaded(client, named), "何桂芳")
    assert post(enter(), "contact", **named)[1] == {"erase": False, "why": ""}
    admin = enter("admin")
    assert "诊室手机" in admin.get("/kits/").content.decode()
    assert admin.post(f"/kit/{named['kit']}/erase/").status_code == 302
    assert post(enter(), "contact", **named)[1] == {"erase": True, "why": "asked"}
    status, told = post(client, "send", **named, **filled(found))
    assert (status, told["kind"]) == (409, "erased")
    assert post(client, "pack", ahead=28, after="", forms=[], rules=[], **named)[0] == 409
    assert post(enter(), "contact", **named, erased=True)[1]["erase"] is True
    assert "erased" in client.get("/kit/").content.decode()


def test_a_disabled_account_erases_its_kits(phone, enter):
    _, named = phone
    account = accounts.find_account_id(login="village")
    view = accounts.get_account(account_id=account, actor=OPERATOR)
    disabled = access.disable_account(account_id=account, actor=OPERATOR, at=NOW)
    try:
        assert post(enter(), "contact", **named)[1] == {"erase": True, "why": "account"}
    finally:
        access.enable_account(account_id=account, actor=OPERATOR, at=NOW)
    assert view.is_active and not disabled.is_active
    assert post(enter(), "contact", **named)[1]["erase"] is False


def test_the_empty_page_its_worker_and_its_manifest_hold_nobody(enter, served):
    for client in (enter(), enter("village")):
        page = client.get("/kit/app/").content.decode()
        assert "何桂芳" not in page and "陈慧敏" not in page and "csrf" not in page
        worker = client.get("/kit/app/worker.js")
        assert worker["Content-Type"].startswith("text/javascript")
        kept = json.loads(worker.content.decode().split("self.KIT = ")[1].split(";\n")[0])
        assert kept["page"] == "/kit/app/"
        assert all(each.startswith("/static/") for each in kept["files"])
        manifest = client.get("/kit/app/manifest.webmanifest").json()
        assert manifest["scope"] == manifest["start_url"] == "/kit/app/"
        assert {each["sizes"] for each in manifest["icons"]} == {"any", "192x192", "512x512"}


def tried(found, *, day, method="phone", **different):
    return {
        "enrolment": found["enrolment"],
        "service": found["service"],
        "method": method,
        "outcome": "no_answer",
        "on": day.isoformat(),
        "key": uuid.uuid4().hex,
        **different,
    }


def test_attempts_noted_without_signal_count_as_on_a_page_and_once(phone, town):
    resident = portal_town.resident(
        "江难寻", "1", datetime.date(1961, 4, 2), portal_town.VILLAGE, town.station
    )
    draft = EnrolmentDraft(
        resident_id=resident.id,
        programme="hypertension",
        enrolled_on=TODAY - datetime.timedelta(days=40),
        organization=town.station.id,
        place_code=portal_town.VILLAGE,
    )
    engine.load_enrolments([draft], actor=OPERATOR, at=NOW)
    engine.replan(programme_id="hypertension", on=TODAY, actor=OPERATOR, at=NOW)
    client, named = phone
    found = person(loaded(client, named), "江难寻")
    assert found["attempts"] == [] and found["lost"] is False
    days = [TODAY - datetime.timedelta(days=ago) for ago in (4, 2, 0)]
    first = tried(found, day=days[0])
    assert post(client, "attempt", **named, **first)[1]["is_lost"] is False
    status, again = post(client, "attempt", **named, **first)
    assert (status, again["is_lost"]) == (200, False)
    assert models.Attempt.objects.filter(enrolment=found["enrolment"]).count() == 1
    status, twice = post(client, "attempt", **named, **tried(found, day=days[0]))
    assert (status, twice["kind"]) == (409, "refused")
    assert post(client, "attempt", **named, **tried(found, day=days[1]))[1]["is_lost"] is False
    status, lost = post(
        client, "attempt", **named, **tried(found, day=days[2], method="face_to_face")
    )
    assert (status, lost["is_lost"]) == (200, True)
    anew = person(loaded(client, named), "江难寻")
    assert sorted(each["day"] for each in anew["attempts"]) == sorted(map(str, days))
    assert anew["lost"] is True


def test_attempts_are_for_the_own_village_and_of_known_ways(phone, enter, served):
    client, named = phone
    found = person(loaded(client, named), "何桂芳")
    stranger = {**tried(found, day=TODAY), "enrolment": str(served.enrolments["何文静"])}
    status, body = post(client, "attempt", **named, **stranger)
    assert (status, body["kind"]) == (404, "gone")
    for wrong in ({"method": "pigeon"}, {"outcome": "1"}, {"on": "yesterday"}):
        assert post(client, "attempt", **named, **(tried(found, day=TODAY) | wrong))[0] == 400, (
            wrong
        )
    late = tried(found, day=TODAY + datetime.timedelta(days=1))
    assert post(client, "attempt", **named, **late)[1]["kind"] == "refused"
    status, body = post(enter("elsewhere"), "attempt", **named, **tried(found, day=TODAY))
    assert (status, body["kind"]) == (404, "stranger")
    assert not models.Attempt.objects.filter(enrolment=found["enrolment"]).exists()
