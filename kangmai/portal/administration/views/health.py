"""System health: what the checks found, and how to mend it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.actor import require
from kangmai.portal.administration.checks import examine
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
def health(request: PortalRequest) -> HttpResponse:
    """Show every finding."""
    require(request.actor, "system.read")
    context = {"crumbs": trail(Crumb(_("System health"))), "findings": examine(request.at)}
    return render(request, "administration/health.html", context)
