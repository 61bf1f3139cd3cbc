"""Chinese names by columns: every different name once, characters and sounds as numbers."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from kangmai.identity.matching.preparation.coded import Codes, dense
from kangmai.identity.matching.preparation.names import (
    LONGEST_COMPARED,
    blurred,
    character_sound,
    is_chinese,
    latin_word,
    surname_sounds,
)
from kangmai.identity.matching.preparation.text import SPACES
from kangmai.identity.matching.preparation.words import no_names
from kangmai.standards.pinyin import MIDDLE_DOT, fold_name, split_surname, surname_readings

MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class NameTable:
    """Different names, one row each; row 0 is no name. Codes are 0 where a part is missing.

    `characters` holds the first code points of the folded form, `length` its full length.
    """

    folded: Codes
    sound: Codes
    blur: Codes
    family: Codes
    own: Codes
    characters: np.ndarray
    length: np.ndarray
    folded_text: np.ndarray


def name_table(written: np.ndarray) -> NameTable:
    """Take apart names as `chinese_name` does; other scripts keep only their folded form.

    `written` are different plain texts, the first of them empty.
    """
    parts = [_split(text) for text in written.tolist()]
    folded = [part[0] for part in parts]
    characters = code_points(folded, LONGEST_COMPARED)
    chinese = np.array([part[3] for part in parts], dtype=bool)
    sound, blur = _sounds(folded, [part[1] for part in parts], chinese)
    return NameTable(
        folded=_text_codes(folded),
        sound=sound,
        blur=blur,
        family=_text_codes([part[1] for part in parts]),
        own=_text_codes([part[2] for part in parts]),
        characters=characters,
        length=np.array([len(text) for text in folded], dtype=np.int16),
        folded_text=np.array(folded, dtype=object),
    )


def _split(written: str) -> tuple[str, str, str, bool]:
    """Folded form, surname, given name, and whether the name is Chinese."""
    if not is_chinese(written):
        return written, "", "", False
    folded = fold_name(written)
    if folded[:1] not in _compound_beginnings() and MIDDLE_DOT not in folded and is_chinese(folded):
        return folded.replace(" ", ""), folded[0], folded[1:], True
    family, own = split_surname(folded)
    return folded.replace(MIDDLE_DOT, "").replace(" ", ""), family, own if family else "", True


@cache
def _compound_beginnings() -> frozenset[str]:
    """First characters of surnames of two and more: only names that begin so need a closer look."""
    return frozenset(surname[0] for surname in surname_readings() if len(surname) > 1)


def _text_codes(texts: list[str]) -> Codes:
    """Equal codes for equal texts, 0 for the empty one."""
    seen: dict[str, int] = {"": 0}
    return np.array([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int32)


def code_points(texts: list[str], width: int) -> np.ndarray:
    """The first `width` code points of each text, zeros behind shorter ones."""
    padded = "".join([text[:width].ljust(width, "\0") for text in texts])
    points = np.frombuffer(padded.encode("utf-32-le"), dtype="<u4")
    return points.reshape(len(texts), width)


def _sounds(folded: list[str], family: list[str], chinese: np.ndarray) -> tuple[Codes, Codes]:
    """Codes of the sounds of names and of their blurred sounds; 0 for names that are not Chinese."""
    width = max((len(text) for text in folded), default=1) or 1
    width = min(width, 3 * LONGEST_COMPARED)
    points = code_points(folded, width)
    numbers: dict[str, int] = {"": 0}
    blurs: dict[str, int] = {"": 0}

    def number(sound: str) -> tuple[int, int]:
        return numbers.setdefault(sound, len(numbers)), blurs.setdefault(blurred(sound), len(blurs))

    unique, place = np.unique(points, return_inverse=True)
    read = [number(character_sound(chr(point))) if point else (0, 0) for point in unique.tolist()]
    table = np.array(read, dtype=np.uint64).reshape(-1, 2)[place.reshape(points.shape)]
    surnames, which = _unique_texts(family)
    for index, surname in enumerate(surnames):
        if surname:
            rows = which[index]
            for position, sound in enumerate(surname_sounds(surname)):
                table[rows, position] = number(sound)
    return _row_codes(table[:, :, 0], chinese), _row_codes(table[:, :, 1], chinese)


def _unique_texts(texts: list[str]) -> tuple[list[str], list[np.ndarray]]:
    """Different texts, and the rows of each."""
    codes = _text_codes(texts)
    order = np.argsort(codes, kind="stable")
    bounds = np.flatnonzero(np.diff(codes[order])) + 1
    rows = np.split(order, bounds)
    return [texts[each[0]] for each in rows if len(each)], [each for each in rows if len(each)]


def _row_codes(numbers: np.ndarray, chinese: np.ndarray) -> Codes:
    """One code for each different row of numbers, 0 where the name is not Chinese."""
    mixed = np.full(len(numbers), 1, dtype=np.uint64)
    for column in numbers.T:
        mixed = (mixed ^ (column + np.uint64(0x51ED))) * MIX
        mixed ^= mixed >> np.uint64(29)
    return dense(np.where(chinese, mixed | np.uint64(1), np.uint64(0)))


def plain_name(text: str) -> str:
    """A Chinese name's written form, as `chinese_name` has it; empty for other scripts and no names."""
    written = SPACES.sub("", text)
    return "" if not is_chinese(written) or written in no_names() else written


def plain_mother(text: str) -> str:
    """A mother's name as written, Chinese or Latin."""
    return plain_name(text) or latin_word(text)
