"""Identity numbers of any kind, brought to one form; whose they are, where their birth date tells.

Source: GB 11643 by `standards.identity_numbers`. Numbers of other kinds are compared as text.
"""

from dataclasses import dataclass

from kangmai.identity.matching.preparation.dates import ordinal
from kangmai.identity.matching.preparation.text import NOT_ALPHANUMERIC, plain
from kangmai.identity.matching.preparation.words import no_values
from kangmai.standards.identity_numbers import is_identity_number, upgrade_identity_number

GUARDIAN_YEARS = 10
"""A number whose owner was born this much before the person is taken to be a guardian's."""

RESIDENT, FOREIGNER, OTHER = 1, 2, 3
"""Numbers of different systems say nothing about each other: a foreigner's card of the old form and
its successor, a passport and a resident's number."""


@dataclass(frozen=True, slots=True)
class Number:
    """An identity number: `system` 0 means none, `is_valid` that its check character is right."""

    text: str = ""
    system: int = 0
    is_valid: bool = False
    is_guardian: bool = False


def identity_number(text: str, *, birth: int) -> Number:
    """A number as compared; `birth` is its record's birth date YYYYMMDD or 0."""
    bare = text
    if not (len(text) == 18 and text.isascii() and text.isdigit()):  # as nearly all are written
        bare = NOT_ALPHANUMERIC.sub("", plain(text)).upper()
    if bare.lower() in no_values() or not bare.strip("0"):
        return Number()
    if len(bare) == 15 and bare.isdigit():
        bare = upgrade_identity_number(bare)
    if len(bare) != 18 or not bare[:17].isdigit():
        return Number(text=bare, system=OTHER)
    return Number(
        text=bare,
        system=FOREIGNER if bare[0] == "9" else RESIDENT,
        is_valid=is_identity_number(bare),
        is_guardian=is_guardian(int(bare[6:14]), birth),
    )


def is_guardian(owner: int, birth: int) -> bool:
    """Whether the owner born on `owner` (YYYYMMDD) is older than a person of `birth` by ten years or more."""
    if not birth or not ordinal(owner):
        return False
    return birth - owner >= GUARDIAN_YEARS * 10_000
