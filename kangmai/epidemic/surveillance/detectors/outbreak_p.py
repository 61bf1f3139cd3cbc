"""outbreakP: the likelihood of an onset (a mean that never falls) against a constant mean.

Source: Frisén, Andersson and Schiöler 2009, Stat Med 28:476. The
rising mean is the isotonic regression of everything up to now. Results equal R's
`surveillance::outbreakP` 1.20.3, whose statistic is a plain product that may overflow or vanish.
"""

import numpy as np

from kangmai.epidemic.surveillance.control import control, number, one_of, setting
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats, Ints

METHOD = "outbreakP"
SILENT: frozenset[str] = frozenset()
CHUNK = 64
Block = tuple[float, float]  # sum of counts, number of points


@control
class OutbreakP:
    """Settings, with R's keys; `ret` says whether the bound is the statistic or a number of cases."""

    k: float = setting("k", number(), 100.0)
    ret: str = setting("ret", one_of("value", "cases"), "value")
    maximum: float = setting("maxUpperboundCases", number(low=0), 1e5)


def default_first(series: CountSeries, settings: OutbreakP) -> int:
    """Any index will do."""
    return 1


def detect(series: CountSeries, *, points: Ints, settings: OutbreakP) -> Detection:
    """Judge every unit at every point; no statement after a missing count."""
    said = Detection.empty(series, points)
    with np.errstate(all="ignore"):
        for unit in range(len(series.units)):
            judge_unit(said, series.counts[: points[-1] + 1, unit], unit, settings)
    return said


def judge_unit(said: Detection, counts: Floats, unit: int, settings: OutbreakP) -> None:
    """Walk through one series, keeping the blocks of the isotonic regression."""
    wanted = {int(k): place for place, k in enumerate(said.points)}
    blocks: list[Block] = []
    mean = 0.0
    for i, x in enumerate(counts):
        if np.isnan(x):
            return
        before, before_mean = blocks, mean
        blocks = push(blocks, float(x))
        mean = mean + (x - mean) / (i + 1)
        if i not in wanted:
            continue
        statistic = product(blocks, mean, counts[: i + 1])
        place = wanted[i]
        alarm = statistic > settings.k
        said.alarm[place, unit] = alarm
        said.upperbound[place, unit] = statistic
        if settings.ret == "cases":
            said.upperbound[place, unit] = cases_needed(
                before, before_mean, counts[: i + 1], statistic, bool(alarm), settings
            )


def push(blocks: list[Block], x: float) -> list[Block]:
    """Add a count and pool blocks whose mean does not exceed the one before."""
    blocks = [*blocks]
    total, size = x, 1.0
    while blocks and total / size <= blocks[-1][0] / blocks[-1][1]:
        total, size = total + blocks[-1][0], size + blocks[-1][1]
        blocks.pop()
    blocks.append((total, size))
    return blocks


def product(blocks: list[Block], mean: float, counts: Floats) -> float:
    """The product of (rising mean / mean) ^ count in order of time."""
    rising = np.repeat([t / n for t, n in blocks], [int(n) for _, n in blocks])
    ratio = np.ones_like(rising) if mean == 0 else rising / mean
    return float(np.multiply.accumulate(ratio**counts)[-1])


def cases_needed(
    before: list[Block],
    mean: float,
    counts: Floats,
    statistic: float,
    alarm: bool,
    settings: OutbreakP,
) -> float:
    """The count at which the alarm starts: up from the observed one without alarm, down with one."""
    if len(counts) <= 1:
        return float("nan") if settings.k >= 1 else 0.0
    if np.isnan(statistic):
        return float("nan")
    step = -1 if alarm else 1
    value, trial = float(counts[-1]), counts.copy()
    while (value > 0) if alarm else (value < settings.maximum):
        value += step
        trial[-1] = value
        now = product(push(before, value), mean + (value - mean) / len(counts), trial)
        if np.isnan(now):
            return float("nan")
        if (now > settings.k) != alarm:
            return value + 1 if alarm else value
    return float("nan")
