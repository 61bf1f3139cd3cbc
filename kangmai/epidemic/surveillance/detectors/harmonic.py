"""Seasonal reference means: a Poisson regression on sine and cosine, fitted to what lies before.

All complete series are fitted together by the normal equations, with R's start and stopping rule;
series with gaps, and fits that leave the safe path, go through the slow twin.
"""

import numpy as np
from scipy.special import xlogy

from kangmai.epidemic.surveillance.detectors.glm import (
    EPSILON,
    MAXIMUM_ITERATIONS,
    SMALLEST,
    fit_log_linear,
)
from kangmai.epidemic.surveillance.errors import HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Floats, Ints

LOWEST_SAFE_ETA = -30.0


def harmonic_mean(
    series: CountSeries, *, points: Ints, harmonics: int, trend: bool, unit: int | None = None
) -> Floats:
    """Predicted means (points, units) from the counts before the first point; missing ones are left out."""
    units = np.arange(len(series.units)) if unit is None else np.array([unit])
    design = harmonic_design(series, harmonics=harmonics, trend=trend)
    counts = series.counts[: points[0], units].T
    means = np.full((len(points), len(units)), np.nan)
    together = np.flatnonzero(~np.isnan(counts).any(axis=1))
    coefficients, safe = fit_together(design[: points[0]], counts[together])
    means[:, together] = np.exp(design[points] @ coefficients.T)
    for place in np.setdiff1d(np.arange(len(units)), together[safe]):
        known = np.flatnonzero(~np.isnan(counts[place]))
        if not len(known):
            raise HistoryTooShort(
                index=int(points[0]) + 1, method="seasonal mean", what="counts before"
            )
        fit = fit_log_linear(design=design[known], counts=counts[place, known])
        found = np.nan if fit is None else np.exp(design[points] @ np.nan_to_num(fit.coefficients))
        means[:, place] = found
    return np.maximum(means, SMALLEST)


def harmonic_design(series: CountSeries, *, harmonics: int, trend: bool) -> Floats:
    """Intercept, time if wanted (centred, which changes no prediction), and pairs of cosine and sine."""
    time = np.arange(1, series.length + 1)
    columns = [np.ones(series.length)]
    if trend:
        columns.append((time - time.mean()) / series.length)
    for s in range(1, harmonics + 1):
        angle = 2 * s * np.pi / series.frequency * time
        columns += [np.cos(angle), np.sin(angle)]
    return np.column_stack(columns)


def fit_together(design: Floats, counts: Floats) -> tuple[Floats, np.ndarray]:
    """Coefficients (rows, columns) of every row of counts, and which of them can be trusted."""
    rows, width = len(counts), design.shape[1]
    if not rows or len(design) <= width:
        return np.zeros((rows, width)), np.zeros(rows, dtype=bool)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    pulled, logs = counts @ design, xlogy(counts, counts).sum(axis=1) - counts.sum(axis=1)
    found, safe = np.zeros((rows, width)), np.ones(rows, dtype=bool)
    mean = counts + 0.1
    old = 2 * (xlogy(counts, counts / mean) + 0.1).sum(axis=1)
    score = (mean * np.log(mean) - 0.1) @ design
    alive = np.arange(rows)
    with np.errstate(all="ignore"):
        for _ in range(MAXIMUM_ITERATIONS):
            gram = (mean @ products).reshape(-1, width, width)
            good = np.isfinite(gram).all(axis=(1, 2)) & (np.linalg.cond(np.nan_to_num(gram)) < 1e8)
            safe[alive[~good]] = False
            alive, gram, score, old = alive[good], gram[good], score[good], old[good]
            found[alive] += np.linalg.solve(gram, score[..., None])[..., 0]
            eta = found[alive] @ design.T
            safe[alive[eta.min(axis=1, initial=0) < LOWEST_SAFE_ETA]] = False
            mean = np.exp(eta)
            new = 2 * (
                logs[alive] - np.sum(pulled[alive] * found[alive], axis=1) + mean.sum(axis=1)
            )
            moving = ~(np.abs(new - old) / (np.abs(new) + 0.1) < EPSILON)
            alive, mean, old = alive[moving], mean[moving], new[moving]
            score = pulled[alive] - mean @ design
            if not len(alive):
                break
    return found, safe & np.isfinite(found).all(axis=1)
