"""Children who enter a nursery or school: how many were checked and caught up, the list, and the check itself."""

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.identity import queries as identity
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.campaigns import wording
from kangmai.portal.campaigns.views.campaigns import MOST_BYTES, READ, WORK, line_numbers
from kangmai.portal.programmes.views.files import KINDS, csv_of
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.campaigns import actions, queries
from kangmai.programmes.campaigns.types import By, Entrant, EntryRates, EntryState
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

PAGE, MOST = 25, 5000
YEARS = 4


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def entrants(request: PortalRequest) -> HttpResponse:
    """Show the rates and the list of a year; take a list in, or keep that some were checked."""
    require(request.actor, READ)
    fault = ""
    if request.method == "POST":
        try:
            _do(request)
            return redirect(f"{reverse('entrants')}?{asking.text(request, 'query')}")
        except KangmaiError as error:
            fault = words_of(error)
    context = _context(request) | {"fault": fault}
    return render(request, "campaigns/entrants.html", context, status=422 if fault else 200)


def _do(request: PortalRequest) -> None:
    uploaded = request.FILES.get("file")
    if asking.text(request, "do") == "check":
        chosen = [int(each) for each in request.POST.getlist("entrant") if each.isdecimal() and len(each) < 19]  # fmt: skip
        n = actions.check_entrants(entrants=chosen, actor=request.actor, at=request.at)
        said = ngettext("%(all)s checked; %(n)s lacks a dose.", "%(all)s checked; %(n)s lack doses.", n)  # fmt: skip
        messages.success(request, said % {"all": len(set(chosen)), "n": n})
    elif uploaded is not None:
        text = uploaded.read(MOST_BYTES).decode("utf-8-sig", "replace")
        taken = actions.take_entrants(text=text, actor=request.actor, at=request.at)
        said = _("%(lines)s lines: %(added)s added, %(changed)s with a new class.")
        messages.success(request, said % {"lines": taken.lines, "added": taken.added, "changed": taken.changed})  # fmt: skip
        if taken.unknown:
            messages.warning(request, _("Not found in the index, lines: %(lines)s") % {"lines": line_numbers(taken.unknown)})  # fmt: skip
        if taken.outside:
            messages.warning(request, _("Not among the children of the city, lines: %(lines)s") % {"lines": line_numbers(taken.outside)})  # fmt: skip


def _asked(request: PortalRequest) -> tuple[int, int | None, EntryState | None]:
    """Year, school and state that were asked for; what cannot be read narrows nothing."""
    said, now = request.GET, legal_day(request.at).year
    year, school, state = said.get("year", ""), said.get("school", ""), said.get("state", "")
    return (
        int(year) if year.isascii() and year.isdecimal() and now - YEARS < int(year) <= now else now,
        int(school) if school.isascii() and school.isdecimal() and len(school) < 19 else None,
        EntryState(state) if state in {each.value for each in EntryState} else None,
    )  # fmt: skip


def _context(request: PortalRequest) -> dict[str, Any]:
    year, school, state = _asked(request)
    by = By.TOWN if request.GET.get("by") == By.TOWN.value else By.SCHOOL
    after = request.GET.get("after", "")
    rates = queries.entry_rates(year=year, by=by, actor=request.actor)
    rows = queries.entrants(
        year=year, school=school, state=state, after=int(after) if after.isdecimal() and len(after) < 19 else 0, limit=PAGE, actor=request.actor
    )  # fmt: skip
    names = _names(queries.entry_rates(year=year, by=By.SCHOOL, actor=request.actor), By.SCHOOL, request)  # fmt: skip
    now = legal_day(request.at).year
    return {
        "crumbs": trail(Crumb(_("Immunization clinic"), reverse("vaccination")), Crumb(_("School entry"))),
        **asking.tab(request, "entrants"),
        "year": year,
        "years": choices(((str(each), str(each)) for each in range(now, now - YEARS, -1)), current=str(year)),
        "by": by.value,
        "bys": [(each.value, wording.by(each)) for each in (By.SCHOOL, By.TOWN)],
        "rates": [_rate(name, each) for each, name in zip(rates, _names(rates, by, request).values(), strict=True)],
        "schools": choices([("", _("all")), *names.items()], current=str(school or "")),
        "states": choices([("", _("all")), *((each.value, wording.entry(each)[0]) for each in EntryState)], current=state.value if state else ""),
        "rows": lines(rows, request),
        "query": request.GET.urlencode(),
        "pager": pager(request.GET, cursor=str(rows[-1].id) if len(rows) == PAGE else None),
        "may_work": is_permitted(request.actor, WORK),
        "may_figures": is_permitted(request.actor, "indicators.read"),
    }  # fmt: skip


def _names(rates: list[EntryRates], by: By, request: PortalRequest) -> dict[str, str]:
    if by is By.TOWN:
        return {each.key: area.path(each.key) for each in rates}
    known = registry.places_by_id(ids=[int(each.key) for each in rates], actor=request.actor)
    return {each.key: known[int(each.key)].name for each in rates}


def _rate(name: str, of: EntryRates) -> dict[str, Any]:
    return {
        "name": name,
        "of": of,
        "checked": wording.percent(of.checked, of.total),
        "complete": wording.percent(of.complete, of.checked),
        "caught_up": wording.percent(of.caught_up, of.lacking),
    }


def lines(rows: list[Entrant], request: PortalRequest) -> list[dict[str, Any]]:
    """Entrants for a list; their names are opened for these lines only."""
    who = identity.residents_by_id({ResidentId(each.resident_id) for each in rows}, actor=request.actor, at=request.at)  # fmt: skip
    places = registry.places_by_id(ids={each.school for each in rows}, actor=request.actor)
    on, shown = legal_day(request.at), []
    for each in rows:
        resident = who.get(ResidentId(each.resident_id))
        known = resident.demographics if resident else None
        shown.append(
            {
                "id": each.id,
                "name": known.name if known else "—",
                "number": resident.index_number if resident else "",
                "age": words.age(known.birth_date, on) if known and known.birth_date else "",
                "school": places[each.school].name,
                "seat": wording.seat(each.grade, each.room, places[each.school].kind),
                "state": wording.entry(each.state),
                "is_open": each.state is EntryState.LISTED,
                "checked": words.day(each.checked_on) if each.checked_on else "",
                "missing": each.missing,
                "late": each.late,
            }
        )
    return shown


@require_safe
@signed_in
def entrants_csv(request: PortalRequest) -> HttpResponse:
    """The list as a file, at most `MOST` lines."""
    year, school, state = _asked(request)
    rows = queries.entrants(year=year, school=school, state=state, limit=MOST, actor=request.actor)
    columns = [
        _("Name"), _("Index number"), _("School"), pgettext("campaign", "Class"), _("Check of vaccinations"), _("Checked on"),
        _("Overdue at the check"), _("Overdue now"),
    ]  # fmt: skip
    table = [
        [each["name"], each["number"], each["school"], each["seat"], each["state"][0], each["checked"], "" if each["missing"] is None else str(each["missing"]), str(each["late"])]
        for each in lines(rows, request)
    ]  # fmt: skip
    content = io.BytesIO(csv_of(columns, table))
    return FileResponse(content, content_type=KINDS["csv"], filename=f"entrants-{year}.csv", as_attachment=True)  # fmt: skip
