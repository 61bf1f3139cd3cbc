"""Unified social credit codes of organizations: 18 characters with a check character.

Department (1), category (1), region (6), organization code of GB 11714 (9), check character (1).
Source: GB 32100-2015.
"""

from dataclasses import dataclass

from kangmai.standards.check_characters import CREDIT_CODE_CHARACTERS, mod_31
from kangmai.standards.errors import CreditCodeIncorrect

_ALLOWED = frozenset(CREDIT_CODE_CHARACTERS)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A credit code that has passed its check, taken apart."""

    value: str
    department: str
    category: str
    region: str
    organization_code: str


def parse_credit_code(text: str) -> CreditCode:
    """Read a credit code; spaces and small letters are forgiven. Raises CreditCodeIncorrect."""
    value = "".join(text.split()).upper()
    if not is_credit_code(value):
        raise CreditCodeIncorrect()
    return CreditCode(
        value=value,
        department=value[0],
        category=value[1],
        region=value[2:8],
        organization_code=value[8:17],
    )


def is_credit_code(value: str) -> bool:
    """Whether the text is 18 allowed characters, a region of digits and a right check character."""
    return (
        len(value) == 18
        and _ALLOWED.issuperset(value)
        and value[2:8].isdigit()
        and mod_31(value[:17]) == value[17]
    )


def make_credit_code(body: str) -> str:
    """The credit code of its first 17 characters. Raises CreditCodeIncorrect."""
    if len(body) != 17 or not _ALLOWED.issuperset(body) or not body[2:8].isdigit():
        raise CreditCodeIncorrect()
    return body + mod_31(body)
