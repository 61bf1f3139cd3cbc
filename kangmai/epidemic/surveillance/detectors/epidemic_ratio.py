"""The likelihood ratio of an epidemic component: mean = in control + rate x cases just before.

Source: Held, Höhle and Hofmann 2005, Stat Model 5:187 (https://doi.org/10.1191/1471082X05st098oa).
"""

import numpy as np

from kangmai.epidemic.surveillance.series import Floats

FIRST_RATE = 0.5
LOWEST_LOG_RATE = -18.0
MOST_STEPS = 1000
LOWEST = -1e99


def epidemic_ratios(
    x: Floats, mu: Floats, before: float, threshold: float, least: int, window: int
) -> tuple[Floats, int | None]:
    """The statistic up to the first value above the threshold, and where that is."""
    previous = np.concatenate([[before], x[:-1]])
    values = np.zeros(len(x))
    for n in range(max(least - 1, 0), len(x)):
        low = 0 if window == -1 else max(0, n - window)
        best, rate = LOWEST, FIRST_RATE
        for k in range(low, n - least + 2):
            part = slice(k, n + 1)
            rate = best_rate(x[part], previous[part], mu[part], rate)
            ratio = np.sum(
                x[part] * np.log(rate * previous[part] / mu[part] + 1) - rate * previous[part]
            )
            best = max(best, float(ratio)) if ratio > best else best
        values[n] = best
        if best > threshold:
            return values[: n + 1], n
    return values, None


def best_rate(x: Floats, previous: Floats, mu: Floats, rate: float) -> float:
    """Newton's steps on the logarithm of the rate, from the last one found."""
    old, new = 2.0, float(np.log(rate))
    for _ in range(MOST_STEPS):
        if not (new > LOWEST_LOG_RATE and abs(np.exp(new) - np.exp(old)) > 1e-6):
            break
        old = new
        mean = np.exp(old) * previous + mu
        score = np.exp(old) * np.sum(x * previous / mean - previous)
        information = np.exp(2 * old) * np.sum(x * previous**2 / mean**2) - score
        new = float(old + score / information)
    return float(np.exp(new))
