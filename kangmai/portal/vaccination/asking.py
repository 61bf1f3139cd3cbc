"""What the pages of the clinic read from requests."""

import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest
from kangmai.standards.calendars import LEGAL_TIME


class FieldUnreadable(Incorrect):
    """'{field}' cannot be read: {value}"""

    zh = "“{field}”无法识别：{value}"


def text(request: HttpRequest, name: str) -> str:
    """What was typed, without blanks around it."""
    return str(request.POST.get(name, "")).strip()


def whole(request: HttpRequest, name: str, title: str) -> int:
    """A whole number. Raises FieldUnreadable."""
    said = text(request, name)
    if not (said.isascii() and said.isdecimal()) or len(said) > 9:
        raise FieldUnreadable(field=title, value=said[:12])
    return int(said)


def version(request: HttpRequest) -> int:
    """The version that the page showed. Raises FieldUnreadable."""
    return whole(request, "version", "version")


def degrees(request: HttpRequest, name: str) -> float:
    """A temperature in degrees Celsius. Raises FieldUnreadable."""
    said = text(request, name).replace(",", ".")
    try:
        found = float(said)
    except ValueError:
        raise FieldUnreadable(field=_("Temperature (°C)"), value=said[:12]) from None
    if found != found or abs(found) > 1000:
        raise FieldUnreadable(field=_("Temperature (°C)"), value=said[:12])
    return found


def read_day(said: str, title: str) -> datetime.date | None:
    """A day, or nothing. Raises FieldUnreadable."""
    try:
        return datetime.date.fromisoformat(said) if said else None
    except ValueError:
        raise FieldUnreadable(field=title, value=said[:12]) from None


def day(request: HttpRequest, name: str, title: str) -> datetime.date:
    """A day that must be said. Raises FieldUnreadable."""
    found = read_day(text(request, name), title)
    if found is None:
        raise FieldUnreadable(field=title, value="")
    return found


def moment(request: HttpRequest, name: str, title: str) -> datetime.datetime:
    """A time on the clock of the clinic. Raises FieldUnreadable."""
    said = text(request, name)
    try:
        return datetime.datetime.fromisoformat(said).replace(tzinfo=LEGAL_TIME)
    except ValueError:
        raise FieldUnreadable(field=title, value=said[:20]) from None


def key(request: HttpRequest) -> UUID:
    """What the form was sent with, so that sending it twice does one thing."""
    return uuid_of(text(request, "key")) or uuid4()


def uuid_of(said: str) -> UUID | None:
    """An id, or nothing."""
    try:
        return UUID(said)
    except ValueError:
        return None


def resident(request: PortalRequest, number: str) -> Resident:
    """Whose page it is. Raises NotPermitted, ResidentNotFound."""
    found = identity.resident_numbered(number)
    return identity.get_resident(found, actor=request.actor, at=request.at)


def complain(request: HttpRequest, error: KangmaiError) -> None:
    """Say at the edge of the next page what was refused."""
    messages.error(request, words_of(error))


def written(request: HttpRequest) -> None:
    """Say at the edge of the next page that it was done."""
    messages.success(request, _("It was written down."))


def tab(request: PortalRequest, name: str) -> dict[str, object]:
    """Which tab of the clinic a page is, and whether the actor works at a clinic."""
    return {"tab": name, "may_work_here": is_permitted(request.actor, "vaccination.work")}
