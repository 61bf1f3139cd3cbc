"""Chance that stays the same, and sharing out that loses nobody."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.commandline.city.streams import (
    Stream,
    inverse,
    largest_remainder,
    poisson,
    rows_choice,
)


@given(
    st.integers(0, 10_000_000),
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=80),
)
def test_parts_sum_to_the_whole_and_stay_within_one_of_their_quota(total, weights):
    parts = largest_remainder(total, weights)
    assert parts.sum() == total
    if sum(weights) > 1e-3:
        quota = total * np.array(weights) / sum(weights)
        assert np.abs(parts - quota).max() <= 1 + 1e-6


def test_the_largest_remainders_get_what_is_left():
    assert largest_remainder(10, [1, 1, 1]).tolist() == [4, 3, 3]
    assert largest_remainder(7, [5, 3, 1]).tolist() == [4, 2, 1]


def test_a_stream_depends_on_seed_and_path_only():
    assert Stream(1, "a", 2).uniform(3).tolist() == Stream(1, "a", 2).uniform(3).tolist()
    assert Stream(1, "a").uniform(1)[0] != Stream(2, "a").uniform(1)[0]
    assert Stream(1, "a").uniform(1)[0] != Stream(1, "b").uniform(1)[0]


@given(st.integers(0, 2**40), st.integers(1, 5000))
def test_uuids_are_of_version_7_and_rise_without_repetition(ordinal, count):
    rows = Stream(3, "ids").uuids(count, from_ms=1_750_000_000_000, from_ordinal=ordinal)
    ids = [uuid.UUID(bytes=row.tobytes()) for row in rows[:: max(count // 20, 1)]]
    assert {(each.version, each.variant) for each in ids} == {(7, uuid.RFC_4122)}
    texts = [row.tobytes() for row in rows]
    assert texts == sorted(texts) and len(set(texts)) == count


@given(st.lists(st.floats(0, 10), min_size=1, max_size=20).filter(lambda w: sum(w) > 0.1))
def test_inverse_is_the_slow_walk_along_the_weights(weights):
    draws = Stream(5, "x").uniform(50)
    slow = []
    for draw in draws * sum(weights):
        place = 0
        while place < len(weights) - 1 and sum(weights[: place + 1]) <= draw:
            place += 1
        slow.append(place)
    found = inverse(np.array(weights), draws)
    assert (np.abs(found - slow) > 0).mean() <= 0.02  # rounding at an edge


def test_rows_choice_draws_from_the_named_row():
    tables = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
    rows = np.array([0, 1, 1, 0])
    assert rows_choice(tables, rows, np.array([0.9, 0.2, 0.8, 0.0])).tolist() == [0, 1, 2, 0]


def test_poisson_numbers_have_their_mean_and_variance():
    numbers = poisson(Stream(1, "p"), np.full(40_000, 1.7))
    assert numbers.mean() == pytest.approx(1.7, abs=0.03)
    assert numbers.var() == pytest.approx(1.7, abs=0.06)
