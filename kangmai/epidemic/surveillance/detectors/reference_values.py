"""Reference values of bayes and rki: the weeks before, and windows about the same week in earlier years."""

import numpy as np

from kangmai.epidemic.surveillance.errors import HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Floats, Ints


def reference_values(
    series: CountSeries, points: Ints, *, b: int, w: int, this_year: bool, method: str
) -> Floats:
    """Counts (points, reference weeks, units); years are `frequency` points, dates or not."""
    if points[0] + 1 - b * series.frequency - w < 1:
        raise HistoryTooShort(index=int(points[0]) + 1, method=method, what=f"b = {b}, w = {w}")
    back = [np.arange(w, 0, -1)] if this_year else []
    back += [i * series.frequency + np.arange(w, -w - 1, -1) for i in range(1, b + 1)]
    offsets = np.concatenate(back) if back else np.zeros(0, dtype=np.int64)
    places = points[:, None] - offsets
    padded = np.vstack([series.counts, np.full((1, len(series.units)), np.nan)])
    return padded[np.minimum(places, series.length)]
