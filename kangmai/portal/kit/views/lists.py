"""The kits of a doctor, and those of an institution for whoever oversees them: each can be erased."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.kernel.actor import is_permitted
from kangmai.portal.programmes import reach
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.kit import actions, queries
from kangmai.programmes.kit.types import Kit
from kangmai.standards.calendars import legal_day

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A kit in a list."""

    id: str
    name: str
    owner: str
    organization: str
    prepared_at: str
    expires_at: str
    holds: int
    sent: int
    seen_at: str
    state: str
    tone: str
    may_erase: bool


def _line(found: Kit, request: PortalRequest, names: dict[int, str]) -> Line:
    state, tone = _state(found, request)
    return Line(
        id=str(found.id),
        name=found.name,
        owner=found.owner,
        organization=names.get(found.organization, ""),
        prepared_at=words.instant(found.prepared_at),
        expires_at=words.instant(found.expires_at),
        holds=found.holds,
        sent=found.sent,
        seen_at=words.instant(found.seen_at),
        state=state,
        tone=tone,
        may_erase=found.is_open and found.erase_asked_at is None,
    )


def _state(found: Kit, request: PortalRequest) -> tuple[str, str]:
    if found.erased_at is not None:
        return _("erased"), ""
    if found.erase_asked_at is not None:
        return _("erased at the next contact"), "warning"
    if found.expires_at is None:
        return _("empty"), ""
    if found.expires_at < request.at:
        return _("over its time"), ""
    return _("in use"), "good"


@require_safe
@signed_in
def kit(request: PortalRequest) -> HttpResponse:
    """Show one's own kits, and how to prepare one."""
    found = queries.own_kits(actor=request.actor)
    context = {
        "crumbs": trail(Crumb(_("Village kit"))),
        "lines": [_line(each, request, {}) for each in found],
        "limits": queries.limits(on=legal_day(request.at)),
    }
    return render(request, "kit/own.html", context)


@require_safe
@signed_in
def kits(request: PortalRequest) -> HttpResponse:
    """Show the kits of the institution and all below it."""
    found = queries.kits(after=_after(request), limit=PAGE + 1, actor=request.actor)
    shown = found[:PAGE]
    names = dict(reach.institution_names(each.organization for each in shown))
    context = {
        "crumbs": trail(Crumb(_("Village kits"))),
        "lines": [_line(each, request, names) for each in shown],
        "pager": pager(request.GET, cursor=str(shown[-1].id) if len(found) > PAGE else None),
    }
    return render(request, "kit/all.html", context)


def _after(request: PortalRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None


@require_POST
@signed_in
def erase(request: PortalRequest, kit_id: UUID) -> HttpResponse:
    """Have a kit erased."""
    found = actions.ask_erase(kit_id=kit_id, actor=request.actor, at=request.at)
    text = _("“%(name)s” is erased as soon as the phone makes contact.") % {"name": found.name}
    messages.success(request, text)
    is_own = found.account == request.actor.account
    own = is_own and is_permitted(request.actor, "kit.carry")
    return redirect("kit" if own else "kits")
