"""Who opened a resident's record: for the resident, and for those who read the audit trail."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.access import queries as access
from kangmai.kernel.ids import ResidentId
from kangmai.portal.access import presenters
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.residents.numbers import resident_id_of
from kangmai.portal.residents.presenters import spaced
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

PAGE = 50


@require_safe
@signed_in
def my_ledger(request: PortalRequest) -> HttpResponse:
    """Show a resident who looked."""
    crumbs = trail(Crumb(_("Who looked")))
    return _ledger(request, own_resident_id(request.actor), {"crumbs": crumbs, "is_own": True})


@require_safe
@signed_in
def resident_ledger(request: PortalRequest, number: str) -> HttpResponse:
    """Show an auditor who looked at somebody's record."""
    crumbs = trail(
        Crumb(_("Residents"), "/residents/"), Crumb(spaced(number)), Crumb(_("Who looked"))
    )
    return _ledger(request, resident_id_of(number), {"crumbs": crumbs, "number": spaced(number)})


def _ledger(
    request: PortalRequest, resident_id: ResidentId, context: dict[str, object]
) -> HttpResponse:
    before = request.GET.get("before", "")
    found = access.ledger(
        resident_id,
        before=int(before) if before.isdigit() else None,
        limit=PAGE + 1,
        actor=request.actor,
    )
    shown = found[:PAGE]
    context |= {
        "lines": presenters.ledger_rows(shown),
        "pager": pager(
            request.GET,
            cursor=str(shown[-1].seq) if len(found) > PAGE else None,
            parameter="before",
        ),
    }
    return render(request, "access/ledger.html", context)
