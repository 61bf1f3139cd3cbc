"""Quasi-Poisson regressions of many series on seasonal levels and a trend, fitted together.

The model is log mean = level of the season + slope x time (+ log population), as in Farrington 1996
(https://doi.org/10.2307/2983331) and Noufaily 2013 (https://doi.org/10.1002/sim.5595). All rows of
a batch share one design, so every step of the reweighted least squares is one exponential and one
product of matrices; the normal equations are an arrow (a diagonal of levels and one column of
time) with a solution in closed form. Starting values, stopping rule and iteration limit are R's,
because they decide the result where a level has no cases. `seasonal_model.py` sends rows that leave
the safe path to the slow twin.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from kangmai.epidemic.surveillance.detectors.glm import EPSILON, MAXIMUM_ITERATIONS
from kangmai.epidemic.surveillance.series import Floats, Ints

Mask = NDArray[np.bool_]
LOWEST_SAFE_ETA = -35.0
SAFE_SHARE_OF_TIME = 1e-6


@dataclass(frozen=True, slots=True)
class Design:
    """Levels 0..L-1 of the baseline points, their times and the time now; the level now is the last.

    Times are centred within each level, which changes no fitted mean and keeps the sums exact.
    """

    levels: Ints
    times: Floats
    time_now: float

    @property
    def count(self) -> int:
        """How many levels there are."""
        return int(self.levels[self.levels.argmax()]) + 1

    @property
    def is_regular(self) -> bool:
        """Whether every level has two points, time varies within levels and freedom is left."""
        size = np.bincount(self.levels, minlength=self.count)
        varies = np.abs(self.centred()[0]).max() > 1e-9 * max(1.0, np.abs(self.times).max())
        return bool(size.min() >= 2 and varies and len(self.times) > self.count + 1)

    def centred(self) -> tuple[Floats, float]:
        """Times less the mean of their level, in units that make the largest one 1, and the time now."""
        sizes = np.bincount(self.levels, minlength=self.count)
        means = np.bincount(self.levels, weights=self.times, minlength=self.count) / sizes
        return self.times - means[self.levels], self.time_now - float(means[-1])


@dataclass(frozen=True, slots=True)
class Tables:
    """What the first step and the deviance need of each count, computed once per count."""

    counts: Floats
    start: Floats
    start_target: Floats
    start_deviance: Floats
    log_counts: Floats
    two_thirds: Floats

    @classmethod
    def of(cls, counts: Floats) -> "Tables":
        """Tabulate an array of counts."""
        start = counts + 0.1
        return cls(
            counts,
            start,
            start * np.log(start) - 0.1,
            xlogy(counts, counts / start) + 0.1,
            xlogy(counts, counts),
            np.cbrt(counts) ** 2,
        )

    def take(self, rows: Ints, columns: Ints) -> "Tables":
        """The tables of some cells."""
        picked = (getattr(self, name)[rows, columns] for name in self.__dataclass_fields__)
        return Tables(*picked)


@dataclass(frozen=True, slots=True)
class BatchFit:
    """Fits of many rows; `level_weights`, `lean` and `spread` describe the last least squares.

    Per row and level: the sum of weights and the weighted mean of time; per row: the weighted sum
    of squares of time about those means. `safe` is False where rounding or limits may interfere.
    """

    level: Floats
    slope: Floats
    mean: Floats
    weights: Floats
    level_weights: Floats
    lean: Floats
    spread: Floats
    converged: Mask
    safe: Mask


def fit_levels(
    design: Design, data: Tables, *, prior: Floats | None, offset: Floats | None
) -> BatchFit:
    """Fit the seasonal levels without a trend: each level iterates on its own sums."""
    rows, count = len(data.counts), design.count
    member = np.eye(count)[design.levels]
    target = data.start_target if offset is None else data.start_target - data.start * offset
    scale = np.ones_like(data.counts) if offset is None else np.exp(offset)
    weigh = (
        (lambda values: values @ member)
        if prior is None
        else (lambda values: (values * prior) @ member)
    )
    cases, exposure = weigh(data.counts), weigh(scale)
    constant = deviance_constant(data, prior, offset)
    last = weigh(data.start)
    level = weigh(target) / last
    old = start_deviance(data, prior)
    previous = level
    fitted = exposure * np.exp(level)
    active = np.ones(rows, dtype=bool)
    for step in range(MAXIMUM_ITERATIONS):
        if step:
            last = np.where(active[:, None], fitted, last)
            previous = np.where(active[:, None], level, previous)
            level = np.where(active[:, None], level + (cases - fitted) / fitted, level)
        fitted = exposure * np.exp(level)
        new = 2 * (constant - np.sum(cases * level, axis=1) + fitted.sum(axis=1))
        resting = np.abs(new - old) / (np.abs(new) + 0.1) < EPSILON
        if not step:
            at_once = resting
        active &= ~resting
        old = new
        if not active.any():
            break
    mean = np.exp(level)[:, design.levels] * scale
    weights = np.exp(previous)[:, design.levels] * scale
    weights[at_once] = data.start[at_once]
    zero = np.zeros(rows)
    safe = np.isfinite(new) & (level.min(axis=1) > LOWEST_SAFE_ETA)
    return BatchFit(level, zero, mean, weights, last, np.zeros_like(level), zero, ~active, safe)


def start_deviance(data: Tables, prior: Floats | None) -> Floats:
    """The deviance at the starting mean, count + 0.1."""
    terms = data.start_deviance if prior is None else data.start_deviance * prior
    return np.asarray(2 * terms.sum(axis=1))


def deviance_constant(data: Tables, prior: Floats | None, offset: Floats | None) -> Floats:
    """The part of half the deviance that no coefficient changes."""
    terms = data.log_counts - data.counts
    if offset is not None:
        terms = terms - data.counts * offset
    return np.asarray((terms if prior is None else terms * prior).sum(axis=1))


def fit_levels_and_trend(
    design: Design, data: Tables, *, prior: Floats | None, offset: Floats | None
) -> BatchFit:
    """Fit seasonal levels and a common slope of time, every row until it rests."""
    times, _ = design.centred()
    member = np.eye(design.count)[design.levels]
    sums = np.hstack([member, member * times[:, None], (times**2)[:, None]])
    columns = np.vstack([member.T, times[None, :]])
    return Trend(design.count, times, sums, columns, data, prior, offset).run()


class Trend:
    """The state of one batch while it iterates."""

    def __init__(
        self,
        count: int,
        times: Floats,
        sums: Floats,
        columns: Floats,
        data: Tables,
        prior: Floats | None,
        offset: Floats | None,
    ) -> None:
        self.count, self.times, self.sums, self.columns = count, times, sums, columns
        self.data, self.prior, self.offset = data, prior, offset
        self.shape = data.counts.shape

    def run(self) -> BatchFit:
        """Iterate all rows; those at rest are written out and leave."""
        data, prior = self.data, self.prior
        rows, n = self.shape
        weighted = data.counts if prior is None else data.counts * prior
        cases = weighted @ self.columns.T  # per level, and with time in the last column
        constant = deviance_constant(data, prior, self.offset)
        target = (
            data.start_target
            if self.offset is None
            else data.start_target - data.start * self.offset
        )
        first = data.start if prior is None else data.start * prior
        pulled = (target if prior is None else target * prior) @ self.columns.T
        found = np.empty((rows, self.count + 1))
        mean, weights = np.empty((rows, n)), np.empty((rows, n))
        gram = np.empty((rows, 2 * self.count + 1))
        converged = np.zeros(rows, dtype=bool)
        limit = np.full(rows, np.inf)

        alive = np.arange(rows)
        old = start_deviance(data, prior)
        now_mean, now_gram = data.start, first @ self.sums
        coefficients = np.zeros((rows, self.count + 1))
        score = pulled
        bare, shift = prior, self.offset
        for step in range(MAXIMUM_ITERATIONS):
            coefficients = coefficients + solve_arrow(now_gram, score, self.count)
            eta = coefficients @ self.columns
            if shift is not None:
                eta += shift
            last_mean, last_gram = now_mean, now_gram
            now_mean = np.exp(eta, out=eta)
            now_gram = (now_mean if bare is None else now_mean * bare) @ self.sums
            fitted = now_gram[:, : self.count]
            score = cases - np.column_stack(
                [fitted, now_gram[:, self.count : 2 * self.count].sum(axis=1)]
            )
            new = 2 * (constant - np.sum(cases * coefficients, axis=1) + fitted.sum(axis=1))
            low = (
                coefficients[:, :-1].min(axis=1)
                - np.abs(coefficients[:, -1]) * np.abs(self.times).max()
            )
            limit[alive] = np.minimum(limit[alive], np.where(np.isfinite(new), low, -np.inf))
            rest = ~(np.abs(new - old) / (np.abs(new) + 0.1) >= EPSILON)
            latest = step == MAXIMUM_ITERATIONS - 1
            out = np.ones(len(alive), dtype=bool) if latest else rest
            if out.any():
                where = alive[out]
                found[where], mean[where], weights[where] = (
                    coefficients[out],
                    now_mean[out],
                    last_mean[out],
                )
                gram[where], converged[where] = last_gram[out], rest[out]
                if out.all():
                    break
                stay = ~out
                alive, old = alive[stay], new[stay]
                coefficients, score, cases = coefficients[stay], score[stay], cases[stay]
                now_mean, now_gram, constant = now_mean[stay], now_gram[stay], constant[stay]
                bare = None if bare is None else bare[stay]
                shift = None if shift is None else shift[stay]
            else:
                old = new
        return self.finish(found, mean, weights, gram, converged, limit)

    def finish(
        self,
        found: Floats,
        mean: Floats,
        weights: Floats,
        gram: Floats,
        converged: Mask,
        limit: Floats,
    ) -> BatchFit:
        """Describe the last least squares of every row."""
        level_weights, lean, spread = arrow(gram, self.count)
        total = gram[:, -1]
        safe = (
            (limit > LOWEST_SAFE_ETA)
            & (spread > SAFE_SHARE_OF_TIME * total)
            & np.isfinite(found).all(axis=1)
        )
        return BatchFit(
            found[:, :-1], found[:, -1], mean, weights, level_weights, lean, spread, converged, safe
        )


def arrow(gram: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Weights of the levels, weighted mean time within them, and the spread of time about it."""
    level_weights = gram[:, :count]
    lean = gram[:, count : 2 * count] / level_weights
    spread = gram[:, -1] - np.sum(lean * gram[:, count : 2 * count], axis=1)
    return level_weights, lean, spread


def solve_arrow(gram: Floats, score: Floats, count: int) -> Floats:
    """Solve the normal equations of levels and time for every row."""
    level_weights, lean, spread = arrow(gram, count)
    slope = (score[:, -1] - np.sum(lean * score[:, :-1], axis=1)) / spread
    levels = score[:, :-1] / level_weights - lean * slope[:, None]
    return np.column_stack([levels, slope])
