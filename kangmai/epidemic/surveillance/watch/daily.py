"""The daily layer for syndromes and counts: C2 with days of the same kind, four weeks and a least deviation.

Source: Tokars et al. 2009, Emerg Infect Dis 15:533 (https://doi.org/10.3201/eid1504.080616): a baseline of
up to 28 days, a least standard deviation of 1, working days and days off apart. The p value is that of a
negative binomial count with the baseline's mean and variance, since counts are small.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.epidemic.surveillance.alarm_budget import tail
from kangmai.epidemic.surveillance.detectors import ears_c
from kangmai.epidemic.surveillance.detectors.ears_c import EarsC
from kangmai.epidemic.surveillance.series import CountSeries, Floats

METHOD = "earsC2"
LONGEST, SHORTEST, GAP = 28, 7, 2


@dataclass(frozen=True, slots=True)
class DayJudged:
    """By unit; NaN where nothing can be said."""

    observed: Floats
    expected: Floats
    dispersion: Floats
    threshold: Floats
    p: Floats


def judge(counts: Floats, *, same_kind: np.ndarray, alpha: float = 0.001) -> DayJudged:
    """Judge the last day of every unit.

    Args:
        counts: (days, units), oldest first, NaN where a unit did not report.
        same_kind: days that are of the last day's kind (working day or day off).
    """
    units = counts.shape[1]
    found = np.full((4, units), np.nan)
    observed = counts[-1]
    for unit in np.flatnonzero(~np.isnan(observed)):
        found[:, unit] = _judge_one(counts[same_kind, unit], alpha)
    expected, dispersion, threshold, p = found
    return DayJudged(observed, expected, dispersion, threshold, p)


def _judge_one(counts: Floats, alpha: float) -> tuple[float, float, float, float]:
    known = counts[~np.isnan(counts)]
    baseline = min(LONGEST, len(known) - GAP - 1)
    if baseline < SHORTEST:
        return (np.nan,) * 4
    series = CountSeries(("unit",), known[:, None])
    settings = EarsC(method="C2", baseline=baseline, minimum_sigma=1.0, alpha=alpha)
    said = ears_c.detect(series, points=np.array([len(known) - 1]), settings=settings)
    mean, upper = float(said.expected[0, 0]), float(said.upperbound[0, 0])
    window = known[-GAP - 1 - baseline : -GAP - 1]
    variance = max(float(window.std(ddof=1)), 1.0) ** 2
    dispersion = max(1.0, variance / max(mean, 0.5))
    p = tail(known[-1:], np.array([max(mean, 0.5)]), np.array([dispersion]))
    return mean, dispersion, upper, float(p[0])
