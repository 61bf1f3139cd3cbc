"""Pinyin of names: surname readings, folding of variants, keys that sort as people expect."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.standards.name_folding import fold_name, tidy_name
from kangmai.standards.pinyin import (
    all_readings,
    full_pinyin,
    initials,
    romanize,
    sort_key,
    split_surname,
    surname_readings,
    syllables,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("单雄信", "shan xiong xin"),
        ("仇英", "qiu ying"),
        ("解缙", "xie jin"),
        ("查良镛", "zha liang yong"),
        ("翟让", "zhai rang"),
        ("区永强", "ou yong qiang"),
        ("长孙无忌", "zhang sun wu ji"),
        ("员半千", "yun ban qian"),
        ("朴智星", "piao zhi xing"),
        ("盖叫天", "ge jiao tian"),
        ("万俟卨", "mo qi xie"),
        ("任正非", "ren zheng fei"),
        ("冼星海", "xian xing hai"),
        ("曾国藩", "zeng guo fan"),
        ("尉迟恭", "yu chi gong"),
        ("华佗", "hua tuo"),
        ("缪荃孙", "miao quan sun"),
        ("乐毅", "yue yi"),
        ("覃辉", "qin hui"),
        ("令狐冲", "ling hu chong"),
        ("单于夫罗", "chan yu fu luo"),
        ("吕布", "lv bu"),
        ("曹操", "cao cao"),
        ("李曾", "li zeng"),
    ],
)
def test_readings_of_names(name: str, expected: str) -> None:
    assert syllables(name) == tuple(expected.split())


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("張 偉", "张伟"),
        ("歐陽　修", "欧阳修"),
        ("髙峯", "高峰"),
        ("甯喆", "宁哲"),
        ("李堃", "李坤"),
        ("李乾", "李乾"),
        ("阿卜杜热合曼•买买提", "阿卜杜热合曼·买买提"),
        ("阿卜杜热合曼 ・ 买买提", "阿卜杜热合曼·买买提"),
        ("阿卜杜热合曼．买买提", "阿卜杜热合曼·买买提"),
        ("John  SMITH", "john smith"),
        ("Ｊｏｈｎ", "john"),
        ("张\u200b伟\ufeff", "张伟"),
        ("𫟹", "𫟹"),
        ("", ""),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold_name(written) == folded


def test_initials_and_full_pinyin() -> None:
    assert initials("欧阳修") == "oyx"
    assert full_pinyin("区永强") == "ouyongqiang"
    assert initials("阿卜杜热合曼·买买提") == "abdrhmmmt"
    assert initials("John Smith") == "js"


@pytest.mark.parametrize(
    ("name", "surname", "given_name"),
    [
        ("欧阳修", "欧阳", "修"),
        ("欧阳", "欧", "阳"),
        ("張 偉", "張", "偉"),
        ("歐陽喆", "歐陽", "喆"),
        ("爱新觉罗溥仪", "爱新觉罗", "溥仪"),
        ("阿依古丽·买买提", "", "阿依古丽·买买提"),
        ("John  Smith", "", "John Smith"),
        ("", "", ""),
        ("王", "王", ""),
    ],
)
def test_surnames_are_split(name: str, surname: str, given_name: str) -> None:
    assert split_surname(name) == (surname, given_name)


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("欧阳修", "Ouyang Xiu"),
        ("吕布", "Lyu Bu"),
        ("阿依古丽·买买提", "Ayiguli Maimaiti"),
        ("JOHN smith", "John Smith"),
    ],
)
def test_names_in_latin_letters(name: str, latin: str) -> None:
    assert romanize(name) == latin


def test_both_readings_where_unsure() -> None:
    assert all_readings("翟天") == (("zhai", "tian"), ("di", "tian"))
    assert all_readings("单天") == (("shan", "tian"),)
    assert all_readings("王天") == (("wang", "tian"),)
    assert all_readings("纪晓") == (("ji", "xiao"),)


def test_lists_sort_by_reading_and_keep_a_surname_together() -> None:
    names = [
        "张伟",
        "黎明",
        "李白",
        "区波",
        "厉一",
        "黎安",
        "欧阳修",
        "单田",
        "李四",
        "阿来",
        "尉迟恭",
        "尉健",
    ]
    assert sorted(names, key=sort_key) == [
        "阿来",
        "黎安",
        "黎明",
        "李白",
        "李四",
        "厉一",
        "区波",
        "欧阳修",
        "单田",
        "尉健",
        "尉迟恭",
        "张伟",
    ]


def test_there_are_surname_readings_enough() -> None:
    readings = surname_readings()
    assert sum(len(each) == 1 for each in readings) >= 60
    assert sum(len(each) > 1 for each in readings) >= 80
    for each in readings.values():
        assert len(each.reading) == len(each.surname)
        for syllable in (*each.reading, *(each.also or ())):
            assert syllable[:-1].isalpha()
            assert syllable[-1] in "12345"


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=5)


@given(HAN)
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@given(st.text(max_size=12))
def test_any_text_has_keys(name: str) -> None:
    read = syllables(name)
    assert "".join(read) == full_pinyin(name)
    assert len(initials(name)) == len(read)
    assert len(sort_key(name).split(" ")) == max(1, len(read))
    assert "".join(split_surname(name)) == tidy_name(name)
    assert fold_name(tidy_name(name)) == fold_name(name)


@given(HAN)
def test_width_and_form_do_not_matter(name: str) -> None:
    assert sort_key(unicodedata.normalize("NFKD", name)) == sort_key(name)
    assert sort_key(f" {name} ") == sort_key(" ".join(name))
