"""Begin, meet, cancel, begin anew; who sees what; how many were on time."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kangmai.deadlines import actions, models, queries
from kangmai.deadlines.errors import (
    CursorUnreadable,
    DeadlineChanged,
    DeadlineSettled,
    DeadlineUnknown,
    OwnerMissing,
    ReasonMissing,
    StartInFuture,
)
from kangmai.deadlines.types import By, Met, Share, Show, Start, State, Subject
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.definitions import UnknownDefinition
from kangmai.kernel.ids import ResidentId
from tests.factories.access import ADMIN, AT, acting, later

pytestmark = pytest.mark.usefixtures("database")
ENROLMENT = Subject("enrolment", "1")
FOLLOW_UP = "hypertension_referral_follow_up"


def begin(place, *, owner="village", division="441202001002", definition=FOLLOW_UP, **more):
    usual = {
        "definition": definition,
        "subject": Subject("enrolment", "1"),
        "started_at": AT,
        "owner_org": place.organizations[owner],
        "place_code": division,
        "resident": ResidentId(place.residents["village"]),
    }
    return Start(**(usual | more))


def started(place, **how):
    return actions.start([begin(place, **how)], actor=ADMIN, at=more_than(AT, how))[0]


def more_than(at, how):
    return max(at, how.get("started_at", at))


def deed(at, subject=ENROLMENT, definition=FOLLOW_UP):
    return Met(definition, subject, at, "visit", "v1")


def test_a_deadline_begins_with_its_limit(place):
    found = started(place)
    assert found.due_at.isoformat() == "2026-03-15T15:59:59.999999+00:00"
    assert (found.state, found.provisional, found.level) == (State.OPEN, False, 0)


def test_the_same_start_twice_is_one_deadline(place):
    first = started(place)
    again = actions.start(
        [begin(place), begin(place, started_at=later(hours=1))], actor=ADMIN, at=later(hours=2)
    )
    assert [each.id for each in again] == [first.id, first.id]
    assert again[0].due_at == first.due_at
    assert models.Deadline.objects.count() == 1


def test_what_was_met_begins_anew_only_by_a_later_start(place):
    first = started(place)
    actions.meet([deed(later(days=2))], actor=ADMIN, at=later(days=2))
    assert started(place).id == first.id
    second = started(place, started_at=later(days=30))
    assert second.id != first.id
    assert second.state is State.OPEN


def test_many_begin_in_a_few_queries_in_the_order_given(place):
    starts = [begin(place, subject=Subject("visit", str(n))) for n in range(300)]
    with CaptureQueriesContext(connection) as captured:
        found = actions.start(starts, actor=ADMIN, at=AT)
    assert [each.subject.id for each in found] == [str(n) for n in range(300)]
    assert len(captured) <= 8
    with CaptureQueriesContext(connection) as captured:
        met = [deed(later(days=1), each.subject) for each in found]
        assert len(actions.meet(met, actor=ADMIN, at=later(days=1))) == 300
    assert len(captured) <= 8


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"definition": "no_such_limit"}, UnknownDefinition),
        ({"owner_org": 0}, OwnerMissing),
        ({"started_at": later(seconds=1)}, StartInFuture),
    ],
)
def test_wrong_starts_begin_nothing(place, changes, error):
    wrong = begin(place, subject=Subject("visit", "2"), **changes)
    with pytest.raises(error):
        actions.start([begin(place), wrong], actor=ADMIN, at=AT)
    assert not models.Deadline.objects.exists()


def test_met_on_time_late_and_to_the_microsecond(place):
    due_at = started(place).due_at
    for moment, on_time in ((due_at, True), (due_at + timedelta(microseconds=1), False)):
        models.Deadline.objects.all().delete()
        started(place)
        (met,) = actions.meet([deed(moment)], actor=ADMIN, at=moment)
        assert (met.is_on_time, met.proof_kind, met.proof_id) == (on_time, "visit", "v1")


def test_meeting_what_is_settled_unknown_or_began_later_changes_nothing(place):
    started(place)
    assert actions.meet([deed(AT - timedelta(days=1))], actor=ADMIN, at=AT) == ()
    assert actions.meet([deed(AT, definition="report_2h")], actor=ADMIN, at=AT) == ()
    assert len(actions.meet([deed(later(days=1))], actor=ADMIN, at=later(days=1))) == 1
    assert actions.meet([deed(later(days=2))], actor=ADMIN, at=later(days=2)) == ()
    assert models.Deadline.objects.get().met_at == later(days=1)


def test_things_that_are_gone_take_their_deadlines_with_them(place):
    started(place)
    started(place, subject=Subject("enrolment", "2"))
    gone = [Subject("enrolment", "1"), Subject("visit", "2")]
    assert actions.cancel_of(gone, reason="登记有误", actor=ADMIN, at=AT) == 1
    with pytest.raises(ReasonMissing):
        actions.cancel_of(gone, reason=" ", actor=ADMIN, at=AT)


def test_somebody_at_a_page_meets_cancels_and_begins_anew(place):
    doctor = acting("village_doctor", place.organizations["village"])
    found = started(place)
    how = {"deadline_id": found.id, "actor": doctor, "at": later(days=1)}
    with pytest.raises(ReasonMissing):
        actions.cancel(reason=" ", expected_version=1, **how)
    cancelled = actions.cancel(reason="已外出务工", expected_version=1, **how)
    assert (cancelled.state, cancelled.version) == (State.CANCELLED, 2)
    with pytest.raises(DeadlineChanged):
        actions.meet_by_hand(note="已电话随访", expected_version=1, **how)
    with pytest.raises(DeadlineSettled):
        actions.meet_by_hand(note="已电话随访", expected_version=2, **how)
    again = actions.restart(started_at=later(hours=12), reason="已返乡", expected_version=2, **how)
    assert (again.state, again.due_at) == (State.OPEN, found.due_at + timedelta(days=1))
    met = actions.meet_by_hand(note="已面访", expected_version=3, **how)
    assert (met.is_on_time, met.proof_id, met.reason) == (True, str(doctor.account), "已面访")
    with pytest.raises(DeadlineSettled):
        actions.restart(started_at=AT, reason="再来", expected_version=4, **how)


def test_the_neighbour_town_sees_and_changes_nothing(place):
    found = started(place)
    inside = {
        "village_doctor": "village", "township_public_health": "town",
        "commission_officer": "bureau", "cdc_epidemiologist": "cdc",
    }  # fmt: skip
    for role, name in inside.items():
        actor = acting(role, place.organizations[name])
        assert len(queries.search(actor=actor, at=AT).rows) == 1, role
    outside = {
        "village_doctor": "sibling", "township_public_health": "other_town",
        "commission_officer": "other_bureau", "cdc_epidemiologist": "other_cdc",
        "hospital_clinician": "hospital", "supervisor": "supervision",
    }  # fmt: skip
    for role, name in outside.items():
        actor = acting(
            role, place.organizations[name], login=f"out.{name}.{role}".replace("_", "-")
        )
        sees = role == "supervisor"  # its district is the resident's
        assert len(queries.search(actor=actor, at=AT).rows) == sees, role
        if not sees:
            assert queries.of_subject(found.subject, actor=actor) == ()
            assert queries.of_resident(ResidentId(place.residents["village"]), actor=actor) == ()
            with pytest.raises(DeadlineUnknown):
                queries.get_deadline(found.id, actor=actor)
            with pytest.raises((DeadlineUnknown, NotPermitted)):
                actions.cancel(
                    deadline_id=found.id, reason="x", expected_version=1, actor=actor, at=AT
                )
    assert models.Deadline.objects.get().state == "open"


def test_those_without_the_right_are_refused(place):
    integrator = acting("integrator", place.organizations["laboratory"])
    for forbidden in (
        lambda: queries.mine(actor=integrator),
        lambda: queries.counts(actor=integrator, at=AT),
        lambda: actions.start([begin(place)], actor=integrator, at=AT),
        lambda: actions.meet([deed(AT)], actor=integrator, at=AT),
    ):
        with pytest.raises(NotPermitted):
            forbidden()
    doctor = acting("village_doctor", place.organizations["village"])
    with pytest.raises(NotPermitted):
        queries.on_time_shares(due_from=AT, due_to=later(days=30), actor=doctor, at=AT)


def test_sensitive_deadlines_are_seen_by_their_roles_only(place):
    started(place, definition="tuberculosis_visit_72h")
    doctor = acting("village_doctor", place.organizations["village"])
    worker = acting("tuberculosis_worker", place.organizations["village"])
    assert queries.search(actor=doctor, at=AT).rows == ()
    assert len(queries.mine(actor=worker).rows) == 1


def test_a_resident_who_objects_is_seen_by_the_owner_only(place):
    started(place)
    town = acting("township_public_health", place.organizations["town"])
    objecting = replace(
        town,
        scope=replace(town.scope, objections=frozenset({ResidentId(place.residents["village"])})),
    )
    assert len(queries.search(actor=town, at=AT).rows) == 1
    assert queries.search(actor=objecting, at=AT).rows == ()


def test_mine_are_those_of_my_role_in_my_institution(place):
    subjects = [Subject("visit", str(n)) for n in range(4)]
    doctor = acting("village_doctor", place.organizations["village"])
    team = acting("family_doctor_team", place.organizations["village"])
    actions.start(
        [
            begin(place, subject=subjects[0]),
            begin(place, subject=subjects[1], owner_role="family_doctor_team"),
            begin(place, subject=subjects[2], owner_account=doctor.account),
            begin(place, subject=subjects[3], owner="sibling"),
        ],
        actor=ADMIN,
        at=AT,
    )
    found = [
        sorted(each.subject.id for each in queries.mine(actor=actor).rows)
        for actor in (doctor, team)
    ]
    assert found == [["0", "2"], ["0", "1"]]


def test_pages_follow_the_limit(place):
    doctor = acting("village_doctor", place.organizations["village"])
    actions.start(
        [
            begin(place, subject=Subject("visit", str(n)), started_at=AT - timedelta(days=n % 3))
            for n in range(7)
        ],
        actor=ADMIN,
        at=AT,
    )
    seen, after = [], ""
    for _ in range(4):
        page = queries.mine(after=after, limit=2, actor=doctor)
        seen += [each.due_at for each in page.rows]
        after = page.next
    assert len(seen) == 7
    assert seen == sorted(seen)
    assert after == ""
    with pytest.raises(CursorUnreadable):
        queries.mine(after="x", actor=doctor)


def test_filters_and_counts(place):
    doctor = acting("village_doctor", place.organizations["village"])
    for n, days in enumerate((20, 12, 1)):
        started(place, subject=Subject("visit", str(n)), started_at=AT - timedelta(days=days))
    late = started(place, subject=Subject("visit", "late"), started_at=AT - timedelta(days=30))
    actions.meet([deed(AT, late.subject)], actor=ADMIN, at=AT)
    assert queries.counts(actor=doctor, at=AT) == queries.Counts(1, 1, 3)

    def shown(show, **more):
        rows = queries.search(show=show, actor=doctor, at=AT, **more).rows
        return [each.subject.id for each in rows]

    assert shown(Show.OPEN) == ["0", "1", "2"]
    assert shown(Show.OVERDUE) == ["0"]
    assert shown(Show.DUE_SOON) == ["1"]
    assert shown(Show.MET_LATE) == ["late"]
    assert shown(Show.CANCELLED) == []
    assert shown(Show.OPEN, division="441202001003") == []
    assert shown(Show.OPEN, definition="report_2h") == []


def test_share_on_time_by_deadline_and_by_town(place):
    officer = acting("commission_officer", place.organizations["bureau"])
    for n, (division, days) in enumerate(
        [("441202001002", 1), ("441202001002", 20), ("441202003003", 1), ("441202003003", None)]
    ):
        found = started(place, subject=Subject("visit", str(n)), division=division)
        if days:
            moment = later(days=days)
            actions.meet([deed(moment, found.subject)], actor=ADMIN, at=moment)
    gone = started(place, subject=Subject("visit", "gone"))
    actions.cancel_of([gone.subject], reason="登记有误", actor=ADMIN, at=AT)

    def shares(**how):
        return queries.on_time_shares(due_from=AT, due_to=later(days=60), actor=officer, **how)

    assert shares(at=later(days=10)) == ()
    assert shares(at=later(days=21)) == (Share(FOLLOW_UP, 4, 2, 1, 1),)
    assert shares(by=By.TOWN, at=later(days=21)) == (
        Share("441202001", 2, 1, 1, 0),
        Share("441202003", 2, 1, 0, 1),
    )
    assert shares(at=later(days=21))[0].percent == 50


def test_an_unknown_deadline_is_not_found(place):
    doctor = acting("village_doctor", place.organizations["village"])
    with pytest.raises(DeadlineUnknown):
        queries.get_deadline(UUID(int=uuid4().int), actor=doctor)
