"""The weekly layer: every series of seven-day counts, by regression where its history allows, else pooled.

A week ends on the day that is judged, so that the layer runs every day. With three years or more and
enough cases: Noufaily's Farrington method (docs/algorithms/detection-farrington.md); otherwise the exact
test against the rate of the whole city (docs/algorithms/detection-short-baselines.md). About the Spring
Festival, which moves, earlier years are laid so that festival stands on festival (`holidays`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kangmai.epidemic.surveillance.alarm_budget import tail
from kangmai.epidemic.surveillance.detectors import farrington_flexible
from kangmai.epidemic.surveillance.detectors.farrington_flexible import FarringtonFlexible
from kangmai.epidemic.surveillance.detectors.pooled_exact import pooled_exact
from kangmai.epidemic.surveillance.detectors.quantiles import negative_binomial_quantile
from kangmai.epidemic.surveillance.series import CountSeries, Floats
from kangmai.epidemic.surveillance.watch import holidays

REGRESSION, POOLED = "farringtonFlexible", "pooledExact"
YEAR = 52
FEWEST_YEARS = 3
FEWEST_WEEKS = 8
RECENT = 26
"""Weeks before the judged one that a short history looks at."""
LEFT_OUT = 26
"""Latest weeks that the regression leaves out of its baseline, lest an outbreak hide itself."""
HALF_WINDOW = 3
"""Weeks each side that the regression takes together."""
SEASON = 4
"""Weeks each side of the same week of an earlier year."""


@dataclass(frozen=True, slots=True)
class Judged:
    """By judged week and unit; NaN where nothing can be said. `is_regression` by unit."""

    observed: Floats
    expected: Floats
    dispersion: Floats
    p: Floats
    is_regression: np.ndarray

    def threshold(self, alpha: float) -> Floats:
        """The largest count that is no alarm at alpha."""
        return negative_binomial_quantile(
            1 - alpha, mean=self.expected, dispersion=np.maximum(self.dispersion, 1.0)
        )


def judge(
    weeks: Floats,
    *,
    share: Floats,
    pool: int,
    years: int,
    sparse_total: int,
    latest: int = 1,
    observed: Floats | None = None,
    ends: Sequence[date] = (),
) -> Judged:
    """Judge the `latest` weeks of every unit.

    Args:
        weeks: counts (weeks, units), oldest first, NaN where missing.
        observed: the judged weeks as they were, where `weeks` has past events taken out.
        ends: last days of the judged weeks; then earlier years are laid by the Spring Festival about it.
        share: each unit's part of the population of the pool.
        pool: the unit that holds all the others.
        years: of history to use at most.
        sparse_total: units with fewer cases in their history are tested against the pool.
    """
    length, units = weeks.shape
    points = np.arange(length - latest, length)
    first = int(points[0])
    able = min(years, (first - SEASON) // YEAR)
    history = np.nansum(weeks[max(0, first - able * YEAR) : first], axis=0)
    enough = (able >= FEWEST_YEARS) & (history >= sparse_total)
    regular = np.broadcast_to(enough, units).copy()
    shape = (latest, units)
    expected, dispersion = np.full(shape, np.nan), np.full(shape, np.nan)
    spans = list(_spans(weeks, points, able, ends))
    if regular.any():
        for span in spans:
            cells = np.ix_(span.rows, regular)
            said = _regression(span.weeks[:, regular], points[span.rows], able)
            expected[cells], dispersion[cells] = span.adjusted(*said, pool, HALF_WINDOW)
        # a series whose regression failed is not left without a word
        regular &= ~np.isnan(expected).all(axis=0)
    if (~regular).any():
        for span in spans:
            cells = np.ix_(span.rows, ~regular)
            _pooled(
                span.weeks, points, span.rows, ~regular, share, pool, able, expected, dispersion
            )
            expected[cells], dispersion[cells] = span.adjusted(
                expected[cells], dispersion[cells], pool, SEASON
            )
    if observed is None:
        observed = weeks[points]
    return Judged(observed, expected, dispersion, tail(observed, expected, dispersion), regular)


def baseline_weeks(length: int, *, is_regression: bool, years: int) -> np.ndarray:
    """Which of the weeks before the last one the judgement rests on, as true and false."""
    used = np.zeros(length, dtype=bool)
    now = length - 1
    able = min(years, (now - SEASON) // YEAR)
    if is_regression:
        used[max(0, now - able * YEAR - HALF_WINDOW) : now - LEFT_OUT] = True
    else:
        used[_reference(now, able)] = True
    return used


@dataclass(frozen=True, slots=True)
class _Span:
    """Judged weeks with the history they rest on; `now` where it is laid by the Spring Festival."""

    rows: np.ndarray
    weeks: Floats
    years: int
    now: int | None = None

    def adjusted(
        self, mean: Floats, dispersion: Floats, pool: int, half_width: int
    ) -> tuple[Floats, Floats]:
        """Mean and dispersion with the term of the festival, which is not known exactly either."""
        if self.now is None:
            return mean, dispersion
        term = holidays.festival_term(
            self.weeks[:, pool], now=self.now, years=self.years, half_width=half_width
        )
        mean = mean * term.factor
        return mean, dispersion + mean * term.variance


def _spans(weeks: Floats, points: np.ndarray, years: int, ends: Sequence[date]) -> Iterator[_Span]:
    near = np.array([holidays.is_near(end) for end in ends] or [False] * len(points))
    if years < 1:
        near[:] = False
    if not near.all():
        yield _Span(np.flatnonzero(~near), weeks, years)
    for row in np.flatnonzero(near):
        now = int(points[row])
        moved = holidays.shifts(ends[int(row)], years=years)
        laid = holidays.laid_by_festival(weeks, now=now, moved=moved)
        yield _Span(np.array([row]), laid, years, now)


def _regression(weeks: Floats, points: np.ndarray, years: int) -> tuple[Floats, Floats]:
    settings = FarringtonFlexible(
        b=years,
        w=HALF_WINDOW,
        periods=10,
        past_weeks=LEFT_OUT,
        reweight=True,
        weights_threshold=2.58,
        trend=True,
        trend_p=1.0,
        limit54=(0.0, 4),
        threshold_method="nbPlugin",
        alpha=0.005,
        powertrans="2/3",
        population_offset=False,
    )
    series = CountSeries(tuple(map(str, range(weeks.shape[1]))), weeks)
    said = farrington_flexible.detect(series, points=points, settings=settings)
    return said.mu0, said.phi


def _pooled(
    weeks: Floats,
    points: np.ndarray,
    rows: np.ndarray,
    units: np.ndarray,
    share: Floats,
    pool: int,
    years: int,
    expected: Floats,
    dispersion: Floats,
) -> None:
    """Fill in what the pooled test expects of some units."""
    chosen = np.flatnonzero(units)
    for row in rows:
        now = int(points[row])
        reference = _reference(now, years)
        if len(reference) < FEWEST_WEEKS:
            continue
        past = np.nansum(weeks[reference], axis=0)
        is_pool = chosen == pool
        cases = np.where(is_pool, past[pool], np.maximum(past[pool] - past[chosen], 0))
        rest = np.maximum(1 - share[chosen], 1e-9)
        part = np.where(is_pool, 1.0, np.clip(share[chosen] / rest, 1e-9, 1.0))
        test = pooled_exact(
            now=weeks[now, chosen], pooled_cases=cases, periods=float(len(reference)), share=part
        )
        expected[row, chosen] = test.expected
        dispersion[row, chosen] = 1 + part / len(reference)


def _reference(now: int, years: int) -> np.ndarray:
    """Weeks of the same season in earlier years, or the latest half year without the two newest weeks."""
    if years >= 1:
        seasons = [
            np.arange(now - y * YEAR - SEASON, now - y * YEAR + SEASON + 1)
            for y in range(1, years + 1)
        ]
        return np.concatenate(seasons)
    return np.arange(max(0, now - RECENT), max(0, now - 2))
