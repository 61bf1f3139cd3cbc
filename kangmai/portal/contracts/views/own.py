"""A resident's family doctor: the contract, what was done of it, a word about each service; asking for one, ending it."""

import datetime
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.identity import queries as identity
from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.access.own import own_resident_id
from kangmai.portal.contracts import wording
from kangmai.portal.contracts.views.signing import agreeing, team_of
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.contracts import actions, queries, rules
from kangmai.programmes.contracts.errors import ContractNotFound
from kangmai.programmes.contracts.types import Contract, ServiceRef, State, Team
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def my_doctor(request: PortalRequest) -> HttpResponse:
    """Show a resident's contract; ask for one, take that back, answer how a service was, end it."""
    require(request.actor, "own.record")
    fault = ""
    if request.method == "POST":
        try:
            _do(request)
            asking.written(request)
            return redirect("my-doctor")
        except KangmaiError as error:
            fault = words_of(error)
    return render(request, "contracts/own.html", _context(request, fault), status=422 if fault else 200)  # fmt: skip


def _do(request: PortalRequest) -> None:
    same = {"actor": request.actor, "at": request.at}
    contract_id = asking.uuid_of(asking.text(request, "contract"))
    if request.POST.get("do") == "ask":
        actions.ask(resident_id=own_resident_id(request.actor), team_id=team_of(request), packages=request.POST.getlist("packages"), years=asking.whole(request, "years", _("Years")), key=asking.key(request), **same)  # type: ignore[arg-type]  # fmt: skip
        return
    if contract_id is None:
        raise ContractNotFound()
    match request.POST.get("do"):
        case "rate":
            service = ServiceRef(asking.text(request, "kind"), asking.uuid_of(asking.text(request, "service")) or contract_id)  # fmt: skip
            actions.rate(contract_id=contract_id, service=service, score=asking.whole(request, "score", _("How was it?")), **same)  # type: ignore[arg-type]  # fmt: skip
        case "refuse":
            actions.refuse(contract_id=contract_id, reason=_("taken back by the resident"), expected_version=asking.version(request), **same)  # type: ignore[arg-type]  # fmt: skip
        case _other:
            actions.end(contract_id=contract_id, reason="wish", note=asking.text(request, "reason"), expected_version=asking.version(request), **same)  # type: ignore[arg-type]  # fmt: skip


def _context(request: PortalRequest, fault: str) -> dict[str, object]:
    on = legal_day(request.at)
    me = identity.get_resident(own_resident_id(request.actor), actor=request.actor, at=request.at)
    found = queries.contracts_of(me.id, actor=request.actor)
    asked = next((each for each in found if each.state is State.ASKED), None)
    current = next((each for each in found if each.holds(on)), None)
    coming = next((e for e in found if e.state is State.SIGNED and e.begins_on and e.begins_on > on), None)  # fmt: skip
    teams = queries.teams_for(me.demographics.place_code, actor=request.actor)
    return {
        "crumbs": trail(Crumb(_("My family doctor"))),
        "fault": fault,
        "asked": asked,
        "contract": current,
        "coming": words.day(coming.begins_on) if coming else "",
        **(_of(request, current, on) if current else {}),
        "earlier": [wording.line(each, None, on) for each in found if each not in (current, asked, coming)],
        "may_ask": not (asked or current or coming),
        "teams": [_team(each) for each in teams],
        "choices": choices(((str(each.id), each.name) for each in teams), current=request.POST.get("team", "")),
        **agreeing(request, me, on),
        "scores": wording.scores(),
        "key": request.POST.get("key") or uuid4(),
    }  # fmt: skip


def _of(request: PortalRequest, of: Contract, on: datetime.date) -> dict[str, object]:
    """The contract that holds: who, until when, what was done, what may be said of it."""
    days = rules.rule(on=on).rating_days
    begun = of.begins_on or on
    lately = queries.services_of(of.id, on=on, days=days, actor=request.actor)
    names = registry.names_by_id(ids=[of.organization], language=language())
    return {
        "team_name": of.team_name,
        "institution": names.get(of.organization, ""),
        "packages_text": wording.packages(of, on),
        "ends_on": words.day(of.ends_on),
        "items": wording.items(queries.items_of(of.id, on=on, actor=request.actor), begun),
        "services": wording.services(queries.services_of(of.id, on=on, actor=request.actor), begun),
        "to_rate": [each for each in wording.services(lately, begun) if not each["is_rated"]],
    }


def _team(of: Team) -> dict[str, object]:
    return {
        "id": str(of.id),
        "name": of.name,
        "leader": next((each.name for each in of.members if each.staff == of.leader), ""),
        "members": len(of.members),
        "phone": of.phone,
    }
