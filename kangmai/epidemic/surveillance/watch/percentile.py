"""What the national system's moving percentile would have said, to compare with; it raises nothing here.

Source: Yang et al. 2011, Western Pac Surveill Response J 2(1):10; percentiles by disease are the definition
`moving_percentile`. The national system judges counties, on the last seven days.
"""

import numpy as np

from kangmai.epidemic.surveillance.detectors import mpm
from kangmai.epidemic.surveillance.detectors.mpm import MovingPercentile
from kangmai.epidemic.surveillance.errors import HistoryTooShort
from kangmai.epidemic.surveillance.series import CountSeries, Floats
from kangmai.epidemic.surveillance.types import PercentileRule


def alarms(weeks: Floats, *, latest: int, rule: PercentileRule) -> int | None:
    """How often the method would have signalled in the latest weeks; None without three years before them.

    Args:
        weeks: (weeks, counties), the oldest first.
    """
    names = tuple(str(n) for n in range(weeks.shape[1]))
    points = np.arange(len(weeks) - latest, len(weeks))
    settings = MovingPercentile(
        b=rule.years, w=rule.neighbours, p=rule.percentile / 100, block=1, comparison=">"
    )
    try:
        said = mpm.detect(CountSeries(names, weeks), points=points, settings=settings)
    except HistoryTooShort:
        return None
    return int(np.nansum(said.alarm))
