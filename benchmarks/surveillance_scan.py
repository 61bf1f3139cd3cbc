"""Space-time scan of 105 areas x 28 days x 999 replicates; the aim is under 5 s.

nice python benchmarks/surveillance_scan.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time

import numpy as np

from kangmai.epidemic.surveillance.scan import Places, nearest_zones, scan_space_time

AREAS, DAYS, REPLICATES, K = 105, 28, 999, 20


def main() -> None:
    """Scan an invented city with an outbreak of three areas in the latest four days."""
    rng = np.random.default_rng(1)
    people = rng.integers(5_000, 60_000, AREAS).astype(float)
    places = Places(tuple(map(str, range(AREAS))), rng.random((AREAS, 2)) * 100, people)
    counts = rng.poisson(2 * people / people.mean(), (DAYS, AREAS)).astype(float)
    order, _ = places.neighbours()
    counts[-4:, order[0, :3]] += rng.poisson(4, (4, 3))
    zones = len(nearest_zones(places, k=K).lists)
    for model in ("poisson", "permutation"):
        began, cpu = time.perf_counter(), time.process_time()
        best = scan_space_time(places, counts, model=model, k=K, replicates=REPLICATES)[0]
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(
            f"{model}: {zones:,} zones x {DAYS} windows x {REPLICATES} replicates: {wall:.1f} s wall, {cpu:.1f} s CPU; "
            f"best {sorted(best.members)} over {best.duration} days, ratio {best.score:.1f}, p {best.p:.3f}"
        )


if __name__ == "__main__":
    main()
