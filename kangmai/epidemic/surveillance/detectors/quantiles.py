"""Quantiles of counts: the smallest count whose cumulated probability reaches p."""

from collections.abc import Callable

import numpy as np
from scipy.special import betainc, gammaincc, ndtri

from kangmai.epidemic.surveillance.series import Floats, Ints

Cumulative = Callable[[Floats, Ints], Floats]
FUZZ = 1 - 64 * np.finfo(float).eps


def negative_binomial_quantile(p: float, *, mean: Floats, dispersion: Floats) -> Floats:
    """Quantile of the negative binomial with variance = `dispersion` x mean; Poisson where it is 1.

    NaN where mean or dispersion is NaN or the mean infinite.
    """
    mean, dispersion = np.broadcast_arrays(mean, dispersion)
    spread = np.sqrt(mean * dispersion)
    return smallest_count(
        p,
        lambda x, i: cumulative(x, mean.ravel()[i], dispersion.ravel()[i]),
        mean=mean,
        spread=spread,
    )


def negative_binomial_quantile_of_size(p: float, *, size: Floats, success: Floats) -> Floats:
    """Quantile of the number of failures before `size` successes of probability `success`."""
    size, success = np.broadcast_arrays(size, success)
    mean = size * (1 - success) / success
    return smallest_count(
        p,
        lambda x, i: betainc(size.ravel()[i], x + 1, success.ravel()[i]),
        mean=mean,
        spread=np.sqrt(mean / success),
    )


def cumulative(x: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """P(count <= x)."""
    over = dispersion > 1
    size = np.where(over, mean / np.where(over, dispersion - 1, 1), 1.0)
    binomial = betainc(np.maximum(size, 1e-300), x + 1, 1 / dispersion)
    return np.asarray(np.where(over, np.where(size > 0, binomial, 1.0), gammaincc(x + 1, mean)))


def smallest_count(p: float, cdf: Cumulative, *, mean: Floats, spread: Floats) -> Floats:
    """Search from the Cornish-Fisher guess: steps that double until the count is enclosed, then halves."""
    flat, sd = mean.ravel(), spread.ravel()
    result = np.full(flat.shape, np.nan)
    rows = np.flatnonzero(np.isfinite(flat) & np.isfinite(sd))
    target, z = p * FUZZ, float(ndtri(p))
    with np.errstate(all="ignore"):
        skewness = np.nan_to_num((2 * sd[rows] ** 2 / flat[rows] - 1) / sd[rows], posinf=0.0)
        guess = flat[rows] + sd[rows] * (z + skewness * (z**2 - 1) / 6)
    guess = np.maximum(np.floor(np.nan_to_num(guess)), 0)
    low, high = np.full(len(rows), -1.0), np.full(len(rows), np.inf)
    step = np.ones(len(rows))
    while len(rows):
        reached = cdf(guess, rows)
        high = np.where(reached >= target, guess, high)
        low = np.where(reached < target, guess, low)
        middle = np.floor((low + high) / 2)
        # beyond 2^53 neighbouring numbers are more than 1 apart, so equality ends the search too
        stuck = (middle <= low) | (np.isfinite(high) & (middle >= high))
        done = (high - low <= 1) | stuck | np.isnan(reached)
        # where the cumulated probability overflows, the guess is as good as any answer
        result[rows[done]] = np.where(np.isnan(reached), guess, high)[done]
        guess = np.where(np.isinf(high), low + step, np.maximum(high - step, middle))
        step = step * 2
        go = ~done
        rows, guess, low, high, step = rows[go], guess[go], low[go], high[go], step[go]
    return result.reshape(mean.shape)
