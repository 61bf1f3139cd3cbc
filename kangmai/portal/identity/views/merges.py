"""Which residents were merged into one, merging another, and undoing it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import actions, queries
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.identity import presenters
from kangmai.portal.residents.numbers import address_of, resident_id_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
def merges(request: PortalRequest, number: str) -> HttpResponse:
    """Show the merges of a resident, and the form for another one."""
    require(request.actor, "identity.review")
    resident = queries.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    context = {
        "crumbs": trail(
            Crumb(_("Residents"), "/residents/"),
            Crumb(resident.demographics.name, address_of(resident.index_number)),
            Crumb(_("Merges")),
        ),
        "number": resident.index_number,
        "shown_number": presenters.spaced(resident.index_number),
        "name": resident.demographics.name,
        "rows": [
            presenters.merge_row(each)
            for each in queries.merges_of(resident.id, actor=request.actor)
        ],
    }
    return render(request, "identity/merges.html", context)


@require_POST
@signed_in
def merge(request: PortalRequest, number: str) -> HttpResponse:
    """Merge another resident into this one."""

    def act() -> None:
        other = request.POST.get("other", "").replace(" ", "")
        actions.merge_residents(
            resident_id_of(number),
            queries.resident_numbered(other),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            at=request.at,
        )

    return _done(request, number, act, _("The two are one resident now."))


@require_POST
@signed_in
def unmerge(request: PortalRequest, number: str) -> HttpResponse:
    """Undo the merge of a resident who was merged into this one."""

    def act() -> None:
        actions.unmerge_resident(
            queries.resident_numbered(request.POST.get("retired", "")),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            at=request.at,
        )

    return _done(request, number, act, _("The merge was undone."))


def _done(request: PortalRequest, number: str, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except (Incorrect, Conflict, NotFound) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, said)
    return redirect("resident-merges", number)
