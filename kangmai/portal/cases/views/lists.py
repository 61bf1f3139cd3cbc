"""Cards in lists, by what the reader has to do with them."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.cases import queries, rules
from kangmai.epidemic.cases.types import Show
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.portal.cases import rows, wording
from kangmai.portal.cases.links import links
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day

PAGE = 25


@dataclass(frozen=True, slots=True)
class Tab:
    """A list at the top of the page."""

    address: str
    label: str
    count: int
    is_current: bool


@require_safe
@signed_in
def cases(request: PortalRequest) -> HttpResponse:
    """Show one page of a list."""
    actor, at = request.actor, request.at
    if not (is_permitted(actor, "cases.read") or is_permitted(actor, "cases.report")):
        require(actor, "cases.count")
        return redirect("case-counts")
    waiting = queries.waiting(actor=actor)
    show = _show(request, waiting)
    disease, division = request.GET.get("disease", ""), request.GET.get("division", "")
    found = queries.search(
        show=show,
        disease=disease,
        division=division,
        after=request.GET.get("after", ""),
        limit=PAGE,
        actor=actor,
        at=at,
    )
    context = {
        "crumbs": trail(Crumb(_("Case reports"))),
        "tabs": _tabs(waiting, show),
        "show": show.value,
        "rows": rows.rows(found.rows, purpose=f"list {show.value}", actor=actor, at=at),
        "diseases": _diseases(request, disease),
        "divisions": _divisions(actor, division),
        "is_narrowed": bool(disease or division),
        "links": links(actor, here="cases"),
        "may_report": is_permitted(actor, "cases.report"),
        "pager": pager(request.GET, cursor=found.next or None),
        **_empty(show),
    }
    return render(request, "cases/list.html", context)


def _show(request: HttpRequest, waiting: dict[Show, int]) -> Show:
    """The list asked for, else the first in which something waits."""
    asked = request.GET.get("show", "")
    if asked in set(Show):
        return Show(asked)
    return next((show for show, count in waiting.items() if count), next(iter(waiting), Show.ALL))


def _tabs(waiting: dict[Show, int], current: Show) -> list[Tab]:
    return [
        Tab(f"?show={each.value}", wording.show(each), waiting.get(each, 0), each is current)
        for each in (*waiting, Show.ALL, Show.REMOVED)
    ]


def _diseases(request: PortalRequest, current: str) -> object:
    known = [each for each in rules.diseases(on=legal_day(request.at)) if not each.parent]
    pairs = [(each.code, wording.disease(each.code)) for each in known]
    return choices([("", _("all diseases")), *pairs], current=current)


def _divisions(actor: Actor, current: str) -> object:
    home = area.home_city(actor)
    if home is None or not is_permitted(actor, "cases.review"):
        return ()
    counties = [
        each
        for each in area.counties(home)
        if any(place.covers(each.code) for grant in actor.grants for place in grant.places)
    ]
    shown = counties if len(counties) > 1 else [t for c in counties for t in home.children(c.code)]
    pairs = [(each.code, area.name(each)) for each in shown]
    return choices([("", _("whole area")), *pairs], current=current)


def _empty(show: Show) -> dict[str, str]:
    """What an empty list says."""
    titles = {
        Show.DRAFTS: (
            _("No draft waits"),
            _("When a diagnosis or a laboratory result with a notifiable code arrives, its draft appears here."),
        ),
        Show.TO_SUBMIT: (_("Nothing to submit"), _("Diagnosed cases whose card is not complete appear here.")),
        Show.TO_REVIEW: (_("Nothing to review"), _("Cards submitted by institutions of your county appear here.")),
        Show.TO_END: (_("Nothing to end"), _("Cards reviewed by the counties appear here.")),
        Show.TO_PLACE: (_("No place to match"), _("Schools and workplaces written as free text appear here.")),
    }  # fmt: skip
    title, hint = titles.get(
        show, (_("No card fits"), _("You see the cards of your institution or area."))
    )
    return {"empty_title": title, "empty_hint": hint}
