"""The levels on which many pairs agree, by columns: what `pairs` defines, tested to be the same.

Cheap comparisons of codes come first; strings are compared only for pairs that they leave open.
"""

from collections.abc import Callable

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from kangmai.identity.matching.comparison.levels import (
    BirthLevel,
    Field,
    MotherLevel,
    NameLevel,
    NumberLevel,
    PlaceLevel,
    SexLevel,
    ValueLevel,
    WordLevel,
)
from kangmai.identity.matching.comparison.pairs import (
    CLOSE_ADDRESS,
    CLOSE_WORD,
    LUNAR_SHIFT_DAYS,
    NICKNAME_LENGTH,
    SHORTEST_PART,
    SIMILAR_ADDRESS,
    SIMILAR_WORD,
    YEARS_OFF,
)
from kangmai.identity.matching.preparation.coded import Coded
from kangmai.identity.matching.preparation.columns import Columns
from kangmai.identity.matching.preparation.name_columns import NameTable
from kangmai.identity.matching.preparation.names import LONGEST_COMPARED
from kangmai.identity.matching.preparation.words import nickname_beginnings

Rows = np.ndarray
Levels = np.ndarray
"""uint8, one row a field in the order of `Field`, one column a pair."""


def levels_of_pairs(c: Columns, left: Rows, right: Rows) -> Levels:
    """The levels of all fields for pairs of records."""
    levels = np.zeros((len(Field), len(left)), dtype=np.uint8)
    levels[Field.NAME] = _names(c, left, right)
    levels[Field.GIVEN_NAME], levels[Field.SURNAME] = _words(c, left, right)
    levels[Field.BIRTH_DATE] = _births(c, left, right)
    levels[Field.SEX] = _sexes(c.sex[left], c.sex[right])
    levels[Field.NUMBER] = _numbers(c, left, right)
    levels[Field.PHONE] = _values(c.phone, left, right)
    levels[Field.ADDRESS] = _addresses(c.address, left, right)
    near = (levels[Field.ADDRESS] == PlaceLevel.EQUAL) | (levels[Field.ADDRESS] == PlaceLevel.CLOSE)
    levels[Field.TOWN] = np.where(near, 0, _towns(c.town, left, right))
    levels[Field.POSTCODE] = np.where(near, 0, _values(c.postcode, left, right))
    levels[Field.MOTHER] = _mothers(c, left, right)
    return levels


def _is_absent(codes: np.ndarray) -> bool:
    return not codes.any()


def _nothing(rows: Rows) -> np.ndarray:
    return np.zeros(len(rows), dtype=np.uint8)


def _both(codes: np.ndarray, left: Rows, right: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The codes of both sides, and whether neither is missing."""
    a, b = codes[left], codes[right]
    return a, b, (a != 0) & (b != 0)


def _names(c: Columns, left: Rows, right: Rows) -> np.ndarray:
    if _is_absent(c.name):
        return _nothing(left)
    a, b, present = _both(c.name, left, right)
    level = np.full(len(left), NameLevel.DIFFERENT, dtype=np.uint8)
    level[~present] = NameLevel.MISSING
    open_ = np.flatnonzero(present & (a != b))
    same = np.flatnonzero(present & (a == b))
    level[same] = np.where(
        c.written[left[same]] == c.written[right[same]], NameLevel.EXACT, NameLevel.VARIANT
    )
    level[open_] = _unequal_names(c, left[open_], right[open_])
    return level


def _unequal_names(c: Columns, left: Rows, right: Rows) -> np.ndarray:
    level = np.full(len(left), NameLevel.DIFFERENT, dtype=np.uint8)
    family = _same(c.family, left, right)
    level[family] = NameLevel.SURNAME_ONLY
    level[_same(c.own, left, right)] = NameLevel.GIVEN_ONLY
    part, one = _part_or_one(c.names, c.written[left], c.written[right])
    level[one & family] = NameLevel.ONE_CHARACTER
    level[part] = NameLevel.PART
    level[_same(c.blur, left, right)] = NameLevel.NEAR_HOMOPHONE
    level[_same(c.sound, left, right)] = NameLevel.HOMOPHONE
    return level


def _same(codes: np.ndarray, left: Rows, right: Rows) -> np.ndarray:
    a = codes[left]
    return (a == codes[right]) & (a != 0)


def _part_or_one(
    names: NameTable, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Whether one name is part of the other, and whether one character differs; for rows of `names`."""
    part, one = np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=bool)
    a_length, b_length = names.length[left], names.length[right]
    fits = np.maximum(a_length, b_length) <= LONGEST_COMPARED
    equal = fits & (a_length == b_length) & (a_length > SHORTEST_PART)
    rows = np.flatnonzero(equal)
    width = int(a_length[rows].max(initial=1))
    a, b = names.characters[left[rows], :width], names.characters[right[rows], :width]
    one[rows] = (a != b).sum(axis=1) == 1
    part[rows] = (np.sort(a, axis=1) == np.sort(b, axis=1)).all(axis=1)
    rows = np.flatnonzero(
        fits & (a_length != b_length) & (np.minimum(a_length, b_length) >= SHORTEST_PART)
    )
    part[rows] = _begins_or_ends(names, left[rows], right[rows])
    part |= fits & (_nicknames(names, left, right) | _nicknames(names, right, left))
    return part, one


def _nicknames(names: NameTable, short: np.ndarray, name: np.ndarray) -> np.ndarray:
    """Whether the first name of each pair is a familiar form of the second."""
    found = names.length[short] == NICKNAME_LENGTH
    found &= (names.length[name] > 1) & (names.length[name] <= LONGEST_COMPARED)
    rows = np.flatnonzero(found)
    beginnings = [ord(each) for each in nickname_beginnings()]
    characters = names.characters[short[rows]]
    latest = names.characters[name[rows], names.length[name[rows]] - 1]
    found[rows] = np.isin(characters[:, 0], beginnings) & (characters[:, 1] == latest)
    return found


def _begins_or_ends(names: NameTable, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Whether the shorter of two names is the beginning or the end of the longer."""
    shorter = names.length[left] < names.length[right]
    short, long = np.where(shorter, left, right), np.where(shorter, right, left)
    a, b = names.characters[short], names.characters[long]
    a_length, b_length = names.length[short][:, None], names.length[long][:, None]
    place = np.arange(LONGEST_COMPARED)[None, :]
    outside = place >= a_length
    begins = ((a == b) | outside).all(axis=1)
    shifted = np.take_along_axis(
        b, np.minimum(place + b_length - a_length, LONGEST_COMPARED - 1), axis=1
    )
    return begins | ((a == shifted) | outside).all(axis=1)


def _words(c: Columns, left: Rows, right: Rows) -> tuple[np.ndarray, np.ndarray]:
    if _is_absent(c.given_name) and _is_absent(c.surname):
        return _nothing(left), _nothing(left)
    g1, s1, g2, s2 = c.given_name[left], c.surname[left], c.given_name[right], c.surname[right]
    crossed = (g1 != 0) & (s1 != 0) & (g1 != s1) & (g1 == s2) & (s1 == g2)
    return _word_levels(c.words, g1, g2, crossed), _word_levels(c.words, s1, s2, crossed)


def _word_levels(
    words: np.ndarray, a: np.ndarray, b: np.ndarray, crossed: np.ndarray
) -> np.ndarray:
    level = np.zeros(len(a), dtype=np.uint8)
    present = (a != 0) & (b != 0)
    level[present & (a == b)] = WordLevel.EXACT
    level[present & (a != b) & crossed] = WordLevel.SWAPPED
    rows = np.flatnonzero(present & (a != b) & ~crossed)
    level[rows] = _by_different_pairs(a[rows], b[rows], lambda x, y: _word_likeness(words, x, y))
    return level


def _word_likeness(words: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    one, two = words[a], words[b]
    likeness = cpdist(one, two, scorer=JaroWinkler.similarity, dtype=np.float64)
    level = np.full(len(a), WordLevel.DIFFERENT, dtype=np.uint8)
    level[likeness >= SIMILAR_WORD] = WordLevel.SIMILAR
    level[likeness >= CLOSE_WORD] = WordLevel.CLOSE
    for place in np.flatnonzero(_lengths(one, two) == 1).tolist():
        same = one[place][0] == two[place][0]
        level[place] = WordLevel.INITIAL if same else WordLevel.DIFFERENT
    return level


def _lengths(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """The length of the shorter text of each pair."""
    return np.fromiter(
        (min(len(x), len(y)) for x, y in zip(one, two, strict=True)), np.int32, len(one)
    )


def _by_different_pairs(
    a: np.ndarray, b: np.ndarray, compare: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Levels of pairs of codes, each different pair compared once; comparison is symmetric."""
    if not len(a):
        return np.zeros(0, dtype=np.uint8)
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    pairs, place = np.unique(low << 32 | high, return_inverse=True)
    return compare(pairs >> 32, pairs & 0xFFFFFFFF)[place]


def _births(c: Columns, left: Rows, right: Rows) -> np.ndarray:
    if _is_absent(c.birth):
        return _nothing(left)
    a, b, present = _both(c.birth, left, right)
    level = np.zeros(len(left), dtype=np.uint8)
    level[present] = BirthLevel.EQUAL
    rows = np.flatnonzero(present & (a != b))
    level[rows] = _unequal_births(c, left[rows], right[rows])
    return level


def _unequal_births(c: Columns, left: Rows, right: Rows) -> np.ndarray:
    a, b = c.birth[left], c.birth[right]
    a_year, a_month, a_day = a // 10_000, a // 100 % 100, a % 100
    b_year, b_month, b_day = b // 10_000, b // 100 % 100, b % 100
    year, month, day = a_year == b_year, a_month == b_month, a_day == b_day
    a_ordinal, b_ordinal = c.birth_ordinal[left], c.birth_ordinal[right]
    a_lunar, b_lunar = c.lunar_ordinal[left], c.lunar_ordinal[right]
    known = (a_ordinal > 0) & (b_ordinal > 0)
    apart = np.abs(a_ordinal - b_ordinal)
    lunar = ((a_lunar > 0) & (a_lunar == b_ordinal)) | ((b_lunar > 0) & (b_lunar == a_ordinal))
    choices = (
        (year & (a_month == b_day) & (a_day == b_month), BirthLevel.DAY_MONTH_SWAPPED),
        (lunar, BirthLevel.LUNAR),
        (month & day & _is_year_off(a_year, b_year), BirthLevel.YEAR_OFF),
        (year.astype(np.int8) + month + day == 2, BirthLevel.TWO_OF_THREE),
        (year & ((a % 10_000 == 101) | (b % 10_000 == 101)), BirthLevel.FIRST_OF_JANUARY),
        (
            known & (apart >= LUNAR_SHIFT_DAYS.start) & (apart < LUNAR_SHIFT_DAYS.stop),
            BirthLevel.LUNAR_SHIFT,
        ),
        (year, BirthLevel.SAME_YEAR),
    )
    return _first_of(choices, BirthLevel.DIFFERENT, len(left))


def _first_of(choices: tuple[tuple[np.ndarray, int], ...], default: int, size: int) -> np.ndarray:
    """The level of the first condition that holds."""
    level = np.full(size, default, dtype=np.uint8)
    for condition, value in reversed(choices):
        level[condition] = value
    return level


def _is_year_off(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    digits = (
        (a % 10 != b % 10).astype(np.int8) + (a // 10 % 10 != b // 10 % 10) + (a // 100 != b // 100)
    )
    return (np.abs(a - b) <= YEARS_OFF) | (digits == 1)


def _sexes(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    level = np.where(a == b, SexLevel.EQUAL, SexLevel.DIFFERENT)
    return np.where((a == 0) | (b == 0), SexLevel.MISSING, level).astype(np.uint8)


def _numbers(c: Columns, left: Rows, right: Rows) -> np.ndarray:
    numbers = c.numbers
    if _is_absent(numbers.codes):
        return _nothing(left)
    a, b, present = _both(numbers.codes, left, right)
    present &= numbers.system[left] == numbers.system[right]
    guardian = numbers.is_guardian[left] | numbers.is_guardian[right]
    valid = numbers.is_valid[left] & numbers.is_valid[right]
    level = np.zeros(len(left), dtype=np.uint8)
    level[present & valid] = NumberLevel.CONFLICT
    level[present & valid & guardian] = NumberLevel.DIFFERENT_GUARDIAN
    level[present & (a == b)] = NumberLevel.EQUAL
    level[present & (a == b) & guardian] = NumberLevel.EQUAL_GUARDIAN
    rows = np.flatnonzero(present & ~valid & (a != b))
    typed = _by_different_pairs(a[rows], b[rows], lambda x, y: _mistyped(numbers.texts, x, y))
    away = (typed == NumberLevel.DIFFERENT) & guardian[rows]
    level[rows] = np.where(away, NumberLevel.DIFFERENT_GUARDIAN, typed)
    return level


def _mistyped(texts: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    one, two = texts[a], texts[b]
    edits = cpdist(one, two, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    shortest = _lengths(one, two)
    level = np.full(len(a), NumberLevel.DIFFERENT, dtype=np.uint8)
    level[(edits == 2) & (shortest >= 6)] = NumberLevel.NEAR
    level[(edits == 1) & (shortest >= 4)] = NumberLevel.TYPO
    return level


def _compared(
    values: Coded, left: Rows, right: Rows, compare: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Level 1 for equal values; `compare` decides on different ones."""
    if len(values.texts) == 1:
        return _nothing(left)
    a, b, present = _both(values.codes, left, right)
    level = present.astype(np.uint8)
    rows = np.flatnonzero(present & (a != b))
    level[rows] = _by_different_pairs(a[rows], b[rows], compare)
    return level


def _values(values: Coded, left: Rows, right: Rows) -> np.ndarray:
    def compare(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        edits = cpdist(
            values.texts[a], values.texts[b], scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
        )
        return np.where(edits == 1, ValueLevel.TYPO, ValueLevel.DIFFERENT).astype(np.uint8)

    return _compared(values, left, right, compare)


def _addresses(values: Coded, left: Rows, right: Rows) -> np.ndarray:
    def compare(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        likeness = cpdist(
            values.texts[a],
            values.texts[b],
            scorer=ratio,
            score_cutoff=SIMILAR_ADDRESS,
            dtype=np.float64,
        )
        level = np.full(len(a), PlaceLevel.DIFFERENT, dtype=np.uint8)
        level[likeness >= SIMILAR_ADDRESS] = PlaceLevel.SIMILAR
        level[likeness >= CLOSE_ADDRESS] = PlaceLevel.CLOSE
        return level

    return _compared(values, left, right, compare)


def _towns(values: Coded, left: Rows, right: Rows) -> np.ndarray:
    def compare(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        likeness = cpdist(
            values.texts[a], values.texts[b], scorer=JaroWinkler.similarity, dtype=np.float64
        )
        return np.where(likeness >= CLOSE_WORD, PlaceLevel.CLOSE, PlaceLevel.DIFFERENT).astype(
            np.uint8
        )

    return _compared(values, left, right, compare)


def _mothers(c: Columns, left: Rows, right: Rows) -> np.ndarray:
    if _is_absent(c.mother):
        return _nothing(left)
    a, b, present = _both(c.mother, left, right)
    level = present.astype(np.uint8)
    rows = np.flatnonzero(present & (a != b))
    level[rows] = _unequal_mothers(c, left[rows], right[rows])
    return level


def _unequal_mothers(c: Columns, left: Rows, right: Rows) -> np.ndarray:
    level = np.full(len(left), MotherLevel.DIFFERENT, dtype=np.uint8)
    a, b = c.mother_sound[left], c.mother_sound[right]
    part, one = _part_or_one(c.names, c.mother_row[left], c.mother_row[right])
    level[(part | one) & (a != 0) & (b != 0)] = MotherLevel.CLOSE
    level[(a == b) & (a != 0)] = MotherLevel.HOMOPHONE
    rows = np.flatnonzero((a == 0) & (b == 0))
    level[rows] = _by_different_pairs(
        c.mother_row[left[rows]],
        c.mother_row[right[rows]],
        lambda x, y: _latin_mothers(c.names, x, y),
    )
    return level


def _latin_mothers(names: NameTable, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    likeness = cpdist(
        names.folded_text[a], names.folded_text[b], scorer=JaroWinkler.similarity, dtype=np.float64
    )
    return np.where(likeness >= CLOSE_WORD, MotherLevel.CLOSE, MotherLevel.DIFFERENT).astype(
        np.uint8
    )
