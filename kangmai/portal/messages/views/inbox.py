"""The inbox: messages to oneself, to one's role, and to whoever holds a right here."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.kernel.errors import Conflict
from kangmai.messages import actions, queries
from kangmai.messages.types import Show, Urgency
from kangmai.portal.messages import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

PAGE = 20
Choice = TypeVar("Choice", bound=StrEnum)


@require_safe
@signed_in
def inbox(request: PortalRequest) -> HttpResponse:
    """Show one page of messages."""
    show = _chosen(Show, request.GET.get("show", "")) or Show.WAITING
    urgency = _chosen(Urgency, request.GET.get("urgency", ""))
    template = request.GET.get("kind", "")
    language = presenters.language()
    found = queries.inbox(
        show=show,
        urgency=urgency,
        template=template,
        after=request.GET.get("after", ""),
        limit=PAGE,
        language=language,
        actor=request.actor,
    )
    titles = queries.template_titles(language=language)
    context = {
        "crumbs": trail(Crumb(_("Inbox"))),
        "rows": [presenters.row(each) for each in found.rows],
        "shows": choices(_shows(), current=show),
        "urgencies": choices(
            [("", _("any")), *((u, presenters.urgency_words(u)) for u in list(Urgency)[1:])],
            current=urgency or "",
        ),
        "kinds": choices([("", _("all kinds")), *titles.items()], current=template),
        "is_filtered": bool(urgency or template),
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "messages/inbox.html", context)


@require_POST
@signed_in
def open_message(request: PortalRequest, message_id: UUID) -> HttpResponse:
    """Mark a message as read or taken on, and go to where it is dealt with."""
    actor, at = request.actor, request.at
    message = queries.get_message(message_id, language=presenters.language(), actor=actor)
    actions.mark_read(ids=[message_id], actor=actor, at=at)
    if request.POST.get("do") != "acknowledge":
        return redirect(message.link or "inbox")
    try:
        actions.acknowledge(message_id=message_id, actor=actor, at=at)
        messages.success(request, _("You have taken this on."))
    except Conflict as error:
        messages.error(request, words_of(error))
    return redirect("inbox")


@require_POST
@signed_in
def read_all(request: PortalRequest) -> HttpResponse:
    """Mark everything that only asks to be read."""
    actions.mark_all_read(actor=request.actor, at=request.at)
    return redirect("inbox")


def _shows() -> list[tuple[str, str]]:
    return [
        (Show.WAITING, _("waiting for you")),
        (Show.TO_ACKNOWLEDGE, _("to be taken on")),
        (Show.ALL, _("all messages")),
    ]


def _chosen(kind: type[Choice], text: str) -> Choice | None:
    """The member of an enum that a query names, or None."""
    return next((each for each in kind if each.value == text), None)
