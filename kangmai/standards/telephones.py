"""Telephone numbers of mainland China in one form, and numbers that stand for "none given".

Mobile: 11 digits from 13 to 19. Fixed: area code from 0, then 7 or 8 digits. Others keep + and the
country code. Numbers such as 13800000000 pass the form but are nobody's; they never link two people.

Source: 公用电信网网间互联, 电信网编号计划（2017年版） (number ranges, from memory).
"""

import itertools
import re
from dataclasses import dataclass
from enum import Enum

from kangmai.standards.errors import TelephoneIncorrect

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_FIXED = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))([2-9]\d{6,7})", re.ASCII)
_SERVICE = re.compile(r"400\d{7}|800\d{7}", re.ASCII)
_FOREIGN = re.compile(r"\+(?!86)[1-9]\d{5,14}", re.ASCII)
_CHINA_PREFIX = re.compile(r"^(?:\+|00)86")
_NOISE = re.compile(r"[\s\-‐-―−－().（）·]+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋", "0123456789+")
_EXTENSION = re.compile(r"(?:转|ext\.?|#|x)\s*(\d{1,6})$", re.IGNORECASE)

MOST_REPEATED = 7


class TelephoneKind(Enum):
    """What kind of number it is."""

    MOBILE = "mobile"
    FIXED = "fixed"
    SERVICE = "service"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number in one form: 13912345678, 0758-2223344, 4001234567 or +85223456789.

    `is_default`: a number typed to fill a field, that belongs to nobody.
    """

    value: str
    kind: TelephoneKind
    extension: str
    is_default: bool


def parse_telephone(text: str) -> Telephone:
    """Read a number as people write it. Raises TelephoneIncorrect."""
    written = text.translate(_FULL_WIDTH).strip()
    found = _EXTENSION.search(written)
    extension = found[1] if found else ""
    bare = _NOISE.sub("", written[: found.start()] if found else written)
    digits = _CHINA_PREFIX.sub("", bare)
    if digits != bare and not _MOBILE.fullmatch(digits) and not digits.startswith("0"):
        digits = f"0{digits}"
    kind, value = _kind_and_value(digits)
    is_default = kind is not TelephoneKind.FOREIGN and _is_default(value)
    return Telephone(value=value, kind=kind, extension=extension, is_default=is_default)


def _kind_and_value(digits: str) -> tuple[TelephoneKind, str]:
    if _MOBILE.fullmatch(digits):
        return TelephoneKind.MOBILE, digits
    if fixed := _FIXED.fullmatch(digits):
        return TelephoneKind.FIXED, f"{fixed[1]}-{fixed[2]}"
    if _SERVICE.fullmatch(digits):
        return TelephoneKind.SERVICE, digits
    foreign = f"+{digits[2:]}" if digits.startswith("00") else digits
    if _FOREIGN.fullmatch(foreign):
        return TelephoneKind.FOREIGN, foreign
    raise TelephoneIncorrect()


def _is_default(value: str) -> bool:
    """Whether the number is one digit over and over, or a run of digits in order."""
    own = value.rsplit("-", 1)[-1]
    tail = own[3:] if len(own) == 11 else own
    return _longest_repeat(tail) >= MOST_REPEATED or tail in "0123456789" or tail in "9876543210"


def _longest_repeat(digits: str) -> int:
    longest = run = 1
    for before, after in itertools.pairwise(digits):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    return longest


def mask_telephone(value: str) -> str:
    """The number for a screen that should not show it: 139****5678."""
    keep = 4 if len(value) > 7 else 1
    hidden = min(4, max(len(value) - keep, 0))
    return f"{value[: len(value) - keep - hidden]}{'*' * hidden}{value[-keep:]}"
