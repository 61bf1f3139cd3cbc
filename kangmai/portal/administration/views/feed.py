"""The event feed: how far each reader is, and what to do with events nobody could handle."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.kernel import feed as feeds
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Incorrect, NotFound
from kangmai.portal.administration import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in


class DecisionUnknown(Incorrect):
    """A failed event can be repeated or dismissed; “{decision}” is neither."""

    zh = "未处理事件只能重试或忽略，不能“{decision}”。"


@require_safe
@signed_in
def feed(request: PortalRequest) -> HttpResponse:
    """Show readers and failed events."""
    require(request.actor, "feed.manage")
    context = {
        "crumbs": trail(Crumb(_("Event feed"))),
        "readers": [presenters.reader(lag) for lag in feeds.lags()],
        "letters": [presenters.letter(dead) for dead in feeds.dead_letters()],
    }
    return render(request, "administration/feed.html", context)


@require_POST
@signed_in
def letter(request: PortalRequest, letter_id: int) -> HttpResponse:
    """Repeat or dismiss one failed event."""
    require(request.actor, "feed.manage")
    match request.POST.get("do"):
        case "repeat":
            _repeat(request, letter_id)
        case "dismiss":
            feeds.dismiss(letter_id, actor=request.actor, at=request.at)
            messages.info(request, _("The event was dismissed."))
        case other:
            raise DecisionUnknown(decision=other or "")
    return redirect("feed")


def _repeat(request: PortalRequest, letter_id: int) -> None:
    """A reader may fail in any way; the letter then stays, and the page says so."""
    try:
        feeds.repeat(letter_id, actor=request.actor, at=request.at)
    except NotFound:
        raise
    except Exception as error:
        feeds.logger.exception("letter %s failed again", letter_id)
        text = _("It failed again (%(fault)s) and stays in the list.")
        messages.error(request, text % {"fault": type(error).__name__})
    else:
        messages.success(request, _("The event was handled."))
