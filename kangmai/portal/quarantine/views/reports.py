"""The report of an institution's beds: one form, a line for each kind of ward."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.epidemic.capacity import actions, queries, rules
from kangmai.epidemic.capacity.types import BedReport, Beds
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.quarantine import asking, wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

REPORT = "capacity.report"
FIELDS = ("set_up", "staffed", "occupied", "reserved", "disinfecting", "blocked")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def report(request: PortalRequest) -> HttpResponse:
    """Show what the own institution said last, and take what it says now."""
    actor, at = request.actor, request.at
    require(actor, REPORT)
    own = _own(actor)
    key = asking.fresh_key()
    if request.method == "POST":
        key = asking.key(request)
        try:
            _take(request, own)
            asking.written(request)
            return redirect("capacity")
        except KangmaiError as error:
            asking.complain(request, error)
    rule = rules.rule(on=legal_day(at))
    lines = queries.bed_lines(actor=actor, at=at)
    said = {each.ward: each for line in lines if line.organization == own for each in line.reports}
    context = {
        "crumbs": trail(Crumb(_("Rooms, beds, ambulances"), reverse("capacity")), Crumb(_("Report beds"))),
        "institution": registry.names_by_id(ids=[own], language=language()).get(own, ""),
        "key": key,
        "columns": _titles(),
        "lines": [
            {
                "ward": ward, "title": wording.named(title, ward),
                "cells": [(field, label, _value(request, ward, field, said)) for field, label in _titles()],
                "ago": wording.ago(said[ward].reported_at, at) if ward in said else "",
                "is_stale": ward in said and said[ward].is_stale,
            }
            for ward, title in rule.wards.items()
        ],
    }  # fmt: skip
    return render(request, "quarantine/report.html", context)


def _titles() -> list[tuple[str, str]]:
    titles = (_("Set up"), _("Staffed"), _("Beds occupied"), _("Reserved"), _("Disinfecting"), _("Blocked"))  # fmt: skip
    return list(zip(FIELDS, titles, strict=True))


def _own(actor: Actor) -> int:
    """The institution for which an actor reports: that of the role that lets him."""
    return next(
        grant.organization
        for grant in actor.grants
        if REPORT in grant.permissions and grant.organization is not None
    )


def _value(request: PortalRequest, ward: str, field: str, said: Mapping[str, BedReport]) -> str:
    if request.method == "POST":
        return request.POST.get(f"{ward}-{field}", "")
    known = said.get(ward)
    return str(getattr(known.beds, field)) if known is not None else ""


def _take(request: PortalRequest, own: int) -> None:
    """Take every line in which something was written. Raises FieldUnreadable, NothingReported, BedsDoNotAdd."""
    wards = {}
    for ward, title in rules.rule(on=legal_day(request.at)).wards.items():
        names = [(f"{ward}-{field}", f"{title.in_language(language())} · {label}") for field, label in _titles()]  # fmt: skip
        if any(request.POST.get(name, "").strip() for name, _label in names):
            wards[ward] = Beds(*(_number(request, name, label) for name, label in names))
    actions.report_wards(organization=own, wards=wards, key=asking.key(request), actor=request.actor, at=request.at)  # fmt: skip


def _number(request: PortalRequest, name: str, label: str) -> int:
    try:
        return asking.number(request, name)
    except asking.FieldUnreadable:
        raise asking.FieldUnreadable(field=label, value=request.POST[name][:20]) from None
