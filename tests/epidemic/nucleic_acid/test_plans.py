"""Plans that are kept, released and driven; who stands in which lane; how tubes flow through laboratories."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.epidemic.nucleic_acid import actions, models, queries, rules
from kangmai.epidemic.nucleic_acid.errors import (
    BoxUnknown,
    NotInThisState,
    PlanImpossible,
    PlanUnknown,
    RoundUnknown,
    ShiftOverlaps,
    ShiftUnknown,
    SiteUnknown,
    TripTaken,
    TripUnknown,
)
from kangmai.epidemic.nucleic_acid.queries.flow import coverage_of
from kangmai.epidemic.nucleic_acid.queries.plans import shared
from kangmai.epidemic.nucleic_acid.types import Duty, PlanState, Shift
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from tests.epidemic.nucleic_acid.factories import (
    AT,
    COURIER,
    HOUR,
    LABORATORY,
    LATER,
    NEGATIVE,
    NEIGHBOUR,
    PLANNER,
    SAMPLER,
    TECHNICIAN,
    box,
    take,
    test_tubes,
    tube,
)

pytestmark = pytest.mark.usefixtures("database")
OTHER_LABORATORY = 504


def question(town, **more) -> rules.Question:
    values = {
        "demands": (rules.Demand(str(town.site), 4_000, 112.46, 23.05), rules.Demand(str(town.other_site), 1_000, 112.5, 23.1)),
        "laboratories": (rules.Laboratory(str(LABORATORY), 2_400, 112.48, 23.06),
                         rules.Laboratory(str(OTHER_LABORATORY), 1_200, 112.4, 23.0)),
        "mode": 10, "sampling_hours": 8.0, "prevalence": 0.0005,
        "capacity": rules.edition(on=AT.date()).capacity,
    }  # fmt: skip
    return rules.Question(**{**values, **more})


def saved(town, key: int = 1, **more) -> models.SavedPlan:
    return actions.save_plan(
        round_id=town.round_id, question=question(town, **more), note="一套", key=UUID(int=key), actor=PLANNER, at=AT
    )  # fmt: skip


def released(town, **more) -> models.SavedPlan:
    plan = saved(town, **more)
    return actions.release_plan(plan_id=plan.id, expected_version=1, actor=PLANNER, at=AT)


def test_a_plan_is_kept_as_it_was_asked_and_answered(town):
    first = saved(town)
    assert saved(town).id == first.id and first.number == 1
    second = saved(town, key=2, mode=20)
    (newest, older) = queries.plans(town.round_id, actor=PLANNER, at=AT)
    assert (newest.number, older.number) == (2, 1) and newest.id == second.id
    assert older.question == question(town)
    assert older.answer == rules.answer_of(rules.plan(question(town)))
    assert older.answer.tubes == 515 and newest.answer.tubes == 258
    assert sum(older.answer.boxes_of().values()) == older.answer.boxes == 7
    assert queries.newest_plan(actor=PLANNER, at=AT).id == second.id


def test_boxes_are_spread_where_that_is_sooner(town):
    asked = question(town)
    found = rules.answer_of(rules.plan(asked))
    assert set(found.boxes_of()) == {str(LABORATORY), str(OTHER_LABORATORY)}
    one = rules.answer_of(rules.plan(replace(asked, laboratories=asked.laboratories[:1])))
    assert (round(one.last_result_hours, 1), round(found.last_result_hours, 1)) == (14.1, 13.3)


def test_where_a_point_is_not_known_divisions_say_how_near(town):
    nowhere = rules.UNKNOWN
    demands = (rules.Demand(str(town.site), 4_000, nowhere, nowhere, "441202001002"),)
    laboratories = (rules.Laboratory("7", 2_400, nowhere, nowhere, 0, "441202003"),)
    plan = saved(town, demands=demands, laboratories=laboratories)
    trip = queries.plan_of(plan.id, actor=PLANNER, at=AT).answer.trips[0]
    assert trip.arrives_hours - trip.leaves_hours == 0.75  # in the same county


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"laboratories": ()}, PlanImpossible),
        ({"demands": (rules.Demand("999999", 10, 1.0, 1.0),)}, PlanImpossible),
        ({"most_hours_on_road": 0.0001}, PlanImpossible),
        ({"courier_every_hours": 0.0}, PlanImpossible),
    ],
)
def test_a_plan_that_cannot_be_is_refused(town, more, error):
    with pytest.raises(error):
        saved(town, **more)
    assert not models.SavedPlan.objects.exists()


def test_only_one_plan_is_in_force_and_what_left_stays(town):
    first = released(town)
    with pytest.raises(NotInThisState):
        actions.release_plan(plan_id=first.id, expected_version=2, actor=PLANNER, at=AT)
    with pytest.raises(ChangedMeanwhile):
        actions.release_plan(plan_id=saved(town, key=5).id, expected_version=9, actor=PLANNER, at=AT)  # fmt: skip
    trip = queries.trips(actor=COURIER, at=AT)[0]
    carry(town, trip.id)
    second = released(town, key=2, mode=20)
    states = dict(models.SavedPlan.objects.values_list("number", "state"))
    assert states == {1: "replaced", 2: "saved", 3: "released"}
    left = models.PlannedTrip.objects.filter(plan=first)
    assert [each.id for each in left] == [trip.id]
    assert models.PlannedTrip.objects.filter(plan=second).exists()
    assert PlanState(second.state) is PlanState.RELEASED


def carry(town, trip_id: int, *, actor=COURIER, at=LATER, label: str = "BOX-TRIP-1"):
    record = tube([each.index_number for each in town.residents[:3]])
    take(town, record)
    actions.pack_boxes(site_id=town.site, records=[box(record.code, label=label)], actor=SAMPLER, at=at)  # fmt: skip
    actions.carry_boxes(trip_id=trip_id, codes=[label], actor=actor, at=at)
    return record.code


def test_a_courier_takes_a_trip_and_his_boxes_are_held_against_the_plan(town):
    plan = released(town)
    trips = queries.trips(actor=COURIER, at=AT)
    assert {each.site.id for each in trips} == {
        town.site
    }  # the other site is another institution's
    first = trips[0]
    actions.take_trip(trip_id=first.id, is_mine=True, expected_version=1, actor=SAMPLER, at=AT)
    with pytest.raises(TripTaken):
        actions.take_trip(trip_id=first.id, is_mine=True, expected_version=2, actor=COURIER, at=AT)
    actions.take_trip(trip_id=first.id, is_mine=False, expected_version=2, actor=SAMPLER, at=AT)
    code = carry(town, first.id)
    sent = models.Box.objects.get()
    assert (sent.trip_id, sent.carrier_account, sent.laboratory_id) == (first.id, COURIER.account, first.laboratory)  # fmt: skip
    with pytest.raises(NotInThisState):
        actions.take_trip(trip_id=first.id, is_mine=False, expected_version=4, actor=COURIER, at=LATER)  # fmt: skip
    with pytest.raises(BoxUnknown):
        actions.carry_boxes(trip_id=first.id, codes=[], actor=COURIER, at=LATER)
    bench = replace(TECHNICIAN, grants=(replace(TECHNICIAN.grants[0], organization=first.laboratory),))  # fmt: skip
    actions.receive_box(code="BOX-TRIP-1", laboratory=first.laboratory, tubes=None, temperature_c=4.0, actor=bench, at=LATER + HOUR)  # fmt: skip
    done = next(each for each in queries.trips(actor=COURIER, at=LATER + HOUR) if each.id == first.id)  # fmt: skip
    assert (done.carried, done.received, done.left_at, done.received_at) == (1, 1, LATER, LATER + HOUR)  # fmt: skip
    found = queries.replay_of(plan.id, actor=PLANNER, at=LATER + HOUR)
    site = next(each for each in found.sites if each.id == str(town.site))
    assert (site.done.tubes, site.done.hours, site.planned.hours) == (1, 3.0, 8.0)
    assert site.hours_late == -5.0
    laboratory = next(each for each in found.laboratories if each.id == str(first.laboratory))
    assert (laboratory.done.tubes, laboratory.done.hours) == (1, None)
    if first.laboratory == LABORATORY:
        test_tubes({code: NEGATIVE}, at=LATER + 2 * HOUR)
        (line, *_rest) = queries.laboratory_lines(town.round_id, actor=PLANNER, at=LATER + 2 * HOUR)
        assert (line.laboratory, line.published, line.coming, line.published_last_hour) == (LABORATORY, 1, 0, 1)  # fmt: skip
        after = queries.replay_of(plan.id, actor=PLANNER, at=LATER + 2 * HOUR)
        lab = next(each for each in after.laboratories if each.id == str(LABORATORY))
        assert lab.done.hours == 5.0 and lab.hours_late == 5.0 - lab.planned.hours
        assert after.round.done.tubes == 1 and after.round.planned.tubes == 515


def test_a_neighbour_neither_sees_nor_drives_it(town):
    plan = released(town)
    trip = queries.trips(actor=COURIER, at=AT)[0]
    far = replace(NEIGHBOUR, grants=(replace(NEIGHBOUR.grants[0], places=(), organization=999),))
    assert queries.trips(actor=far, at=AT) == ()
    for deed in (
        lambda: queries.plan_of(plan.id, actor=far, at=AT),
        lambda: queries.plans(town.round_id, actor=far, at=AT),
        lambda: queries.replay_of(plan.id, actor=far, at=AT),
        lambda: queries.laboratory_lines(town.round_id, actor=far, at=AT),
        lambda: queries.coverage(town.round_id, actor=far, at=AT),
        lambda: queries.demands(town.round_id, actor=far, at=AT),
        lambda: actions.release_plan(plan_id=plan.id, expected_version=2, actor=far, at=AT),
    ):
        with pytest.raises(RoundUnknown):
            deed()
    with pytest.raises(TripUnknown):
        actions.take_trip(trip_id=trip.id, is_mine=True, expected_version=1, actor=far, at=AT)
    with pytest.raises(TripUnknown):
        actions.carry_boxes(trip_id=trip.id, codes=["B"], actor=far, at=AT)
    with pytest.raises(NotPermitted):
        queries.plan_of(plan.id, actor=SAMPLER, at=AT)
    with pytest.raises(PlanUnknown):
        queries.plan_of(0, actor=PLANNER, at=AT)


def test_people_of_villages_go_to_the_sites_of_their_town(town):
    found = queries.demands(town.round_id, actor=PLANNER, at=AT)
    # everybody lives in the first site's town
    assert {each.id: each.people for each in found} == {str(town.site): 12, str(town.other_site): 0}


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from([f"44120{c}00{t}00{v}" for c in "123" for t in "12" for v in "12"]), st.integers(0, 999)),
    st.dictionaries(st.integers(1, 6), st.sampled_from([f"44120{c}00{t}" for c in "12" for t in "12"]), min_size=1),
)  # fmt: skip
def test_nobody_is_lost_among_sites(villages, sites):
    found = shared(villages, sites)
    assert sum(found.values()) == sum(villages.values()) and found.keys() == sites.keys()
    for village, people in villages.items():
        own = [id for id, place in sites.items() if place[:9] == village[:9]]
        assert not own or sum(found[each] for each in own) >= people


def staff(town, *, lane=1, people=None, start=AT, hours=4, actor=PLANNER):
    return actions.staff_lane(
        site_id=town.site, lane=lane, people=people or {71: Duty.SAMPLER, 72: Duty.REGISTRAR},
        from_at=start, to_at=start + hours * HOUR, actor=actor, at=AT,
    )  # fmt: skip


def test_lanes_are_staffed_and_gaps_are_named(town):
    assert staff(town) == 2 and staff(town) == 0  # the same form again
    assert staff(town, lane=2, people={73: Duty.SAMPLER}) == 1
    with pytest.raises(ShiftOverlaps):
        staff(town, lane=2, start=AT + HOUR)
    with pytest.raises(NotInThisState):
        staff(town, lane=9, people={74: Duty.SAMPLER})
    with pytest.raises(NotInThisState):
        staff(town, people={74: Duty.SAMPLER}, start=AT + timedelta(days=3))
    with pytest.raises(SiteUnknown):
        staff(town, people={74: Duty.SAMPLER}, actor=NEIGHBOUR)
    here, there = queries.coverage(town.round_id, actor=PLANNER, at=AT)
    assert (here.lane_hours, here.covered_hours) == (48.0, 4.0)
    assert here.gaps == ((2, AT, AT + 24 * HOUR), (1, AT + 4 * HOUR, AT + 24 * HOUR))
    assert there.covered_hours == 0.0
    first, second, third = queries.shifts(town.round_id, actor=PLANNER, at=AT)
    assert (first.staff, second.staff, third.lane) == (71, 72, 2)
    with pytest.raises(ShiftUnknown):
        actions.end_shift(shift_id=first.id, actor=NEIGHBOUR, at=AT)
    actions.end_shift(shift_id=first.id, actor=SAMPLER, at=AT + HOUR)
    (here, _there) = queries.coverage(town.round_id, actor=PLANNER, at=AT)
    assert here.covered_hours == 1.0
    actions.end_shift(shift_id=third.id, actor=PLANNER, at=AT)
    assert not models.Shift.objects.filter(id=third.id).exists()


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(st.integers(1, 2), st.sampled_from(Duty), st.integers(0, 9), st.integers(1, 6))
    )
)
def test_coverage_is_what_a_clock_would_count(spans):
    """The slow twin looks at every hour of every lane."""
    standing = [
        Shift(n, 1, lane, n, duty, AT + start * HOUR, AT + (start + length) * HOUR)
        for n, (lane, duty, start, length) in enumerate(spans)
    ]
    found = coverage_of(1, (1, 2), (AT, AT + 10 * HOUR), standing)
    slow = 0
    for lane in (1, 2):
        for hour in range(10):
            now = AT + hour * HOUR
            here = {s.duty for s in standing if s.lane == lane and s.from_at <= now < s.to_at}
            slow += {Duty.SAMPLER, Duty.REGISTRAR} <= here
    assert (found.lane_hours, found.covered_hours) == (20.0, float(slow))
    assert sum((end - start) / HOUR for _, start, end in found.gaps) == 20 - slow
