"""Documents by which a person is known: those with a checked number, and those taken as written.

Passports, travel permits and the like have no check character here; they change at renewal, so they
are never the only key of a person. A birth certificate stands for a newborn without a number.

Source: value domain CV02.01.101 (WS 364.3-2011) and the codes that platforms add; see `code_set("identity-document")`.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kangmai.standards.errors import (
    DocumentKindWrong,
    DocumentNumberMissing,
    DocumentNumberUnlikely,
)
from kangmai.standards.identity_numbers import (
    IdentityKind,
    IdentityNumber,
    normalise_identity_number,
    parse_identity_number,
)


class DocumentKind(Enum):
    """The kind of a document; the value is its code in the set `identity-document`."""

    RESIDENT_CARD = "01"
    HOUSEHOLD_REGISTER = "02"
    PASSPORT = "03"
    MILITARY_OFFICER_CARD = "04"
    DRIVING_LICENCE = "05"
    HONG_KONG_MACAU_TRAVEL_PERMIT = "06"
    TAIWAN_TRAVEL_PERMIT = "07"
    OTHER = "99"
    HEALTH_RECORD_NUMBER = "P110"
    BIRTH_CERTIFICATE = "P111"
    FOREIGN_PERMANENT_RESIDENT_CARD = "P233"
    HONG_KONG_MACAU_RESIDENCE_PERMIT = "P237"
    TAIWAN_RESIDENCE_PERMIT = "P238"
    HEALTH_CARD_INDEX = "P300"


_LIKE_A_CARD = re.compile(r"[0-9]{11,}X?|[A-Z]{3}[0-9]{12}")
"""What is meant for an identity number: no passport or permit has more than ten digits alone."""
_OF_ANOTHER_DOCUMENT = re.compile(r"(?=(?:.*[0-9]){4})[0-9A-Z\u4e00-\u9fff()]{6,20}")

CHECKED_KINDS = frozenset(kind.value for kind in IdentityKind)


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A document with its number in one form; `number` is what a checked number says, else None."""

    kind: DocumentKind
    value: str
    number: IdentityNumber | None


def parse_identity_document(text: str, *, kind: DocumentKind, on: date) -> IdentityDocument:
    """Read the number of a document of a stated kind; `on` is the day of reading.

    Raises: DocumentNumberMissing; DocumentKindWrong where a sound number is of another kind;
    IdentityNumberIncorrect for a checked kind.
    """
    value = normalise_identity_number(text)
    if not value:
        raise DocumentNumberMissing()
    if kind.value not in CHECKED_KINDS:
        return IdentityDocument(kind=kind, value=value, number=None)
    number = parse_identity_number(value, on=on)
    if number.kind.value != kind.value:
        raise DocumentKindWrong(given=kind.value, found=number.kind.value)
    return IdentityDocument(kind=kind, value=number.value, number=number)


def read_document_number(text: str, *, on: date) -> str:
    """The number of a document whose kind was not said, in one form; `on` is the day of reading.

    A number that looks like an identity number must be a sound one, so that a mistyped card is nobody's passport.
    The shape of other documents (6 to 20 characters, four digits among them) is our own setting.

    Raises: IdentityNumberIncorrect, DocumentNumberMissing, DocumentNumberUnlikely.
    """
    value = normalise_identity_number(text)
    if not value:
        raise DocumentNumberMissing()
    if _LIKE_A_CARD.fullmatch(value):
        return parse_identity_number(value, on=on).value
    if not _OF_ANOTHER_DOCUMENT.fullmatch(value):
        raise DocumentNumberUnlikely()
    return value
