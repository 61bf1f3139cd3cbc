"""bayes: this week against the posterior predictive distribution of the reference weeks.

Source: Höhle 2007, Comput Stat 22:571 (https://doi.org/10.1007/s00180-007-0074-8); Riebler 2004.
With Jeffreys' prior the prediction is negative binomial with size sum + 1/2 and success n/(n + 1).
Results equal R's `surveillance::bayes` 1.20.3.
"""

import numpy as np

from kangmai.epidemic.surveillance.control import control, number, setting, truth, whole
from kangmai.epidemic.surveillance.detectors.quantiles import negative_binomial_quantile_of_size
from kangmai.epidemic.surveillance.detectors.reference_values import reference_values
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "bayes"
SILENT: frozenset[str] = frozenset()


@control
class Bayes:
    """Settings, with R's keys and defaults."""

    b: int = setting("b", whole(), 0)
    w: int = setting("w", whole(), 6)
    this_year: bool = setting("actY", truth, True)
    alpha: float = setting("alpha", number(low=0, high=1, open_=True), 0.05)


def default_first(series: CountSeries, settings: Bayes) -> int:
    """The first index with all reference weeks."""
    return series.frequency * settings.b + settings.w + 1


def detect(series: CountSeries, *, points: Ints, settings: Bayes) -> Detection:
    """Judge every unit at every point; missing reference weeks are left out."""
    said = Detection.empty(series, points)
    values = reference_values(
        series, points, b=settings.b, w=settings.w, this_year=settings.this_year, method=METHOD
    )
    n = (~np.isnan(values)).sum(axis=1)
    total = np.nansum(values, axis=1)
    with np.errstate(all="ignore"):
        success = np.where(n > 0, n / (n + 1), np.nan)
        said.upperbound[:] = upper_bounds(total, success, settings.alpha)
        said.expected[:] = (total + 0.5) / np.where(n > 0, n, np.nan)
    unknown = np.isnan(said.upperbound) | np.isnan(said.observed)
    said.alarm[:] = np.where(unknown, np.nan, said.observed > said.upperbound)
    return said


def upper_bounds(total: Floats, success: Floats, alpha: float) -> Floats:
    """The quantiles of the prediction: equal sums of equally many weeks, which are many, are asked once."""
    if np.ptp(success) != 0:
        return negative_binomial_quantile_of_size(1 - alpha, size=total + 0.5, success=success)
    sums, place = np.unique(total, return_inverse=True)
    found = negative_binomial_quantile_of_size(
        1 - alpha, size=sums + 0.5, success=np.full(len(sums), success.flat[0])
    )
    return np.asarray(found[place].reshape(total.shape))
