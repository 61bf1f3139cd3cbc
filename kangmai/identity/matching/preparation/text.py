"""Plain text of any field: width, case and spaces, for comparison only."""

import re
import unicodedata
from functools import lru_cache

from kangmai.identity.matching.preparation.words import default_phones, no_values

HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
SPACES = re.compile(r"\s+")
ADDRESS_MARKS = re.compile(r"[\s,;:#()\[\]\"'“”‘’、。·._\-]+")
HAN_SPACE = re.compile(rf"(?<=[{HAN}]) | (?=[{HAN}])")
NOT_ALPHANUMERIC = re.compile(r"[^0-9a-z]+")
NOT_DIGIT = re.compile(r"[^0-9]+")
SECOND_PHONE = re.compile(r"[/;,、|].*$")
COUNTRY_CODE = re.compile(r"^(?:00)?86(1[0-9]{10})$")
ONE_DIGIT = re.compile(r"^(.)\1*$")
SHORTEST_PHONE = 7
MOBILE_DIGITS = 11


def plain(text: str) -> str:
    """The text in half width and small letters, without spaces at its ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.strip().lower()


def plain_address(text: str, *, town: str = "") -> str:
    """An address without punctuation, and without the town before it; empty if it says nothing."""
    text = plain(text)
    if text in no_values():
        return ""
    text = HAN_SPACE.sub("", ADDRESS_MARKS.sub(" ", text)).strip()
    return text.removeprefix(town).strip() or text


@lru_cache(maxsize=4096)
def plain_town(text: str) -> str:
    """A town or suburb without spaces; empty if it says nothing."""
    text = plain(text)
    return "" if text in no_values() else SPACES.sub("", text)


def plain_postcode(text: str) -> str:
    """A postcode as letters and digits; a code of zeros says nothing."""
    text = NOT_ALPHANUMERIC.sub("", plain(text))
    return "" if text in no_values() or not text.strip("0") else text


def plain_phone(text: str) -> str:
    """The digits of the first phone number, without China's country code; empty for a default number."""
    digits = text
    if not (text.isascii() and text.isdigit() and len(text) == MOBILE_DIGITS):
        digits = NOT_DIGIT.sub("", SECOND_PHONE.sub("", plain(text)))
        digits = COUNTRY_CODE.sub(r"\1", digits)
    if len(digits) < SHORTEST_PHONE or digits in default_phones() or ONE_DIGIT.match(digits):
        return ""
    return digits
