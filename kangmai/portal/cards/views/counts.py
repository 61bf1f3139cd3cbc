"""How many cards each institution issued and read."""

import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.identity.cards import queries
from kangmai.portal.cards import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in

SPANS = {"1": 1, "7": 7, "30": 30, "365": 365}


@require_safe
@signed_in
def cards(request: PortalRequest) -> HttpResponse:
    """Show the table for the days chosen."""
    days = request.GET.get("days", "30")
    days = days if days in SPANS else "30"
    found = queries.counts_by_institution(
        since=request.at - datetime.timedelta(days=SPANS[days]),
        until=request.at,
        actor=request.actor,
    )
    rows, sums = presenters.count_rows(found, own=_("asked for by residents themselves"))
    labels = (("1", _("a day")), ("7", _("7 days")), ("30", _("30 days")), ("365", _("a year")))
    context = {
        "crumbs": trail(Crumb(_("E-health cards"))),
        "spans": choices(labels, current=days),
        "rows": rows,
        "sums": sums,
    }
    return render(request, "cards/counts.html", context)
