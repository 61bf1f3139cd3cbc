"""Teams: the list, a new one, one of them with its roster; and experts."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.teams import actions, queries, rules
from kangmai.epidemic.teams.types import Duty, Rule, Team
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.kernel.words import joined
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, key, number, written
from kangmai.portal.teams import asking, wording
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

READ, KEEP, CALL = "teams.read", "teams.keep", "teams.call"
ROSTER_DAYS = 14
MOST_CARDS = 20
"""Teams on a page: on a phone each is a card."""


class StepUnknown(Incorrect):
    """There is no such step here."""

    zh = "没有这一操作。"


@require_safe
@signed_in
def teams(request: PortalRequest) -> HttpResponse:
    """Show the teams one sees, with whether they can be called."""
    actor, at = request.actor, request.at
    require(actor, READ)
    found = rules.rule(on=legal_day(at))
    kind, place = request.GET.get("kind", ""), request.GET.get("area", "")
    page = queries.team_list(kind=kind, area=place if place.isdecimal() else "", after=request.GET.get("after", ""), limit=MOST_CARDS, actor=actor, at=at)  # fmt: skip
    context = {
        "crumbs": trail(Crumb(_("Emergency teams"))),
        "rows": lines(page.rows, found),
        "kinds": choices([("", _("all kinds")), *((id, wording.kind(id, found)) for id in found.kinds)], current=kind),
        "places": [choices([("", _("all places"))], current=place)[0], *asking.places(actor, current=place or "-")],
        "pager": pager(request.GET, cursor=page.next or None),
        "may_keep": is_permitted(actor, KEEP),
        "open_callouts": queries.open_callouts(actor=actor),
        "my_calls": len(queries.my_calls(actor=actor)),
        "source": found.source,
        "is_verified": found.is_verified,
    }  # fmt: skip
    return render(request, "teams/teams.html", context)


def lines(found: tuple[Team, ...], rule: Rule) -> list[dict[str, Any]]:
    """Teams as lines of a list."""
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    rows = []
    for each in found:
        text, tone = wording.standing(each.readiness.standing)
        rows.append(
            {
                "id": each.id,
                "name": each.name,
                "kind": wording.kind(each.kind, rule),
                "institution": names.get(each.organization, "—"),
                "members": len(each.members),
                "on_duty": sum(1 for one in each.members if one.on_duty),
                "drilled": words.day(each.drilled_on),
                "standing": text,
                "tone": tone,
                "lacks": wording.lacks(each.readiness, rule),
            }
        )
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Form a team of an institution's staff."""
    actor, at = request.actor, request.at
    require(actor, KEEP)
    found = rules.rule(on=legal_day(at))
    kept = queries.kept_institutions(actor=actor)
    fault = ""
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("organization", "")
    organization = int(chosen) if chosen.isdecimal() else (kept[0] if kept else 0)
    if request.method == "POST":
        try:
            made = actions.form(
                organization=organization, kind=given.get("kind", ""), name=given.get("name", ""),
                members=asking.members(request), key=key(request), actor=actor, at=at,
            )  # fmt: skip
            written(request)
            return redirect("team", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(Crumb(_("Emergency teams"), reverse("teams")), Crumb(_("New team"))),
        "fault": fault,
        "key": given.get("key") or uuid4(),
        "name": given.get("name", ""),
        "text": given.get("text", ""),
        "organization": organization,
        "institutions": asking.institutions(kept, current=organization),
        "kinds": choices([(id, wording.kind(id, found)) for id in found.kinds], current=given.get("kind", "")),
        "needs": needs(found),
        "people": people(request, organization, {}, found),
    }  # fmt: skip
    return render(request, "teams/new.html", context, status=400 if fault else 200)


def needs(found: Rule) -> list[tuple[str, str]]:
    """Whom each kind of team needs at least."""
    return [
        (wording.kind(id, found), joined((f"{wording.function(f, found)} {n}" for f, n in kind.least.items()), language()))
        for id, kind in found.kinds.items()
    ]  # fmt: skip


def people(
    request: PortalRequest, organization: int, members: dict[int, tuple[str, str]], found: Rule
) -> list[dict[str, Any]]:
    """Members first, then staff whose name fits, each with the functions to choose from.

    Args:
        members: name and function by number of those who are in the team.
    """
    text = request.GET.get("text", "") or request.POST.get("text", "")
    rows = dict(members)
    if organization and is_permitted(request.actor, "registry.read"):
        for id, name in asking.staff_of(organization, text, actor=request.actor, at=request.at):
            rows.setdefault(id, (name, ""))
    said = {name: value for name, value in request.POST.items() if name.startswith(asking.MEMBER)}
    return [
        {
            "id": id,
            "name": name,
            "functions": choices(
                [("", "—"), *((each, wording.function(each, found)) for each in found.functions)],
                current=said.get(f"{asking.MEMBER}{id}", function),
            ),
        }
        for id, (name, function) in rows.items()
    ]


@require_safe
@signed_in
def team(request: PortalRequest, team_id: UUID) -> HttpResponse:
    """Show a team with its members, its roster, and what its keeper can do."""
    actor, at = request.actor, request.at
    require(actor, READ)
    of = queries.get_team(team_id, actor=actor, at=at)
    found, today = rules.rule(on=legal_day(at)), legal_day(at)
    is_kept = is_permitted(actor, KEEP) and of.organization in queries.kept_institutions(actor=actor)  # fmt: skip
    duties = queries.roster(team_id, start=today, days=ROSTER_DAYS, actor=actor)
    editing = is_kept and request.GET.get("do") == "members"
    members = {each.staff: (each.name, each.function) for each in of.members}
    context = {
        "crumbs": trail(Crumb(_("Emergency teams"), reverse("teams")), Crumb(of.name)),
        "of": of,
        "row": lines((of,), found)[0],
        "place": area.path(of.place_code),
        "members": [(each, wording.function(each.function, found)) for each in of.members],
        "roster": days(duties, found),
        "shifts": choices([(id, each.title.in_language(language())) for id, each in found.shifts.items()], current=""),
        "is_kept": is_kept and not of.is_closed,
        "editing": editing,
        "people": people(request, of.organization, members, found) if editing else [],
        "text": request.GET.get("text", ""),
        "today": today,
        "last": today + timedelta(days=6),
        "needs": dict(needs(found)).get(wording.kind(of.kind, found), ""),
    }  # fmt: skip
    return render(request, "teams/team.html", context)


def days(duties: tuple[Duty, ...], found: Rule) -> list[dict[str, object]]:
    """A roster by day and shift."""
    rows: dict[tuple[str, str], list[str]] = {}
    for each in duties:
        shift = found.shifts.get(each.shift)
        name = shift.title.in_language(language()) if shift else each.shift
        day = f"{words.day(each.on)} {words.weekday(each.on)}"
        rows.setdefault((day, name), []).append(each.name)
    return [{"day": d, "shift": s, "people": joined(p, language())} for (d, s), p in rows.items()]


@require_POST
@signed_in
def change(request: PortalRequest, team_id: UUID) -> HttpResponse:
    """Change members, put people on duty, or close a team."""
    given = request.POST
    try:
        whose: dict[str, Any] = {
            "team_id": team_id,
            "expected_version": asking.version(request),
            "actor": request.actor,
            "at": request.at,
        }
        match given.get("do"):
            case "members":
                actions.change_members(members=asking.members(request), **whose)
            case "roster":
                first = asking.required_day(given.get("from", ""), _("From"))
                last = asking.required_day(given.get("until", ""), _("Until"))
                span = min(max((last - first).days + 1, 0), 99)
                actions.set_roster(
                    days=[first + timedelta(days=n) for n in range(span)],
                    shift=given.get("shift", ""),
                    staff=[number(each, _("Member")) for each in given.getlist("staff")],
                    **whose,
                )
            case "close":
                actions.close(reason=given.get("reason", ""), **whose)
            case _:
                raise StepUnknown()
        written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect("team", team_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def experts(request: PortalRequest) -> HttpResponse:
    """Chief experts by specialty; their institution names and ends them."""
    actor, at = request.actor, request.at
    require(actor, READ)
    if request.method == "POST":
        return _change_experts(request)
    found = rules.rule(on=legal_day(at))
    specialty = request.GET.get("specialty", "")
    page = queries.expert_list(specialty=specialty, after=request.GET.get("after", ""), actor=actor)
    names = registry.names_by_id(ids={e.organization for e in page.rows}, language=language())
    kept = queries.kept_institutions(actor=actor) if is_permitted(actor, KEEP) else ()
    chosen = request.GET.get("organization", "")
    organization = int(chosen) if chosen.isdecimal() else (kept[0] if kept else 0)
    named = [(id, words_.in_language(language())) for id, words_ in found.specialties.items()]
    people = []
    if organization and organization in kept:
        people = asking.staff_of(organization, request.GET.get("text", ""), actor=actor, at=at)
    context = {
        "crumbs": trail(Crumb(_("Emergency teams"), reverse("teams")), Crumb(_("Chief experts"))),
        "rows": [
            (each, wording.specialty(each.specialty, found), names.get(each.organization, "—"), each.organization in kept)
            for each in page.rows
        ],
        "specialties": choices([("", _("all specialties")), *named], current=specialty),
        "named": choices(named, current=specialty),
        "institutions": asking.institutions(kept, current=organization),
        "organization": organization,
        "people": people,
        "text": request.GET.get("text", ""),
        "pager": pager(request.GET, cursor=page.next or None),
    }  # fmt: skip
    return render(request, "teams/experts.html", context)


def _change_experts(request: PortalRequest) -> HttpResponse:
    given = request.POST
    try:
        if given.get("do") == "end":
            (expert,) = asking.uuids([given.get("expert", "")]) or (uuid4(),)
            actions.end_expert(expert_id=expert, reason=given.get("reason", ""), actor=request.actor, at=request.at)  # fmt: skip
        else:
            actions.name_expert(
                organization=number(given.get("organization", ""), _("Institution")),
                staff=number(given.get("staff", ""), _("Member")),
                specialty=given.get("specialty", ""),
                actor=request.actor,
                at=request.at,
            )
        written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect("team-experts")
