"""Pairs that are never linked by themselves, however probable: for one pair and by columns.

The list and why: `docs/algorithms/matching.md`, "Never linked".
"""

from math import log2

import numpy as np

from kangmai.identity.matching.comparison.levels import (
    BirthLevel,
    Field,
    MotherLevel,
    NameLevel,
    NumberLevel,
    PlaceLevel,
    ValueLevel,
    WordLevel,
)
from kangmai.identity.matching.comparison.pair_columns import Levels
from kangmai.identity.matching.types import Caution

SAME_NAME = (NameLevel.EXACT, NameLevel.VARIANT, NameLevel.HOMOPHONE, NameLevel.NEAR_HOMOPHONE)
OTHER_GIVEN_NAME = (NameLevel.ONE_CHARACTER, NameLevel.SURNAME_ONLY, NameLevel.DIFFERENT)
SAME_WORD = (WordLevel.EXACT, WordLevel.CLOSE, WordLevel.SWAPPED, WordLevel.SIMILAR)
SAME_BIRTH = tuple(
    level for level in BirthLevel if BirthLevel.EQUAL <= level <= BirthLevel.FIRST_OF_JANUARY
)
SAME_NUMBER = (NumberLevel.EQUAL, NumberLevel.TYPO)
SAME_VALUE = (ValueLevel.EQUAL, ValueLevel.TYPO)
SAME_ADDRESS = (PlaceLevel.EQUAL, PlaceLevel.CLOSE)
SAME_MOTHER = (MotherLevel.EQUAL, MotherLevel.HOMOPHONE)
SAME_DAY = (BirthLevel.EQUAL, BirthLevel.LUNAR)
WRITTEN_ALIKE = (NameLevel.EXACT, NameLevel.VARIANT)
FEWEST_AGREEING = 2


def _in(levels: Levels, field: Field, wanted: tuple[int, ...]) -> np.ndarray:
    found = levels[field] == wanted[0]
    for level in wanted[1:]:
        found |= levels[field] == level
    return found


def agreeing(levels: Levels) -> dict[str, np.ndarray]:
    """What agrees of name, birth, number, phone, address and mother, by name; sex and town are too weak."""
    word = _in(levels, Field.GIVEN_NAME, SAME_WORD) & (
        _in(levels, Field.SURNAME, SAME_WORD) | (levels[Field.SURNAME] == 0)
    )
    return {
        "name": _in(levels, Field.NAME, SAME_NAME) | word,
        "birth": _in(levels, Field.BIRTH_DATE, SAME_BIRTH),
        "number": _in(levels, Field.NUMBER, SAME_NUMBER),
        "phone": _in(levels, Field.PHONE, SAME_VALUE),
        "address": _in(levels, Field.ADDRESS, SAME_ADDRESS),
        "mother": _in(levels, Field.MOTHER, SAME_MOTHER),
    }


def cautions(
    levels: Levels,
    name_share: np.ndarray,
    newborn: np.ndarray,
    proved: np.ndarray,
    adult: np.ndarray,
    *,
    common: float,
) -> dict[Caution, np.ndarray]:
    """For each reason the pairs it holds for.

    `name_share` is log2 of the share of the name agreed on; `newborn` whether a side has a placeholder
    name; `proved` whether a valid number of a side tells its birth date; `adult` whether both are old enough
    to have a phone of their own; `common` the share from which a name is common.
    """
    same = agreeing(levels)
    support = same["number"] | same["phone"] | same["address"] | same["mother"]
    alone = (
        same["name"] & same["birth"] & ~support & ~_in(levels, Field.NUMBER, (NumberLevel.NEAR,))
    )
    unplaced = alone & ~(_same_town(levels) & proved)
    count = sum(each.astype(np.int8) for each in same.values())
    equal_number = levels[Field.NUMBER] == NumberLevel.EQUAL
    return {
        Caution.NUMBERS_CONFLICT: levels[Field.NUMBER] == NumberLevel.CONFLICT,
        Caution.COMMON_NAME: alone & (name_share >= np.log2(common)),
        Caution.NAME_AND_BIRTH_ONLY: unplaced & (levels[Field.NUMBER] == NumberLevel.MISSING),
        Caution.TWINS: _twins(levels, same, adult),
        Caution.NEWBORN: newborn & ~_newborn_known(levels, same),
        Caution.TOO_LITTLE: ~equal_number & (count + _weak(levels) < FEWEST_AGREEING),
        Caution.NUMBER_OF_ANOTHER: equal_number
        & _other_name(levels)
        & ~(same["phone"] | same["address"] | same["mother"]),
        Caution.BIRTHS_DIFFER: (levels[Field.BIRTH_DATE] == BirthLevel.DIFFERENT) & ~same["number"],
    }


def _other_name(levels: Levels) -> np.ndarray:
    """Neither surname nor given name agree, in Chinese or in Latin letters."""
    word = (levels[Field.GIVEN_NAME] == WordLevel.DIFFERENT) & (
        levels[Field.SURNAME] == WordLevel.DIFFERENT
    )
    return (levels[Field.NAME] == NameLevel.DIFFERENT) | word


def _same_town(levels: Levels) -> np.ndarray:
    """The town agrees, and name and day of birth are the same: then it is more than name and birth."""
    return (
        (levels[Field.TOWN] == PlaceLevel.EQUAL)
        & _in(levels, Field.BIRTH_DATE, SAME_DAY)
        & _in(levels, Field.NAME, WRITTEN_ALIKE)
    )


def _weak(levels: Levels) -> np.ndarray:
    """1 where the postcode agrees, or a surname in Latin letters without its given name."""
    postcode = _in(levels, Field.POSTCODE, SAME_VALUE)
    surname = _in(levels, Field.SURNAME, SAME_WORD) & ~_in(levels, Field.GIVEN_NAME, SAME_WORD)
    return (postcode | surname).astype(np.int8)


def _twins(levels: Levels, same: dict[str, np.ndarray], adult: np.ndarray) -> np.ndarray:
    """Born the same day in one household, given names differ, the number does not decide.

    Grown twins who live apart do not share a phone: one who moved and kept it has changed the name.
    """
    household = same["phone"] | same["address"] | same["mother"]
    other = _in(levels, Field.NAME, OTHER_GIVEN_NAME)
    born = levels[Field.BIRTH_DATE] == BirthLevel.EQUAL
    kept = levels[Field.PHONE] == ValueLevel.EQUAL
    moved = adult & kept & (levels[Field.ADDRESS] == PlaceLevel.DIFFERENT)
    return born & household & other & ~same["number"] & ~moved


def _newborn_known(levels: Levels, same: dict[str, np.ndarray]) -> np.ndarray:
    """A newborn is known by its number, or by mother and birth with a phone or an address."""
    born = same["birth"] & same["mother"]
    return same["number"] | (born & (same["phone"] | same["address"]))


HARD = (
    Caution.NUMBERS_CONFLICT,
    Caution.COMMON_NAME,
    Caution.TWINS,
    Caution.NEWBORN,
    Caution.TOO_LITTLE,
)
"""Reasons that also hold in a file, where no one reviews each pair."""


def is_barred(
    levels: Levels, name_share: np.ndarray, newborn: np.ndarray, *, common: float
) -> np.ndarray:
    """Pairs that no file may link by themselves."""
    # a file may be of any year: nobody is taken for grown up
    unknown = np.zeros(levels.shape[1], dtype=bool)
    found = cautions(levels, name_share, newborn, unknown, unknown, common=common)
    return np.logical_or.reduce([found[reason] for reason in HARD])


def cautions_of(
    levels: tuple[int, ...],
    name_share: float,
    *,
    newborn: bool,
    proved: bool,
    adult: bool,
    common: float,
) -> tuple[Caution, ...]:
    """The reasons that hold for one pair: `cautions` for a single one."""
    same = _agreeing_of(levels)
    number, birth = levels[Field.NUMBER], levels[Field.BIRTH_DATE]
    place = same["phone"] or same["address"]
    alone = same["name"] and same["birth"] and not (same["number"] or place or same["mother"])
    alone = alone and number != NumberLevel.NEAR
    other = levels[Field.NAME] in OTHER_GIVEN_NAME and not same["number"]
    household = place or same["mother"]
    kept = levels[Field.PHONE] == ValueLevel.EQUAL
    moved = adult and kept and levels[Field.ADDRESS] == PlaceLevel.DIFFERENT
    mothers_child = same["birth"] and same["mother"]
    placed = levels[Field.TOWN] == PlaceLevel.EQUAL and birth in SAME_DAY
    placed = placed and proved and levels[Field.NAME] in WRITTEN_ALIKE
    postcode = levels[Field.POSTCODE] in SAME_VALUE
    surname = levels[Field.SURNAME] in SAME_WORD and levels[Field.GIVEN_NAME] not in SAME_WORD
    word_differs = (
        levels[Field.GIVEN_NAME] == WordLevel.DIFFERENT
        and levels[Field.SURNAME] == WordLevel.DIFFERENT
    )
    holds = {
        Caution.NUMBERS_CONFLICT: number == NumberLevel.CONFLICT,
        Caution.COMMON_NAME: alone and name_share >= log2(common),
        Caution.NAME_AND_BIRTH_ONLY: alone and number == NumberLevel.MISSING and not placed,
        Caution.TWINS: birth == BirthLevel.EQUAL and other and household and not moved,
        Caution.NEWBORN: newborn and not (same["number"] or (mothers_child and place)),
        Caution.TOO_LITTLE: number != NumberLevel.EQUAL
        and sum(same.values()) + (postcode or surname) < FEWEST_AGREEING,
        Caution.NUMBER_OF_ANOTHER: number == NumberLevel.EQUAL
        and (levels[Field.NAME] == NameLevel.DIFFERENT or word_differs)
        and not household,
        Caution.BIRTHS_DIFFER: birth == BirthLevel.DIFFERENT and not same["number"],
    }
    return tuple(caution for caution, held in holds.items() if held)


def _agreeing_of(levels: tuple[int, ...]) -> dict[str, bool]:
    """What agrees: `agreeing` for a single pair."""
    surname = levels[Field.SURNAME]
    word = levels[Field.GIVEN_NAME] in SAME_WORD and (surname in SAME_WORD or not surname)
    return {
        "name": levels[Field.NAME] in SAME_NAME or word,
        "birth": levels[Field.BIRTH_DATE] in SAME_BIRTH,
        "number": levels[Field.NUMBER] in SAME_NUMBER,
        "phone": levels[Field.PHONE] in SAME_VALUE,
        "address": levels[Field.ADDRESS] in SAME_ADDRESS,
        "mother": levels[Field.MOTHER] in SAME_MOTHER,
    }
