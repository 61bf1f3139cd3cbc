"""What is done with a whole worklist: keep its filter, see where its people live, remind them."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.programmes import choice, reach, wording
from kangmai.portal.programmes.views.worklist import address
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance.figures import event_map
from kangmai.programmes.engine import actions, queries
from kangmai.programmes.engine.types import AtPlace
from kangmai.standards.divisions import Level, city_code_of, find_division

TOWN, VILLAGE = 9, 12


@dataclass(frozen=True, slots=True)
class Place:
    """A division with how many of a list live there."""

    name: str
    lines: str
    overdue: int
    address: str


@require_safe
@signed_in
def places(request: PortalRequest) -> HttpResponse:
    """Show where those of a list live: a map of towns for a county and above, villages for a town."""
    reach.require_staff(request.actor)
    chosen = choice.read(request.GET)
    home = find_division(chosen.place) or reach.home(request.actor)
    is_town = home is not None and home.level in (Level.TOWN, Level.VILLAGE)
    found = queries.people_by_place(
        filter=chosen.filter(),
        digits=VILLAGE if is_town else TOWN,
        actor=request.actor,
        at=request.at,
    )
    counted = {each.place_code: each.lines for each in found}
    city = city_code_of(next(iter(counted), ""))
    context = {
        "crumbs": trail(Crumb(_("Follow-ups"), address(chosen)), Crumb(_("Where they live"))),
        "title": wording.show(chosen.show),
        "places": [_place(each, chosen) for each in found],
        "map": event_map(counted, city_code=city) if city and not is_town else None,
        "is_cut": sum(counted.values()) >= queries.MOST_PLACED,
        "most": words.count(queries.MOST_PLACED),
        "back": address(chosen),
    }
    return render(request, "programmes/worklist_places.html", context)


def _place(found: AtPlace, chosen: choice.Choice) -> Place:
    division = find_division(found.place_code)
    return Place(
        area.name(division) if division else found.place_code,
        words.count(found.lines),
        found.overdue,
        address(replace(chosen, place=found.place_code)),
    )


@require_POST
@signed_in
def keep(request: PortalRequest) -> HttpResponse:
    """Keep the filter of the address, or forget one."""
    reach.require_staff(request.actor)
    chosen = choice.read(request.GET)
    dropped = request.POST.get("drop", "")
    try:
        if dropped.isascii() and dropped.isdigit() and len(dropped) <= 18:
            actions.drop_filter(id=int(dropped), actor=request.actor, at=request.at)
        else:
            name = request.POST.get("name", "")
            actions.keep_filter(name=name, query=chosen.query(), actor=request.actor, at=request.at)
            messages.success(request, _("The filter is kept."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    return redirect(address(chosen))


@require_POST
@signed_in
def remind(request: PortalRequest) -> HttpResponse:
    """Write to those of the list who have an account."""
    reach.require_staff(request.actor)
    chosen = choice.read(request.GET)
    done = actions.remind(filter=chosen.filter(), actor=request.actor, at=request.at)
    said = _("%(told)s of %(lines)s were written to; %(without)s have no account: call them.")
    numbers = {"told": done.told, "lines": done.lines, "without": done.without_account}
    messages.success(request, said % numbers)
    return redirect(address(chosen))
