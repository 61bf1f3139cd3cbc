"""The board of an area, the buttons that send many at once, and the form of a single task."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.nucleic_acid import queries as testing
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import actions, queries, rules
from kangmai.epidemic.tasks.types import About
from kangmai.kernel.actor import NotPermitted, is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.grid import asking, wording
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import legal_day

GIVE, COUNT = "tasks.give", "tasks.count"
SMALLEST_AREA, VILLAGE = 9, 12


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def board(request: PortalRequest) -> HttpResponse:
    """Show how tasks stand by cell, with who is late first."""
    actor, at = request.actor, request.at
    if not (is_permitted(actor, COUNT) or is_permitted(actor, GIVE)):
        raise NotPermitted(permission=COUNT)
    chosen = request.GET.get("area", "") or asking.first_area(actor)
    lines = queries.board(area=chosen, actor=actor, at=at)
    names = wording.cells({each.code for each in lines} | {chosen})
    may_send = is_permitted(actor, GIVE, chosen[:VILLAGE]) and len(chosen) >= SMALLEST_AREA
    context = {
        "crumbs": trail(Crumb(_("Tasks of the grid"), reverse("grid")), Crumb(_("Board"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "area": chosen,
        "place": names[chosen],
        "figures": queries.figures(area=chosen, actor=actor, at=at) if is_permitted(actor, COUNT) else None,
        "lines": [{"line": each, "name": names[each.code], "is_leaf": len(each.code) == 16} for each in lines],
        "may_send": may_send,
        "may_see": is_permitted(actor, GIVE),
        "unsampled": _unsampled(request, chosen) if may_send else None,
    }  # fmt: skip
    return render(request, "grid/board.html", context)


def _unsampled(request: PortalRequest, chosen: str) -> dict[str, object] | None:
    """Who of each cell the open round has not sampled; nothing while testing sleeps or has no round here."""
    actor, at = request.actor, request.at
    if not orders.awake(Purpose.TESTING, at=at) or not is_permitted(actor, "testing.read"):
        return None
    found = testing.open_round(actor=actor, at=at)
    if found is None:
        return None
    try:
        lines = queries.unsampled(round_id=found.id, area=chosen, actor=actor, at=at)
    except KangmaiError:  # the round is not for this area
        return None
    names = wording.cells({each.cell for each in lines})
    rows = [
        {"name": names[each.cell], "cell": each.cell, "missing": words.count(each.missing), "tasked": words.count(each.tasked)}
        for each in lines
    ]  # fmt: skip
    return {"id": found.id, "name": found.name, "rows": rows}


@require_POST
@signed_in
@awake(Purpose.QUARANTINE)
def send(request: PortalRequest) -> HttpResponse:
    """Give many tasks at once: checks at home, those who were not sampled, needs that are due."""
    given, actor, at = request.POST, request.actor, request.at
    within = given.get("area", "")
    try:
        match given.get("do"):
            case "checks":
                made = actions.give_checks(area=within, actor=actor, at=at)
            case "needs":
                made = actions.give_for_needs(area=within, actor=actor, at=at)
            case "unsampled":
                round_id = asking.number(request, "round")
                made = actions.give_unsampled(round_id=round_id, area=within, actor=actor, at=at)
            case other:
                raise asking.unreadable("do", str(other))
        say_made(request, made)
    except KangmaiError as error:
        asking.complain(request, error)
    board_area = given.get("board", "") or within
    return redirect(f"{reverse('grid-board')}?area={board_area if board_area.isdecimal() else ''}")


def say_made(request: PortalRequest, made: int) -> None:
    """Say at the edge of the next page how many tasks are new."""
    text = ngettext("%(count)s new task", "%(count)s new tasks", made) % {"count": made}
    messages.success(request, text)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.QUARANTINE)
def give(request: PortalRequest) -> HttpResponse:
    """Give a task about some residents, or about a cell."""
    actor, at = request.actor, request.at
    require(actor, GIVE)
    given = request.POST if request.method == "POST" else request.GET
    rule = rules.rule(on=legal_day(at))
    if request.method == "POST":
        try:
            made = actions.give(
                kind=given.get("kind", ""), cell=given.get("cell", "").strip(), residents=asking.residents(request),
                due_at=asking.instant(request, "due"), note=given.get("note", ""), key=asking.key(request), actor=actor,
                at=at,
            )  # fmt: skip
            say_made(request, made)
            return redirect(f"{reverse('grid')}?show=open")
        except KangmaiError as error:
            asking.complain(request, error)
    kinds = [(id, wording.named(each.title, id)) for id, each in rule.kinds.items() if each.by_hand]
    context = {
        "crumbs": trail(Crumb(_("Tasks of the grid"), reverse("grid")), Crumb(_("Give a task"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "kinds": choices(kinds, current=given.get("kind", "")),
        "about_place": [wording.named(each.title, id) for id, each in rule.kinds.items() if each.about is About.PLACE],
        "people": given.get("people", ""),
        "cell": given.get("cell", ""),
        "note": given.get("note", ""),
        "due": given.get("due", ""),
        "key": given.get("key", "") or asking.fresh_key(),
    }  # fmt: skip
    return render(request, "grid/give.html", context)
