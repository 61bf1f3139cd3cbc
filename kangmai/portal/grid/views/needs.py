"""People who need help: proposed by the record, confirmed by who knows them, entered by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import actions, queries, rules
from kangmai.epidemic.tasks.types import NeedLine, NeedSource, NeedState
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.grid import asking, wording
from kangmai.portal.grid.views.giving import SMALLEST_AREA, say_made
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import legal_day

GIVE, REASON = "tasks.give", "needs.reason"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.QUARANTINE)
def needs(request: PortalRequest) -> HttpResponse:
    """Show who needs help; look through the record, or enter somebody by hand."""
    actor, at = request.actor, request.at
    require(actor, GIVE)
    if request.method == "POST":
        try:
            _enter(request)
        except KangmaiError as error:
            asking.complain(request, error)
        return redirect("grid-needs")
    state = next((each for each in NeedState if each.value == request.GET.get("state")), NeedState.PROPOSED)  # fmt: skip
    service = request.GET.get("service", "")
    found = queries.needs(
        state=state, service=service, after=request.GET.get("after", ""), actor=actor, at=at
    )
    rule = rules.rule(on=legal_day(at))
    services = dict.fromkeys(each.service for each in rule.needs.values())
    names = wording.cells({each.need.cell for each in found.rows})
    first = asking.first_area(actor)
    context = {
        "crumbs": trail(Crumb(_("Tasks of the grid"), reverse("grid")), Crumb(_("People who need help"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "states": [(each.value, wording.need_state(each), each is state) for each in NeedState],
        "state": state.value,
        "services": choices([("", _("all")), *((each, wording.kind(each, at)) for each in services)], current=service),
        "rows": [_row(each, names, request) for each in found.rows],
        "is_proposed": state is NeedState.PROPOSED,
        "is_confirmed": state is NeedState.CONFIRMED,
        "area": first if len(first) >= SMALLEST_AREA else "",
        "kinds": [(id, wording.named(each.title, id)) for id, each in rule.needs.items() if each.label in actor.scope.labels],
        "knows_why": is_permitted(actor, REASON),
        "pager": pager(request.GET, cursor=found.next or None),
        "source": rule.source,
        "is_verified": rule.is_verified,
    }  # fmt: skip
    return render(request, "grid/needs.html", context)


def _row(line: NeedLine, names: dict[str, str], request: PortalRequest) -> dict[str, object]:
    need = line.need
    return {
        "need": need,
        "name": line.whom.name or "—",
        "phone": line.whom.phone,
        "address": line.whom.address,
        "why": wording.need(need.kind, request.at),
        "service": wording.kind(need.service, request.at),
        "cell": names.get(need.cell, need.cell),
        "by_record": need.source is NeedSource.RECORD,
        "next": words.day(need.next_on),
        "is_due": need.next_on is not None and need.next_on <= legal_day(request.at),
        "served": words.instant(need.served_at),
    }


def _enter(request: PortalRequest) -> None:
    given, actor, at = request.POST, request.actor, request.at
    if given.get("do") == "propose":
        area = given.get("area", "").strip()
        _say_found(request, actions.propose_needs(area=area, actor=actor, at=at))
        return
    people = asking.residents(request)
    if not people:
        raise asking.FieldUnreadable(field=_("Index number"), value="")
    for resident in people:
        actions.add_need(resident=resident, kind=given.get("kind", ""), actor=actor, at=at)
    say_made(request, len(people))


def _say_found(request: PortalRequest, made: int) -> None:
    messages.success(request, ngettext("%(count)s person found to confirm", "%(count)s people found to confirm", made) % {"count": made})  # fmt: skip


@require_POST
@signed_in
@awake(Purpose.QUARANTINE)
def change_need(request: PortalRequest, need_id: UUID) -> HttpResponse:
    """Confirm, decline or end a need."""
    try:
        whose: dict[str, Any] = {
            "need_id": need_id, "expected_version": asking.number(request, "version"), "actor": request.actor,
            "at": request.at,
        }  # fmt: skip
        match request.POST.get("do"):
            case "confirm":
                every = asking.number(request, "every")
                actions.confirm_need(every_days=every or None, **whose)
            case "decline":
                actions.decline_need(**whose)
            case "end":
                actions.end_need(**whose)
            case other:
                raise asking.unreadable("do", str(other))
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    state = request.POST.get("state", "")
    return redirect(f"{reverse('grid-needs')}?state={state if state.isalpha() else ''}")
