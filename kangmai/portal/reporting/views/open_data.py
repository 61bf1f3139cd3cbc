"""Open data as files: figures of the city with small numbers hidden."""

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.analytics import rules as analytics
from kangmai.analytics.types import By
from kangmai.governance.reporting import queries, rules
from kangmai.governance.reporting.types import Released
from kangmai.kernel.actor import NotPermitted, is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.indicators import asking, finding
from kangmai.portal.reporting import wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city_code_of
from kangmai.standards.periods import Period, parse_period


def _city(request: PortalRequest) -> str:
    """The city whose figures go out. Raises NotPermitted."""
    if not any(is_permitted(request.actor, each) for each in (analytics.READ, analytics.PUBLISHED)):
        raise NotPermitted(permission=analytics.READ)
    area = asking.first_area(request.actor)
    return city_code_of(area) or area


@require_safe
@signed_in
def open_data(request: PortalRequest) -> HttpResponse:
    """Show what there is to choose."""
    home = _city(request)
    every = queries.open_indicators(on=legal_day(request.at))
    periods = asking.periods(request.at, None)
    levels = [("", _("the whole city")), ("county", _("County")), ("town", _("Town"))]
    context = {
        "crumbs": trail(Crumb(_("Statistical reports"), reverse("reports")), Crumb(_("Open data"))),
        "kinds": wording.kinds(request.actor, "open-data"),
        "city": home,
        "periods": choices([(asking.written(e), asking.named(e)) for e in periods], current=""),
        "levels": choices(levels, current=""),
        "groups": finding.by_group(every, current=""),
    }
    return render(request, "reporting/open_data.html", context)


@require_safe
@signed_in
def file(request: PortalRequest) -> HttpResponse:
    """Give the figures asked for as SDMX-CSV (or the structure of its lines), as FHIR MeasureReports or as DHIS2 data value sets."""
    area, query = _city(request), request.GET
    by = next((each for each in (By.COUNTY, By.TOWN) if each.value == query.get("by")), None)
    try:
        period = parse_period(query.get("period", ""))
        found = queries.released(ids=query.getlist("indicator"), period=period, area=area, by=by)
        body, type, ending = _written(found, period, query.get("format", ""), request)
    except KangmaiError as error:
        complain(request, error)
        return redirect("open-data")
    answer = HttpResponse(body, content_type=type)
    name = f"open-data-{area}-{asking.written(period).replace('/', '_')}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _written(
    found: tuple[Released, ...], period: Period, format: str, request: PortalRequest
) -> tuple[bytes, str, str]:
    """The file, its type and the ending of its name. Raises PeriodNotOfDataValues."""
    if format == "sdmx-structure":
        every = queries.open_indicators(on=period.latest_day)
        made = rules.sdmx_structure(every, found, area=_city(request), at=request.at)
        return (
            made,
            "application/vnd.sdmx.structure+xml; version=2.1; charset=utf-8",
            "structure.xml",
        )
    if format == "fhir":
        bundle = rules.measure_reports(found, base=settings.PUBLIC_URL, at=request.at)
        return orjson.dumps(bundle), "application/fhir+json", "json"
    if format == "dhis2-deletions":
        return orjson.dumps(rules.withdrawn_values(found)), "application/json", "delete.json"
    if format == "dhis2":
        return orjson.dumps(rules.data_values(found)), "application/json", "json"
    return rules.sdmx_csv(found).encode(), "text/csv; charset=utf-8", "csv"
