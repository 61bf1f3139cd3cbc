"""Detectors by hand, invariants, and what happens with bad series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.epidemic.surveillance.errors import (
    ControlMalformed,
    HistoryTooShort,
    RangeOutOfSeries,
    SeriesMalformed,
)
from kangmai.epidemic.surveillance.methods import DETECTORS, method
from kangmai.epidemic.surveillance.series import CountSeries

NOUFAILY: dict[str, object] = {
    "noPeriods": 10,
    "pastWeeksNotIncluded": 26,
    "pThresholdTrend": 1,
    "thresholdMethod": "nbPlugin",
    "limit54": [0, 4],
    "alpha": 0.005,
}


def one(counts: list[float] | np.ndarray, frequency: int = 52) -> CountSeries:
    return CountSeries(("a",), np.asarray(counts, dtype=float)[:, None], frequency=frequency)


def noise(seed: int, units: int = 3, weeks: int = 330) -> CountSeries:
    rng = np.random.default_rng(seed)
    season = 1 + np.cos(2 * np.pi * np.arange(weeks) / 52)[:, None]
    counts = rng.negative_binomial(3, 3 / (3 + 4 * season + 1), (weeks, units))
    return CountSeries(tuple("abcdefgh"[:units]), counts.astype(float))


def test_ears_c1_by_hand() -> None:
    said = method("earsC", {"method": "C1", "alpha": 0.001}).detect(
        one([2, 3, 2, 4, 3, 2, 5, 20]), first=8, latest=8
    )
    # mean 3, standard deviation sqrt(8/6), z(0.999) = 3.0902
    assert said.upperbound[0, 0] == pytest.approx(3 + 3.090232306167813 * np.sqrt(8 / 6))
    assert said.alarm[0, 0] == 1


def test_rki_by_hand() -> None:
    counts = [3.0] * 6 + [9.0]
    said = method("rki", {"b": 0, "w": 6, "actY": True}).detect(one(counts), first=7, latest=7)
    assert said.upperbound[0, 0] == 8.102
    assert said.alarm[0, 0] == 1


def test_bayes_by_hand() -> None:
    said = method("bayes", {}).detect(one([3, 4, 2, 5, 3, 3, 8]), first=7, latest=7)
    assert said.upperbound[0, 0] == 7  # qnbinom(0.95, 20.5, 6/7)
    assert said.alarm[0, 0] == 1


def test_cusum_by_hand() -> None:
    said = method("cusum", {"m": 4, "k": 1, "h": 2}).detect(one([4, 8, 8]), first=1, latest=3)
    # (8 - 4) / 2 - 1 = 1 each week: sums 0, 1, 2
    assert said.alarm[:, 0].tolist() == [0, 0, 1]
    assert said.upperbound[:, 0].tolist() == [10, 10, 8]


@pytest.mark.parametrize(("p", "bound"), [(0.5, 7), (0.8, 11), (1.0, 14)])
def test_moving_percentile_by_hand(p: float, bound: float) -> None:
    counts = np.zeros(4 * 5 + 3)
    # five years of four points; now is position 21, its windows are 0-2 of each year shifted by 1
    for year in range(5):
        counts[year * 4 : year * 4 + 3] = [year * 3, year * 3 + 1, year * 3 + 2]
    counts[21] = 12
    said = method("mpm", {"b": 5, "w": 1, "p": p}).detect(one(counts, 4), first=22, latest=22)
    # type 7 percentiles of 0..14: 0.8 * 14 = 11.2
    assert said.upperbound[0, 0] == pytest.approx({0.5: 7, 0.8: 11.2, 1.0: 14}[p])
    assert said.alarm[0, 0] == (said.upperbound[0, 0] < 12)
    assert int(said.upperbound[0, 0]) == bound


def test_moving_percentile_can_signal_at_equality_but_never_without_a_case() -> None:
    flat, zero = one(np.full(30, 2.0), 4), one(np.zeros(30), 4)
    assert method("mpm", {"b": 5}).detect(flat, first=30, latest=30).alarm[0, 0] == 0
    equal = method("mpm", {"b": 5, "comparison": ">="})
    assert equal.detect(flat, first=30, latest=30).alarm[0, 0] == 1
    assert equal.detect(zero, first=30, latest=30).alarm[0, 0] == 0


def test_moving_percentile_needs_three_years() -> None:
    series = one(np.ones(12), 4)
    with pytest.raises(HistoryTooShort, match="2 whole years"):
        method("mpm", {"b": 5}).detect(series, first=11, latest=11)


def test_a_giant_week_is_an_alarm_and_does_not_blind_the_next_years() -> None:
    series = noise(1)
    series.counts[100, 0] = 1e6
    series.counts[329, 0] = 400
    said = method("farringtonFlexible", NOUFAILY).detect(series, first=330, latest=330)
    assert said.alarm[0, 0] == 1
    assert said.upperbound[0, 0] < 400


def test_all_zeros_give_no_model_and_no_statement() -> None:
    said = method("farringtonFlexible", NOUFAILY).detect(one(np.zeros(330)), first=320, latest=330)
    assert np.isnan(said.alarm).all()
    assert np.isnan(said.upperbound).all()
    assert np.isnan(said.expected).all()


def test_a_missing_count_now_is_no_alarm_and_no_zero() -> None:
    series = noise(2)
    series.counts[329, 1] = np.nan
    said = method("earsC", {}).detect(series, first=330, latest=330)
    assert np.isnan(said.alarm[0, 1])
    assert not np.isnan(said.alarm[0, 0])


def test_missing_baseline_counts_are_left_out() -> None:
    series = noise(3)
    series.counts[:300:17, 0] = np.nan
    said = method("farringtonFlexible", NOUFAILY).detect(series, first=325, latest=325)
    assert np.isfinite(said.expected).all()


def test_a_missing_count_among_the_latest_leaves_the_bound_empty() -> None:
    series = noise(3)
    series.counts[322, 0] = np.nan  # limit54 looks at 321..324
    said = method("farringtonFlexible", NOUFAILY).detect(series, first=325, latest=325)
    assert np.isnan(said.upperbound[0]).tolist() == [True, False, False]


@pytest.mark.parametrize("name", list(DETECTORS))
def test_an_unknown_key_is_refused(name: str) -> None:
    with pytest.raises(ControlMalformed, match="unknown key colour"):
        method(name, {"colour": 1})


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("farringtonFlexible", {"alpha": 2}),
        ("farringtonFlexible", {"b": 0}),
        ("farringtonFlexible", {"limit54": [5]}),
        ("farringtonFlexible", {"thresholdMethod": "guess"}),
        ("farringtonFlexible", {"reweight": 1}),
        ("earsC", {"baseline": 2}),
        ("cusum", {"trans": "log"}),
        ("mpm", {"p": 1.1}),
        ("nosuch", {}),
    ],
)
def test_bad_settings_are_refused(name: str, control: dict[str, object]) -> None:
    with pytest.raises(ControlMalformed):
        method(name, control)


def test_a_null_value_is_the_default() -> None:
    assert method("cusum", {"m": None, "alpha": None}).settings == method("cusum", {}).settings


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("farringtonFlexible", {}),
        ("earsC", {}),
        ("bayes", {"b": 2}),
        ("rki", {}),
        ("mpm", {}),
    ],
)
def test_a_year_too_short_is_refused(name: str, control: dict[str, object]) -> None:
    with pytest.raises(HistoryTooShort):
        method(name, control).detect(one(np.ones(60)), first=5, latest=60)


def test_the_range_must_be_in_the_series() -> None:
    with pytest.raises(RangeOutOfSeries):
        method("earsC", {}).detect(one(np.ones(20)), first=10, latest=21)


def test_negative_counts_and_repeated_dates_are_refused() -> None:
    with pytest.raises(SeriesMalformed, match="index 2, unit a: -1 is not a count"):
        one([1, -1])
    days = np.array(["2026-01-05", "2026-01-05"], dtype="datetime64[D]")
    with pytest.raises(SeriesMalformed, match="is repeated"):
        CountSeries(("a",), np.ones((2, 1)), days)
    with pytest.raises(SeriesMalformed, match="earlier"):
        CountSeries(("a",), np.ones((2, 1)), days - np.array([0, 7]))


def test_a_population_of_zero_is_refused() -> None:
    with pytest.raises(SeriesMalformed, match="population"):
        CountSeries(("a",), np.ones((2, 1)), population=np.zeros((2, 1)))


def test_a_reference_day_out_of_the_dates_is_refused() -> None:
    days = np.datetime64("2020-01-06") + 7 * np.arange(330)
    gap = np.delete(np.arange(330), 100)
    series = CountSeries(("a",), np.ones((329, 1)), days[gap])
    with pytest.raises(HistoryTooShort, match="is not in the series"):
        method("farringtonFlexible", {"b": 5}).detect(series, first=309, latest=329)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 1000),
    name=st.sampled_from(
        [
            "farringtonFlexible",
            "farrington",
            "earsC",
            "bayes",
            "rki",
            "outbreakP",
            "cusum",
            "glrpois",
            "mpm",
        ]
    ),
)
def test_units_do_not_touch_each_other(seed: int, name: str) -> None:
    series = noise(seed)
    alone = CountSeries(("b",), series.counts[:, 1:2])
    both = method(name, {}).detect(series, first=320, latest=330)
    single = method(name, {}).detect(alone, first=320, latest=330)
    np.testing.assert_allclose(both.upperbound[:, 1:2], single.upperbound, rtol=1e-9)
    np.testing.assert_array_equal(both.alarm[:, 1:2], single.alarm)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_constant_population_changes_nothing(seed: int) -> None:
    series = noise(seed)
    people = CountSeries(series.units, series.counts, population=np.full(series.counts.shape, 5e4))
    control = NOUFAILY | {"populationOffset": True}
    a = method("farringtonFlexible", NOUFAILY).detect(series, first=325, latest=330)
    b = method("farringtonFlexible", control).detect(people, first=325, latest=330)
    np.testing.assert_allclose(a.expected, b.expected, rtol=1e-9)
    np.testing.assert_array_equal(a.alarm, b.alarm)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), more=st.integers(1, 50))
def test_more_cases_now_never_silence_an_alarm(seed: int, more: int) -> None:
    series = noise(seed)
    before = method("farringtonFlexible", NOUFAILY).detect(series, first=330, latest=330).alarm
    series.counts[329] += more
    after = method("farringtonFlexible", NOUFAILY).detect(series, first=330, latest=330).alarm
    assert (after >= before).all()


def test_weekly_dates_and_positions_agree_within_a_year_of_52_weeks() -> None:
    """With dates, the reference of 2019-12-30 five years back lies 261 weeks earlier, not 260."""
    days = np.datetime64("2013-12-30") + 7 * np.arange(330)
    from kangmai.epidemic.surveillance.detectors.farrington_flexible import reference_positions

    series = CountSeries(("a",), np.ones((330, 1)), days)
    assert reference_positions(series, 313, 5) == [313, 261, 209, 157, 104, 52]


def test_29_february_goes_to_1_march() -> None:
    from kangmai.epidemic.surveillance.detectors.calendar import months_earlier

    assert months_earlier(np.datetime64("2024-02-29"), 12) == np.datetime64("2023-03-01")
    assert months_earlier(np.datetime64("2024-02-29"), 48) == np.datetime64("2020-02-29")
