"""Back-test of a city: 40 diseases x 106 areas = 4,240 series x 52 weeks with Noufaily's settings.

    nice python benchmarks/surveillance_backtest.py [--processes 1]

Prints CPU seconds (the aim is under 60) and evaluations a second.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from surveillance_detectors import NOUFAILY

from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.series import CountSeries
from kangmai.epidemic.surveillance.simulation import simulate

SERIES, WEEKS = 4240, 52


def judge(counts: np.ndarray) -> tuple[float, float, int]:
    """CPU seconds, alarms and silent evaluations of some series."""
    series = CountSeries(tuple(map(str, range(counts.shape[1]))), counts)
    began = time.process_time()
    said = method("farringtonFlexible", NOUFAILY).detect(
        series, first=series.length - WEEKS + 1, latest=series.length
    )
    return (
        time.process_time() - began,
        float(np.nansum(said.alarm)),
        int(np.isnan(said.alarm).sum()),
    )


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--processes", type=int, default=1)
    given = options.parse_args()
    counts = simulate(list(range(1, 43)), replicates=-(-SERIES // 42), seed=2).counts[:, :SERIES]
    parts = np.array_split(counts, given.processes, axis=1)
    began = time.perf_counter()
    if given.processes == 1:
        done = [judge(counts)]
    else:
        with ProcessPoolExecutor(given.processes) as pool:
            done = list(pool.map(judge, parts))
    wall = time.perf_counter() - began
    cpu, alarms, silent = (sum(column) for column in zip(*done, strict=True))
    total = SERIES * WEEKS
    print(
        f"{total:,} evaluations in {given.processes} process(es): {cpu:.1f} s CPU, {wall:.1f} s wall"
    )
    print(f"{total / cpu:,.0f} evaluations/s of CPU, {total / wall:,.0f}/s of wall time")
    print(f"{alarms:.0f} alarms ({alarms / total:.4f}), {silent} without a statement")


if __name__ == "__main__":
    main()
