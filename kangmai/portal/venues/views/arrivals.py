"""The desk of a hotel or port: who arrives, who is here, who left; for who stands there and the town that looks after it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries
from kangmai.epidemic.venues.types import Arrival, ArrivalFacts, Desk, Staying
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues import wording
from kangmai.portal.venues.views.phone import DOCUMENTS
from kangmai.standards.calendars import LEGAL_TIME

PAGE = 50


class TimeUnreadable(Incorrect):
    """Choose day and time; “{value}” cannot be read."""

    zh = "请选择日期和时间，“{value}”无法识别。"


class StepUnknown(Incorrect):
    """A guest may change the room or leave; “{step}” is neither."""

    zh = "住客只能换房或离开，不能“{step}”。"


@require_safe
@signed_in
@awake(Purpose.REGISTRATION)
def desks(request: PortalRequest) -> HttpResponse:
    """The desks one stands at or looks after; who stands at a single one goes there at once."""
    after = request.GET.get("after", "")
    found = queries.desks(
        after=int(after) if after.isdecimal() else 0,
        limit=PAGE + 1,
        actor=request.actor,
        at=request.at,
    )
    if len(found) == 1 and found[0].may_write and not after:
        return redirect("desk", found[0].venue_id)
    more = str(found[PAGE - 1].venue_id) if len(found) > PAGE else None
    context = {
        "crumbs": trail(_home(), Crumb(_("Hotels and ports"))),
        "order": wording.order_line(Purpose.REGISTRATION, request.at),
        "desks": [
            {
                "desk": each,
                "kind": _kind(each, request.at),
                "place": area.path(each.place_code),
                "staying": words.count(each.staying),
                "today": words.count(each.arrived_today),
            }
            for each in found[:PAGE]
        ],
        "pager": pager(request.GET, cursor=more),
    }
    return render(request, "venues/desks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.REGISTRATION)
def desk(request: PortalRequest, venue_id: int) -> HttpResponse:
    """One desk: who is here or left; a POST writes down who arrives and shows his pass to hand over."""
    found = queries.get_desk(venue_id=venue_id, actor=request.actor, at=request.at)
    fault, made, given = "", None, request.POST
    if request.method == "POST":
        try:
            made = actions.check_in(
                venue_id=venue_id,
                facts=_facts(given),
                key=given.get("key", ""),
                actor=request.actor,
                at=request.at,
            )
            given = type(given)()
            found = queries.get_desk(venue_id=venue_id, actor=request.actor, at=request.at)
        except (Incorrect, Conflict) as error:
            fault = words_of(error)
    context = {**_form(found, given, request.at), **_list(request, found), "fault": fault}
    context["made"] = made and {"name": made.facts.name, "code": made.pass_code}
    return render(request, "venues/desk.html", context, status=400 if fault else 200)


def _form(found: Desk, given: Any, at: datetime) -> dict[str, Any]:
    return {
        "crumbs": trail(_home(), Crumb(_("Hotels and ports"), reverse("desks")), Crumb(found.name)),
        "order": wording.order_line(Purpose.REGISTRATION, at),
        "desk": found,
        "kind": _kind(found, at),
        "place": area.path(found.place_code),
        "staying": words.count(found.staying),
        "today": words.count(found.arrived_today),
        "given": given,
        "key": given.get("key") or uuid4().hex,
        "documents": DOCUMENTS,
        "now": at.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M"),
    }


def _list(request: PortalRequest, found: Desk) -> dict[str, Any]:
    show = Staying.LEFT if request.GET.get("show") == "left" else Staying.HERE
    rows = queries.arrivals(
        venue_id=found.venue_id,
        show=show,
        after=_uuid(request.GET.get("after", "")),
        limit=PAGE + 1,
        actor=request.actor,
        at=request.at,
    )
    shown = [(Staying.HERE.value, _("Here now")), (Staying.LEFT.value, _("Gone"))]
    return {
        "tabs": choices(shown, current=show.value),
        "are_here": show is Staying.HERE,
        "arrivals": list(map(_line, rows[:PAGE])),
        "pager": pager(request.GET, cursor=str(rows[PAGE - 1].id) if len(rows) > PAGE else None),
    }


def _line(each: Arrival) -> dict[str, Any]:
    facts = each.facts
    return {
        "id": each.id,
        "version": each.version,
        "name": facts.name,
        "document": words.masked(facts.document_number, head=3, tail=4),
        "phone": facts.phone,
        "room": facts.room,
        "vehicle": facts.vehicle,
        "from": facts.arrived_from,
        "code": each.pass_code,
        "arrived": words.instant(facts.arrived_at),
        "left": words.instant(each.left_at) if each.left_at else "",
        "went_to": each.went_to,
    }


@require_POST
@signed_in
@awake(Purpose.REGISTRATION)
def change_arrival(request: PortalRequest, venue_id: int, arrival_id: UUID) -> HttpResponse:
    """A guest gets another room, or leaves."""
    given = request.POST
    version = given.get("version", "")
    seen = int(version) if version.isdecimal() else 0
    try:
        match given.get("do"):
            case "room":
                actions.change_room(
                    arrival_id=arrival_id,
                    room=given.get("room", ""),
                    expected_version=seen,
                    actor=request.actor,
                    at=request.at,
                )
            case "leave":
                actions.check_out(
                    arrival_id=arrival_id,
                    left_at=_instant(given.get("left_at", "")),
                    went_to=given.get("went_to", ""),
                    expected_version=seen,
                    actor=request.actor,
                    at=request.at,
                )
            case other:
                raise StepUnknown(step=other or "")
        messages.success(request, _("It was written down."))
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    return redirect("desk", venue_id)


def _facts(given: Any) -> ArrivalFacts:
    return ArrivalFacts(
        name=given.get("name", ""),
        document_kind=given.get("document_kind", "01"),
        document_number=given.get("document_number", ""),
        arrived_from=given.get("arrived_from", ""),
        arrived_at=_instant(given.get("arrived_at", "")),
        phone=given.get("phone", ""),
        room=given.get("room", ""),
        vehicle=given.get("vehicle", ""),
    )


def _instant(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said).replace(tzinfo=LEGAL_TIME)
    except ValueError:
        raise TimeUnreadable(value=said[:20]) from None


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _home() -> Crumb:
    return Crumb(_("Emergency mode"), reverse("emergency"))


def _kind(found: Desk, at: datetime) -> str:
    kind = queries.current_rule(at=at).kinds.get(found.kind)
    return kind.title.in_language(wording.language()) if kind else found.kind
