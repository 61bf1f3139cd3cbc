"""The levels on which two records agree, one pair at a time. `pair_columns` does the same for many pairs.

This is the definition of the levels: each function answers with the first that holds.
"""

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio

from kangmai.identity.matching.comparison.levels import (
    BirthLevel,
    MotherLevel,
    NameLevel,
    NumberLevel,
    PlaceLevel,
    SexLevel,
    ValueLevel,
    WordLevel,
)
from kangmai.identity.matching.preparation.features import Features
from kangmai.identity.matching.preparation.names import LONGEST_COMPARED, ChineseName
from kangmai.identity.matching.preparation.numbers import Number
from kangmai.identity.matching.preparation.words import nickname_beginnings

CLOSE_WORD, SIMILAR_WORD = 0.92, 0.78
"""Jaro–Winkler similarity of words from which they are close, or similar."""
CLOSE_ADDRESS, SIMILAR_ADDRESS = 88.0, 72.0
"""Similarity of addresses (0 to 100, by longest common subsequence)."""
SHORTEST_PART = 2
NICKNAME_LENGTH = 2
YEARS_OFF = 2
LUNAR_SHIFT_DAYS = range(18, 52)


def levels_of(left: Features, right: Features) -> tuple[int, ...]:
    """The level of every field, in the order of `Field`."""
    address = address_level(left.address, right.address)
    near = address in (PlaceLevel.EQUAL, PlaceLevel.CLOSE)
    return (
        name_level(left.name, right.name),
        word_level(left.given_name, right.given_name, crossed=_crossed(left, right)),
        word_level(left.surname, right.surname, crossed=_crossed(left, right)),
        birth_level(left, right),
        sex_level(left.sex, right.sex),
        number_level(left.number, right.number),
        value_level(left.phone, right.phone),
        address,
        PlaceLevel.MISSING if near else town_level(left.town, right.town),
        ValueLevel.MISSING if near else value_level(left.postcode, right.postcode),
        mother_level(left.mother, right.mother),
    )


def name_level(left: ChineseName, right: ChineseName) -> NameLevel:
    """How two Chinese names agree."""
    if not left.folded or not right.folded:
        return NameLevel.MISSING
    if left.written == right.written:
        return NameLevel.EXACT
    if left.folded == right.folded:
        return NameLevel.VARIANT
    if left.sound == right.sound:
        return NameLevel.HOMOPHONE
    if left.blur == right.blur:
        return NameLevel.NEAR_HOMOPHONE
    if is_part(left.folded, right.folded):
        return NameLevel.PART
    return _family_level(left, right)


def _family_level(left: ChineseName, right: ChineseName) -> NameLevel:
    same_family = bool(left.family) and left.family == right.family
    if same_family and one_character_differs(left.folded, right.folded):
        return NameLevel.ONE_CHARACTER
    if left.own and left.own == right.own:
        return NameLevel.GIVEN_ONLY
    return NameLevel.SURNAME_ONLY if same_family else NameLevel.DIFFERENT


def is_part(left: str, right: str) -> bool:
    """Whether one name begins or ends with the other, is it in another order, or its familiar form."""
    if max(len(left), len(right)) > LONGEST_COMPARED:
        return False
    if is_nickname(left, right) or is_nickname(right, left):
        return True
    short, long = sorted((left, right), key=len)
    if len(short) == len(long):
        return len(short) > SHORTEST_PART and sorted(short) == sorted(long)
    return len(short) >= SHORTEST_PART and (long.startswith(short) or long.endswith(short))


def is_nickname(short: str, name: str) -> bool:
    """Whether 小琪 may be said of 张思琪: the last character of a given name after a word for familiars."""
    return (
        len(short) == NICKNAME_LENGTH
        and short[0] in nickname_beginnings()
        and len(name) > 1
        and short[1] == name[-1]
    )


def one_character_differs(left: str, right: str) -> bool:
    """Whether names of the same length, three or more, differ in one character."""
    if not SHORTEST_PART < len(left) == len(right) <= LONGEST_COMPARED:
        return False
    return sum(a != b for a, b in zip(left, right, strict=True)) == 1


def _crossed(left: Features, right: Features) -> bool:
    """Whether given name and surname stand in each other's place."""
    return (
        bool(left.given_name and left.surname)
        and left.given_name != left.surname
        and left.given_name == right.surname
        and left.surname == right.given_name
    )


def word_level(left: str, right: str, *, crossed: bool) -> WordLevel:
    """How two given names, or two surnames, in Latin letters agree."""
    if not left or not right:
        return WordLevel.MISSING
    if left == right:
        return WordLevel.EXACT
    if crossed:
        return WordLevel.SWAPPED
    if min(len(left), len(right)) == 1:
        return WordLevel.INITIAL if left[0] == right[0] else WordLevel.DIFFERENT
    likeness = JaroWinkler.similarity(left, right)
    if likeness >= CLOSE_WORD:
        return WordLevel.CLOSE
    return WordLevel.SIMILAR if likeness >= SIMILAR_WORD else WordLevel.DIFFERENT


def birth_level(left: Features, right: Features) -> BirthLevel:
    """How two birth dates agree."""
    a, b = left.birth, right.birth
    if not a or not b:
        return BirthLevel.MISSING
    if a == b:
        return BirthLevel.EQUAL
    same_year = a // 10_000 == b // 10_000
    if same_year and a // 100 % 100 == b % 100 and a % 100 == b // 100 % 100:
        return BirthLevel.DAY_MONTH_SWAPPED
    if _is_lunar(left, right) or _is_lunar(right, left):
        return BirthLevel.LUNAR
    if a % 10_000 == b % 10_000 and is_year_off(a // 10_000, b // 10_000):
        return BirthLevel.YEAR_OFF
    if sum((same_year, a // 100 % 100 == b // 100 % 100, a % 100 == b % 100)) == 2:
        return BirthLevel.TWO_OF_THREE
    if same_year and 101 in (a % 10_000, b % 10_000):
        return BirthLevel.FIRST_OF_JANUARY
    known = left.birth_ordinal and right.birth_ordinal
    if known and abs(left.birth_ordinal - right.birth_ordinal) in LUNAR_SHIFT_DAYS:
        return BirthLevel.LUNAR_SHIFT
    return BirthLevel.SAME_YEAR if same_year else BirthLevel.DIFFERENT


def _is_lunar(lunar: Features, solar: Features) -> bool:
    return bool(lunar.lunar_ordinal) and lunar.lunar_ordinal == solar.birth_ordinal


def is_year_off(left: int, right: int) -> bool:
    """Whether two years are at most two apart, or one digit of the last three differs."""
    apart = abs(left - right)
    return (
        apart <= YEARS_OFF
        or sum(
            (
                left % 10 != right % 10,
                left // 10 % 10 != right // 10 % 10,
                left // 100 != right // 100,
            )
        )
        == 1
    )


def sex_level(left: int, right: int) -> SexLevel:
    """How two sexes agree."""
    if not left or not right:
        return SexLevel.MISSING
    return SexLevel.EQUAL if left == right else SexLevel.DIFFERENT


def number_level(left: Number, right: Number) -> NumberLevel:
    """How two identity numbers agree; numbers of different systems say nothing."""
    if not left.system or left.system != right.system:
        return NumberLevel.MISSING
    guardian = left.is_guardian or right.is_guardian
    if left.text == right.text:
        return NumberLevel.EQUAL_GUARDIAN if guardian else NumberLevel.EQUAL
    if left.is_valid and right.is_valid:
        return NumberLevel.DIFFERENT_GUARDIAN if guardian else NumberLevel.CONFLICT
    return _mistyped_level(left, right, guardian=guardian)


def _mistyped_level(left: Number, right: Number, *, guardian: bool) -> NumberLevel:
    edits = OSA.distance(left.text, right.text, score_cutoff=2)
    shortest = min(len(left.text), len(right.text))
    if edits == 1 and shortest >= 4:
        return NumberLevel.TYPO
    if edits == 2 and shortest >= 6:
        return NumberLevel.NEAR
    return NumberLevel.DIFFERENT_GUARDIAN if guardian else NumberLevel.DIFFERENT


def value_level(left: str, right: str) -> ValueLevel:
    """How two phones or postcodes agree."""
    if not left or not right:
        return ValueLevel.MISSING
    if left == right:
        return ValueLevel.EQUAL
    return (
        ValueLevel.TYPO if OSA.distance(left, right, score_cutoff=1) == 1 else ValueLevel.DIFFERENT
    )


def address_level(left: str, right: str) -> PlaceLevel:
    """How two addresses agree."""
    if not left or not right:
        return PlaceLevel.MISSING
    if left == right:
        return PlaceLevel.EQUAL
    likeness = ratio(left, right)
    if likeness >= CLOSE_ADDRESS:
        return PlaceLevel.CLOSE
    return PlaceLevel.SIMILAR if likeness >= SIMILAR_ADDRESS else PlaceLevel.DIFFERENT


def town_level(left: str, right: str) -> PlaceLevel:
    """How two towns agree."""
    if not left or not right:
        return PlaceLevel.MISSING
    if left == right:
        return PlaceLevel.EQUAL
    return (
        PlaceLevel.CLOSE
        if JaroWinkler.similarity(left, right) >= CLOSE_WORD
        else PlaceLevel.DIFFERENT
    )


def mother_level(left: ChineseName, right: ChineseName) -> MotherLevel:
    """How two names of mothers agree."""
    if not left.folded or not right.folded:
        return MotherLevel.MISSING
    if left.folded == right.folded:
        return MotherLevel.EQUAL
    if left.sound and left.sound == right.sound:
        return MotherLevel.HOMOPHONE
    if _is_close_name(left, right):
        return MotherLevel.CLOSE
    return MotherLevel.DIFFERENT


def _is_close_name(left: ChineseName, right: ChineseName) -> bool:
    if left.sound and right.sound:
        return one_character_differs(left.folded, right.folded) or is_part(
            left.folded, right.folded
        )
    if left.sound or right.sound:
        return False
    return JaroWinkler.similarity(left.folded, right.folded) >= CLOSE_WORD
