"""Family-doctor teams: what they have, who is in them."""

import datetime
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.contracts import actions, queries, rules
from kangmai.programmes.contracts.types import Figures, Team, TeamFacts
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

COUNT, KEEP = "contracts.count", "contracts.keep"
PAGE = 30
MOST_STAFF = 100


@require_safe
@signed_in
def teams(request: PortalRequest) -> HttpResponse:
    """List teams with what they have."""
    require(request.actor, COUNT)
    on = legal_day(request.at)
    is_open = request.GET.get("closed") != "1"
    found = queries.team_list(
        is_open=is_open,
        after=asking.uuid_of(request.GET.get("after", "")),
        limit=PAGE,
        actor=request.actor,
    )
    figures = queries.figures_of(found, on=on, actor=request.actor)
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    of = rules.rule(on=on)
    context = {
        "crumbs": trail(Crumb(_("Family-doctor contracts"), _above(request)), Crumb(_("Teams"))),
        "rows": [{**_row(each, figures[each.id]), "institution": names.get(each.organization, "")} for each in found],
        "is_open": is_open,
        "may_keep": is_permitted(request.actor, KEEP),
        "least": of.least_ratings,
        "most": words.count(of.residents_per_team),
        "pager": pager(request.GET, cursor=str(found[-1].id) if len(found) == PAGE else None),
    }  # fmt: skip
    return render(request, "contracts/teams.html", context)


def _above(request: PortalRequest) -> str:
    """The list of contracts, for those who may see it."""
    return reverse("contracts") if is_permitted(request.actor, "contracts.read") else ""


def _row(of: Team, figures: Figures) -> dict[str, object]:
    leader = next((each.name for each in of.members if each.staff == of.leader), "")
    return {
        "id": of.id,
        "name": of.name,
        "leader": leader,
        "members": len(of.members),
        "place": area.name_of(of.place_code),
        "valid": words.count(figures.valid),
        "ending": words.count(figures.ending),
        "asked": words.count(figures.asked),
        "ratings": figures.ratings,
        "satisfied": f"{figures.satisfied} %" if figures.satisfied is not None else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def team(request: PortalRequest, team_id: UUID) -> HttpResponse:
    """Show a team; change who is in it, close it, open it again."""
    fault = ""
    if request.method == "POST":
        try:
            _change(request, team_id)
            asking.written(request)
            return redirect("doctor-team", team_id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_team(team_id, actor=request.actor)
    on = legal_day(request.at)
    figures = queries.figures_of([found], on=on, actor=request.actor)[found.id]
    may_keep = queries.may_keep(found, actor=request.actor)
    duties = rules.rule(on=on).duties
    context = {
        "crumbs": trail(Crumb(_("Teams"), reverse("doctor-teams")), Crumb(found.name)),
        "team": found,
        **_row(found, figures),
        "institution": registry.names_by_id(ids=[found.organization], language=language()).get(found.organization, ""),
        "people": [(each.name, duties[each.duty].in_language(language()) if each.duty in duties else each.duty, each.staff == found.leader) for each in found.members],
        "may_keep": may_keep,
        "may_read": is_permitted(request.actor, "contracts.read"),
        "least": rules.rule(on=on).least_ratings,
        **(_form(request, found.organization, found, on) if may_keep else {}),
        "fault": fault,
    }  # fmt: skip
    return render(request, "contracts/team.html", context, status=422 if fault else 200)


def _change(request: PortalRequest, team_id: UUID) -> None:
    version = asking.version(request)
    if request.POST.get("do") == "open":
        actions.set_open(team_id=team_id, is_open=request.POST.get("is_open") == "1", expected_version=version, actor=request.actor, at=request.at)  # fmt: skip
        return
    actions.change_team(team_id=team_id, facts=_facts(request), expected_version=version, actor=request.actor, at=request.at)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def team_new(request: PortalRequest) -> HttpResponse:
    """Found a team of an institution."""
    houses = registry.names_by_id(ids=queries.keeping(actor=request.actor), language=language())
    said = request.POST.get("organization") or request.GET.get("organization") or ""
    home = next((each.organization for each in request.actor.grants if each.organization), None)
    organization = int(said) if said.isascii() and said.isdecimal() and int(said) in houses else home  # fmt: skip
    fault = ""
    if request.method == "POST":
        try:
            made = actions.found_team(
                organization=organization or 0,
                facts=_facts(request),
                key=asking.key(request),
                actor=request.actor,
                at=request.at,
            )
            return redirect("doctor-team", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(Crumb(_("Teams"), reverse("doctor-teams")), Crumb(_("New team"))),
        "houses": choices(sorted(((str(id), name) for id, name in houses.items()), key=lambda e: e[1]), current=str(organization)),
        "organization": organization,
        **_form(request, organization or 0, None, legal_day(request.at)),
        "fault": fault,
        "key": request.POST.get("key") or uuid4(),
    }  # fmt: skip
    return render(request, "contracts/team_new.html", context, status=422 if fault else 200)


def _form(
    request: PortalRequest, organization: int, found: Team | None, on: datetime.date
) -> dict[str, object]:
    """Name, telephone and the people of the institution, each with what he is in the team."""
    held = {each.staff: each.duty for each in found.members} if found else {}
    if request.method == "POST" and "name" in request.POST:
        held = dict(_members(request))
    people = registry.search_staff(organization_id=organization, on=on, limit=MOST_STAFF, actor=request.actor).rows  # fmt: skip
    listed = {each.id: each.name for each in people}
    listed |= registry.staff_names(ids=set(held) - set(listed))
    duties = rules.rule(on=on).duties
    named = [("", "—"), *((id, title.in_language(language())) for id, title in duties.items())]
    return {
        "said_name": request.POST.get("name", found.name if found else ""),
        "said_phone": request.POST.get("phone", found.phone if found else ""),
        "staff": [
            (id, name, choices(named, current=held.get(id, ""))) for id, name in listed.items()
        ],
        "leaders": choices(((str(id), name) for id, name in listed.items()), current=request.POST.get("leader") or (str(found.leader) if found else "")),
    }  # fmt: skip


def _facts(request: PortalRequest) -> TeamFacts:
    return TeamFacts(
        name=asking.text(request, "name"),
        leader=asking.whole(request, "leader", _("Head of the team")),
        members=tuple(_members(request)),
        phone=asking.text(request, "phone"),
    )


def _members(request: PortalRequest) -> list[tuple[int, str]]:
    """Whoever was given something to be."""
    said = ((name.partition("-")[2], request.POST.get(name, "")) for name in request.POST if name.startswith("duty-"))  # fmt: skip
    return [(int(id), duty) for id, duty in said if duty and id.isascii() and id.isdecimal() and len(id) < 19]  # fmt: skip
