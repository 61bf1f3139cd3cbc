"""Evaluations a second of our detectors and of R's in the same run, and whether the results are equal.

    nice python benchmarks/surveillance_detectors.py [--series 100] [--weeks 52]

One evaluation is one series in one week. CPU seconds of one process each; R is left out, with a
message, where it is not installed. R judges a part of the series (10 unless told otherwise).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time

import numpy as np
from surveillance_r import Job, ask_r, r_is_there

from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.series import CountSeries
from kangmai.epidemic.surveillance.simulation import simulate

NOUFAILY: dict[str, object] = {
    "b": 5,
    "noPeriods": 10,
    "pastWeeksNotIncluded": 26,
    "pThresholdTrend": 1,
    "limit54": [0, 4],
    "thresholdMethod": "nbPlugin",
    "alpha": 0.005,
    "glmWarnings": False,
}
CASES: list[tuple[str, str, dict[str, object]]] = [
    ("noufaily", "farringtonFlexible", NOUFAILY),
    ("classic", "farringtonFlexible", {"b": 5, "w": 3, "glmWarnings": False}),
    ("1996", "farrington", {"b": 5, "w": 3}),
    ("C2", "earsC", {"method": "C2"}),
    ("mean", "cusum", {}),
    ("b=2, w=4", "bayes", {"b": 2, "w": 4, "actY": False}),
    ("b=2, w=4", "rki", {"b": 2, "w": 4, "actY": False}),
    ("k=100", "outbreakP", {"k": 100, "ret": "value"}),
    ("intercept", "glrpois", {"c.ARL": 5}),
]


def main() -> None:
    """Print one line a method."""
    options = argparse.ArgumentParser()
    options.add_argument("--series", type=int, default=100)
    options.add_argument("--weeks", type=int, default=52)
    options.add_argument("--r-series", type=int, default=10)
    given = options.parse_args()
    world = simulate(list(range(1, 43)), replicates=-(-given.series // 42), seed=1)
    counts = world.counts[:, : given.series]
    series = CountSeries(tuple(f"s{i}" for i in range(given.series)), counts)
    first, latest = series.length - given.weeks + 1, series.length
    few = np.linspace(0, given.series - 1, min(given.r_series, given.series)).astype(int)
    part = CountSeries(tuple(series.units[i] for i in few), counts[:, few])
    with_r = r_is_there()
    if not with_r:
        print("R with surveillance and jsonlite is not installed: ours only")
    jobs = [Job(name, part, first, latest, control) for _, name, control in CASES]
    theirs = ask_r(jobs) if with_r else [None] * len(jobs)
    print(f"{'method':28}{'ours/s':>12}{'R/s':>10}{'ratio':>8}  largest difference of the bound")
    for (label, name, control), answer in zip(CASES, theirs, strict=True):
        chosen = method(name, control)
        chosen.detect(part, first=latest, latest=latest)  # imports and tables are not counted
        began = time.process_time()
        said = chosen.detect(series, first=first, latest=latest)
        ours = said.alarm.size / (time.process_time() - began)
        line = f"{name + ' ' + label:28}{ours:12,.0f}"
        if answer is not None:
            rate = len(few) * given.weeks / max(answer.seconds, 1e-3)
            bound, alarm = answer.columns["upperbound"], answer.columns["alarm"]
            with np.errstate(invalid="ignore", divide="ignore"):
                gap = np.abs(said.upperbound[:, few] - bound) / np.maximum(np.abs(bound), 1e-12)
            same = np.array_equal(said.alarm[:, few], alarm, equal_nan=True)
            line += f"{rate:10,.0f}{ours / rate:8,.0f}  {np.nanmax(gap, initial=0):.1e}, alarms {'equal' if same else 'DIFFER'}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
