"""Case rules, sparse series, the daily CUSUM, the alarm budget and fusion."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kangmai.epidemic.surveillance.alarm_budget import benjamini_hochberg, expected_alarms
from kangmai.epidemic.surveillance.case_rules import (
    CaseReport,
    Place,
    Threshold,
    clusters,
    first_in_years,
    single_case,
)
from kangmai.epidemic.surveillance.detectors.daily_cusum import DailyCusum
from kangmai.epidemic.surveillance.detectors.daily_cusum import detect as daily_cusum
from kangmai.epidemic.surveillance.detectors.pooled_exact import pooled_exact
from kangmai.epidemic.surveillance.errors import ControlMalformed, HistoryTooShort, SeriesMalformed
from kangmai.epidemic.surveillance.evidence import Evidence, Layer
from kangmai.epidemic.surveillance.fusion import fuse, harmonic_mean_p
from kangmai.epidemic.surveillance.series import CountSeries

MONDAY = dt.date(2026, 3, 2)


def report(
    number: int, day: int, *, disease: str = "2900", school: str | None = "S1"
) -> CaseReport:
    return CaseReport(f"c{number}", disease, "441202", MONDAY + dt.timedelta(days=day), school)


def test_one_cholera_case_is_enough() -> None:
    found = single_case([report(1, 0), report(2, 0, disease="0200")], diseases=frozenset({"0200"}))
    assert [e.cases for e in found] == [("c2",)]
    assert found[0].p is None


def test_a_cluster_counts_the_day_and_the_days_before_it() -> None:
    rule = Threshold("2900", cases=3, days=3, place=Place.INSTITUTION)
    apart = [report(1, 0), report(2, 1), report(3, 3)]
    assert clusters(apart, threshold=rule) == []
    near = [
        report(1, 0),
        report(2, 1),
        report(3, 2),
        report(4, 2, school="S2"),
        report(5, 2, school=None),
    ]
    found = clusters(near, threshold=rule)
    assert [e.cases for e in found] == [("c1", "c2", "c3")]
    by_area = clusters(near, threshold=Threshold("2900", 3, 3, Place.AREA))
    assert [len(e.cases) for e in by_area] == [3, 4, 5]


def test_first_in_five_years() -> None:
    old = [CaseReport("x", "1300", "441202", dt.date(2021, 3, 1))]
    late = first_in_years([report(1, 0, disease="1300"), report(2, 1, disease="1300")], earlier=old)
    assert [e.cases for e in late] == [("c1",)]
    recent = [CaseReport("x", "1300", "441202", dt.date(2021, 3, 3))]
    assert first_in_years([report(1, 0, disease="1300")], earlier=recent) == []


def test_pooled_exact_equals_the_negative_binomial() -> None:
    found = pooled_exact(
        now=np.array([0.0, 3, np.nan]),
        pooled_cases=np.array([40.0] * 3),
        periods=100,
        share=np.full(3, 0.05),
    )
    assert found.p[0] == 1
    assert found.p[1] == pytest.approx(stats.nbinom.sf(2, 40.5, 100 / 100.05))
    assert np.isnan(found.p[2])
    assert found.expected[1] == pytest.approx(40.5 * 0.05 / 100)


def test_pooled_exact_refuses_bad_shares() -> None:
    with pytest.raises(SeriesMalformed):
        pooled_exact(now=np.ones(1), pooled_cases=np.ones(1), periods=5, share=np.zeros(1))
    with pytest.raises(SeriesMalformed):
        pooled_exact(now=np.ones(1), pooled_cases=np.ones(1), periods=0, share=np.ones(1))


def daily(seed: int = 4) -> CountSeries:
    rng = np.random.default_rng(seed)
    days = np.datetime64("2024-01-01") + np.arange(500)
    mean = 20 * np.where((np.arange(500) % 7) >= 5, 0.4, 1.0)
    return CountSeries(("a",), rng.poisson(mean)[:, None].astype(float), days, frequency=365)


def test_the_daily_cusum_knows_weekends_and_finds_a_slow_rise() -> None:
    series, marks = daily(), np.zeros((500, 1))
    points = np.arange(450, 500)
    calm = daily_cusum(series, points=points, marks=marks, settings=DailyCusum())
    assert np.nansum(calm.alarm) == 0
    saturday = int(np.argmax((points % 7) == 5))
    assert calm.expected[saturday, 0] < 0.6 * calm.expected[saturday - 1, 0]
    series.counts[480:, 0] = np.round(series.counts[480:, 0] * 1.6)
    risen = daily_cusum(series, points=points, marks=marks, settings=DailyCusum())
    assert np.flatnonzero(risen.alarm[:, 0])[0] - 30 in range(0, 6)


def test_a_holiday_mark_explains_a_fall() -> None:
    series, marks = daily(), np.zeros((500, 1))
    marks[[100, 101, 102, 480, 481], 0] = 1
    series.counts[[100, 101, 102, 480, 481], 0] = 1
    found = daily_cusum(series, points=np.arange(475, 490), marks=marks, settings=DailyCusum())
    assert found.expected[5, 0] < 3 < found.expected[3, 0]


def test_a_missing_day_is_no_zero_and_short_history_is_refused() -> None:
    series = daily()
    series.counts[490, 0] = np.nan
    found = daily_cusum(
        series, points=np.arange(480, 500), marks=np.zeros((500, 1)), settings=DailyCusum()
    )
    assert np.isnan(found.alarm[10, 0])
    assert not np.isnan(found.alarm[11, 0])
    with pytest.raises(HistoryTooShort):
        daily_cusum(
            series, points=np.arange(20, 30), marks=np.zeros((500, 1)), settings=DailyCusum()
        )


def test_benjamini_hochberg_by_hand() -> None:
    p = np.array([0.01, 0.02, 0.03, 0.5, np.nan])
    # limits 0.0125, 0.025, 0.0375, 0.05: the third is the last to pass
    assert benjamini_hochberg(p, false_share=0.05).tolist() == [True, True, True, False, False]
    assert not benjamini_hochberg(np.array([0.9]), false_share=0.05).any()
    with pytest.raises(ControlMalformed):
        benjamini_hochberg(p, false_share=0)


def test_a_budget_of_expected_alarms() -> None:
    p = np.array([0.01, 0.24, 0.26, 0.9, np.nan])
    assert expected_alarms(p, alarms=1).tolist() == [True, True, False, False, False]
    with pytest.raises(ControlMalformed):
        expected_alarms(p, alarms=0)


def signal(
    day: int, area: str = "town", *, p: float | None = 0.01, source: str = "reports"
) -> Evidence:
    return Evidence(
        Layer.WEEKLY, "1300", area, MONDAY + dt.timedelta(days=day), source, 5, 1.0, p, ""
    )


def test_signals_within_a_week_are_one_alert() -> None:
    alerts = fuse([signal(0), signal(7), signal(20)], inside={})
    assert [(a.first_day.day, len(a.evidence)) for a in alerts] == [(22, 1), (2, 2)]


def test_a_town_is_folded_under_its_county_and_both_under_the_city() -> None:
    inside = {"town": "county", "other": "county", "county": "city"}
    alerts = fuse(
        [signal(0), signal(1, "other"), signal(1, "county"), signal(2, "city")], inside=inside
    )
    assert [a.area for a in alerts] == ["city"]
    assert [a.area for a in alerts[0].folded] == ["county"]
    assert sorted(a.area for a in alerts[0].folded[0].folded) == ["other", "town"]


def test_a_town_long_ago_is_not_folded() -> None:
    alerts = fuse([signal(0), signal(30, "county")], inside={"town": "county"})
    assert sorted(a.area for a in alerts) == ["county", "town"]


def test_priority_grows_with_strength_sources_and_rules() -> None:
    weak = fuse([signal(0, p=0.01)], inside={})[0]
    both = fuse([signal(0, p=0.01), signal(0, p=0.01, source="schools")], inside={})[0]
    rule = fuse([signal(0, p=None)], inside={})[0]
    assert weak.priority(severity=1) == pytest.approx(2)
    assert both.priority(severity=1) == pytest.approx(4)
    assert rule.priority(severity=2) == pytest.approx(8)
    assert rule.p is None


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["town", "other", "county"])), max_size=20
    )
)
def test_no_evidence_is_lost_or_doubled(signals: list[tuple[int, str]]) -> None:
    evidence = [signal(day, area) for day, area in signals]
    stack, seen = fuse(evidence, inside={"town": "county", "other": "county"}), []
    while stack:
        alert = stack.pop()
        stack += alert.folded
        seen += alert.evidence
    assert sorted(seen, key=repr) == sorted(evidence, key=repr)


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=8))
def test_the_joined_p_lies_between_the_parts(values: list[float]) -> None:
    joined = harmonic_mean_p(values)
    assert joined is not None
    assert min(values) * (1 - 1e-9) <= joined <= max(values) * (1 + 1e-9)
