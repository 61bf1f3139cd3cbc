"""Sites with their guests, one guest on the phone of the site's staff, and the choice of a room for a contact."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.capacity import queries as capacity
from kangmai.epidemic.capacity.types import Room, RoomState
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import actions, queries
from kangmai.epidemic.quarantine.types import BY_HAND, Guest, Leaving, StayState
from kangmai.epidemic.tracing import queries as tracing
from kangmai.epidemic.tracing import rules as following
from kangmai.epidemic.tracing.types import Half
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.orders.gate import awake
from kangmai.portal.quarantine import asking, wording
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.tracing import wording as traced
from kangmai.portal.tracing.care import care
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import LEGAL_TIME, legal_day

ASSIGN, RUN, COUNT, DISPATCH = "quarantine.assign", "quarantine.run", "quarantine.count", "quarantine.dispatch"  # fmt: skip
NOON = 12


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def sites(request: PortalRequest) -> HttpResponse:
    """Show the sites one assigns rooms in, runs or counts; who runs a single one goes there."""
    actor, at = request.actor, request.at
    require(actor, "capacity.read")
    lines = capacity.site_lines(actor=actor, at=at)
    if len(lines) == 1 and not is_permitted(actor, COUNT):
        return redirect("quarantine-site", lines[0].site.id)
    context = {
        "crumbs": trail(Crumb(_("Quarantine sites"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "figures": queries.figures(actor=actor, at=at) if is_permitted(actor, COUNT) else None,
        "rows": [
            {
                "id": each.site.id, "name": each.site.name, "place": area.path(each.site.place_code),
                "phone": each.site.phone, "guests": each.guests, "rooms": each.rooms,
            }
            for each in lines
        ],
        "may_open": is_permitted(actor, RUN) or is_permitted(actor, ASSIGN),
        "may_ride": is_permitted(actor, DISPATCH),
    }  # fmt: skip
    return render(request, "quarantine/sites.html", context)


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def guests(request: PortalRequest, site_id: int) -> HttpResponse:
    """Show who is in the rooms of a site, who is expected, who may leave."""
    actor, at = request.actor, request.at
    found = queries.guests(site_id=site_id, actor=actor, at=at)
    site = capacity.get_site(site_id, actor=actor, at=at)
    context = {
        "crumbs": trail(Crumb(_("Quarantine sites"), reverse("quarantine")), Crumb(site.name)),
        "order": order_line(Purpose.QUARANTINE, at),
        "site": site,
        "place": area.path(site.place_code),
        "rows": [_row(each) for each in found],
        "expected": sum(each.stay.state is StayState.EXPECTED for each in found),
        "staying": sum(each.stay.state is StayState.STAYING for each in found),
    }
    return render(request, "quarantine/guests.html", context)


def _row(guest: Guest) -> dict[str, object]:
    contact = guest.contact
    return {
        "stay": guest.stay,
        "name": guest.facts.name or "—",
        "phone": guest.facts.phone,
        "home": guest.facts.address,
        "room": guest.room.number,
        "state": wording.stay(guest),
        "kind": traced.kind(contact.kind) if contact else ("", ""),
        "until": words.day(guest.plan.stages[-1][2]) if guest.plan and guest.plan.stages else "—",
        "is_unwell": contact is not None and contact.unwell_at is not None,
        "is_caregiver": guest.stay.cares_for is not None,
        "differs": guest.differs,
    }


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def guest(request: PortalRequest, stay_id: UUID) -> HttpResponse:
    """Show one guest with what is next: arrival, daily check, another room, leaving."""
    actor, at = request.actor, request.at
    found = queries.get_guest(stay_id, actor=actor, at=at)
    site = capacity.get_site(found.stay.site_id, actor=actor, at=at)
    runs = capacity.runs_site(site.id, permission=RUN, actor=actor)
    rule = following.rule(on=legal_day(at))
    half = Half.MORNING if at.astimezone(LEGAL_TIME).hour < NOON else Half.EVENING
    is_staying = found.stay.state is StayState.STAYING
    context = {
        "crumbs": trail(
            Crumb(_("Quarantine sites"), reverse("quarantine")),
            Crumb(site.name, reverse("quarantine-site", args=[site.id])), Crumb(found.facts.name or "—"),
        ),
        "order": order_line(Purpose.QUARANTINE, at),
        "row": _row(found),
        "stay": found.stay,
        "site": site,
        "is_expected": found.stay.state is StayState.EXPECTED,
        "is_staying": is_staying,
        "runs": runs,
        "halves": choices([(each.value, traced.half(each)) for each in Half], current=half.value),
        "symptoms": [(id, traced.named(each, id)) for id, each in rule.symptoms.items()],
        "rooms": _free(site.id, request, but=found.stay.room_id) if is_staying and runs else (),
        "ways": [(each.value, wording.leaving(each)) for each in BY_HAND],
        **_care(found, request),
        "assigned": words.instant(found.stay.assigned_at),
        "arrived": words.instant(found.stay.arrived_at),
        "left": words.instant(found.stay.left_at),
        "how": wording.leaving(found.stay.leaving) if found.stay.leaving else "",
        "now": asking.local(at),
        "today": words.day(legal_day(at)),
        "key": asking.fresh_key(),
    }  # fmt: skip
    return render(request, "quarantine/guest.html", context)


def _care(found: Guest, request: PortalRequest) -> dict[str, object]:
    id = found.stay.contact_id
    known = tracing.care_of(id, at=request.at) if id is not None else tracing.NO_CARE
    return care(
        found.plan, missing=known.missing, checks=known.checks, tests=known.tests, at=request.at
    )


def _free(site_id: int, request: PortalRequest, *, but: int = 0) -> list[tuple[int, str]]:
    """Rooms into which somebody may be put: free ones, and those in which a bed is left."""
    states = (RoomState.FREE, RoomState.RESERVED, RoomState.OCCUPIED)
    rooms = capacity.rooms(site_id, states=states, actor=request.actor, at=request.at)
    left = [each for each in rooms if each.taken < each.beds and each.id != but]
    return [(each.id, _title(each)) for each in sorted(left, key=lambda each: each.taken > 0)]


def _title(room: Room) -> str:
    if not room.taken:
        return room.number
    return _("%(room)s (%(taken)s of %(beds)s taken)") % {
        "room": room.number, "taken": room.taken, "beds": room.beds,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.QUARANTINE)
def assign(request: PortalRequest) -> HttpResponse:
    """Choose a site and a room for a contact."""
    actor, at = request.actor, request.at
    require(actor, ASSIGN)
    given = request.POST if request.method == "POST" else request.GET
    contact_id = asking.uuid(given.get("contact", ""), "contact")
    if request.method == "POST":
        try:
            stay = actions.assign(
                contact_id=contact_id, room_id=asking.identifier(request, "room"), key=asking.key(request),
                caregiver_for=asking.uuid(given["cares_for"], "cares_for") if given.get("cares_for") else None,
                actor=actor, at=at,
            )  # fmt: skip
            asking.written(request)
            return redirect("quarantine-stay", stay.id)
        except KangmaiError as error:
            asking.complain(request, error)
    contact = tracing.get_contact(contact_id, actor=actor, at=at)
    lines = [each for each in capacity.site_lines(actor=actor, at=at) if capacity.runs_site(each.site.id, permission=ASSIGN, actor=actor)]  # fmt: skip
    chosen = given.get("site", "")
    site = next((each.site for each in lines if str(each.site.id) == chosen), lines[0].site if lines else None)  # fmt: skip
    context = {
        "crumbs": trail(Crumb(_("Quarantine sites"), reverse("quarantine")), Crumb(_("Assign a room"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "contact": contact.contact,
        "name": contact.facts.name or "—",
        "kind": traced.kind(contact.contact.kind),
        "phone": contact.facts.phone,
        "sites": [
            (each.site.id, f"{each.site.name} · {_('Free rooms')} {each.rooms.free}", site is not None and each.site.id == site.id)
            for each in lines
        ],
        "site": site,
        "rooms": _free(site.id, request) if site else (),
        "people": [(each.stay.id, f"{each.room.number} {each.facts.name}") for each in queries.guests(site_id=site.id, actor=actor, at=at)] if site else (),
        "before": queries.stays_of_contact(contact_id=contact_id, actor=actor, at=at),
        "key": asking.fresh_key(),
    }  # fmt: skip
    return render(request, "quarantine/assign.html", context)


@require_POST
@signed_in
@awake(Purpose.QUARANTINE)
def change_stay(request: PortalRequest, stay_id: UUID) -> HttpResponse:
    """Take in, check, move, let go, or take a room back."""
    try:
        following_stay = _change(request, stay_id)
        asking.written(request)
        return redirect("quarantine-stay", following_stay)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("quarantine-stay", stay_id)


def _change(request: PortalRequest, stay_id: UUID) -> UUID:
    given, actor, at = request.POST, request.actor, request.at
    whose: dict[str, Any] = {"stay_id": stay_id, "expected_version": asking.number(request, "version"), "actor": actor, "at": at}  # fmt: skip
    match given.get("do"):
        case "arrive":
            actions.arrive(arrived_at=asking.instant(request, "when") or at, **whose)
        case "check":
            half = Half.EVENING if given.get("half") == Half.EVENING.value else Half.MORNING
            actions.check(
                stay_id=stay_id, half=half, temperature_c=asking.decimal(request, "temperature"),
                symptoms=given.getlist("symptom"), actor=actor, at=at,
            )  # fmt: skip
        case "move":
            room = asking.identifier(request, "room")
            return actions.move(room_id=room, reason=given.get("reason", ""), key=asking.key(request), **whose).id  # fmt: skip
        case "leave":
            how = next((each for each in BY_HAND if each.value == given.get("how")), Leaving.OTHER)
            actions.leave(
                how=how, handed_to=given.get("handed_to", ""), left_at=asking.instant(request, "when") or at, **whose
            )  # fmt: skip
        case "cancel":
            actions.cancel(reason=given.get("reason", ""), **whose)
        case other:
            raise asking.unreadable("do", str(other))
    return stay_id
