"""Names: Chinese ones with their sounds, placeholders of newborns, and names in Latin letters.

Readings, folding of variants and compound surnames are those of `standards.pinyin`. Dots and spaces
are dropped from the folded form, so that 阿卜杜·热合曼 equals 阿卜杜 热合曼.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from kangmai.identity.matching.preparation.text import HAN, SPACES, plain
from kangmai.identity.matching.preparation.words import newborn_endings, no_names, words
from kangmai.standards.pinyin import MIDDLE_DOT, fold_name, split_surname, syllables

HAN_BEGINNING = re.compile(rf"[{HAN}]")
NOT_LETTERS = re.compile(r"[^\w ]+|[0-9_]+")
REMEMBERED = 20_000
"""Names taken apart that are remembered: candidates of one record mostly bear a few."""
LONGEST_COMPARED = 10
"""Characters of a Chinese name that are compared one by one."""


@dataclass(frozen=True, slots=True)
class ChineseName:
    """A Chinese name taken apart for comparison; all empty where there is none."""

    written: str = ""
    folded: str = ""
    sound: tuple[str, ...] = ()
    blur: tuple[str, ...] = ()
    family: str = ""
    own: str = ""


NO_NAME = ChineseName()


@lru_cache(maxsize=REMEMBERED)
def chinese_name(text: str) -> ChineseName:
    """A Chinese name in parts; `NO_NAME` for a name in Latin letters or none."""
    written = SPACES.sub("", plain(text))
    if not is_chinese(written) or written in no_names():
        return NO_NAME
    folded = fold_name(written)
    family, own = split_surname(folded)
    whole = folded.replace(MIDDLE_DOT, "").replace(" ", "")
    sound = sounds(whole, family=family)
    return ChineseName(
        written=written,
        folded=whole,
        sound=sound,
        blur=tuple(map(blurred, sound)),
        family=family,
        own=own if family else "",
    )


def is_chinese(text: str) -> bool:
    """Whether a name begins with a Chinese character."""
    return HAN_BEGINNING.match(text) is not None


def sounds(folded: str, *, family: str) -> tuple[str, ...]:
    """The toneless reading of each character, the surname read as surnames are."""
    read = surname_sounds(family) if family else ()
    return read + tuple(map(character_sound, folded[len(read) :]))


@cache
def surname_sounds(family: str) -> tuple[str, ...]:
    """The reading of each character of a surname."""
    if len(family) == 1:
        return syllables(family)
    return syllables(family + "一")[: len(family)]


@cache
def character_sound(character: str) -> str:
    """The reading of a character that is no surname; a letter reads as itself."""
    if not is_chinese(character):
        return character
    read = syllables("王" + character)
    return read[1] if len(read) > 1 else character


@cache
def blurred(sound: str) -> str:
    """A syllable with the parts merged that speakers of southern dialects do not keep apart."""
    confused = words()["confused_sounds"]
    for sharp, blunt in confused["initials"].items():
        if sound.startswith(sharp):
            sound = blunt + sound[len(sharp) :]
            break
    for sharp, blunt in confused["finals"].items():
        if sound.endswith(sharp):
            sound = sound[: -len(sharp)] + blunt
    return sound


def newborn_placeholder(text: str) -> tuple[str, int] | None:
    """The mother's name and the sex (1, 2, or 0 for unknown) that a placeholder such as 王芳之女 tells."""
    written = SPACES.sub("", plain(text))
    if not written.endswith(_all_newborn_endings()):
        return None
    for ending, sex in newborn_endings():
        if written.endswith(ending) and len(written) >= len(ending) + 2:
            return written[: -len(ending)], sex
    return None


@cache
def _all_newborn_endings() -> tuple[str, ...]:
    return tuple(ending for ending, _ in newborn_endings())


def latin_word(text: str) -> str:
    """A given name or surname in Latin or another alphabet: letters only, accents dropped."""
    bare = plain(text)
    if is_chinese(bare) or bare in no_names():
        return ""
    if not bare.isascii():
        bare = "".join(
            c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c)
        )
    return SPACES.sub(" ", NOT_LETTERS.sub("", bare.replace("-", " "))).strip()


def latin_parts(full: str) -> tuple[str, str]:
    """Given name and surname of a full name in Latin letters: `Ann B. Lee` or `Lee, Ann B.`."""
    if "," in full:
        surname, _, given = full.partition(",")
        return latin_word(given), latin_word(surname)
    given, _, surname = latin_word(full).rpartition(" ")
    return given, surname


SOUNDEX = {
    letter: digit
    for digit, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1)
    for letter in letters
}


@cache
def soundex(word: str) -> str:
    """The American Soundex code of a word: its first letter and three digits.

    Source: US National Archives, The Soundex Indexing System.
    """
    letters = word.replace(" ", "")
    if not letters:
        return ""
    code, latest = letters[0], SOUNDEX.get(letters[0])
    for letter in letters[1:]:
        digit = SOUNDEX.get(letter)
        if digit is not None and digit != latest:
            code += str(digit)
        if letter not in "hw":
            latest = digit
    return (code + "000")[:4]
