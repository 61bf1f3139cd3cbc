"""Support missions: the list, a new one, one with the part of each side."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.teams import actions, queries
from kangmai.epidemic.teams.types import Mission, MissionFacts, MissionState
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, key, number, written
from kangmai.portal.teams import asking, wording
from kangmai.portal.teams.views.teams import KEEP, READ, StepUnknown
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

M = MissionState


@require_safe
@signed_in
def missions(request: PortalRequest) -> HttpResponse:
    """Show the missions one sees, sent and received."""
    require(request.actor, READ)
    direction, state = request.GET.get("direction", ""), request.GET.get("state", "")
    page = queries.mission_list(direction=direction, state=state, after=request.GET.get("after", ""), actor=request.actor)  # fmt: skip
    known = [(each.value, wording.mission_state(each)[0]) for each in M]
    ways = [("", _("all")), ("sent", _("sent outside")), ("received", _("received from outside")), ("within", _("inside the city"))]  # fmt: skip
    context = {
        "crumbs": trail(Crumb(_("Emergency teams"), reverse("teams")), Crumb(_("Support missions"))),
        "rows": lines(page.rows),
        "directions": choices(ways, current=direction),
        "states": choices([("", _("all")), *known], current=state),
        "may_plan": is_permitted(request.actor, KEEP),
        "pager": pager(request.GET, cursor=page.next or None),
    }  # fmt: skip
    return render(request, "teams/missions.html", context)


def lines(found: tuple[Mission, ...]) -> list[dict[str, Any]]:
    """Missions as lines of a list."""
    ids = {e for of in found for e in (of.facts.from_organization, of.facts.to_organization) if e}
    names = registry.names_by_id(ids=ids, language=language())
    return [
        {
            "id": of.id,
            "task": of.facts.task,
            "from": of.facts.from_name or names.get(of.facts.from_organization or 0, "—"),
            "to": of.facts.to_name or names.get(of.facts.to_organization or 0, "—"),
            "destination": of.facts.destination,
            "people": of.head_count,
            "from_day": words.day(of.facts.starts_on),
            "until_day": words.day(of.facts.until_on),
            "state": wording.mission_state(of.state)[0],
            "tone": wording.mission_state(of.state)[1],
        }
        for of in found
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Plan a mission: to somewhere else, or from outside to here."""
    actor, at = request.actor, request.at
    require(actor, KEEP)
    kept = queries.kept_institutions(actor=actor)
    given = request.POST if request.method == "POST" else request.GET
    is_received = given.get("direction") == "received"
    chosen = given.get("organization", "")
    organization = int(chosen) if chosen.isdecimal() else (kept[0] if kept else 0)
    fault = ""
    if request.method == "POST":
        try:
            facts = _facts(request, organization, is_received=is_received)
            made = actions.plan_mission(facts=facts, key=key(request), actor=actor, at=at)
            written(request)
            return redirect("team-mission", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    staff = asking.staff_of(organization, given.get("text", ""), actor=actor, at=at) if organization and not is_received else []  # fmt: skip
    today = legal_day(at)
    context = {
        "crumbs": trail(
            Crumb(_("Emergency teams"), reverse("teams")),
            Crumb(_("Support missions"), reverse("team-missions")),
            Crumb(_("New mission")),
        ),
        "fault": fault,
        "key": given.get("key") or uuid4(),
        "given": given,
        "is_received": is_received,
        "organization": organization,
        "institutions": asking.institutions(kept, current=organization),
        "people": [(id, name, str(id) in given.getlist("staff")) for id, name in staff],
        "text": given.get("text", ""),
        "today": today,
        "rows": [
            (n, given.get(f"item-{n}", ""), given.get(f"quantity-{n}", ""))
            for n in range(asking.GOODS_ROWS)
        ],
    }
    return render(request, "teams/mission_new.html", context, status=400 if fault else 200)


def _facts(request: PortalRequest, organization: int, *, is_received: bool) -> MissionFacts:
    """The mission of the form. Raises FieldUnreadable."""
    given = request.POST
    other = given.get("partner", "").strip()
    found = None
    if other and not is_received:  # the code of an institution of this city stands for it
        known = registry.find_organization(code=other, actor=request.actor)
        found = known.id if known else None
    people = tuple(number(each, _("Member")) for each in given.getlist("staff"))
    return MissionFacts(
        task=given.get("task", ""),
        destination=given.get("destination", ""),
        starts_on=asking.required_day(given.get("starts_on", ""), _("From")),
        until_on=asking.required_day(given.get("until_on", ""), _("Until")),
        from_organization=None if is_received else organization,
        from_name=other if is_received else "",
        to_organization=organization if is_received else found,
        to_name="" if is_received or found else other,
        people=() if is_received else people,
        outside_people=number(given.get("outside_people", ""), _("People"), default=0),
        goods=asking.goods(request),
    )


@require_safe
@signed_in
def mission(request: PortalRequest, mission_id: UUID) -> HttpResponse:
    """Show a mission with what the reader's side can do."""
    actor = request.actor
    require(actor, READ)
    of = queries.get_mission(mission_id, actor=actor)
    kept = set(queries.kept_institutions(actor=actor)) if is_permitted(actor, KEEP) else set()
    facts, state = of.facts, of.state
    home = (facts.from_organization or facts.to_organization) in kept
    host = (facts.to_organization or facts.from_organization) in kept
    context = {
        "crumbs": trail(
            Crumb(_("Emergency teams"), reverse("teams")),
            Crumb(_("Support missions"), reverse("team-missions")),
            Crumb(facts.task),
        ),
        "of": of,
        "row": lines((of,))[0],
        "names": list(of.names.values()),
        "left": words.instant(of.left_at),
        "arrived": words.instant(of.arrived_at),
        "returned": words.instant(of.returned_at),
        "may_leave": home and state is M.PLANNED,
        "may_acknowledge": host and state is M.LEFT,
        "may_return": home and state is M.ARRIVED,
        "host_is_outside": facts.to_organization is None,
        "home_is_outside": facts.from_organization is None,
    }
    return render(request, "teams/mission.html", context)


@require_POST
@signed_in
def change(request: PortalRequest, mission_id: UUID) -> HttpResponse:
    """Leave, acknowledge, return, withdraw."""
    given = request.POST
    try:
        whose: dict[str, Any] = {
            "mission_id": mission_id, "expected_version": asking.version(request),
            "actor": request.actor, "at": request.at,
        }  # fmt: skip
        said = {"letter": given.get("letter", ""), "note": given.get("note", "")}
        match given.get("do"):
            case "leave":
                actions.leave(**whose)
            case "acknowledge":
                people = number(given.get("people", ""), _("People"))
                actions.acknowledge(people=people, **said, **whose)
            case "return":
                goods = {
                    given[f"item-{n}"]: number(given.get(f"returned-{n}", ""), _("Quantity"), default=0)
                    for n in range(100)
                    if f"item-{n}" in given
                }  # fmt: skip
                actions.come_back(goods=goods, **said, **whose)
            case "withdraw":
                actions.withdraw_mission(reason=said["note"], **whose)
            case _:
                raise StepUnknown()
        written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect("team-mission", mission_id)
