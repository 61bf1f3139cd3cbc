"""Keep or discard the draft of a form that somebody has open."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kangmai.forms import actions, queries
from kangmai.portal.forms.posted import read_posted
from kangmai.portal.residents.numbers import resident_id_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_POST
@signed_in
def draft(request: PortalRequest, form_id: str) -> HttpResponse:
    """Keep what was typed so far (204), or discard it and go back to the page."""
    posted = read_posted(request.POST)
    form = queries.form_version(form_id, posted.form_version)
    resident_id = resident_id_of(posted.resident)
    if request.POST.get("do") != "discard":
        actions.save_draft(
            form=form,
            resident_id=resident_id,
            given=posted.given,
            occasion=posted.occasion,
            actor=request.actor,
            at=request.at,
        )
        return HttpResponse(status=204)
    actions.discard_draft(
        form=form, resident_id=resident_id, occasion=posted.occasion, actor=request.actor
    )
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")
