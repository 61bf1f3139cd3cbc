"""Where the level of a series changed: the division into runs of one level that explains it best.

Every change must pay for itself: the sum of squares around the levels of the runs, in units of the noise, plus
3 log n for each change (the modified Bayesian criterion), is the least there can be. The best of all divisions is
found, not a good one. The noise is taken from how neighbours differ, which a few changes of level do not touch,
and is never less than what chance alone gives. Worked numbers: docs/algorithms/change-points.md.

Source: B. Jackson et al., "An algorithm for optimal partitioning of data on an interval", IEEE Signal Processing
Letters 12 (2005), 105-108, which R. Killick, P. Fearnhead and I. A. Eckley, JASA 107 (2012), 1590-1598, make
faster for long series; N. R. Zhang and D. O. Siegmund, "A modified Bayes information criterion", Biometrics 63
(2007), 22-32 (from memory).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from statistics import fmean, median

LEAST_RUN = 3
"""A level must have held for so many points: one odd month is no change."""
LEAST_POINTS = 8
PENALTY = 3.0
"""Times log n for each change: its place, its level, and where its place could have been."""
NOTHING = 1e-9
"""The least noise, beside the reach of the values, where neighbours are the same nearly everywhere."""
NORMAL_MEDIAN = 0.6744897501960817
"""The median of the size of a standard normal number."""


@dataclass(frozen=True, slots=True)
class Run:
    """Points from `start` up to, not including, `end`, and their level."""

    start: int
    end: int
    level: float


def runs(values: Sequence[float], *, least_noise: float = 0.0) -> tuple[Run, ...]:
    """The runs of a series; one where the level did not change or too few points can say.

    Args:
        least_noise: the standard deviation that chance and rounding give a point at least, in the unit of the values.
    """
    if not values:
        return ()
    reach = max(values) - min(values)
    if len(values) < LEAST_POINTS or not reach:
        return (_run(values, 0, len(values)),)
    noise = max(noise_of(values), least_noise, NOTHING * reach)
    ends = _best_ends(values, noise, PENALTY * log(len(values)))
    return tuple(_run(values, start, end) for start, end in pairwise([0, *ends]))


def _run(values: Sequence[float], start: int, end: int) -> Run:
    return Run(start, end, fmean(values[start:end]))


def _best_ends(values: Sequence[float], noise: float, penalty: float) -> list[int]:
    """The ends of the runs of the cheapest division: what is best up to a point never depends on what follows."""
    count = len(values)
    sums, squares = [0.0], [0.0]
    for each in values:
        sums.append(sums[-1] + each)
        squares.append(squares[-1] + each * each)

    def cost(start: int, end: int) -> float:
        total = sums[end] - sums[start]
        return (squares[end] - squares[start] - total * total / (end - start)) / noise**2

    best, begins = [-penalty, *[float("inf")] * count], [0] * (count + 1)
    for end in range(LEAST_RUN, count + 1):
        for start in [0, *range(LEAST_RUN, end - LEAST_RUN + 1)]:
            found = best[start] + cost(start, end) + penalty
            if found < best[end]:
                best[end], begins[end] = found, start
    ends, end = [], count
    while end:
        ends.append(end)
        end = begins[end]
    return ends[::-1]


def noise_of(values: Sequence[float]) -> float:
    """The standard deviation of a point around its level, from the middle difference of neighbours."""
    steps = [abs(after - before) for before, after in pairwise(values)]
    return median(steps) / NORMAL_MEDIAN / sqrt(2) if steps else 0.0
