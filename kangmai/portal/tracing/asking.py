"""What the pages of tracing read from requests."""

import datetime
from uuid import UUID, uuid4

from django.http import HttpRequest

from kangmai.epidemic.orders.rules import is_division
from kangmai.epidemic.tracing.types import Given
from kangmai.epidemic.venues import queries as venues
from kangmai.epidemic.venues.errors import PlaceUnknown
from kangmai.identity import queries as identity
from kangmai.kernel.errors import Incorrect
from kangmai.portal.nucleic_acid.asking import (
    FieldUnreadable,
    complain,
    local,
    number,
    unreadable,
    written,
)
from kangmai.portal.shell.requests import PortalRequest
from kangmai.standards.calendars import LEGAL_TIME, legal_day
from kangmai.standards.identity_documents import read_document_number
from kangmai.standards.telephones import parse_telephone

__all__ = [
    "FieldUnreadable", "NobodyChosen", "complain", "day", "decimal", "fresh_key", "instant", "key", "local", "number", "person", "unreadable",
    "uuid", "version", "written",
]  # fmt: skip

INDEX_DIGITS, PASS_LETTERS = 13, 12


class NobodyChosen(Incorrect):
    """Nobody is chosen: tick at least one person."""

    zh = "未选择人员：请至少勾选一人。"


def fresh_key() -> str:
    """For a form that is sent once."""
    return uuid4().hex


def key(request: HttpRequest) -> str:
    """What a form was sent with, so that sending it twice does one thing."""
    return request.POST.get("key", "")[:64] or fresh_key()


def version(request: HttpRequest) -> int:
    """The state that somebody saw."""
    return number(request, "version")


def day(request: HttpRequest, name: str) -> datetime.date | None:
    """A day of the form, or nothing. Raises FieldUnreadable."""
    said = request.POST.get(name, "").strip()
    try:
        return datetime.date.fromisoformat(said) if said else None
    except ValueError:
        raise unreadable(name, said) from None


def instant(request: HttpRequest, name: str) -> datetime.datetime | None:
    """Day and time of the form, in Shanghai, or nothing. Raises FieldUnreadable."""
    said = request.POST.get(name, "").strip()
    try:
        return datetime.datetime.fromisoformat(said).replace(tzinfo=LEGAL_TIME) if said else None
    except ValueError:
        raise unreadable(name, said) from None


def decimal(request: HttpRequest, name: str) -> float | None:
    """A decimal number, or nothing. Raises FieldUnreadable."""
    said = request.POST.get(name, "").strip().replace("，", ".").replace(",", ".")
    try:
        return float(said) if said else None
    except ValueError:
        raise unreadable(name, said) from None


def person(request: PortalRequest) -> Given:
    """Who is meant: a number of the index or of an identity card, a pass, or a name with a phone.

    Raises:
        DocumentNumberUnlikely, FieldUnreadable, IdentityNumberIncorrect, NoOrderInForce, NotPermitted, PersonUnknown, PlaceUnknown,
        TelephoneIncorrect.
    """
    said = "".join(request.POST.get("who", "").upper().split())
    name, phone = request.POST.get("name", ""), request.POST.get("phone", "").strip()
    phone = parse_telephone(phone).value if phone else ""
    more = {
        "name": name, "phone": phone, "address": request.POST.get("address", ""),
        "place_code": request.POST.get("home", "").strip(),
    }  # fmt: skip
    if more["place_code"] and not is_division(more["place_code"]):
        raise PlaceUnknown(place=more["place_code"][:14])
    if not said:
        return Given(**more)
    if len(said) == INDEX_DIGITS and said.isdecimal():
        found = identity.residents_numbered([said]).get(said)
        if found is None:
            raise unreadable("who", said)
        return Given(resident=found)
    if len(said.replace("-", "")) == PASS_LETTERS and not said.isdecimal():
        passed = venues.find_person(pass_text=said, actor=request.actor, at=request.at)
        return Given(venue_person=passed.key)
    return Given(document=read_document_number(said, on=legal_day(request.at)), **more)


def uuid(text: str, field: str) -> UUID:
    """An id of the form. Raises FieldUnreadable."""
    try:
        return UUID(text)
    except ValueError:
        raise unreadable(field, text) from None
