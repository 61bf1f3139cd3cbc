"""Certificates of death by what they wait for, and the list of causes without names."""

import csv
import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.actor import is_permitted, require
from kangmai.portal.deaths import wording
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.deaths import queries, rules
from kangmai.programmes.deaths.types import Certificate, Show
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

READ, CERTIFY, COUNT = "deaths.read", "deaths.certify", "deaths.count"
PAGE = 20


@require_safe
@signed_in
def deaths(request: PortalRequest) -> HttpResponse:
    """List certificates by what they wait for; to a statistician the way to the list of causes."""
    if not is_permitted(request.actor, COUNT):
        require(request.actor, READ)
    on = legal_day(request.at)
    context: dict[str, Any] = {
        "crumbs": trail(Crumb(_("Death certificates"))),
        "may_read": is_permitted(request.actor, READ),
        "may_certify": is_permitted(request.actor, CERTIFY),
        "may_count": is_permitted(request.actor, COUNT),
        "from": on.replace(month=1, day=1).isoformat(),
        "to": on.isoformat(),
    }
    if context["may_read"]:
        context |= _listed(request)
    return render(request, "deaths/list.html", context)


def _listed(request: PortalRequest) -> dict[str, Any]:
    said, number = request.GET.get("show", ""), request.GET.get("number", "").strip()
    shown = Show(said) if said in [each.value for each in Show] else Show.WAITING
    after = asking.uuid_of(request.GET.get("after", ""))
    found = queries.search_certificates(show=shown, number=number, after=after, limit=PAGE, actor=request.actor)  # fmt: skip
    counts = queries.count_certificates(actor=request.actor)
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    return {
        "tabs": [(each.value, wording.show(each), counts[each], each is shown) for each in Show],
        "number": number,
        "rows": [_row(each, names) for each in found],
        "pager": pager(request.GET, cursor=str(found[-1].id) if len(found) == PAGE else None),
    }


def _row(of: Certificate, names: dict[int, str]) -> dict[str, Any]:
    label, tone = wording.state(of.state)
    return {
        "id": of.id,
        "name": of.deceased.name,
        "number": of.number,
        "died": words.day(of.died_on),
        "underlying": of.underlying,
        "is_suggested": of.is_suggested,
        "is_late": of.is_late,
        "label": label,
        "tone": tone,
        "institution": names.get(of.organization, ""),
        "place": area.name_of(of.place_code),
    }


@require_safe
@signed_in
def line_list(request: PortalRequest) -> HttpResponse:
    """Hand out the deaths of a period without names."""
    require(request.actor, COUNT)
    on = legal_day(request.at)
    from_on = asking.read_day(request.GET.get("from", ""), _("From")) or on.replace(month=1, day=1)
    to_on = asking.read_day(request.GET.get("to", ""), _("To")) or on
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="causes-of-death.csv"'
    writer = csv.writer(answer)
    writer.writerow([_("Number"), _("Died on"), _("Sex"), _("Age"), _("Division"), _("Place of death"), _("Underlying cause"), _("Highest institution"), _("State")])  # fmt: skip
    for each in queries.line_list(from_on=from_on, to_on=to_on, actor=request.actor):
        writer.writerow(_cells(each, on))
    return answer


def _cells(each: Any, on: datetime.date) -> list[object]:
    rule = rules.rule(on=on)
    return [
        each.number,
        each.died_on.isoformat(),
        standard("sex", each.sex_code),
        "" if each.age_years is None else each.age_years,
        area.path(each.place_code),
        wording.title(rule.places, each.place),
        each.underlying,
        wording.title(rule.levels, each.level),
        wording.state(each.state)[0],
    ]
