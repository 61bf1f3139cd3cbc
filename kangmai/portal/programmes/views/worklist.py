"""The worklist: whom to see, and why, the most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.kernel.actor import is_permitted
from kangmai.portal.programmes import catalogue, choice, reach, reader, rows, veiled, wording
from kangmai.portal.programmes.choice import Choice
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import Pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Counts, Priority, Show
from kangmai.standards.calendars import legal_day

PAGE = 25
MOST_COUNTED = 1000
TABS = (
    Show.TO_SEE,
    Show.OVERDUE,
    Show.DUE,
    Show.DUE_SOON,
    Show.SUSPECTED,
    Show.TRANSFERS,
    Show.LOST,
    Show.ALL,
)


DUE = (Show.TO_SEE, Show.OVERDUE, Show.DUE, Show.DUE_SOON)
"""Lists whose residents may be reminded."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the list, with how many wait there where that is counted."""

    label: str
    count: str
    address: str
    is_current: bool
    is_alarming: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def worklist(request: PortalRequest) -> HttpResponse:
    """Show one page of the worklist; a name to look for comes in the body of a POST."""
    reach.require_staff(request.actor)
    chosen = choice.read(request.GET)
    text = request.POST.get("text", "")
    is_whole = not request.headers.get("HX-Request")
    if is_whole and (person := reader.opens(text, actor=request.actor, at=request.at)):
        return redirect(person)
    given = request.POST if request.method == "POST" else request.GET
    context = {**_list(request, chosen, text, given.get("after", "")), "text": text}
    if is_whole:
        return render(request, "programmes/worklist.html", {**context, **_frame(request, chosen)})
    return render(request, "programmes/worklist_part.html", context)


def _list(request: PortalRequest, chosen: Choice, text: str, after: str) -> dict[str, Any]:
    on = legal_day(request.at)
    found = queries.worklist(
        filter=chosen.filter(text), after=after, limit=PAGE, actor=request.actor, at=request.at
    )
    teams = reach.institution_names(row.enrolment.organization for row in found.rows)
    return {
        "lines": rows.lines(found.rows, on=on, teams=teams, by_way=chosen.by_way),
        "here": address(chosen),
        "pager": _pager(chosen, after, found.after),
        "next_after": found.after,
        "is_narrowed": chosen.is_narrowed or bool(text.strip()),
        "show": chosen.show.value,
        "everything": address(Choice(show=chosen.show)),
        "order": "way" if chosen.by_way else "",
    }


def _frame(request: PortalRequest, chosen: Choice) -> dict[str, Any]:
    on = legal_day(request.at)
    counts = queries.counts(programme=chosen.programme, actor=request.actor, at=request.at)
    programmes = catalogue.programmes(on=on, actor=request.actor)
    teams = reach.institution_names(reach.institutions(request.actor))
    return {
        "crumbs": trail(Crumb(_("Follow-ups"))),
        "veiled": () if chosen.programme else veiled.lines(actor=request.actor, at=request.at),
        "tabs": tuple(_tabs(chosen, counts)),
        "programmes": _choices(programmes, chosen.programme) if len(programmes) > 1 else (),
        "places": _choices(reach.places(request.actor), chosen.place),
        "teams": _choices([(str(id), name) for id, name in teams.items()], chosen.organization)
        if len(teams) > 1
        else (),
        "staff": _choices(reach.staff(request.actor, on=on), chosen.staff),
        "priorities": _choices(
            [
                (each.name.lower(), wording.priority(each))
                for each in Priority
                if each is not Priority.ROUTINE
            ],
            chosen.priority.name.lower() if chosen.priority is not None else "",
        ),
        "kept": [
            (each, f"{reverse('worklist')}?{each.query}", each.query == chosen.query())
            for each in queries.kept_filters(actor=request.actor)
        ],
        "other_order": address(replace(chosen, by_way=not chosen.by_way)),
        "map": address(chosen, "worklist-places"),
        "keep": address(chosen, "worklist-keep"),
        "remind": address(chosen, "worklist-remind")
        if chosen.show in DUE and is_permitted(request.actor, "programmes.visit")
        else "",
        "files": [
            (label, icon, address(chosen, "worklist-file", format))
            for label, icon, format in (
                (_("Print"), "print", "pdf"),
                ("XLSX", "document", "xlsx"),
                ("CSV", "document", "csv"),
            )
        ],
    }


def _choices(pairs: list[tuple[str, str]], current: object) -> tuple[Any, ...]:
    return choices(pairs, current="" if current is None else str(current))


def _tabs(chosen: Choice, counts: Counts) -> Iterator[Tab]:
    counted = {
        Show.OVERDUE: counts.overdue,
        Show.DUE: counts.due,
        Show.DUE_SOON: counts.due_soon,
        Show.SUSPECTED: counts.suspected,
        Show.TRANSFERS: counts.transfers,
    }
    for show in TABS:
        count = counted.get(show)
        yield Tab(
            wording.show(show),
            "" if count is None else shown_count(count),
            address(chosen, show=show),
            show is chosen.show,
            show is Show.OVERDUE and bool(count),
        )


def shown_count(count: int) -> str:
    """A count as far as it was counted."""
    return f"{MOST_COUNTED}+" if count >= MOST_COUNTED else str(count)


def address(
    chosen: Choice, page: str = "worklist", *arguments: str, show: Show | None = None
) -> str:
    """Where the list of a filter is."""
    query = chosen.query(show=show)
    path = reverse(page, args=arguments)
    return f"{path}?{query}" if query else path


def _pager(chosen: Choice, after: str, next_after: str) -> Pager:
    first = address(chosen) if after else ""
    if not next_after:
        return Pager(first)
    base = address(chosen)
    return Pager(first, f"{base}{'&' if '?' in base else '?'}after={next_after}")
