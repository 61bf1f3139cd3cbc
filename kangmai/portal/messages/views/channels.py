"""By which channels one hears of messages outside the house."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.messages import actions, queries
from kangmai.messages.types import Urgency
from kangmai.portal.messages import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
def channels(request: PortalRequest) -> HttpResponse:
    """Show every channel with one's choice."""
    found = queries.channels_of(actor=request.actor, at=request.at, language=presenters.language())
    context = {
        "crumbs": trail(Crumb(_("Inbox"), "/inbox/"), Crumb(_("Outside the house"))),
        "rows": [
            {
                "choice": each,
                "urgencies": choices(
                    [(u, presenters.urgency_words(u)) for u in Urgency],
                    current=each.least_urgency,
                ),
            }
            for each in found
        ],
    }
    return render(request, "messages/channels.html", context)


@require_POST
@signed_in
def choose(request: PortalRequest, channel: str) -> HttpResponse:
    """Turn a channel on or off."""
    known = {each.value: each for each in Urgency}
    version = request.POST.get("version", "")
    try:
        actions.choose_channel(
            channel_id=channel,
            is_on=request.POST.get("do") == "on",
            address=request.POST.get("address", ""),
            least_urgency=known.get(request.POST.get("urgency", ""), Urgency.URGENT),
            expected_version=int(version) if version.isdecimal() else 0,
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("Your choice was kept."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    return redirect("inbox-channels")
