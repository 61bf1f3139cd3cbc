"""Identity numbers of residents: 18 characters, the older 15 digits, and the cards of the same shape.

An 18-character number is region (6), birth date (8), sequence (3, odd for men) and check character.
Hong Kong, Macau and Taiwan residence permits begin with 81, 82 and 83; the permanent residence card
of foreigners has begun with 9 since 2023-12-01 and had 3 letters and 12 digits before.
A region code may be unknown here or abolished: that is no error, see `identity_regions`.

Source: GB 11643-1999 clauses 3 and 4, annex A; 15-digit form: GB 11643-1989. That sequences
996 to 999 of the 15-digit form mark births before 1900 is from memory.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kangmai.standards.check_characters import mod_11_2
from kangmai.standards.errors import (
    BirthDateImpossible,
    BirthInFuture,
    CheckCharacterWrong,
    IdentityNumberCharactersWrong,
    IdentityNumberIncorrect,
    IdentityNumberLengthWrong,
)
from kangmai.standards.types import Sex

FIRST_CENTENARIAN_SEQUENCE = 996

_SPACES_AND_DASHES = re.compile(r"[\s\-‐-―−－]+")
_OLD_FOREIGN_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")


class IdentityKind(Enum):
    """Which document a number of this shape comes from; the value is the code of the set `id-types`."""

    RESIDENT_CARD = "01"
    HONG_KONG_MACAU_RESIDENCE_PERMIT = "P237"
    TAIWAN_RESIDENCE_PERMIT = "P238"
    FOREIGN_PERMANENT_RESIDENT_CARD = "P233"


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A number that has passed every check, with what it says.

    `value` is canonical: 18 characters, or the 15 of an old foreign card, which says neither birth
    nor sex. `region` is the first six digits; it may be unknown or abolished.
    """

    kind: IdentityKind
    value: str
    region: str | None
    birth_on: date | None
    sex: Sex


def parse_identity_number(text: str, *, on: date) -> IdentityNumber:
    """Read a number as people write it: spaces, dashes, full-width digits, small x, 15 or 18 characters.

    `on` is the day of reading: births after it are refused.

    Raises: IdentityNumberIncorrect, by its subclasses that say what is wrong.
    """
    number = normalise_identity_number(text)
    if _OLD_FOREIGN_CARD.fullmatch(number):
        return IdentityNumber(
            kind=IdentityKind.FOREIGN_PERMANENT_RESIDENT_CARD,
            value=number,
            region=None,
            birth_on=None,
            sex=Sex.UNKNOWN,
        )
    if len(number) == 15:
        number = upgrade_identity_number(number)
    return _parse_18(number, on=on)


def _parse_18(number: str, *, on: date) -> IdentityNumber:
    _require_shape(number)
    birth_on = birth_date_in(number)
    if birth_on is None:
        raise BirthDateImpossible()
    if birth_on > on:
        raise BirthInFuture(on=on.isoformat())
    if mod_11_2(number[:17]) != number[17]:
        raise CheckCharacterWrong()
    return IdentityNumber(
        kind=kind_of(number),
        value=number,
        region=number[:6],
        birth_on=birth_on,
        sex=sex_in(number),
    )


def _require_shape(number: str) -> None:
    if len(number) != 18:
        raise IdentityNumberLengthWrong(length=len(number))
    _require_digits(number[:17])
    if number[17] not in "0123456789X":
        raise IdentityNumberCharactersWrong(place=18)


def _require_digits(text: str) -> None:
    if not (text.isascii() and text.isdigit()):
        place = next(n for n, character in enumerate(text, 1) if character not in "0123456789")
        raise IdentityNumberCharactersWrong(place=place)


def normalise_identity_number(text: str) -> str:
    """The number without spaces and dashes, full-width characters folded, in capitals."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _SPACES_AND_DASHES.sub("", unicodedata.normalize("NFKC", text)).upper()


def upgrade_identity_number(number: str) -> str:
    """The 18 characters of a 15-digit number: the century put in and the check character added.

    Raises: IdentityNumberLengthWrong, IdentityNumberCharactersWrong.
    """
    if len(number) != 15:
        raise IdentityNumberLengthWrong(length=len(number))
    _require_digits(number)
    century = "18" if int(number[12:]) >= FIRST_CENTENARIAN_SEQUENCE else "19"
    body = number[:6] + century + number[6:]
    return body + mod_11_2(body)


def is_identity_number(number: str) -> bool:
    """Whether 18 canonical characters have the right shape, birth date and check character.

    This is the fast question for bulk work; `parse_identity_number` says what is wrong.
    """
    body = number[:17]
    return (
        len(number) == 18
        and body.isascii()
        and body.isdigit()
        and mod_11_2(body) == number[17]
        and birth_date_in(number) is not None
    )


def birth_date_in(number: str) -> date | None:
    """The birth date in an 18-character number, or None where it is no day of the calendar."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_in(number: str) -> Sex:
    """The sex in an 18-character number: the last digit of the sequence is odd for men."""
    return Sex.MALE if number[16] in "13579" else Sex.FEMALE


def kind_of(number: str) -> IdentityKind:
    """The document that an 18-character number comes from, by its first digits."""
    if number[0] == "9":
        return IdentityKind.FOREIGN_PERMANENT_RESIDENT_CARD
    match number[:2]:
        case "81" | "82":
            return IdentityKind.HONG_KONG_MACAU_RESIDENCE_PERMIT
        case "83":
            return IdentityKind.TAIWAN_RESIDENCE_PERMIT
        case _:
            return IdentityKind.RESIDENT_CARD


def make_identity_number(*, region: str, birth_on: date, sequence: int) -> str:
    """The 18 characters for a region, a birth date and a sequence of 1 to 999 (odd for men).

    Raises: IdentityNumberIncorrect.
    """
    if len(region) != 6 or not 1 <= sequence <= 999:
        raise IdentityNumberIncorrect()
    body = f"{region}{birth_on:%Y%m%d}{sequence:03d}"
    _require_digits(body)
    return body + mod_11_2(body)


def mask_identity_number(number: str) -> str:
    """The number for a screen that should not show it: the first three and last four stay."""
    if len(number) <= 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
