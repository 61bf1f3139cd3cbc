"""An enrolment through its page: confirmed, dismissed, enrolled by hand, handed over, closed, opened again."""

import datetime
import re

import pytest

from kangmai.programmes.engine import models
from tests.factories.portal_town import OPERATOR, OTHER_TOWN
from tests.portal.programmes.conftest import NOW, TODAY


def enrolment_of(served, name: str) -> models.Enrolment:
    return models.Enrolment.objects.filter(resident_id=served.residents[name].id).latest("id")


def page_of(client, row: models.Enrolment) -> str:
    return client.get(f"/programmes/enrolments/{row.id}/").content.decode()


def do(client, row: models.Enrolment, deed: str, **given: str):
    row.refresh_from_db()
    return client.post(
        f"/programmes/enrolments/{row.id}/{deed}/", {"version": row.version, **given}, follow=True
    )


def test_a_suspicion_shows_its_three_readings_and_is_confirmed(enter, served):
    client, row = enter("village"), enrolment_of(served, "罗志坚")
    page = page_of(client, row)
    for value in ("152/96 mmHg", "148/94 mmHg", "156/98 mmHg"):
        assert value in page
    assert "raised readings on 3 different days" in page
    assert "first visit is planned" in do(client, row, "confirm").content.decode()
    row.refresh_from_db()
    assert row.state == "managed"
    assert row.next_service == "followup"


def test_a_stale_page_changes_nothing(enter, served):
    client, row = enter("village"), enrolment_of(served, "何桂芳")
    answer = client.post(
        f"/programmes/enrolments/{row.id}/close/",
        {"version": row.version - 1, "reason": "moved"},
        follow=True,
    )
    assert "changed by someone else" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "managed"


def test_closing_needs_a_known_reason_and_can_be_undone(enter, served):
    client, row = enter("village"), enrolment_of(served, "谭国权")
    assert "no reason to close" in do(client, row, "close", reason="tired").content.decode()
    page = do(client, row, "close", reason="moved").content.decode()
    assert "The enrolment is closed" in page
    assert "moved away" in page
    assert "Managed again." in do(client, row, "reopen").content.decode()
    row.refresh_from_db()
    assert row.state == "managed"


def test_a_hand_over_waits_until_the_other_team_accepts(enter, served):
    village, other = enter("village"), enter("elsewhere")
    row = enrolment_of(served, "黄炳坤")
    assert other.get(f"/programmes/enrolments/{row.id}/").status_code == 404
    page = do(village, row, "transfer", organization="NOWHERE", reason="迁居").content.decode()
    assert "no institution with the code" in page
    page = do(village, row, "transfer", organization="SQ-441203", reason="迁居").content.decode()
    assert "Offered to Dinghu Community Health Centre" in page
    waiting = other.get("/follow-ups/?show=transfers").content.decode()
    assert str(row.id) in waiting
    assert "黄炳坤" not in waiting + page_of(other, row)
    assert (
        "lives in your area nor belongs to your institution"
        in do(other, row, "accept").content.decode()
    )
    _move(served, "黄炳坤")
    assert "Accepted" in do(other, row, "accept").content.decode()
    row.refresh_from_db()
    assert row.organization == served.town.elsewhere.id
    assert "黄炳坤" in page_of(other, row)


def _move(served, name: str) -> None:
    from kangmai.identity import actions as identity
    from kangmai.identity import models

    person = served.residents[name]
    identity.move_resident(
        person.id,
        place_code=OTHER_TOWN,
        address="新居",
        managing_org=served.town.elsewhere.id,
        expected_version=models.Resident.objects.get(pk=person.id).version,
        actor=OPERATOR,
        at=NOW,
    )


def test_a_hand_over_that_is_refused_changes_nothing(enter, served):
    village, other = enter("village"), enter("elsewhere")
    row = enrolment_of(served, "梁秀英")
    do(village, row, "transfer", organization="SQ-441203", reason="误点")
    assert "Refused" in do(other, row, "refuse", reason="未迁入").content.decode()
    row.refresh_from_db()
    assert row.organization == served.town.station.id
    assert "Offered to" not in page_of(village, row)


def test_attempts_are_counted_until_somebody_is_out_of_reach(enter, served):
    client, row = enter("village"), enrolment_of(served, "周丽仪")
    tries = (
        ("phone", "no_answer", 2),
        ("phone", "no_answer", 1),
        ("face_to_face", "not_at_home", 0),
    )
    for number, (method, outcome, ago) in enumerate(tries):
        day = TODAY - datetime.timedelta(days=ago)
        answer = do(
            client, row, "attempt", service="followup", method=method, outcome=outcome,
            on=day.isoformat(), key=f"attempt-{number}-of-three",
        )  # fmt: skip
    assert "out of reach" in answer.content.decode()
    assert "周丽仪" in client.get("/follow-ups/?show=lost").content.decode()


@pytest.mark.parametrize("given", [{}, {"method": "phone"}, {"method": "x", "outcome": "y"}])
def test_an_attempt_says_how_and_what(enter, served, given):
    answer = do(enter("village"), enrolment_of(served, "何桂芳"), "attempt", **given)
    assert "Choose how you tried" in answer.content.decode()


def test_a_day_that_is_none_is_told(enter, served):
    row = enrolment_of(served, "何桂芳")
    answer = do(enter("village"), row, "close", reason="moved", on="2026-02-30")
    assert "is no day" in answer.content.decode()


def test_an_unknown_deed_is_refused(enter, served):
    row = enrolment_of(served, "何桂芳")
    answer = enter("village").post(f"/programmes/enrolments/{row.id}/burn/")
    assert answer.status_code == 400


def test_enrolled_by_hand_once(enter, served):
    client = enter("village")
    path = f"/residents/{served.town.chen.index_number}/enrol/"
    page = client.get(path).content.decode()
    key = re.search(r'name="key" value="(\w+)"', page).group(1)
    given = {"programme": "hypertension", "state": "managed", "way": "hand", "on": "", "key": key}
    made = client.post(path, given)
    assert made.status_code == 302, made.content.decode()
    assert client.post(path, given)["Location"] == made["Location"]
    again = client.post(path, {**given, "key": "c" * 32})
    assert again.status_code == 409
    assert "in Hypertension management already (managed)" in again.content.decode()


def test_only_programmes_for_the_resident_are_offered(enter, served):
    client, chen = enter("village"), served.town.chen
    path = f"/residents/{chen.index_number}/enrol/"
    offered = offered_in(client.get(path))
    assert "hypertension" in offered
    assert not {"maternal", "two_cancer", "child", "elderly"} & offered
    a_neighbour = offered_in(client.get(f"/residents/{served.town.liang.index_number}/enrol/"))
    assert "elderly" in a_neighbour
    given = {"programme": "maternal", "state": "managed", "way": "hand", "on": "", "key": "e" * 32}
    tried = client.post(path, {**given, "anchor-last_period": str(TODAY - datetime.timedelta(70))})
    assert tried.status_code == 422
    assert "is not for this resident" in tried.content.decode()
    assert "maternal" not in offered_in(tried)
    unchosen = client.post(path, {**given, "programme": ""})
    assert (unchosen.status_code, "programme" in unchosen.content.decode()) == (422, True)
    assert not models.Enrolment.objects.filter(resident_id=chen.id, programme="maternal").exists()


def offered_in(answer) -> set[str]:
    select = re.search(r'<select[^>]*id="programme".*?</select>', answer.content.decode(), re.S)
    return set(re.findall(r'value="(\w+)"', select.group()))


def test_nobody_is_enrolled_elsewhere_or_by_others(enter, served):
    path = f"/residents/{served.town.chen.index_number}/enrol/"
    assert enter("elsewhere").get(path).status_code == 404
    assert enter("admin").get(path).status_code == 403


def test_the_record_shows_the_programmes_to_those_who_serve(enter, served):
    number = served.town.liang.index_number
    page = enter("village").get(f"/residents/{number}/").content.decode()
    assert "Hypertension management" in page
    assert f"/programmes/enrolments/{served.enrolments['梁秀英']}/visit/followup/" in page


def test_a_resident_reads_his_plan_in_plain_words(enter, served):
    page = enter("liang").get("/my-record/").content.decode()
    assert "looks after you" in page
    assert "136/84 mmHg" in page
    assert "This is at the target." in page
    assert "Follow-up planned for" in page
    assert "/programmes/enrolments/" not in page
