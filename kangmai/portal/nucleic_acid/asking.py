"""What the pages of testing read from requests."""

import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kangmai.epidemic.nucleic_acid import queries
from kangmai.epidemic.nucleic_acid.types import Round
from kangmai.epidemic.orders import queries as orders
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.field_titles import field_title
from kangmai.portal.shell.requests import PortalRequest
from kangmai.standards.calendars import LEGAL_TIME


class FieldUnreadable(Incorrect):
    """'{field}' cannot be read: {value}"""

    zh = "“{field}”无法识别：{value}"


def unreadable(name: str, said: str) -> FieldUnreadable:
    """The refusal of a field by the words that stand beside it."""
    return FieldUnreadable(field=field_title(name), value=said[:20] or "—")


def number(request: HttpRequest, name: str, *, default: int = 0) -> int:
    """A whole number of the form. Raises FieldUnreadable."""
    said = request.POST.get(name, "").strip()
    if not said:
        return default
    if not said.isascii() or not said.isdecimal() or len(said) > 9:
        raise unreadable(name, said)
    return int(said)


def decimal(text: str, name: str) -> float | None:
    """A decimal number, or nothing. Raises FieldUnreadable."""
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise unreadable(name, text) from None


def instant(request: HttpRequest, name: str) -> datetime.datetime:
    """Day and time of the form, in Shanghai. Raises FieldUnreadable."""
    said = request.POST.get(name, "")
    try:
        return datetime.datetime.fromisoformat(said).replace(tzinfo=LEGAL_TIME)
    except ValueError:
        raise unreadable(name, said) from None


def local(value: datetime.datetime) -> str:
    """An instant as a field of day and time has it."""
    return value.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M")


def key(request: HttpRequest) -> UUID:
    """What the form was sent with, so that sending it twice does one thing."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def codes(text: str) -> tuple[str, ...]:
    """Codes as a hand scanner writes them: one a line, or with blanks or commas between."""
    return tuple(dict.fromkeys(text.replace(",", " ").replace("，", " ").upper().split()))


def chosen_round(request: PortalRequest) -> Round | None:
    """The round somebody chose, else the open one."""
    asked = request.GET.get("round", "")
    if asked.isascii() and asked.isdecimal():
        return queries.round_of(int(asked), actor=request.actor, at=request.at)
    return queries.open_round(actor=request.actor, at=request.at)


def order_words(round_: Round) -> dict[str, object]:
    """Under which order a round runs: everything that is shown says so."""
    order = orders.orders_by_id([round_.order_id]).get(round_.order_id)
    if order is None:
        return {}
    return {"number": order.number, "title": order.title, "is_drill": order.is_drill}


def complain(request: HttpRequest, error: KangmaiError) -> None:
    """Say at the edge of the next page what was refused."""
    messages.error(request, words_of(error))


def written(request: HttpRequest) -> None:
    """Say at the edge of the next page that it was done."""
    messages.success(request, _("It was written down."))
