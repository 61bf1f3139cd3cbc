"""Trips of ambulances: called from the desk, written down step by step on the phone of the crew."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.capacity import queries as capacity
from kangmai.epidemic.capacity.types import Ambulance, AmbulanceState
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import actions, queries
from kangmai.epidemic.quarantine.errors import StepUnknown
from kangmai.epidemic.quarantine.types import Ride, Step
from kangmai.epidemic.tracing import queries as tracing
from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.orders.gate import awake
from kangmai.portal.quarantine import asking, wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues.wording import order_line
from kangmai.registry import queries as registry

DISPATCH = "quarantine.dispatch"


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def rides(request: PortalRequest) -> HttpResponse:
    """Show the trips one sends or drives, with the button of the next step."""
    actor, at = request.actor, request.at
    with_ended = request.GET.get("show") == "all"
    found = queries.rides(with_ended=with_ended, actor=actor, at=at)
    ids = {each.trip.to_organization for each in found if each.trip.to_organization is not None}
    names = registry.names_by_id(ids=ids, language=language())
    context = {
        "crumbs": trail(Crumb(_("Ambulance trips"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "rows": [_row(each, names) for each in found],
        "shows": choices(
            [("", _("under way")), ("all", _("all"))], current="all" if with_ended else ""
        ),
        "now": asking.local(at),
    }
    return render(request, "quarantine/rides.html", context)


def _row(ride: Ride, names: dict[int, str]) -> dict[str, object]:
    trip = ride.trip
    step = trip.next
    return {
        "trip": trip,
        "sign": ride.ambulance.call_sign if ride.ambulance else "—",
        "name": ride.facts.name,
        "phone": ride.facts.phone,
        "address": ride.facts.address,
        "goal": ride.site.name if ride.site else names.get(trip.to_organization or 0, ""),
        "goal_address": ride.site.address if ride.site else "",
        "course": wording.course(trip),
        "step": step.value if step else "",
        "step_title": wording.step(step) if step else "",
        "may_call_off": step in (Step.LEFT, Step.ARRIVED),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.QUARANTINE)
def call(request: PortalRequest) -> HttpResponse:
    """Choose an ambulance that is ready and where it brings a contact."""
    actor, at = request.actor, request.at
    require(actor, DISPATCH)
    given = request.POST if request.method == "POST" else request.GET
    contact_id = asking.uuid(given.get("contact", ""), "contact")
    if request.method == "POST":
        try:
            kind, _bar, id = given.get("goal", "").partition(":")
            goal = int(id) if id.isascii() and id.isdecimal() else None
            actions.call_ambulance(
                ambulance_id=asking.identifier(request, "ambulance"), contact_id=contact_id,
                to_site=goal if kind == "site" else None, to_organization=goal if kind == "hospital" else None,
                crew=given.get("crew", ""), key=asking.key(request), actor=actor, at=at,
            )  # fmt: skip
            asking.written(request)
            return redirect("rides")
        except KangmaiError as error:
            asking.complain(request, error)
    contact = tracing.get_contact(contact_id, actor=actor, at=at)
    sites = capacity.site_lines(actor=actor, at=at)
    hospitals = [each for each in capacity.facilities(actor=actor, at=at) if each.kind != "fever_clinic"]  # fmt: skip
    names = registry.names_by_id(ids={each.organization for each in hospitals}, language=language())
    goals = [(f"site:{each.site.id}", each.site.name) for each in sites]
    goals += [(f"hospital:{id}", name) for id, name in sorted(names.items())]
    cars = _nearest_first(
        capacity.ambulances(state=AmbulanceState.READY, actor=actor, at=at),
        contact.facts.place_code,
    )
    stations = registry.names_by_id(ids={each.organization for each in cars}, language=language())
    context = {
        "crumbs": trail(Crumb(_("Ambulance trips"), reverse("rides")), Crumb(_("Call an ambulance"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "contact": contact.contact,
        "name": contact.facts.name or "—",
        "phone": contact.facts.phone,
        "address": contact.facts.address,
        "goals": choices(goals, current=given.get("goal", "")),
        "cars": [(each.id, _car(each, stations[each.organization])) for each in cars],
        "crew": given.get("crew", ""),
        "key": asking.fresh_key(),
    }  # fmt: skip
    return render(request, "quarantine/call.html", context)


def _nearest_first(cars: Iterable[Ambulance], place_code: str) -> list[Ambulance]:
    """Those of the person's town first, then of the county, then the others."""

    def strangeness(car: Ambulance) -> int:
        same = (digits for digits in (9, 6, 4) if car.place_code[:digits] == place_code[:digits])
        return -next(same, 0)

    return sorted(cars, key=lambda each: (strangeness(each), each.call_sign))


def _car(of: Ambulance, station: str) -> str:
    parts = [of.call_sign, _("negative pressure") if of.is_negative_pressure else "", station]
    return " · ".join(filter(None, parts))


@require_POST
@signed_in
@awake(Purpose.QUARANTINE)
def change_ride(request: PortalRequest, trip_id: UUID) -> HttpResponse:
    """Write down the next step, or call the ambulance back."""
    given, actor, at = request.POST, request.actor, request.at
    try:
        whose: dict[str, Any] = {"trip_id": trip_id, "expected_version": asking.number(request, "version"), "actor": actor, "at": at}  # fmt: skip
        if given.get("do") == "off":
            actions.call_off(reason=given.get("reason", ""), **whose)
        else:
            step = next((each for each in Step if each.value == given.get("step")), None)
            if step is None:
                raise StepUnknown()
            actions.take_step(step=step, said_at=asking.instant(request, "when") or at, **whose)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("rides")
