"""How fast an event grows: R_t of the latest week of its epidemic curve, where enough is known to say so.

Source: Cori et al. 2013, Am J Epidemiol 178:1505 (https://doi.org/10.1093/aje/kwt133): nothing before the
mean serial interval has passed, and nothing of fewer than 11 cases in the window.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from kangmai.epidemic.surveillance import reproduction_number
from kangmai.epidemic.surveillance.types import Growth, SerialInterval

WINDOW = 7
LONGEST_INTERVAL = 80
DAY = timedelta(days=1)


def latest(by_day: Mapping[str, int], interval: SerialInterval | None) -> Growth | None:
    """R_t of the seven days that end with the latest onset; None where it cannot be said.

    Args:
        by_day: cases by day of onset, as an epidemic curve; the first day's count as infected elsewhere.
    """
    if interval is None or not by_day:
        return None
    first, last = (date.fromisoformat(each(by_day)) for each in (min, max))
    length = (last - first).days + 1
    if length < WINDOW + 1:
        return None
    days = [(first + n * DAY).isoformat() for n in range(length)]
    cases = np.array([by_day.get(day, 0) for day in days], dtype=float)
    elsewhere = np.zeros(length)
    elsewhere[0] = cases[0]
    mass = reproduction_number.discretised_gamma(
        LONGEST_INTERVAL, mean=interval.mean_days, sd=interval.sd_days
    )
    said = reproduction_number.estimate(cases, imported=elsewhere, interval=mass, window=WINDOW)
    mean = float(said.columns["Mean(R)"][-1])
    if np.isnan(mean) or said.cases[-1] < reproduction_number.FEWEST_CASES:
        return None
    low, high = (float(said.columns[f"Quantile.{q}(R)"][-1]) for q in ("0.025", "0.975"))
    return Growth(
        date.fromisoformat(days[-WINDOW]), last, int(said.cases[-1]), mean, low, high, interval
    )
