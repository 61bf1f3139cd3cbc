"""Residents of a division: from the actor's own area down to a village, a page at a time."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.portal.residents import presenters
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import City, Division, city, city_code_of, find_division

PAGE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """A resident in a list."""

    name: str
    sex: str
    age: str
    number: str
    place: str
    address: str


@require_safe
@signed_in
def residents(request: PortalRequest) -> HttpResponse:
    """Show one page of the residents of a division."""
    require(request.actor, "identity.search")
    place = _place(request.GET.get("place", ""), request.actor)
    after = request.GET.get("after", "")
    found = (
        identity.search_village(
            place.prefix,
            after=int(after) if after.isdigit() else 0,
            limit=PAGE + 1,
            actor=request.actor,
            at=request.at,
        )
        if place
        else []
    )
    on = legal_day(request.at)
    people = [(each, presenters.person(each, on=on)) for each in found[:PAGE]]
    context = {
        "crumbs": trail(Crumb(_("Residents"))),
        "may_register": is_permitted(request.actor, "identity.write"),
        "place": area.name(place) if place else "",
        "above": _above(place, request.actor),
        "below": choices(((each.code, area.name(each)) for each in _below(place)), current=""),
        "rows": [
            Row(
                person.name,
                person.sex,
                person.age,
                person.number,
                person.place,
                address_of(each.index_number),
            )
            for each, person in people
        ],
        "pager": pager(request.GET, cursor=str(found[PAGE - 1].id) if len(found) > PAGE else None),
    }
    return render(request, "residents/list.html", context)


def _place(code: str, actor: Actor) -> Division | None:
    """The division asked for, else the first of the actor's own, else the whole city."""
    if found := find_division(code) if code.isdigit() else None:
        return found
    for reach in actor.scope.places:
        low = f"{reach.low}00" if len(reach.low) == 4 else reach.low
        if found := find_division(low):
            return found
    home = area.home_city(actor)
    return home.root if home else None


def _above(place: Division | None, actor: Actor) -> list[Crumb]:
    """The way down to a division, as far as it lies inside the actor's city."""
    home = _city_of(place)
    if place is None or home is None:
        return []
    steps = [
        each
        for each in (*home.ancestors(place.code), place)
        if each.code.startswith(home.root.prefix)
    ]
    return [Crumb(area.name(each), f"?place={each.code}") for each in steps]


def _below(place: Division | None) -> tuple[Division, ...]:
    home = _city_of(place)
    return home.children(place.code) if home and place else ()


def _city_of(place: Division | None) -> City | None:
    code = city_code_of(place.code) if place else None
    return city(code) if code else None
