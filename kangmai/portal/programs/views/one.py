"""One program: what it may, how it comes in; a new secret or other keys, stop and restart."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.access import actions, queries
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.programs.views.keys import pasted
from kangmai.portal.programs.views.programs import rows
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
def program(request: PortalRequest, client_id: int) -> HttpResponse:
    """Show a program."""
    return render(request, "programs/program.html", page(request, client_id))


def page(request: PortalRequest, client_id: int) -> dict[str, Any]:
    """What the page of a program shows. Raises NotPermitted, ClientUnknown."""
    view = queries.client(client_id=client_id, actor=request.actor)
    (row,) = rows([view], request.actor)
    return {
        "crumbs": trail(Crumb(_("Programs"), "/programs/"), Crumb(view.name)),
        "program": row,
        "id": client_id,
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }


@require_POST
@signed_in
def switch(request: PortalRequest, client_id: int) -> HttpResponse:
    """Stop a program, or let it in again."""
    if request.POST.get("do") == "enable":
        change, said = actions.enable_client, _("The program is let in again.")
    else:
        change, said = (
            actions.disable_client,
            _("The program was stopped; its tokens have ended."),
        )
    try:
        change(
            client_id=client_id, expected_version=_version(request), actor=request.actor, at=request.at
        )  # fmt: skip
    except Conflict as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, said)
    return redirect("program", client_id=client_id)


@require_POST
@signed_in
def proof(request: PortalRequest, client_id: int) -> HttpResponse:
    """Give a program a new secret, shown once, or other public keys."""
    keys = request.POST.get("keys", "")
    try:
        jwks = (pasted(keys) or {}) if request.POST.get("do") == "keys" else None
        _view, secret = actions.renew_proof(
            client_id=client_id, jwks=jwks, expected_version=_version(request),
            actor=request.actor, at=request.at,
        )  # fmt: skip
    except (Incorrect, Conflict) as error:
        fault = words_of(error)
        context = {**page(request, client_id), "fault": fault, "keys": keys}
        return render(request, "programs/program.html", context, status=422)
    if not secret:
        messages.success(request, _("The keys were replaced; tokens given before have ended."))
        return redirect("program", client_id=client_id)
    return render(request, "programs/program.html", {**page(request, client_id), "secret": secret})


def _version(request: PortalRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0
