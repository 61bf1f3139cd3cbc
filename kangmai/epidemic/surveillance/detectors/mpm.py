"""mpm: the moving percentile method of China's automated alert and response system (CIDARS).

The cases of a period (a week, or the last 7 days) against a percentile of the same period and its
neighbours in earlier years. Source: Yang et al. 2011, Western Pac Surveill Response J 2(1):10, on the
system; percentiles by disease are data under
definitions/epidemic/moving_percentile. A signal needs a count above the percentile, of one case at least.
"""

import numpy as np

from kangmai.epidemic.surveillance.control import control, number, one_of, setting, whole
from kangmai.epidemic.surveillance.errors import HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "mpm"
SILENT: frozenset[str] = frozenset()
FEWEST_YEARS = 3


@control
class MovingPercentile:
    """`b` years, `w` neighbouring periods each side, percentile `p`; a period is `block` points.

    `comparison` is ">" or ">=": sources differ on whether a count equal to the percentile signals.
    """

    b: int = setting("b", whole(low=1), 5)
    w: int = setting("w", whole(), 1)
    p: float = setting("p", number(low=0, high=1), 0.8)
    block: int = setting("block", whole(low=1), 1)
    comparison: str = setting("comparison", one_of(">", ">="), ">")


def default_first(series: CountSeries, settings: MovingPercentile) -> int:
    """The first index with all years."""
    return series.frequency * settings.b + settings.block * (settings.w + 1)


def detect(series: CountSeries, *, points: Ints, settings: MovingPercentile) -> Detection:
    """Judge every unit at every point from the years there are, at least three (or `b`, if fewer)."""
    said = Detection.empty(series, points)
    blocks = moving_sums(series.counts, settings.block)
    said.observed[:] = blocks[points]
    for place, k in enumerate(points):
        years = whole_years(series, int(k), settings)
        steps = np.arange(-settings.w, settings.w + 1) * settings.block
        history = blocks[(k - np.arange(1, years + 1)[:, None] * series.frequency + steps).ravel()]
        said.upperbound[place] = np.quantile(history, settings.p, axis=0)
        said.expected[place] = np.quantile(history, 0.5, axis=0)
    above = said.observed > said.upperbound
    if settings.comparison == ">=":
        above = said.observed >= said.upperbound
    unknown = np.isnan(said.upperbound) | np.isnan(said.observed)
    said.alarm[:] = np.where(unknown, np.nan, above & (said.observed >= 1))
    return said


def moving_sums(counts: Floats, block: int) -> Floats:
    """Sums of the last `block` points; NaN where one is missing or before the series."""
    result = np.full_like(counts, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(counts, block, axis=0)
    result[block - 1 :] = windows.sum(axis=-1)
    return result


def whole_years(series: CountSeries, k: int, settings: MovingPercentile) -> int:
    """How many earlier years, up to b, have all their periods. Raises HistoryTooShort below three."""
    reach = settings.block * (settings.w + 1) - 1
    years = min(settings.b, (k - reach) // series.frequency)
    if years < min(settings.b, FEWEST_YEARS):
        raise HistoryTooShort(
            index=k + 1, method=METHOD, what=f"{max(years, 0)} whole years of history"
        )
    return int(years)
