"""What is written about sealed people answers exactly what a search through the open text would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.records.search.sealed import (
    asked_address,
    asked_name,
    folded_name,
    part_of_name,
    text_of_address,
    whole_name,
)
from kangmai.standards.pinyin import all_readings, initials, pinyin_syllables

NAMES = st.text(st.sampled_from("黄志明欧阳单曾仇乐安西西安先鲜嗯"), min_size=1, max_size=4)
TYPED = st.one_of(NAMES, st.text(st.sampled_from("huangzimgxeyosl"), min_size=1, max_size=8))


def begins_so(name: str, typed: str) -> bool:
    """Whether a name begins as typed, in characters, pinyin or (from two letters on) initials."""
    forms = [folded_name(name), *("".join(syllables) for syllables in all_readings(name))]
    if len(typed) > 1:
        forms += ["".join(s[0] for s in syllables) for syllables in all_readings(name)]
    return any(form.startswith(typed) for form in forms)


@given(name=NAMES, typed=TYPED)
def test_a_name_is_found_by_its_beginnings_and_by_nothing_else(name, typed):
    assert bool({*whole_name(name)} & {*asked_name(typed)}) is begins_so(name, typed)


@given(name=NAMES, length=st.integers(1, 20))
def test_every_beginning_of_the_pinyin_finds_its_name(name, length):
    typed = "".join(all_readings(name)[-1])[:length]
    assert {*whole_name(name)} & {*asked_name(typed)}


@given(st.text(min_size=1, max_size=12), st.integers(1, 12))
def test_any_text_is_found_by_its_beginning(name, length):
    typed = folded_name(name)[:length]
    if typed.strip() == typed and typed:
        assert {*part_of_name(name)} & {*asked_name(typed)}


def test_names_have_few_keys():
    assert part_of_name("志明") == ("=志明", "^志", "^zhi", "^zhiming")
    assert whole_name("黄志明")[-2:] == ("^hz", "^hzm")
    assert "^" + initials("黄志明") in whole_name("黄志明")
    assert part_of_name("Li") == ("=Li", "^l", "^li")
    assert {"^shanwei", "^chanwei"} & {*whole_name("单伟")} == {"^shanwei"}


def test_letters_are_completed_to_syllables():
    asked = asked_name("huangzh")
    assert {"^huangzh", "^huangzhi", "^huangzhang"} <= {*asked}
    assert "^huangzi" not in asked
    assert {"^xian", "^xiang"} <= {*asked_name("xian")}
    assert asked_name("  ") == ()


def test_syllables_are_those_of_the_table():
    syllables = pinyin_syllables()
    assert {"lv", "nve", "zhuang", "a", "er"} <= syllables
    assert 400 < len(syllables) < 450
    assert all(each.isascii() and each.isalpha() for each in syllables)


ADDRESS = "广东省肇庆市四会市大沙镇富溪村12号"


@pytest.mark.parametrize("typed", ["广东省肇庆市四会市大沙镇", "广东省肇庆市四会市大沙镇富溪村"])
def test_a_chinese_address_is_found_by_town_and_village(typed):
    assert {*text_of_address(ADDRESS)} & {*asked_address(typed)}


@pytest.mark.parametrize("typed", ["广东省肇庆市", "广东省肇庆市四会市大沙", ADDRESS, " "])
def test_other_beginnings_of_a_chinese_address_cannot_be_asked_for(typed):
    assert asked_address(typed) == ()


def test_an_address_in_letters_is_found_by_every_beginning():
    assert {*text_of_address("12 Main St")} & {*asked_address("12 m")}
    assert not {*text_of_address("12 Main St")} & {*asked_address("Main")}
    assert len(text_of_address(ADDRESS)) == 3
