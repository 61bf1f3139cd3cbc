"""A resident's numbers in full, for who says why; the resident reads both in the list of who looked."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kangmai.identity import queries
from kangmai.identity.errors import UnmaskReasonMissing
from kangmai.identity.types import Resident
from kangmai.kernel.actor import require
from kangmai.portal.residents import presenters
from kangmai.portal.residents.numbers import address_of, resident_id_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def unmask(request: PortalRequest, number: str) -> HttpResponse:
    """Ask why, then show the numbers once: nothing is kept, and looking again needs a reason again."""
    require(request.actor, "identity.write")
    asked = queries.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    shown, refused = _shown(request, asked)
    context = {
        "crumbs": trail(
            Crumb(_("Residents"), "/residents/"),
            Crumb(asked.demographics.name, address_of(asked.index_number)),
            Crumb(_("Numbers in full")),
        ),
        "name": asked.demographics.name,
        "number": asked.index_number,
        "lines": presenters.whole_numbers(shown) if shown else (),
        "is_shown": shown is not None,
        "refused": refused,
        "reason": request.POST.get("reason", ""),
        "back": address_of(asked.index_number),
    }
    return render(request, "residents/unmask.html", context, status=422 if refused else 200)


def _shown(request: PortalRequest, asked: Resident) -> tuple[Resident | None, str]:
    """The resident with his numbers, or why they are not shown."""
    if request.method != "POST":
        return None, ""
    try:
        reason = request.POST.get("reason", "")
        return queries.unmasked(asked.id, reason=reason, actor=request.actor, at=request.at), ""
    except UnmaskReasonMissing as error:
        return None, words_of(error)
