"""The start page: what waits, what one can do, where one stands."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.actor import Actor, is_permitted
from kangmai.messages import queries as messages
from kangmai.portal.deadlines import rows as owed
from kangmai.portal.indicators import headlines
from kangmai.portal.institutions import presenters as institutions
from kangmai.portal.messages import presenters as inbox
from kangmai.portal.programmes import home as programmes
from kangmai.portal.shell import navigation, words
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry

ON_TILES_ALREADY = ("home", "inbox")
NEWEST = 5


@require_safe
@signed_in
def home(request: PortalRequest) -> HttpResponse:
    """Show the start page."""
    local = timezone.localtime(request.at)
    context = {
        "greeting": _greeting(local.hour) % {"name": request.actor.name},
        "today": f"{local:%Y-%m-%d} {words.weekday(local.date())}",
        "messages_waiting": _messages(request.actor),
        "figures": headlines.on_start_page(request.actor, request.at),
        "work": programmes.work(actor=request.actor, at=request.at),
        "deadlines": owed.own_rows(NEWEST, actor=request.actor, at=request.at),
        "tiles": [
            navigation.show(place)
            for place in navigation.places_of(request.actor, at=request.at)
            if place.name not in ON_TILES_ALREADY
        ],
        "institution": _institution(request.actor),
    }
    return render(request, "shell/home.html", context)


def _messages(actor: Actor) -> list[inbox.Row]:
    """The newest messages that wait."""
    found = messages.inbox(limit=NEWEST, language=inbox.language(), actor=actor)
    return [inbox.row(each) for each in found.rows]


def _greeting(hour: int) -> str:
    if hour < 5 or hour >= 18:
        return _("Good evening, %(name)s")
    return _("Good morning, %(name)s") if hour < 12 else _("Good afternoon, %(name)s")


def _institution(actor: Actor) -> institutions.Row | None:
    """The first institution in which the actor holds a role."""
    ids = [grant.organization for grant in actor.grants if grant.organization]
    if not ids or not is_permitted(actor, "registry.read"):
        return None
    return institutions.row(registry.get_organization(organization_id=ids[0], actor=actor))
