"""The space-time layer: a prospective permutation scan over towns and the latest days.

Source: Kulldorff et al. 2005, PLoS Med 2:e59; see docs/algorithms/detection-scan.md.
"""

from dataclasses import dataclass

import numpy as np

from kangmai.epidemic.surveillance.scan import Places, scan_space_time
from kangmai.epidemic.surveillance.series import Floats

METHOD = "permutationScan"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Towns and days with more cases than their totals let expect."""

    towns: tuple[str, ...]
    days: int
    cases: float
    expected: float
    p: float
    recurrence_days: float


def search(
    counts: Floats,
    *,
    towns: tuple[str, ...],
    positions: Floats,
    population: Floats,
    nearest: int,
    replicates: int,
    recurrence_days: float,
) -> Cluster | None:
    """The strongest cluster that ends on the last day, if one so strong comes seldom enough by chance.

    Args:
        counts: (days, towns).
        recurrence_days: the least number of daily scans between two such by chance.
    """
    places = Places(towns, positions, population)
    zones = scan_space_time(
        places,
        counts,
        model="permutation",
        k=nearest,
        longest=max(1, len(counts) // 2),
        replicates=replicates,
        top=1,
    )
    if not zones:
        return None
    best = zones[0]
    if not best.recurrence_interval >= recurrence_days or best.cases <= best.expected:
        return None
    return Cluster(
        tuple(towns[i] for i in sorted(best.members)),
        best.duration,
        best.cases,
        best.expected,
        float(best.p_gumbel),
        float(np.minimum(best.recurrence_interval, 1e9)),
    )
