"""Zero reports: the reader's own institution, and who is silent in his area."""

import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.epidemic.cases import actions, queries
from kangmai.epidemic.cases.types import ReportingDay
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.kernel.ids import OrganizationId
from kangmai.portal.cases import wording
from kangmai.portal.cases.links import links
from kangmai.portal.cases.periods import DAY, day
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import Division

WEEK, PAGE = 7, 100
NEVER = datetime.date(2100, 1, 1)
"""A day that is refused: none was named."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def zero(request: PortalRequest) -> HttpResponse:
    """Show the days, or state that one had no case."""
    if request.method == "POST":
        return _stated(request)
    actor, today = request.actor, legal_day(request.at)
    if not (is_permitted(actor, "cases.report") or is_permitted(actor, "cases.read")):
        raise NotPermitted(permission="cases.report")
    context = {
        "crumbs": trail(Crumb(_("Case reports"), reverse("cases")), Crumb(_("Zero reports"))),
        "links": links(actor, here="case-zero"),
        "day": today,
    }
    if is_permitted(actor, "cases.report"):
        end = today + DAY
        found = queries.own_days(period_from=end - WEEK * DAY, period_to=end, actor=actor)
        context["own"] = _rows(found)
    try:
        context |= _area(request, day(request.GET.get("day", ""), today))
    except Incorrect as error:
        context["problem"] = words_of(error)
        return render(request, "cases/zero.html", context, status=422)
    return render(request, "cases/zero.html", context)


def _stated(request: PortalRequest) -> HttpResponse:
    sent = request.POST
    organization = sent.get("organization", "")
    try:
        actions.report_zero(
            organization=OrganizationId(int(organization) if organization.isdecimal() else 0),
            day=day(sent.get("day", ""), NEVER),
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("Zero was reported."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    return redirect("case-zero")


def _area(request: PortalRequest, on: datetime.date) -> dict[str, object]:
    """The institutions of one county of the reader's area, with what they said."""
    actor = request.actor
    counties = _counties(actor)
    if not counties:
        return {}
    asked = request.GET.get("division", "")
    chosen = next((each for each in counties if each.code == asked), counties[0])
    found = queries.silent(
        day=on, division=chosen.code, after=request.GET.get("after", ""), limit=PAGE, actor=actor
    )
    pairs = [(each.code, area.name(each)) for each in counties]
    return {
        "day": on,
        "may_oversee": True,
        "area": _rows(found.rows),
        "counties": choices(pairs, current=chosen.code) if len(pairs) > 1 else (),
        "pager": pager(request.GET, cursor=found.next or None),
    }


def _counties(actor: Actor) -> list[Division]:
    home = area.home_city(actor)
    if home is None:
        return []
    return [each for each in area.counties(home) if is_permitted(actor, "cases.read", each.code)]


def _rows(found: tuple[ReportingDay, ...]) -> list[dict[str, object]]:
    names = registry.names_by_id(
        ids={each.organization for each in found}, language="zh" if wording.is_chinese() else "en"
    )
    return [
        {
            "organization": each.organization,
            "institution": names.get(each.organization, "—"),
            "day": each.day,
            "cards": each.cards,
            "is_zero": each.is_zero,
            "is_silent": each.is_silent,
        }
        for each in found
    ]
