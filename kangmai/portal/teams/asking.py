"""What the pages of teams read from requests."""

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Phase
from kangmai.epidemic.teams.types import Goods, MemberFacts, Rule, Wish
from kangmai.kernel.actor import Actor
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.supplies.asking import FieldUnreadable, day, first_area, number
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

MEMBER, GOODS_ROWS = "member-", 4


def required_day(text: str, field: str) -> datetime.date:
    """A day that must be given. Raises FieldUnreadable."""
    found = day(text, field)
    if found is None:
        raise FieldUnreadable(field=field, value="—")
    return found


def version(request: HttpRequest) -> int:
    """The version that the page showed. Raises FieldUnreadable."""
    return number(request.POST.get("version", ""), "version")


def uuids(values: Iterable[str]) -> tuple[UUID, ...]:
    """Ids as a form sends them; what is none is left out."""
    found = []
    for each in values:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return tuple(found)


def members(request: HttpRequest) -> list[MemberFacts]:
    """Who has a function in the form: `member-12=leader`."""
    return [
        MemberFacts(number(name.removeprefix(MEMBER), _("Member")), function)
        for name, function in request.POST.items()
        if name.startswith(MEMBER) and function
    ]


def wishes(request: HttpRequest, found: Rule) -> list[Wish]:
    """What a call-out wants: `wanted-team:sampling=2` with its chosen candidates in the order shown."""
    groups = [f"team:{id}" for id in found.kinds] + [f"expert:{id}" for id in found.specialties]
    read = []
    for group in groups:
        wanted = number(request.POST.get(f"wanted-{group}", ""), _("Wanted"), default=0)
        if wanted:
            read.append(Wish(group, wanted, uuids(request.POST.getlist(f"of-{group}"))))
    return read


def goods(request: HttpRequest) -> tuple[Goods, ...]:
    """The goods of a mission's form, row by row; what is missing in a row, the mission refuses. Raises FieldUnreadable."""
    rows = (
        (request.POST.get(f"item-{n}", "").strip(), request.POST.get(f"quantity-{n}", "").strip())
        for n in range(GOODS_ROWS)
    )
    return tuple(
        Goods(item, number(quantity, _("Quantity"), default=0))
        for item, quantity in rows
        if item or quantity
    )


def places(actor: Actor, *, current: str) -> tuple[Choice, ...]:
    """The city and its counties in which an actor works, to choose from."""
    home = area.home_city(actor, first_area(actor))
    if home is None:
        return ()
    known = [(home.root.code, area.name(home.root))]
    known += [(each.code, area.name(each)) for each in area.counties(home)]
    return choices(known, current=current or first_area(actor))


def order_choices(*, at: datetime.datetime, is_drill: bool, current: str = "") -> tuple[Choice, ...]:  # fmt: skip
    """The orders in force under which something can be done."""
    found = [e for e in orders.public_orders(at=at) if e.phase(at) is Phase.IN_FORCE]
    pairs = [(str(e.id), f"{e.number} {e.title}") for e in found if e.is_drill or not is_drill]
    return choices(pairs, current=current)


def institutions(ids: Iterable[int], *, current: int | None = None) -> tuple[Choice, ...]:
    """Institutions to choose from, by name."""
    names = registry.names_by_id(ids=list(ids), language=language())
    return choices([(str(id), names.get(id, "—")) for id in ids], current=str(current or ""))


def staff_of(organization: int, text: str, *, actor: Actor, at: datetime.datetime) -> list[tuple[int, str]]:  # fmt: skip
    """Staff of an institution whose name fits, at most 60, as number and name."""
    page = registry.search_staff(
        text=text.strip(), organization_id=organization, on=legal_day(at), limit=60, actor=actor
    )
    return [(each.id, each.name) for each in page.rows]
