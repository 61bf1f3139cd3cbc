"""Warnings, misses, escalations: who is told what and when, once; and limits counted again."""

import pytest

from kangmai.deadlines import actions, models, queries
from kangmai.deadlines.types import Met, Start, State, Subject
from kangmai.messages import models as messages
from kangmai.messages import queries as inbox
from tests.factories.access import ADMIN, AT, acting, later

pytestmark = pytest.mark.usefixtures("database")
SUBJECT = Subject("enrolment", "1")


def begin(place, definition="hypertension_referral_follow_up", owner="village", **more):
    return actions.start(
        [
            Start(
                definition=definition,
                subject=SUBJECT,
                started_at=AT,
                owner_org=place.organizations[owner],
                place_code="441202001002",
                **more,
            )
        ],
        actor=ADMIN,
        at=AT,
    )[0]


def titles(actor):
    found = inbox.inbox(language="en", actor=actor).rows
    return sorted(each.title.split(":")[0] for each in found)


@pytest.fixture
def people(place):
    return {
        "doctor": acting("village_doctor", place.organizations["village"]),
        "town": acting("township_public_health", place.organizations["town"]),
        "officer": acting("commission_officer", place.organizations["other_bureau"]),
        "city": acting("commission_officer", place.organizations["bureau"]),
        "cdc": acting("cdc_epidemiologist", place.organizations["cdc"]),
        "sibling": acting("village_doctor", place.organizations["sibling"]),
    }


def told(people):
    return {name: titles(actor) for name, actor in people.items() if titles(actor)}


def test_the_owner_is_warned_then_told_then_others_are(place, people):
    begin(place)
    steps = []
    for days in (6, 7.4, 12.4, 14.7, 15.7, 21.7):
        actions.escalate_due(at=later(days=days))
        steps.append(told(people))
    warned = {"doctor": ["Due soon"]}
    assert steps[0] == {}
    assert steps[1] == warned
    assert steps[2] == {"doctor": ["Due soon", "Due soon"]}
    assert steps[3]["doctor"] == ["Due soon", "Due soon", "Overdue"]
    assert steps[4]["town"] == ["Escalated"]
    # Duanzhou has no bureau of its own in this city: the city's is told
    assert steps[5]["city"] == ["Escalated"]
    assert "officer" not in steps[5] and "sibling" not in steps[5]
    found = models.Deadline.objects.get()
    assert (found.state, found.level, found.next_at) == ("missed", 2, None)


def test_the_clock_may_run_as_often_as_it_likes(place, people):
    begin(place)
    for _ in range(3):
        actions.escalate_due(at=later(days=16))
    assert messages.Message.objects.filter(account_id=None).count() == 4  # three roles own it
    assert actions.escalate_due(at=later(days=16)) == 0


def test_what_was_slept_through_is_told_together_without_stale_warnings(place, people):
    begin(place, definition="report_2h", owner="hospital")
    actions.escalate_due(at=later(days=1))
    # the county's CDC, then the city's bureau; the city has no CDC, so all who oversee the place hear of it
    assert told(people) == {
        "cdc": ["Escalated", "Escalated"],
        "city": ["Escalated", "Escalated"],
        "town": ["Escalated"],
    }
    clinician = acting("hospital_clinician", place.organizations["hospital"])
    assert titles(clinician) == ["Overdue"]
    assert models.Deadline.objects.get().level == 3


def test_what_is_met_is_told_to_nobody_and_takes_its_messages_away(place, people):
    begin(place)
    actions.escalate_due(at=later(days=15))
    assert titles(people["doctor"]) == ["Overdue"]
    met = Met("hypertension_referral_follow_up", SUBJECT, later(days=15), "visit", "v")
    actions.meet([met], actor=ADMIN, at=later(days=15))
    actions.escalate_due(at=later(days=40))
    assert told(people) == {}


def test_one_person_s_deadline_is_told_to_that_person(place, people):
    begin(place, owner_account=people["sibling"].account)
    actions.escalate_due(at=later(days=14.7))
    assert list(told(people)) == ["sibling"]


def test_escalations_reach_who_oversees_where_no_institution_answers(place, people):
    overseer = acting("commission_officer", place.organizations["bureau"], login="overseer")
    far = {"owner": "far_village", "definition": "tuberculosis_visit_72h"}
    begin(place, **far)
    actions.escalate_due(at=later(days=5))
    to = messages.Message.objects.filter(template="deadline_escalate").values_list(
        "role", "organization_id", "permission"
    )
    assert set(to) == {
        ("tuberculosis_worker", place.organizations["bureau"], ""),
        ("tuberculosis_worker", place.organizations["other_cdc"], ""),
    }
    begin(place, definition="report_24h", owner="laboratory")
    assert titles(overseer) == []


def test_many_are_told_in_a_few_queries(place):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    starts = [
        Start(
            definition="report_24h",
            subject=Subject("case", str(n)),
            started_at=AT,
            owner_org=place.organizations["hospital"],
            place_code="441202001002",
        )
        for n in range(200)
    ]
    actions.start(starts, actor=ADMIN, at=AT)
    with CaptureQueriesContext(connection) as captured:
        assert actions.escalate_due(at=later(days=3)) == 200
    assert len(captured) <= 20


def test_everybody_gets_one_message_a_night_that_says_how_many(place, people):
    starts = [
        Start(
            definition="hypertension_referral_follow_up",
            subject=Subject("visit", str(n)),
            started_at=AT,
            owner_org=place.organizations["village" if n < 30 else "sibling"],
            place_code="441202001002",
        )
        for n in range(40)
    ]
    actions.start(starts, actor=ADMIN, at=AT)
    actions.escalate_due(at=later(days=15.7))
    assert told(people) == {"doctor": ["Overdue"], "sibling": ["Overdue"], "town": ["Escalated"]}
    (mine,) = inbox.inbox(language="zh", actor=people["doctor"]).rows
    assert (mine.title, mine.link) == ("已超时：30 项", "/deadlines/?show=mine")
    (above,) = inbox.inbox(language="en", actor=people["town"]).rows
    assert (above.title, above.link) == ("Escalated: 40 matters", "/deadlines/?show=overdue")
    assert "40 overdue matters of 2 institution(s)" in above.body
    rows = models.Deadline.objects.values_list("state", "level", "version").distinct()
    assert list(rows) == [("missed", 1, 2)]
    assert actions.escalate_due(at=later(days=15.7)) == 0


def test_a_provisional_limit_is_counted_again_when_the_year_is_announced(place, monkeypatch):
    from kangmai.standards import calendars

    real = calendars._holidays()
    known = calendars._Holidays(real.days_off, real.made_up, real.first_year, 2026)
    without = calendars._Holidays(
        frozenset(d for d in real.days_off if d.year < 2026),
        frozenset(d for d in real.made_up if d.year < 2026),
        real.first_year,
        2026,
    )
    assert known.end_year == 2026
    monkeypatch.setattr(calendars, "_holidays", lambda: without)
    doctor = acting("supervisor", place.organizations["supervision"])
    start = Start(
        definition="inspection_publication_20wd",
        subject=Subject("inspection", "1"),
        started_at=later(days=-20),  # 2026-02-09, before the Spring Festival
        owner_org=place.organizations["supervision"],
        place_code="441202",
    )
    (found,) = actions.start([start], actor=ADMIN, at=AT)
    assert found.provisional
    assert actions.recompute(at=AT) == 0
    monkeypatch.setattr(calendars, "_holidays", lambda: real)
    assert actions.recompute(at=AT) == 1
    again = queries.get_deadline(found.id, actor=doctor)
    assert not again.provisional
    assert (again.due_at - found.due_at).days >= 3
    assert (again.state, again.version) == (State.OPEN, 2)
    assert actions.recompute(at=AT) == 0
