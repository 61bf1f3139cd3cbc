"""The daily layer for syndromes and counts: C2 with days of the same kind, four weeks and a least deviation.

Source: Tokars et al. 2009, Emerg Infect Dis 15:533 (https://doi.org/10.3201/eid1504.080616): a baseline of
up to 28 days, a least standard deviation of 1, working days and days off apart. The p value is that of a
negative binomial count with the baseline's mean and variance, since counts are small. Where everybody says of how many (visits, pupils), earlier counts are
brought to today's number: twenty of a hundred visits were as many as forty of two hundred.
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
    base: Floats
    """Of how many, where the expectation rests on it."""


def judge(
    counts: Floats, *, same_kind: np.ndarray, bases: Floats | None = None, alpha: float = 0.001
) -> DayJudged:
    """Judge the last day of every unit.

    Args:
        counts: (days, units), oldest first, NaN where a unit did not report.
        same_kind: days that are of the last day's kind (working day or day off).
        bases: (days, units), of how many; NaN or 0 where nobody said.
    """
    units = counts.shape[1]
    found = np.full((4, units), np.nan)
    observed, base = counts[-1], np.full(units, np.nan)
    for unit in np.flatnonzero(~np.isnan(observed)):
        comparable = counts[same_kind, unit]
        if bases is not None:
            scaled = _brought_to_today(comparable, bases[same_kind, unit])
            if scaled is not None:
                comparable, base[unit] = scaled, bases[-1, unit]
        found[:, unit] = _judge_one(comparable, alpha)
    expected, dispersion, threshold, p = found
    return DayJudged(observed, expected, dispersion, threshold, p, base)


def _brought_to_today(counts: Floats, bases: Floats) -> Floats | None:
    """Earlier counts as they would be of today's number; None where too few days say of how many."""
    said = np.isfinite(bases) & (bases > 0) & ~np.isnan(counts)
    if not said[-1] or said.sum() < SHORTEST + GAP + 1:
        return None
    return np.where(said, counts * bases[-1] / np.where(said, bases, 1.0), np.nan)


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
