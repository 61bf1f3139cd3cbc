"""Switch to another posting: the roles held in another institution, or for another purpose."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kangmai.access import queries as access
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.shell.session import POSTING


@require_POST
@signed_in
def posting(request: PortalRequest) -> HttpResponse:
    """Exercise the posting named by `grant` from now on, if it is one of the account's."""
    wanted = request.POST.get("grant", "")
    known = {str(each.grant_id) for each in access.postings(at=request.at, actor=request.actor)}
    if wanted in known:
        request.session[POSTING] = int(wanted)
    return redirect("home")
