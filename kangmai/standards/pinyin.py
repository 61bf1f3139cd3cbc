"""Pinyin of names: sort keys with surname readings, initials, full pinyin, surname and given name.

Names are kept as written; what this module gives is for keys, sorting and comparison. Readings are
cached by character: a million names take seconds.

Source: readings by pypinyin (MIT); surname readings by `definitions/standards/pinyin`.
"""

import re
from dataclasses import dataclass
from functools import cache
from unicodedata import normalize

from kangmai.standards.name_folding import HAN, MIDDLE_DOT, fold_name, tidy_name
from kangmai.standards.tables import read_rows

_TOKENS = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_HAN_CHARACTER = re.compile(rf"[{HAN}]")
_V = re.compile("[üǖǘǚǜ]")


@dataclass(frozen=True, slots=True)
class SurnameReading:
    """How a surname is read: syllables with tone numbers, and another reading in use, if any."""

    surname: str
    reading: tuple[str, ...]
    also: tuple[str, ...] | None


def syllables(name: str) -> tuple[str, ...]:
    """The toneless syllables of a name; a word in Latin letters counts as one syllable."""
    tokens = _tokens(name)
    return tuple(
        [_toneless(each, of=token) for each, token in zip(_toned(name), tokens, strict=True)]
    )


def all_readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of a name by each reading of its surname in use, the usual one first."""
    usual = syllables(name)
    surname = _surname_reading(fold_name(name))
    if surname is None or surname.also is None:
        return (usual,)
    other = tuple(each[:-1] for each in surname.also)
    return (usual,) if usual[: len(other)] == other else (usual, other + usual[len(other) :])


def full_pinyin(name: str) -> str:
    """The syllables run together, for search: 区永强 gives ouyongqiang; ü is v."""
    return "".join(syllables(name))


def initials(name: str) -> str:
    """The first letter of each syllable: 欧阳修 gives oyx."""
    return "".join([each[0] for each in syllables(name)])


def sort_key(name: str) -> str:
    """The key by which lists of names sort, under a collation that compares bytes ("C").

    Names sort by the reading of each character, then by the character, so that one surname stays
    together: 李 (li3) and 黎 (li2) are not mixed. The key reveals the name: keep it where the name
    may be kept.
    """
    tokens = _tokens(name)
    return " ".join(
        [
            reading if reading == token else reading + token
            for reading, token in zip(_toned(name), tokens, strict=True)
        ]
    )


def split_surname(name: str) -> tuple[str, str]:
    """Surname and given name as written: the longest compound surname that leaves a given name.

    A name with a middle dot or in Latin letters has no surname: it is all given name. 欧 and 阳 may
    also be a one-character surname and a given name: compare whole names first.
    """
    written = tidy_name(name)
    if MIDDLE_DOT in written or not _HAN_CHARACTER.match(written):
        return "", written
    lengths = _compound_lengths(fold_name(written))
    length = next((each for each in lengths if each < len(written)), 1)
    return written[:length], written[length:]


def romanize(name: str) -> str:
    """A name for English text: 欧阳修 gives Ouyang Xiu, 吕布 gives Lyu Bu; Latin names stay as they are."""
    surname, given = split_surname(name)
    if not surname:
        return " ".join(word.capitalize() for word in _words(given))
    read = [each.replace("v", "yu") for each in syllables(name)]
    family, rest = "".join(read[: len(surname)]), "".join(read[len(surname) :])
    return f"{family.capitalize()} {rest.capitalize()}".strip()


def read_text(text: str) -> tuple[str, ...]:
    """The toneless syllables of words that are no person's name, with phrase readings (重庆 chong qing)."""
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(text))


@cache
def pinyin_syllables() -> frozenset[str]:
    """Every toneless syllable that a character can have, ü as v: about 420."""
    from pypinyin.constants import PINYIN_DICT

    toned = {each for readings in PINYIN_DICT.values() for each in readings.split(",")}
    bare = {
        "".join(c for c in normalize("NFD", _V.sub("v", each)) if c.isalpha()) for each in toned
    }
    return frozenset(each for each in bare if each.isascii())


def surname_readings() -> dict[str, SurnameReading]:
    """The surnames whose reading is not that of the character, and all compound surnames."""
    return _surnames()


def _words(text: str) -> list[str]:
    parts = text.replace(MIDDLE_DOT, " ").split()
    return ["".join(syllables(part)) for part in parts]


def _tokens(name: str) -> list[str]:
    """The Chinese characters and the Latin words of a name."""
    return _TOKENS.findall(fold_name(name))


def _toned(name: str) -> list[str]:
    """The reading of each token; a Latin word and a character without reading stand for themselves."""
    folded = fold_name(name)
    readings = [_READINGS[token] for token in _TOKENS.findall(folded)]
    surname = _surname_reading(folded)
    if surname is not None:
        readings[: len(surname.reading)] = surname.reading
    return readings


def _toneless(reading: str, *, of: str) -> str:
    return reading if reading == of else reading[:-1]


def _surname_reading(folded: str) -> SurnameReading | None:
    if not folded or MIDDLE_DOT in folded:
        return None
    surnames = _surnames()
    for length in _compound_lengths(folded):
        return surnames[folded[:length]]
    return surnames.get(folded[0])


def _compound_lengths(folded: str) -> list[int]:
    """The lengths of the compound surnames that a name begins with, longest first."""
    if folded[:1] not in _compound_beginnings():
        return []
    return [n for n in (4, 3, 2) if len(folded) >= n and folded[:n] in _surnames()]


@cache
def _surnames() -> dict[str, SurnameReading]:
    return {
        row["surname"]: SurnameReading(
            surname=row["surname"],
            reading=tuple(row["reading"].split()),
            also=tuple(row["also"].split()) or None,
        )
        for row in read_rows("pinyin", "surnames")
    }


@cache
def _compound_beginnings() -> frozenset[str]:
    return frozenset(surname[0] for surname in _surnames() if len(surname) > 1)


class _Readings(dict[str, str]):
    """Reads a character the first time it is met; a Latin word is its own reading."""

    def __missing__(self, token: str) -> str:
        reading = _read_character(token) if _HAN_CHARACTER.match(token) else token
        self[token] = reading
        return reading


def _read_character(character: str) -> str:
    from pypinyin import Style, lazy_pinyin

    known = _name_readings().get(character)
    if known is not None:
        return known
    reading = lazy_pinyin(character, style=Style.TONE3, neutral_tone_with_five=True)[0]
    return str(reading)


@cache
def _name_readings() -> dict[str, str]:
    return {row["character"]: row["reading"] for row in read_rows("pinyin", "name_characters")}


_READINGS = _Readings()
