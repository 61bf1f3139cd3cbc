"""How answers are written by people and read by us, and the one way in which we write them back.

Full-width digits and letters are read as their plain forms (Unicode NFKC), as is 。 between digits.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from kangmai.forms.types import Choice, Unit, Value

_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,9})?")
_DATES = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_SIGNS = str.maketrans({"。": ".", "−": "-", "—": "-", "–": "-"})
_YES = frozenset({"true", "1", "on", "yes", "y", "是", "有"})
_NO = frozenset({"false", "0", "off", "no", "n", "否", "无"})


def plain(text: str) -> str:
    """The text with full-width forms made plain and no space around it."""
    return unicodedata.normalize("NFKC", text).strip()


def read_number(text: str, *, unit: Unit | None = None) -> Decimal | None:
    """A number, with its own unit behind it or without; None where it is none.

    >>> read_number("１４２")
    Decimal('142')
    >>> read_number("36。5")
    Decimal('36.5')
    """
    bare = plain(text).translate(_SIGNS)
    for ending in (unit.code, *unit.words.values()) if unit else ():
        bare = bare.removesuffix(plain(ending)).rstrip()
    return Decimal(bare) if _NUMBER.fullmatch(bare) else None


def read_date(text: str) -> date | None:
    """A day written 2026-05-02, 2026/5/2, 2026.5.2, 2026年5月2日 or 20260502; None where it is none."""
    bare = plain(text).translate(_SIGNS)
    for pattern in _DATES:
        if match := pattern.fullmatch(bare):
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                return None
    return None


def read_yes_or_no(text: str) -> bool | None:
    """Yes or no in the spellings of pages, programs and people; None where it is neither."""
    bare = plain(text).lower()
    if bare in _YES:
        return True
    return False if bare in _NO else None


def written(value: Value) -> str:
    """The text that reads as this value again; of a choice its code."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case Choice():
            return value.code
        case _:
            return str(value)
