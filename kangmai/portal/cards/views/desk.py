"""A resident's card at a desk: issue, suspend, resume, replace, cancel, password, print, history."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import queries as identity
from kangmai.identity.cards import actions, queries
from kangmai.identity.cards.errors import CardNotFound
from kangmai.identity.cards.types import Card
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.portal.cards import presenters
from kangmai.portal.cards.printing import printed_card
from kangmai.portal.residents.numbers import address_of, resident_id_of
from kangmai.portal.residents.presenters import spaced
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
def desk(request: PortalRequest, number: str) -> HttpResponse:
    """Show the cards of a resident, and what can be done with the one in use."""
    require(request.actor, "cards.manage")
    holder = identity.get_resident(resident_id_of(number), actor=request.actor, at=request.at)
    found = queries.cards_of(holder.id, actor=request.actor, at=request.at)
    done = queries.deeds_of(holder.id, actor=request.actor)
    names = presenters.institution_names(
        {each.issued_by for each in found if each.issued_by}
        | {each.organization for each in done if each.organization}
    )
    shown = [presenters.card(each, names) for each in found]
    context = {
        "crumbs": trail(
            Crumb(_("Residents"), "/residents/"),
            Crumb(holder.demographics.name, address_of(holder.index_number)),
            Crumb(_("E-health card")),
        ),
        "name": holder.demographics.name,
        "number": holder.index_number,
        "shown_number": spaced(holder.index_number),
        "card": next((each for each in shown if not each.ended_on), None),
        "earlier": [each for each in shown if each.ended_on],
        "deeds": presenters.deeds(done, names),
        "key": str(uuid7()),
    }
    return render(request, "cards/desk.html", context)


@require_POST
@signed_in
def act(request: PortalRequest, number: str, deed: str) -> HttpResponse:
    """Do one thing with the card, and say what came of it."""
    require(request.actor, "cards.manage")
    if deed not in DEEDS:
        raise Http404
    run, said = DEEDS[deed]
    try:
        run(request, resident_id_of(number))
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, said())
    return redirect("resident-card", number)


@require_POST
@signed_in
def printed(request: PortalRequest, number: str) -> HttpResponse:
    """The card on paper."""
    require(request.actor, "cards.manage")
    return printed_card(request, resident_id_of(number), "resident-card", number)


def _issue(request: PortalRequest, holder: ResidentId) -> Card:
    return actions.issue_card(
        holder,
        pin=request.POST.get("pin", "").strip(),
        key=_key(request),
        actor=request.actor,
        at=request.at,
    )


def _replace(request: PortalRequest, holder: ResidentId) -> Card:
    return actions.replace_card(
        _in_use(request, holder).id,
        reason=request.POST.get("reason", ""),
        pin=request.POST.get("pin", "").strip(),
        key=_key(request),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )


def _with_reason(change: Callable[..., Card]) -> Callable[[PortalRequest, ResidentId], Card]:
    def run(request: PortalRequest, holder: ResidentId) -> Card:
        return change(
            _in_use(request, holder).id,
            reason=request.POST.get("reason", ""),
            expected_version=_version(request),
            actor=request.actor,
            at=request.at,
        )

    return run


def _pin(request: PortalRequest, holder: ResidentId) -> Card:
    return actions.set_pin(
        _in_use(request, holder).id,
        request.POST.get("pin", "").strip(),
        expected_version=_version(request),
        actor=request.actor,
        at=request.at,
    )


def _in_use(request: PortalRequest, holder: ResidentId) -> Card:
    found = queries.find_card_in_use(holder, actor=request.actor, at=request.at)
    if found is None:
        raise CardNotFound()
    return found


def _version(request: PortalRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else 0


def _key(request: PortalRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid7()


DEEDS: dict[str, tuple[Callable[[PortalRequest, ResidentId], Card], Callable[[], str]]] = {
    "issue": (_issue, lambda: _("The card is issued.")),
    "suspend": (_with_reason(actions.suspend_card), lambda: _("The card is suspended.")),
    "resume": (_with_reason(actions.resume_card), lambda: _("The card is in use again.")),
    "replace": (_replace, lambda: _("A new card is issued; the old one is void.")),
    "cancel": (_with_reason(actions.cancel_card), lambda: _("The card is cancelled.")),
    "pin": (_pin, lambda: _("The password is set.")),
}
