"""earsC: the methods C1, C2 and C3 of the Early Aberration Reporting System.

Source: Hutwagner et al. 2003, J Urban Health 80(2 Suppl 1):i89
(https://doi.org/10.1007/pl00022319); Fricker, Hegler and Dunfee 2008, Stat Med 27:3407
(https://doi.org/10.1002/sim.3197). Results equal R's `surveillance::earsC` 1.20.3.
"""

import numpy as np
from scipy.special import ndtri

from kangmai.epidemic.surveillance.control import control, number, one_of, setting, whole
from kangmai.epidemic.surveillance.errors import HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "earsC"
SILENT: frozenset[str] = frozenset()
GAPS = {"C1": 0, "C2": 2, "C3": 4}


@control
class EarsC:
    """Settings, with R's keys; `alpha` is 0.001 for C1 and C2 and 0.025 for C3 unless given."""

    method: str = setting("method", one_of("C1", "C2", "C3"), "C1")
    baseline: int = setting("baseline", whole(low=3), 7)
    minimum_sigma: float = setting("minSigma", number(low=0), 0.0)
    alpha: float | None = setting("alpha", number(low=0, high=1, open_=True), None)


def default_first(series: CountSeries, settings: EarsC) -> int:
    """The first index with a whole baseline."""
    return settings.baseline + GAPS[settings.method] + 1


def detect(series: CountSeries, *, points: Ints, settings: EarsC) -> Detection:
    """Judge every unit at every point. Raises HistoryTooShort."""
    if points[0] - settings.baseline - GAPS[settings.method] < 0:
        raise HistoryTooShort(
            index=int(points[0]) + 1, method=METHOD, what=f"baseline of {settings.baseline}"
        )
    said = Detection.empty(series, points)
    alpha = settings.alpha or (0.025 if settings.method == "C3" else 0.001)
    z = float(ndtri(1 - alpha))
    counts = series.counts
    with np.errstate(all="ignore"):
        if settings.method == "C3":
            mean, sigma = window(counts, points, settings, gap=2)
            before = [excess(counts, points - lag, settings) for lag in (2, 1)]
            upper = np.maximum(said.observed + sigma * (z - (before[0] + before[1])), 0.0)
        else:
            mean, sigma = window(counts, points, settings, gap=GAPS[settings.method])
            upper = mean + z * sigma
    said.upperbound[:], said.expected[:] = upper, mean
    said.alarm[:] = np.where(
        np.isnan(upper) | np.isnan(said.observed), np.nan, said.observed > upper
    )
    return said


def window(counts: Floats, points: Ints, settings: EarsC, *, gap: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation (at least minSigma) of the baseline that ends `gap` points before each."""
    back = np.arange(settings.baseline, 0, -1) + gap
    values = counts[points[:, None] - back]
    return values.mean(axis=1), np.maximum(values.std(axis=1, ddof=1), settings.minimum_sigma)


def excess(counts: Floats, points: Ints, settings: EarsC) -> Floats:
    """How far the C2 statistic lies above 1, or 0."""
    mean, sigma = window(counts, points, settings, gap=2)
    return np.maximum(0.0, (counts[points] - mean) / sigma - 1)
