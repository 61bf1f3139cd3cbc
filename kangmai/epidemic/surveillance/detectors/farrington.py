"""farrington: the 1996 algorithm, this week against the same weeks of earlier years.

Source: Farrington et al. 1996, J R Stat Soc A 159:547 (https://doi.org/10.2307/2983331). Results
equal R's `surveillance::farrington` 1.20.3: alpha is two-sided, the threshold of the weights is 1,
a trend needs p < 0.05, and with too few recent cases (limit54) the bound is 0.
"""

from collections import defaultdict

import numpy as np

from kangmai.epidemic.surveillance.control import control, number, one_of, setting, truth, whole
from kangmai.epidemic.surveillance.detectors.calendar import DAYS, period_of, windows_years_back
from kangmai.epidemic.surveillance.detectors.farrington_flexible import (
    EXPONENTS,
    enough_cases,
    log_population,
    pair,
    power_threshold,
)
from kangmai.epidemic.surveillance.detectors.quasipoisson import Design, Tables
from kangmai.epidemic.surveillance.detectors.seasonal_model import (
    CELLS_A_BATCH,
    Prediction,
    Rule,
    predict,
)
from kangmai.epidemic.surveillance.errors import HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "farrington"
SILENT = frozenset({"verbose", "plot"})
FITS = (
    "algo.farrington.fitGLM.fast",
    "algo.farrington.fitGLM",
    "algo.farrington.fitGLM.populationOffset",
)


@control
class Farrington:
    """Settings, with R's keys and defaults."""

    b: int = setting("b", whole(low=1), 5)
    w: int = setting("w", whole(low=0), 3)
    reweight: bool = setting("reweight", truth, True)
    alpha: float = setting("alpha", number(low=0, high=1, open_=True), 0.05)
    trend: bool = setting("trend", truth, True)
    limit54: tuple[float, int] = setting("limit54", pair, (5.0, 4))
    powertrans: str = setting("powertrans", one_of(*EXPONENTS), "2/3")
    fit: str = setting("fitFun", one_of(*FITS), FITS[0])


def default_first(series: CountSeries, settings: Farrington) -> int:
    """The first index with a whole baseline."""
    return series.frequency * settings.b + settings.w + 1


def detect(series: CountSeries, *, points: Ints, settings: Farrington) -> Detection:
    """Judge every unit at every point; a unit with a missing count in the baseline gets no statement."""
    said = Detection.empty(series, points)
    model = Prediction.blank(said.upperbound.size)
    rule = Rule(
        trend=settings.trend,
        reweight=settings.reweight,
        threshold=1.0,
        trend_p=0.05,
        years=settings.b,
        case_weights_in_error=False,
        must_converge=settings.fit != FITS[0],
        returns_to_trend=settings.fit == FITS[2],
    )
    offsets = log_population(series) if settings.fit == FITS[2] else None
    tables = Tables.of(series.counts.T.copy())
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, k in enumerate(points):
        groups[tuple(reference_points(series, int(k), settings) - k)].append(place)
    for relative, places in groups.items():
        back = np.array(relative)
        rows = (
            np.array(places)[:, None] * len(series.units) + np.arange(len(series.units))
        ).ravel()
        design = Design(np.zeros(len(back), dtype=np.int64), back.astype(float), 0.0)
        for part in np.array_split(rows, 1 + rows.size * len(back) // CELLS_A_BATCH):
            now, units = points[part // len(series.units)], part % len(series.units)
            columns = now[:, None] + back
            whole_ = ~np.isnan(series.counts[columns, units[:, None]]).any(axis=1)
            part, now, units, columns = part[whole_], now[whole_], units[whole_], columns[whole_]
            shift = None if offsets is None else offsets[columns, units[:, None]]
            ahead = None if offsets is None else offsets[now, units]
            model.put(
                part,
                predict(
                    design,
                    tables.take(units[:, None], columns),
                    rule,
                    offset=shift,
                    offset_now=ahead,
                ),
            )
    shape = said.upperbound.shape
    judge(
        said,
        series,
        settings,
        *(getattr(model, n).reshape(shape) for n in ("eta", "error", "phi", "slope")),
    )
    return said


def reference_points(series: CountSeries, k: int, settings: Farrington) -> Ints:
    """Positions of the reference weeks that exist. Raises HistoryTooShort where there are none."""
    if series.dates is None:
        steps = np.arange(-settings.w, settings.w + 1)
        years = np.arange(settings.b, 0, -1) * series.frequency
        found = (k - years[:, None] + steps).ravel()
        found = found[(found >= 0) & (found < series.length)]
    else:
        period = period_of(series.frequency, method=METHOD)
        days = series.dates.astype(DAYS)
        wanted = windows_years_back(days[k], settings.b, settings.w, period=period)
        places = np.minimum(np.searchsorted(days, wanted), series.length - 1)
        found = places[days[places] == wanted]
    if len(found) < 2:
        raise HistoryTooShort(index=k + 1, method=METHOD, what="fewer than 2 reference weeks exist")
    return found


def judge(
    said: Detection,
    series: CountSeries,
    settings: Farrington,
    eta: Floats,
    error: Floats,
    phi: Floats,
    slope: Floats,
) -> None:
    """Set thresholds and alarms; the bound is 0 where the recent cases are too few."""
    with np.errstate(all="ignore"):
        mean = np.exp(eta)
        upper = power_threshold(mean, error * mean, phi, settings.alpha / 2, settings.powertrans)
        enough = enough_cases(series, said.points, settings.limit54)
        score = np.where(enough, (said.observed - mean) / (upper - mean), 0.0)
    fitted = ~np.isnan(eta)
    said.upperbound[:] = np.where(fitted, np.where(enough, upper, 0.0), np.nan)
    said.expected[:], said.phi[:] = mean, phi
    said.trend[:] = np.where(fitted, ~np.isnan(slope), np.nan)
    said.alarm[:] = np.where(fitted & ~np.isnan(score), score > 1, np.nan)
