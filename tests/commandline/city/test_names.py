"""Names: tables that hold together, code points that become the same text as strings do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.commandline.city.people.names import (
    cohort_of,
    draw_given,
    full_names,
    given_names,
    long_names,
    region_of,
    surnames,
    utf8,
)
from kangmai.commandline.city.streams import Stream


def test_the_national_shares_keep_the_published_sums():
    shares = surnames(None).shares * 98.2233
    order = list(surnames(None).positions)[:5]
    assert order == ["王", "李", "张", "刘", "陈"]
    assert shares[:5].sum() == pytest.approx(30.8, abs=0.1)
    assert shares[:100].sum() == pytest.approx(86, abs=1)
    assert len(order) and len(shares) > 370


@pytest.mark.parametrize(
    ("area", "region", "first"),
    [
        ("441200", "cantonese", "陈"),
        ("440900", "hakka_and_west", "陈"),
        ("450700", "guangxi", "黄"),
        ("370300", "shandong", "王"),
        ("110100", None, "王"),
    ],
)
def test_regions_have_their_own_leading_surname(area, region, first):
    assert region_of(area) == region
    table = surnames(region)
    assert list(table.positions)[int(np.argmax(table.shares))] == first
    assert table.shares.sum() == pytest.approx(1)


def test_cohorts_begin_with_their_year():
    years = np.array([1900, 1949, 1950, 1979, 1980, 2009, 2010, 2030])
    assert cohort_of(years).tolist() == [0, 0, 1, 2, 3, 5, 6, 6]


WORDS = st.lists(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=4))


@given(WORDS)
def test_code_points_become_the_same_text(words):
    points = np.zeros((len(words), 4), dtype=np.uint32)
    for row, word in enumerate(words):
        points[row, : len(word)] = [ord(each) for each in word]
    assert utf8(points).to_pylist() == words


def test_surname_and_given_name_close_up():
    surname = np.array([[ord("王"), 0], [ord("欧"), ord("阳")]], dtype=np.uint32)
    given = np.array([[ord("伟"), 0], [ord("志"), ord("明")]], dtype=np.uint32)
    assert full_names(surname, given).to_pylist() == ["王伟", "欧阳志明"]


def test_family_members_with_a_generation_character_share_the_first():
    count = 600
    given = draw_given(
        Stream(1, "g"),
        region="cantonese",
        is_man=np.ones(count, bool),
        birth_year=np.full(count, 1972),
        family=np.arange(count) // 3,
        shares_character=np.ones(count, bool),
    )
    assert (given[:, 1] != 0).all()
    assert (given[0::3, 0] == given[1::3, 0]).all()
    assert len(np.unique(given[::3, 0])) > 20


def test_single_character_names_have_the_cohort_part():
    count = 20_000
    given = draw_given(
        Stream(1, "s"),
        region=None,
        is_man=np.ones(count, bool),
        birth_year=np.full(count, 1985),
        family=np.full(count, -1),
        shares_character=np.zeros(count, bool),
    )
    assert (given[:, 1] == 0).mean() == pytest.approx(given_names(None)[3][0].single, abs=0.01)


def test_long_names_carry_the_middle_dot():
    names = long_names(Stream(1, "u"), group="05", is_man=np.array([True, False]))
    assert names is not None and all(name.count("·") == 1 for name in names)
    assert long_names(Stream(1, "u"), group="08", is_man=np.array([True])) is None
