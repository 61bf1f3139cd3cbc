"""Reference points: the same time of year, some years back, in positions or in dates."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from kangmai.epidemic.surveillance.errors import ControlMalformed
from kangmai.epidemic.surveillance.series import Ints

DAYS = "datetime64[D]"
PERIODS = {12: "month", 52: "week", 365: "day"}


def period_of(frequency: int, *, method: str) -> str:
    """What one step is in a dated series: a month, a week or a day. Raises ControlMalformed."""
    if frequency not in PERIODS:
        raise ControlMalformed(
            method=method,
            what=f"a series with dates must have frequency 12, 52 or 365, not {frequency}",
        )
    return PERIODS[frequency]


def months_earlier(day: np.datetime64, months: int) -> np.datetime64:
    """The same day of the month some months earlier (later if negative); 31 April becomes 1 May."""
    date: dt.date = day.astype(dt.date)
    month = day.astype("datetime64[M]") - months
    return np.datetime64(month, "D") + (date.day - 1)


def weekday(days: NDArray[np.datetime64]) -> Ints:
    """Days of the week, Sunday 0."""
    return (days.astype(DAYS).astype(np.int64) + 4) % 7


def same_weekday_years_back(
    day: np.datetime64, years: int, *, period: str
) -> NDArray[np.datetime64]:
    """`day` and the days 1..`years` years earlier, in weekly series moved to the nearest same weekday."""
    days = np.array([months_earlier(day, 12 * i) for i in range(years + 1)], dtype=DAYS)
    if period != "week":
        return days
    moved = days - (weekday(days) - weekday(days[:1]))
    other = moved + np.where(moved > days, -7, 7)
    nearer = np.abs((moved - days).astype(int)) <= np.abs((other - days).astype(int))
    return np.where(nearer, moved, other)


def windows_years_back(
    day: np.datetime64, years: int, half_width: int, *, period: str
) -> NDArray[np.datetime64]:
    """The days of all windows of 2 `half_width` + 1 steps about the same day in earlier years."""
    steps = range(-half_width, half_width + 1)
    found = []
    for year in range(1, years + 1):
        centre = months_earlier(day, 12 * year)
        if period == "month":
            found += [months_earlier(centre, -step) for step in steps]
        else:
            found += [centre + step * (7 if period == "week" else 1) for step in steps]
    days = np.array(found, dtype=DAYS)
    if period == "week":
        forward = (weekday(np.array([day])) - weekday(days)) % 7
        backward = (weekday(days) - weekday(np.array([day]))) % 7
        return days + np.where(forward < backward, forward, -backward)
    if period == "month":
        wanted = day.astype(dt.date).day
        return np.array([d - (d.astype(dt.date).day - wanted) for d in days], dtype=DAYS)
    return days
