"""How far chance alone reaches around a share: Wilson's score interval.

Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927),
209-212; recommended for small numbers by R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872.
"""

from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from statistics import NormalDist

from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.types import Figure, Form

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The limits, as shares of 1, between which the share of a large population lies with 95 % confidence."""
    share, per_one = part / whole, Z * Z / whole
    middle = share + per_one / 2
    reach = Z * sqrt(share * (1 - share) / whole + per_one / (4 * whole))
    low, high = (middle - reach) / (1 + per_one), (middle + reach) / (1 + per_one)
    return (0.0 if part == 0 else low), (1.0 if part == whole else high)


def interval_of(figure: Figure, rule: Indicator) -> tuple[Decimal, Decimal] | None:
    """The interval of a share in its unit and with its digits; None for other figures and where there is none."""
    if rule.form is not Form.SHARE or figure.value is None:
        return None
    if figure.numerator is None or not figure.denominator or figure.numerator > figure.denominator:
        return None
    step = Decimal(1).scaleb(-rule.digits)
    low, high = wilson(figure.numerator, figure.denominator)
    return (
        (Decimal(low) * rule.per).quantize(step, ROUND_HALF_UP),
        (Decimal(high) * rule.per).quantize(step, ROUND_HALF_UP),
    )
