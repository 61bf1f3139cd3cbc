"""Nowcast: how many cases of the latest days will be known once all reports have come in.

Source: Lawless 1994, Can J Stat 22:15 (https://doi.org/10.2307/3315826); Höhle and an der Heiden
2014, Biometrics 70:993 (https://doi.org/10.1111/biom.12194). Equal to `surveillance::nowcast` 1.20.3,
whose variance of the prediction holds only the binomial part; `unif` is the state of knowing nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kangmai.epidemic.surveillance.errors import ControlMalformed, SeriesMalformed
from kangmai.epidemic.surveillance.series import Floats, Ints

Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Nowcast:
    """By day of the event: cases reported so far, median and bounds of the final number.

    NaN where no report with so short a delay was ever seen, so that nothing can be said.
    """

    method: str
    now: np.datetime64
    longest_delay: int
    dates: Days
    observed: Ints
    estimate: Floats
    low: Floats
    high: Floats
    warning: str


@dataclass(frozen=True, slots=True)
class Triangle:
    """`by_delay` (day, delay) of reports so far; delays beyond the longest count as the longest."""

    by_delay: Ints
    observed: Ints
    late: int


def nowcast(
    *,
    events: Days,
    reports: Days,
    now: np.datetime64,
    longest_delay: int,
    method: str = "lawless",
    alpha: float = 0.05,
    most_cases: int = 300,
) -> Nowcast:
    """Estimate every day from the first event to `now`; lines without both dates are left out.

    Raises SeriesMalformed where nothing is reported yet, ControlMalformed where the time is too short.
    """
    known = ~(np.isnat(events) | np.isnat(reports))
    if not known.any() or not (reports[known] <= now).any():
        raise SeriesMalformed(
            where=f"line list at {now}", what="nothing is reported yet", mend="Choose a later day."
        )
    first = events[known].min()
    length = int((now - first).astype(int)) + 1
    if longest_delay > length - 1:
        raise ControlMalformed(
            method="nowcast", what=f"{length} days are too few for delays up to {longest_delay}"
        )
    used = known & (reports <= now)
    triangle = reporting_triangle(
        (events[used] - first).astype(int),
        (reports[used] - events[used]).astype(int),
        length,
        longest_delay,
    )
    if triangle.observed.max() > most_cases:
        raise ControlMalformed(
            method="nowcast",
            what=f"a day has {triangle.observed.max()} cases already; raise the largest count",
        )
    mass = (
        lawless(triangle, longest_delay, most_cases)
        if method == "lawless"
        else uniform(triangle, most_cases)
    )
    # in extended precision, as R sums, so that a total of exactly one half stays one half
    total = np.cumsum(mass, axis=1, dtype=np.longdouble).astype(float)
    told = ~np.isnan(total[:, -1])
    picks = [
        np.where(told, np.argmax(total > q, axis=1), np.nan)
        for q in (0.5, alpha / 2, 1 - alpha / 2)
    ]
    dropped = int((~known).sum())
    notes = [f"{dropped} lines without both dates left out."] if dropped else []
    if triangle.late:
        notes.append(
            f"{triangle.late} cases with a delay beyond {longest_delay} days count as {longest_delay}."
        )
    return Nowcast(
        method,
        now,
        longest_delay,
        first + np.arange(length),
        triangle.observed,
        picks[0],
        picks[1],
        picks[2],
        " ".join(notes),
    )


def reporting_triangle(day: Ints, delay: Ints, length: int, longest: int) -> Triangle:
    """Count reports by day of the event and delay."""
    counts = np.zeros((length, longest + 1), dtype=np.int64)
    np.add.at(counts, (day, np.minimum(delay, longest)), 1)
    return Triangle(counts, counts.sum(axis=1), int((delay > longest).sum()))


def lawless(triangle: Triangle, longest: int, most_cases: int) -> Floats:
    """Probabilities (day, cases) from reverse hazards of the delay, normal and cut off below what is known."""
    counts, length = triangle.by_delay, len(triangle.by_delay)
    hazard = np.ones(longest + 1)
    for x in range(1, longest + 1):
        complete = counts[: length - x]
        upto = complete[:, : x + 1].sum()
        hazard[x] = complete[:, x].sum() / upto if upto else 0.0
    # the share of a day's cases that is reported within its age
    share = np.ones(length)
    for age in range(min(longest, length)):
        share[length - 1 - age] = np.prod(1 - hazard[age + 1 :])
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = triangle.observed / share
        variance = triangle.observed * (1 - share) / share**2
    support = np.arange(most_cases + 1)
    mass = np.zeros((length, most_cases + 1))
    for t in range(length):
        if not np.isfinite(mean[t]):
            mass[t] = np.nan
        elif variance[t] > 0:
            sd = np.sqrt(variance[t])
            below = ndtr((support - mean[t]) / sd) / (
                1 - ndtr((triangle.observed[t] - mean[t]) / sd)
            )
            mass[t] = np.diff(np.where(support < triangle.observed[t], 0.0, below), prepend=0.0)
        else:
            mass[t] = support == triangle.observed[t]
    return mass


def uniform(triangle: Triangle, most_cases: int) -> Floats:
    """Every number from what is known to the largest is equally likely."""
    support = np.arange(most_cases + 1)
    possible = support >= triangle.observed[:, None]
    return np.asarray(possible / possible.sum(axis=1, keepdims=True))
