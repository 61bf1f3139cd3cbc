"""Series of counts, and what a detector says about them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kangmai.epidemic.surveillance.errors import RangeOutOfSeries, SeriesMalformed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CountSeries:
    """Counts of several units at the same points in time.

    `counts` is (points, units), NaN where a count is missing; `dates` are the first days of the
    periods, or None where the series has only positions; `population` is (points, units);
    `frequency` is the number of points in a year.
    """

    units: tuple[str, ...]
    counts: Floats
    dates: NDArray[np.datetime64] | None = None
    population: Floats | None = None
    frequency: int = 52

    def __post_init__(self) -> None:
        refuse_bad_counts(self.counts, self.units)
        if self.dates is not None:
            refuse_bad_dates(self.dates)
        if (
            self.population is not None
            and not (np.isfinite(self.population) & (self.population > 0)).all()
        ):
            raise SeriesMalformed(
                where="population",
                what="a population is missing, zero or negative",
                mend="Give a positive population for every unit and point in time.",
            )

    @property
    def length(self) -> int:
        """How many points in time there are."""
        return len(self.counts)

    def points(self, *, first: int, latest: int) -> Ints:
        """The zero-based positions of the one-based, inclusive range `first`..`latest`."""
        if not 1 <= first <= latest <= self.length:
            raise RangeOutOfSeries(first=first, latest=latest, length=self.length)
        return np.arange(first - 1, latest)


def refuse_bad_counts(counts: Floats, units: tuple[str, ...]) -> None:
    """Raise SeriesMalformed where a count is negative or infinite."""
    bad = np.argwhere((counts < 0) | np.isinf(counts))
    if len(bad):
        row, unit = bad[0]
        raise SeriesMalformed(
            where=f"index {row + 1}, unit {units[unit]}",
            what=f"{counts[row, unit]:g} is not a count",
            mend="Counts are zero or more; leave the cell empty where a count is missing.",
        )


def refuse_bad_dates(dates: NDArray[np.datetime64]) -> None:
    """Raise SeriesMalformed where a date is missing, repeated or out of order."""
    if np.isnat(dates).any():
        row = int(np.argmax(np.isnat(dates)))
        raise SeriesMalformed(
            where=f"index {row + 1}", what="the epoch is missing", mend="Give every row its date."
        )
    steps = np.diff(dates).astype(int)
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0)) + 1
        what = "is repeated" if steps[row - 1] == 0 else "is earlier than the one before"
        raise SeriesMalformed(
            where=f"index {row + 1}",
            what=f"the epoch {dates[row]} {what}",
            mend="Every date may come once, in ascending order.",
        )


@dataclass(frozen=True, slots=True)
class Detection:
    """What one method says: arrays of (points, units), NaN where it has nothing to say.

    `alarm` is 1, 0 or NaN (no statement possible: never to be read as "no alarm").
    """

    points: Ints
    observed: Floats
    upperbound: Floats
    alarm: Floats
    expected: Floats
    mu0: Floats
    phi: Floats
    trend: Floats

    @classmethod
    def empty(cls, series: CountSeries, points: Ints) -> Self:
        """A detection with nothing said yet."""
        blank = [np.full((len(points), len(series.units)), np.nan) for _ in range(6)]
        return cls(points, series.counts[points], *blank)
