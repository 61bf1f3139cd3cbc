"""The Spring Festival moves: weekly baselines are laid by it, daily regressions know it, slow rises stand out."""

import datetime as dt

import numpy as np
import pytest

from kangmai.epidemic.surveillance.watch import holidays, slow, weekly

FEASTS = {
    2021: "2021-02-12", 2022: "2022-02-01", 2023: "2023-01-22", 2024: "2024-02-10", 2025: "2025-01-29",
    2026: "2026-02-17",
}  # fmt: skip
WEEK = dt.timedelta(days=7)


def test_the_festival_is_the_first_day_of_the_lunar_year():
    for year, day in FEASTS.items():
        assert holidays.spring_festival(year) == dt.date.fromisoformat(day)
    assert holidays.nearest_festival(dt.date(2026, 1, 1)) == dt.date(2026, 2, 17)
    assert holidays.nearest_festival(dt.date(2026, 11, 1)) == dt.date(2027, 2, 6)


def test_earlier_years_are_moved_by_whole_weeks_only_about_the_festival():
    """2026-02-17 less 364 days is 2025-02-18; the festival was on 2025-01-29, 20 days earlier: three weeks."""
    assert holidays.shifts(dt.date(2026, 3, 3), years=3) == (-3, -1, -4)
    assert holidays.shifts(dt.date(2026, 7, 1), years=3) == (0, 0, 0)
    for year in range(2010, 2030):
        on = holidays.spring_festival(year) + 2 * WEEK
        for back, shift in enumerate(holidays.shifts(on, years=5), start=1):
            reference = on - 52 * back * WEEK + shift * WEEK
            assert abs((reference - holidays.spring_festival(year - back)).days - 14) <= 3


def with_festival(on: dt.date, *, weeks: int = 290, seed: int = 5) -> np.ndarray:
    """Two towns and their sum: hardly a case in the festival's week, twice as many two weeks later."""
    rng = np.random.default_rng(seed)
    counts = np.empty((weeks, 3))
    for n in range(weeks):
        end = on - (weeks - 1 - n) * WEEK
        away = (end - holidays.nearest_festival(end)).days
        mean = 20 * (0.25 if 0 <= away < 7 else 2.2 if 11 <= away < 24 else 1.0)
        counts[n, :2] = rng.poisson(mean, 2)
    counts[:, 2] = counts[:, :2].sum(axis=1)
    return counts


@pytest.mark.parametrize("sparse_total", [20, 10**6], ids=["regression", "pooled"])
def test_the_rush_after_the_festival_is_no_alarm_and_an_outbreak_then_is_one(sparse_total):
    on = dt.date(2026, 3, 5)
    usual = {
        "share": np.array([0.5, 0.5, 1.0]),
        "pool": 2,
        "years": 5,
        "sparse_total": sparse_total,
    }
    weeks = with_festival(on)
    by_week = weekly.judge(weeks, **usual)
    laid = weekly.judge(weeks, ends=(on,), **usual)
    assert by_week.p[0, 2] < 0.001 < 0.01 < laid.p[0, 2]
    assert by_week.expected[0, 2] < 55 and 60 < laid.expected[0, 2] < 100  # 88 in truth
    ill = weeks.copy()
    ill[-1] += (45, 0, 45)
    assert weekly.judge(ill, ends=(on,), **usual).p[0, 0] < 0.001
    # several weeks at once say the same as each alone
    ends = [on - WEEK, on]
    both = weekly.judge(weeks, ends=ends, latest=2, **usual)
    assert both.p[1].tolist() == laid.p[0].tolist()
    assert both.p[0].tolist() == weekly.judge(weeks[:-1], ends=ends[:1], **usual).p[0].tolist()


def visits(on: dt.date, *, days: int, seed: int = 2, seasons: bool = True) -> np.ndarray:
    """Visits of two counties: few on days off, hardly any in the festival's week, a season."""
    rng = np.random.default_rng(seed)
    mean = []
    for day in holidays.spell(on, days):
        away = (day - holidays.nearest_festival(day)).days
        level = 12 * (0.4 if day.weekday() >= 5 else 1.0) * (0.2 if 0 <= away < 7 else 1.0)
        season = 1 + 0.4 * np.cos(2 * np.pi * day.timetuple().tm_yday / 365.25)
        mean.append(level * (season if seasons else 1.0))
    return rng.poisson(np.array(mean)[:, None], (days, 2)).astype(float)


def test_a_rise_by_half_that_lasts_adds_up_and_a_holiday_does_not():
    feast = dt.date(2026, 2, 27)  # the judged four weeks hold the festival
    assert (slow.judge(visits(feast, days=800), on=feast).p > 0.05).all()
    on = dt.date(2026, 6, 30)
    risen = visits(on, days=800)
    risen[-14:, 0] = np.round(risen[-14:, 0] * 1.6)
    said = slow.judge(risen, on=on)
    assert said.p[0] < 0.001 < 0.05 < said.p[1]
    assert 10 <= said.since_days[0] <= 20 and said.observed[0] > 1.3 * said.expected[0]


def test_chance_raises_slow_alarms_no_more_often_than_promised():
    """400 county-days without anything: at alpha 0.02 eight are allowed."""
    alarms, on = 0, dt.date(2026, 6, 30)
    for seed in range(20):
        counts = visits(on, days=620, seed=100 + seed)
        alarms += sum(
            int((slow.judge(counts[: len(counts) - back], on=on - back * dt.timedelta(days=1)).p <= 0.02).sum())
            for back in range(0, 100, 10)
        )  # fmt: skip
    assert alarms <= 8


def test_without_a_year_or_without_cases_there_is_no_statement():
    on = dt.date(2026, 6, 30)
    assert np.isnan(slow.judge(visits(on, days=300), on=on).p).all()
    counts = visits(on, days=600)
    counts[:, 1] = 0
    counts[5, 1] = 3
    said = slow.judge(counts, on=on)
    assert np.isfinite(said.p[0]) and np.isnan(said.p[1])
    counts[-1, 0] = np.nan
    assert np.isnan(slow.judge(counts, on=on).p[0])
