"""Case reports as pages: a journey by two roles, and what neighbours, wrong roles and the curious do not get."""

import datetime
import re
import uuid

import pytest

from kangmai.deadlines import models as deadlines
from kangmai.epidemic.cases import models
from kangmai.handover import models as ledger
from kangmai.kernel import feed
from tests.factories import cases_town, portal_town
from tests.factories.portal_town import VILLAGE

NOW = datetime.datetime.now(datetime.UTC)
TODAY = (NOW + datetime.timedelta(hours=8)).date()


@pytest.fixture(scope="module")
def cases(town):
    return cases_town.build(town)


@pytest.fixture
def draft(cases):
    """A draft of dengue at the hospital, from the record."""
    for model in (models.Step, models.Evidence, models.Assistance, models.Card):
        model.objects.all().delete()
    feed.drain()
    code = cases_town.condition(cases.town.chen.patient_id, "A90", NOW)
    portal_town.write([code], cases.town.hospital)
    feed.drain()
    return models.Card.objects.get()


def filled(**different):
    """The form as a doctor sends it."""
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=8)
    return {
        "key": uuid.uuid4().hex, "version": "1", "do": "submit", "name": "陈国华", "sex_code": "1",
        "birth_date": "1985-07-01", "phone": "13800138066", "belongs_to": "1", "home_code": VILLAGE,
        "address": "城东路 8 号", "occupation": "11", "disease": "1300", "case_class": "2",
        "onset_on": (TODAY - datetime.timedelta(days=2)).isoformat(),
        "diagnosed_at": f"{at - datetime.timedelta(minutes=5):%Y-%m-%dT%H:%M}", "doctor": "黄志强",
        "confirm": ["document_number="], **different,
    }  # fmt: skip


def version_in(page):
    return re.search(r'name="version" value="(\d+)"', page).group(1)


def test_from_draft_to_receipt_by_doctor_and_county(enter, cases, draft):
    doctor, county = enter("doctor"), enter("cdc")
    inbox = doctor.get("/cases/").content.decode()
    assert f"/cases/{draft.id}/" in inbox and "Dengue" in inbox and "陈国华" in inbox
    form = doctor.get(f"/cases/{draft.id}/form/").content.decode()
    assert 'value="陈国华"' in form and "Diagnose and submit" in form
    answer = doctor.post(f"/cases/{draft.id}/form/", filled(phone="12", confirm=[]))
    page = answer.content.decode()
    assert answer.status_code == 422 and "1 field must be mended" in page and "I looked" in page
    assert models.Card.objects.get().state == "draft"
    answer = doctor.post(f"/cases/{draft.id}/form/", filled())
    assert answer.status_code == 302, answer.content.decode()
    page = doctor.get(f"/cases/{draft.id}/").content.decode()
    assert "submitted" in page and "Report within 24 hours" in page and "left" in page
    clock = deadlines.Deadline.objects.get(subject_id=str(draft.id), definition="report_24h")
    assert clock.state == "open"
    entry = ledger.Entry.objects.get(subject_id=str(draft.id))
    doctor.post("/handover/by-hand/", {"entry": [f"{entry.id}:{entry.version}"]})
    change = {"do": "receipt", "said": "2026441202000001", "version": str(entry.version + 1)}
    doctor.post(f"/handover/{entry.id}/change/", change)
    clock.refresh_from_db()
    assert (clock.state, clock.proof_kind) == ("met", "handover")
    page = county.get("/cases/").content.decode()
    assert f"/cases/{draft.id}/" in page and "To review" in page
    page = county.get(f"/cases/{draft.id}/").content.decode()
    assert "2026441202000001" in page and "on time" in page
    back = {"do": "return", "note": "发病日期请核实", "version": version_in(page), "key": "r"}
    county.post(f"/cases/{draft.id}/deed/", back)
    page = doctor.get(f"/cases/{draft.id}/").content.decode()
    assert "发病日期请核实" in page and "returned" in page
    assert "was returned" in doctor.get("/inbox/").content.decode()
    doctor.post(
        f"/cases/{draft.id}/form/",
        filled(version=version_in(doctor.get(f"/cases/{draft.id}/form/").content.decode())),
    )
    page = county.get(f"/cases/{draft.id}/").content.decode()
    county.post(
        f"/cases/{draft.id}/deed/", {"do": "review", "version": version_in(page), "key": "v"}
    )
    assert models.Card.objects.get().state == "county_reviewed"
    again = {"do": "review", "version": version_in(page), "key": "v2"}
    county.post(f"/cases/{draft.id}/deed/", again)
    assert "Somebody changed the card" in county.get(f"/cases/{draft.id}/").content.decode()
    city = enter("city_cdc")
    page = city.get(f"/cases/{draft.id}/").content.decode()
    city.post(f"/cases/{draft.id}/deed/", {"do": "end", "version": version_in(page), "key": "e"})
    page = enter("doctor", language="zh-hans").get(f"/cases/{draft.id}/").content.decode()
    assert models.Card.objects.get().state == "final_reviewed" and "终审" in page


def test_the_neighbour_county_and_wrong_roles_get_nothing(enter, cases, draft):
    paths = [f"/cases/{draft.id}/", f"/cases/{draft.id}/form/"]
    for login, status in (
        ("cdc_there", 404),
        ("doctor_there", 404),
        ("elsewhere", 404),
        ("liang", 404),
    ):
        assert [enter(login).get(path).status_code for path in paths] == [status, status], login
    deed = {"do": "dismiss", "reason": "known", "version": "1", "key": "x"}
    assert enter("cdc_there").post(f"/cases/{draft.id}/deed/", deed).status_code == 404
    assert enter("cdc").post(f"/cases/{draft.id}/deed/", deed).status_code == 403
    assert enter("cdc").post(f"/cases/{draft.id}/form/", filled()).status_code == 403
    assert models.Card.objects.get().state == "draft"
    assert str(draft.id) not in enter("cdc_there").get("/cases/?show=all").content.decode()


MATRIX = {
    #                     admin officer doctor cdc  liang
    "/cases/": (403, 302, 200, 200, 403),
    "/cases/?show=all&disease=1300&division=441202": (403, 302, 200, 200, 403),
    "/cases/new/": (403, 403, 200, 200, 403),
    "/cases/assistance/": (403, 403, 403, 200, 403),
    "/cases/missed/": (403, 403, 200, 200, 403),
    "/cases/zero/": (403, 403, 200, 200, 403),
    "/cases/counts/": (403, 200, 403, 200, 403),
    "/cases/counts.csv": (403, 200, 403, 200, 403),
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_who_opens_which_page(enter, cases, language):
    logins = ("admin", "officer", "doctor", "cdc", "liang")
    clients = {login: enter(login, language=language) for login in logins}
    found = {path: tuple(clients[n].get(path).status_code for n in logins) for path in MATRIX}
    assert found == MATRIX


def test_a_visitor_is_sent_to_the_login(enter, cases):
    assert {enter().get(path).status_code for path in MATRIX} == {302}


def test_hiv_cards_are_masked_and_the_reading_is_written_down(enter, cases, draft):
    worker, county = enter("hiv"), enter("cdc")
    form = filled(disease="2605", name="何某某", home_code=VILLAGE, **{
        "sections.marital": "1", "sections.education": "4", "sections.route": "unknown",
        "sections.sample_source": "clinic",
    })  # fmt: skip
    answer = worker.post("/cases/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    path = answer["Location"]
    assert "何某某" in worker.get(path).content.decode()
    page = county.get(path).content.decode()
    assert "何**" in page and "何某某" not in page and "13800138066" not in page
    assert "was written down" in page and "Reviewed: it is sound" not in page
    assert county.get(f"{path}form/").status_code == 403
    assert "何某某" not in county.get("/cases/?show=all").content.decode()
    assert enter("doctor").get(path).status_code == 404


INVESTIGATED = {
    "form_version": "2014-09-01", "investigated_on": TODAY.isoformat(), "informant": "self", "investigator": "李志明",
    "onset_on": (TODAY - datetime.timedelta(days=2)).isoformat(), "symptoms": ["fever", "rash"], "is_severe": "false",
    "outcome": "ill", "ns1": "positive", "rna": "not_done", "travelled": "false", "bitten": "true",
    "hospitalised_with_net": "true", "contacts": "3", "contacts_ill": "1", "actions": ["breeding_cleared"],
    "conclusion": "本地感染",
}  # fmt: skip


def test_a_case_is_investigated_by_the_county_and_corrected_with_a_reason(enter, cases, draft):
    doctor, county = enter("doctor"), enter("cdc")
    doctor.post(f"/cases/{draft.id}/form/", filled())
    path = f"/cases/{draft.id}/investigation/"
    assert f'href="{path}"' in county.get(f"/cases/{draft.id}/").content.decode()
    page = county.get(path).content.decode()
    assert "questions to be verified" in page and "Breteau index" in page
    assert f'value="{INVESTIGATED["onset_on"]}"' in page
    version = version_in(page)
    refused = county.post(
        path, {**INVESTIGATED, "contacts_ill": "9", "key": "investigate-0", "version": version}
    )
    assert refused.status_code == 422 and "本地感染" in refused.content.decode()
    assert models.Step.objects.filter(deed="investigated").count() == 0
    sent = {**INVESTIGATED, "key": "investigate-1", "version": version}
    assert county.post(path, sent).status_code == 302
    assert county.post(path, {**sent, "version": version}).status_code == 409
    shown = county.get(f"/cases/{draft.id}/").content.decode()
    assert "investigated" in shown
    page = county.get(path).content.decode()
    assert "本地感染" in page and "Why is it corrected?" in page
    again = {
        **INVESTIGATED, "serotype": "d1", "key": "investigate-2", "version": version_in(page), "expected_version": "1",
    }  # fmt: skip
    assert county.post(path, again).status_code == 422
    assert county.post(path, {**again, "reason": "分型结果已出"}).status_code == 302
    assert models.Step.objects.filter(deed="investigated").count() == 2
    statuses = [enter(login).get(path).status_code for login in ("doctor", "cdc_there", "officer")]
    assert statuses == [403, 404, 404]


def test_a_second_report_of_the_same_case_is_stopped(enter, cases, draft):
    doctor = enter("doctor")
    doctor.post(f"/cases/{draft.id}/form/", filled())
    page = enter("village").get(f"/cases/new/?resident={cases.town.chen.index_number}")
    assert 'value="陈国华"' in page.content.decode()
    answer = doctor.post("/cases/new/", filled())
    assert answer.status_code == 409 and "Why this is another case" in answer.content.decode()
    answer = doctor.post("/cases/new/", filled(other_case="再次感染"))
    assert answer.status_code == 302 and models.Card.objects.count() == 2


def test_bad_input_is_named_and_changes_nothing(enter, cases, draft):
    doctor, county = enter("doctor"), enter("cdc")
    path = f"/cases/{draft.id}/form/"
    answer = doctor.post(path, filled(onset_on="昨天"))
    assert answer.status_code == 422 and "cannot be read" in answer.content.decode()
    answer = doctor.post(path, filled(version="9"))
    assert answer.status_code == 409
    deed = f"/cases/{draft.id}/deed/"
    for form in ({"do": "burn"}, {"do": "dismiss", "reason": "boring", "version": "1"}):
        assert doctor.post(deed, form).status_code == 302
    assert models.Card.objects.get().state == "draft"
    assert county.get("/cases/counts/?from=x").status_code == 422
    assert county.get("/cases/counts/?from=2026-01-02&to=2025-01-01").status_code == 422
    assert county.get("/cases/missed/?from=2020-01-01").status_code == 422
    assert county.get("/cases/zero/?day=x").status_code == 422
    assert county.get("/cases/?division=x").status_code == 400
    fields = doctor.post("/cases/fields/", filled(disease="3900", is_own="1")).content.decode()
    assert "sections.hfmd_severe" in fields


def test_a_home_elsewhere_is_offered_and_accepted(enter, cases, draft):
    doctor, there = enter("doctor"), enter("cdc_there")
    answer = doctor.post(f"/cases/{draft.id}/form/", filled(belongs_to="2", home_code="441203101"))
    assert answer.status_code == 302, answer.content.decode()
    page = there.get("/cases/assistance/").content.decode()
    (asked,) = models.Assistance.objects.all()
    assert str(asked.id) in page and "Accept" in page
    here = enter("cdc").get("/cases/assistance/").content.decode()
    assert str(asked.card_id) in here and "Accept" not in here
    there.post(f"/cases/assistance/{asked.id}/", {"do": "accept", "version": "1"})
    asked.refresh_from_db()
    assert asked.state == "accepted" and models.Card.objects.get().managing_code == "441203"
    assert "No request" in there.get("/cases/assistance/").content.decode()


def test_counts_say_what_they_count(enter, cases, draft):
    enter("doctor").post(f"/cases/{draft.id}/form/", filled())
    page = enter("cdc").get("/cases/counts/").content.decode()
    assert "by day of report and present home" in page and "Dengue" in page
    csv = enter("cdc").get("/cases/counts.csv").content.decode()
    assert f"1300,Dengue,441202,Duanzhou District,{TODAY},1,0,home,reported,2+3,all" in csv
    assert "1300" not in enter("cdc_there").get("/cases/counts.csv").content.decode()


def test_zero_is_reported_and_silence_is_seen(enter, cases, draft):
    doctor = enter("doctor")
    assert "No case on this day" in doctor.get("/cases/zero/").content.decode()
    org = cases.town.hospital.id
    doctor.post("/cases/zero/", {"organization": str(org), "day": TODAY.isoformat()})
    assert "Zero was reported" in doctor.get("/cases/zero/").content.decode()
    assert models.ZeroReport.objects.filter(organization=org, day=TODAY).exists()
    page = enter("cdc").get("/cases/zero/").content.decode()
    assert "silent" in page and "zero reported" in page
    other = {"organization": str(cases.town.elsewhere.id), "day": TODAY.isoformat()}
    assert doctor.post("/cases/zero/", other).status_code == 403
    page = enter("cdc").get("/cases/missed/").content.decode()
    assert "Late and missed reports" in page
