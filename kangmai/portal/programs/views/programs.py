"""The list of programs."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.access import queries
from kangmai.access.types import ClientView
from kangmai.kernel.actor import Actor
from kangmai.portal.institutions.presenters import name_of
from kangmai.portal.programs import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry

PAGE = 50


@require_safe
@signed_in
def programs(request: PortalRequest) -> HttpResponse:
    """Show one page of the programs, by id."""
    text = request.GET.get("text", "").strip()
    found = queries.clients(
        text=text, after=request.GET.get("after", ""), limit=PAGE + 1, actor=request.actor
    )
    shown = found[:PAGE]
    context = {
        "crumbs": trail(Crumb(_("Programs"))),
        "text": text,
        "rows": rows(shown, request.actor),
        "pager": pager(request.GET, cursor=shown[-1].client_id if len(found) > PAGE else None),
    }
    return render(request, "programs/programs.html", context)


def rows(found: Sequence[ClientView], actor: Actor) -> list[presenters.ProgramRow]:
    """Programs as pages tell them."""
    ids = {each.organization_id for each in found if each.organization_id}
    named = registry.organizations_by_id(ids=ids, actor=actor)
    names = {id: name_of(each) for id, each in named.items()}
    last = queries.last_tokens(client_ids=[each.id for each in found], actor=actor)
    return [presenters.program(each, names, last) for each in found]
