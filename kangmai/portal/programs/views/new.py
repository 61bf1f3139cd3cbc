"""Register a program."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.access import actions
from kangmai.access.types import ClientFacts, Policy
from kangmai.kernel.actor import Label, require
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.portal.institutions.typed import organization_id_of
from kangmai.portal.programs.presenters import LABELS, POLICIES
from kangmai.portal.programs.views.keys import pasted
from kangmai.portal.programs.views.one import page
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in

FIELDS = ("client", "name", "organization", "scopes", "prefix", "keys", "validation", "references")
AT_FIRST = {
    "scopes": "system/*.cruds",
    "validation": Policy.ENFORCE.value,
    "references": Policy.WARN.value,
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_program(request: PortalRequest) -> HttpResponse:
    """Register a program; its secret is shown once."""
    require(request.actor, "access.clients")
    entered = {each: request.POST.get(each, AT_FIRST.get(each, "")).strip() for each in FIELDS}
    kept = set(request.POST.getlist("label")) if request.method == "POST" else set(_numbers())
    fault = ""
    if request.method == "POST":
        try:
            return _register(request, entered, kept)
        except (Incorrect, Conflict, NotFound, Forbidden) as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(Crumb(_("Programs"), "/programs/"), Crumb(_("Register a program"))),
        "entered": entered,
        "fault": fault,
        "labels": [(str(int(each)), word, str(int(each)) in kept) for each, word in LABELS.items()],
        "validations": _policies(entered["validation"]),
        "references": _policies(entered["references"]),
    }
    return render(request, "programs/new.html", context, status=422 if fault else 200)


def _numbers() -> list[str]:
    return [str(int(each)) for each in LABELS]


def _policies(current: str) -> tuple[object, ...]:
    return choices(((each.value, str(word)) for each, word in POLICIES.items()), current=current)


def _register(request: PortalRequest, entered: dict[str, str], kept: set[str]) -> HttpResponse:
    facts = ClientFacts(
        client_id=entered["client"],
        name=entered["name"],
        scopes=entered["scopes"],
        organization_id=organization_id_of(entered["organization"], request.actor),
        labels=frozenset({Label.NORMAL} | {each for each in LABELS if str(int(each)) in kept}),
        id_prefix=entered["prefix"],
        validation_policy=_policy(entered["validation"], Policy.ENFORCE),
        reference_policy=_policy(entered["references"], Policy.WARN),
        jwks=pasted(entered["keys"]),
    )
    view, secret = actions.register_client(facts=facts, actor=request.actor, at=request.at)
    if not secret:
        return redirect("program", client_id=view.id)
    return render(
        request, "programs/program.html", {**page(request, view.id), "secret": secret}, status=201
    )


def _policy(text: str, otherwise: Policy) -> Policy:
    return Policy(text) if text in set(Policy) else otherwise
