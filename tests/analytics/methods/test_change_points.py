"""The best division of a series is the best of all, and a single odd month is none."""

from itertools import combinations, pairwise
from math import log
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.analytics.methods.change_points import LEAST_RUN, PENALTY, noise_of, runs

WORKED = [61.2, 60.8, 61.5, 61.0, 60.6, 61.3, 61.1, 64.2, 64.9, 64.4, 64.0, 64.6]


def cost(values: list[float], cuts: tuple[int, ...], noise: float) -> float:
    """The cost of one division, worked out plainly."""
    ends = [0, *cuts, len(values)]
    squares = sum(
        (each - fmean(values[a:b])) ** 2 for a, b in pairwise(ends) for each in values[a:b]
    )
    return squares / noise**2 + PENALTY * log(len(values)) * len(cuts)


def every_division(count: int) -> list[tuple[int, ...]]:
    return [
        cuts
        for size in range(count // LEAST_RUN)
        for cuts in combinations(range(1, count), size)
        if all(b - a >= LEAST_RUN for a, b in pairwise([0, *cuts, count]))
    ]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40).map(float), min_size=8, max_size=12), st.floats(0.5, 5))
def test_it_is_the_best_of_all_divisions(values, least_noise):
    found = runs(values, least_noise=least_noise)
    assert [each.start for each in found] == [0, *(each.end for each in found[:-1])]
    assert found[-1].end == len(values)
    if len(set(values)) > 1:
        noise = max(noise_of(values), least_noise)
        best = min(cost(values, cuts, noise) for cuts in every_division(len(values)))
        cuts = tuple(each.start for each in found[1:])
        assert cost(values, cuts, noise) == pytest.approx(best)
        assert cuts in every_division(len(values))


def test_worked_numbers_of_the_page():
    assert round(noise_of(WORKED), 3) == 0.524
    first, second = runs(WORKED)
    assert (first.start, first.end, round(first.level, 2)) == (0, 7, 61.07)
    assert (second.start, second.end, round(second.level, 2)) == (7, 12, 64.42)


def test_a_level_that_holds_has_one_run():
    assert len(runs([5.0] * 12)) == 1
    assert len(runs([1.0, 9.0, 1.0, 9.0, 1.0])) == 1  # too few points say anything
    odd = [61.2, 60.8, 61.5, 61.0, 75.0, 61.3, 61.1, 61.2, 60.9, 61.4, 61.0, 61.2]
    assert all(each.end - each.start >= LEAST_RUN for each in runs(odd))
    assert len(runs(WORKED, least_noise=3.0)) == 1  # within what chance gives such small numbers
    assert runs([]) == ()


def test_a_step_between_flat_levels_is_found_exactly():
    assert [(each.start, each.level) for each in runs([2.0] * 6 + [3.0] * 6)] == [
        (0, 2.0),
        (6, 3.0),
    ]
