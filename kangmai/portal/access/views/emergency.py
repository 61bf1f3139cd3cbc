"""Open a record in an emergency, end the opening, and review those of others."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.access import actions, queries
from kangmai.access.errors import ReasonTooShort
from kangmai.access.types import Finding
from kangmai.kernel.errors import Conflict, NotFound
from kangmai.portal.access import presenters
from kangmai.portal.access.names import account_names
from kangmai.portal.residents.numbers import resident_id_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_POST
@signed_in
def open_record(request: PortalRequest, number: str) -> HttpResponse:
    """Break the glass with a reason, then show the record."""
    try:
        actions.break_glass(
            resident_id=resident_id_of(number),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            at=request.at,
        )
    except ReasonTooShort as error:
        messages.error(request, words_of(error))
    return redirect("resident", number)


@require_POST
@signed_in
def close_record(request: PortalRequest, number: str) -> HttpResponse:
    """End every opening of this record that the actor has running."""
    resident_id = resident_id_of(number)
    for each in queries.open_glasses(at=request.at, actor=request.actor):
        if each.resident_id == resident_id:
            actions.close_glass(glass_id=each.id, actor=request.actor, at=request.at)
    messages.success(request, _("The emergency opening has ended."))
    return redirect("home")


@require_safe
@signed_in
def reviews(request: PortalRequest) -> HttpResponse:
    """Show the openings that nobody has reviewed."""
    found = queries.unreviewed_glasses(actor=request.actor)
    names = account_names((each.account_id for each in found), request.actor)
    context = {
        "crumbs": trail(Crumb(_("Emergency openings"))),
        "glasses": [presenters.glass(each, names) for each in found],
    }
    return render(request, "access/reviews.html", context)


@require_POST
@signed_in
def review(request: PortalRequest, glass_id: int) -> HttpResponse:
    """Write down what a reviewer found."""
    justified = request.POST.get("finding") == Finding.JUSTIFIED.value
    try:
        actions.review_glass(
            glass_id=glass_id,
            finding=Finding.JUSTIFIED if justified else Finding.UNJUSTIFIED,
            note=request.POST.get("note", ""),
            actor=request.actor,
            at=request.at,
        )
    except (Conflict, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("Your finding was written down."))
    return redirect("emergency-reviews")
