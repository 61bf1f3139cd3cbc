"""Deadlines: the list with its filters, one with what it asks for, and what somebody may say of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.deadlines import actions, queries
from kangmai.deadlines import rules as limits
from kangmai.deadlines.types import Deadline, Page, Show, State
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.deadlines import rows
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

PAGE = 30
MINE = "mine"


class ChangeUnknown(Incorrect):
    """A deadline can be met, cancelled or begun anew; “{change}” is none of these."""

    zh = "时限只能完成、取消或重新起算，不能“{change}”。"


@require_safe
@signed_in
def deadlines(request: PortalRequest) -> HttpResponse:
    """Show one page of deadlines, one's own first."""
    show = request.GET.get("show", MINE)
    definition = request.GET.get("deadline", "")
    found = _found(request, show, definition)
    titles = [(rule.id, rule.title[language()]) for rule in queries.rules_in_use()]
    context = {
        "crumbs": trail(Crumb(_("Deadlines"))),
        "rows": rows.rows(found.rows, actor=request.actor, at=request.at),
        "shows": choices(_shows(request.actor), current=show),
        "kinds": choices([("", _("all deadlines")), *titles], current=definition),
        "is_mine": show == MINE,
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "deadlines/deadlines.html", context)


def _found(request: PortalRequest, show: str, definition: str) -> Page[Deadline]:
    after = request.GET.get("after", "")
    known = {each.value: each for each in Show}
    if show not in known:
        return queries.mine(definition=definition, after=after, limit=PAGE, actor=request.actor)
    return queries.search(
        show=known[show],
        definition=definition,
        after=after,
        limit=PAGE,
        actor=request.actor,
        at=request.at,
    )


def _shows(actor: Actor) -> list[tuple[str, str]]:
    if not is_permitted(actor, "deadlines.read"):
        return [(MINE, _("yours"))]
    return [
        (MINE, _("yours")),
        (Show.OPEN, _("all that run")),
        (Show.OVERDUE, _("overdue")),
        (Show.DUE_SOON, _("due within three days")),
        (Show.MET, _("met")),
        (Show.MET_LATE, _("met late")),
        (Show.CANCELLED, _("cancelled")),
    ]


@require_safe
@signed_in
def deadline(request: PortalRequest, deadline_id: UUID) -> HttpResponse:
    """Show one deadline: what began it, what ends it, where the limit comes from."""
    found = queries.get_deadline(deadline_id, actor=request.actor)
    rule = limits.rule(found.definition, on=found.rule_from)
    (row,) = rows.rows([found], actor=request.actor, at=request.at)
    is_settled = found.state in (State.MET, State.CANCELLED)
    may_write = is_permitted(request.actor, "deadlines.by_hand")
    context = {
        "crumbs": trail(Crumb(_("Deadlines"), "/deadlines/"), Crumb(row.title)),
        "row": row,
        "deadline": found,
        "about": rows.about(found),
        "starts": rule.starts[language()],
        "stops": rule.stops[language()],
        "source": rule.source["document"],
        "clause": rule.source.get("clause", ""),
        "is_verified": rule.is_verified,
        "started": words.instant(found.started_at),
        "met": words.instant(found.met_at),
        "place": area.path(found.place_code),
        "may_settle": may_write and not is_settled,
        "may_restart": may_write and found.state is not State.MET,
    }
    return render(request, "deadlines/deadline.html", context)


@require_POST
@signed_in
def change(request: PortalRequest, deadline_id: UUID) -> HttpResponse:
    """Meet by hand, cancel, or begin anew today."""
    try:
        _change(request, deadline_id)
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    return redirect("deadline", deadline_id)


def _change(request: PortalRequest, deadline_id: UUID) -> None:
    said, version = request.POST.get("reason", ""), request.POST.get("version", "")
    expected = int(version) if version.isdecimal() else 0
    actor, at = request.actor, request.at
    match request.POST.get("do"):
        case "meet":
            actions.meet_by_hand(
                deadline_id=deadline_id, note=said, expected_version=expected, actor=actor, at=at
            )
        case "cancel":
            actions.cancel(
                deadline_id=deadline_id, reason=said, expected_version=expected, actor=actor, at=at
            )
        case "restart":
            actions.restart(
                deadline_id=deadline_id,
                started_at=at,
                reason=said,
                expected_version=expected,
                actor=actor,
                at=at,
            )
        case other:
            raise ChangeUnknown(change=other or "")
