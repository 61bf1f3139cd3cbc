"""Enrol a resident by hand."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.programmes import anchors, choice, people, visits, wording
from kangmai.portal.programmes.views.deeds import DayUnreadable
from kangmai.portal.residents.numbers import address_of, resident_id_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import actions, queries
from kangmai.programmes.engine.errors import ProgrammeUnknown
from kangmai.programmes.engine.types import State, Way
from kangmai.standards.calendars import legal_day

STATES = (State.MANAGED, State.CONFIRMED, State.SUSPECTED)
WAYS = (Way.HAND, Way.REFERRAL)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def enrol(request: PortalRequest, number: str) -> HttpResponse:
    """Choose a programme and since when."""
    require(request.actor, "programmes.manage")
    resident = identity.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    if request.method != "POST":
        return _page(request, resident)
    try:
        made = _enrol(request, resident)
    except (Conflict, Incorrect, ProgrammeUnknown) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, resident, words_of(error), status)
    messages.success(request, _("Enrolled; the first visit is planned."))
    return redirect("enrolment", made.id)


def _enrol(request: PortalRequest, resident: Resident) -> Any:
    given, on = request.POST, _day(request.POST.get("on", ""), request)
    try:
        days = anchors.read(given.get("programme", ""), given, on=on)
    except ValueError:
        raise DayUnreadable(text="") from None
    return actions.enrol(
        resident_id=resident.id,
        programme_id=given.get("programme", ""),
        way=choice.member(Way, given.get("way", "")) or Way.HAND,
        state=choice.member(State, given.get("state", "")) or State.MANAGED,
        anchors=days,
        on=on,
        key=given.get("key", ""),
        actor=request.actor,
        at=request.at,
    )


def _day(text: str, request: PortalRequest) -> datetime.date:
    if not text.strip():
        return legal_day(request.at)
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise DayUnreadable(text=text[:20]) from None


def _page(
    request: PortalRequest, resident: Resident, problem: str = "", status: int = 200
) -> HttpResponse:
    on = legal_day(request.at)
    given = request.POST or request.GET
    offered = _offered(request, resident, on)
    asked, ids = given.get("programme", ""), [id for id, _title in offered]
    chosen = asked if asked in ids else ""
    context = {
        "crumbs": trail(
            Crumb(_("Residents"), "/residents/"),
            Crumb(resident.demographics.name, address_of(resident.index_number)),
            Crumb(_("Enrol")),
        ),
        "person": people.head(resident, at=request.at),
        "number": resident.index_number,
        "problem": problem,
        "here": request.path,
        "programmes": choices([("", "—"), *offered], current=chosen),
        "anchors": anchors.asked(chosen, given, on=on),
        "states": choices(_states(), current=given.get("state", State.MANAGED.value)),
        "ways": choices(_ways(), current=given.get("way", Way.HAND.value)),
        "on": given.get("on", on.isoformat()),
        "today": on.isoformat(),
        "key": given.get("key") or visits.new_key(),
    }
    return render(request, "programmes/enrol.html", context, status=status)


def _offered(
    request: PortalRequest, resident: Resident, on: datetime.date
) -> list[tuple[str, str]]:
    """The programmes that a hand may enrol the resident in, with their titles."""
    return [
        (each.id, each.title[wording.language()])
        for each in queries.programmes_open_to(resident_id=resident.id, on=on, actor=request.actor)
        if Way.HAND in each.ways
    ]


def _states() -> list[tuple[str, str]]:
    return [
        (State.MANAGED.value, _("confirmed, to be managed from now on")),
        (State.CONFIRMED.value, _("confirmed, management to be decided")),
        (State.SUSPECTED.value, _("suspected only")),
    ]


def _ways() -> list[tuple[str, str]]:
    return [
        (Way.HAND.value, _("found by the team")),
        (Way.REFERRAL.value, _("sent by another institution")),
    ]
