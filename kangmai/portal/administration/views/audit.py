"""The audit trail: search it, and check that its chain is unbroken."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.access import queries as access
from kangmai.kernel import audit as trails
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.portal.access.names import account_names
from kangmai.portal.administration import presenters
from kangmai.portal.institutions.presenters import name_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.shell.standing import role_name
from kangmai.registry import queries as registry

PAGE = 50
READ = "audit.read"


@require_safe
@signed_in
def audit(request: PortalRequest) -> HttpResponse:
    """Show one page of the trail, newest first."""
    require(request.actor, READ)
    login, action = (request.GET.get(each, "").strip() for each in ("account", "action"))
    before = request.GET.get("before", "")
    account = access.find_account_id(login=login) if login else None
    found: list[trails.Line] = []
    if not login or account is not None:
        found = trails.search(
            account=account,
            action=action,
            before=int(before) if before.isdigit() else None,
            limit=PAGE + 1,
        )
    shown = found[:PAGE]
    names = names_for(shown, request.actor)
    context = {
        "crumbs": trail(Crumb(_("Audit trail"))),
        "filter": {"account": login, "action": action},
        "lines": [presenters.deed(line, names) for line in shown],
        "pager": pager(
            request.GET,
            cursor=str(shown[-1].seq) if len(found) > PAGE else None,
            parameter="before",
        ),
    }
    return render(request, "administration/audit.html", context)


@require_POST
@signed_in
def verify(request: PortalRequest) -> HttpResponse:
    """Recompute the whole chain, and say what was found."""
    require(request.actor, READ)
    found = presenters.soundness(trails.verify())
    if request.headers.get("HX-Request"):
        return render(request, "administration/verdict.html", {"verdict": found})
    context = {"crumbs": trail(Crumb(_("Audit trail"))), "filter": {}, "verdict": found}
    return render(request, "administration/audit.html", context)


def names_for(lines: Sequence[trails.Line], actor: Actor) -> presenters.Names:
    """The words for the ids of some rows, a query for each kind."""
    organizations = {}
    if is_permitted(actor, "registry.read"):
        ids = presenters.organizations_in(lines)
        found = registry.organizations_by_id(ids=ids, actor=actor)
        organizations = {id: name_of(each) for id, each in found.items()}
    return presenters.Names(
        accounts=account_names(presenters.accounts_in(lines), actor),
        roles={line.role: role_name(line.role) for line in lines if line.role},
        organizations=organizations,
    )
