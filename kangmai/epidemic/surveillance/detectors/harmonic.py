"""Seasonal reference means: a Poisson regression on sine and cosine, fitted to what lies before."""

import numpy as np

from kangmai.epidemic.surveillance.detectors.glm import SMALLEST, fit_log_linear
from kangmai.epidemic.surveillance.errors import HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Floats, Ints


def harmonic_mean(
    series: CountSeries, *, points: Ints, harmonics: int, trend: bool, unit: int | None = None
) -> Floats:
    """Predicted means (points, units) from the counts before the first point; missing ones are left out."""
    units = range(len(series.units)) if unit is None else [unit]
    time = np.arange(1, series.length + 1)
    columns = [np.ones(series.length)]
    if trend:
        columns.append(time.astype(float))
    for s in range(1, harmonics + 1):
        angle = 2 * s * np.pi / series.frequency * time
        columns += [np.cos(angle), np.sin(angle)]
    design = np.column_stack(columns)
    means = np.full((len(points), len(units)), np.nan)
    for place, u in enumerate(units):
        known = np.flatnonzero(~np.isnan(series.counts[: points[0], u]))
        if not len(known):
            raise HistoryTooShort(
                index=int(points[0]) + 1, method="seasonal mean", what="counts before"
            )
        fit = fit_log_linear(design=design[known], counts=series.counts[known, u])
        if fit is not None:
            means[:, place] = np.maximum(
                np.exp(design[points] @ np.nan_to_num(fit.coefficients)), SMALLEST
            )
    return means
