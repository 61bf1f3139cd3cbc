"""What parents see: their child's certificate and every errand, where it stands and what it needs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.actor import require
from kangmai.portal.births import wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.births import queries, rules
from kangmai.standards.calendars import legal_day


@require_safe
@signed_in
def my_births(request: PortalRequest) -> HttpResponse:
    """Show the births of somebody's children, or his own, with the errands."""
    require(request.actor, "own.record")
    on = legal_day(request.at)
    context = {
        "crumbs": trail(Crumb(_("Birth errands"))),
        "births": [
            {
                "name": each.certificate.named.child if each.certificate else "",
                "number": each.certificate.number if each.certificate else "",
                "told": wording.told(each),
                "items": wording.items(each, on),
                "progress": wording.progress(each),
                "is_verified": _is_verified(each.rule_version),
            }
            for each in queries.own_births(actor=request.actor)
        ],
    }
    return render(request, "births/own.html", context)


def _is_verified(version: str) -> bool:
    rule = rules.rule_numbered(version)
    return rule.is_verified if rule else True
