"""Couriers' trips on a phone, and how tubes flow through laboratories."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries
from kangmai.epidemic.nucleic_acid.types import CourierTrip
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry


@require_safe
@signed_in
@awake(Purpose.TESTING)
def trips(request: PortalRequest) -> HttpResponse:
    """Show the trips that leave next: one's own first, then those that nobody drives."""
    actor, at = request.actor, request.at
    found = queries.trips(actor=actor, at=at)
    laboratories = registry.names_by_id(ids={each.laboratory for each in found}, language=language())  # fmt: skip
    rows = [_trip(request, each, laboratories) for each in found]
    under_way = [row for row in rows if not row["is_done"]]
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Couriers' trips"))),
        "groups": [
            (_("My trips"), [row for row in under_way if row["is_mine"]]),
            (_("Nobody drives these yet"), [row for row in under_way if row["is_free"]]),
            (_("Driven by others"), [row for row in under_way if not row["is_mine"] and not row["is_free"]]),
            (_("Handed over"), [row for row in rows if row["is_done"]]),
        ],
        "is_empty": not rows,
    }  # fmt: skip
    return render(request, "nucleic_acid/trips.html", context)


def _trip(
    request: PortalRequest, trip: CourierTrip, laboratories: dict[int, str]
) -> dict[str, object]:
    is_mine = trip.courier == request.actor.account
    may_drive = is_permitted(request.actor, "testing.sample")
    state, tone = _state(trip, request)
    return {
        "trip": trip,
        "state": state,
        "tone": tone,
        "place": area.path(trip.site.place_code),
        "laboratory": laboratories.get(trip.laboratory, "—"),
        "leaves": words.instant(trip.leaves_at)[-5:],
        "day": words.instant(trip.leaves_at)[:10],
        "arrives": words.instant(trip.arrives_at)[-5:],
        "left": words.instant(trip.left_at),
        "came": words.instant(trip.received_at),
        "is_mine": is_mine,
        "is_free": trip.courier is None,
        "is_done": trip.received_at is not None,
        "may_take": may_drive and trip.courier is None,
        "may_give": may_drive and is_mine and not trip.carried,
        "may_carry": may_drive and is_mine and trip.received_at is None and trip.ready > 0,
        "boxes": queries.boxes_for(trip.id, actor=request.actor, at=request.at)
        if may_drive and is_mine and trip.ready
        else (),
    }


def _state(trip: CourierTrip, request: PortalRequest) -> tuple[str, str]:
    if trip.received_at is not None:
        return _("handed over"), "good"
    if trip.left_at is not None:
        return _("on the way"), "info"
    if trip.is_late(request.at):
        return _("should have left"), "danger"
    return pgettext("trip", "planned"), ""


@require_POST
@signed_in
@awake(Purpose.TESTING)
def trip(request: PortalRequest, trip_id: int) -> HttpResponse:
    """Take a trip, give it back, or leave with boxes."""
    do = request.POST.get("do", "")
    try:
        if do == "carry":
            codes = [*request.POST.getlist("box"), *asking.codes(request.POST.get("codes", ""))]
            actions.carry_boxes(trip_id=trip_id, codes=codes, actor=request.actor, at=request.at)
        else:
            actions.take_trip(
                trip_id=trip_id, is_mine=do == "take", expected_version=asking.number(request, "version"),
                actor=request.actor, at=request.at,
            )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-trips")


@require_safe
@signed_in
@awake(Purpose.TESTING)
def flow(request: PortalRequest) -> HttpResponse:
    """Show by laboratory what comes, waits, is tested and published, and when it will be done."""
    actor, at = request.actor, request.at
    round_ = asking.chosen_round(request)
    rounds = queries.rounds(actor=actor, at=at)
    lines = queries.laboratory_lines(round_.id, actor=actor, at=at) if round_ else ()
    names = registry.names_by_id(ids={each.laboratory for each in lines if each.laboratory}, language=language())  # fmt: skip
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Laboratory flow"))),
        "round": round_,
        "order": asking.order_words(round_) if round_ else {},
        "rounds": choices([(str(r.id), r.name) for r in rounds], current=str(round_.id) if round_ else ""),
        "rows": [
            {
                "line": each,
                "name": names.get(each.laboratory, _("decided later")),
                "left": f"{each.hours_left:.1f}" if each.hours_left is not None else "—",
                "planned": words.instant(each.planned_done_at),
                "last": words.instant(each.last_published_at),
                "is_behind": each.planned_done_at is not None and each.planned_done_at < at
                and each.coming + each.waiting + each.tested > 0,
            }
            for each in lines
        ],
    }  # fmt: skip
    return render(request, "nucleic_acid/flow.html", context)
