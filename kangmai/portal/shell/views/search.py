"""Search: suggestions under the box while typing, and a page of answers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.portal.shell import search as searching
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in

FEW, MANY = 6, 30


@require_POST
@signed_in
def suggestions(request: PortalRequest) -> HttpResponse:
    """The list under the search box."""
    text = request.POST.get("text", "")
    groups = searching.search(text, limit=FEW, actor=request.actor, at=request.at)
    return render(request, "shell/parts/search_options.html", {"groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def search(request: PortalRequest) -> HttpResponse:
    """The page of answers; without a text it says what can be typed."""
    text = request.POST.get("text", "")
    groups = searching.search(text, limit=MANY, actor=request.actor, at=request.at)
    context = {"crumbs": trail(Crumb(_("Search"))), "text": text, "groups": groups}
    return render(request, "shell/search.html", context)
