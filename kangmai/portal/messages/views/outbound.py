"""Outbound messages that were given up: try again or let go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.messages import actions, queries
from kangmai.portal.messages import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
def deliveries(request: PortalRequest) -> HttpResponse:
    """Show what could not be delivered."""
    titles = queries.template_titles(language=presenters.language())
    found = queries.dead_deliveries(actor=request.actor)
    context = {
        "crumbs": trail(Crumb(_("Undelivered messages"))),
        "rows": [presenters.delivery(each, titles) for each in found],
    }
    return render(request, "messages/outbound.html", context)


@require_POST
@signed_in
def decide(request: PortalRequest, delivery_id: UUID) -> HttpResponse:
    """Repeat or dismiss one."""
    if request.POST.get("do") == "repeat":
        actions.repeat_delivery(delivery_id=delivery_id, actor=request.actor, at=request.at)
        messages.success(request, _("It will be tried again."))
    else:
        actions.dismiss_delivery(delivery_id=delivery_id, actor=request.actor, at=request.at)
        messages.info(request, _("It was dismissed."))
    return redirect("outbound")
