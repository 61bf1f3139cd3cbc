"""daily negative binomial CUSUM: slow rises of a daily series with weekdays, holidays and a season.

The mean is a log-linear regression on weekday, holiday (any marks the caller gives, such as the days
about the Spring Festival, which moves), season and trend. The statistic adds the log-likelihood ratio
of a mean `rise` times as high. Source: Höhle and Paul 2008, Comput Stat Data Anal 52:4357
(https://doi.org/10.1016/j.csda.2008.02.015), 2.2 and 3.1.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.epidemic.surveillance.detectors.calendar import weekday
from kangmai.epidemic.surveillance.detectors.glm import fit_log_linear
from kangmai.epidemic.surveillance.errors import HistoryTooShort, ModelImpossible
from kangmai.epidemic.surveillance.series import CountSeries, Floats, Ints

METHOD = "daily cusum"
LEAST_HISTORY = 56


@dataclass(frozen=True, slots=True)
class DailyCusum:
    """Detect a mean `rise` times as high; alarm above `threshold`; start anew after an alarm."""

    rise: float = 1.5
    threshold: float = 5.0


@dataclass(frozen=True, slots=True)
class CusumResult:
    """Expected counts, statistic and alarms (points, units); NaN after a missing count goes on from before it."""

    expected: Floats
    statistic: Floats
    alarm: Floats


def detect(
    series: CountSeries, *, points: Ints, marks: Floats, settings: DailyCusum
) -> CusumResult:
    """Judge every unit; `marks` (points of the series, kinds) are 1 on holidays of a kind, else 0.

    Raises HistoryTooShort under eight weeks of history.
    """
    if points[0] < LEAST_HISTORY or series.dates is None:
        raise HistoryTooShort(
            index=int(points[0]) + 1, method=METHOD, what="eight weeks with dates"
        )
    design = columns(series, marks, int(points[0]))
    shape = (len(points), len(series.units))
    result = CusumResult(np.empty(shape), np.empty(shape), np.empty(shape))
    for unit in range(shape[1]):
        mean, dispersion = history(design, series.counts[:, unit], points)
        result.expected[:, unit] = mean
        walk(result, series.counts[points, unit], unit, dispersion, settings)
    return result


def columns(series: CountSeries, marks: Floats, history_points: int) -> Floats:
    """Intercept, six weekdays, holidays, and with a year of history the season and a trend."""
    assert series.dates is not None
    days = np.eye(7)[weekday(series.dates)][:, 1:]
    used = marks[:, marks[:history_points].any(axis=0)]
    parts = [np.ones((series.length, 1)), days, used]
    if history_points >= 365:
        angle = 2 * np.pi * np.arange(series.length)[:, None] / 365.25
        parts += [np.cos(angle), np.sin(angle), np.arange(series.length)[:, None] / 365.25]
    return np.hstack(parts)


def history(design: Floats, counts: Floats, points: Ints) -> tuple[Floats, float]:
    """Expected counts now, and alpha of the variance mean + alpha mean^2 by moments. Raises ModelImpossible."""
    known = np.flatnonzero(~np.isnan(counts[: points[0]]))
    fit = fit_log_linear(design=design[known], counts=counts[known]) if len(known) else None
    if fit is None or not fit.converged:
        raise ModelImpossible(
            index=int(points[0]) + 1, what="the daily regression did not converge"
        )
    mean = np.exp(design[points] @ np.nan_to_num(fit.coefficients))
    excess = np.sum((counts[known] - fit.mean) ** 2 - fit.mean) / np.sum(fit.mean**2)
    return mean, max(float(excess), 0.0)


def walk(
    result: CusumResult, counts: Floats, unit: int, alpha: float, settings: DailyCusum
) -> None:
    """Add up the log-likelihood ratios of one unit."""
    total = 0.0
    for t, (x, mean) in enumerate(zip(counts, result.expected[:, unit], strict=True)):
        if np.isnan(x):
            result.statistic[t, unit] = result.alarm[t, unit] = np.nan
            continue
        ratio = x * np.log(settings.rise) - (settings.rise - 1) * mean
        if alpha > 0:
            ratio = x * np.log(settings.rise) - (x + 1 / alpha) * np.log(
                (1 + alpha * settings.rise * mean) / (1 + alpha * mean)
            )
        total = max(0.0, total + ratio)
        result.statistic[t, unit] = total
        result.alarm[t, unit] = total > settings.threshold
        total = 0.0 if total > settings.threshold else total
