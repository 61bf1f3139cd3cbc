"""What is counted in another area than it lies in: institutions, and zones; a registrar adds and ends rules."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.indicators import presenters
from kangmai.portal.messages.presenters import language
from kangmai.portal.reporting import wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, day, number, written
from kangmai.registry import actions, queries
from kangmai.registry.errors import ValueMissing
from kangmai.registry.rules import MANAGE
from kangmai.registry.types import ReportingPlace
from kangmai.standards.calendars import legal_day

READ = "reports.read"
PAGE = 40


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def places(request: PortalRequest) -> HttpResponse:
    """Show the rules, the latest first; a POST adds one, or ends one."""
    require(request.actor, READ)
    if request.method == "POST":
        try:
            _changed(request)
        except KangmaiError as error:
            complain(request, error)
        else:
            written(request)
        return redirect("reporting-places")
    after = request.GET.get("after", "")
    found = queries.reporting_places(
        after=int(after) if after.isascii() and after.isdecimal() and len(after) < 16 else 0,
        limit=PAGE + 1,
        actor=request.actor,
    )
    ids = {each.organization_id for each in found if each.organization_id}
    names = queries.names_by_id(ids=ids, language=language()) if ids else {}
    context = {
        "crumbs": trail(
            Crumb(_("Statistical reports"), reverse("reports")), Crumb(_("Reporting areas"))
        ),
        "kinds": wording.kinds(request.actor, "reporting-places"),
        "rows": [_row(each, names, request) for each in found[:PAGE]],
        "may_change": is_permitted(request.actor, MANAGE),
        "today": legal_day(request.at).isoformat(),
        "pager": pager(request.GET, cursor=str(found[PAGE - 1].id) if len(found) > PAGE else None),
    }
    return render(request, "reporting/places.html", context)


def _row(of: ReportingPlace, names: dict[int, str], request: PortalRequest) -> dict[str, Any]:
    return {
        "id": of.id,
        "version": of.version,
        "name": names.get(of.organization_id or 0) or presenters.area_name(of.lies_in),
        "lies_in": presenters.area_name(of.lies_in) if of.organization_id else of.lies_in,
        "reports_to": presenters.area_name(of.reports_to),
        "since": of.from_on.isoformat(),
        "until": of.to_on.isoformat() if of.to_on else "",
        "document": of.document,
        "may_end": of.to_on is None and is_permitted(request.actor, MANAGE, of.lies_in),
    }


def _changed(request: PortalRequest) -> None:
    given = request.POST
    on = day(given.get("on", ""), _("From")) or legal_day(request.at)
    if given.get("do") == "end":
        rule, version = (number(given.get(each, ""), each) for each in ("rule", "version"))
        actions.report_where_it_lies(
            rule_id=rule or 0, on=on, expected_version=version or 0,
            actor=request.actor, at=request.at,
        )  # fmt: skip
        return
    what = given.get("what", "").strip()
    organization = None if what.isdecimal() else _institution(what, request.actor)
    actions.report_elsewhere(
        organization_id=organization,
        division_code="" if organization else what,
        reports_to=given.get("reports_to", "").strip(),
        from_on=on,
        document=given.get("document", ""),
        actor=request.actor,
        at=request.at,
    )


def _institution(what: str, actor: Actor) -> int:
    """The institution of this code or name, or the only one that begins so. Raises ValueMissing."""
    found = queries.search_organizations(text=what, actor=actor).rows if what else ()
    exact = [each for each in found if what in (each.code, each.name)]
    some = exact or found
    if len(some) != 1:
        raise ValueMissing(field=_("one institution of this name or code"))
    return int(some[0].id)
