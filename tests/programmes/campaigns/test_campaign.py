"""A campaign from its list to its catching up: who is on it, who agreed, whom a session asks, what an injection changes."""

import datetime
import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection

from kangmai.identity import actions as identity
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.feed import Event
from kangmai.programmes.campaigns import actions, handlers, models, queries
from kangmai.programmes.campaigns.errors import (
    AreaUnknown,
    CampaignClosed,
    CampaignNotFound,
    DatesWrong,
    DayOutside,
    HasRefused,
    HoursWrong,
    ListUnreadable,
    NobodyToPlan,
    NotAgreed,
    NotToday,
    OutsideTheRule,
    PlanTooLarge,
    RefusalUnknown,
    RuleNotInForce,
    SchoolUnknown,
    SessionNotFound,
    SessionOver,
    TargetNotFound,
)
from kangmai.programmes.campaigns.types import By, Consent, Filter, Need, SessionState, Show, Source
from kangmai.programmes.vaccination import actions as clinic
from kangmai.registry import actions as registry_actions
from tests.factories import registry
from tests.programmes.vaccination import factories
from tests.programmes.vaccination.factories import (
    AT,
    COUNTY,
    NEIGHBOUR,
    OPERATOR,
    TODAY,
    TOWN,
    child,
    give,
    on_record,
)

factories.PRODUCTS |= {"HPV2": 8100015, "COVID-I": 8100020}
DAY = datetime.timedelta(1)
THIRTEEN = datetime.date(2013, 3, 5)
TEN, NOON = datetime.time(10), datetime.time(12)
PLAN = "vaccination.campaign"


def desk(town, account=5):
    return factories.actor(town.centre, *factories.DESK, PLAN, place=TOWN, account=account)


def next_door(town):
    return factories.actor(town.neighbour, *factories.DESK, PLAN, place=NEIGHBOUR, account=8)


def hpv(town, *, by=None, **changes):
    said = {
        "rule_id": "hpv_girls", "title": "2026年秋季适龄女生HPV疫苗", "place": TOWN,
        "starts_on": TODAY, "ends_on": TODAY + 30 * DAY, "key": uuid4(), "at": AT, **changes,
    }  # fmt: skip
    return actions.open_campaign(actor=by or desk(town), **said)


def people(campaign, by, show=Show.ALL, **more):
    found = queries.targets(campaign.id, filter=Filter(show=show, **more), on=TODAY, actor=by)
    return {each.resident_id: each for each in found}


def agree(campaign, *residents, by, consent=Consent.AGREED, **more):
    ids = [people(campaign, by)[each.id].id for each in residents]
    said = {"on": TODAY, "at": AT, **more}
    return actions.write_answers(campaign_id=campaign.id, targets=ids, consent=consent, actor=by, **said)  # fmt: skip


def plan(campaign, by, **changes):
    said = {"place": TOWN, "site": "城东中心", "on": TODAY, "begins": TEN, "ends": NOON, "stations": 1, "doses": 20, "key": uuid4(), "at": AT, **changes}  # fmt: skip
    return actions.plan_session(campaign_id=campaign.id, actor=by, **said)


def test_the_list_holds_the_cohort_with_what_each_needs(database, town):
    nurse = desk(town)
    girl, one, both = (child(THIRTEEN, sex="2", name=name) for name in ("甲", "乙", "丙"))
    other = child(THIRTEEN, sex="2", name="丁")
    boy, young = child(THIRTEEN), child(datetime.date(2014, 1, 1), sex="2")
    away = child(THIRTEEN, sex="2", place="441203101001")
    on_record(one, ("HPV2", "2026-08-01"))
    on_record(both, ("HPV2", "2025-12-01"), ("HPV2", "2026-06-02"))
    on_record(other, ("HPV9", "2026-06-02"))
    clinic.defer(resident_id=girl.id, question="fever", vaccines=(), until=TODAY + 6 * DAY, key=uuid4(), actor=nurse, at=AT)  # fmt: skip
    campaign = hpv(town)
    found = people(campaign, nurse)
    assert set(found) == {girl.id, one.id, both.id, other.id}
    assert not {boy.id, young.id, away.id} & set(found)
    needs = {id: (each.need, each.dose, each.given, each.ready_on) for id, each in found.items()}
    assert needs == {
        girl.id: (Need.DEFERRED, 1, 0, TODAY + 7 * DAY),
        one.id: (Need.WAITING, 2, 1, datetime.date(2027, 2, 1)),
        both.id: (Need.DONE, None, 2, None),
        other.id: (Need.NOT_NEEDED, 1, 0, None),
    }
    (row,) = queries.progress(campaign.id, by=By.TOWN, actor=nurse)
    assert (row.key, row.total, row.done, row.begun, row.waiting, row.off, row.not_needed) == (TOWN, 4, 1, 2, 1, 1, 1)  # fmt: skip
    assert row.wanted == 3 and row.unasked == 2
    assert [each.key for each in queries.progress(campaign.id, by=By.AGE, actor=nurse)] == ["2013"]


def test_the_night_follows_the_index_and_the_calendar(database, town):
    nurse, girl = desk(town), child(THIRTEEN, sex="2")
    one = child(THIRTEEN, sex="2")
    on_record(one, ("HPV2", "2026-06-01"))
    campaign = hpv(town)
    assert people(campaign, nurse)[one.id].need is Need.WAITING
    new = child(THIRTEEN, sex="2")
    identity.move_resident(
        girl.id, place_code="441203101001", address="", managing_org=None,
        expected_version=girl.version, actor=OPERATOR, at=AT,
    )  # fmt: skip
    actions.keep_campaigns(at=AT + 9 * DAY)
    found = people(campaign, nurse)
    assert set(found) == {one.id, new.id}
    assert found[new.id].need is Need.READY
    assert found[one.id].need is Need.READY  # six months on 2026-12-01
    assert actions.refresh(campaign_id=campaign.id, actor=nurse, at=AT + 9 * DAY) == 0


def test_answers_sessions_and_the_clinic(database, town):
    nurse = desk(town)
    girls = [child(THIRTEEN, sex="2", name=f"女生{n}") for n in range(4)]
    campaign = hpv(town)
    with pytest.raises(NobodyToPlan):
        plan(campaign, nurse)
    assert agree(campaign, *girls[:3], by=nurse) == 3
    with pytest.raises(RefusalUnknown):
        agree(campaign, girls[3], by=nurse, consent=Consent.REFUSED, refusal="other")
    agree(campaign, girls[3], by=nurse, consent=Consent.REFUSED, refusal="safety", note="待议")
    assert queries.refusals(campaign.id, actor=nurse) == {"safety": 1}
    assert set(people(campaign, nurse, Show.TO_VACCINATE)) == {each.id for each in girls[:3]}

    with pytest.raises(PlanTooLarge):  # one station, two hours, twenty an hour
        plan(campaign, nurse, doses=41)
    with pytest.raises(HoursWrong):
        plan(campaign, nurse, begins=NOON)
    with pytest.raises(DayOutside):
        plan(campaign, nurse, on=TODAY - DAY)
    with pytest.raises(AreaUnknown):
        plan(campaign, nurse, place=NEIGHBOUR)
    key = uuid4()
    session = plan(campaign, nurse, doses=2, key=key)
    assert (session.listed, session.doses) == (2, 2)
    assert plan(campaign, nurse, doses=2, key=key).id == session.id
    second = plan(campaign, nurse, on=TODAY + DAY)
    assert second.listed == 1

    listed = people(campaign, nurse, session=session.id)
    # who of one class and age is listed first is by their ids, which no one chose
    first, other = (each for each in girls[:3] if each.id in listed)
    refused = people(campaign, nurse)[girls[3].id].id
    with pytest.raises(HasRefused):
        actions.check_in(session_id=session.id, target_id=refused, key=uuid4(), actor=nurse, at=AT)
    with pytest.raises(NotToday):
        actions.check_in(session_id=second.id, target_id=listed[first.id].id, key=uuid4(), actor=nurse, at=AT)  # fmt: skip
    visit = actions.check_in(session_id=session.id, target_id=listed[first.id].id, key=uuid4(), actor=nurse, at=AT)  # fmt: skip
    assert [each.vaccine for each in visit.doses] == ["HPV2"]
    assert [(each.by, each.vaccine) for each in queries.answered_of([first.id], actor=nurse)] == [("parent", "HPV2")]  # fmt: skip
    factories.stock(town, [factories.line("HPV2", 1)])
    visit = clinic.pre_check(visit_id=visit.id, temperature=36.5, chosen=["HPV2"], expected_version=1, actor=nurse, at=AT)  # fmt: skip
    visit = clinic.consent(visit_id=visit.id, by="parent", expected_version=2, actor=nurse, at=AT)
    give(visit, "HPV2", factories.code("HPV2", 1), by=nurse, site="LD")
    actions.judge_residents(ids=[first.id], at=AT)
    done = people(campaign, nurse)[first.id]
    assert (done.need, done.given, done.dose, done.latest_on) == (Need.WAITING, 1, 2, TODAY)

    ended = actions.end_session(session_id=session.id, expected_version=1, actor=nurse, at=AT)
    assert (ended.state, ended.came, ended.given) == (SessionState.ENDED, 1, 1)
    assert set(people(campaign, nurse, Show.CATCH_UP)) == {other.id}
    with pytest.raises(SessionOver):
        actions.end_session(session_id=session.id, expected_version=2, actor=nurse, at=AT)
    with pytest.raises(ChangedMeanwhile):
        actions.cancel_session(session_id=second.id, reason="停电", expected_version=9, actor=nurse, at=AT)  # fmt: skip
    cancelled = actions.cancel_session(session_id=second.id, reason="停电", expected_version=1, actor=nurse, at=AT)  # fmt: skip
    assert cancelled.state is SessionState.CANCELLED
    assert plan(campaign, nurse, on=TODAY + 2 * DAY).listed == 2
    actions.take_back_answer(campaign_id=campaign.id, target_id=refused, actor=nurse, at=AT)
    assert people(campaign, nurse, Show.ASK).keys() == {girls[3].id}
    closed = actions.close_campaign(campaign_id=campaign.id, expected_version=1, actor=nurse, at=AT)
    assert closed.closed_on == TODAY
    with pytest.raises(CampaignClosed):
        agree(campaign, girls[3], by=nurse)


def test_a_school_s_list(database, town):
    nurse = desk(town)
    school = registry_actions.create_place(facts=registry.place_facts(code="S-7", name="城东中学", division_code=TOWN), actor=OPERATOR, at=AT)  # fmt: skip
    far = registry_actions.create_place(facts=registry.place_facts(code="S-8", division_code=NEIGHBOUR), actor=OPERATOR, at=AT)  # fmt: skip
    girl, boy = child(THIRTEEN, sex="2"), child(THIRTEEN)
    boarder = child(THIRTEEN, sex="2", place="441203101001")
    campaign = hpv(town, source=Source.SCHOOLS)
    assert people(campaign, nurse) == {}
    lines = [f"{girl.index_number},S-7,7,3", f"{boy.index_number},S-7,7,3", "441202201303059999,S-7,7,1"]  # fmt: skip
    text = "编号,学校,年级,班级\n" + "\n".join(lines)
    found = actions.take_list(campaign_id=campaign.id, text=text, actor=nurse, at=AT)
    assert (found.lines, found.added, found.unknown, found.outside) == (3, 1, (4,), (3,))
    again = actions.take_list(campaign_id=campaign.id, text=text, actor=nurse, at=AT)
    assert (again.added, again.changed) == (0, 0)
    assert people(campaign, nurse, school=school.id, grade=7, room="3").keys() == {girl.id}
    assert queries.schools(campaign.id, actor=nurse) == [school.id]
    for wrong, error in (("x,S-7\n", ListUnreadable), (f"{girl.index_number},S-7,七,1", ListUnreadable), (f"{girl.index_number},S-9,7,1", SchoolUnknown), (f"{girl.index_number},{far.code},7,1", SchoolUnknown)):  # fmt: skip
        with pytest.raises(error):
            actions.take_list(campaign_id=campaign.id, text=wrong, actor=nurse, at=AT)
    agree(campaign, girl, by=nurse)
    session = plan(campaign, nurse, place="", site="", school=school.id)
    assert (session.site, session.listed) == ("城东中学", 1)
    assert queries.candidates_by_school(campaign.id, on=TODAY, actor=nurse) == []
    # a pupil who lives next door goes to school here: the list knows her, this town's desk does not see her
    text = f"{boarder.index_number},S-7,7,3\n"
    assert actions.take_list(campaign_id=campaign.id, text=text, actor=nurse, at=AT).added == 1
    assert boarder.id not in people(campaign, nurse)


def test_products_of_a_campaign_are_data(database, town):
    """The second campaign differs in its definition only: no consent beforehand, three products, adults."""
    nurse = desk(town)
    adult = child(datetime.date(1960, 5, 1), name="老陈")
    begun = child(datetime.date(1970, 5, 1), name="老李")
    on_record(begun, ("COVID-I", "2026-11-10"))
    campaign = hpv(town, rule_id="covid", title="新冠疫苗")
    found = people(campaign, nurse)
    assert (found[adult.id].need, found[adult.id].vaccine, found[adult.id].dose) == (Need.READY, "COVID-I", 1)  # fmt: skip
    assert (found[begun.id].need, found[begun.id].ready_on) == (Need.WAITING, datetime.date(2026, 12, 1))  # fmt: skip
    session = plan(campaign, nurse)
    assert people(campaign, nurse, session=session.id).keys() == {adult.id}
    visit = actions.check_in(session_id=session.id, target_id=found[adult.id].id, key=uuid4(), actor=nurse, at=AT)  # fmt: skip
    assert [(each.vaccine, each.dose) for each in visit.doses] == [("COVID-I", 1)]
    # the clinic itself blocks a dose that is too early, for whoever walks in
    walk = clinic.check_in(resident_id=begun.id, asked=["COVID-I"], key=uuid4(), actor=nurse, at=AT)
    assert walk.doses == ()


def test_what_is_refused_at_the_opening(database, town):
    nurse = desk(town)
    with pytest.raises(RuleNotInForce):
        hpv(town, starts_on=datetime.date(2025, 11, 9), ends_on=TODAY)
    with pytest.raises(RuleNotInForce):
        hpv(town, rule_id="measles")
    with pytest.raises(OutsideTheRule):  # born too early for the programme
        hpv(town, born_from=datetime.date(2011, 11, 10))
    with pytest.raises(DatesWrong):
        hpv(town, ends_on=TODAY - DAY)
    with pytest.raises(AreaUnknown):
        hpv(town, place=COUNTY)
    plain = factories.desk(town)
    with pytest.raises(NotPermitted):
        hpv(town, by=plain)
    assert queries.campaigns(actor=nurse) == []
    key = uuid4()
    assert hpv(town, key=key).id == hpv(town, key=key).id
    assert len(queries.campaigns(actor=nurse)) == 1


def test_the_neighbour_town_sees_nothing(database, town):
    nurse, stranger = desk(town), next_door(town)
    girl = child(THIRTEEN, sex="2")
    campaign = hpv(town)
    target = people(campaign, nurse)[girl.id]
    agree(campaign, girl, by=nurse)
    session = plan(campaign, nurse)
    assert queries.campaigns(actor=stranger) == []
    for ask in (
        lambda: queries.get_campaign(campaign.id, actor=stranger),
        lambda: people(campaign, stranger),
        lambda: queries.progress(campaign.id, by=By.TOWN, actor=stranger),
        lambda: actions.refresh(campaign_id=campaign.id, actor=stranger, at=AT),
        lambda: plan(campaign, stranger),
    ):
        with pytest.raises(CampaignNotFound):
            ask()
    with pytest.raises(SessionNotFound):
        queries.get_session(session.id, actor=stranger)
    with pytest.raises(SessionNotFound):
        actions.check_in(session_id=session.id, target_id=target.id, key=uuid4(), actor=stranger, at=AT)  # fmt: skip
    assert queries.answered_of([girl.id], actor=stranger) == []
    # a campaign of the county shows each town its own people, and answers of its own only
    county = factories.actor(town.cdc, *factories.CDC, PLAN, place=COUNTY, account=9)
    wide = hpv(town, by=county, place=COUNTY)
    whole = people(wide, county)
    assert girl.id in whole
    assert people(wide, nurse).keys() <= whole.keys()
    village = factories.actor(town.station, "vaccination.read", "identity.search", place="441202001009", account=11)  # fmt: skip
    assert people(wide, village) == {}
    with pytest.raises(NotPermitted):
        actions.write_answers(campaign_id=wide.id, targets=[whole[girl.id].id], consent=Consent.AGREED, on=TODAY, actor=village, at=AT)  # fmt: skip
    # a team whose places lie elsewhere sees the people whom its institution serves, and through them the campaign
    models.Target.objects.filter(id=whole[girl.id].id).update(organization=town.station)
    team = factories.actor(
        town.station, "vaccination.read", "identity.search", place=NEIGHBOUR, account=12
    )
    assert [each.id for each in queries.campaigns(actor=team)] == [wide.id]
    assert list(people(wide, team)) == [girl.id]
    with pytest.raises(CampaignNotFound):  # the town does not plan for the county
        actions.refresh(campaign_id=wide.id, actor=nurse, at=AT)


def test_nobody_comes_without_consent(database, town):
    nurse, girl = desk(town), child(THIRTEEN, sex="2")
    friend = child(THIRTEEN, sex="2")
    campaign = hpv(town)
    agree(campaign, friend, by=nurse)
    session = plan(campaign, nurse)
    target = people(campaign, nurse)[girl.id]
    with pytest.raises(NotAgreed):
        actions.check_in(session_id=session.id, target_id=target.id, key=uuid4(), actor=nurse, at=AT)  # fmt: skip
    with pytest.raises(TargetNotFound):
        actions.write_answers(campaign_id=campaign.id, targets=[10**9], consent=Consent.AGREED, on=TODAY, actor=nurse, at=AT)  # fmt: skip
    assert replace(target) == people(campaign, nurse)[girl.id]


def walks_in(resident, town, *, refused=(), at=AT):
    """Through pre-check and consent of the clinic, asking for HPV."""
    nurse = desk(town)
    visit = clinic.check_in(resident_id=resident.id, asked=["HPV2"], key=uuid4(), actor=nurse, at=at)  # fmt: skip
    visit = clinic.pre_check(visit_id=visit.id, temperature=36.5, chosen=["HPV2"], expected_version=1, actor=nurse, at=at)  # fmt: skip
    return clinic.consent(visit_id=visit.id, by="parent", refused=refused, expected_version=2, actor=nurse, at=at)  # fmt: skip


def hear():
    """What the worker does with the answers of the clinic; the feed waits for a commit that a test never makes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, data, at FROM kernel_event WHERE kind = 'vaccination.agreed' ORDER BY seq")  # fmt: skip
        rows = cursor.fetchall()
    events = [Event(0, seq, {"data": json.loads(data), "at": at}) for seq, data, at in rows]
    handlers.follow_answers(events)
    handlers.follow_answers(events)  # told twice, done once


def test_an_answer_without_its_day_is_passed_over(database, town):
    told = Event(0, 1, {"data": {"resident": child(THIRTEEN, sex="2").id}, "at": AT})
    before = list(models.Target.objects.values_list("id", "consent"))
    handlers.follow_answers([told])
    assert list(models.Target.objects.values_list("id", "consent")) == before


def test_an_answer_at_the_clinic_is_the_answer_on_the_list(database, town):
    nurse, refuses, agrees = desk(town), child(THIRTEEN, sex="2"), child(THIRTEEN, sex="2")
    decided = child(THIRTEEN, sex="2")
    campaign = hpv(town)
    agree(campaign, refuses, by=nurse)
    later = plan(campaign, nurse, on=TODAY + DAY)
    tomorrow = {"on": TODAY + DAY, "at": AT + DAY}
    agree(campaign, decided, by=nurse, consent=Consent.REFUSED, refusal="safety", **tomorrow)
    walks_in(refuses, town, refused=["HPV2"])
    walks_in(agrees, town)
    walks_in(decided, town)
    hear()
    found = people(campaign, nurse)
    said = {id: (each.consent, each.consent_by, each.consent_on, each.refusal, each.session) for id, each in found.items()}  # fmt: skip
    assert said == {
        refuses.id: (Consent.REFUSED, "parent", TODAY, "no_reason", None),
        agrees.id: (Consent.AGREED, "parent", TODAY, "", None),
        decided.id: (Consent.REFUSED, "parent", TODAY + DAY, "safety", None),  # what was said later stays
    }  # fmt: skip
    assert queries.get_session(later.id, actor=nurse).listed == 0
    assert queries.refusals(campaign.id, actor=nurse) == {"no_reason": 1, "safety": 1}
    (row,) = queries.progress(campaign.id, by=By.TOWN, actor=nurse)
    assert (row.total, row.refused, row.ready, row.unasked) == (3, 2, 1, 0)


def test_who_refuses_at_the_session_came_to_it(database, town):
    nurse, girl = desk(town), child(THIRTEEN, sex="2")
    campaign = hpv(town)
    agree(campaign, girl, by=nurse)
    session = plan(campaign, nurse)
    target = people(campaign, nurse)[girl.id]
    visit = actions.check_in(session_id=session.id, target_id=target.id, key=uuid4(), actor=nurse, at=AT)  # fmt: skip
    visit = clinic.pre_check(visit_id=visit.id, temperature=36.5, chosen=["HPV2"], expected_version=1, actor=nurse, at=AT)  # fmt: skip
    clinic.consent(visit_id=visit.id, by="parent", refused=["HPV2"], expected_version=2, actor=nurse, at=AT)  # fmt: skip
    hear()
    ended = actions.end_session(session_id=session.id, expected_version=1, actor=nurse, at=AT)
    assert (ended.came, ended.given) == (1, 0)
    assert people(campaign, nurse, Show.CATCH_UP) == {}
    assert set(people(campaign, nurse, Show.REFUSED)) == {girl.id}
