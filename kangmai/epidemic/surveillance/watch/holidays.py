"""Days that move: the Spring Festival in weekly baselines, and marks of holidays for daily regressions.

The festival falls between 21 January and 20 February, so the same calendar week is once a week in which
half the city is on the road and clinics are shut, and once an ordinary one. About it earlier years are
therefore laid so that festival stands on festival, and what the week was in those years, compared with
the weeks around it, becomes a term of the expectation: a baseline of seven weeks would smooth it away.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from kangmai.epidemic.surveillance.series import Floats
from kangmai.standards.calendars import is_working_day
from kangmai.standards.lunar import LunarDate, from_lunar

YEAR = 52
HALF = 26
PRIOR_CASES = 10.0
"""So many cases in earlier years weigh as much as the belief that the week is like those around it."""
REACH_DAYS = 42
"""How far from the festival a week is still laid by it."""
EVE, FEAST, AFTER = 10, 7, 14
"""Days of travel before, the feast, and the days until people and pupils are back."""


@lru_cache(maxsize=64)
def spring_festival(year: int) -> date:
    """The first day of the lunar year that begins in a year."""
    return from_lunar(LunarDate(year, 1, 1))


def nearest_festival(on: date) -> date:
    """The festival nearest to a day."""
    known = [spring_festival(year) for year in (on.year - 1, on.year, on.year + 1)]
    return min(known, key=lambda each: abs((each - on).days))


def is_near(on: date) -> bool:
    """Whether the week that ends on a day is judged by the festival."""
    return abs((on - nearest_festival(on)).days) <= REACH_DAYS


def shifts(on: date, *, years: int) -> tuple[int, ...]:
    """By how many weeks each earlier year must be moved so that festival stands on festival.

    Args:
        on: the last day of the judged week; far from a festival nothing moves.

    Returns: for 1, 2, … `years` years earlier; counted on the same week 52, 104, … weeks before.
    """
    feast = nearest_festival(on)
    if not is_near(on):
        return (0,) * years
    return tuple(
        round(((spring_festival(feast.year - back) - feast).days + 7 * YEAR * back) / 7)
        for back in range(1, years + 1)
    )


def laid_by_festival(weeks: Floats, *, now: int, moved: tuple[int, ...]) -> Floats:
    """The series with earlier years moved, each within half a year of the same week; `now` stays."""
    laid = weeks.copy()
    for back, shift in enumerate(moved, start=1):
        centre = now - YEAR * back
        target = np.arange(max(0, centre - HALF), min(now - HALF, centre + HALF))
        source = target + shift
        known = (source >= 0) & (source < now)
        laid[target[known]] = weeks[source[known]]
    return laid


@dataclass(frozen=True, slots=True)
class Term:
    """What a week about the festival was in earlier years: times the weeks around it, and its variance."""

    factor: float
    variance: float


def festival_term(laid: Floats, *, now: int, years: int, half_width: int) -> Term:
    """The cases of the same week of the lunar year over the mean of the weeks around it, drawn towards 1.

    Args:
        laid: weekly counts of everybody, earlier years laid by the festival.
        half_width: weeks on each side that the baseline takes together.
    """
    mine = around = 0.0
    for back in range(1, years + 1):
        centre = now - YEAR * back
        window = laid[max(0, centre - half_width) : max(0, centre + half_width + 1)]
        if len(window) == 2 * half_width + 1 and np.isfinite(window).all():
            mine += float(laid[centre])
            around += float(np.mean(window))
    factor = (mine + PRIOR_CASES) / (around + PRIOR_CASES)
    return Term(factor, 1 / (mine + PRIOR_CASES))


def marks(days: list[date]) -> Floats:
    """For each day: holiday in the week, made-up working weekend, before, in and after the Spring Festival."""
    rows = []
    for day in days:
        away = (day - nearest_festival(day)).days
        works, is_weekday = is_working_day(day), day.weekday() < 5
        rows.append(
            [
                is_weekday and not works,
                not is_weekday and works,
                -EVE <= away < 0,
                0 <= away < FEAST,
                FEAST <= away < FEAST + AFTER,
            ]
        )
    return np.array(rows, dtype=float)


def spell(on: date, count: int) -> list[date]:
    """So many days that end on a day, the oldest first."""
    return [on - timedelta(days=back) for back in reversed(range(count))]
