"""farringtonFlexible: the improved Farrington algorithm, every week against levels of the season and a trend.

Source: Noufaily et al. 2013, Stat Med 32:1206 (https://doi.org/10.1002/sim.5595); Salmon, Schumacher
and Höhle 2016, J Stat Softw 70(10) (https://doi.org/10.18637/jss.v070.i10), 3.1. Results equal R's
`surveillance::farringtonFlexible` 1.20.3: see docs/algorithms/detection-farrington.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import ndtri

from kangmai.epidemic.surveillance.control import control, number, one_of, setting, truth, whole
from kangmai.epidemic.surveillance.detectors.calendar import (
    DAYS,
    period_of,
    same_weekday_years_back,
)
from kangmai.epidemic.surveillance.detectors.quantiles import negative_binomial_quantile
from kangmai.epidemic.surveillance.detectors.quasipoisson import Design, Tables
from kangmai.epidemic.surveillance.detectors.seasonal_model import (
    CELLS_A_BATCH,
    Prediction,
    Rule,
    predict,
)
from kangmai.epidemic.surveillance.errors import HistoryTooShort, ModelImpossible
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "farringtonFlexible"
SILENT = frozenset({"verbose", "glmWarnings", "fitFun"})
EXPONENTS = {"2/3": 2 / 3, "1/2": 1 / 2, "none": 1.0}


def pair(value: object) -> tuple[float, int]:
    """Read limit54: at least so many cases in so many latest points."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("must be two numbers: cases, periods")
    return number(low=0)(value[0]), whole(low=1)(value[1])


@control
class FarringtonFlexible:
    """Settings; names in comments are Noufaily's."""

    b: int = setting("b", whole(low=1), 5)  # years of baseline
    w: int = setting("w", whole(low=0), 3)  # half width of the reference windows
    reweight: bool = setting("reweight", truth, True)
    weights_threshold: float = setting("weightsThreshold", number(), 2.58)
    alpha: float = setting("alpha", number(low=0, high=1, open_=True), 0.05)
    trend: bool = setting("trend", truth, True)
    trend_p: float = setting("pThresholdTrend", number(), 0.05)
    limit54: tuple[float, int] = setting("limit54", pair, (5.0, 4))
    powertrans: str = setting("powertrans", one_of(*EXPONENTS), "2/3")
    population_offset: bool = setting("populationOffset", truth, False)
    periods: int = setting("noPeriods", whole(low=1), 1)
    past_weeks: int | None = setting("pastWeeksNotIncluded", whole(low=0), None)
    threshold_method: str = setting("thresholdMethod", one_of("delta", "nbPlugin", "muan"), "delta")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The points a prediction rests on: positions, their levels, their times and the time now."""

    positions: Ints
    levels: Ints
    times: Floats
    time_now: float


def default_first(series: CountSeries, settings: FarringtonFlexible) -> int:
    """The first index R would evaluate when no range is given."""
    return series.frequency * settings.b + settings.w + 1


def detect(series: CountSeries, *, points: Ints, settings: FarringtonFlexible) -> Detection:
    """Judge every unit at every point. Raises HistoryTooShort or ModelImpossible where R stops."""
    said = Detection.empty(series, points)
    prediction = Prediction.blank(said.upperbound.size)
    rule = Rule(
        trend=settings.trend,
        reweight=settings.reweight,
        threshold=settings.weights_threshold,
        trend_p=settings.trend_p,
        years=settings.b,
        case_weights_in_error=True,
        must_converge=True,
    )
    baselines = [baseline_at(series, int(k), settings) for k in points]
    offsets = log_population(series) if settings.population_offset else None
    tables = Tables.of(series.counts.T.copy())
    for design, rows, units, columns, now in batches(series, points, baselines):
        prediction.put(
            rows,
            predict(
                design,
                tables.take(units[:, None], columns),
                rule,
                offset=None if offsets is None else offsets[columns, units[:, None]],
                offset_now=None if offsets is None else offsets[now, units],
            ),
        )
    shape = said.upperbound.shape
    judge(
        said,
        series,
        settings,
        Prediction(
            *(getattr(prediction, n).reshape(shape) for n in prediction.__dataclass_fields__)
        ),
    )
    return said


def log_population(series: CountSeries) -> Floats:
    """Logarithms of the populations; without any, every unit has the same."""
    if series.population is None:
        return np.full(series.counts.shape, -np.log(len(series.units)))
    return np.asarray(np.log(series.population))


def batches(
    series: CountSeries, points: Ints, baselines: list[Baseline]
) -> Iterator[tuple[Design, Ints, Ints, Ints, Ints]]:
    """Group evaluations that share a design: design, row numbers, units, positions of counts, positions now.

    Two points share a design if their baselines are equal relative to them and the same counts are missing.
    """
    groups: dict[tuple[bytes, bytes, bytes], list[tuple[int, int]]] = {}
    shapes: dict[tuple[bytes, bytes, bytes], tuple[Ints, Ints, Floats]] = {}
    missing = np.isnan(series.counts)
    any_missing = bool(missing.any())
    for place, (k, base) in enumerate(zip(points, baselines, strict=True)):
        gaps = missing[base.positions].T if any_missing else None
        whole_rows = np.ones(len(series.units), dtype=bool)
        clean = whole_rows if gaps is None else np.asarray(~gaps.any(axis=1))
        for pattern in patterns(gaps, clean):
            here = pattern.units
            kept = (
                np.ones(len(base.positions), dtype=bool) if pattern.gaps is None else ~pattern.gaps
            )
            if not kept.any():
                continue
            relative = base.positions[kept] - k
            # with dates, R counts time from the first point of the baseline but "now" from the first
            # counted one
            shift = base.times[kept][0] - base.times[0] if series.dates is not None else 0.0
            times = base.times[kept] - (base.time_now - shift)
            levels = np.unique(base.levels[kept], return_inverse=True)[1]
            if base.levels[kept].max() != base.levels.max():
                raise ModelImpossible(index=int(k) + 1, what="the reference windows have no counts")
            key = (relative.tobytes(), levels.tobytes(), times.tobytes())
            shapes[key] = (relative, levels, times)
            groups.setdefault(key, []).extend((place, int(unit)) for unit in here)
    for key, members in groups.items():
        relative, levels, times = shapes[key]
        design = Design(levels, times, 0.0)
        size = max(1, CELLS_A_BATCH // len(relative))
        for start in range(0, len(members), size):
            places, units = np.array(members[start : start + size]).T
            now = points[places]
            yield design, places * len(series.units) + units, units, now[:, None] + relative, now


@dataclass(frozen=True, slots=True)
class Pattern:
    """Units with the same missing points of a baseline (`gaps` None: nothing is missing)."""

    units: Ints
    gaps: np.ndarray | None


def patterns(gaps: np.ndarray | None, clean: np.ndarray) -> list[Pattern]:
    """Units sorted by which of their counts are missing."""
    found = [Pattern(np.flatnonzero(clean), None)] if clean.any() else []
    if gaps is not None and not clean.all():
        rows, inverse = np.unique(gaps[~clean], axis=0, return_inverse=True)
        dirty = np.flatnonzero(~clean)
        found += [Pattern(dirty[inverse.ravel() == i], row) for i, row in enumerate(rows)]
    return found


def baseline_at(series: CountSeries, k: int, settings: FarringtonFlexible) -> Baseline:
    """The baseline of position `k`: levels of the season, less the latest points."""
    years, width = settings.b, settings.w
    references = reference_positions(series, k, years)
    # one-based marks as in the papers; 0 means "belongs to no level"
    marks = np.zeros(series.length + width + 2, dtype=np.int64)
    put(marks, k + 1 - width, k + 1, settings.periods, k)
    for later, reference in pairwise(references):
        put(marks, reference + 1 - width, reference + 1 + width, settings.periods, k)
        if settings.periods != 1:
            put_periods(marks, reference + 1, later + 1, settings, k)
    past = width if settings.past_weeks is None else settings.past_weeks
    put(marks, k + 1 - past, k + 1, 0, k)
    positions = np.flatnonzero(marks[1 : series.length + 1])
    if not len(positions):
        raise ModelImpossible(index=k + 1, what="no baseline is left")
    levels = marks[positions + 1]
    if levels.max() != settings.periods:
        raise ModelImpossible(index=k + 1, what="every reference window is excluded")
    if series.dates is None:
        return Baseline(positions, levels, positions.astype(float), float(k))
    days = series.dates.astype(DAYS).astype(np.int64)
    unit = days[1] - days[0]
    times = (days[positions] - days[positions[0]]) / unit
    return Baseline(positions, levels, times, (days[k] - days[positions[0]]) / unit)


def reference_positions(series: CountSeries, k: int, years: int) -> list[int]:
    """Positions of now and of the same time in 1..`years` earlier years."""
    if series.dates is None:
        found = [k - series.frequency * i for i in range(years + 1)]
        if found[-1] < 0:
            raise HistoryTooShort(
                index=k + 1, method=METHOD, what=f"{years} years of {series.frequency} points"
            )
        return found
    period = period_of(series.frequency, method=METHOD)
    days = series.dates.astype(DAYS)
    wanted = same_weekday_years_back(days[k], years, period=period)
    places = np.searchsorted(days, wanted)
    for day, place in zip(wanted, places, strict=True):
        if place >= len(days) or days[place] != day:
            raise HistoryTooShort(
                index=k + 1, method=METHOD, what=f"the reference day {day} is not in the series"
            )
    return [int(p) for p in places]


def put(marks: Ints, first: int, latest: int, level: int, k: int) -> None:
    """Mark the one-based points first..latest (downwards if latest is smaller, as R counts)."""
    low, high = min(first, latest), max(first, latest)
    if low < 0:
        raise HistoryTooShort(
            index=k + 1, method=METHOD, what="a reference window begins before the series"
        )
    marks[max(low, 1) : high + 1] = level


def put_periods(
    marks: Ints, reference: int, later: int, settings: FarringtonFlexible, k: int
) -> None:
    """Cut the points between two reference windows into periods, the remainder going to the first ones."""
    between = later - 2 * settings.w - 1 - reference
    parts = settings.periods - 1
    if between < settings.periods - (2 * settings.w + 1):
        raise ModelImpossible(
            index=k + 1, what=f"noPeriods = {settings.periods} is more than the year has points"
        )
    length, rest = divmod(between, parts)
    start = reference + settings.w + 1
    for level in range(1, settings.periods):
        size = length + (level <= rest)
        put(marks, start, start + size - 1, level, k)
        start += size


def judge(
    said: Detection, series: CountSeries, settings: FarringtonFlexible, model: Prediction
) -> None:
    """Set thresholds, expected counts and alarms from the predictions."""
    with np.errstate(all="ignore"):
        mean = np.exp(model.eta)
        if settings.threshold_method == "delta":
            error = model.error * mean
            upper = power_threshold(mean, error, model.phi, settings.alpha, settings.powertrans)
            base, mu0 = mean, np.exp(mean + ndtri(1 - settings.alpha) * error)
        else:
            base, mu0 = model.eta, mean
            if settings.threshold_method == "muan":
                mu0 = np.exp(model.eta + ndtri(1 - settings.alpha) * model.error)
            upper = negative_binomial_quantile(1 - settings.alpha, mean=mu0, dispersion=model.phi)
        enough = enough_cases(series, said.points, settings.limit54)
        # R compares on the scale of the prediction, which for nbPlugin and muan is the logarithm
        score = np.where(enough, (said.observed - base) / (upper - base), np.nan)
    fitted = ~np.isnan(model.eta)
    said.upperbound[:] = np.where(enough, upper, np.nan)
    said.expected[:] = np.where(enough & ~np.isnan(upper), mean, np.nan)
    said.mu0[:] = mu0
    said.phi[:] = model.phi
    said.trend[:] = np.where(fitted, ~np.isnan(model.slope), np.nan)
    said.alarm[:] = np.where(fitted, (score > 1) & (said.observed != 0), np.nan)


def power_threshold(
    mean: Floats, error: Floats, phi: Floats, alpha: float, powertrans: str
) -> Floats:
    """The upper bound of a normal interval on the transformed scale (two-thirds power by default)."""
    exponent = EXPONENTS[powertrans]
    tau = phi + error**2 / mean
    spread = {"none": mean * tau, "1/2": tau / 4, "2/3": 4 / 9 * mean ** (1 / 3) * tau}[powertrans]
    centre, reach = mean**exponent, ndtri(1 - alpha) * np.sqrt(spread)
    ends = [(centre - reach) ** (1 / exponent), (centre + reach) ** (1 / exponent)]
    return np.asarray(np.fmax(*ends))


def enough_cases(series: CountSeries, points: Ints, limit54: tuple[float, int]) -> np.ndarray:
    """Whether the latest points hold enough cases to be worth an alarm; never where one is missing."""
    cases, latest = limit54
    if points[0] - latest + 1 < -1:
        raise HistoryTooShort(
            index=int(points[0]) + 1, method=METHOD, what=f"limit54 looks {latest} points back"
        )
    total = np.zeros((series.length + 1, len(series.units)))
    np.cumsum(np.nan_to_num(series.counts), axis=0, out=total[1:])
    gaps = np.zeros_like(total)
    np.cumsum(np.isnan(series.counts), axis=0, out=gaps[1:])
    low = np.maximum(points - latest + 1, 0)
    whole_window = gaps[points + 1] == gaps[low]
    return whole_window & (total[points + 1] - total[low] >= cases)
