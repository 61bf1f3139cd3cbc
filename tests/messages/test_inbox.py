"""Whom a message reaches, what settles it, and in which words it is read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kangmai.access import actions as access
from kangmai.kernel import feed
from kangmai.messages import actions, models, queries
from kangmai.messages.errors import (
    AlreadySettled,
    CursorUnreadable,
    LinkIncorrect,
    MessageUnknown,
    ParametersIncorrect,
)
from kangmai.messages.types import Draft, Show, Urgency, to_account, to_permission, to_role
from tests.factories.access import ADMIN, AT, acting, later

pytestmark = pytest.mark.usefixtures("database")


def draft(to, *, template="failed_events", key="", subject=("", ""), **values):
    usual = {"count": 3, "latest": "2026-03-01T08:00:00+00:00"}
    return Draft(template, to, usual | values, "/feed/", subject, key)


def glass(to):
    values = {"place": "441202001", "expires": "2026-03-01T08:00:00+00:00"}
    return Draft("glass_on_our_resident", to, values)


def titles(actor, **how):
    return [each.title for each in queries.inbox(language="en", actor=actor, **how).rows]


def test_a_message_to_an_account_reaches_nobody_else(place):
    village = acting("village_doctor", place.organizations["village"])
    sibling = acting("village_doctor", place.organizations["sibling"])
    assert actions.notify([draft(to_account(village.account))], actor=ADMIN, at=AT) == 1
    assert titles(village) == ["Failed events: 3"]
    assert titles(sibling) == []


def test_a_message_to_a_role_reaches_its_holders_in_that_institution_only(place):
    here = acting("village_doctor", place.organizations["village"])
    colleague = acting("village_doctor", place.organizations["village"], login="colleague")
    other_role = acting("family_doctor_team", place.organizations["village"])
    sibling = acting("village_doctor", place.organizations["sibling"])
    to = to_role("village_doctor", place.organizations["village"])
    actions.notify([draft(to)], actor=ADMIN, at=AT)
    found = [len(titles(actor)) for actor in (here, colleague, other_role, sibling)]
    assert found == [1, 1, 0, 0]


def test_a_message_to_a_permission_reaches_who_holds_it_at_the_place(place):
    city = acting("commission_officer", place.organizations["bureau"])
    elsewhere = acting("commission_officer", place.organizations["other_bureau"])
    village = acting("village_doctor", place.organizations["village"])
    actions.notify([draft(to_permission("glass.review", "441202001"))], actor=ADMIN, at=AT)
    assert [len(titles(a)) for a in (city, elsewhere, village)] == [1, 0, 0]


def test_reading_is_each_one_s_own_and_taking_on_is_for_all(place):
    here = acting("village_doctor", place.organizations["village"])
    colleague = acting("village_doctor", place.organizations["village"], login="colleague")
    to = to_role("village_doctor", place.organizations["village"])
    actions.notify([glass(to), draft(to)], actor=ADMIN, at=AT)
    ids = [each.id for each in queries.inbox(language="zh", actor=here).rows]
    assert actions.mark_read(ids=ids, actor=here, at=AT) == 2
    assert actions.mark_read(ids=ids, actor=here, at=AT) == 0
    assert (queries.count_waiting(actor=here), queries.count_waiting(actor=colleague)) == (1, 2)
    (to_take,) = queries.inbox(show=Show.TO_ACKNOWLEDGE, language="zh", actor=here).rows
    actions.acknowledge(message_id=to_take.id, actor=here, at=AT)
    assert (queries.count_waiting(actor=here), queries.count_waiting(actor=colleague)) == (0, 1)
    with pytest.raises(AlreadySettled):
        actions.acknowledge(message_id=to_take.id, actor=colleague, at=AT)
    assert actions.mark_all_read(actor=colleague, at=AT) == 1
    assert len(queries.inbox(show=Show.ALL, language="zh", actor=colleague).rows) == 2


def test_what_is_not_mine_cannot_be_read_or_taken_on(place):
    here = acting("village_doctor", place.organizations["village"])
    sibling = acting("village_doctor", place.organizations["sibling"])
    actions.notify([draft(to_account(here.account))], actor=ADMIN, at=AT)
    (message,) = queries.inbox(language="zh", actor=here).rows
    assert actions.mark_read(ids=[message.id], actor=sibling, at=AT) == 0
    for forbidden in (
        lambda: actions.acknowledge(message_id=message.id, actor=sibling, at=AT),
        lambda: queries.get_message(message.id, language="zh", actor=sibling),
    ):
        with pytest.raises(MessageUnknown):
            forbidden()
    assert queries.count_waiting(actor=here) == 1


def test_the_same_key_reaches_the_same_person_once(place):
    here = acting("village_doctor", place.organizations["village"])
    other = acting("village_doctor", place.organizations["sibling"])
    drafts = [draft(to_account(a.account), key="once") for a in (here, other)]
    assert actions.notify(drafts, actor=ADMIN, at=AT) == 2
    assert actions.notify(drafts, actor=ADMIN, at=later(hours=1)) == 0
    assert actions.notify([draft(to_account(here.account))] * 2, actor=ADMIN, at=AT) == 2


def test_settling_a_matter_closes_every_message_about_it(place):
    here = acting("village_doctor", place.organizations["village"])
    drafts = [
        draft(to_account(here.account), subject=("Deadline", "1")),
        draft(to_account(here.account), subject=("Deadline", "2")),
    ]
    actions.notify(drafts, actor=ADMIN, at=AT)
    assert actions.settle([("Deadline", "1"), ("Deadline", "9")], actor=ADMIN, at=AT) == 1
    assert actions.settle([("Deadline", "1")], actor=ADMIN, at=AT) == 0
    assert queries.count_waiting(actor=here) == 1


def test_filters_and_pages(place):
    here = acting("village_doctor", place.organizations["village"])
    to = to_account(here.account)
    actions.notify([draft(to, count=n) for n in range(5)] + [glass(to)], actor=ADMIN, at=AT)
    first = queries.inbox(limit=2, urgency=Urgency.URGENT, language="en", actor=here)
    second = queries.inbox(
        limit=2, urgency=Urgency.URGENT, after=first.next, language="en", actor=here
    )
    third = queries.inbox(
        limit=2, urgency=Urgency.URGENT, after=second.next, language="en", actor=here
    )
    shown = [each.title for page in (first, second, third) for each in page.rows]
    assert shown == [f"Failed events: {n}" for n in (4, 3, 2, 1, 0)]
    assert third.next == ""
    assert len(titles(here, template="glass_on_our_resident")) == 1
    with pytest.raises(CursorUnreadable):
        queries.inbox(after="x", language="en", actor=here)


def test_each_reads_in_his_own_language(place):
    here = acting("village_doctor", place.organizations["village"])
    actions.notify([glass(to_account(here.account))], actor=ADMIN, at=AT)
    (chinese,) = queries.inbox(language="zh", actor=here).rows
    (english,) = queries.inbox(language="en", actor=here).rows
    assert "2026-03-01 16:00" in chinese.body and "城东街道" in chinese.body
    assert "Chengdong Subdistrict" in english.body


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "王芳"}, ParametersIncorrect),
        ({}, LinkIncorrect),
    ],
)
def test_wrong_drafts_write_nothing(place, changes, error):
    wrong = draft(to_account(1), **changes)
    if error is LinkIncorrect:
        wrong = Draft(wrong.template, wrong.to, wrong.parameters, "//elsewhere.example/")
    with pytest.raises(error):
        actions.notify([draft(to_account(1)), wrong], actor=ADMIN, at=AT)
    assert not models.Message.objects.exists()


def test_old_messages_are_forgotten(place):
    here = acting("village_doctor", place.organizations["village"])
    actions.notify([draft(to_account(here.account))], actor=ADMIN, at=AT)
    actions.forget_old(at=later(days=89))
    assert queries.count_waiting(actor=here) == 1
    actions.forget_old(at=later(days=90))
    assert not models.Message.objects.exists()


def test_a_full_page_costs_one_query(place):
    here = acting("village_doctor", place.organizations["village"])
    actions.notify([draft(to_account(here.account)) for _ in range(20)], actor=ADMIN, at=AT)
    with CaptureQueriesContext(connection) as captured:
        assert len(queries.inbox(language="zh", actor=here).rows) == 20
    assert len(captured) == 1


def test_an_emergency_opening_is_told_where_it_is_reviewed_and_where_the_resident_lives(place):
    from kangmai.identity import actions as identity
    from kangmai.identity.types import Demographics
    from kangmai.messages.handlers import report_glasses

    resident = identity.register_resident(
        Demographics("何文静", "2", None, "441203001001"), managing_org=None, actor=ADMIN, at=AT
    )
    city = acting("commission_officer", place.organizations["bureau"])
    home = acting("commission_officer", place.organizations["other_bureau"])
    doctor = acting("hospital_clinician", place.organizations["hospital"])
    opened = access.break_glass(
        resident_id=resident.id, reason="昏迷送入急诊室抢救", actor=doctor, at=AT
    )
    broken = {"kind": "access.glass.broken", "key": str(opened.id), "at": AT, "data": {}}
    for _ in range(2):
        report_glasses([feed.Event(1, 1, broken)])
    assert sorted(titles(city)) == [
        "An emergency opening to review",
        "An institution elsewhere opened a record of our resident",
    ]
    assert titles(home) == ["An institution elsewhere opened a record of our resident"]
    report_glasses(
        [feed.Event(1, 2, broken | {"kind": "access.glass.reviewed", "at": later(hours=1)})]
    )
    assert (titles(city), titles(home)) == ([], [])


def test_administrators_are_told_of_failed_events_until_there_are_none(place):
    admin = acting("administrator", place.organizations["bureau"])
    actions.tell_of_failures(at=AT)
    assert titles(admin) == []
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO kernel_dead_letter (subscriber, feed, xid, seq, error, failed_at)
               VALUES ('x', 'outbox', '1', 1, 'KeyError', %s)""",
            [AT],
        )
    for hours in (0, 1):
        actions.tell_of_failures(at=later(hours=hours))
    assert titles(admin) == ["Failed events: 1"]
    letter = feed.dead_letters()[0]
    feed.dismiss(letter.id, actor=ADMIN, at=AT)
    actions.tell_of_failures(at=later(hours=2))
    assert titles(admin) == []
