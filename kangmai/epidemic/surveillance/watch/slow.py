"""The layer of slow rises: a CUSUM on what a regression with weekdays, holidays, season and trend leaves.

A rise by a third that lasts for weeks exceeds no daily threshold; its evidence adds up. The mean time
between two false alarms at a threshold h is at least e^h days, so e^-statistic stands for a p value.

Source: Höhle and Paul 2008, Comput Stat Data Anal 52:4357 (https://doi.org/10.1016/j.csda.2008.02.015);
the bound: Lorden 1971, Ann Math Stat 42:1897 (https://doi.org/10.1214/aoms/1177693055).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kangmai.epidemic.surveillance.detectors import daily_cusum
from kangmai.epidemic.surveillance.detectors.daily_cusum import DailyCusum
from kangmai.epidemic.surveillance.errors import ModelImpossible
from kangmai.epidemic.surveillance.series import CountSeries, Floats
from kangmai.epidemic.surveillance.watch import holidays

METHOD = "dailyCusum"
LONGEST = 800
"""Days of history at most: a little over two years, so that two Spring Festivals are in it."""
SHORTEST = 400
"""Days of history at least: without a year the season is not known and would look like a rise."""
WATCHED = 28
"""The days over which evidence may add up; what lies before is baseline."""
RISE = 1.5
FEWEST_A_DAY = 1.0
"""Series with fewer cases a day on average are left to the other layers."""


@dataclass(frozen=True, slots=True)
class SlowJudged:
    """By unit: what was counted and expected since evidence began to add up; NaN without a statement."""

    since_days: Floats
    observed: Floats
    expected: Floats
    statistic: Floats

    @property
    def p(self) -> Floats:
        """A bound of the chance of so much evidence on a day."""
        return np.exp(-self.statistic)


def judge(counts: Floats, *, on: date) -> SlowJudged:
    """Judge the last day of every unit.

    Args:
        counts: (days, units), oldest first, the last row is `on`; NaN where nothing is known.
    """
    units = counts.shape[1]
    found = np.full((4, units), np.nan)
    if len(counts) >= SHORTEST + WATCHED:
        used = counts[-LONGEST:]
        days = holidays.spell(on, len(used))
        marks = holidays.marks(days)
        for unit in np.flatnonzero(np.nanmean(used, axis=0) >= FEWEST_A_DAY):
            found[:, unit] = _judge_one(used[:, unit], days, marks)
    return SlowJudged(*found)


def _judge_one(counts: Floats, days: list[date], marks: Floats) -> tuple[float, ...]:
    dates = np.array(days, dtype="datetime64[D]")
    series = CountSeries(("unit",), counts[:, None], dates, frequency=365)
    points = np.arange(len(counts) - WATCHED, len(counts))
    never = DailyCusum(rise=RISE, threshold=np.inf)  # the evidence of a standing rise goes on
    try:
        said = daily_cusum.detect(series, points=points, marks=marks, settings=never)
    except ModelImpossible:
        return (np.nan,) * 4
    statistic, expected = said.statistic[:, 0], said.expected[:, 0]
    if np.isnan(statistic[-1]):
        return (np.nan,) * 4
    quiet = np.flatnonzero(statistic == 0)
    begin = int(quiet[-1]) + 1 if len(quiet) else 0
    since = slice(begin, None)
    return (
        float(WATCHED - begin),
        float(np.nansum(counts[points][since])),
        float(expected[since][~np.isnan(counts[points][since])].sum()),
        float(statistic[-1]),
    )
