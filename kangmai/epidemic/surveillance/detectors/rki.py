"""rki: this week against the upper confidence limit of the mean of the reference weeks.

Up to a mean of 20 the limit is the 95 % limit of a Poisson mean, for the mean rounded down; above,
mean + 2 standard deviations. Source: Altmann 2003, The Surveillance Algorithms of the Robert Koch
Institute; limits: Crow and Gardner 1959, Biometrika 46:441 (https://doi.org/10.1093/biomet/46.3-4.441).
Results equal R's `surveillance::rki` 1.20.3.
"""

import numpy as np

from kangmai.epidemic.surveillance.control import control, setting, truth, whole
from kangmai.epidemic.surveillance.detectors.reference_values import reference_values
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Ints

METHOD = "rki"
SILENT: frozenset[str] = frozenset()
LARGEST_TABULATED = 20
UPPER_LIMITS = np.array([
    3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633,
    19.050, 20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017,
])  # fmt: skip


@control
class Rki:
    """Settings, with R's keys and defaults."""

    b: int = setting("b", whole(), 2)
    w: int = setting("w", whole(), 4)
    this_year: bool = setting("actY", truth, False)


def default_first(series: CountSeries, settings: Rki) -> int:
    """The first index with all reference weeks."""
    return series.frequency * settings.b + settings.w + 1


def detect(series: CountSeries, *, points: Ints, settings: Rki) -> Detection:
    """Judge every unit at every point; no statement where a reference week is missing."""
    said = Detection.empty(series, points)
    values = reference_values(
        series, points, b=settings.b, w=settings.w, this_year=settings.this_year, method=METHOD
    )
    if not values.shape[1]:
        return said
    mean = values.mean(axis=1)
    with np.errstate(all="ignore"):
        wide = (
            mean + 2 * np.sqrt(values.var(axis=1, ddof=1))
            if values.shape[1] > 1
            else np.full_like(mean, np.nan)
        )
    small = np.clip(np.floor(np.nan_to_num(mean)), 0, LARGEST_TABULATED).astype(int)
    upper = np.where(mean > LARGEST_TABULATED, wide, UPPER_LIMITS[small])
    said.upperbound[:] = np.where(np.isnan(mean), np.nan, upper)
    said.expected[:] = mean
    unknown = np.isnan(said.upperbound) | np.isnan(said.observed)
    said.alarm[:] = np.where(unknown, np.nan, said.observed > said.upperbound)
    return said
