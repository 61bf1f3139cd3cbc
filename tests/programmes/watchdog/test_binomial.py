"""The exact tests against their slow twins, and the promise of the budget: honest data seldom raise anything."""

import random
from collections import Counter
from fractions import Fraction
from math import comb

from hypothesis import given
from hypothesis import strategies as some

from kangmai.programmes.watchdog.binomial import preferred_digits, upper_tail, within_budget


def tail_by_hand(hits: int, tries: int, chance: Fraction) -> Fraction:
    """The sum of its definition, in fractions."""
    return sum(
        (comb(tries, k) * chance**k * (1 - chance) ** (tries - k) for k in range(hits, tries + 1)),
        Fraction(0),
    )


@given(some.integers(0, 60), some.integers(1, 60), some.sampled_from([(1, 10), (1, 100), (1, 5)]))
def test_the_tail_is_the_sum_of_its_definition(
    hits: int, tries: int, part: tuple[int, int]
) -> None:
    exact = float(tail_by_hand(min(hits, tries + 1), tries, Fraction(*part)))
    found = upper_tail(min(hits, tries + 1), tries, part[0] / part[1])
    assert abs(found - exact) <= 1e-12 + 1e-9 * exact


def test_known_values() -> None:
    # tables of the binomial: P(X ≥ 8 | 20, 0.1) = 0.000416, P(X ≥ 2 | 20, 0.01) = 0.016859
    assert round(upper_tail(8, 20, 0.1), 6) == 0.000416
    assert round(upper_tail(2, 20, 0.01), 6) == 0.016859
    digits, hits, share, chance = preferred_digits({0: 30, **dict.fromkeys(range(1, 10), 3)})
    assert (set(digits), hits, share) == ({0}, 30, 0.1)
    assert 0 < chance < 1e-12


def test_a_mercury_device_shows_even_digits_only() -> None:
    honest = {0: 14, 2: 12, 4: 11, 6: 12, 8: 11}
    assert preferred_digits(honest)[2:][1] > 0.5
    # the same noughts among digits of all kinds are many more than a tenth
    assert preferred_digits({0: 40, 2: 5, 4: 5, 6: 5, 8: 5})[3] < 1e-9


def test_honest_teams_raise_at_most_the_budgeted_share() -> None:
    """2,000 teams of two honest devices: with a budget of 0.05 a family, 20 families raise about one finding."""
    drawn, families, teams = random.Random(20260302), 20, 100
    raised = 0
    for family in range(families):
        step = 2 if family % 2 else 1
        chances = []
        for _ in range(teams):
            readings = [round(drawn.gauss(136, 14) / step) * step for _ in range(80)]
            counts = Counter(reading % 10 for reading in readings)
            chances.append(preferred_digits(counts)[3])
        raised += sum(within_budget(chances, 0.05))
    # the expectation is at most 1; five or more has a probability below 0.004
    assert raised <= 4


@given(some.integers(0, 2**32), some.integers(60, 200), some.integers(0, 9))
def test_somebody_who_rounds_half_of_his_readings_is_found(
    seed: int, many: int, digit: int
) -> None:
    drawn = random.Random(seed)
    counts = Counter(drawn.randrange(10) for _ in range(many // 2))
    counts[digit] += many - many // 2
    found, hits, _, chance = preferred_digits(counts)
    assert digit in found and hits >= many // 2
    assert within_budget([chance] + [1.0] * 999, 0.05)[0] or many < 70
