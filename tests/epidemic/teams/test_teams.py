"""Teams, rosters, readiness and missions: who is where, and what of that a neighbour sees."""

import datetime
from uuid import uuid4

import pytest

from kangmai.epidemic.teams import actions, errors, models, queries, rules
from kangmai.epidemic.teams.types import Goods, MemberFacts, MissionState, Standing
from kangmai.kernel.actor import NotPermitted, subtree
from kangmai.kernel.deeds import ChangedMeanwhile
from tests.epidemic.teams.factories import (
    AT,
    CITY,
    COUNTY,
    NEIGHBOUR,
    TODAY,
    actor,
    caller,
    keeper,
    mission,
    team,
)

pytestmark = pytest.mark.usefixtures("database")


def again(of, by, at=AT):
    return queries.get_team(of.id, actor=by, at=at)


def test_a_team_is_ready_when_people_roster_and_drill_are_there(city):
    by = keeper(city.cdc)
    made = team(city, city.cdc)
    assert made.readiness.lacks == ("duty", "drill")
    who = [each.staff for each in made.members]
    models.Team.objects.filter(id=made.id).update(drilled_at=AT)
    duties = actions.set_roster(team_id=made.id, days=[TODAY, TODAY + datetime.timedelta(1)], shift="day", staff=who[:1], expected_version=1, actor=by, at=AT)  # fmt: skip
    assert duties == 2
    found = again(made, by)
    assert (found.readiness.standing, [each.on_duty for each in found.members]) == (Standing.READY, [True, False, False, False])  # fmt: skip
    # the day shift ends at 20:00 legal time; nobody is on duty a minute later
    night = AT.replace(hour=12, minute=1)
    assert again(made, by, night).readiness.lacks == ("duty",)
    lines = queries.roster(made.id, start=TODAY, days=7, actor=by)
    assert [(each.on, each.shift, each.staff) for each in lines] == [(TODAY, "day", who[0]), (TODAY + datetime.timedelta(1), "day", who[0])]  # fmt: skip
    # somebody who leaves the team leaves its coming shifts
    left = [MemberFacts(each.staff, each.function) for each in found.members[1:]]
    changed = actions.change_members(team_id=made.id, members=left, expected_version=2, actor=by, at=AT)  # fmt: skip
    assert (changed.readiness.lacks, changed.version) == (("leader", "duty"), 3)
    assert [each.on for each in queries.roster(made.id, start=TODAY, days=7, actor=by)] == [TODAY]
    with pytest.raises(ChangedMeanwhile):
        actions.change_members(team_id=made.id, members=left, expected_version=2, actor=by, at=AT)


def test_what_is_refused_of_a_team(city):
    by, people = keeper(city.cdc), city.staff[city.cdc]

    def form(*members, organization=city.cdc, kind="investigation", name="甲", key=None, who=by):
        return actions.form(organization=organization, kind=kind, name=name, members=members, key=key or uuid4(), actor=who, at=AT)  # fmt: skip

    leader = MemberFacts(people[0], "leader")
    for error, call in (
        (errors.KindUnknown, lambda: form(leader, kind="magic")),
        (errors.NobodyNamed, lambda: form()),
        (errors.FunctionUnknown, lambda: form(MemberFacts(people[0], "king"))),
        (errors.TwiceNamed, lambda: form(leader, MemberFacts(people[0], "field"))),
        (errors.StaffNotThere, lambda: form(MemberFacts(city.staff[city.hospital][0], "leader"))),
        (errors.InstitutionUnknown, lambda: form(leader, organization=city.hospital)),
        (NotPermitted, lambda: form(leader, who=caller())),
    ):
        with pytest.raises(error):
            call()
    key = uuid4()
    assert form(leader, key=key) == form(leader, key=key)
    with pytest.raises(errors.KeyReused):
        form(leader, key=key, name="乙")
    with pytest.raises(errors.TwiceNamed):
        form(leader)
    assert models.Team.objects.count() == 1
    made = models.Team.objects.get()
    for days, shift, staff, error in (
        ([TODAY - datetime.timedelta(1)], "day", people[:1], errors.DayWrong),
        ([], "day", people[:1], errors.DayWrong),
        ([TODAY], "noon", people[:1], errors.KindUnknown),
        ([TODAY], "day", people[1:2], errors.StaffNotThere),
    ):
        with pytest.raises(error):
            actions.set_roster(team_id=made.id, days=days, shift=shift, staff=staff, expected_version=1, actor=by, at=AT)  # fmt: skip


def test_the_neighbour_sees_and_changes_nothing(city):
    made, other = team(city, city.cdc), keeper(city.neighbour)
    expert = actions.name_expert(organization=city.cdc, staff=city.staff[city.cdc][0], specialty="epidemiology", actor=keeper(city.cdc), at=AT)  # fmt: skip
    gone = mission(city)
    assert queries.team_list(actor=other, at=AT).rows == ()
    assert queries.expert_list(actor=other).rows == ()
    assert queries.mission_list(actor=other).rows == ()
    assert queries.team_list(actor=caller(NEIGHBOUR), at=AT).rows == ()
    for error, call in (
        (errors.TeamUnknown, lambda: queries.get_team(made.id, actor=other, at=AT)),
        (errors.TeamUnknown, lambda: queries.roster(made.id, start=TODAY, days=1, actor=other)),
        (errors.TeamUnknown, lambda: actions.close(team_id=made.id, reason="r", expected_version=1, actor=other, at=AT)),
        (errors.ExpertUnknown, lambda: actions.end_expert(expert_id=expert.id, reason="r", actor=other, at=AT)),
        (errors.MissionUnknown, lambda: queries.get_mission(gone.id, actor=other)),
        (errors.MissionUnknown, lambda: actions.leave(mission_id=gone.id, expected_version=1, actor=other, at=AT)),
        (NotPermitted, lambda: queries.team_list(actor=actor(city.cdc, "registry.read"), at=AT)),
    ):  # fmt: skip
        with pytest.raises(error):
            call()
    # who reads the county sees, and keeps nothing
    reader = actor(None, "registry.read", "teams.read", "teams.keep", place=COUNTY)
    assert len(queries.team_list(actor=reader, at=AT, kind="investigation", area=COUNTY).rows) == 1
    with pytest.raises(NotPermitted):
        actions.close(team_id=made.id, reason="r", expected_version=1, actor=reader, at=AT)
    actions.close(team_id=made.id, reason="并入二队", expected_version=1, actor=keeper(city.cdc), at=AT)  # fmt: skip
    actions.end_expert(expert_id=expert.id, reason="退休", actor=keeper(city.cdc), at=AT)
    assert queries.team_list(actor=caller(), at=AT).rows == ()
    assert queries.expert_list(actor=caller()).rows == ()


def out(instant, place=CITY):
    return queries.out_at(places=[subtree(place)], instant=instant, actor=caller())


def test_a_mission_leaves_is_acknowledged_and_returns(city):
    by = keeper(city.hospital)
    made = mission(city, goods=(Goods("N95", 200), Goods("采样车", 1)))
    unit = team(city, city.hospital, functions=("leader", "field", "field", "information"))
    assert (made.state, made.head_count, out(AT).sent_people) == (MissionState.PLANNED, 2, 0)
    hour = datetime.timedelta(hours=1)
    left = actions.leave(mission_id=made.id, expected_version=1, actor=by, at=AT)
    assert again(unit, by).readiness.lacks == ("leader", "field", "duty", "drill")
    say = {"mission_id": made.id, "expected_version": left.version, "actor": by, "at": AT + hour}
    with pytest.raises(errors.LetterMissing):
        actions.acknowledge(people=2, **say)
    with pytest.raises(errors.QuantityWrong):
        actions.acknowledge(people=3, letter="青卫函〔2026〕1号", **say)
    with pytest.raises(errors.ReasonMissing):
        actions.acknowledge(people=1, letter="青卫函〔2026〕1号", **say)
    there = actions.acknowledge(people=2, letter="青卫函〔2026〕1号", **say)
    back = {"mission_id": made.id, "letter": "", "expected_version": there.version, "actor": by}
    with pytest.raises(errors.QuantityWrong):
        actions.come_back(goods={"采样车": 2}, at=AT + 2 * hour, **back)
    done = actions.come_back(goods={"采样车": 1}, at=AT + 2 * hour, **back)
    assert done.state is MissionState.RETURNED
    assert [(each.item, each.returned) for each in done.facts.goods] == [("N95", 0), ("采样车", 1)]
    assert "leader" not in again(unit, by).readiness.lacks
    # who was out when is counted from the times, also afterwards
    minute = datetime.timedelta(minutes=1)
    assert [out(AT + offset).sent_people for offset in (-minute, hour, 2 * hour - minute, 2 * hour)] == [0, 2, 2, 0]  # fmt: skip
    assert out(AT + hour, NEIGHBOUR).sent == 0
    with pytest.raises(errors.NotInThisState):
        actions.leave(mission_id=made.id, expected_version=done.version, actor=by, at=AT)


def test_both_ends_inside_the_city_speak_for_themselves(city):
    home, host = keeper(city.hospital), keeper(city.cdc, account=6)
    made = mission(city, to_name="", to_organization=city.cdc, destination="端州区")
    assert queries.get_mission(made.id, actor=host).id == made.id
    with pytest.raises(NotPermitted):
        actions.leave(mission_id=made.id, expected_version=1, actor=host, at=AT)
    actions.leave(mission_id=made.id, expected_version=1, actor=home, at=AT)
    with pytest.raises(NotPermitted):
        actions.acknowledge(mission_id=made.id, people=2, expected_version=2, actor=home, at=AT)
    actions.acknowledge(mission_id=made.id, people=2, expected_version=2, actor=host, at=AT)
    with pytest.raises(NotPermitted):
        actions.come_back(mission_id=made.id, goods={}, expected_version=3, actor=host, at=AT)
    assert actions.come_back(mission_id=made.id, goods={}, expected_version=3, actor=home, at=AT).returned_at == AT  # fmt: skip
    assert [len(queries.mission_list(direction=each, actor=home).rows) for each in ("sent", "received", "within")] == [0, 0, 1]  # fmt: skip


def test_what_is_refused_of_a_mission(city):
    from_outside = {"from_organization": None, "from_name": "湖北省", "to_name": "", "to_organization": city.hospital, "people": ()}  # fmt: skip
    mission(city)
    for error, changes in (
        (errors.IsAway, {"people": tuple(city.staff[city.hospital][1:3])}),
        (errors.TextMissing, {"to_name": ""}),
        (errors.MissionEndsWrong, {"to_name": "", "to_organization": city.hospital}),
        (errors.MissionEndsWrong, {"from_name": "湖北省"}),
        (errors.TextMissing, {"task": " "}),
        (errors.DayWrong, {"until_on": TODAY - datetime.timedelta(1)}),
        (errors.NobodyNamed, {"people": ()}),
        (errors.StaffNotThere, {"people": (city.staff[city.cdc][0],)}),
        (errors.TwiceNamed, {"people": (), **from_outside, "outside_people": 3, "goods": (Goods("车", 1), Goods("车", 2))}),
        (errors.QuantityWrong, {**from_outside, "outside_people": 0}),
        (errors.InstitutionUnknown, {"by": keeper(city.cdc)}),
    ):  # fmt: skip
        with pytest.raises(error):
            mission(city, **changes)
    received = mission(city, **from_outside, outside_people=104)
    by = keeper(city.hospital)
    actions.leave(mission_id=received.id, expected_version=1, actor=by, at=AT)
    actions.acknowledge(mission_id=received.id, people=104, expected_version=2, actor=by, at=AT)
    assert out(AT).received_people == 104
    with pytest.raises(errors.LetterMissing):
        actions.come_back(mission_id=received.id, goods={}, expected_version=3, actor=by, at=AT)
    planned = queries.mission_list(direction="sent", actor=by).rows[0]
    assert actions.withdraw_mission(mission_id=planned.id, reason="取消", expected_version=1, actor=by, at=AT).state is MissionState.WITHDRAWN  # fmt: skip
    mission(city)  # its people are free again


def test_the_worked_rule_of_readiness():
    found = rules.rule(on=TODAY)
    kind = found.kinds["investigation"]
    here = {"leader": 1, "field": 2, "information": 1}
    for days, lacks in ((0, ()), (183, ()), (184, ("drill",)), (None, ("drill",))):
        said = rules.readiness(kind, here, on_duty=1, drill_days_ago=days, is_out=False, found=found)  # fmt: skip
        assert said.lacks == lacks
