"""The 42 scenarios of Noufaily regenerated: FPR, POD, sensitivity and PPV by method.

    nice python benchmarks/surveillance_simulation.py [--replicates 100] [--seed 1]

FPR is taken on the same series without their current outbreaks, everything else with them; weeks
576-624 are judged. POD is given over all outbreaks and by size (k = 1-3, 4-6, 7-10).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse

import numpy as np

from kangmai.epidemic.surveillance.backtest import delay, figures
from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.series import CountSeries
from kangmai.epidemic.surveillance.simulation import simulate

FLEXIBLE: dict[str, object] = {
    "noPeriods": 10,
    "pastWeeksNotIncluded": 26,
    "pThresholdTrend": 1,
    "limit54": [0, 4],
    "thresholdMethod": "nbPlugin",
}
METHODS: list[tuple[str, str, dict[str, object]]] = [
    *((f"Farrington flexible, alpha {a}", "farringtonFlexible", FLEXIBLE | {"alpha": a}) for a in (0.005, 0.01, 0.025, 0.05)),
    ("Farrington 1996, alpha 0.01 two-sided", "farrington", {"alpha": 0.01}),
    *((f"EARS {c}, alpha 0.01, 7 weeks", "earsC", {"method": c, "alpha": 0.01}) for c in ("C1", "C2", "C3")),
    ("Bayes 1", "bayes", {"b": 0, "w": 6, "actY": True}),
    ("Bayes 2", "bayes", {"b": 1, "w": 6, "actY": True}),
    ("Bayes 3", "bayes", {"b": 2, "w": 4, "actY": False}),
    ("RKI 1", "rki", {"b": 0, "w": 6, "actY": True}),
    ("RKI 3", "rki", {"b": 2, "w": 4, "actY": False}),
    ("CUSUM standard, mean", "cusum", {}),
    ("CUSUM rossi, mean", "cusum", {"trans": "rossi"}),
    ("CUSUM standard, glm", "cusum", {"m": "glm"}),
    ("CUSUM rossi, glm", "cusum", {"m": "glm", "trans": "rossi"}),
    ("OutbreakP, k 100", "outbreakP", {"k": 100, "ret": "value"}),
    *((f"Moving percentile P{100 * p:.0f}, 5 years x 3 weeks", "mpm", {"b": 5, "w": 1, "p": p}) for p in (0.5, 0.8, 0.9, 0.95)),
]  # fmt: skip


def main() -> None:
    """Print the table in Markdown."""
    options = argparse.ArgumentParser()
    options.add_argument("--replicates", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    world = simulate(list(range(1, 43)), replicates=given.replicates, seed=given.seed)
    names = tuple(map(str, range(world.counts.shape[1])))
    quiet, loud = CountSeries(names, world.quiet), CountSeries(names, world.counts)
    current = [o for o in world.outbreaks if o.kind == "current"]
    print(
        "| method | FPR | specificity | POD | POD 1st week | sensitivity | PPV | F1 | POD k 1-3 | 4-6 | 7-10 |"
    )
    print("|---|" + "---|" * 10)
    for label, name, control in METHODS:
        chosen = method(name, control)
        false = np.nanmean(chosen.detect(quiet, first=576, latest=624).alarm)
        said = chosen.detect(loud, first=576, latest=624)
        f = figures(said, list(range(len(names))), current)
        by_size = [
            np.mean([delay(said, o) is not None for o in current if low <= o.size_factor <= high])
            for low, high in ((1, 3), (4, 6), (7, 10))
        ]
        shown = [f[k] for k in ("specificity", "pod", "pod_first_week", "sensitivity", "ppv", "f1")]
        print(
            f"| {label} | " + " | ".join(f"{v:.3f}" for v in [false, *shown, *by_size]) + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
