"""What the pages of supplies read from requests, and where an actor begins."""

import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kangmai.epidemic.supplies.rules import rule
from kangmai.epidemic.supplies.types import Line, Rule
from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of


class FieldUnreadable(Incorrect):
    """'{field}' cannot be read: {value}"""

    zh = "“{field}”无法识别：{value}"


def number(text: str, field: str, *, default: int | None = None) -> int:
    """A whole number. Raises FieldUnreadable."""
    said = text.strip().replace(",", "")
    if not said and default is not None:
        return default
    if not (said.isascii() and said.isdecimal()) or len(said) > 12:
        raise FieldUnreadable(field=field, value=said[:12])
    return int(said)


def day(text: str, field: str) -> datetime.date | None:
    """A day, or nothing. Raises FieldUnreadable."""
    try:
        return datetime.date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise FieldUnreadable(field=field, value=text[:12]) from None


def key(request: HttpRequest) -> UUID:
    """What the form was sent with, so that sending it twice does one thing."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def lot(text: str) -> tuple[str, str, datetime.date | None]:
    """Item, lot and expiry as the list of lots has them: `n95|2027-03-31|A12`. Raises FieldUnreadable."""
    item, bar, rest = text.partition("|")
    expiry, more, name = rest.partition("|")
    if not (bar and more):
        raise FieldUnreadable(field=_("Lot"), value=text[:12])
    return item, name, day(expiry, _("Expires on"))


def line(request: HttpRequest) -> Line:
    """The line of an entry: a lot chosen from the store, or item, lot and expiry as typed. Raises FieldUnreadable."""
    quantity = number(request.POST.get("quantity", ""), _("Quantity"))
    if chosen := request.POST.get("held", ""):
        item, name, expires_on = lot(chosen)
        return Line(item, quantity, name, expires_on)
    expires_on = day(request.POST.get("expires_on", ""), _("Expires on"))
    return Line(request.POST.get("item", ""), quantity, request.POST.get("lot", ""), expires_on)


def quantities(request: HttpRequest, found: Rule) -> dict[str, int]:
    """The quantities of a transfer's form, by item. Raises FieldUnreadable."""
    return {
        item: number(request.POST[f"quantity-{item}"], found.items[item].title.in_language(language()))
        for item in found.items
        if request.POST.get(f"quantity-{item}", "").strip()
    }  # fmt: skip


def first_area(actor: Actor) -> str:
    """The area whose board an actor sees first: his place, else the city of his institution."""
    for grant in actor.grants:
        for place in grant.places:
            home = city_code_of(place.low)
            if home is not None:
                found = city(home).find(place.low)
                return city(home).code if found is None else found.code
    for grant in actor.grants:
        if grant.organization is not None:
            division, _jurisdiction = registry.codes_of_place(organization_id=grant.organization)
            home = city_code_of(division)
            if home is not None:
                return city(home).code
    return ""


def refusal(error: KangmaiError, *, at: datetime.datetime) -> str:
    """What was refused, with the item by what it is called."""
    found = rule(on=legal_day(at)).items.get(str(error.details.get("item", "")))
    return words_of(
        error if found is None else type(error)(**{**error.details, "item": found.title})
    )


def complain(request: PortalRequest, error: KangmaiError) -> None:
    """Say at the edge of the next page what was refused."""
    messages.error(request, refusal(error, at=request.at))


def written(request: HttpRequest) -> None:
    """Say at the edge of the next page that it was done."""
    messages.success(request, _("It was written down."))
