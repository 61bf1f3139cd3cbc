"""English names of divisions: a fixed name, or the pinyin of the stem and a word for the suffix.

The words are data (`definitions/standards/division_names`), fixed names stand in each city's header.
"""

from functools import cache
from typing import cast

from kangmai.standards.divisions import Division, city, city_code_of
from kangmai.standards.pinyin import read_text
from kangmai.standards.tables import read_header


def division_label(division: Division, *, language: str) -> str:
    """The name of a division for a page: as displayed in Chinese, else in English."""
    return division.display if language.startswith("zh") else english_name(division)


def english_name(division: Division) -> str:
    """The English name: 端州区 is Duanzhou District, 441200 has the fixed name Zhaoqing."""
    return _english_name(division.code, division.display, division.level.value)


@cache
def _english_name(code: str, display: str, level: str) -> str:
    home = city_code_of(code)
    fixed = city(home).english.get(code) if home else None
    if fixed is not None:
        return fixed
    for suffix, word in _words().get(level, {}).items():
        if display.endswith(suffix) and len(display) > len(suffix):
            return f"{_in_pinyin(display.removesuffix(suffix))} {word}"
    return _in_pinyin(display)


def _in_pinyin(stem: str) -> str:
    """The syllables run together with a capital; an apostrophe before a vowel, as in Yao'an."""
    read = list(read_text(stem))
    if len(read) == len(stem):
        read = [
            _words()["characters"].get(each, syllable)
            for each, syllable in zip(stem, read, strict=True)
        ]
    first, *rest = [each.replace("v", "u") for each in read] or [""]
    return first.capitalize() + "".join(f"'{each}" if each[0] in "aoe" else each for each in rest)


@cache
def _words() -> dict[str, dict[str, str]]:
    """The suffix words by level, and the readings of characters in names of places."""
    return cast(dict[str, dict[str, str]], read_header("division_names", "english"))
