"""The planner: Dorfman's own table, effort by hand, flows against a slow obvious twin, courses and replay."""

import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.epidemic.nucleic_acid import rules
from kangmai.epidemic.nucleic_acid.planning import couriers, pooling, transport
from kangmai.epidemic.nucleic_acid.planning.effort import effort
from kangmai.epidemic.nucleic_acid.planning.kept import (
    answer_from_json,
    answer_of,
    answer_to_json,
    question_from_json,
    question_to_json,
)
from kangmai.epidemic.nucleic_acid.planning.plan import Demand, Question, plan, what_if
from kangmai.epidemic.nucleic_acid.planning.replay import Course, replay
from kangmai.epidemic.nucleic_acid.planning.transport import Impossible, Laboratory, Supply
from tests.epidemic.nucleic_acid.factories import AT

CAPACITY = rules.edition(on=AT.date()).capacity

# Dorfman 1943, table I: prevalence %, optimum group size, relative testing cost %
DORFMAN = (
    (1, 11, 20), (2, 8, 27), (3, 6, 33), (4, 6, 38), (5, 5, 43), (6, 5, 47), (7, 5, 50), (8, 4, 53),
    (9, 4, 56), (10, 4, 59), (12, 4, 65), (13, 3, 67), (15, 3, 72), (20, 3, 82), (25, 3, 91), (30, 3, 99),
)  # fmt: skip


@pytest.mark.parametrize(("percent", "size", "cost"), DORFMAN)
def test_dorfman_s_table(percent, size, cost):
    printed, best = pooling.expected(size, percent / 100), pooling.best_size(percent / 100)
    assert round(printed.tests_per_person * 100) == round(best.tests_per_person * 100) == cost
    # at 7 % he prints 5, whose 50.4 % lie just above the 50.2 % of 4
    assert best.size == (4 if percent == 7 else size)


def test_pools_stop_paying_where_the_paper_says():
    assert pooling.pooling_pays(0.306) and not pooling.pooling_pays(0.308)


def test_errors_of_the_test_by_hand():
    test = pooling.Test(sensitivity=0.9, specificity=0.99, dilution=0.05)
    found = pooling.expected(4, 0.02, test)
    seen = 0.9 * 0.95**2
    clean = 0.98**4
    assert found.positive_pools == pytest.approx((1 - clean) * seen + clean * 0.01)
    assert found.sensitivity == pytest.approx(seen * 0.9)
    wrong = 0.98 * ((1 - 0.98**3) * seen + 0.98**3 * 0.01) * 0.01
    assert found.false_positives_per_person == pytest.approx(wrong)
    for size, prevalence in ((0, 0.1), (5, 1.2), (101, 0.1)):
        with pytest.raises(ValueError, match="no pool"):
            pooling.expected(size, prevalence)
    with pytest.raises(ValueError, match="no share"):
        pooling.Test(sensitivity=0)


def printed(pattern: str) -> list[tuple[str, ...]]:
    """Rows of the page's tables that look like a pattern, without the marks of print."""
    page = (Path(__file__).parents[3] / "docs/algorithms/pooling.md").read_text("utf-8")
    return re.findall(pattern, page.replace("**", "").replace(" %", ""), re.MULTILINE)


def test_the_tables_of_the_page_are_right():
    best = printed(r"^\| ([\d.]+) \| (\d+) \| (0\.\d{3}) \|")
    allowed = printed(r"^\| ([\d.]+) \| (0\.\d{4}) \| (0\.\d{4}) \| (0\.\d{4}) \| (\d+) \|$")
    erring = printed(r"^\| (\d+) \| (0\.\d{4}) \| ([\d.]+) \| (\d+) \|$")
    assert (len(best), len(allowed), len(erring)) == (6, 6, 3)
    for percent, size, cost in best:
        found = pooling.best_size(float(percent) / 100)
        assert (str(found.size), f"{found.tests_per_person:.3f}") == (size, cost)
    for percent, *costs, size in allowed:
        found = {n: pooling.expected(n, float(percent) / 100).tests_per_person for n in (5, 10, 20)}
        assert [f"{each:.4f}" for each in found.values()] == costs
        assert str(min(found, key=found.__getitem__)) == size
    test = pooling.Test(sensitivity=0.95, specificity=0.995, dilution=0.02)
    for size, cost, seen, wrong in erring:
        one = pooling.expected(int(size), 0.001, test)
        said = (one.tests_per_person, one.sensitivity * 100, one.false_positives_per_person * 1e6)
        assert (f"{said[0]:.4f}", f"{said[1]:.1f}", f"{said[2]:.0f}") == (cost, seen, wrong)


@settings(max_examples=40)
@given(size=st.integers(1, 30), prevalence=st.floats(0, 0.4))
def test_perfect_pools_miss_nobody_and_cost_what_a_count_gives(size, prevalence):
    found = pooling.expected(size, prevalence)
    assert found.sensitivity == 1 and found.false_positives_per_person == 0
    # an obvious twin: every number of positives in a pool, by its probability
    from math import comb

    tests = sum(
        comb(size, k) * prevalence**k * (1 - prevalence) ** (size - k) * (1 + (size if k else 0))
        for k in range(size + 1)
    )
    assert found.tests_per_person == pytest.approx(tests / size if size > 1 else 1)


def test_effort_of_the_city_as_the_bulletin_reckons_it():
    ten = effort(people=4_113_594, mode=10, hours=24, tubes_a_day=172_300, capacity=CAPACITY)
    assert (ten.tubes, ten.boxes, ten.samplers) == (423_701, 4_238, 2_143)
    assert ten.laboratory_hours / 24 == pytest.approx(2.459, abs=0.001)
    twenty = effort(people=4_113_594, mode=20, hours=24, tubes_a_day=172_300, capacity=CAPACITY)
    assert (twenty.tubes, round(twenty.laboratory_hours / 24, 2)) == (211_851, 1.23)
    with pytest.raises(ValueError, match="people"):
        effort(people=0, mode=10, hours=24, tubes_a_day=1, capacity=CAPACITY)


def town(boxes, paces, hours):
    sites = [Supply(f"s{n}", b * 100, 112.4, 23.0, 1.0) for n, b in enumerate(boxes)]
    laboratories = [Laboratory(f"l{n}", p * 2400, 112.5, 23.1) for n, p in enumerate(paces)]
    return sites, laboratories, np.array(hours, dtype=float)


def twin(boxes, paces, hours, limit):
    """The earliest finish by trying every whole division of every site's boxes."""
    ways = [
        [d for d in itertools.product(range(b + 1), repeat=len(paces)) if sum(d) == b]
        for b in boxes
    ]
    best = None
    for flow in itertools.product(*ways):
        used = [(s, x) for s in range(len(boxes)) for x in range(len(paces)) if flow[s][x]]
        if any(hours[s][x] > limit or not paces[x] for s, x in used):
            continue
        queues = [sum(f[x] for f in flow) / paces[x] for _s, x in used]
        finish = max([*queues, *(1.0 + hours[s][x] for s, x in used)])
        best = finish if best is None else min(best, finish)
    return best


@settings(max_examples=60)
@given(st.data())
def test_flow_is_as_early_as_the_best_of_all(data):
    number = data.draw(st.integers(1, 3))
    boxes = data.draw(st.lists(st.integers(1, 4), min_size=number, max_size=number))
    paces = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=2))
    hours = [[data.draw(st.sampled_from((0.25, 0.5, 1.0, 2.5, 9.0))) for _ in paces] for _ in boxes]
    expected = twin(boxes, paces, hours, 4.0)
    sites, laboratories, road = town(boxes, paces, hours)
    if expected is None:
        with pytest.raises(Impossible):
            transport.assign(sites, laboratories, road)
        return
    found = transport.assign(sites, laboratories, road)
    assert found.last_result_hours - 3.0 <= expected + 2 * transport.PRECISION_HOURS
    assert found.last_result_hours - 3.0 >= expected - 1e-9
    assert found.bound_hours - 3.0 <= expected + 1e-9 and found.gap >= -1e-9
    assert sum(r.boxes for r in found.rides) == sum(boxes)
    by_site = {s.id: sum(r.boxes for r in found.rides if r.site == s.id) for s in sites}
    assert list(by_site.values()) == boxes


def test_of_equal_times_the_flow_drives_least():
    sites, laboratories, road = town([2, 2], [4, 4], [[0.1, 0.9], [0.9, 0.1]])
    found = transport.assign(sites, laboratories, road)
    assert {(r.site, r.laboratory) for r in found.rides} == {("s0", "l0"), ("s1", "l1")}
    assert found.driving_hours == pytest.approx(0.4)


def test_couriers_call_and_laboratories_queue():
    sites, laboratories, road = town([4], [2], [[0.5]])
    sites = [Supply("s0", 400, 112.4, 23.0, 4.0)]
    flow = transport.assign(sites, laboratories, road)
    found = couriers.course(flow, sites, laboratories, every_hours=2.0)
    assert [(t.boxes, t.leaves_hours, t.arrives_hours) for t in found.trips] == [(2, 2.0, 2.5), (2, 4.0, 4.5)]  # fmt: skip
    # 2 boxes done at 3.5, the next 2 come at 4.5 and are done at 5.5, results 3 h later
    assert found.done_hours == {"l0": 8.5} and found.vehicles == 1
    with pytest.raises(ValueError, match="interval"):
        couriers.course(flow, sites, laboratories, every_hours=0)


def question(**more):
    demands = tuple(Demand(f"s{n}", 10_000, 112.4 + n / 20, 23.0 + n / 30) for n in range(6))
    laboratories = tuple(Laboratory(f"l{n}", 4_000, 112.45 + n / 10, 23.05) for n in range(2))
    values = {
        "demands": demands, "laboratories": laboratories, "mode": 10, "sampling_hours": 8.0,
        "prevalence": 0.0005, "capacity": CAPACITY,
    }  # fmt: skip
    return Question(**{**values, **more})


def test_a_plan_and_what_would_change_it():
    base = plan(question())
    assert base.effort.tubes == 6_180
    assert base.positive_pools == pytest.approx(6_180 * (1 - 0.9995**10))
    assert 0 <= base.flow.gap < 0.05
    assert base.last_result_hours >= base.flow.bound_hours - 1e-9
    more = Laboratory("extra", 8_000, 112.5, 23.05)
    twenty, extra = what_if(base, modes=(10, 20), laboratory=more)
    assert (twenty.name, extra.name) == ("20 in 1", "+ extra")
    assert twenty.hours_saved > 0 and extra.hours_saved > 0
    with pytest.raises(Impossible):
        plan(question(most_hours_on_road=0.001))


def test_replay_shows_who_was_later_than_planned():
    answer = answer_of(plan(question()))
    planned = answer.laboratories()
    late = Course(3_000, planned["l0"].hours + 1.5)
    found = replay(
        planned_sites=answer.sites(), planned_laboratories=planned, sites={"s0": Course(900, 7.0)},
        laboratories={"l0": late, "stranger": Course(20, 9.0)},
    )  # fmt: skip
    lines = {each.id: each for each in found.laboratories}
    assert lines["l0"].hours_late == pytest.approx(1.5)
    assert (lines["l1"].done.tubes, lines["l1"].hours_late) == (0, None)
    assert (lines["stranger"].planned.tubes, lines["stranger"].hours_late) == (0, None)
    assert found.round.done == Course(3_020, max(late.hours, 9.0))
    sites = {each.id: each for each in found.sites}
    assert (sites["s0"].done.tubes, sites["s0"].hours_late) == (900, -1.0)
    assert sites["s1"].planned.hours == 8.0 and sites["s1"].done.hours is None


def test_what_is_kept_is_read_back_as_it_was():
    asked = question(demands=(Demand("s", 700, math.nan, math.nan, "441202001"),))
    content = json.loads(json.dumps(question_to_json(asked), allow_nan=False))
    back = question_from_json(content, CAPACITY)
    assert plan(back).flow == plan(asked).flow and math.isnan(back.demands[0].longitude)
    answer = answer_of(plan(asked))
    assert answer_from_json(json.loads(json.dumps(answer_to_json(answer)))) == answer
