"""How many alarms a week the officers can bear: three ways to choose among thousands of p values."""

import numpy as np

from kangmai.epidemic.surveillance.detectors.quantiles import (
    cumulative,
    negative_binomial_quantile,
)
from kangmai.epidemic.surveillance.errors import ControlMalformed
from kangmai.epidemic.surveillance.series import Floats

SMALLEST_ALPHA = 1e-7
SMALLEST_MEAN = 1e-9
STEP = 0.8
"""From one alpha that is tried to the next: the answer is at most a fifth too strict."""


def benjamini_hochberg(p: Floats, *, false_share: float) -> np.ndarray:
    """Which alarms to send so that at most `false_share` of them are false on average.

    NaN is never sent. Source: Benjamini and Hochberg 1995, J R Stat Soc B 57:289
    (https://doi.org/10.1111/j.2517-6161.1995.tb02031.x). Raises ControlMalformed.
    """
    if not 0 < false_share < 1:
        raise ControlMalformed(
            method="budget", what=f"false_share = {false_share} is not between 0 and 1"
        )
    known = np.sort(p[~np.isnan(p)])
    passed = np.flatnonzero(
        known <= false_share * np.arange(1, len(known) + 1) / max(len(known), 1)
    )
    limit = known[passed[-1]] if len(passed) else -1.0
    return np.asarray(p <= limit)


def expected_alarms(p: Floats, *, alarms: float) -> np.ndarray:
    """Which alarms to send so that chance alone gives at most `alarms` of them. Raises ControlMalformed."""
    if alarms <= 0:
        raise ControlMalformed(method="budget", what="the number of alarms must be positive")
    tests = int((~np.isnan(p)).sum())
    return np.asarray(p <= alarms / max(tests, 1)) & (tests > 0)


def affordable_alpha(
    mean: Floats,
    dispersion: Floats,
    *,
    least_cases: int,
    alarms: float,
    highest: float,
    others: int = 0,
) -> float:
    """The largest alpha up to `highest` at which chance gives at most `alarms` alarms over all series.

    Counts are discrete and an alarm needs `least_cases`, so a series attains far less than alpha: of a
    series that expects 0.05 cases hardly any chance alarm comes. What each attains is summed exactly.
    Series are negative binomial with variance `dispersion` x mean; NaN says nothing and costs nothing.
    `others` are tests of another kind, of which only is known that chance lets them alarm with at most alpha.
    Source: the attainable levels of Tarone 1990, Biometrics 46:515 (https://doi.org/10.2307/2531456).
    Raises ControlMalformed.
    """
    if alarms <= 0:
        raise ControlMalformed(method="budget", what="the number of alarms must be positive")
    known = np.isfinite(mean) & np.isfinite(dispersion)
    mean, dispersion = mean[known], np.maximum(dispersion[known], 1.0)
    alpha = highest
    while alpha > SMALLEST_ALPHA:
        chance = attained(mean, dispersion, least_cases=least_cases, alpha=alpha).sum()
        if chance + others * alpha <= alarms:
            return alpha
        alpha *= STEP
    return SMALLEST_ALPHA


def attained(mean: Floats, dispersion: Floats, *, least_cases: int, alpha: float) -> Floats:
    """The chance that each series gives an alarm at alpha although nothing happens."""
    quantile = negative_binomial_quantile(1 - alpha, mean=mean, dispersion=dispersion)
    most = np.maximum(quantile, least_cases - 1)
    return np.asarray(1 - cumulative(most, mean, dispersion))


def tail(observed: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """P(count >= observed); 1 where nothing was observed, NaN where there is no statement."""
    mean = np.maximum(mean, SMALLEST_MEAN)
    above = 1 - cumulative(np.maximum(observed - 1, 0), mean, np.maximum(dispersion, 1.0))
    known = np.isfinite(mean) & np.isfinite(observed)
    return np.asarray(np.where(known, np.where(observed > 0, above, 1.0), np.nan))
