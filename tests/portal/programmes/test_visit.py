"""A visit through its page: decided before it is saved, saved once, refused in words, corrected, printed."""

import datetime
import re

import pytest

from kangmai.kernel.ids import uuid7
from kangmai.programmes.engine import actions, models
from kangmai.programmes.engine.types import EnrolmentDraft
from tests.factories import portal_town
from tests.factories.portal_town import VILLAGE
from tests.portal.programmes.conftest import NOW, TODAY, version_in


@pytest.fixture
def liang(served):
    """The address of the visit of a managed resident."""
    return f"/programmes/enrolments/{served.enrolments['梁秀英']}/visit/followup/"


def visits(served, name: str = "梁秀英") -> int:
    return models.Visit.objects.filter(enrolment=served.enrolments[name]).count()


def address(served, name: str) -> str:
    return f"/programmes/enrolments/{served.enrolments[name]}/visit/followup/"


def days_ago(count: int) -> str:
    return (TODAY - datetime.timedelta(days=count)).isoformat()


def test_the_page_carries_the_day_the_doctor_and_what_was_measured_last(enter, liang):
    page = enter("village").get(liang).content.decode()
    assert f'value="{TODAY}"' in page
    assert 'name="doctor" value="陈慧敏"' in page
    assert "136/84 mmHg" in page


@pytest.mark.parametrize(
    ("high", "low", "title", "more"),
    [
        ("136", "84", "controlled", "in 90 days"),
        ("152", "94", "not controlled", "for the first time"),
        ("186", "112", "emergency", "refer now"),
    ],
)
def test_the_decision_is_shown_with_its_reason_and_nothing_is_saved(
    enter, served, liang, answers, high, low, title, more
):
    before = visits(served)
    page = (
        enter("village")
        .post(f"{liang}try/", answers(systolic=high, diastolic=low))
        .content.decode()
    )
    assert f'<span class="strong">{title}</span>' in page
    assert f"{high}/{low}" in page
    assert more in page
    assert visits(served) == before


def test_an_emergency_says_by_when_to_ask_again(enter, liang, answers):
    page = enter("village").post(f"{liang}try/", answers(systolic="186", diastolic="112"))
    by = TODAY + datetime.timedelta(days=14)
    assert f"see the patient again by {by}" in page.content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("refer now", "to be completed")), ("zh-hans", ("立即转诊", "待补全"))],
)
def test_an_alarm_is_saved_before_everything_is_answered(enter, served, language, words):
    visitor, here = enter("village", language=language), address(served, "周丽仪")
    page = visitor.get(here).content.decode()
    begun = {"visited_on": days_ago(1), "method": "2", "diastolic": "116"}
    begun |= {"key": f"alarm-{language}", "form_version": "2017-02-28"}
    told = visitor.post(f"{here}try/", begun).content.decode()
    assert words[0] in told
    assert 'href="#input-symptoms"' in told
    saved = visitor.post(here, begun | {"expected_version": version_in(page)}, follow=True)
    if language == "zh-hans":  # the first of the two saved a visit of that day
        assert "已有" in saved.content.decode()
        return
    shown = saved.content.decode()
    assert (saved.status_code, "Complete the visit" in shown) == (200, True)
    enrolment = visitor.get(f"/programmes/enrolments/{served.enrolments['周丽仪']}/")
    assert words[1] in enrolment.content.decode()
    correct = visitor.get(f"{saved.redirect_chain[-1][0]}correct/").content.decode()
    assert "completed after the alarm" in correct


def test_visits_are_shown_a_page_at_a_time(enter, served):
    name = "黄炳坤"
    made = models.Visit.objects.get(enrolment=served.enrolments[name])
    for days in range(1, 24):
        made.pk, made.first_id = uuid7(), uuid7()
        made.visited_on = TODAY - datetime.timedelta(days=100 + days)
        made.save(force_insert=True)
    client, here = enter("village"), f"/programmes/enrolments/{served.enrolments[name]}/"
    first = client.get(here).content.decode()
    rest = re.search(r'rel="next" href="(.*?)"', first)
    assert rest
    second = client.get(here + rest[1]).content.decode()
    assert 'rel="next"' not in second
    days = [
        re.findall(r'href="/programmes/visits/[^"]+">([\d-]+)<', page) for page in (first, second)
    ]
    assert [len(each) for each in days] == [20, 4]
    assert days[0] + days[1] == sorted({*days[0], *days[1]}, reverse=True)
    assert client.get(f"{here}?before=x").status_code == 404


def test_what_is_missing_is_named_apart_from_what_is_wrong(enter, liang, answers):
    given = answers(systolic="1300") | {"symptoms": []}
    page = enter("village").post(f"{liang}try/", given).content.decode()
    assert 'data-wrong="input-systolic"' in page
    assert 'data-wrong="input-symptoms"' not in page
    assert '<a href="#input-symptoms">Symptoms</a>' in page


@pytest.mark.parametrize(("language", "words"), [("en", "Systolic"), ("zh-hans", "收缩压")])
def test_1300_mmhg_is_refused_and_what_was_entered_stays(
    enter, served, liang, answers, language, words
):
    before = visits(served)
    client = enter("village", language=language)
    version = version_in(client.get(liang).content.decode())
    answer = client.post(liang, answers(systolic="1300", expected_version=version))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'name="systolic" value="1300"' in page
    assert 'name="diastolic" value="84"' in page
    assert visits(served) == before


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "lies before the enrolment"), ("zh-hans", "早于纳入管理日期")],
)
def test_a_visit_before_the_enrolment_is_refused(enter, served, liang, answers, language, words):
    before = visits(served)
    client = enter("village", language=language)
    version = version_in(client.get(liang).content.decode())
    given = answers(visited_on=days_ago(2000), expected_version=version)
    given["confirm.visited_on"] = days_ago(2000)
    answer = client.post(liang, given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert visits(served) == before


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "lies after the registered death"), ("zh-hans", "晚于登记的死亡日期")],
)
def test_a_visit_after_death_is_refused(enter, served, answers, language, words):
    from kangmai.identity import models as identity

    resident = served.residents["谭国权"]
    identity.Resident.objects.filter(pk=resident.id).update(deceased_on=days_ago(3))
    try:
        before = visits(served, "谭国权")
        client = enter("village", language=language)
        page = client.get(address(served, "谭国权")).content.decode()
        answer = client.post(address(served, "谭国权"), answers(expected_version=version_in(page)))
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert visits(served, "谭国权") == before
    finally:
        identity.Resident.objects.filter(pk=resident.id).update(deceased_on=None)


def test_the_same_form_sent_twice_is_saved_once(enter, served, answers):
    client = enter("village")
    path = address(served, "何桂芳")
    given = answers(expected_version=version_in(client.get(path).content.decode()))
    before = visits(served, "何桂芳")
    first, second = client.post(path, given), client.post(path, given)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert visits(served, "何桂芳") == before + 1
    assert "nothing was saved twice" in client.get(second["Location"]).content.decode()


def test_two_people_saving_at_once_see_one_another(enter, served, answers):
    client = enter("village")
    path = address(served, "李少芬")
    version = version_in(client.get(path).content.decode())
    first = client.post(path, answers(expected_version=version, visited_on=days_ago(1)))
    assert first.status_code == 302
    late = answers(expected_version=version, systolic="148", diastolic="82")
    answer = client.post(path, late)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else saved in the meantime" in page
    assert "陈慧敏" in page
    assert "136/84 mmHg" in page
    assert 'name="systolic" value="148"' in page
    assert "Save mine as well" in page
    again = client.post(path, {**late, "expected_version": version_in(page)})
    assert again.status_code == 302


def test_what_was_changed_without_a_visit_is_not_called_one(enter, served, answers):
    client, path = enter("village"), address(served, "李少芬")
    given = answers(visited_on=days_ago(2), systolic="139")
    given["expected_version"] = version_in(client.get(path).content.decode())
    row = models.Enrolment.objects.get(pk=served.enrolments["李少芬"])
    root = f"/programmes/enrolments/{row.id}"
    tried = {"method": "3", "outcome": "no_answer", "on": TODAY.isoformat(), "service": "followup", "key": "a1"}  # fmt: skip
    assert client.post(f"{root}/attempt/", tried).status_code == 302
    row.refresh_from_db()
    closed = client.post(f"{root}/close/", {"version": row.version, "reason": "moved"})
    assert closed.status_code == 302
    late = client.post(path, given)
    page = late.content.decode()
    assert late.status_code == 409 and "visits are recorded while it is managed" in page
    assert "Somebody else saved" not in page and 'name="systolic" value="139"' in page
    assert client.get(path)["Location"] == f"{root}/"
    row.refresh_from_db()
    assert client.post(f"{root}/reopen/", {"version": row.version}).status_code == 302
    page = client.post(path, given).content.decode()
    assert "changed by someone else" in page and "Somebody else saved" not in page
    assert client.post(path, {**given, "expected_version": version_in(page)}).status_code == 302


def test_a_late_entry_is_allowed_and_flagged(enter, served, answers):
    client = enter("village")
    path = address(served, "周丽仪")
    given = answers(visited_on=days_ago(6), systolic="130", diastolic="80")
    given["expected_version"] = version_in(client.get(path).content.decode())
    saved = client.post(path, given)
    assert saved.status_code == 302, saved.content.decode()
    page = client.get(saved["Location"]).content.decode()
    assert "entered late" in page


def test_a_visit_by_telephone_does_not_count(enter, served, answers):
    client = enter("village")
    path = address(served, "黄炳坤")
    given = answers(method="3", systolic="", diastolic="")
    given["expected_version"] = version_in(client.get(path).content.decode())
    saved = client.post(path, given)
    assert saved.status_code == 302, saved.content.decode()
    page = client.get(saved["Location"]).content.decode()
    assert "does not count towards the year" in page


def test_a_correction_keeps_the_earlier_answers_and_decides_anew(enter, served, answers):
    client = enter("village")
    path = address(served, "陈伟强")
    given = answers(systolic="151", diastolic="88")
    given["expected_version"] = version_in(client.get(path).content.decode())
    saved = client.post(path, given)["Location"]
    page = client.get(f"{saved}correct/").content.decode()
    assert 'name="systolic" value="151"' in page
    changed = {**given, "key": "a" * 32, "systolic": "131", "expected_version": version_in(page)}
    refused = client.post(f"{saved}correct/", {**changed, "reason": ""})
    assert refused.status_code == 422
    answer = client.post(f"{saved}correct/", {**changed, "reason": "误将 131 录为 151"})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"]).content.decode()
    assert "<del>151 mmHg</del>" in page
    assert "<ins>131 mmHg</ins>" in page
    assert "误将 131 录为 151" in page
    assert "controlled" in page
    old = client.get(saved).content.decode()
    assert "These are earlier answers" in old
    assert answer["Location"] in old
    overtaken = client.post(f"{saved}correct/", {**changed, "key": "b" * 32, "reason": "再改一次"})
    assert overtaken.status_code == 409


@pytest.mark.parametrize("kind", ["summary", "referral"])
def test_a_visit_is_printed(enter, served, answers, kind):
    visit = models.Visit.objects.filter(enrolment=served.enrolments["梁秀英"]).first()
    answer = enter("village").get(f"/programmes/visits/{visit.id}/{kind}.pdf")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_neighbours_and_others_find_nothing(enter, served, liang, answers):
    visit = models.Visit.objects.filter(enrolment=served.enrolments["梁秀英"]).first()
    enrolment = f"/programmes/enrolments/{served.enrolments['梁秀英']}/"
    paths = (
        liang,
        enrolment,
        f"/programmes/visits/{visit.id}/",
        f"/programmes/visits/{visit.id}/correct/",
        f"/programmes/visits/{visit.id}/summary.pdf",
        f"/programmes/visits/{visit.id}/referral.pdf",
    )
    before = visits(served)
    for login, status in (("elsewhere", 404), ("admin", 403), ("clinician", 403)):
        client = enter(login)
        assert [client.get(path).status_code for path in paths] == [status] * len(paths)
        assert client.post(liang, answers(expected_version="1")).status_code == status
        assert client.post(f"{liang}try/", answers()).status_code == status
        assert client.post(f"{enrolment}close/", {"reason": "moved"}).status_code == status
    assert visits(served) == before


def test_an_unknown_service_is_refused(enter, served, liang):
    assert enter("village").get(liang.replace("followup", "dance")).status_code == 400


def test_a_form_without_its_version_is_refused(enter, liang):
    assert enter("village").post(liang, {"systolic": "120"}).status_code == 400


@pytest.mark.parametrize(
    ("language", "enrolled", "measured"),
    [
        ("en", "is not for this resident", "for residents 18 years old or more"),
        ("zh-hans", "不属于“高血压患者健康管理”的服务对象", "该表单适用于"),
    ],
)
def test_a_child_is_neither_enrolled_nor_measured_on_the_form_of_adults(
    enter, served, answers, language, enrolled, measured
):
    child = portal_town.resident(
        "梁小宝",
        "1",
        TODAY - datetime.timedelta(days=3000 + len(language)),
        VILLAGE,
        served.town.station,
    )
    client = enter("village", language=language)
    given = {"programme": "hypertension", "state": "managed", "way": "hand", "key": "d" * 32}
    refused = client.post(f"/residents/{child.index_number}/enrol/", given)
    assert refused.status_code == 422
    assert enrolled in refused.content.decode()
    draft = EnrolmentDraft(
        resident_id=child.id,
        programme="hypertension",
        enrolled_on=TODAY - datetime.timedelta(days=30),
        organization=served.town.station.id,
        place_code=VILLAGE,
    )
    (enrolment,) = actions.load_enrolments([draft], actor=portal_town.OPERATOR, at=NOW)
    path = f"/programmes/enrolments/{enrolment}/visit/followup/"
    version = version_in(client.get(path).content.decode())
    answer = client.post(path, answers(expected_version=version))
    assert answer.status_code == 422
    assert measured in answer.content.decode()
    assert not models.Visit.objects.filter(enrolment=enrolment).exists()
