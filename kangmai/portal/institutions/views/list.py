"""The list of institutions, with filters by name, kind and county, beside the map of the counties."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.portal.institutions import presenters
from kangmai.portal.institutions.county_map import county_map
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries

PAGE = 25


@require_safe
@signed_in
def institutions(request: PortalRequest) -> HttpResponse:
    """Show one page of institutions."""
    text, kind, division = (request.GET.get(each, "").strip() for each in ("text", "kind", "area"))
    found = queries.search_organizations(
        text=text[:60],
        kind=kind,
        division=division if division.isdigit() else "",
        after=request.GET.get("after", ""),
        limit=PAGE,
        actor=request.actor,
    )
    home = area.home_city(request.actor, *(each.division_code for each in found.rows[:1]))
    counties = area.counties(home) if home else ()
    kinds = (
        (each, presenters.coded("organization_kind", each))
        for each in queries.codes("organization_kind")
    )
    context = {
        "crumbs": trail(Crumb(_("Institutions"))),
        "city_name": area.name(home.root) if home else "",
        "text": text,
        "kinds": choices(kinds, current=kind),
        "areas": choices(((each.code, area.name(each)) for each in counties), current=division),
        "rows": [presenters.row(each) for each in found.rows],
        "pager": pager(request.GET, cursor=found.next),
        "map": county_map(home, year=request.at.year) if home else None,
    }
    return render(request, "institutions/list.html", context)
