"""What was held or refused, and how it is settled."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries
from kangmai.epidemic.nucleic_acid.types import Incident, IncidentKind
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

RELABELLED = (IncidentKind.TUBE_USED_TWICE, IncidentKind.TUBE_UNREADABLE)


@require_safe
@signed_in
@awake(Purpose.TESTING)
def incidents(request: PortalRequest) -> HttpResponse:
    """Show incidents, the open ones first by choice."""
    show, kind = request.GET.get("show", "open"), request.GET.get("kind", "")
    actor = request.actor
    found = queries.incidents(
        is_open=show != "settled",
        kind=next((each for each in IncidentKind if each.value == kind), None),
        after=request.GET.get("after", ""),
        actor=actor,
        at=request.at,
    )
    kinds = [("", _("all kinds")), *((each.value, named.incident(each)) for each in IncidentKind)]
    settlers = ("testing.sample", "testing.bench", "testing.follow")
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Incidents"))),
        "rows": [_row(each) for each in found.rows],
        "shows": choices([("open", _("open")), ("settled", _("settled"))], current=show),
        "kinds": choices(kinds, current=kind),
        "may_settle": any(is_permitted(actor, each) for each in settlers),
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "nucleic_acid/incidents.html", context)


def _row(each: Incident) -> dict[str, object]:
    details = words.joined(
        f"{named.detail(name)}: {_shown(name, value)}"
        for name, value in each.details.items()
        if value not in ([], "")
    )
    return {
        "incident": each,
        "title": named.incident(each.kind),
        "details": details,
        "when": words.instant(each.at),
        "may_relabel": each.kind in RELABELLED,
        "may_link": each.kind is IncidentKind.TUBE_UNKNOWN,
        "may_retest": each.kind
        in (IncidentKind.TUBE_NOT_RECEIVED, IncidentKind.TIMES_OUT_OF_ORDER),
    }


def _shown(name: str, value: object) -> str:
    if name == "faults" and isinstance(value, list):
        return words.joined(named.control_fault(str(each)) for each in value)
    if name == "places" and isinstance(value, list):
        value = [n + 1 for n in value]  # people count from one
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


@require_POST
@signed_in
@awake(Purpose.TESTING)
def settle(request: PortalRequest, incident_id: UUID) -> HttpResponse:
    """Settle one."""
    said = request.POST.get("how", "")
    try:
        how = next((each for each in actions.How if each.value == said), None)
        if how is None:
            raise asking.unreadable("how", said)
        actions.settle_incident(
            incident_id=incident_id, how=how, note=request.POST.get("note", ""),
            code=request.POST.get("code", "").strip().upper(), expected_version=asking.number(request, "version"),
            actor=request.actor, at=request.at,
        )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-incidents")
