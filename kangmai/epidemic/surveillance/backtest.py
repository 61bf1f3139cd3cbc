"""Back-test: a method replayed over the past, judged against known outbreaks.

Measures as in Bédubourg and Le Strat 2017, PLoS One 12:e0181227
(https://doi.org/10.1371/journal.pone.0181227): false positive rate and sensitivity by week, probability
of detection (POD) by outbreak, from its first to its latest week.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.epidemic.surveillance.methods import Method
from kangmai.epidemic.surveillance.series import CountSeries, Detection, Floats
from kangmai.epidemic.surveillance.simulation import Outbreak

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Replay:
    """What was said, and figures by unit with a total at the end."""

    said: Detection
    rows: list[tuple[str, Figures]]


def replay(
    method: Method,
    series: CountSeries,
    *,
    first: int,
    latest: int,
    outbreaks: list[Outbreak] | None,
) -> Replay:
    """Run the method over a one-based range and count alarms; with outbreaks, how well it did."""
    said = method.detect(series, first=first, latest=latest)
    every = list(range(len(series.units)))
    rows = [(series.units[u], figures(said, [u], outbreaks)) for u in every]
    return Replay(said, [*rows, ("total", figures(said, every, outbreaks))])


def figures(said: Detection, units: list[int], outbreaks: list[Outbreak] | None) -> Figures:
    """Alarms and silence of some units; NaN where a rate has no denominator."""
    alarm = said.alarm[:, units]
    counted: Figures = {
        "evaluations": float(alarm.size),
        "alarms": float(np.nansum(alarm)),
        "without_statement": float(np.isnan(alarm).sum()),
    }
    if outbreaks is None:
        return counted
    here = [o for o in outbreaks if o.series in units and judged(o, said)]
    affected = np.zeros(said.alarm.shape, dtype=bool)
    for o in outbreaks:
        for week in o.weeks:
            if said.points[0] <= week <= said.points[-1]:
                affected[week - said.points[0], o.series] = True
    return {**counted, **by_week(alarm, affected[:, units]), **by_outbreak(said, here)}


def judged(o: Outbreak, said: Detection) -> bool:
    """Whether the outbreak has a week in the range."""
    return any(said.points[0] <= week <= said.points[-1] for week in o.weeks)


def ratio(part: float, whole: float) -> float:
    """A share, NaN of nothing."""
    return part / whole if whole else float("nan")


def by_week(alarm: Floats, affected: np.ndarray) -> Figures:
    """Rates over weeks with a statement."""
    told, on = ~np.isnan(alarm), alarm == 1
    hit, false = float((on & affected).sum()), float((on & ~affected).sum())
    missed, quiet = float((told & ~on & affected).sum()), float((told & ~on & ~affected).sum())
    return {
        "fpr": ratio(false, false + quiet),
        "specificity": ratio(quiet, false + quiet),
        "sensitivity": ratio(hit, hit + missed),
        "ppv": ratio(hit, hit + false),
        "npv": ratio(quiet, quiet + missed),
        "f1": ratio(2 * hit, 2 * hit + false + missed),
    }


def by_outbreak(said: Detection, outbreaks: list[Outbreak]) -> Figures:
    """Outbreaks found at all and in their first week with cases, and the mean delay in points of those found."""
    delays = [delay(said, o) for o in outbreaks]
    found = [d for d in delays if d is not None]
    return {
        "outbreaks": float(len(outbreaks)),
        "pod": ratio(len(found), len(outbreaks)),
        "pod_first_week": ratio(sum(d == 0 for d in found), len(outbreaks)),
        "mean_delay": ratio(sum(found), len(found)),
    }


def delay(said: Detection, o: Outbreak) -> int | None:
    """Points from the first judged week of an outbreak to its first alarm; None if it was missed."""
    begin = max(min(o.weeks), int(said.points[0])) - said.points[0]
    end = min(max(o.weeks), int(said.points[-1])) - said.points[0]
    hits = np.flatnonzero(said.alarm[begin : end + 1, o.series] == 1)
    return int(hits[0]) if len(hits) else None
