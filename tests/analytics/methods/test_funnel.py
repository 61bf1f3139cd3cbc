"""Limits of a funnel against the plain sum of the binomial, and who stands outside."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.analytics.methods.funnel import LEVELS, Standing, funnel, limits


def plain_limit(whole: int, share: Fraction, level: float) -> float:
    """The definition, term by term, in exact numbers."""
    upto, r = Fraction(), 0
    while True:
        here = comb(whole, r) * share**r * (1 - share) ** (whole - r)
        if upto + here > Fraction(level):
            exact = (r - (upto + here - Fraction(level)) / here) / whole
            return min(1.0, max(0.0, float(exact)))
        upto, r = upto + here, r + 1


@settings(max_examples=50)
@given(whole=st.integers(1, 120), share=st.fractions("0.01", "0.99", max_denominator=200))
def test_limits_are_those_of_the_plain_sum(whole, share):
    found = limits(whole, float(share))
    plain = [plain_limit(whole, share, level) for level in LEVELS]
    assert [found.low_998, found.low_95, found.high_95, found.high_998] == pytest.approx(
        plain, abs=1e-6
    )


def test_worked_numbers_of_the_page():
    found = limits(40, 0.6)
    assert [round(each, 4) for each in (found.low_998, found.low_95, found.high_95, found.high_998)] == [0.3432, 0.4325, 0.7380, 0.8181]  # fmt: skip
    large = limits(400_000, 0.6)
    assert large.high_998 - large.low_998 < 0.005


def test_small_ones_are_not_blamed_for_chance():
    sizes = [("a", 600, 1000), ("b", 4, 10), ("c", 560, 1000), ("d", 520, 1000), ("e", 700, 1000)]
    found = funnel(sizes)
    standing = {each.code: each.standing for each in found.places}
    assert found.share == 2384 / 4010
    assert standing == {
        "a": Standing.WITHIN,
        "b": Standing.WITHIN,  # 40 %, yet only ten people
        "c": Standing.BELOW,
        "d": Standing.FAR_BELOW,
        "e": Standing.FAR_ABOVE,
    }
    assert found.is_wide


@settings(max_examples=30)
@given(whole=st.integers(1, 60), share=st.fractions("0.05", "0.95", max_denominator=40))
def test_a_place_like_all_others_is_marked_no_more_often_than_said(whole, share):
    def chance(r: int) -> Fraction:
        return comb(whole, r) * share**r * (1 - share) ** (whole - r)

    # two large places hold the share of all where it is; the third is of the size asked for
    anchor = 10**6 * share.denominator
    marked = Fraction()
    for r in range(whole + 1):
        others = [(name, int(anchor * share), anchor) for name in ("a", "b")]
        (third,) = [each for each in funnel([*others, ("c", r, whole)]).places if each.code == "c"]
        marked += chance(r) if third.standing is not Standing.WITHIN else 0
    assert marked <= Fraction("0.0501")


def test_what_cannot_be_compared():
    assert funnel([("a", 1, 2), ("b", 1, 2)]) is None
    assert funnel([("a", 0, 2), ("b", 0, 2), ("c", 0, 5)]) is None
    assert funnel([("a", 2, 2), ("b", 2, 2), ("c", 5, 5)]) is None
    assert funnel([("a", 1, 2), ("b", 1, 2), ("c", 0, 0)]) is None
    even = funnel([("a", 1, 2), ("b", 2, 4), ("c", 3, 6), ("d", 0, 0)])
    assert (even.spread, even.is_wide, len(even.places)) == (0.0, False, 3)
