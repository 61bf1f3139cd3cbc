"""The fields that are compared, and the levels on which two values of a field may agree.

Level 0 of every field is MISSING: one side says nothing, or the field adds nothing to another.
Names in `definitions/identity/matching_weights` are these names in lower case.
"""

from enum import IntEnum


class Field(IntEnum):
    """What two records are compared on; the value is the place in every table of levels."""

    NAME = 0
    GIVEN_NAME = 1
    SURNAME = 2
    BIRTH_DATE = 3
    SEX = 4
    NUMBER = 5
    PHONE = 6
    ADDRESS = 7
    TOWN = 8
    POSTCODE = 9
    MOTHER = 10


class NameLevel(IntEnum):
    """Whole Chinese names."""

    MISSING = 0
    EXACT = 1
    VARIANT = 2
    """The same after folding traditional and variant characters, spaces and middle dots."""
    HOMOPHONE = 3
    NEAR_HOMOPHONE = 4
    """The same sounds as a speaker hears them who does not keep zh and z, n and l, ang and an apart."""
    PART = 5
    """One is the beginning or the end of the other, the same characters in another order, or 小琪 of 张思琪."""
    ONE_CHARACTER = 6
    """Same surname and length of at least three, one character of the given name differs."""
    GIVEN_ONLY = 7
    SURNAME_ONLY = 8
    DIFFERENT = 9


class WordLevel(IntEnum):
    """Given names and surnames in Latin letters, each by itself."""

    MISSING = 0
    EXACT = 1
    CLOSE = 2
    SWAPPED = 3
    """Given name and surname stand in each other's place."""
    SIMILAR = 4
    INITIAL = 5
    DIFFERENT = 6


class BirthLevel(IntEnum):
    """Dates of birth."""

    MISSING = 0
    EQUAL = 1
    DAY_MONTH_SWAPPED = 2
    LUNAR = 3
    """One is the lunar date of the other."""
    YEAR_OFF = 4
    """Same month and day, the year wrong by at most two or in one digit."""
    TWO_OF_THREE = 5
    """Two of year, month and day agree."""
    FIRST_OF_JANUARY = 6
    """Same year, one is 1 January."""
    LUNAR_SHIFT = 7
    """18 to 51 days apart, as a lunar date is from its solar one."""
    SAME_YEAR = 8
    DIFFERENT = 9


class SexLevel(IntEnum):
    """Sexes."""

    MISSING = 0
    EQUAL = 1
    DIFFERENT = 2


class NumberLevel(IntEnum):
    """Identity numbers, 15 digits brought to 18 before."""

    MISSING = 0
    EQUAL = 1
    EQUAL_GUARDIAN = 2
    """Equal, but its birth date shows that it belongs to somebody older than one of the two."""
    TYPO = 3
    NEAR = 4
    """Two edits apart."""
    DIFFERENT_GUARDIAN = 5
    """Different, and one of them belongs to somebody older than its record."""
    DIFFERENT = 6
    CONFLICT = 7
    """Both valid, and different: a veto."""


class ValueLevel(IntEnum):
    """Phones and postcodes."""

    MISSING = 0
    EQUAL = 1
    TYPO = 2
    DIFFERENT = 3


class PlaceLevel(IntEnum):
    """Addresses and towns. A town adds nothing, so is MISSING, where the addresses agree."""

    MISSING = 0
    EQUAL = 1
    CLOSE = 2
    SIMILAR = 3
    DIFFERENT = 4


class MotherLevel(IntEnum):
    """Names of the mother."""

    MISSING = 0
    EQUAL = 1
    HOMOPHONE = 2
    CLOSE = 3
    DIFFERENT = 4


LEVELS: dict[Field, type[IntEnum]] = {
    Field.NAME: NameLevel,
    Field.GIVEN_NAME: WordLevel,
    Field.SURNAME: WordLevel,
    Field.BIRTH_DATE: BirthLevel,
    Field.SEX: SexLevel,
    Field.NUMBER: NumberLevel,
    Field.PHONE: ValueLevel,
    Field.ADDRESS: PlaceLevel,
    Field.TOWN: PlaceLevel,
    Field.POSTCODE: ValueLevel,
    Field.MOTHER: MotherLevel,
}

MOST_LEVELS = 1 + max(len(levels) for levels in LEVELS.values())


class Kind(IntEnum):
    """The values whose frequency among residents is counted."""

    NAME = 0
    NAME_SOUND = 1
    NAME_BLUR = 2
    FAMILY = 3
    OWN = 4
    GIVEN_WORD = 5
    SURNAME_WORD = 6
    BIRTH_DATE = 7
    NUMBER = 8
    PHONE = 9
    ADDRESS = 10
    TOWN = 11
    POSTCODE = 12
    MOTHER = 13
    MOTHER_SOUND = 14


FREQUENCY_OF: dict[tuple[Field, int], Kind] = {
    (Field.NAME, NameLevel.EXACT): Kind.NAME,
    (Field.NAME, NameLevel.VARIANT): Kind.NAME,
    (Field.NAME, NameLevel.HOMOPHONE): Kind.NAME_SOUND,
    (Field.NAME, NameLevel.NEAR_HOMOPHONE): Kind.NAME_BLUR,
    (Field.NAME, NameLevel.GIVEN_ONLY): Kind.OWN,
    (Field.NAME, NameLevel.SURNAME_ONLY): Kind.FAMILY,
    (Field.GIVEN_NAME, WordLevel.EXACT): Kind.GIVEN_WORD,
    (Field.SURNAME, WordLevel.EXACT): Kind.SURNAME_WORD,
    (Field.BIRTH_DATE, BirthLevel.EQUAL): Kind.BIRTH_DATE,
    (Field.NUMBER, NumberLevel.EQUAL): Kind.NUMBER,
    (Field.NUMBER, NumberLevel.EQUAL_GUARDIAN): Kind.NUMBER,
    (Field.PHONE, ValueLevel.EQUAL): Kind.PHONE,
    (Field.ADDRESS, PlaceLevel.EQUAL): Kind.ADDRESS,
    (Field.TOWN, PlaceLevel.EQUAL): Kind.TOWN,
    (Field.POSTCODE, ValueLevel.EQUAL): Kind.POSTCODE,
    (Field.MOTHER, MotherLevel.EQUAL): Kind.MOTHER,
    (Field.MOTHER, MotherLevel.HOMOPHONE): Kind.MOTHER_SOUND,
}
"""Agreements on a value, which are worth the more the rarer the value is."""
