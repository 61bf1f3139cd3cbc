"""glrpois: the generalized likelihood ratio detector for a seasonal Poisson mean.

Source: Höhle and Paul 2008, Comput Stat Data Anal 52:4357 (https://doi.org/10.1016/j.csda.2008.02.015);
epidemic change: Held, Höhle and Hofmann 2005, Stat Model 5:187. After an alarm the statistic starts
anew. Results equal R's `surveillance::glrpois` 1.20.3.
"""

import numpy as np

from kangmai.epidemic.surveillance.control import control, number, one_of, setting, truth, whole
from kangmai.epidemic.surveillance.detectors.epidemic_ratio import epidemic_ratios
from kangmai.epidemic.surveillance.detectors.harmonic import harmonic_mean
from kangmai.epidemic.surveillance.errors import ControlMalformed
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "glrpois"
SILENT = frozenset({"S", "beta", "xMax"})  # R's own wrapper names S and beta and then ignores them
LOWEST = -1e99
MOST_CASES = 100_000
FIRST_BLOCK, LARGEST_BLOCK = 8, 128


def in_control(value: object) -> tuple[float, ...] | dict[str, object]:
    """Read mu0: a mean for each point, or the model {S, trend, refit} that predicts it."""
    if isinstance(value, dict):
        checks = {"S": whole(), "trend": truth, "refit": truth}
        if unknown := set(value) - set(checks):
            raise ValueError(f"unknown key {', '.join(sorted(unknown))} in mu0")
        return {k: checks[k](v) for k, v in value.items() if v is not None}
    values = value if isinstance(value, list) else [value]
    return tuple(number(low=0)(v) for v in values)


@control
class GlrPois:
    """Settings, with R's keys and defaults."""

    threshold: float = setting("c.ARL", number(), 5.0)
    mu0: tuple[float, ...] | dict[str, object] | None = setting("mu0", in_control, None)
    least: int = setting("Mtilde", whole(low=1), 1)
    window: int = setting("M", whole(low=-1), -1)
    change: str = setting("change", one_of("intercept", "epi"), "intercept")
    theta: float | None = setting("theta", number(), None)
    direction: str = setting("dir", one_of("inc", "dec"), "inc")
    ret: str = setting("ret", one_of("value", "cases"), "value")
    alpha: float = setting("alpha", number(low=0, high=0), 0.0)


def default_first(series: CountSeries, settings: GlrPois) -> int:
    """After one year."""
    return series.frequency + 1


def detect(series: CountSeries, *, points: Ints, settings: GlrPois) -> Detection:
    """Judge every unit; the bound is the statistic (or the cases that would reach the threshold)."""
    if settings.change == "epi" and settings.ret == "cases":
        raise ControlMalformed(method=METHOD, what="ret = cases exists only for change = intercept")
    if settings.theta == 1:
        raise ControlMalformed(method=METHOD, what="theta must not be 1")
    said = Detection.empty(series, points)
    if isinstance(settings.mu0, tuple):
        if len(settings.mu0) not in (1, len(points)):
            raise ControlMalformed(
                method=METHOD, what=f"mu0 has {len(settings.mu0)} values for {len(points)} points"
            )
        mu0 = np.broadcast_to(np.array(settings.mu0)[:, None], said.expected.shape).copy()
    else:
        mu0 = predicted(series, points, settings, None)
    said.expected[:] = mu0
    with np.errstate(all="ignore"):
        if is_plain(settings):
            judge_together(said, settings)
        else:
            for unit in range(len(series.units)):
                judge_unit(said, series, unit, settings)
    return said


def is_plain(settings: GlrPois) -> bool:
    """Whether all units can be judged in step: an unknown change of the level, means that are not fitted anew."""
    refit = isinstance(settings.mu0, dict) and bool(settings.mu0.get("refit", False))
    return (settings.change, settings.theta, settings.ret, refit) == (
        "intercept",
        None,
        "value",
        False,
    )


def judge_together(said: Detection, settings: GlrPois) -> None:
    """Go through the points once: for all units the sums from every time of change since their last alarm."""
    known = np.flatnonzero(
        ~np.isnan(said.observed).any(axis=0) & ~np.isnan(said.expected).any(axis=0)
    )
    x, mu = np.trunc(said.observed[:, known]), said.expected[:, known]
    length, units = x.shape
    cases, means = np.zeros((length, units)), np.zeros((length, units))
    values, alarms = np.zeros((length, units)), np.zeros((length, units))
    starts = np.zeros(units, dtype=int)
    changes = np.arange(length)[:, None]
    direction = 1 if settings.direction == "inc" else -1
    has_window = settings.window > 0
    first = settings.least if has_window else settings.least - 1
    for n in range(length):
        cases[: n + 1] += x[n]
        means[: n + 1] += mu[n]
        low = max(int(starts.min()), n - settings.window if has_window else 0)
        high = n - settings.least + 1 if has_window else n + 1
        if high <= low:
            continue
        ratios = level_ratios(cases[low:high], means[low:high], direction)
        allowed = (changes[low:high] >= starts) & (ratios > LOWEST)
        best = np.where(allowed, ratios, LOWEST).max(axis=0)
        reached = (n - starts >= first) & (best >= settings.threshold)
        values[n] = np.where(n - starts >= first, best, 0.0)
        alarms[n] = reached
        starts[reached] = n + 1
    said.upperbound[:, known] = np.where(np.isnan(values) | (values < 0), 0.0, values)
    said.alarm[:, known] = alarms


def level_ratios(cases: Floats, means: Floats, direction: int) -> Floats:
    """Log-likelihood ratios of the best changed level against none."""
    shift = direction * np.fmax(0, direction * np.log(cases / means))
    return np.asarray(shift * cases + (1 - np.exp(shift)) * means)


def predicted(series: CountSeries, points: Ints, settings: GlrPois, unit: int | None) -> Floats:
    """In-control means by regression on what lies before."""
    model = settings.mu0 if isinstance(settings.mu0, dict) else {}
    harmonics, trend = model.get("S", 1), model.get("trend", False)
    return harmonic_mean(
        series, points=points, harmonics=int(str(harmonics)), trend=bool(trend), unit=unit
    )


def judge_unit(said: Detection, series: CountSeries, unit: int, settings: GlrPois) -> None:
    """Run from alarm to alarm through one series."""
    x = np.trunc(said.observed[:, unit])
    if np.isnan(x).any() or np.isnan(said.expected[:, unit]).any():
        return
    refit = isinstance(settings.mu0, dict) and bool(settings.mu0.get("refit", False))
    values, alarms = np.zeros(len(x)), np.zeros(len(x))
    start, before = 0, 0.0
    while start < len(x):
        mu = said.expected[start:, unit]
        part, stopped = run(x[start:], mu, before, settings)
        values[start : start + len(part)] = part
        if stopped is None:
            break
        alarms[start + stopped] = 1
        before, start = x[start + stopped], start + stopped + 1
        if refit and start < len(x):
            said.expected[start:, unit] = predicted(series, said.points[start:], settings, unit)[
                :, 0
            ]
    values = np.where(np.isnan(values) | (values < 0), 0.0, values)
    said.upperbound[:, unit], said.alarm[:, unit] = values, alarms


def run(x: Floats, mu: Floats, before: float, settings: GlrPois) -> tuple[Floats, int | None]:
    """The statistic (or cases) up to the first alarm, and where that is."""
    if settings.change == "epi":
        return epidemic_ratios(x, mu, before, settings.threshold, settings.least, settings.window)
    if settings.theta is not None:
        return known_change(x, mu, settings)
    direction = 1 if settings.direction == "inc" else -1
    first = settings.least if settings.window > 0 else settings.least - 1
    values = np.zeros(len(x))
    low, size = first, FIRST_BLOCK
    while low < len(x):
        ends = np.arange(low, min(low + size, len(x)))
        low, size = low + size, min(2 * size, LARGEST_BLOCK)
        ratios = best_ratios(x, mu, ends, direction, settings)
        reached = np.flatnonzero(ratios >= settings.threshold)
        stop = int(reached[0]) if len(reached) else len(ends) - 1
        values[ends[: stop + 1]] = ratios[: stop + 1]
        if settings.ret == "cases":
            for n in ends[: stop + 1]:
                values[n] = cases_needed(x[: n + 1], mu[: n + 1], direction, settings)
        if len(reached):
            return values[: ends[stop] + 1], int(ends[stop])
    return values, None


def best_ratios(x: Floats, mu: Floats, ends: Ints, direction: int, settings: GlrPois) -> Floats:
    """For every end the largest log-likelihood ratio over all times of change allowed."""
    starts = np.arange(ends[-1] + 1)
    sums = [np.concatenate([[0.0], np.cumsum(v)]) for v in (x, mu)]
    cases, means = (s[ends + 1][:, None] - s[starts][None, :] for s in sums)
    latest = ends - settings.least if settings.window > 0 else ends
    allowed = starts <= latest[:, None]
    if settings.window > 0:
        allowed &= starts >= (ends - settings.window)[:, None]
    ratios = level_ratios(cases, means, direction)
    return np.asarray(np.where(allowed & (ratios > LOWEST), ratios, LOWEST).max(axis=1))


def cases_needed(x: Floats, mu: Floats, direction: int, settings: GlrPois) -> float:
    """The smallest latest count, tried from zero, at which the statistic reaches the threshold."""
    trial, value = x.copy(), -1.0
    latest = np.array([len(x) - 1])
    ratio = settings.threshold - direction
    while direction * ratio < settings.threshold * direction:
        if value >= MOST_CASES:
            return float("inf")
        value += 1
        trial[-1] = value
        ratio = float(best_ratios(trial, mu, latest, direction, settings)[0])
    return value


def known_change(x: Floats, mu: Floats, settings: GlrPois) -> tuple[Floats, int | None]:
    """The likelihood ratio sum for a change of log mean by theta."""
    theta = settings.theta
    assert theta is not None
    total, values = 0.0, np.zeros(len(x))
    for n in range(len(x)):
        needed = (settings.threshold - total + mu[n] * (np.exp(theta) - 1)) / theta
        total = max(0.0, total + theta * x[n] + (1 - np.exp(theta)) * mu[n])
        values[n] = needed if settings.ret == "cases" else total
        if total > settings.threshold:
            return values[: n + 1], n
    return values, None
