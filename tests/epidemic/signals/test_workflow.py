"""From new to closed: who may do what, with which clocks; merging, muting, tuning."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as ClockState
from kangmai.deadlines.types import Subject
from kangmai.epidemic.surveillance import actions, models, queries, rules
from kangmai.epidemic.surveillance.errors import (
    CannotMerge,
    DayOutOfRange,
    EndMissing,
    FinalReportMissing,
    NotMutable,
    NotReplayed,
    OutbreakNotOpen,
    OutbreakUnknown,
    PartUnknown,
    ReasonMissing,
    SettingOutOfRange,
    SignalUnknown,
    StepNotAllowed,
    ValueMissing,
)
from kangmai.epidemic.surveillance.types import (
    CaseClass,
    LineFacts,
    Reason,
    ReportKind,
    Setting,
    Show,
    State,
    Step,
)
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from tests.epidemic.signals.test_arrivals import TODAY, case, take
from tests.factories.access import AT, later


def raised(cast, *, condition: str = "0200", area: str = "441202001002", key: str = "x1"):
    (id,) = take(case(key, condition=condition, area_code=area)).new
    return queries.get_signal(id, actor=cast.city_cdc)


def clock(kind: str, id, cast) -> dict[str, ClockState]:
    found = deadlines.of_subject(Subject(kind, str(id)), actor=cast.city_cdc)
    return {each.definition: each.state for each in found}


def step(signal, step_: Step, actor, **more):
    usual = {
        "signal_id": signal.id,
        "expected_version": signal.version,
        "actor": actor,
        "at": later(minutes=30),
    }
    return actions.move(step=step_, **(usual | more))


def verifying(signal, actor):
    return step(step(signal, Step.ACKNOWLEDGE, actor), Step.VERIFY, actor)


def suspected(signal, actor, **more):
    signal = verifying(signal, actor)
    usual = {
        "signal_id": signal.id,
        "expected_version": signal.version,
        "actor": actor,
        "at": later(hours=1),
    }
    return actions.suspect(**(usual | more))


@given(st.sampled_from(State), st.sampled_from(Step), st.booleans())
def test_what_is_not_possible_is_refused(state, step_, of_event):
    after = rules.event_after if of_event else rules.after
    if step_ in rules.possible(state, of_event=of_event):
        assert after(state, step_) is not state
    else:
        with pytest.raises(StepNotAllowed):
            after(state, step_)


def test_every_state_but_merged_leads_to_closed():
    moves = {**rules.MOVES, **rules.EVENT_MOVES}
    reach = {State.CLOSED}
    for _ in State:
        reach |= {start for (start, _), end in moves.items() if end in reach}
    assert reach == set(State) - {State.MERGED}


def test_excluded_with_a_code_in_time_and_reopened(cast):
    signal = verifying(raised(cast), cast.cdc)
    assert signal.officer == cast.cdc.account and signal.acknowledged_at == later(minutes=30)
    assert clock("signal", signal.id, cast) == {"signal_verification_2h": ClockState.OPEN}
    signal = actions.exclude(
        signal_id=signal.id,
        reason=Reason.DUPLICATE,
        note="同一病例重复报告",
        expected_version=signal.version,
        actor=cast.cdc,
        at=later(hours=1),
    )
    assert (signal.state, signal.reason) == (State.EXCLUDED, Reason.DUPLICATE)
    (deadline,) = deadlines.of_subject(Subject("signal", str(signal.id)), actor=cast.cdc)
    assert deadline.state is ClockState.MET and deadline.is_on_time
    with pytest.raises(ReasonMissing):
        step(signal, Step.REOPEN, cast.cdc)
    signal = step(signal, Step.REOPEN, cast.cdc, note="新的检验结果", at=later(hours=3))
    assert signal.state is State.VERIFYING and signal.reason is None
    states = [
        d.state for d in deadlines.of_subject(Subject("signal", str(signal.id)), actor=cast.cdc)
    ]
    assert states == [ClockState.MET, ClockState.OPEN]
    deeds = [line.deed for line in queries.history(signal.id, actor=cast.cdc)]
    assert deeds == ["acknowledge", "verify", "exclude", "reopen"]


def test_illegal_steps_wrong_people_and_stale_pages_change_nothing(cast):
    signal = raised(cast)
    before = models.Signal.objects.values().get()
    refused = [
        (StepNotAllowed, Step.VERIFY, cast.cdc, {}),
        (StepNotAllowed, Step.CLOSE, cast.cdc, {}),
        (SignalUnknown, Step.ACKNOWLEDGE, cast.other_cdc, {}),
        (NotPermitted, Step.ACKNOWLEDGE, cast.clinician, {}),
        (NotPermitted, Step.ACKNOWLEDGE, cast.officer, {}),
        (ChangedMeanwhile, Step.ACKNOWLEDGE, cast.cdc, {"expected_version": 7}),
    ]
    for error, step_, actor, more in refused:
        with pytest.raises(error):
            step(signal, step_, actor, **more)
    with pytest.raises(StepNotAllowed):
        suspect = {"expected_version": signal.version, "actor": cast.cdc, "at": AT}
        actions.suspect(signal_id=signal.id, **suspect)
    assert models.Signal.objects.values().get() == before
    assert models.Outbreak.objects.count() == 0


def test_an_event_from_first_report_to_lessons_by_two_roles(cast):
    signal = suspected(raised(cast), cast.cdc, title="城东霍乱疑似事件")
    event = queries.get_outbreak(signal.outbreak_id, actor=cast.cdc)
    assert clock("outbreak", event.id, cast) == {"event_first_report": ClockState.OPEN}
    with pytest.raises(StepNotAllowed):  # a signal goes where its event goes
        step(signal, Step.CLOSE, cast.cdc)

    def on_event(deed, actor=cast.cdc, hours=2, **more):
        current = queries.get_outbreak(event.id, actor=cast.city_cdc)
        usual = {
            "outbreak_id": event.id,
            "expected_version": current.version,
            "actor": actor,
            "at": later(hours=hours),
        }
        return deed(**(usual | more))

    first = on_event(actions.give_report, kind=ReportKind.FIRST, content={"cases": 1})
    assert first.is_on_time and first.number == 1
    assert clock("outbreak", event.id, cast)["event_progress_report"] is ClockState.OPEN
    with pytest.raises(ValueMissing):
        on_event(actions.give_report, kind=ReportKind.FIRST, content={})
    on_event(actions.move_outbreak, step=Step.INVESTIGATE)
    lines = {"outbreak_id": event.id, "actor": cast.cdc, "at": later(hours=3)}
    for age, onset in ((8, TODAY), (9, TODAY - dt.timedelta(days=1)), (40, None)):
        facts = LineFacts(name="某某", age_years=age, sex="1", unit="三年二班", onset_on=onset)
        actions.add_line(facts=facts, **lines)
    with pytest.raises(DayOutOfRange):
        late = LineFacts(name="某", onset_on=TODAY + dt.timedelta(days=2))
        actions.add_line(facts=late, **lines)
    with pytest.raises(PartUnknown):
        actions.add_line(facts=LineFacts(name="某", infected_by=9), **lines)
    line = queries.lines(event.id, actor=cast.cdc, at=AT)[2]
    actions.change_line(
        number=3,
        facts=LineFacts(name="某某", case_class=CaseClass.NOT_A_CASE),
        expected_version=line.version,
        **lines,
    )
    contact = {"name": "李某", "phone": "13900000000", "line_number": 1, "exposed_on": TODAY}
    actions.add_contact(**contact, until_on=TODAY + dt.timedelta(days=5), **lines)
    actions.follow_up(number=1, day=TODAY, is_ill=False, note="无症状", **lines)
    with pytest.raises(DayOutOfRange):
        actions.follow_up(number=1, day=TODAY + dt.timedelta(days=1), is_ill=True, **lines)
    task = {"what": "食堂停业消毒", "who": "区疾控", "due_on": TODAY}
    measure = actions.add_measure(**task, **lines)
    actions.finish_measure(measure_id=measure, done_on=TODAY, expected_version=1, **lines)
    said = queries.situation(event.id, actor=cast.cdc, at=later(hours=3))
    assert (said.cases, said.by_unit, said.by_age) == (2, {"三年二班": 2}, {"5–9": 2})
    assert said.by_day == {"2026-02-28": 1, "2026-03-01": 1}
    assert (said.contacts, said.contacts_due, said.contacts_followed) == (1, 1, 1)
    assert (said.measures, said.measures_done) == (1, 1)
    assert queries.lines(event.id, actor=cast.officer, at=AT)[0].facts.name == ""

    with pytest.raises(NotPermitted):  # who investigates does not confirm
        on_event(actions.move_outbreak, step=Step.CONFIRM, grade="IV")
    with pytest.raises(ValueMissing):  # no case definition yet
        on_event(actions.move_outbreak, cast.officer, step=Step.CONFIRM, grade="IV")
    words = {
        "title": "城东霍乱事件",
        "case_definition": "腹泻且粪便培养阳性",
        "source_found": "",
        "columns": ("送检结果",),
    }
    on_event(actions.describe, lessons="", **words)
    on_event(actions.move_outbreak, cast.officer, step=Step.CONFIRM, grade="IV")
    with pytest.raises(FinalReportMissing):
        on_event(actions.move_outbreak, cast.officer, step=Step.CLOSE)
    on_event(actions.declare_over, hours=30)
    clocks = clock("outbreak", event.id, cast)
    assert clocks["event_final_report"] is ClockState.OPEN
    assert clocks["event_progress_report"] is ClockState.CANCELLED
    on_event(actions.give_report, kind=ReportKind.FINAL, content={"cases": 2}, hours=40)
    on_event(actions.describe, lessons="加强海产品监管", hours=41, **words)
    closed = on_event(actions.move_outbreak, cast.officer, step=Step.CLOSE, hours=42)
    assert (closed.state, closed.grade) == (State.CLOSED, "IV")
    assert queries.get_signal(signal.id, actor=cast.cdc).state is State.CLOSED
    with pytest.raises(OutbreakNotOpen):
        actions.add_line(facts=LineFacts(name="某"), **lines)
    (row,) = queries.performance(first=TODAY, latest=TODAY, actor=cast.cdc, at=AT)
    assert (row.ppv, row.sensitivity, row.mean_delay_days) == (1.0, 1.0, 1.0)


def test_an_event_of_another_county_is_not_there(cast):
    event = suspected(raised(cast), cast.cdc).outbreak_id
    with pytest.raises(OutbreakUnknown):
        queries.get_outbreak(event, actor=cast.other_cdc)
    with pytest.raises(OutbreakUnknown):
        actions.add_line(outbreak_id=event, facts=LineFacts(name="某"), actor=cast.other_cdc, at=AT)
    with pytest.raises(NotPermitted):
        queries.get_outbreak(event, actor=cast.clinician)


def test_signals_of_three_towns_become_one_event(cast):
    towns = ("441202001002", "441202003", "441202005")
    signals = [
        raised(cast, condition="9099", area=area, key=f"e{n}") for n, area in enumerate(towns)
    ]
    assert len({s.id for s in signals}) == 3
    first = suspected(signals[0], cast.cdc)
    for each in signals[1:]:
        suspected(each, cast.cdc, outbreak_id=first.outbreak_id)
    assert len(queries.signals_of(first.outbreak_id, actor=cast.cdc)) == 3
    other = raised(cast, condition="0100", key="p1")
    with pytest.raises(OutbreakUnknown):
        suspected(other, cast.cdc, outbreak_id=first.outbreak_id)


def test_merged_signals_are_one_with_all_evidence(cast):
    one = raised(cast, condition="0200", area="441202001002", key="a")
    two = raised(cast, condition="0200", area="441202003", key="b")
    third = raised(cast, condition="0100", area="441202003", key="c")
    merge = {"signal_id": one.id, "expected_version": one.version, "at": later(hours=1)}
    with pytest.raises(CannotMerge):
        actions.merge(others=[third.id], actor=cast.cdc, **merge)
    with pytest.raises(SignalUnknown):
        actions.merge(others=[two.id], actor=cast.other_cdc, **merge)
    actions.merge(others=[two.id], actor=cast.cdc, **merge)
    assert len(queries.evidence(one.id, actor=cast.cdc)) == 2
    assert {s.id for s in queries.desk(actor=cast.cdc, at=AT).rows} == {one.id, third.id}
    assert clock("signal", two.id, cast) == {"signal_verification_2h": ClockState.CANCELLED}
    with pytest.raises(StepNotAllowed):
        step(queries.get_signal(two.id, actor=cast.cdc), Step.ACKNOWLEDGE, cast.cdc)


def test_a_mute_has_a_name_a_reason_and_an_end(cast):
    until = TODAY + dt.timedelta(days=14)
    mute = {
        "group": "gastroenteritis",
        "area_code": "441202",
        "until_on": until,
        "reason": "演练",
        "at": AT,
    }
    for error, actor, more in (
        (NotPermitted, cast.cdc, {}),
        (ReasonMissing, cast.officer, {"reason": " "}),
        (EndMissing, cast.officer, {"until_on": TODAY}),
        (EndMissing, cast.officer, {"until_on": TODAY + dt.timedelta(days=400)}),
        (NotMutable, cast.officer, {"group": "0200"}),
    ):
        with pytest.raises(error):
            actions.mute(actor=actor, **(mute | more))
    made = actions.mute(actor=cast.officer, **mute)
    pupils = [case(f"n{n}", condition="9014", place_id=cast.school) for n in range(5)]
    assert take(*pupils).muted == 1
    assert queries.desk(actor=cast.cdc, at=AT).rows == ()
    (shown,) = queries.mutes(actor=cast.cdc, at=AT)
    assert (shown.silenced, shown.account, shown.is_over) == (1, cast.officer.account, False)
    actions.unmute(mute_id=made.id, expected_version=1, actor=cast.officer, at=later(hours=1))
    assert take(case("n9", condition="9014", place_id=cast.school)).new != ()


def test_numbers_change_after_a_replay_and_by_a_second_person(cast):
    propose = {"reason": "信号过多", "actor": cast.cdc, "at": AT}
    with pytest.raises(SettingOutOfRange):
        actions.propose(setting=Setting(0.02, 0.01, 3), **propose)
    made = actions.propose(setting=Setting(0.001, 0.01, 4), **propose)
    assert made.state == "proposed" and made.replay["weeks"] == 0
    decide = {
        "tuning_id": made.id,
        "is_accepted": True,
        "expected_version": 1,
        "at": later(hours=1),
    }
    with pytest.raises(NotPermitted):
        actions.decide(actor=cast.cdc, **decide)
    with pytest.raises(DayOutOfRange):
        actions.decide(actor=cast.officer, in_force_from=TODAY, **decide)
    done = actions.decide(actor=cast.officer, **decide)
    assert done.in_force_from == TODAY + dt.timedelta(days=1)
    assert queries.plan_in_force(actor=cast.cdc, at=AT).least_cases == 3
    assert queries.plan_in_force(actor=cast.cdc, at=later(days=1)).least_cases == 4
    with pytest.raises(ChangedMeanwhile):
        actions.decide(actor=cast.officer, **decide)
    with pytest.raises(NotReplayed):
        actions.decide(actor=cast.officer, **(decide | {"expected_version": 2}))


def test_the_desk_pages_through_everything(cast):
    for n in range(5):
        raised(cast, condition="0200", area=f"44120200{n + 1}", key=f"t{n}")
    seen, after = [], ""
    while True:
        page = queries.desk(after=after, limit=2, actor=cast.cdc, at=AT)
        seen += [s.id for s in page.rows]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5
    assert queries.desk(show=Show.OVERDUE, actor=cast.cdc, at=later(hours=3)).rows
    assert queries.desk(division="441203", actor=cast.city_cdc, at=AT).rows == ()
