"""Drills: under a drill order only, assessed by others, and a report that shows in readiness."""

import datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.teams import actions, errors, queries, rules
from kangmai.epidemic.teams.types import DrillState
from kangmai.kernel.actor import NotPermitted
from tests.epidemic.orders.factories import DISEASE_CONTROL, order_in_force
from tests.epidemic.teams.factories import AT, COUNTY, NEIGHBOUR, TODAY, actor, keeper, team

MINUTE = datetime.timedelta(minutes=1)
RUN = ("registry.read", "teams.read", "drills.run", "drills.assess")
DONE = {"report": 5, "call_out": 15, "list": 45, "stay": 60, "single": 120, "investigate": 240}
MARKS = {"report": 10, "call_out": 15, "list": 15, "stay": 15, "single": 20, "investigate": 15, "disinfect": 10}  # fmt: skip


def runner(city, place=COUNTY):
    return actor(city.cdc, *RUN, place=place, account=11)


def assessor(account=12):
    return actor(None, "registry.read", "drills.assess", place=COUNTY, account=account)


def drill_order(**more):
    return order_in_force(Purpose.TESTING, area=COUNTY, at=AT, days=1, is_drill=True, **more)


def plan(city, unit, order, **changes):
    said = {
        "organization": city.cdc, "order_id": order.id, "script": "positive_pool", "place": COUNTY,
        "team_ids": [unit.id], "key": uuid4(), "actor": runner(city), "at": AT,
    }  # fmt: skip
    return actions.plan_drill(**{**said, **changes})


def mark(of, marks, by):
    given_ = {step: (points, "") for step, points in marks.items()}
    current = queries.get_drill(of.id, actor=by)
    return actions.assess(drill_id=of.id, marks=given_, expected_version=current.version, actor=by, at=AT)  # fmt: skip


def test_a_drill_from_its_order_to_its_report(database, city):
    unit, by = team(city, city.cdc), runner(city)
    order = drill_order()
    of = plan(city, unit, order)
    of = actions.start_drill(drill_id=of.id, expected_version=of.version, actor=by, at=AT)
    for step, minutes in DONE.items():
        of = actions.do_step(drill_id=of.id, step=step, expected_version=of.version, actor=by, at=AT + minutes * MINUTE)  # fmt: skip
    first = of.lines[0].done_at
    of = actions.do_step(drill_id=of.id, step="report", expected_version=of.version, actor=by, at=AT + 300 * MINUTE)  # fmt: skip
    assert of.lines[0].done_at == first
    of = actions.end_drill(drill_id=of.id, expected_version=of.version, actor=by, at=AT + 301 * MINUTE)  # fmt: skip
    for who in (by, actor(city.cdc, *RUN, place=COUNTY, account=13)):  # ran it; of its institution
        assert not queries.may_assess(of.id, actor=who)
        with pytest.raises(errors.AssessesOwn):
            mark(of, MARKS, who)
    assert queries.may_assess(of.id, actor=assessor())
    refused = {
        errors.MarksMissing: {},
        errors.MarksWrong: {"report": 11},
        errors.StepUnknown: {"nothing": 1},
    }
    for error, bad in refused.items():
        with pytest.raises(error):
            mark(of, bad, assessor())
    with pytest.raises(errors.MarksWrong) as caught:
        mark(of, {"report": -1}, assessor())
    title = of.lines[0].step.title
    assert caught.value.message("zh") == f"“{title.zh}”的评分“-1”不正确，应为 0 至 10。"
    assert caught.value.message("en").startswith(f"{title.en}: the marks '-1'")
    said = {"drill_id": of.id, "actor": by, "at": AT + 302 * MINUTE}
    with pytest.raises(errors.NotAssessed) as left:
        actions.report_drill(summary="总结", expected_version=of.version, **said)
    assert left.value.message("en").count(", ") == 6  # all seven steps, by their English names
    mark(of, {**MARKS, "single": 10}, assessor())
    of = mark(of, MARKS, assessor(account=14))
    # list 45 of 30 minutes loses 3, single mean 15 of 20 loses 3, disinfection never done loses 10
    assert (of.score, of.grade.zh) == (84.0, "合格")
    of = actions.add_lesson(problem="终末消毒未启动", mend="补充消杀队值守", organization=city.cdc, due_on=TODAY, expected_version=of.version, **said)  # fmt: skip
    with pytest.raises(errors.InstitutionUnknown):
        actions.add_lesson(problem="x", mend="y", organization=city.hospital, due_on=TODAY, expected_version=of.version, **said)  # fmt: skip
    assert "drill" in queries.get_team(unit.id, actor=keeper(city.cdc), at=AT).readiness.lacks
    with pytest.raises(errors.TextMissing):
        actions.report_drill(summary=" ", expected_version=of.version, **said)
    of = actions.report_drill(summary="总体合格", expected_version=of.version, **said)
    assert of.state is DrillState.REPORTED
    assert queries.get_team(unit.id, actor=keeper(city.cdc), at=AT).drilled_on == TODAY
    with pytest.raises(errors.NotInThisState):
        mark(of, MARKS, assessor())
    of = actions.mend_lesson(lesson_id=of.lessons[0].id, **said)
    assert of.lessons[0].mended_on == TODAY


def test_a_drill_needs_a_drill_order_that_holds_there(database, city):
    unit = team(city, city.cdc)
    for area, is_drill, place in ((COUNTY, False, COUNTY), (NEIGHBOUR, True, COUNTY)):
        order = order_in_force(Purpose.TESTING, area=area, at=AT, days=1, is_drill=is_drill)
        with pytest.raises(errors.DrillOrderNeeded):
            plan(city, unit, order, place=place)
        orders.end(order_id=order.id, reason="完", expected_version=order.version, actor=DISEASE_CONTROL, at=AT)  # fmt: skip
    order = drill_order(key="later")
    for error, changes in (
        (errors.ScriptUnknown, {"script": "none"}),
        (errors.PlaceUnknown, {"place": "999999"}),
        (errors.TeamsMissing, {"team_ids": []}),
        (errors.TeamsMissing, {"team_ids": [uuid4()]}),
        (errors.InstitutionUnknown, {"organization": city.hospital}),
        (NotPermitted, {"actor": keeper(city.cdc)}),
        (NotPermitted, {"actor": runner(city, place=NEIGHBOUR)}),
    ):
        with pytest.raises(error):
            plan(city, unit, order, **changes)
    of = plan(city, unit, order)
    assert queries.drill_list(actor=keeper(city.neighbour)).rows == ()
    with pytest.raises(errors.DrillUnknown):
        queries.get_drill(of.id, actor=keeper(city.neighbour))
    later = AT + datetime.timedelta(days=2)
    with pytest.raises(errors.DrillOrderNeeded):  # the order is over
        actions.start_drill(drill_id=of.id, expected_version=of.version, actor=runner(city), at=later)  # fmt: skip
    with pytest.raises(errors.NotInThisState):
        actions.end_drill(drill_id=of.id, expected_version=of.version, actor=runner(city), at=AT)
    gone = actions.withdraw_drill(drill_id=of.id, reason="天气", expected_version=of.version, actor=runner(city), at=AT)  # fmt: skip
    assert gone.state is DrillState.WITHDRAWN


@given(
    st.fixed_dictionaries({id: st.one_of(st.none(), st.floats(0, 2000)) for id in MARKS}),
    st.fixed_dictionaries(
        {id: st.lists(st.integers(0, most), min_size=1, max_size=3) for id, most in MARKS.items()}
    ),
)
def test_a_score_lies_between_nothing_and_everything_and_falls_with_time(done, marks):
    script = rules.script("positive_pool", on=TODAY)

    def total(minutes):
        points = [rules.step_points(script, s, minutes[s.id], marks[s.id]) for s in script.steps]
        assert all(0 <= p <= s.points for p, s in zip(points, script.steps, strict=True))
        return rules.score(script, points)

    slower = {id: None if minutes is None else minutes + 7 for id, minutes in done.items()}
    assert 0 <= total(slower) <= total(done) <= 100
