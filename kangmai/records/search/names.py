"""Beginnings by which a person's name is found: its characters, its pinyin, its initials."""

from functools import lru_cache

from kangmai.records.search.text import folded, prefixes
from kangmai.standards.pinyin import all_readings, fold_name


@lru_cache(maxsize=20_000)
def name_beginnings(name: str) -> tuple[str, ...]:
    """Every beginning of a name as typed, in pinyin and in initials, by each reading of its surname.

    `单伟` gives 单, 单伟, s, sh, sha, shan, shanw …, sw.
    """
    whole = folded_name(name)
    forms = [whole]
    if not whole.isascii():
        for syllables in all_readings(name):
            forms += ["".join(syllables), "".join(s[0] for s in syllables if s)]
    return tuple(dict.fromkeys(start for form in forms for start in prefixes(folded(form))))


def folded_name(name: str) -> str:
    """A name as it is compared: simplified characters, no case, accents or width."""
    return folded(fold_name(name))
