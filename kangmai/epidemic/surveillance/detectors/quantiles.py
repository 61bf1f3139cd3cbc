"""Quantiles of counts: the smallest count whose cumulated probability reaches p."""

import numpy as np
from scipy.special import betainc, gammaincc, ndtri

from kangmai.epidemic.surveillance.series import Floats

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


def smallest_count(p: float, cdf: object, *, mean: Floats, spread: Floats) -> Floats:
    """Search from a normal guess: widen a bracket, then halve it."""
    flat = mean.ravel()
    result = np.full(flat.shape, np.nan)
    index = np.flatnonzero(np.isfinite(flat) & np.isfinite(spread.ravel()))
    target = p * FUZZ
    guess = np.maximum(np.floor(flat[index] + ndtri(p) * spread.ravel()[index]), 0)
    step = np.maximum(np.floor(spread.ravel()[index] / 8), 1)
    low, high = guess - step, guess + step
    while (up := cdf(high, index) < target).any():  # type: ignore[operator]
        low = np.where(up, high, low)
        step = np.where(up, step * 2, step)
        high = np.where(up, high + step, high)
    while (down := (low >= 0) & (cdf(np.maximum(low, 0), index) >= target)).any():  # type: ignore[operator]
        high = np.where(down, np.minimum(high, low), high)
        step = np.where(down, step * 2, step)
        low = np.where(down, low - step, low)
    low = np.maximum(low, -1)
    while True:
        middle = np.floor((low + high) / 2)
        open_ = (middle > low) & (middle < high)  # beyond 2^53 neighbours are more than 1 apart
        if not open_.any():
            break
        reached = cdf(np.maximum(middle, 0), index) >= target  # type: ignore[operator]
        high = np.where(open_ & reached, middle, high)
        low = np.where(open_ & ~reached, middle, low)
    result[index] = high
    return result.reshape(mean.shape)
