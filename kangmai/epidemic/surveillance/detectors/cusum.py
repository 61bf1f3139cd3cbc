"""cusum: the Poisson cumulated sum of standardised counts.

Source: Rossi, Lampugnani and Marchi 1999, Stat Med 18:2111
(https://doi.org/10.1002/(SICI)1097-0258(19990830)18:16%3C2111::AID-SIM171%3E3.0.CO;2-Q). Results
equal R's `surveillance::cusum` 1.20.3, whose reference value m is the mean (or a seasonal Poisson
regression) of everything before the first point evaluated.
"""

import numpy as np
from scipy.special import hyp2f1

from kangmai.epidemic.surveillance.control import control, number, one_of, setting
from kangmai.epidemic.surveillance.detectors.harmonic import harmonic_mean
from kangmai.epidemic.surveillance.errors import ControlMalformed, HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "cusum"
SILENT: frozenset[str] = frozenset()
TRANSFORMATIONS = (
    "standard", "rossi", "anscombe", "anscombe2nd", "pearsonNegBin", "anscombeNegBin", "none",
)  # fmt: skip


def reference(value: object) -> str | tuple[float, ...]:
    """Read m: "glm", a number, or a number for each point."""
    if value == "glm":
        return "glm"
    values = value if isinstance(value, list) else [value]
    return tuple(number(low=0)(v) for v in values)


@control
class Cusum:
    """Settings, with R's keys and defaults; `alpha` is the negative binomial dispersion."""

    k: float = setting("k", number(), 1.04)
    h: float = setting("h", number(), 2.26)
    m: str | tuple[float, ...] | None = setting("m", reference, None)
    transformation: str = setting("trans", one_of(*TRANSFORMATIONS), "standard")
    alpha: float = setting("alpha", number(low=0), 0.1)


def default_first(series: CountSeries, settings: Cusum) -> int:
    """After one year."""
    return series.frequency + 1


def detect(series: CountSeries, *, points: Ints, settings: Cusum) -> Detection:
    """Judge every unit at every point; no statement where the counts before are all zero or missing."""
    said = Detection.empty(series, points)
    m = reference_mean(series, points, settings)
    h, k = settings.h, settings.k
    with np.errstate(all="ignore"):
        standard = standardise(said.observed, m, settings)
        before = np.zeros_like(standard)
        total = np.zeros(standard.shape[1])
        after = np.zeros_like(standard)
        for t in range(len(points)):
            before[t] = total
            total = np.maximum(0, total + (standard[t] - k))
            after[t] = total
        upper = bound(m, h + k - before, h - after, before, settings)
    upper = np.nan_to_num(upper, nan=0.0, posinf=np.inf)
    said.upperbound[:] = np.maximum(upper, 0)
    said.expected[:] = m
    said.alarm[:] = np.where(np.isnan(after), np.nan, after >= h)
    return said


def reference_mean(series: CountSeries, points: Ints, settings: Cusum) -> Floats:
    """m for every point and unit. Raises HistoryTooShort, ControlMalformed."""
    shape = (len(points), len(series.units))
    if isinstance(settings.m, tuple):
        if len(settings.m) not in (1, len(points)):
            raise ControlMalformed(
                method=METHOD, what=f"m has {len(settings.m)} values for {len(points)} points"
            )
        return np.broadcast_to(np.array(settings.m)[:, None], shape).copy()
    if points[0] < 1:
        raise HistoryTooShort(index=1, method=METHOD, what="counts before the first point")
    if settings.m == "glm":
        return harmonic_mean(series, points=points, harmonics=1, trend=False)
    return np.broadcast_to(series.counts[: points[0]].mean(axis=0), shape).copy()


def standardise(x: Floats, m: Floats, settings: Cusum) -> Floats:
    """Counts made roughly standard normal about m."""
    match settings.transformation:
        case "rossi":
            return (x - 3 * m + 2 * np.sqrt(x * m)) / (2 * np.sqrt(m))
        case "standard":
            return (x - m) / np.sqrt(m)
        case "anscombe":
            return 3 / 2 * (x ** (2 / 3) - m ** (2 / 3)) / m ** (1 / 6)
        case "anscombe2nd":
            return (x ** (2 / 3) - (m ** (2 / 3) - m ** (-1 / 3) / 9)) / (2 / 3 * m ** (1 / 6))
        case "pearsonNegBin":
            return np.asarray((x - m) / np.sqrt(m + settings.alpha * m**2))
        case "anscombeNegBin":
            # with m by regression R compares every m with the first count; kept for equality
            x = np.broadcast_to(x[:1], x.shape) if settings.m == "glm" else x
            return anscombe_negative_binomial(x, m, settings.alpha)
        case _:
            return x


def anscombe_negative_binomial(x: Floats, m: Floats, alpha: float) -> Floats:
    """Anscombe residuals of the negative binomial (Hilbe 2007, 5.1)."""
    upper = 3 / 2 * x ** (2 / 3) * tabulated(-alpha * x) - 3 / 2 * m ** (2 / 3) * tabulated(
        -alpha * m
    )
    return np.asarray(upper / (m + alpha * m**2) ** (1 / 6))


def tabulated(x: Floats) -> Floats:
    """2F1(2/3, 1/3; 5/3; x) as R has it in a table: steps of 0.01 to -10, then of 1 to -100, joined by lines."""
    near = hyp2f1(2 / 3, 1 / 3, 5 / 3, np.round(x, 2))
    low = np.floor(x)
    below, above = (hyp2f1(2 / 3, 1 / 3, 5 / 3, p) for p in (low, low + 1))
    far = np.where(low >= -100, below + (above - below) * (x - low), np.nan)
    return np.where(x >= -10, near, far)


def bound(m: Floats, room: Floats, left: Floats, before: Floats, settings: Cusum) -> Floats:
    """The count that brings the sum to h, as R gives it for each transformation."""
    h, k, alpha = settings.h, settings.k, settings.alpha
    match settings.transformation:
        case "rossi":
            root = np.sqrt(m)
            inner = 4 * m**2 + 2 * m**1.5 * h + 2 * m**1.5 * k - 2 * m**1.5 * before
            return 2 * h * root + 2 * k * root - 2 * before * root + 5 * m - 2 * np.sqrt(inner)
        case "standard":
            return np.ceil(np.sqrt(m) * room + m)
        case "anscombe":
            base = 2 / 3 * m ** (1 / 6) * room + m ** (2 / 3)
        case "anscombe2nd":
            base = 2 / 3 * m ** (1 / 6) * room + (m ** (2 / 3) - m ** (1 / 3) / 9)
        case "pearsonNegBin":
            return np.asarray(np.sqrt(m + alpha * m**2) * room + m)
        case _:
            return left
    return np.where(base < 0, 0.0, np.maximum(base, 0) ** 1.5)
