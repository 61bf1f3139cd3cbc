"""A session: planned with its doses, and on its day the door to the clinic."""

import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.campaigns.views.campaigns import WORK, crumbs, session_rows
from kangmai.portal.campaigns.views.people import lines
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.portal.vaccination import wording as clinic_wording
from kangmai.programmes.campaigns import actions, queries
from kangmai.programmes.campaigns.types import Campaign, Candidates, Session, SessionState, Target
from kangmai.programmes.vaccination import queries as clinic
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

MOST = 400


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_session(request: PortalRequest, campaign_id: UUID) -> HttpResponse:
    """Ask for a session, and plan it."""
    require(request.actor, WORK)
    found = queries.get_campaign(campaign_id, actor=request.actor)
    fault = ""
    if request.method == "POST":
        try:
            made = _plan(request, found)
            asking.written(request)
            return redirect("campaign-session", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    today = legal_day(request.at)
    on = asking.read_day(request.GET.get("on", ""), _("Day")) or max(today, found.starts_on)
    context = {
        "crumbs": crumbs(Crumb(found.title, reverse("campaign", args=[found.id])), Crumb(_("New session"))),
        "campaign": found,
        "on": words.day(on),
        "places": choices(_places(found, on, request), current=request.POST.get("where", "")),
        "stock": _stock(found, request),
        "rate": queries.rule_of(found).doses_per_station_hour,
        "said": request.POST,
        "fault": fault,
        "key": uuid4(),
    }  # fmt: skip
    return render(request, "campaigns/plan.html", context, status=422 if fault else 200)


def _places(found: Campaign, on: datetime.date, request: PortalRequest) -> list[tuple[str, str]]:
    """Schools and towns with how many may be asked to a session on a day."""
    rows = queries.candidates_by_school(found.id, on=on, actor=request.actor)
    known = registry.places_by_id(ids={each.school for each in rows if each.school}, actor=request.actor)  # fmt: skip
    return [
        (
            f"school:{each.school}" if each.school else f"place:{each.place_code}",
            _place(each, known),
        )
        for each in rows
    ]


def _place(of: Candidates, known: dict[int, Any]) -> str:
    place = known.get(of.school) if of.school else None
    name = place.name if place else area.path(of.place_code) or "—"
    return _("%(name)s (%(n)s people)") % {"name": name, "n": of.count}


def _stock(found: Campaign, request: PortalRequest) -> list[dict[str, Any]]:
    """Doses at hand of the vaccines that the campaign's people need next."""
    wanted = queries.vaccines(found.id, on=legal_day(request.at), actor=request.actor)
    house = next((g.organization for g in request.actor.grants if WORK in g.permissions and g.organization), None)  # fmt: skip
    held: dict[str, int] = {}
    if house is not None:
        for each in clinic.held(organization=house, actor=request.actor):
            held[each.lot.vaccine] = held.get(each.lot.vaccine, 0) + each.usable
    return [
        {"vaccine": clinic_wording.vaccine(code), "wanted": n, "held": held.get(code, 0), "short": n > held.get(code, 0)}
        for code, n in wanted.items()
    ]  # fmt: skip


def _plan(request: PortalRequest, found: Campaign) -> Session:
    kind, _colon, code = asking.text(request, "where").partition(":")
    is_school = kind == "school" and code.isascii() and code.isdecimal()
    return actions.plan_session(
        campaign_id=found.id,
        school=int(code) if is_school else None,
        place="" if is_school else code,
        site=asking.text(request, "site"),
        on=asking.day(request, "on", _("Day")),
        begins=_time(request, "begins", pgettext("campaign", "From")),
        ends=_time(request, "ends", pgettext("campaign", "Until")),
        stations=asking.whole(request, "stations", _("Stations")),
        doses=asking.whole(request, "doses", _("Doses")),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


def _time(request: PortalRequest, name: str, title: str) -> datetime.time:
    said = asking.text(request, name)
    try:
        return datetime.time.fromisoformat(said).replace(tzinfo=None)
    except ValueError:
        raise asking.FieldUnreadable(field=title, value=said[:12]) from None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def session(request: PortalRequest, session_id: UUID) -> HttpResponse:
    """Show a session with its list; end or cancel it."""
    fault = ""
    if request.method == "POST":
        try:
            _do(request, session_id)
            asking.written(request)
            return redirect("campaign-session", session_id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_session(session_id, actor=request.actor)
    campaign = queries.get_campaign(found.campaign, actor=request.actor)
    context = _context(request, found, campaign) | {"fault": fault}
    return render(request, "campaigns/session.html", context, status=422 if fault else 200)


def _do(request: PortalRequest, session_id: UUID) -> None:
    version = asking.version(request)
    if asking.text(request, "do") == "end":
        actions.end_session(session_id=session_id, expected_version=version, actor=request.actor, at=request.at)  # fmt: skip
    elif asking.text(request, "do") == "cancel":
        actions.cancel_session(
            session_id=session_id, reason=asking.text(request, "reason"), expected_version=version, actor=request.actor, at=request.at
        )  # fmt: skip


def _context(request: PortalRequest, found: Session, campaign: Campaign) -> dict[str, Any]:
    on = legal_day(request.at)
    rows = queries.targets(campaign.id, filter=queries.listed(found.id), limit=MOST, on=on, actor=request.actor)  # fmt: skip
    is_open = found.state is SessionState.PLANNED and campaign.closed_on is None
    own = queries.works_at(found, actor=request.actor)
    return {
        "crumbs": crumbs(Crumb(campaign.title, reverse("campaign", args=[campaign.id])), Crumb(f"{words.day(found.on)} {found.site}")),
        "campaign": campaign,
        "session": found,
        "head": session_rows([found])[0],
        "rows": _with_visits(rows, campaign, request),
        "may_check_in": own and is_open and found.on == on,
        "may_end": own and is_open and found.on <= on,
        "may_cancel": own and is_open and found.came == 0,
    }  # fmt: skip


def _with_visits(
    rows: list[Target], campaign: Campaign, request: PortalRequest
) -> list[dict[str, Any]]:
    """The list with where each stands in the clinic."""
    visits = clinic.visits_by_id([each.visit for each in rows if each.visit])
    shown = lines(rows, campaign, request)
    for each in shown:
        visit = visits.get(each["visit"])
        each["key"] = uuid4()
        each["step"] = clinic_wording.step(visit.step) if visit else None
    return shown


@require_POST
@signed_in
def check_in(request: PortalRequest, session_id: UUID) -> HttpResponse:
    """Check somebody of the list in; his visit opens."""
    try:
        visit = actions.check_in(
            session_id=session_id,
            target_id=asking.whole(request, "target", _("Person")),
            key=asking.key(request),
            actor=request.actor,
            at=request.at,
        )
    except KangmaiError as error:
        asking.complain(request, error)
        return redirect("campaign-session", session_id)
    return redirect("vaccination-visit", visit.id)
