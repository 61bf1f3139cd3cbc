"""What there is: quarantine sites and rooms, beds by ward, facilities, ambulances. Awake, and naming nobody."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.capacity import actions, queries, rules
from kangmai.epidemic.capacity.types import (
    Ambulance,
    AmbulanceState,
    Room,
    RoomCounts,
    RoomState,
    Rule,
    SiteFacts,
    WardLine,
)
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.quarantine import asking, wording
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of

READ, REPORT, MANAGE = "capacity.read", "capacity.report", "capacity.manage"
MOST = 40
"""Lines of a list for a whole city; whoever wants all chooses a part of it."""


@require_safe
@signed_in
def board(request: PortalRequest) -> HttpResponse:
    """Show what an area can still take."""
    actor, at = request.actor, request.at
    require(actor, READ)
    chosen = request.GET.get("area", "") or asking.first_area(actor)
    found = queries.figures(area=chosen, actor=actor, at=at)
    lines = queries.site_lines(area=chosen, actor=actor, at=at)
    beds = queries.bed_lines(area=chosen, actor=actor, at=at)
    cars = queries.ambulances(area=chosen, actor=actor, at=at)
    beds = tuple(sorted(beds, key=lambda each: each.kinds[:1] != ("designated_hospital",)))
    told = tuple(each for each in beds if each.reports)
    rule = rules.rule(on=legal_day(at))
    ids = {each.site.organization for each in lines} | {each.organization for each in beds} | {each.organization for each in cars}  # fmt: skip
    names = registry.names_by_id(ids=ids, language=language())
    context = {
        "crumbs": trail(Crumb(_("Rooms, beds, ambulances"))),
        "area": chosen,
        "place": area.path(chosen),
        "areas": _parts(chosen, asking.first_area(actor)),
        "rooms": _counts(found.rooms),
        "sites": [
            {
                "id": each.site.id, "name": each.site.name, "place": area.path(each.site.place_code),
                "runs": names.get(each.site.organization, ""), "phone": each.site.phone, "guests": each.guests,
                **_counts(each.rooms),
            }
            for each in lines
        ],
        "wards": [_ward(each, rule) for each in found.wards],
        "beds": [
            {
                "name": names.get(line.organization, ""), "place": area.path(line.place_code),
                "kinds": [wording.named(rule.facilities.get(kind), kind) for kind in line.kinds],
                "reports": [
                    {
                        "ward": wording.named(rule.wards.get(each.ward), each.ward), "free": each.beds.free,
                        "staffed": each.beds.staffed, "is_stale": each.is_stale, "ago": wording.ago(each.reported_at, at),
                    }
                    for each in line.reports
                ],
            }
            for line in told[:MOST]
        ],
        "cars": [
            {
                "sign": each.call_sign, "station": names.get(each.organization, ""),
                "state": wording.ambulance(each.state), "is_negative": each.is_negative_pressure,
            }
            for each in cars
            if each.state is not AmbulanceState.READY
        ],
        "more_beds": max(0, len(told) - MOST),
        "silent": [names.get(each.organization, "") for each in beds if not each.reports],
        "stations": _stations(cars, names),
        "car_count": len(cars),
        "ready": sum(each.state is AmbulanceState.READY for each in cars),
        "stale_hours": rule.stale_hours,
        "source": rule.source,
        "is_verified": rule.is_verified,
        "may_report": is_permitted(actor, REPORT),
        "may_manage": is_permitted(actor, MANAGE),
    }  # fmt: skip
    return render(request, "quarantine/capacity.html", context)


def _stations(cars: Sequence[Ambulance], names: Mapping[int, str]) -> list[dict[str, object]]:
    """Ready ambulances by station: how many, of them with negative pressure, and their call signs."""
    by_station: dict[int, list[Ambulance]] = {}
    for each in cars:
        if each.state is AmbulanceState.READY:
            by_station.setdefault(each.organization, []).append(each)
    return [
        {
            "name": names.get(organization, ""),
            "ready": len(some),
            "negative": sum(each.is_negative_pressure for each in some),
            "signs": words.joined(each.call_sign for each in some),
        }
        for organization, some in by_station.items()
    ]


def _parts(chosen: str, top: str) -> list[tuple[str, str]]:
    """The way down: the areas right below the one that is shown, and back to the first."""
    home = city_code_of(chosen)
    below = city(home).children(chosen) if home and len(chosen) < 9 else ()
    found = [(each.code, area.name(each)) for each in below]
    return [(top, area.path(top)), *found] if chosen != top else found


def _counts(rooms: RoomCounts) -> dict[str, int]:
    return {
        "free": rooms.free, "reserved": rooms.reserved, "occupied": rooms.occupied, "cleaning": rooms.cleaning,
        "closed": rooms.closed, "total": rooms.total,
    }  # fmt: skip


def _ward(line: WardLine, rule: Rule) -> dict[str, object]:
    return {
        "title": wording.named(rule.wards.get(line.ward), line.ward), "beds": line.beds, "free": line.beds.free,
        "institutions": line.institutions, "stale": line.stale, "oldest": words.instant(line.oldest_at),
    }  # fmt: skip


@require_safe
@signed_in
def site(request: PortalRequest, site_id: int) -> HttpResponse:
    """Show the rooms of a site, to say which are clean, closed, or new."""
    actor, at = request.actor, request.at
    found = queries.get_site(site_id, actor=actor, at=at)
    runs = queries.runs_site(site_id, permission="quarantine.run", actor=actor)
    manages = queries.runs_site(site_id, permission=MANAGE, actor=actor)
    rule = rules.rule(on=legal_day(at))
    is_awake = bool(orders.awake(Purpose.QUARANTINE, at=at))
    context = {
        "crumbs": trail(Crumb(_("Rooms, beds, ambulances"), reverse("capacity")), Crumb(found.name)),
        "site": found,
        "place": area.path(found.place_code),
        "opened": words.day(found.opened_on),
        "closed": words.day(found.closed_on) if found.closed_on else "",
        "rooms": [_room(each, rule) for each in queries.rooms(site_id, actor=actor, at=at)],
        "kinds": [(id, wording.named(each, id)) for id, each in rule.rooms.items()],
        "may_clean": runs or manages,
        "may_manage": manages and found.closed_on is None,
        "guests": reverse("quarantine-site", args=[site_id]) if is_awake and (runs or is_permitted(actor, "quarantine.assign")) else "",
    }  # fmt: skip
    return render(request, "quarantine/site.html", context)


def _room(room: Room, rule: Rule) -> dict[str, object]:
    return {
        "room": room,
        "kind": wording.named(rule.rooms.get(room.kind), room.kind),
        "state": wording.room(room.state),
        "since": words.instant(room.changed_at),
        "may_finish": room.state is RoomState.CLEANING,
        "may_close": room.state in (RoomState.FREE, RoomState.CLEANING),
        "may_open": room.state is RoomState.CLOSED,
    }


@require_safe
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Show the forms by which sites, facilities and ambulances are entered."""
    actor, at = request.actor, request.at
    require(actor, MANAGE)
    rule = rules.rule(on=legal_day(at))
    context = {
        "crumbs": trail(
            Crumb(_("Rooms, beds, ambulances"), reverse("capacity")), Crumb(_("Enter"))
        ),
        "key": asking.fresh_key(),
        "facilities": [(id, wording.named(each, id)) for id, each in rule.facilities.items()],
    }
    return render(request, "quarantine/new.html", context)


@require_POST
@signed_in
def change(request: PortalRequest) -> HttpResponse:
    """Enter or change a site, room, facility or ambulance, and go back to where it stands."""
    try:
        where = _change(request)
        asking.written(request)
        return redirect(where)
    except KangmaiError as error:
        asking.complain(request, error)
    site_id = request.POST.get("site", "")
    if site_id.isascii() and site_id.isdecimal():
        return redirect("capacity-site", int(site_id))
    return redirect(
        "capacity-new"
        if request.POST.get("do") in ("site", "facility", "ambulance")
        else "capacity"
    )


def _change(request: PortalRequest) -> str:
    given, actor, at = request.POST, request.actor, request.at
    whose: dict[str, Any] = {"actor": actor, "at": at}
    match given.get("do"):
        case "site":
            facts = SiteFacts(
                given.get("name", ""), _institution(request), given.get("place", "").strip(), given.get("address", ""),
                given.get("phone", ""), asking.decimal(request, "hospital_km"),
            )  # fmt: skip
            made = actions.open_site(facts=facts, key=asking.key(request), **whose)
            return reverse("capacity-site", args=[made.id])
        case "facility":
            actions.name_facility(organization=_institution(request), kind=given.get("kind", ""), **whose)  # fmt: skip
            return reverse("capacity")
        case "ambulance":
            actions.add_ambulance(
                call_sign=given.get("sign", ""), organization=_institution(request),
                is_negative_pressure=given.get("negative") == "1", **whose,
            )  # fmt: skip
            return reverse("capacity")
        case "rooms":
            site_id = asking.identifier(request, "site")
            actions.add_rooms(
                site_id=site_id, numbers=[given.get("numbers", "")], kind=given.get("kind", ""),
                beds=asking.number(request, "beds", default=1), **whose,
            )  # fmt: skip
            return reverse("capacity-site", args=[site_id])
        case "close-site":
            site_id = asking.identifier(request, "site")
            actions.close_site(
                site_id=site_id, reason=given.get("reason", ""), expected_version=asking.number(request, "version"), **whose
            )  # fmt: skip
            return reverse("capacity")
        case "finish" | "close" | "open" as what:
            return _change_room(request, what)
        case other:
            raise asking.unreadable("do", str(other))


def _change_room(request: PortalRequest, what: str) -> str:
    room: dict[str, Any] = {
        "room_id": asking.identifier(request, "room"), "expected_version": asking.number(request, "version"),
        "actor": request.actor, "at": request.at,
    }  # fmt: skip
    match what:
        case "finish":
            actions.finish_cleaning(**room)
        case "close":
            actions.close_room(reason=request.POST.get("reason", ""), **room)
        case _:
            actions.reopen_room(**room)
    return reverse("capacity-site", args=[asking.identifier(request, "site")])


def _institution(request: PortalRequest) -> int:
    """The institution whose code somebody wrote. Raises FieldUnreadable."""
    code = request.POST.get("institution", "").strip()
    found = registry.organizations_by_code(codes=[code], actor=request.actor).get(code)
    if found is None:
        raise asking.FieldUnreadable(field=_("Code of the institution"), value=code[:20])
    return found[0]
