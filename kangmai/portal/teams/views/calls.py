"""Call-outs: the list, a new one, its board; and what waits for one's own answer."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.deadlines import rules as deadlines
from kangmai.epidemic.teams import actions, queries, rules
from kangmai.epidemic.teams.types import Call, CallOut, CallState, Rule, Team
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import joined
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, first_area, key, written
from kangmai.portal.teams import asking, wording
from kangmai.portal.teams.views.teams import CALL, READ, StepUnknown
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

S = CallState


@require_safe
@signed_in
def callouts(request: PortalRequest) -> HttpResponse:
    """Show the call-outs one sees."""
    actor, at = request.actor, request.at
    require(actor, READ)
    is_open = request.GET.get("show", "open") == "open"
    page = queries.callout_list(is_open=is_open, after=request.GET.get("after", ""), actor=actor)
    found = rules.rule(on=legal_day(at))
    context = {
        "crumbs": trail(Crumb(_("Emergency teams"), reverse("teams")), Crumb(_("Call-outs"))),
        "rows": [line(each, found) for each in page.rows],
        "is_open": is_open,
        "may_call": is_permitted(actor, CALL),
        "pager": pager(request.GET, cursor=page.next or None),
    }
    return render(request, "teams/callouts.html", context)


def line(of: CallOut, found: Rule) -> dict[str, Any]:
    """A call-out as a line: who is still missing, who is late."""
    groups = {call.group for call in of.calls}
    missing = [(g, of.missing(g)) for g in sorted(of.wanted) if g in groups and of.missing(g)]
    return {
        "id": of.id,
        "title": of.title,
        "place": area.path(of.place_code),
        "asked": words.instant(of.asked_at),
        "closed": words.instant(of.closed_at) if of.closed_at else "",
        "missing": joined((f"{wording.group(g, found)} {n}" for g, n in missing), language()),
        "late": sum(1 for call in of.calls if call.state is S.LATE or call.answered_late),
        "coming": sum(1 for call in of.calls if call.state in (S.COMING, S.MOVING, S.ON_SITE)),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Call teams and experts out."""
    actor, at = request.actor, request.at
    require(actor, CALL)
    found = rules.rule(on=legal_day(at))
    given = request.POST if request.method == "POST" else request.GET
    fault = ""
    place = given.get("place", "") or first_area(actor)
    if request.method == "POST":
        try:
            order = next(iter(asking.uuids([given.get("order", "")])), None)
            made = actions.call_out(
                title=given.get("title", ""), place=place, wishes=asking.wishes(request, found),
                key=key(request), order_id=order, actor=actor, at=at,
            )  # fmt: skip
            written(request)
            return redirect("team-callout", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(
            Crumb(_("Emergency teams"), reverse("teams")),
            Crumb(_("Call-outs"), reverse("team-callouts")),
            Crumb(_("New call-out")),
        ),
        "fault": fault,
        "key": given.get("key") or uuid4(),
        "title": given.get("title", ""),
        "place": place,
        "places": asking.places(actor, current=place),
        "orders": asking.order_choices(at=at, is_drill=False, current=given.get("order", "")),
        "groups": _groups(request, place, found),
    }
    return render(request, "teams/callout_new.html", context, status=400 if fault else 200)


def _groups(request: PortalRequest, place: str, found: Rule) -> list[dict[str, Any]]:
    """Every group in which somebody can be called, with its candidates in the order proposed."""
    ids = [f"team:{id}" for id in found.kinds] + [f"expert:{id}" for id in found.specialties]
    groups = []
    for id in ids:
        people = queries.candidates(group=id, place=place, actor=request.actor, at=request.at)
        if people:
            said = request.POST.getlist(f"of-{id}")
            groups.append(
                {
                    "id": id,
                    "title": wording.group(id, found),
                    "wanted": request.POST.get(f"wanted-{id}", ""),
                    "minutes": _minutes(id, found, request.at),
                    "people": [(e, _about(e, found), not said or str(e.id) in said) for e in people],
                }
            )  # fmt: skip
    return groups


def _minutes(group: str, found: Rule, at: datetime) -> int:
    """Within how many minutes a group must answer."""
    sort, _colon, kind = group.partition(":")
    clock = found.kinds[kind].clock if sort == "team" else found.expert_clock
    return int((deadlines.due(clock, at).at - at).total_seconds() // 60)


def _about(of: Any, found: Rule) -> dict[str, str]:
    names = registry.names_by_id(ids=[of.organization], language=language())
    text, tone = wording.standing(of.readiness.standing) if isinstance(of, Team) else ("", "")
    lacks = wording.lacks(of.readiness, found) if isinstance(of, Team) else ""
    return {"institution": names.get(of.organization, "—"), "standing": text, "tone": tone, "lacks": lacks}  # fmt: skip


@require_safe
@signed_in
def callout(request: PortalRequest, callout_id: UUID) -> HttpResponse:
    """Show the board of a call-out: who answered, who is late, who is next."""
    actor, at = request.actor, request.at
    require(actor, READ)
    of = queries.get_callout(callout_id, actor=actor)
    found = rules.rule(on=legal_day(at))
    groups: dict[str, list[dict[str, Any]]] = {}
    names = registry.names_by_id(ids={e.organization for e in of.calls}, language=language())
    for each in of.calls:
        groups.setdefault(each.group, []).append(call_line(each, names, at))
    order = next((e for e in asking.order_choices(at=at, is_drill=False) if e.key == str(of.order_id)), None)  # fmt: skip
    context = {
        "crumbs": trail(
            Crumb(_("Emergency teams"), reverse("teams")),
            Crumb(_("Call-outs"), reverse("team-callouts")),
            Crumb(of.title),
        ),
        "of": of,
        "row": line(of, found),
        "order": order.label if order else "",
        "groups": [
            {"title": wording.group(g, found), "wanted": of.wanted[g], "missing": of.missing(g), "calls": calls}
            for g, calls in groups.items()
        ],
        "may_close": of.closed_at is None and is_permitted(actor, CALL, of.place_code),
        "as_of": words.instant(at),
    }  # fmt: skip
    return render(request, "teams/callout.html", context)


def call_line(of: Call, names: dict[int, str], at: datetime) -> dict[str, Any]:
    """One line of a board."""
    text, tone = wording.call_state(of.state)
    waiting = of.state is S.WAITING and of.due_at is not None
    return {
        "of": of,
        "name": of.name,
        "institution": names.get(of.organization, "—"),
        "state": text,
        "tone": tone,
        "left": _left(of, at) if waiting else "",
        "due": words.instant(of.due_at) if of.due_at else "",
        "took": _took(of),
        "moved": words.instant(of.moved_at) if of.moved_at else "",
        "arrived": words.instant(of.arrived_at) if of.arrived_at else "",
        "back": words.instant(of.back_at) if of.back_at else "",
    }


def _left(of: Call, at: datetime) -> str:
    assert of.due_at is not None
    minutes = int((of.due_at - at).total_seconds() // 60)
    if minutes < 0:
        return _("over the limit")
    return ngettext("%(n)s minute left", "%(n)s minutes left", minutes) % {"n": minutes}


def _took(of: Call) -> str:
    if of.answered_at is None or of.called_at is None:
        return ""
    minutes = int((of.answered_at - of.called_at).total_seconds() // 60)
    return ngettext("after %(n)s minute", "after %(n)s minutes", minutes) % {"n": minutes}


@require_POST
@signed_in
def close(request: PortalRequest, callout_id: UUID) -> HttpResponse:
    """End a call-out."""
    try:
        actions.close_callout(
            callout_id=callout_id, note=request.POST.get("note", ""),
            expected_version=asking.version(request), actor=request.actor, at=request.at,
        )  # fmt: skip
        written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect("team-callout", callout_id)


@require_safe
@signed_in
def mine(request: PortalRequest) -> HttpResponse:
    """What waits for one's own answer or report, for whoever is called: no right is needed."""
    found = queries.my_calls(actor=request.actor)
    names = registry.names_by_id(ids={call.organization for _row, call in found}, language=language())  # fmt: skip
    rows = [
        {
            **call_line(call, names, request.at),
            "title": row.title,
            "place": area.path(row.place_code),
            "may_answer": call.state in (S.WAITING, S.LATE),
            "may_move": call.state is S.COMING,
            "may_arrive": call.state in (S.COMING, S.MOVING),
            "may_return": call.state in (S.COMING, S.MOVING, S.ON_SITE),
        }
        for row, call in found
    ]
    return render(request, "teams/mine.html", {"crumbs": trail(Crumb(_("My calls"))), "rows": rows})


@require_POST
@signed_in
def answer(request: PortalRequest, call_id: UUID) -> HttpResponse:
    """Say whether one comes, and later where one is."""
    note = request.POST.get("note", "")
    try:
        whose: dict[str, Any] = {
            "call_id": call_id, "note": note, "expected_version": asking.version(request),
            "actor": request.actor, "at": request.at,
        }  # fmt: skip
        match request.POST.get("do"):
            case "yes" | "no" as said:
                actions.answer(is_coming=said == "yes", **whose)
            case "moving" | "on_site" | "back" as state:
                actions.report(state=CallState(state), **whose)
            case _:
                raise StepUnknown()
        written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect("team-calls")
