"""Venues: the list, a new one, one with its codes and devices, and the sheet to print."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries
from kangmai.epidemic.venues.types import Venue, VenueFacts
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues import qr, wording
from kangmai.portal.venues.towns import towns

PAGE = 50
EXPECTED = (Incorrect, NotFound, Conflict)


class ChangeUnknown(Incorrect):
    """A venue can be closed, a code replaced, a device added or revoked, somebody named for its desk; “{change}” is none of these."""

    zh = "场所可以关闭、换码、登记或注销设备、指定或取消登记员，不能“{change}”。"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.SCANNING)
def venues(request: PortalRequest) -> HttpResponse:
    """The venues of one's area; a POST opens one."""
    fault = ""
    if request.method == "POST":
        try:
            return redirect("ordered-venue", _open(request).id)
        except EXPECTED as error:
            fault = words_of(error)
    return render(
        request, "venues/venues.html", _list(request, fault), status=400 if fault else 200
    )


def _open(request: PortalRequest) -> Venue:
    given = request.POST
    capacity = given.get("capacity", "")
    facts = VenueFacts(
        name=given.get("name", ""),
        kind=given.get("kind", ""),
        place_code=given.get("place_code", ""),
        address=given.get("address", ""),
        manager=given.get("manager", ""),
        manager_phone=given.get("manager_phone", ""),
        capacity=int(capacity) if capacity.isdecimal() else None,
    )
    return actions.open_venue(
        facts=facts,
        entrances=given.get("entrances", "").splitlines(),
        key=given.get("key", ""),
        actor=request.actor,
        at=request.at,
    )


def _list(request: PortalRequest, fault: str) -> dict[str, Any]:
    actor, at = request.actor, request.at
    after, kind = request.GET.get("after", ""), request.GET.get("kind", "")
    found = queries.venues(
        kind=kind,
        name=request.GET.get("name", "").strip(),
        after=int(after) if after.isdecimal() else 0,
        limit=PAGE + 1,
        actor=actor,
        at=at,
    )
    kinds = [
        (each.id, each.title.in_language(wording.language()))
        for each in queries.current_rule(at=at).kinds.values()
    ]
    titles = dict(kinds)
    return {
        "crumbs": trail(Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("Venues"))),
        "fault": fault,
        "order": wording.order_line(Purpose.SCANNING, at),
        "key": request.POST.get("key") or uuid4().hex,
        "given": request.POST,
        "towns": towns(
            Purpose.SCANNING, chosen=request.POST.get("place_code", ""), actor=actor, at=at
        ),
        "kinds": choices([("", _("all kinds")), *kinds], current=kind),
        "new_kinds": choices(kinds, current=request.POST.get("kind", "")),
        "venues": [
            {
                "id": each.id,
                "name": each.facts.name,
                "kind": titles.get(each.facts.kind, each.facts.kind),
                "place": area.path(each.facts.place_code),
                "entrances": len(each.entrances),
                "is_closed": each.closed_at is not None,
            }
            for each in found[:PAGE]
        ],
        "name": request.GET.get("name", ""),
        "pager": pager(request.GET, cursor=str(found[PAGE - 1].id) if len(found) > PAGE else None),
    }


@require_safe
@signed_in
@awake(Purpose.SCANNING)
def venue(request: PortalRequest, venue_id: int) -> HttpResponse:
    """One venue."""
    found = queries.get_venue(venue_id=venue_id, actor=request.actor, at=request.at)
    return render(request, "venues/venue.html", _page(request, found))


def _page(request: PortalRequest, found: Venue, token: str = "") -> dict[str, Any]:
    devices = queries.devices(venue_id=found.id, actor=request.actor, at=request.at)
    kind = queries.current_rule(at=request.at).kinds.get(found.facts.kind)
    return {
        "crumbs": trail(
            Crumb(_("Emergency mode"), "/emergency-mode/"),
            Crumb(_("Venues"), reverse("ordered-venues")),
            Crumb(found.facts.name),
        ),
        "order": wording.order_line(Purpose.SCANNING, request.at),
        "venue": found,
        "kind": kind.title.in_language(wording.language()) if kind else found.facts.kind,
        "dwell_minutes": kind.dwell_minutes if kind else 0,
        "place": area.path(found.facts.place_code),
        "closed": words.instant(found.closed_at),
        "devices": devices,
        "token": token,
        "desk": _desk(request, found),
    }


def _desk(request: PortalRequest, found: Venue) -> dict[str, Any] | None:
    """Who stands at the desk of a hotel or port; None for other venues, and while registration is not ordered."""
    if found.facts.kind not in queries.desk_kinds(at=request.at):
        return None
    try:
        return {"clerks": queries.clerks(venue_id=found.id, actor=request.actor, at=request.at)}
    except Conflict:  # registration may be asleep while scanning is awake
        return None


@require_POST
@signed_in
@awake(Purpose.SCANNING)
def change(request: PortalRequest, venue_id: int) -> HttpResponse:
    """Replace a code, close the venue, add or revoke a device."""
    given = request.POST
    version, actor, at = _number(given.get("version", "")), request.actor, request.at
    try:
        match given.get("do"):
            case "revoke":
                actions.revoke_code(
                    venue_id=venue_id,
                    entrance_id=_number(given.get("entrance", "")),
                    expected_version=version,
                    actor=actor,
                    at=at,
                )
            case "close":
                actions.close_venue(venue_id=venue_id, expected_version=version, actor=actor, at=at)
            case "device":
                _device, token = actions.add_device(
                    name=given.get("name", ""), venue_id=venue_id, actor=actor, at=at
                )
                found = queries.get_venue(venue_id=venue_id, actor=actor, at=at)
                return render(request, "venues/venue.html", _page(request, found, token))
            case "revoke-device":
                actions.revoke_device(
                    device_id=_number(given.get("device", "")), actor=actor, at=at
                )
            case "appoint":
                login = given.get("login", "").strip()
                actions.appoint_clerk(venue_id=venue_id, login=login, actor=actor, at=at)
            case "dismiss":
                actions.dismiss_clerk(clerk_id=_clerk(given.get("clerk", "")), actor=actor, at=at)
            case other:
                raise ChangeUnknown(change=other or "")
        messages.success(request, _("It was written down."))
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    return redirect("ordered-venue", venue_id)


def _clerk(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ChangeUnknown(change=text[:20]) from None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


@require_safe
@signed_in
@awake(Purpose.SCANNING)
def poster(request: PortalRequest, venue_id: int) -> HttpResponse:
    """The sheets to print and hang up, one an entrance."""
    found = queries.get_venue(venue_id=venue_id, actor=request.actor, at=request.at)
    context = {
        "venue": found,
        "order": wording.order_line(Purpose.SCANNING, request.at),
        "sheets": [
            {
                "entrance": each.name,
                "code": each.code,
                "qr": qr.svg(
                    settings.PUBLIC_URL + reverse("ordered-scan", args=[each.code]), scale=8
                ),
            }
            for each in found.entrances
        ],
    }
    return render(request, "venues/poster.html", context)
