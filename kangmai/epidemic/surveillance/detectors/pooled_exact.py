"""pooled exact test: a sparse or short series against its share of a larger one.

Where a town has too few cases for a regression, its expected count is its share of the city's rate.
With Jeffreys' prior on that rate the count now is negative binomial, so the tail is exact for any
length of history. Source: Gelman et al. 2013, Bayesian Data Analysis, 2.6 (gamma-Poisson prediction).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from kangmai.epidemic.surveillance.errors import SeriesMalformed
from kangmai.epidemic.surveillance.series import Floats


@dataclass(frozen=True, slots=True)
class PooledTest:
    """By unit: expected count and the chance of the observed one or more."""

    expected: Floats
    p: Floats


def pooled_exact(*, now: Floats, pooled_cases: Floats, periods: float, share: Floats) -> PooledTest:
    """Test counts now against a pooled history of `pooled_cases` in `periods`, each unit with its share.

    `pooled_cases` may differ by unit (leave a unit's own cases out to test it against the others).
    Raises SeriesMalformed for shares outside 0..1 or no history.
    """
    if not ((share > 0) & (share <= 1)).all():
        raise SeriesMalformed(
            where="shares",
            what="a share is not between 0 and 1",
            mend="Give every unit its part of the population.",
        )
    if periods <= 0:
        raise SeriesMalformed(
            where="history", what="there is none", mend="Give at least one earlier period."
        )
    shape = pooled_cases + 0.5
    exceed = np.where(now > 0, betainc(np.maximum(now, 1), shape, share / (periods + share)), 1.0)
    return PooledTest(
        np.asarray(shape * share / periods), np.asarray(np.where(np.isnan(now), np.nan, exceed))
    )
