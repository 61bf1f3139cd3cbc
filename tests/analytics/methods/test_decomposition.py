"""Effects add up to the difference, exactly; better parts and other weights are told apart."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kangmai.analytics.methods.decomposition import decompose

pairs = st.integers(0, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
times = st.dictionaries(st.sampled_from("abcde"), pairs)


@given(times, times)
def test_effects_add_up_to_the_difference_without_a_rest(before, now):
    found = decompose(before, now)
    wholes = [sum(each[1] for each in some.values()) for some in (before, now)]
    if not all(wholes):
        assert found is None
        return
    difference = Fraction(*found.now) - Fraction(*found.before)
    assert found.rate + found.mix == difference
    assert sum(each.both for each in found.effects) == difference


@given(times, times)
def test_backwards_it_is_the_same_with_the_other_sign(before, now):
    there, back = decompose(before, now), decompose(now, before)
    if there is None:
        assert back is None
        return
    assert [(each.code, -each.rate, -each.mix) for each in there.effects] == [
        (each.code, each.rate, each.mix) for each in back.effects
    ]


def test_every_part_better_and_the_whole_worse():
    """Worked numbers of the page: both counties gain two points, and the whole loses four."""
    before = {"441202": (640, 800), "441203": (80, 200)}
    now = {"441202": (410, 500), "441203": (210, 500)}
    found = decompose(before, now)
    assert (found.before, found.now) == ((720, 1000), (620, 1000))
    assert (found.rate, found.mix) == (Fraction(2, 100), Fraction(-12, 100))
    assert [(each.code, each.rate, each.mix) for each in found.effects] == [
        ("441202", Fraction(13, 1000), Fraction(-42, 1000)),
        ("441203", Fraction(7, 1000), Fraction(-78, 1000)),
    ]


def test_a_part_that_came_is_all_mix():
    found = decompose({"a": (5, 10)}, {"a": (5, 10), "b": (9, 10)})
    assert [(each.code, each.rate) for each in found.effects] == [("a", 0), ("b", 0)]
    assert found.mix == Fraction(1, 5)
