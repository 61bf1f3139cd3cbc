"""Wilson's interval against published values, and what every interval must be.

The four examples are those of R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.analytics.indicators.intervals import interval_of, wilson
from kangmai.analytics.rules import indicators
from kangmai.analytics.types import Figure, Form, Status

ON = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_published_examples(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_inside_and_the_other_share_mirrors_it(said: tuple[int, int]) -> None:
    part, whole = said
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    other_low, other_high = wilson(whole - part, whole)
    assert (other_low, other_high) == (pytest.approx(1 - high, abs=1e-9), pytest.approx(1 - low, abs=1e-9))  # fmt: skip


def test_only_shares_that_were_counted_have_one() -> None:
    share = next(each for each in indicators(on=ON) if each.form is Form.SHARE and each.per == 100)
    count = next(each for each in indicators(on=ON) if each.form is Form.COUNT)
    figure = Figure("4412", Status.OK, Decimal("30.80"), 81, 263)
    low, high = interval_of(figure, share)
    assert (round(low), round(high)) == (26, 37)
    assert -low.as_tuple().exponent == -high.as_tuple().exponent == share.digits
    assert interval_of(figure, count) is None
    assert interval_of(Figure("4412", Status.SUPPRESSED, None, None, None), share) is None
