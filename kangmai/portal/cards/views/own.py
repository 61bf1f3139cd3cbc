"""The card on a phone: the code, anew every minute; issue it, report it lost, print it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity.cards import actions, queries
from kangmai.identity.cards.types import State
from kangmai.identity.family import queries as family
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.kernel.ids import uuid7
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.cards import presenters
from kangmai.portal.cards.printing import printed_card
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

PAGE = 10


@require_safe
@signed_in
def my_card(request: PortalRequest) -> HttpResponse:
    """Show the code, the card and where it was used."""
    require(request.actor, "own.card")
    own = own_resident_id(request.actor)
    found = queries.find_card_in_use(own, actor=request.actor, at=request.at)
    before = request.GET.get("before", "")
    lines = queries.uses_of(
        own,
        before=int(before) if before.isdigit() else None,
        limit=PAGE + 1,
        actor=request.actor,
    )
    ids = {line.organization for line in lines if line.organization}
    if found and found.issued_by:
        ids.add(found.issued_by)
    names = presenters.institution_names(ids)
    context = {
        "crumbs": trail(Crumb(_("My card"))),
        "name": family.name_of(own),
        "card": presenters.card(found, names) if found else None,
        "code": _picture(request) if found and found.state is State.ACTIVE else None,
        "key": str(uuid7()),
        "uses": presenters.uses(lines[:PAGE], names),
        "pager": pager(
            request.GET,
            cursor=str(lines[PAGE - 1].id) if len(lines) > PAGE else None,
            parameter="before",
        ),
    }
    return render(request, "cards/my_card.html", context)


@require_safe
@signed_in
def code(request: PortalRequest) -> HttpResponse:
    """The code alone, made anew."""
    require(request.actor, "own.card")
    return render(request, "cards/code.html", {"code": _picture(request)})


def _picture(request: PortalRequest) -> presenters.Picture:
    own = own_resident_id(request.actor)
    return presenters.picture(actions.show_code(own, actor=request.actor, at=request.at))


@require_POST
@signed_in
def issue(request: PortalRequest) -> HttpResponse:
    """Issue one's own card."""
    try:
        actions.issue_card(
            own_resident_id(request.actor),
            key=_key(request.POST.get("key", "")),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("Your card is ready: show the code at any desk."))
    return redirect("my-card")


@require_POST
@signed_in
def suspend(request: PortalRequest) -> HttpResponse:
    """Report the card lost."""
    own = own_resident_id(request.actor)
    found = queries.find_card_in_use(own, actor=request.actor, at=request.at)
    try:
        if found is not None:
            actions.suspend_card(
                found.id,
                reason=request.POST.get("reason", "") or _("reported lost by the holder"),
                expected_version=found.version,
                actor=request.actor,
                at=request.at,
            )
    except (Incorrect, Conflict) as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("The card is suspended. Any desk can resume or replace it."))
    return redirect("my-card")


@require_POST
@signed_in
def printed(request: PortalRequest) -> HttpResponse:
    """The card on paper."""
    own = own_resident_id(request.actor)
    return printed_card(request, own, "my-card")


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid7()
