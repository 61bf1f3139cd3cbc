"""How many alarms a week the officers can bear: two ways to choose among thousands of p values."""

import numpy as np

from kangmai.epidemic.surveillance.errors import ControlMalformed
from kangmai.epidemic.surveillance.series import Floats


def benjamini_hochberg(p: Floats, *, false_share: float) -> np.ndarray:
    """Which alarms to send so that at most `false_share` of them are false on average.

    NaN is never sent. Source: Benjamini and Hochberg 1995, J R Stat Soc B 57:289
    (https://doi.org/10.1111/j.2517-6161.1995.tb02031.x). Raises ControlMalformed.
    """
    if not 0 < false_share < 1:
        raise ControlMalformed(
            method="budget", what=f"false_share = {false_share} is not between 0 and 1"
        )
    known = np.sort(p[~np.isnan(p)])
    passed = np.flatnonzero(
        known <= false_share * np.arange(1, len(known) + 1) / max(len(known), 1)
    )
    limit = known[passed[-1]] if len(passed) else -1.0
    return np.asarray(p <= limit)


def expected_alarms(p: Floats, *, alarms: float) -> np.ndarray:
    """Which alarms to send so that chance alone gives at most `alarms` of them. Raises ControlMalformed."""
    if alarms <= 0:
        raise ControlMalformed(method="budget", what="the number of alarms must be positive")
    tests = int((~np.isnan(p)).sum())
    return np.asarray(p <= alarms / max(tests, 1)) & (tests > 0)
