"""A series of months or quarters, and where its level changed."""

from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.methods.change_points import Run, runs
from kangmai.analytics.types import Figure, Form, Result


@dataclass(frozen=True, slots=True)
class Levels:
    """Periods with a value, in order, and the runs of one level among them."""

    results: tuple[Result, ...]
    runs: tuple[Run, ...]


def levels(rule: Indicator, results: list[Result]) -> Levels:
    """The runs of a series. What has no value, or whose period was not over, is left out."""
    known = [each for each in results if each.total.value is not None and not each.is_running]
    values = [float(each.total.value) for each in known if each.total.value is not None]
    noise = _least_noise(rule, [each.total for each in known]) if known else 0.0
    return Levels(tuple(known), runs(values, least_noise=noise))


def _least_noise(rule: Indicator, figures: list[Figure]) -> float:
    """What chance gives a point at least: of a share by the binomial, of a count by Poisson, and what rounding does."""
    rounding = 10**-rule.digits / sqrt(12)
    spreads = [_variance(rule, each) for each in figures]
    return max(rounding, sqrt(fmean(spreads)))


def _variance(rule: Indicator, figure: Figure) -> float:
    part, whole = figure.numerator, figure.denominator
    if part is None:
        return 0.0
    if rule.form is Form.COUNT:
        return float(part)
    if not whole or rule.form is not Form.SHARE:
        return 0.0
    # the middle of Wilson's interval: a share of 0 or 1 of a few is not certain either
    share = (part + 2) / (whole + 4)
    return share * (1 - share) / whole * rule.per**2
