"""The investigators' desk: cases, a new one, and how fast tracing is."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import actions, queries
from kangmai.epidemic.tracing.queries import CaseLine, Show
from kangmai.epidemic.tracing.types import CaseFacts, CaseState
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.tracing import asking, wording
from kangmai.portal.venues.wording import order_line
from kangmai.standards.divisions import Level

PERIODS = (1, 7, 30)


@require_safe
@signed_in
@awake(Purpose.TRACING)
def desk(request: PortalRequest) -> HttpResponse:
    """Show cases under investigation; who only follows contacts goes to their list."""
    actor, at = request.actor, request.at
    for permission, other in (
        ("tracing.follow", "tracing-contacts"),
        ("tracing.count", "tracing-speed"),
    ):
        if is_permitted(actor, permission) and not is_permitted(actor, "tracing.investigate"):
            return redirect(other)
    show = request.GET.get("show", CaseState.OPEN.value)
    state = next((each for each in CaseState if each.value == show), None)
    found = queries.cases(state=state, after=request.GET.get("after", ""), actor=actor, at=at)
    shows = [(each.value, wording.case_state(each)[0]) for each in CaseState]
    waiting = queries.waiting(actor=actor, at=at)
    context = {
        "crumbs": trail(Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("Tracing"))),
        "order": order_line(Purpose.TRACING, at),
        "rows": [_row(each) for each in found.rows],
        "shows": choices([*shows, ("all", _("all"))], current=show),
        "tiles": [
            (wording.show(each), words.count(waiting[each]), f"{reverse('tracing-contacts')}?show={each.value}")
            for each in (Show.TO_TELL, Show.TO_SETTLE, Show.TO_CHECK, Show.UNWELL, Show.TO_RELEASE)
        ],
        "pager": pager(request.GET, cursor=found.next or None),
    }  # fmt: skip
    return render(request, "tracing/desk.html", context)


def _row(line: CaseLine) -> dict[str, object]:
    case = line.case
    return {
        "line": line,
        "case": case,
        "place": area.path(case.place_code),
        "found": words.instant(case.found_at),
        "state": wording.case_state(case.state),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TRACING)
def new_case(request: PortalRequest) -> HttpResponse:
    """Begin an investigation."""
    require(request.actor, "tracing.investigate")
    fault = ""
    if request.method == "POST":
        try:
            facts = CaseFacts(
                person=asking.person(request),
                found_at=asking.instant(request, "found") or request.at,
                onset_on=asking.day(request, "onset"),
                sampled_on=asking.day(request, "sampled"),
                place_code=request.POST.get("place", "").strip(),
            )
            made = actions.open_case(
                facts=facts, key=asking.key(request), actor=request.actor, at=request.at
            )
            return redirect("tracing-case", made.id)
        except (Incorrect, NotFound, Conflict) as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(_("New case"))),
        "order": order_line(Purpose.TRACING, request.at),
        "fault": fault,
        "given": request.POST,
        "found": request.POST.get("found") or asking.local(request.at),
        "places": choices(_places(request), current=request.POST.get("place", "")),
        "key": request.POST.get("key") or asking.fresh_key(),
    }
    return render(request, "tracing/new_case.html", context, status=400 if fault else 200)


def _places(request: PortalRequest) -> list[tuple[str, str]]:
    """Counties and towns in which the actor investigates."""
    home = area.home_city(request.actor)
    if home is None:
        return []
    mine = [
        place
        for grant in request.actor.grants
        if {"tracing.investigate", "*"} & grant.permissions
        for place in grant.places
    ]
    return [
        (each.code, area.path(each.code))
        for each in sorted(
            (*home.at_level(Level.COUNTY), *home.at_level(Level.TOWN)), key=lambda one: one.code
        )
        if any(place.covers(each.code) for place in mine)
    ]


@require_safe
@signed_in
@awake(Purpose.TRACING)
def speed(request: PortalRequest) -> HttpResponse:
    """Show how fast tracing was in the latest days."""
    asked = request.GET.get("days", "7")
    days = int(asked) if asked.isdecimal() and int(asked) in PERIODS else 7
    at = request.at
    found = queries.speed(since=at - timedelta(days=days), until=at, actor=request.actor, at=at)
    nothing = _("not available")
    share = lambda value: nothing if value is None else f"{value:.1%}"  # noqa: E731
    hours = lambda value: nothing if value is None else f"{value:.1f} h"  # noqa: E731
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(_("Speed of tracing"))),
        "order": order_line(Purpose.TRACING, at),
        "days": choices([(str(n), _("%(n)s days") % {"n": n}) for n in PERIODS], current=str(days)),
        "rows": [
            (_("Cases found"), words.count(found.cases), ""),
            (pgettext("tracing", "Contacts"), words.count(found.contacts), _("judged, of any kind; a person once")),
            (_("Close contacts"), words.count(found.close), ""),
            (_("Determined in time"), share(found.determined_share), _("close contacts and contacts of contacts judged within %(n)s hours of the case being found") % {"n": found.hours}),
            (_("In quarantine in time"), share(found.settled_share), _("close contacts in quarantine within %(n)s hours of the case being found") % {"n": found.hours}),
            (_("From the case to the call"), hours(found.found_to_told_hours), _("median, from the case being found to the contact being told")),
            (_("From the call to quarantine"), hours(found.told_to_settled_hours), _("median")),
            (_("Cases found among contacts"), share(found.among_followed_share), _("cases that were followed as contacts when they were found")),
            (_("Attack rate"), share(found.attack_rate), _("close contacts that became cases")),
        ],
    }  # fmt: skip
    return render(request, "tracing/speed.html", context)
