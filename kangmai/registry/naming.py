"""Sort keys and initials of institutions, places and people, cut to the width of their columns."""

from functools import lru_cache

from kangmai.standards import pinyin

PLACE_KEY_WIDTH = 240
PERSON_KEY_WIDTH = 160


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    return tuple(each.strip().lower() for each in pinyin.read_text(name) if each.strip())


def place_sort_key(name: str) -> str:
    """The key by which names of institutions and places sort: phrase readings, no surname readings."""
    return " ".join(_syllables(name))[:PLACE_KEY_WIDTH]


def place_initials(name: str) -> str:
    """First letters for quick search: 肇庆市第一人民医院 gives zqsdyrmyy."""
    return "".join(each[0] for each in _syllables(name))[:120]


def person_sort_key(name: str) -> str:
    """The key by which people sort, with surname readings."""
    return pinyin.sort_key(name)[:PERSON_KEY_WIDTH]


def person_initials(name: str) -> str:
    """First letters of a person's name: 欧阳修 gives oyx."""
    return pinyin.initials(name).lower()[:32]
