"""Positive antigen tests that residents reported, for who calls them and sends somebody to their doors."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.nucleic_acid import queries
from kangmai.epidemic.nucleic_acid.queries import PositiveAntigen
from kangmai.epidemic.orders.types import Purpose
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues.wording import order_line


@require_safe
@signed_in
@awake(Purpose.TESTING)
def positives(request: PortalRequest) -> HttpResponse:
    """Show who reported a positive test, the newest first."""
    found = queries.positive_antigens(
        after=request.GET.get("after", ""), actor=request.actor, at=request.at
    )
    context = {
        "crumbs": trail(
            Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Positive antigen tests"))
        ),
        "order": order_line(Purpose.TESTING, request.at),
        "rows": [_row(each) for each in found.rows],
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "nucleic_acid/antigens.html", context)


def _row(test: PositiveAntigen) -> dict[str, object]:
    return {
        "test": test,
        "place": area.path(test.place_code),
        "taken": words.instant(test.taken_at),
        "reported": words.instant(test.reported_at),
    }
