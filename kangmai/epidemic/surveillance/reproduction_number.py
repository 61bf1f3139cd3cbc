"""R_t: the effective reproduction number from incidence and a serial interval, in moving windows.

Source: Cori et al. 2013, Am J Epidemiol 178:1505 (https://doi.org/10.1093/aje/kwt133), web appendix 1
and 11. The posterior is a gamma distribution; the prior has mean 5 and standard deviation 5. Results
equal EpiEstim 2.2-4: nothing is said of windows that end before the mean serial interval has passed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaincinv

from kangmai.epidemic.surveillance.errors import ControlMalformed
from kangmai.epidemic.surveillance.series import Floats, Ints

PRIOR_SHAPE, PRIOR_SCALE = 1.0, 5.0
QUANTILES = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
FEWEST_CASES = 11  # Cori 2013: below, the posterior coefficient of variation exceeds 0.3


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Windows by their first and last day (from 1), and EpiEstim's columns."""

    start: Ints
    end: Ints
    cases: Floats
    columns: dict[str, Floats]


def estimate(cases: Floats, *, imported: Floats, interval: Floats, window: int) -> Reproduction:
    """Estimate R in every window of `window` days from day 2 on.

    `cases` are all cases by day, `imported` those infected elsewhere (the first day's always are);
    `interval` are probabilities by days from 0. Raises ControlMalformed.
    """
    days = len(cases)
    refuse_bad_interval(interval)
    if days < window + 1:
        raise ControlMalformed(
            method="rt", what=f"{days} days are too few for a window of {window} after day 1"
        )
    padded = np.zeros(max(days + 1, len(interval)))
    padded[: len(interval)] = interval
    pressure = np.convolve(cases, padded)[:days]
    end = np.arange(window + 1, days + 1)
    start = end - window + 1
    local = sums(cases - imported, start, end)
    told = end > np.sum(padded * np.arange(len(padded)))
    shape = np.where(told, PRIOR_SHAPE + local, np.nan)
    scale = 1 / (1 / PRIOR_SCALE + sums(pressure, start, end))
    columns = {"Mean(R)": shape * scale, "Std(R)": np.sqrt(shape) * scale}
    for q in QUANTILES:
        name = "Median(R)" if q == 0.5 else f"Quantile.{q:g}(R)"
        columns[name] = gammaincinv(shape, q) * scale
    return Reproduction(start, end, sums(cases, start, end), columns)


def sums(values: Floats, start: Ints, end: Ints) -> Floats:
    """Sums over the inclusive one-based windows."""
    return np.array([values[a - 1 : b].sum() for a, b in zip(start, end, strict=True)])


def refuse_bad_interval(interval: Floats) -> None:
    """Raise ControlMalformed unless these are probabilities that begin with 0 and sum to 1."""
    if len(interval) < 2 or interval[0] != 0:
        raise ControlMalformed(
            method="rt", what="the serial interval must be 0 at k = 0 and go on to k = 1"
        )
    if not (interval >= 0).all() or abs(interval.sum() - 1) > 0.01:
        raise ControlMalformed(
            method="rt",
            what=f"the serial interval must not be negative and sums to {interval.sum():g}, not 1",
        )


def discretised_gamma(days: int, *, mean: float, sd: float) -> Floats:
    """Probabilities of a gamma distribution shifted by one day, for k = 0 .. days - 1.

    Source: Cori 2013, web appendix 11. Raises ControlMalformed.
    """
    if mean <= 1 or sd <= 0:
        raise ControlMalformed(
            method="rt", what="the mean serial interval must exceed 1 day and its sd 0"
        )
    k = np.arange(days, dtype=float)
    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)

    def below(x: Floats, a: float) -> Floats:
        return np.asarray(gammainc(a, np.maximum(x, 0) / scale))

    mass = k * below(k, shape) + (k - 2) * below(k - 2, shape) - 2 * (k - 1) * below(k - 1, shape)
    mass += (
        shape
        * scale
        * (2 * below(k - 1, shape + 1) - below(k - 2, shape + 1) - below(k, shape + 1))
    )
    return np.maximum(mass, 0)
