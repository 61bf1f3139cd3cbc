"""What arrives in the record becomes drafts and tasks, never clocks of the law; the survey finds what was missed."""

import datetime

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Standing
from kangmai.deadlines.types import Subject
from kangmai.epidemic.cases import actions, handlers, models, queries
from kangmai.epidemic.cases.clocks import KEEPER, KIND
from kangmai.epidemic.cases.errors import PeriodTooLong
from kangmai.epidemic.cases.types import Deed, Dismissal, Missed, State
from kangmai.kernel import feed
from kangmai.kernel.actor import NotPermitted
from kangmai.records import events
from tests.factories import portal_town
from tests.factories.cases_town import card, condition, result

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _empty(cases):
    """The feed goes by commits: what a test wrote is taken away before the next."""
    feed.drain()
    yield
    for model in (models.Step, models.Evidence, models.Assistance, models.Card):
        model.objects.all().delete()


def arrive(cases, *resources):
    """Let the hospital send resources, and the house hear of them."""
    portal_town.write(list(resources), cases.town.hospital)
    feed.drain()


def clocks(row):
    found = deadlines.of_subject(Subject(KIND, str(row.id)), actor=KEEPER)
    return {each.definition: each for each in found}


def test_a_code_makes_a_draft_and_a_task_and_no_legal_clock(cases):
    arrive(cases, condition(cases.town.liang.patient_id, "A90", NOW))
    row = models.Card.objects.get()
    assert (row.state, row.disease, row.organization) == ("draft", "1300", cases.town.hospital.id)
    assert (row.resident_id, row.report_code, row.belongs_to) == (
        cases.town.liang.id,
        "441202",
        "1",
    )
    assert set(clocks(row)) == {"case_draft"} and row.diagnosed_at is None
    doctor = cases.actor("doctor", NOW)
    opened = queries.get_card(row.id, actor=doctor, at=NOW)
    assert opened.content.name == "梁秀英" and opened.content.home_code == portal_town.VILLAGE
    (seen,) = queries.evidence(row.id, actor=doctor)
    assert (seen.resource_type, seen.code) == ("Condition", "A90")
    at = datetime.datetime.now(datetime.UTC)
    made = actions.diagnose(
        card_id=row.id,
        content=card(at, name="梁秀英"),
        expected_version=row.version,
        key="",
        actor=doctor,
        at=at,
    )
    found = clocks(models.Card.objects.get())
    assert made.line.state is State.DIAGNOSED
    assert found["case_draft"].state is Standing.MET and found["report_24h"].started_at == at


def test_the_same_case_joins_and_another_person_does_not(cases):
    liang, chen = cases.town.liang.patient_id, cases.town.chen.patient_id
    arrive(cases, condition(liang, "A90", NOW), result(liang, "75377-2", NOW))
    arrive(cases, condition(chen, "A91", NOW))
    assert models.Card.objects.count() == 2
    first = models.Card.objects.get(resident_id=cases.town.liang.id)
    assert sorted(first.evidence.values_list("resource_type", flat=True)) == [
        "Condition",
        "Observation",
    ]


def test_what_is_no_case_makes_no_draft(cases):
    liang = cases.town.liang.patient_id
    refuted = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                "code": "refuted",
            }
        ]
    }
    arrive(
        cases,
        condition(liang, "J06.9", NOW),
        condition(liang, "A90", NOW, verificationStatus=refuted),
        result(liang, "75377-2", NOW, "NEG"),
        result(liang, "718-7", NOW),
        condition(liang, "G61.0", NOW),  # acute flaccid paralysis is watched below 15 years
    )
    assert not models.Card.objects.exists()


def test_urgent_diseases_have_an_hour(cases):
    arrive(cases, condition(cases.town.chen.patient_id, "A00.0", NOW))
    (clock,) = clocks(models.Card.objects.get()).values()
    assert clock.definition == "case_draft_urgent"
    assert clock.due_at - clock.started_at == HOUR


def test_hiv_drafts_are_for_those_charged_with_them(cases):
    arrive(cases, condition(cases.town.chen.patient_id, "B24", NOW))
    doctor, worker = cases.actor("doctor", NOW), cases.actor("hiv", NOW)
    assert queries.search(actor=doctor, at=NOW).rows == ()
    assert [each.subtype for each in queries.search(actor=worker, at=NOW).rows] == ["0502"]


def test_a_dismissal_stands_and_is_not_asked_again(cases):
    chen = cases.town.chen.patient_id
    arrive(cases, condition(chen, "B18.1", NOW))
    row = models.Card.objects.get()
    doctor = cases.actor("doctor", NOW)
    actions.dismiss(
        card_id=row.id, reason=Dismissal.KNOWN, expected_version=1, key="", actor=doctor, at=NOW
    )
    arrive(cases, condition(chen, "B18.1", NOW + HOUR))
    assert models.Card.objects.get().state == "dismissed"
    assert [s.deed for s in queries.history(row.id, actor=doctor)] == [
        Deed.DRAFTED, Deed.DISMISSED, Deed.EVIDENCE,
    ]  # fmt: skip


def test_a_batch_given_twice_makes_one_draft(cases):
    heard = []
    own = feed.Subscription("test.cases", events.FEED, heard.extend)
    portal_town.write([condition(cases.town.liang.patient_id, "A90", NOW)], cases.town.hospital)
    while feed.step(own):
        pass
    last = heard[-1:]
    handlers.draft_cards(last)
    handlers.draft_cards(last)
    feed.drain()
    assert models.Card.objects.count() == 1 and models.Evidence.objects.count() == 1


def test_the_survey_finds_late_missed_and_undecided(cases):
    liang, chen = cases.town.liang, cases.town.chen
    before = NOW - 3 * DAY
    arrive(
        cases,
        condition(liang.patient_id, "A37.0", before),
        condition(chen.patient_id, "B26.9", before),
    )
    arrive(cases, condition(cases.town.stranger.patient_id, "B05.9", before))
    models.Evidence.objects.filter(code="B05.9").delete()
    steps = models.Step.objects.filter(card__disease="0900")
    steps.delete()
    models.Card.objects.filter(disease="0900").delete()  # as if nobody had listened
    doctor = cases.actor("doctor", NOW)
    row = models.Card.objects.get(disease="2000")
    actions.diagnose(
        card_id=row.id, content=card(before, disease="2000", name="梁秀英"), expected_version=1, key="",
        actor=doctor, at=NOW,
    )  # fmt: skip
    today = (NOW + 8 * HOUR).date()
    later = datetime.datetime.now(datetime.UTC) + DAY
    found = queries.survey(
        period_from=today - 6 * DAY, period_to=today + 2 * DAY, actor=doctor, at=later
    )
    mine = {
        each.disease: each for each in found.lines if each.recorded_on == (before + 8 * HOUR).date()
    }
    assert mine["0900"].standing is Missed.MISSED and mine["0900"].card_id is None
    assert mine["3100"].standing is Missed.UNDECIDED
    assert mine["2000"].standing is Missed.LATE and mine["2000"].hours_late > 48
    with pytest.raises(PeriodTooLong):
        queries.survey(period_from=today - 40 * DAY, period_to=today, actor=doctor, at=NOW)
    with pytest.raises(NotPermitted):
        queries.survey(
            period_from=today - DAY, period_to=today, actor=cases.actor("city_officer", NOW), at=NOW
        )
    there = queries.survey(
        period_from=today - 6 * DAY, period_to=today + 2 * DAY,
        actor=cases.actor("doctor_there", NOW), at=later,
    )  # fmt: skip
    assert {each.disease for each in there.lines} == {
        "0900"
    }  # the stranger is theirs, the others not


def test_hearing_of_a_case_takes_under_five_seconds(cases):
    """From the stored report to the draft: what the worker does after the commit."""
    portal_town.write([condition(cases.town.chen.patient_id, "A20.0", NOW)], cases.town.hospital)
    begun = datetime.datetime.now(datetime.UTC)
    feed.drain()
    assert models.Card.objects.get().disease == "0100"
    assert (datetime.datetime.now(datetime.UTC) - begun).total_seconds() < 5
