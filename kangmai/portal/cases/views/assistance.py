"""协查: requests to take on cases that live elsewhere, sent to and from the reader's county."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.cases import actions, queries
from kangmai.epidemic.cases.types import Assistance, AssistanceState
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.cases import wording
from kangmai.portal.cases.links import links
from kangmai.portal.cases.views.lists import Tab
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

PAGE = 25


@require_safe
@signed_in
def assistance(request: PortalRequest) -> HttpResponse:
    """Show one page of requests, those that wait unless all are asked for."""
    actor = request.actor
    asks_all = request.GET.get("show") == "all"
    state = None if asks_all else AssistanceState.ASKED
    after = request.GET.get("after", "")
    found = queries.assistance(state=state, after=after, limit=PAGE, actor=actor)
    context = {
        "crumbs": trail(
            Crumb(_("Case reports"), reverse("cases")), Crumb(_("Cases living elsewhere"))
        ),
        "links": links(actor, here="case-assistance"),
        "tabs": [
            Tab("?show=asked", _("Waiting"), 0, not asks_all),
            Tab("?show=all", _("All"), 0, asks_all),
        ],
        "rows": [_row(each, actor) for each in found.rows],
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "cases/assistance.html", context)


def _row(request: Assistance, actor: Actor) -> dict[str, object]:
    is_outside = request.to_code[:4] != request.from_code[:4]
    decider = request.from_code if is_outside else request.to_code
    return {
        "id": request.id,
        "version": request.version,
        "address": reverse("case", args=[request.card_id]),
        "number": request.number,
        "disease": wording.disease(request.disease),
        "from": area.path(request.from_code),
        "to": area.path(request.to_code),
        "asked": words.instant(request.asked_at),
        "state": wording.assistance(request.state),
        "note": request.note,
        "may_decide": request.state is AssistanceState.ASKED
        and is_permitted(actor, "cases.review", decider),
    }


@require_POST
@signed_in
def decide(request: PortalRequest, assistance_id: UUID) -> HttpResponse:
    """Accept a case, or send it back."""
    version = request.POST.get("version", "")
    try:
        actions.decide_assistance(
            assistance_id=assistance_id,
            is_accepted=request.POST.get("do") == "accept",
            note=request.POST.get("note", ""),
            expected_version=int(version) if version.isdecimal() else 0,
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    return redirect("case-assistance")
