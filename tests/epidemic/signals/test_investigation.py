"""The parts of an investigation: who infected whom, contacts who fall ill, resources by two roles, cards taken over."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.epidemic.surveillance import actions, growth, models, queries, transmission
from kangmai.epidemic.surveillance.errors import (
    AnswerNotPossible,
    AreaUnknown,
    DayOutOfRange,
    LinkCircle,
    OutbreakUnknown,
    PartUnknown,
    ValueMissing,
)
from kangmai.epidemic.surveillance.reproduction_number import discretised_gamma
from kangmai.epidemic.surveillance.transmission import Person
from kangmai.epidemic.surveillance.types import (
    CaseClass,
    Certainty,
    Exposure,
    LineFacts,
    MeasureLimit,
    Reason,
    ResourceKind,
    ResourceState,
    SerialInterval,
    Step,
)
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.messages import models as messages
from tests.epidemic.signals.test_arrivals import TODAY
from tests.epidemic.signals.test_workflow import raised, suspected
from tests.factories.access import AT, later

DAY = dt.timedelta(days=1)


@pytest.fixture
def event(cast):
    return suspected(raised(cast), cast.cdc).outbreak_id


def listed(event, cast, *onsets: int | None, **more) -> list[int]:
    """Lines with onsets so many days ago."""
    return [
        actions.add_line(
            outbreak_id=event,
            facts=LineFacts(
                name=f"某{n}", onset_on=None if back is None else TODAY - back * DAY, **more
            ),
            actor=cast.cdc,
            at=AT,
        )
        for n, back in enumerate(onsets)
    ]


def tie(event, cast, infected: int, infector: int, **more) -> None:
    usual = {
        "basis": Exposure.HOUSEHOLD,
        "certainty": Certainty.PROBABLE,
        "actor": cast.cdc,
        "at": later(hours=2),
    }
    actions.link(outbreak_id=event, infected=infected, infector=infector, **(usual | more))


def test_a_tree_of_asserted_links_has_no_circle(cast, event):
    listed(event, cast, 9, 6, 5, 2, None)
    tie(event, cast, 2, 1, note="同住一户")
    tie(event, cast, 3, 1, basis=Exposure.MEAL)
    tie(event, cast, 4, 2, certainty=Certainty.CONFIRMED)
    for infected, infector, error in (
        (1, 4, LinkCircle),
        (2, 2, LinkCircle),
        (1, 9, PartUnknown),
        (9, 1, PartUnknown),
    ):
        with pytest.raises(error):
            tie(event, cast, infected, infector)
    with pytest.raises(LinkCircle, match="1 ← 4 ← 2 ← 1"):
        tie(event, cast, 1, 4)
    with pytest.raises(LinkCircle):
        facts = LineFacts(name="某", infected_by=4)
        actions.change_line(
            outbreak_id=event, number=1, facts=facts, expected_version=1, actor=cast.cdc, at=AT
        )
    with pytest.raises(OutbreakUnknown):
        tie(event, cast, 5, 1, actor=cast.other_cdc)
    with pytest.raises(NotPermitted):
        tie(event, cast, 5, 1, actor=cast.officer)
    trees = queries.spread(event, actor=cast.cdc)
    assert [(n.number, n.infector, n.generation, n.infected, n.interval_days) for n in trees.nodes] == [
        (1, None, 0, 2, None), (2, 1, 1, 1, 3), (4, 2, 2, 0, 4), (3, 1, 1, 0, 4),
    ]  # fmt: skip
    assert (trees.links, trees.unlinked, trees.roots) == (3, 1, (1,))
    assert (trees.by_generation, trees.mean_infected) == ({0: 1, 1: 2, 2: 1}, 0.75)
    assert trees.mean_interval_days == pytest.approx(11 / 3)
    line = queries.get_line(event, 2, actor=cast.cdc, at=AT)
    assert line.link is not None and line.facts.infected_by == 1
    assert (line.link.basis, line.link.note, line.link.account) == (
        Exposure.HOUSEHOLD,
        "同住一户",
        cast.cdc.account,
    )
    # to turn a tree around, its link is taken back first
    actions.unlink(outbreak_id=event, infected=2, actor=cast.cdc, at=later(hours=3))
    tie(event, cast, 1, 2)
    turned = queries.spread(event, actor=cast.cdc)
    assert turned.roots == (2,) and [n.number for n in turned.backward] == [1]
    with pytest.raises(PartUnknown):
        actions.unlink(outbreak_id=event, infected=5, actor=cast.cdc, at=AT)


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=30),
)
def test_links_that_are_let_in_are_always_trees(wanted):
    links: dict[int, int] = {}
    for infected, infector in wanted:
        try:
            transmission.require_no_circle(links, infected=infected, infector=infector)
        except LinkCircle:
            chain, at = [infector], infector  # the twin: walk up by hand
            while at in links and at != infected:
                at = links[at]
                chain.append(at)
            assert infected in chain
            continue
        links[infected] = infector
    for start in links:
        steps, at = 0, start
        while at in links:
            at, steps = links[at], steps + 1
            assert steps <= len(links)
    people = [Person(n, links.get(n), None) for n in range(1, 9)]
    found = transmission.forest(people)
    assert found.links == len(links) and len(found.nodes) + found.unlinked == 8
    assert {n.number: n.infector for n in found.nodes if n.infector} == links


def test_a_contact_is_asked_after_and_becomes_a_linked_case(cast, event):
    (first,) = listed(event, cast, 4)
    contact = {"outbreak_id": event, "actor": cast.cdc, "at": AT}
    number = actions.add_contact(
        name="李母", phone="13800000000", line_number=first, exposed_on=TODAY - 3 * DAY, until_on=TODAY + 2 * DAY,
        exposure=Exposure.CARE, where="家中照护，未戴口罩", is_protected=False, **contact,
    )  # fmt: skip
    assert queries.due([event], on=TODAY, actor=cast.cdc)[event].contacts == 1
    assert queries.due([event], on=TODAY, actor=cast.other_cdc) == {}
    for day, ill in ((TODAY - DAY, False), (TODAY, True)):
        actions.follow_up(number=number, day=day, is_ill=ill, note="腹泻" if ill else "", **contact)
    assert queries.due([event], on=TODAY, actor=cast.cdc)[event].contacts == 0
    with pytest.raises(DayOutOfRange):
        actions.became_case(
            number=number, onset_on=TODAY + DAY, case_class=CaseClass.PROBABLE, **contact
        )
    made = actions.became_case(
        number=number, onset_on=TODAY, case_class=CaseClass.PROBABLE, **contact
    )
    again = actions.became_case(
        number=number, onset_on=TODAY, case_class=CaseClass.PROBABLE, **contact
    )
    assert made == again == 2 and models.Line.objects.count() == 2
    line = queries.get_line(event, made, actor=cast.cdc, at=AT)
    assert (line.facts.name, line.facts.phone) == ("李母", "13800000000")
    assert (line.link.infector, line.link.basis) == (first, Exposure.CARE)
    (kept,) = queries.contacts_of(event, actor=cast.cdc, at=AT)
    assert (kept.became_line, kept.where, kept.is_protected) == (2, "家中照护，未戴口罩", False)
    assert [(ill, note) for _day, ill, note in kept.visits] == [(False, ""), (True, "腹泻")]
    (masked,) = queries.contacts_of(event, actor=cast.officer, at=AT)
    assert (masked.name, masked.where) == ("", "")


def test_what_is_asked_for_is_granted_by_another_and_arrives(cast, event):
    ask = {
        "outbreak_id": event, "kind": ResourceKind.STAFF, "what": "流调人员", "amount": 6, "unit": "人",
        "asked_of": "端州区卫生健康局", "needed_by": TODAY + DAY, "actor": cast.cdc, "at": AT,
    }  # fmt: skip
    for error, more in (
        (ValueMissing, {"amount": 0}),
        (ValueMissing, {"unit": " "}),
        (DayOutOfRange, {"needed_by": TODAY - DAY}),
        (NotPermitted, {"actor": cast.officer}),
        (OutbreakUnknown, {"actor": cast.other_cdc}),
    ):
        with pytest.raises(error):
            actions.ask_resource(**(ask | more))
    id = actions.ask_resource(**ask)
    usual = {"outbreak_id": event, "resource_id": id, "at": later(hours=3)}
    with pytest.raises(NotPermitted):  # who asks does not grant
        actions.answer_resource(granted=6, expected_version=1, actor=cast.cdc, **usual)
    with pytest.raises(ValueMissing):
        actions.answer_resource(granted=7, expected_version=1, actor=cast.officer, **usual)
    with pytest.raises(ValueMissing):  # nothing, and no word why
        actions.answer_resource(granted=0, expected_version=1, actor=cast.officer, **usual)
    with pytest.raises(AnswerNotPossible):
        end = {"state": ResourceState.ARRIVED, "actor": cast.cdc}
        actions.end_resource(expected_version=1, **end, **usual)
    actions.answer_resource(granted=4, expected_version=1, actor=cast.officer, **usual)
    with pytest.raises(ChangedMeanwhile):
        actions.end_resource(expected_version=1, **end, **usual)
    actions.end_resource(expected_version=2, **end, **usual)
    (found,) = queries.resources_of(event, actor=cast.officer)
    assert (found.state, found.granted, found.arrived_on) == (ResourceState.ARRIVED, 4, TODAY)
    said = queries.situation(event, actor=cast.cdc, at=AT)
    assert (said.resources, said.resources_arrived) == (1, 1)


def test_every_morning_says_once_what_is_late(cast, event):
    morning = AT.replace(hour=1)  # nine o'clock in Shanghai
    tomorrow, after = (morning + n * DAY for n in (1, 2))
    assert actions.remind(at=tomorrow) == 0
    usual = {"outbreak_id": event, "actor": cast.cdc, "at": AT}
    measure = actions.add_measure(what="消毒", who="学校", due_on=TODAY, **usual)
    assert actions.remind(at=morning) == 0  # due today is not late
    assert actions.remind(at=tomorrow.replace(hour=0) - dt.timedelta(hours=1)) == 0  # not at night
    assert actions.remind(at=tomorrow) == 1
    actions.remind(at=tomorrow + dt.timedelta(hours=3))
    (message,) = messages.Message.objects.filter(template="event_overdue")
    assert (message.parameters["measures"], message.link) == (1, f"/events/{event}/")
    done = {"measure_id": measure, "done_on": TODAY, "expected_version": 1}
    actions.finish_measure(**done, **usual)
    contact = {"name": "李母", "phone": "", "line_number": None, "exposed_on": TODAY - 3 * DAY}
    actions.add_contact(until_on=TODAY, **contact, **usual)
    assert actions.remind(at=tomorrow) == 1  # nobody asked yesterday
    actions.follow_up(number=1, day=TODAY, is_ill=False, **usual)
    assert actions.remind(at=tomorrow) == 0 == actions.remind(at=after)


def test_a_measure_has_a_clock_that_tells_those_above(cast, event):
    from kangmai.deadlines import actions as clocks
    from kangmai.deadlines.models import Deadline

    def clock(id):
        row = Deadline.objects.filter(subject_kind="measure", subject_id=str(id)).first()
        return (row.definition, row.state, row.due_at - AT, row.level) if row else None

    hour = dt.timedelta(hours=1)
    usual = {"outbreak_id": event, "who": "端州区疾控", "actor": cast.cdc, "at": AT}
    for error, more in (
        (ValueMissing, {"what": " ", "limit": MeasureLimit.TWO_HOURS}),
        (ValueMissing, {"what": "封存食品"}),
        (DayOutOfRange, {"what": "封存食品", "due_on": TODAY - DAY}),
        (NotPermitted, {"what": "封存食品", "due_on": TODAY, "actor": cast.officer}),
        (OutbreakUnknown, {"what": "封存食品", "due_on": TODAY, "actor": cast.other_cdc}),
    ):
        with pytest.raises(error):
            actions.add_measure(**(usual | more))
    urgent = actions.add_measure(what="隔离病例", limit=MeasureLimit.TWO_HOURS, **usual)
    soon = actions.add_measure(what="消毒教室", limit=MeasureLimit.ONE_DAY, **usual)
    later_on = actions.add_measure(what="家长会", due_on=TODAY + 3 * DAY, **usual)
    assert clock(urgent) == ("event_measure_2h", "open", 2 * hour, 0)
    assert clock(soon)[:3] == ("event_measure_24h", "open", 24 * hour)
    assert clock(later_on) is None and actions.begin_clocks(at=AT + DAY) == 0
    assert actions.begin_clocks(at=AT + 2 * DAY) == 1 and actions.begin_clocks(at=AT + 2 * DAY) == 0
    assert clock(later_on)[0] == "event_measure_day"

    clocks.escalate_due(at=AT + 2.2 * hour)  # the county's bureau is told, nobody for the other one
    assert clock(urgent)[1] == "missed" and clock(urgent)[3] == 1 and clock(soon)[3] == 0
    told = messages.Message.objects.filter(template__contains="deadline")
    assert told.exists()
    done = {"outbreak_id": event, "done_on": TODAY, "actor": cast.cdc}
    actions.finish_measure(measure_id=urgent, expected_version=1, at=AT + 3 * hour, **done)
    with pytest.raises(ChangedMeanwhile):
        actions.finish_measure(measure_id=urgent, expected_version=1, at=AT + 3 * hour, **done)
    assert clock(urgent)[1] == "met"

    step = {"outbreak_id": event, "actor": cast.cdc, "at": AT + 4 * hour}
    actions.move_outbreak(step=Step.INVESTIGATE, expected_version=version(event, cast), **step)
    actions.move_outbreak(
        step=Step.EXCLUDE, reason=Reason.CHANCE, expected_version=version(event, cast), **step
    )
    assert {clock(soon)[1], clock(later_on)[1]} == {"cancelled"} and clock(urgent)[1] == "met"
    assert actions.begin_clocks(at=AT + 3 * DAY) == 0
    again = {**step, "at": AT + 3 * DAY}
    actions.move_outbreak(
        step=Step.REOPEN, note="又有病例", expected_version=version(event, cast), **again
    )
    rows = Deadline.objects.filter(subject_kind="measure", state="open")
    assert set(rows.values_list("subject_id", flat=True)) == {str(soon), str(later_on)}


def version(event, cast) -> int:
    return queries.get_outbreak(event, actor=cast.cdc).version


def test_how_fast_an_event_grows_is_said_where_enough_is_known():
    from scipy.stats import gamma

    interval = SerialInterval(mean_days=2.6, sd_days=1.5, source="", is_verified=False)
    cases = [1, 0, 2, 3, 3, 5, 6, 8, 9, 7, 6, 4]
    curve = {f"2026-05-{n:02d}": count for n, count in enumerate(cases, start=1)}
    found = growth.latest(curve, interval)
    assert (found.first, found.last, found.cases) == (dt.date(2026, 5, 6), dt.date(2026, 5, 12), 45)
    # EpiEstim's formula, day by day
    mass = discretised_gamma(30, mean=2.6, sd=1.5)
    pressure = sum(cases[day - k] * mass[k] for day in range(5, 12) for k in range(1, day + 1))
    posterior = gamma(1 + 45, scale=1 / (1 / 5 + pressure))
    assert found.mean == pytest.approx(posterior.mean(), rel=1e-9)
    assert (found.low, found.high) == pytest.approx(posterior.ppf([0.025, 0.975]), rel=1e-9)
    assert growth.latest(curve, None) is None and growth.latest({}, interval) is None
    few = {day: min(count, 1) for day, count in curve.items()}  # fewer than 11 in the week
    short = dict(list(curve.items())[:7])
    assert growth.latest(few, interval) is None and growth.latest(short, interval) is None


def test_homes_are_counted_by_town_and_must_exist(cast, event):
    with pytest.raises(AreaUnknown):
        listed(event, cast, 1, area_code="441299")
    listed(event, cast, 3, 2, area_code="441202001002")
    listed(event, cast, 1)
    said = queries.situation(event, actor=cast.cdc, at=AT)
    assert said.by_area == {"": 1, "441202001": 2}
    listed(event, cast, 1, area_code="441202003", case_class=CaseClass.NOT_A_CASE)
    assert "441202003" not in queries.situation(event, actor=cast.cdc, at=AT).by_area


def test_pages_of_a_list_hold_every_line_once(cast, event):
    listed(event, cast, *[1] * 7)
    seen, after = [], 0
    while page := queries.lines(event, after=after, limit=3, actor=cast.cdc, at=AT):
        seen += [each.number for each in page]
        after = page[-1].number
    assert seen == [1, 2, 3, 4, 5, 6, 7]
