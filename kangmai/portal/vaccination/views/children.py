"""Children who are late, by village; and how many of those due have each dose."""

import csv
import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.programmes.views.files import BEGINS_A_FORMULA
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking, wording
from kangmai.programmes.vaccination import actions, queries
from kangmai.programmes.vaccination.types import LateChild
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of

READ, WORK = "vaccination.read", "vaccination.work"
PAGE = 20
MOST = 2000
SERIES = ("hepb", "bcg", "polio", "dtp", "mmr", "je", "mena", "menac", "hepa", "hpv")
COHORTS = 8
MOST_AREAS = 40
TARGET = 0.9
"""Of those due: the share the specification asks for."""


@require_safe
@signed_in
def late(request: PortalRequest) -> HttpResponse:
    """List late children, the longest late first."""
    require(request.actor, READ)
    place, series = _place(request), _series(request)
    on = legal_day(request.at)
    found = queries.late(place=place, series=series, is_older_too=_older(request), after=_after(request), limit=PAGE, on=on, actor=request.actor)  # fmt: skip
    context = {
        "crumbs": trail(Crumb(_("Immunization clinic"), reverse("vaccination")), Crumb(_("Late children"))),
        **asking.tab(request, "late"),
        "place": place,
        "place_name": area.path(place) if place else "",
        "areas": choices([("", _("everywhere in my area")), *_areas(request.actor, place)], current=place),
        "series": choices([("", _("all")), *((each, series_name(each)) for each in SERIES)], current=series),
        "older": _older(request),
        "rows": _rows(found, request),
        "count": queries.count_late(place=place, is_older_too=_older(request), on=on, actor=request.actor),
        "may_call": is_permitted(request.actor, WORK),
        "query": request.GET.urlencode(),
        "pager": pager(request.GET, cursor=_cursor(found[-1]) if len(found) == PAGE else None),
    }  # fmt: skip
    return render(request, "vaccination/late.html", context)


def series_name(id: str) -> str:
    """A series in words."""
    return {
        "hepb": _("hepatitis B"),
        "bcg": _("BCG"),
        "polio": _("polio"),
        "dtp": _("DTaP"),
        "mmr": _("MMR"),
        "je": _("Japanese encephalitis"),
        "mena": _("meningococcal A"),
        "menac": _("meningococcal AC"),
        "hepa": _("hepatitis A"),
        "hpv": _("HPV"),
    }.get(id, id)


def _place(request: PortalRequest) -> str:
    said = request.GET.get("place", "")
    return said if said.isascii() and said.isdecimal() and 4 <= len(said) <= 12 else ""


def _series(request: PortalRequest) -> str:
    said = request.GET.get("series", "")
    return said if said in SERIES else ""


def _older(request: PortalRequest) -> bool:
    return request.GET.get("older") == "1"


def _after(request: PortalRequest) -> tuple[datetime.date, int] | None:
    day, _bar, id = request.GET.get("after", "").partition(".")
    try:
        return (datetime.date.fromisoformat(day), int(id)) if id.isdecimal() else None
    except ValueError:
        return None


def _cursor(of: LateChild) -> str:
    since = min(each.due_on for each in of.doses if each.is_overdue)
    return f"{since.isoformat()}.{of.resident_id}"


def _areas(actor: Actor, place: str) -> list[tuple[str, str]]:
    """The divisions below the area that an actor sees, or below the one chosen."""
    low = place or next((each.low for grant in actor.grants for each in grant.places), "")
    home = city_code_of(low) if low else None
    if home is None:
        return []
    found = city(home).find(low)
    below = city(home).children(found.code) if found else ()
    rows = [(each.code, area.name(each)) for each in below][:MOST_AREAS]
    return [(place, area.name_of(place)), *rows] if place else rows


def _rows(found: list[LateChild], request: PortalRequest) -> list[dict[str, Any]]:
    who = identity.residents_by_id({ResidentId(each.resident_id) for each in found}, actor=request.actor, at=request.at)  # fmt: skip
    return [_row(each, who.get(ResidentId(each.resident_id)), request) for each in found]


def _row(of: LateChild, found: Resident | None, request: PortalRequest) -> dict[str, Any]:
    known = found.demographics if found else None
    off = of.deferred_until
    return {
        "name": known.name if known else "—",
        "number": found.index_number if found else "",
        "age": words.age(of.birth_on, legal_day(request.at)),
        "place": area.name_of(of.place_code),
        "phones": [(each, words.masked(each, head=3, tail=4)) for each in known.phones[:1]] if known else [],
        "doses": [
            {
                "name": wording.vaccine(each.vaccine),
                "dose": each.dose,
                "due": words.day(each.due_on),
                "is_overdue": each.is_overdue,
            }
            for each in of.doses
        ],
        "off": words.day(off) if off else "",
        "called": words.day(of.called_on) if of.called_on else "",
    }  # fmt: skip


@require_safe
@signed_in
def late_csv(request: PortalRequest) -> HttpResponse:
    """Hand out the list, at most `MOST` children."""
    require(request.actor, READ)
    found = queries.late(
        place=_place(request), series=_series(request), is_older_too=_older(request), limit=MOST, on=legal_day(request.at), actor=request.actor
    )  # fmt: skip
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="late-children.csv"'
    writer = csv.writer(answer)
    writer.writerow([_("Name"), _("Index number"), _("Age"), _("Division"), _("Doses overdue"), _("Put off until"), _("Called in on")])  # fmt: skip
    for row in _rows(found, request):
        doses = "; ".join(f"{each['name']} {each['dose']}" for each in row["doses"] if each["is_overdue"])  # fmt: skip
        cells = [row["name"], row["number"], row["age"], row["place"], doses, row["off"], row["called"]]  # fmt: skip
        writer.writerow([f"'{each}" if str(each).startswith(BEGINS_A_FORMULA) else each for each in cells])  # fmt: skip
    return answer


@require_POST
@signed_in
def called_in(request: PortalRequest) -> HttpResponse:
    """Ask the villages of an area to call in their late children."""
    place = asking.text(request, "place")
    own = next((each.low for grant in request.actor.grants for each in grant.places), "")
    try:
        count = actions.call_in(place=place or own, actor=request.actor, at=request.at)
        said = ngettext("The villages are asked to call in %(count)s child.", "The villages are asked to call in %(count)s children.", count)  # fmt: skip
        messages.success(request, said % {"count": count})
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect(f"{reverse('vaccination-late')}?place={place}")


@require_safe
@signed_in
def coverage(request: PortalRequest) -> HttpResponse:
    """Show coverage of one birth cohort by series and dose, in an area."""
    require(request.actor, READ)
    on = legal_day(request.at)
    place = _place(request)
    said = request.GET.get("year", "")
    year = int(said) if said.isdecimal() and on.year - 18 <= int(said) <= on.year else on.year - 1
    rows = queries.coverage(
        born_from=datetime.date(year, 1, 1), born_to=datetime.date(year + 1, 1, 1), place=place, on=on, actor=request.actor
    )  # fmt: skip
    context = {
        "crumbs": trail(Crumb(_("Immunization clinic"), reverse("vaccination")), Crumb(_("Coverage"))),
        **asking.tab(request, "coverage"),
        "year": year,
        "years": choices(((str(each), str(each)) for each in range(on.year, on.year - COHORTS, -1)), current=str(year)),
        "areas": choices([("", _("everywhere in my area")), *_areas(request.actor, place)], current=place),
        "rows": [
            {
                "series": series_name(each.series),
                "dose": each.dose,
                "due": words.count(each.due),
                "given": words.count(each.given),
                "rate": f"{100 * each.given / each.due:.1f}",
                "timely": f"{100 * each.timely / each.due:.1f}",
                "tone": "good" if each.given >= each.due * TARGET else "warning",
            }
            for each in sorted(rows, key=lambda one: (SERIES.index(one.series) if one.series in SERIES else 99, one.dose))
        ],
        "may_figures": is_permitted(request.actor, "indicators.read"),
    }  # fmt: skip
    return render(request, "vaccination/coverage.html", context)
